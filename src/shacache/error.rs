//! What goes wrong in the cache.

use std::io;
use std::path::Path;

use thiserror::Error;

use crate::wire::shacache::Sha512;

/// What went wrong. Many may wait for the same download, so it can be told to each of them.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Error {
    /// It is neither here nor upstream.
    #[error("There is no {what} {name} in this cache.")]
    Missing {
        /// What kind of thing it is.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// A content that is not what its name says.
    #[error("Checksum mismatch: the content has the SHA-512 {found}")]
    Checksum {
        /// The name that it should have.
        found: Sha512,
    },
    /// Upstream answered with a status that says neither yes nor no.
    #[error("Upstream returned {0}")]
    UpstreamStatus(u16),
    /// Upstream could not be asked, or did not answer well.
    #[error("Upstream error: {0}")]
    Upstream(String),
    /// There is no space left.
    #[error("the disk of the cache is full: {0}")]
    Full(String),
    /// A file.
    #[error("{0}")]
    File(String),
    /// A bundle that is none, or not whole.
    #[error("the bundle {0}")]
    Bundle(String),
}

impl Error {
    /// What a system call says about a file.
    pub(super) fn file(path: &Path, error: &io::Error) -> Self {
        let text = format!("{}: {error}", path.display());
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full(text),
            _ => Self::File(text),
        }
    }

    pub(super) fn missing(what: &'static str, name: &impl ToString) -> Self {
        Self::Missing { what, name: name.to_string() }
    }
}
