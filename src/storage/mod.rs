//! SQLite, and all SQL text.
//!
//! [`Db`] owns the file: one thread writes, in groups; any number of readers see snapshots. What can be asked and
//! changed are the methods of [`ReadTx`] and [`WriteTx`], one file a noun.

mod backup;
mod certificate;
mod clock;
mod compat;
mod computer;
mod consumption;
mod db;
mod event;
mod export;
mod forwarding;
mod image;
mod instance;
mod legacy;
mod lock;
mod migrate;
mod name;
mod open;
mod overview;
mod partition;
mod person;
mod property;
mod recording;
mod refusal;
mod service;
mod setting;
mod show;
mod software;
mod status;
mod writer;

use std::path::PathBuf;

use thiserror::Error;

use crate::domain::parameters::Value;
use crate::wire::json;

pub use certificate::read_certificates;
pub use db::{Db, MEMORY, ReadTx, WriteTx, read_file};
pub use export::{Exported, Overwriting, export};
pub use image::{Image, read_snapshot, save_snapshot};
pub use instance::{NewInstance, Placed, Publisher};
pub use legacy::Imported;
pub use lock::{Lock, ServerInfo, running_server};
pub use open::Opening;
pub use recording::recording;
pub use show::{InstanceRow, PartitionRow, SharedRow, Snapshot, SoftwareRow};
pub use status::StatusSubject;

/// Reads a parameter's text as the structure that it may hold: a JSON object or a list.
#[must_use]
pub fn structure(text: &str) -> Option<Value> {
    json::read_value(text).ok()
}

/// A failure below the rules: the file, the disk, the database.
#[derive(Debug, Error)]
pub enum Error {
    /// SQLite refused or failed.
    #[error("database: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The group of writes could not be committed; none of it happened.
    #[error("database: the transaction could not be committed: {0}")]
    Commit(String),
    /// The database could not be copied before a change, which was not made then.
    #[error("database: no copy could be made before a change: {0}")]
    Copy(String),
    /// A snapshot cannot be used.
    #[error("{0}")]
    Snapshot(OpenError),
    /// The file for another program could not be written.
    #[error("{0}")]
    Export(String),
    /// A stored value does not read back.
    #[error("database: the stored {what} {value:?} is damaged: {reason}")]
    Damaged {
        /// The column.
        what: &'static str,
        /// What it holds.
        value: String,
        /// Why it cannot be read.
        reason: String,
    },
    /// The code that ran in a transaction panicked; the transaction was rolled back.
    #[error("database: the transaction was abandoned by an internal error")]
    Panicked,
    /// The database was closed.
    #[error("database: it is closed")]
    Closed,
}

/// Why a database file cannot be opened.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The file or its directory cannot be made or read.
    #[error("cannot open the database {}: {source}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file holds something else.
    #[error("{} is not a database of slapproxy: {found}; choose another file with --database-uri", .path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What it is.
        found: String,
    },
    /// The file was written by a later program.
    #[error(
        "{} has schema version {version}, and this program knows versions up to {known}; use the newer program that wrote it, or choose another file with --database-uri",
        .path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        version: i64,
        /// The latest version that this program knows.
        known: i64,
    },
    /// The file is one of the Python proxy, and is only to be read.
    #[error("{} is a database of the Python proxy, of schema version {version}; `slapproxy start` imports it", .path.display())]
    Python {
        /// The file.
        path: PathBuf,
        /// Its version.
        version: u32,
    },
    /// The file is one of the Python proxy that cannot be imported.
    #[error("{} is a database of the Python proxy and cannot be imported, so it was left as it is: {found}", .path.display())]
    Unimportable {
        /// The file.
        path: PathBuf,
        /// Why.
        found: String,
    },
    /// The file was written by an earlier program, and is only to be read.
    #[error("{} has the older schema version {version}; `slapproxy start` brings it up to date", .path.display())]
    Older {
        /// The file.
        path: PathBuf,
        /// Its version.
        version: i64,
    },
    /// The file is damaged.
    #[error(
        "the database {} is damaged ({found}); restore a copy of it, or move it away to start with an empty one",
        .path.display()
    )]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        found: String,
    },
    /// Another server uses the file.
    #[error("the database {} is in use by {user}; stop it first, or choose another file with --database-uri", .path.display())]
    InUse {
        /// The file.
        path: PathBuf,
        /// The other server.
        user: String,
    },
    /// There is no such file, and it is not to be made.
    #[error("there is no database {}; `slapproxy start` makes it, and --database-uri or --cfg names another one", .path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// Any other failure.
    #[error("cannot open the database {}: {source}", .path.display())]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
}
