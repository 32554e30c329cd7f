//! A database of the Python proxy, written from ours: nobody is locked in.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags, params_from_iter};

use super::backup::sync_directory;
use super::compat::{TABLES, Table};
use super::db::read_file;
use super::{Error, OpenError, ReadTx};
use crate::domain::compat::CompatSchema;

/// What to do about a file that is already there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overwriting {
    /// It stays, and nothing is written.
    Refused,
    /// It is replaced, at once and wholly.
    Forced,
}

/// What was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exported {
    /// The tables, without their version, and the number of their rows.
    pub rows: Vec<(&'static str, usize)>,
    /// The titles of instances that have no partition: the Python proxy knows them by nothing else.
    pub left_out: Vec<String>,
}

/// Writes a new file that the Python proxy opens as its own. `computer` is the default computer of its tables.
///
/// # Errors
/// [`OpenError`] for a database that cannot be read, [`Error::Export`] for a file that cannot be written.
pub fn export(
    database: &Path,
    file: &Path,
    schema: CompatSchema,
    computer: &str,
    overwriting: Overwriting,
) -> Result<Result<Exported, Error>, OpenError> {
    read_file(database, |tx| {
        let failure = |source: io::Error| Error::Export(format!("cannot write {}: {source}", file.display()));
        if overwriting == Overwriting::Refused && file.exists() {
            return Err(Error::Export(format!("{} exists already; --force replaces it", file.display())));
        }
        if same_file(database, file) {
            return Err(Error::Export(format!("{} is the database that is to be exported", file.display())));
        }
        let draft = draft(file);
        let written = write(tx, &draft, schema, computer).and_then(|exported| {
            publish(&draft, file, overwriting).map_err(failure)?;
            Ok(exported)
        });
        match fs::remove_file(&draft) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                log::warn!("cannot remove {}: {error}", draft.display());
            }
            _ => {}
        }
        written
    })
}

fn same_file(one: &Path, other: &Path) -> bool {
    match (fs::canonicalize(one), fs::canonicalize(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

/// Where the file is made.
pub(super) fn draft(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(format!(".{}.draft", std::process::id()));
    name.into()
}

pub(super) fn publish(draft: &Path, file: &Path, overwriting: Overwriting) -> io::Result<()> {
    File::open(draft)?.sync_all()?;
    match overwriting {
        Overwriting::Refused => fs::hard_link(draft, file)?,
        Overwriting::Forced => fs::rename(draft, file)?,
    }
    sync_directory(file)
}

fn write(tx: ReadTx<'_>, draft: &Path, schema: CompatSchema, computer: &str) -> Result<Exported, Error> {
    let created = OpenOptions::new().write(true).create_new(true).mode(0o600).open(draft);
    created.map_err(|source| Error::Export(format!("cannot make {}: {source}", draft.display())))?;
    let mut connection = Connection::open_with_flags(draft, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let transaction = connection.transaction()?;
    let mut exported = Exported::default();
    for table in TABLES {
        transaction.execute_batch(&definition(table, schema, computer))?;
        let columns = table.names(schema);
        let places: Vec<String> = (1..=columns.len()).map(|number| format!("?{number}")).collect();
        let insert = format!(
            "INSERT INTO {}{} ({}) VALUES ({})",
            table.name,
            schema.number(),
            columns.join(", "),
            places.join(", ")
        );
        let mut insert = transaction.prepare(&insert)?;
        let rows: Vec<Vec<Value>> = tx.rows(&table.select(schema), [], |row| {
            Ok((0..columns.len()).map(|index| row.get(index)).collect::<Result<_, _>>()?)
        })?;
        exported.rows.push((table.name, rows.len()));
        for row in rows {
            insert.execute(params_from_iter(row))?;
        }
    }
    transaction.commit()?;
    connection.close().map_err(|(_, error)| error)?;
    let sql = "SELECT title FROM instance i WHERE NOT EXISTS \
               (SELECT 1 FROM partition p WHERE p.instance_id = ifnull(i.host_id, i.id)) ORDER BY i.id";
    exported.left_out = tx.rows(sql, [], |row| Ok(row.get(0)?))?;
    Ok(exported)
}

/// What the Python proxy knows about its columns beyond their names.
fn definition(table: &Table, schema: CompatSchema, computer: &str) -> String {
    let computer = computer.replace('\'', "''");
    let column = |name: &&'static str| {
        let more = match (table.name, *name) {
            ("computer", "reference") | (_, "computer_reference") => format!(" DEFAULT '{computer}'"),
            ("software", "requested_state") => " DEFAULT 'available'".into(),
            ("partition", "requested_state") => " NOT NULL DEFAULT 'started'".into(),
            ("partition", "slap_state") => " DEFAULT 'free'".into(),
            ("partition", "requested_by") | (_, "requester_id") => " NOT NULL DEFAULT ''".into(),
            ("partition", "timestamp") => " REAL".into(),
            _ => String::new(),
        };
        let kind = if *name == "timestamp" { "" } else { " TEXT" };
        format!("{name}{kind}{more}")
    };
    let key = match table.name {
        "software" => ", PRIMARY KEY (url, computer_reference)",
        "computer" => ", PRIMARY KEY (reference)",
        "partition" => ", PRIMARY KEY (reference, computer_reference)",
        "forwarded_partition_request" => ", PRIMARY KEY (partition_reference, master_url)",
        "config" => ", PRIMARY KEY (name)",
        _ => "",
    };
    let rows = if table.name == "config" { " WITHOUT ROWID" } else { "" };
    let columns: Vec<String> = table.columns(schema).iter().map(column).collect();
    format!("CREATE TABLE {}{} ({}{key}){rows}", table.name, schema.number(), columns.join(", "))
}
