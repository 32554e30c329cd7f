//! Databases of the Python proxy, taken over as ours: schema versions 10 to 18.
//!
//! [`document`] reads the tables of any version, [`plan`] decides what of them is consistent, [`write`] stores that. All
//! of it happens in one transaction of the file itself, after a copy was made beside it: a crash leaves the old database
//! or the new one, a server of the Python proxy that still runs cannot write in between, and the file stays the same one
//! for whoever holds it open or reaches it by another name.

mod document;
mod plan;
mod shared;
mod tree;
mod write;

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, TransactionBehavior};

use self::document::{FIRST, LAST, Tables};
use self::plan::Plan;
use super::backup::backup;
use super::open::{Opening, SCHEMA, check, make_in, named, refuse};
use super::{Error, OpenError};

pub(super) use self::document::version;

/// Why a schema version cannot be imported, if so.
pub(super) fn refusal(version: u32) -> Option<String> {
    let known = (FIRST..=LAST).contains(&version);
    (!known).then(|| format!("it has schema version {version}, and versions {FIRST} to {LAST} can be imported"))
}

/// What was imported from a database of the Python proxy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// Its schema version.
    pub version: u32,
    /// The copy of it as it was.
    pub backup: PathBuf,
    /// How much was imported.
    pub summary: String,
    /// What was dropped or changed on the way, and why, a sentence each.
    pub notes: Vec<String>,
}

/// Imports the database of the Python proxy that a file is.
pub(super) fn import(connection: &mut Connection, path: &Path, opening: &Opening) -> Result<Imported, OpenError> {
    let sqlite = |source| refuse(path, source);
    let unimportable = |found: String| OpenError::Unimportable { path: path.to_owned(), found };
    check(connection, path)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(sqlite)?;
    let [tables, views] = ["table", "view"].map(|kind| named(&transaction, kind).map_err(sqlite));
    let tables = Tables::of(tables?, views?);
    if !tables.has("partition") {
        return Err(unimportable(format!("it has no table partition{}", tables.version)));
    }
    if !tables.columns(&transaction, "partition").map_err(sqlite)?.contains(&"reference".to_owned()) {
        return Err(unimportable(format!("its table partition{} has no column reference", tables.version)));
    }
    if let Some(taken) = tables.foreign.iter().find(|table| is_ours(table)) {
        return Err(unimportable(format!("its table {taken} has the name of one of ours; rename it first")));
    }
    let plan = Plan::of(&transaction, &tables, opening).map_err(sqlite)?;
    let version = tables.version;
    let copy = backup(path, &format!("v{version}"))?;
    log::info!("{}: a database of the Python proxy, version {version}; its copy is {}", path.display(), copy.display());
    for table in &tables.old {
        transaction.execute_batch(&format!("DROP TABLE \"{table}\"")).map_err(sqlite)?;
    }
    let summary = plan.summary();
    let notes = plan.notes.iter().map(|note| note.text.clone()).collect();
    let store = |tx: &super::WriteTx<'_>| -> Result<(), Error> {
        tx.store_plan(plan, &format!("from schema version {version}: {summary}; copy: {}", copy.display()))
    };
    make_in(&transaction, &["PRAGMA defer_foreign_keys = ON", SCHEMA], store).map_err(sqlite)?;
    transaction.commit().map_err(sqlite)?;
    let imported = Imported { version, backup: copy, summary, notes };
    log::info!("imported {}", imported.summary);
    imported.notes.iter().for_each(|note| log::warn!("import: {note}"));
    if std::fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0) {
        log::warn!("others may read {0}, as before; `chmod 600 {0}` keeps it to its owner", path.display());
    }
    Ok(imported)
}

/// Whether a name is one that our schema needs.
fn is_ours(name: &str) -> bool {
    let made = |word: &str| SCHEMA.contains(&format!("CREATE {word} {name} "));
    made("TABLE") || made("INDEX") || made("UNIQUE INDEX")
}
