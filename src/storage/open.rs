//! Opening a file: what it is, its schema, its pragmas.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::OpenError;

const SCHEMA: &str = include_str!("../../schema.sql");

/// Marks a file as ours: the bytes `SLAP`.
const APPLICATION_ID: i64 = 0x534c_4150;

/// The version of schema.sql.
const VERSION: i64 = 1;

/// Files up to this size are checked whole at the start, which takes milliseconds.
const CHECKED_BYTES: u64 = 64 << 20;

/// Prepared statements kept by a connection.
const STATEMENTS: usize = 128;

const NO_MUTEX: OpenFlags = OpenFlags::SQLITE_OPEN_NO_MUTEX;

/// Opens the connection of the writer: makes file and schema when they are missing, refuses files that are not ours.
pub(super) fn open_writer(path: &Path) -> Result<Connection, OpenError> {
    create_file(path).map_err(|source| OpenError::Io { path: path.to_owned(), source })?;
    let mut connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    match content(&connection, path)? {
        Content::Empty => prepare(&mut connection, path, true),
        Content::Ours => prepare(&mut connection, path, false),
    }?;
    Ok(connection)
}

/// Opens a connection that can only read an existing file.
pub(super) fn open_reader(path: &Path) -> Result<Connection, OpenError> {
    if !path.exists() {
        return Err(OpenError::Missing { path: path.to_owned() });
    }
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    match content(&connection, path)? {
        Content::Ours => Ok(connection),
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
    let sqlite = |source| OpenError::Sqlite { path: path.to_owned(), source };
    let connection = Connection::open_with_flags(path, mode | NO_MUTEX).map_err(sqlite)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // Without it, partial indices make SQLite plan a prepared statement anew for each value that is bound to it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(sqlite)?;
    connection
        .execute_batch("PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON; PRAGMA cache_size = -4096;")
        .map_err(sqlite)?;
    Ok(connection)
}

enum Content {
    Empty,
    Ours,
}

fn content(connection: &Connection, path: &Path) -> Result<Content, OpenError> {
    let sqlite = |source: rusqlite::Error| match source.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => {
            OpenError::Foreign { path: path.to_owned(), found: "it is not an SQLite database".into() }
        }
        Some(ErrorCode::DatabaseCorrupt) => OpenError::Corrupt { path: path.to_owned(), found: source.to_string() },
        _ => OpenError::Sqlite { path: path.to_owned(), source },
    };
    let number = |pragma: &str| connection.query_row(pragma, [], |row| row.get::<_, i64>(0)).map_err(sqlite);
    let mut tables =
        connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' LIMIT 20").map_err(sqlite)?;
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
            return Err(OpenError::Corrupt { path: path.to_owned(), found });
        }
    }
    Ok(Content::Ours)
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

fn prepare(connection: &mut Connection, path: &Path, create: bool) -> Result<(), OpenError> {
    let mut run = || {
        connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")?;
        if create {
            let transaction = connection.transaction()?;
            transaction.execute_batch(SCHEMA)?;
            transaction.execute_batch(&format!(
                "PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION};"
            ))?;
            transaction.commit()?;
        }
        Ok(())
    };
    run().map_err(|source| OpenError::Sqlite { path: path.to_owned(), source })
}
