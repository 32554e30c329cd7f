//! Old databases of the Python proxy: imported, shown to foreign readers, exported; and local releases that moved.

mod broken;
mod export;
mod ordinary;
mod rebase;
mod recorded;
mod safety;

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use rusqlite::types::Value;
use slapproxy::config::Overrides;
use tempfile::TempDir;

use crate::app::TestApp;

/// The configured computer of all fixtures.
const COMPUTER: &str = "computer";

/// The local software root of all fixtures.
const ROOT: &str = "/sr/root";

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/legacy").join(name)
}

/// A directory with a copy of a fixture as `proxy.db`.
fn copied(name: &str) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::copy(fixture(name), directory.path().join("proxy.db")).unwrap();
    directory
}

fn overrides() -> Overrides {
    Overrides {
        computer_id: Some(COMPUTER.into()),
        local_software_release_root: Some(ROOT.into()),
        ..Overrides::default()
    }
}

/// A server on a copy of a fixture.
fn served(name: &str) -> TestApp {
    TestApp::start(overrides(), copied(name))
}

/// Rows as text: columns between bars, nothing as a dash.
fn rows(connection: &Connection, sql: &str) -> Vec<String> {
    let mut statement = connection.prepare(sql).unwrap();
    let columns = statement.column_count();
    let text = |value: Value| match value {
        Value::Null => "-".into(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => format!("{number:?}"),
        Value::Text(text) => text,
        Value::Blob(_) => panic!("nothing is a blob"),
    };
    let rows = statement.query_map([], |row| {
        let values = (0..columns).map(|column| row.get(column).map(text)).collect::<Result<Vec<_>, _>>()?;
        Ok(values.join("|"))
    });
    rows.unwrap().collect::<Result<_, _>>().unwrap()
}

/// What an import recorded about what it dropped or changed.
fn notes(app: &TestApp) -> Vec<String> {
    rows(&app.sqlite(), "SELECT text FROM event WHERE kind = 'imported' AND text NOT LIKE 'from schema%' ORDER BY id")
}

/// The copies that were made beside a database.
fn copies(database: &Path) -> Vec<PathBuf> {
    let mut found: Vec<_> =
        fs::read_dir(database.parent().unwrap()).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| {
        let name = path.to_string_lossy();
        name.contains("-backup-") && name.ends_with(".db")
    });
    found.sort();
    found
}
