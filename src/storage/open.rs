//! Opening a file: what it is, its schema, its pragmas.

use std::fs::{self, OpenOptions};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};

use super::clock::Clock;
use super::compat::make_views;
use super::legacy::{self, Imported};
use super::migrate::{VERSION, lacks_texts, steps};
use super::writer::empty_log;
use super::{Error, OpenError, ReadTx, WriteTx};
use crate::domain::compat::CompatSchema;
use crate::domain::ids::Reference;

pub(super) const SCHEMA: &str = include_str!("../../schema.sql");

/// Marks a file as ours: the bytes `SLAP`.
const APPLICATION_ID: i64 = 0x534c_4150;

/// Files up to this size are checked whole at the start, which takes milliseconds.
const CHECKED_BYTES: u64 = 64 << 20;

/// How long a transaction waits for one of another process.
pub(super) const BUSY: Duration = Duration::from_secs(5);

/// The most tables of a foreign file that a refusal names.
const NAMED: usize = 20;

/// Prepared statements kept by a connection.
const STATEMENTS: usize = 128;

const NO_MUTEX: OpenFlags = OpenFlags::SQLITE_OPEN_NO_MUTEX;

/// How a database is opened by whoever writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// The computer of what an old database of the Python proxy says without naming one.
    pub default_computer: Reference,
    /// The schema version that foreign readers find; nothing leaves it as it is.
    pub compat_schema: Option<CompatSchema>,
}

/// Opens the connection of the writer: makes file and schema when they are missing, imports a database of the Python
/// proxy, refuses other files that are not ours.
pub(super) fn open_writer(path: &Path, opening: &Opening) -> Result<(Connection, Option<Imported>), OpenError> {
    create_file(path).map_err(|source| OpenError::Io { path: path.to_owned(), source })?;
    let mut connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let sqlite = |source| refuse(path, source);
    let imported = match content(&connection, path)? {
        Content::Empty => {
            make(&mut connection, &[SCHEMA], |_| Ok(())).map_err(sqlite)?;
            None
        }
        Content::Ours(VERSION) => None,
        Content::Ours(_) => {
            climb(&mut connection, path)?;
            None
        }
        Content::Python(_) => Some(legacy::import(&mut connection, path, opening)?),
    };
    // A checkpoint fails until a first read has opened the log.
    let log = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; SELECT count(*) FROM sqlite_schema;";
    connection.execute_batch(log).map_err(sqlite)?;
    if let Some(schema) = opening.compat_schema {
        make_views(&mut connection, schema).map_err(sqlite)?;
    }
    // Whoever copies the file as soon as a server is ready finds all this in it.
    empty_log(&connection).map_err(sqlite)?;
    Ok((connection, imported))
}

/// Brings the schema of a database of ours up to date.
pub(super) fn climb(connection: &mut Connection, path: &Path) -> Result<(), OpenError> {
    let sqlite = |source| refuse(path, source);
    let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(sqlite)?;
    if version == VERSION {
        return Ok(());
    }
    log::info!("{}: the schema goes from version {version} to {VERSION}", path.display());
    let fill = |tx: &WriteTx<'_>| if lacks_texts(version) { tx.show_all() } else { Ok(()) };
    make(connection, &steps(version).collect::<Vec<_>>(), fill).map_err(sqlite)
}

/// Makes a new database in memory, under a name of this process, for as long as a connection to it is open.
pub(super) fn open_memory(name: &str, opening: &Opening) -> rusqlite::Result<Connection> {
    let mut connection = connect_memory(name, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
    make(&mut connection, &[SCHEMA], |_| Ok(()))?;
    if let Some(schema) = opening.compat_schema {
        make_views(&mut connection, schema)?;
    }
    Ok(connection)
}

/// Opens a connection to a database in memory.
pub(super) fn connect_memory(name: &str, mode: OpenFlags) -> rusqlite::Result<Connection> {
    let mode = mode | OpenFlags::SQLITE_OPEN_URI | NO_MUTEX;
    prepare_connection(Connection::open_with_flags(format!("file:/{name}?vfs=memdb"), mode))
}

/// Opens a connection that reads a snapshot, of this schema version or an earlier one.
pub(super) fn open_snapshot(path: &Path) -> Result<Connection, OpenError> {
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    match content(&connection, path)? {
        Content::Ours(_) => Ok(connection),
        Content::Python(version) => Err(OpenError::Python { path: path.to_owned(), version }),
        Content::Empty => Err(OpenError::Foreign { path: path.to_owned(), found: "it is empty".into() }),
    }
}

/// Opens a connection that can only read an existing file.
pub(super) fn open_reader(path: &Path) -> Result<Connection, OpenError> {
    checked_reader(path, connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?)
}

/// Opens a connection that reads a file as it lies, without locks and without files beside it: for one that nobody has
/// open, also where nothing can be written.
pub(super) fn open_still(path: &Path) -> Result<Connection, OpenError> {
    let absolute = std::path::absolute(path).map_err(|source| OpenError::Io { path: path.to_owned(), source })?;
    let mut uri = "file://".to_owned();
    for &byte in absolute.as_os_str().as_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => uri.push(char::from(byte)),
            byte => uri.extend(["%".to_owned(), format!("{byte:02X}")]),
        }
    }
    uri.push_str("?immutable=1");
    let mode = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | NO_MUTEX;
    let connection = prepare_connection(Connection::open_with_flags(uri, mode));
    checked_reader(path, connection.map_err(|source| refuse(path, source))?)
}

fn checked_reader(path: &Path, connection: Connection) -> Result<Connection, OpenError> {
    match content(&connection, path)? {
        Content::Ours(VERSION) => Ok(connection),
        Content::Ours(version) => Err(OpenError::Older { path: path.to_owned(), version }),
        Content::Python(version) => Err(OpenError::Python { path: path.to_owned(), version }),
        Content::Empty => Err(OpenError::Foreign { path: path.to_owned(), found: "it is empty".into() }),
    }
}

fn create_file(path: &Path) -> std::io::Result<()> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

pub(super) fn connect(path: &Path, mode: OpenFlags) -> Result<Connection, OpenError> {
    prepare_connection(Connection::open_with_flags(path, mode | NO_MUTEX)).map_err(|source| refuse(path, source))
}

fn prepare_connection(opened: rusqlite::Result<Connection>) -> rusqlite::Result<Connection> {
    let connection = opened?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // Without it, partial indices make SQLite plan a prepared statement anew for each value that is bound to it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.busy_timeout(BUSY)?;
    connection.execute_batch("PRAGMA foreign_keys = ON; PRAGMA cache_size = -4096;")?;
    Ok(connection)
}

/// What a failure says about the file.
pub(super) fn refuse(path: &Path, source: rusqlite::Error) -> OpenError {
    let path = path.to_owned();
    match source.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => OpenError::Foreign { path, found: "it is not an SQLite database".into() },
        Some(ErrorCode::DatabaseCorrupt) => OpenError::Corrupt { path, found: source.to_string() },
        _ => OpenError::Sqlite { path, source },
    }
}

enum Content {
    Empty,
    /// Ours, of a schema version that this program knows.
    Ours(i64),
    /// The Python proxy's, of a schema version.
    Python(u32),
}

fn content(connection: &Connection, path: &Path) -> Result<Content, OpenError> {
    let sqlite = |source| refuse(path, source);
    let number = |pragma: &str| connection.query_row(pragma, [], |row| row.get::<_, i64>(0)).map_err(sqlite);
    if number("PRAGMA application_id")? != APPLICATION_ID {
        let tables = named(connection, "table").map_err(sqlite)?;
        if let Some(version) = legacy::version(&tables) {
            return match legacy::refusal(version) {
                None => Ok(Content::Python(version)),
                Some(found) => Err(OpenError::Unimportable { path: path.to_owned(), found }),
            };
        }
        let others = [tables, named(connection, "view").map_err(sqlite)?].concat();
        return match others.as_slice() {
            [] => Ok(Content::Empty),
            others => {
                let found = format!("it holds other tables: {}", others[..others.len().min(NAMED)].join(", "));
                Err(OpenError::Foreign { path: path.to_owned(), found })
            }
        };
    }
    let version = number("PRAGMA user_version")?;
    if version > VERSION {
        return Err(OpenError::Newer { path: path.to_owned(), version, known: VERSION });
    }
    if fs::metadata(path).is_ok_and(|metadata| metadata.len() <= CHECKED_BYTES) {
        check(connection, path)?;
    }
    Ok(Content::Ours(version))
}

/// Refuses a damaged file.
pub(super) fn check(connection: &Connection, path: &Path) -> Result<(), OpenError> {
    let quick_check = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0));
    let found: String = quick_check.map_err(|source| refuse(path, source))?;
    if found == "ok" {
        return Ok(());
    }
    // The first line only names the file.
    let found = found.lines().filter(|line| !line.starts_with("***")).collect::<Vec<_>>().join("; ");
    Err(OpenError::Corrupt { path: path.to_owned(), found })
}

/// The names of all tables, or of all views.
pub(super) fn named(connection: &Connection, kind: &str) -> rusqlite::Result<Vec<String>> {
    let sql = "SELECT name FROM sqlite_schema WHERE type = ?1 AND name NOT GLOB 'sqlite_*'";
    let mut names = connection.prepare(sql)?;
    names.query_map([kind], |row| row.get(0))?.collect()
}

/// Makes the schema whole and fills it: all of it, or nothing.
fn make(
    connection: &mut Connection,
    schema: &[&str],
    fill: impl FnOnce(&WriteTx<'_>) -> Result<(), Error>,
) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    make_in(&transaction, schema, fill)?;
    transaction.commit()
}

/// Makes the schema whole and fills it, in a transaction.
pub(super) fn make_in(
    transaction: &Transaction<'_>,
    schema: &[&str],
    fill: impl FnOnce(&WriteTx<'_>) -> Result<(), Error>,
) -> rusqlite::Result<()> {
    for statements in schema {
        transaction.execute_batch(statements)?;
    }
    let clock = Clock::resume(transaction)?;
    fill(&WriteTx::new(ReadTx::new(transaction), &clock)).map_err(|error| match error {
        Error::Sqlite(error) => error,
        other => rusqlite::Error::ToSqlConversionFailure(Box::new(other)),
    })?;
    transaction.execute_batch(&format!("PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION};"))
}
