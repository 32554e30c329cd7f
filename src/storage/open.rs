//! Opening a file: what it is, its schema, its pragmas.

use std::fs::{self, OpenOptions};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::OpenError;
use super::migrate::{VERSION, steps};

const SCHEMA: &str = include_str!("../../schema.sql");

/// Marks a file as ours: the bytes `SLAP`.
const APPLICATION_ID: i64 = 0x534c_4150;

/// Files up to this size are checked whole at the start, which takes milliseconds.
const CHECKED_BYTES: u64 = 64 << 20;

/// How long a transaction waits for one of another process.
pub(super) const BUSY: Duration = Duration::from_secs(5);

/// Prepared statements kept by a connection.
const STATEMENTS: usize = 128;

const NO_MUTEX: OpenFlags = OpenFlags::SQLITE_OPEN_NO_MUTEX;

/// Opens the connection of the writer: makes file and schema when they are missing, refuses files that are not ours.
pub(super) fn open_writer(path: &Path) -> Result<Connection, OpenError> {
    create_file(path).map_err(|source| OpenError::Io { path: path.to_owned(), source })?;
    let mut connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    match content(&connection, path)? {
        Content::Empty => prepare(&mut connection, path, &[SCHEMA]),
        Content::Ours(VERSION) => prepare(&mut connection, path, &[]),
        Content::Ours(version) => {
            log::info!("{}: the schema goes from version {version} to {VERSION}", path.display());
            prepare(&mut connection, path, &steps(version).collect::<Vec<_>>())
        }
    }?;
    Ok(connection)
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
fn refuse(path: &Path, source: rusqlite::Error) -> OpenError {
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
}

fn content(connection: &Connection, path: &Path) -> Result<Content, OpenError> {
    let sqlite = |source| refuse(path, source);
    let number = |pragma: &str| connection.query_row(pragma, [], |row| row.get::<_, i64>(0)).map_err(sqlite);
    let mut tables = connection
        .prepare("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') LIMIT 20")
        .map_err(sqlite)?;
    let tables: Vec<String> = tables.query_map([], |row| row.get(0)).and_then(Iterator::collect).map_err(sqlite)?;
    if number("PRAGMA application_id")? != APPLICATION_ID {
        return match tables.as_slice() {
            [] => Ok(Content::Empty),
            tables => Err(OpenError::Foreign { path: path.to_owned(), found: describe(tables) }),
        };
    }
    let version = number("PRAGMA user_version")?;
    if version > VERSION {
        return Err(OpenError::Newer { path: path.to_owned(), version, known: VERSION });
    }
    if fs::metadata(path).is_ok_and(|metadata| metadata.len() <= CHECKED_BYTES) {
        let found: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(sqlite)?;
        if found != "ok" {
            // The first line only names the file.
            let found = found.lines().filter(|line| !line.starts_with("***")).collect::<Vec<_>>().join("; ");
            return Err(OpenError::Corrupt { path: path.to_owned(), found });
        }
    }
    Ok(Content::Ours(version))
}

fn describe(tables: &[String]) -> String {
    let python = |table: &String| {
        table.strip_prefix("partition").is_some_and(|version| version.bytes().all(|byte| byte.is_ascii_digit()))
    };
    match tables.iter().find(|table| python(table)) {
        Some(table) => format!("it is one of the Python proxy, with table {table}"),
        None => format!("it holds other tables: {}", tables.join(", ")),
    }
}

/// Makes the journal durable and the schema whole: all statements, or none.
fn prepare(connection: &mut Connection, path: &Path, schema: &[&str]) -> Result<(), OpenError> {
    let mut run = || {
        connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")?;
        if !schema.is_empty() {
            let transaction = connection.transaction()?;
            for statements in schema {
                transaction.execute_batch(statements)?;
            }
            transaction.execute_batch(&format!(
                "PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION};"
            ))?;
            transaction.commit()?;
        }
        Ok(())
    };
    run().map_err(|source| refuse(path, source))
}
