//! What a database of the Python proxy holds, of any schema version, in one shape.

use std::collections::{BTreeMap, HashMap};

use rusqlite::Connection;
use rusqlite::types::Value;

/// The oldest version that can be read: those before it lack states.
pub(super) const FIRST: u32 = 10;
/// The newest version that can be read.
pub(super) const LAST: u32 = 18;
/// From here on, an upgrade removes the tables of older versions as it copies them.
const CLEAN: u32 = 13;
/// From here on, instances name the title of their root instead of the partition of their requester.
const ROOT_TITLES: u32 = 17;

/// The year 10000 in seconds: a later time is none.
const END_OF_TIME: f64 = 253_402_300_800.0;

/// The tables of the Python proxy, of all versions.
const KINDS: [&str; 8] = [
    "software",
    "computer",
    "partition",
    "slave",
    "partition_network",
    "forwarded_partition_request",
    "local_software_release_root",
    "config",
];

/// The kind and version of a table of the Python proxy.
fn split(table: &str) -> Option<(&'static str, u32)> {
    let name = table.trim_end_matches(|character: char| character.is_ascii_digit());
    let kind = KINDS.into_iter().find(|kind| *kind == name)?;
    Some((kind, table[name.len()..].parse().ok()?))
}

/// The schema version of a file with these tables; `None` when none is one of the Python proxy.
pub(crate) fn version(tables: &[String]) -> Option<u32> {
    tables.iter().filter_map(|table| split(table)).map(|(_, version)| version).max()
}

/// The tables of a file, by what is to be done with them.
#[derive(Debug, Default)]
pub(super) struct Tables {
    /// The highest version.
    pub(super) version: u32,
    /// Where each kind is read from.
    read: HashMap<&'static str, u32>,
    /// All tables of the Python proxy.
    pub(super) old: Vec<String>,
    /// Those of them that are not read, since others took their place.
    pub(super) stale: Vec<String>,
    /// All other tables and views.
    pub(super) foreign: Vec<String>,
    /// Whether an upgrade of the Python proxy did not come to its end.
    pub(super) interrupted: bool,
}

impl Tables {
    /// Sorts the tables of a file. Programs up to version 12 left the older tables where they were: the highest version
    /// counts. Later ones remove each table once it is copied: what an interrupted upgrade left is what counts.
    pub(super) fn of(tables: Vec<String>, views: Vec<String>) -> Self {
        let mut sorted = Self { version: version(&tables).unwrap_or_default(), foreign: views, ..Self::default() };
        let mut kinds: BTreeMap<&'static str, Vec<u32>> = BTreeMap::new();
        for table in tables {
            match split(&table) {
                Some((kind, version)) => {
                    kinds.entry(kind).or_default().push(version);
                    sorted.old.push(table);
                }
                None => sorted.foreign.push(table),
            }
        }
        let older = kinds.values().flatten().any(|version| (FIRST..sorted.version).contains(version));
        sorted.interrupted = older && sorted.version >= CLEAN;
        for (kind, mut versions) in kinds {
            versions.sort_unstable();
            versions.reverse();
            let source = versions.iter().find(|&&version| version < sorted.version && version >= FIRST);
            let read = match source {
                Some(&source) if sorted.interrupted => source,
                _ => versions[0],
            };
            sorted.read.insert(kind, read);
            sorted.stale.extend(versions.iter().filter(|&&other| other != read).map(|other| format!("{kind}{other}")));
        }
        sorted
    }

    /// Whether there is a table of this kind.
    pub(super) fn has(&self, kind: &str) -> bool {
        self.read.contains_key(kind)
    }

    /// The version whose rules the rows of a kind follow.
    pub(super) fn version_of(&self, kind: &str) -> u32 {
        self.read.get(kind).copied().unwrap_or(self.version)
    }

    /// Whether instances name the title of their root, and not the partition of their requester.
    pub(super) fn has_root_titles(&self) -> bool {
        self.version_of("partition") >= ROOT_TITLES
    }

    /// The columns of a kind.
    pub(super) fn columns(&self, connection: &Connection, kind: &str) -> rusqlite::Result<Vec<String>> {
        let table = format!("{kind}{}", self.version_of(kind));
        let mut columns = connection.prepare("SELECT name FROM pragma_table_info(?1)")?;
        columns.query_map([table], |row| row.get(0))?.collect()
    }

    /// The rows of a kind, in their order; none when there is no such table.
    pub(super) fn rows(&self, connection: &Connection, kind: &str) -> rusqlite::Result<Vec<Record>> {
        let Some(version) = self.read.get(kind) else { return Ok(Vec::new()) };
        // The table of the configuration has no row numbers, and one row.
        let (number, order) = if kind == "config" { ("NULL", "") } else { ("rowid", "ORDER BY rowid") };
        let mut statement = connection.prepare(&format!("SELECT {number}, * FROM \"{kind}{version}\" {order}"))?;
        let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
        let rows = statement.query_map([], |row| {
            let values = (0..columns.len()).map(|index| row.get::<_, Value>(index)).collect::<Result<Vec<_>, _>>()?;
            Ok(Record(columns.iter().cloned().zip(values).collect()))
        })?;
        rows.collect()
    }
}

/// A row of an old table: its columns by name, those that its version lacks being absent.
#[derive(Debug, Default)]
pub(super) struct Record(HashMap<String, Value>);

impl Record {
    /// The text of a column that is there and not empty.
    pub(super) fn text(&self, column: &str) -> Option<String> {
        self.document(column).filter(|text| !text.is_empty())
    }

    /// The text of a column that is not null.
    pub(super) fn document(&self, column: &str) -> Option<String> {
        match self.0.get(column)? {
            Value::Null => None,
            Value::Integer(number) => Some(number.to_string()),
            Value::Real(number) => Some(number.to_string()),
            Value::Text(text) => Some(text.clone()),
            Value::Blob(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        }
    }

    /// The text of a column, or nothing at all.
    pub(super) fn text_or_empty(&self, column: &str) -> String {
        self.text(column).unwrap_or_default()
    }

    /// The number of a column that is a time.
    pub(super) fn seconds(&self, column: &str) -> Option<f64> {
        let seconds = match self.0.get(column)? {
            Value::Real(number) => *number,
            Value::Integer(number) => number.to_string().parse().ok()?,
            Value::Text(text) => text.parse().ok()?,
            Value::Null | Value::Blob(_) => return None,
        };
        (seconds > 0.0 && seconds < END_OF_TIME).then_some(seconds)
    }

    /// The number of the row.
    pub(super) fn number(&self) -> Option<i64> {
        match self.0.get("rowid") {
            Some(Value::Integer(number)) => Some(*number),
            _ => None,
        }
    }
}
