//! The lock of a database: a file beside it that a running server holds, and that tells where the server is.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::OpenError;

/// Where the server of a database is, as text that the server wrote (JSON of the ready file).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerInfo(pub String);

/// The lock, held until it is dropped.
#[derive(Debug)]
pub struct Lock {
    file: File,
    path: PathBuf,
}

fn lock_path(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(".lock");
    name.into()
}

impl Lock {
    /// Takes the lock of a database.
    ///
    /// # Errors
    /// [`OpenError::InUse`] when another process holds it, [`OpenError::Io`] when the file cannot be made.
    pub fn take(database: &Path) -> Result<Self, OpenError> {
        let path = lock_path(database);
        let io = |source| OpenError::Io { path: path.clone(), source };
        if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(parent).map_err(io)?;
        }
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        let mut file = options.open(&path).map_err(io)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                file.read_to_string(&mut text).map_err(io)?;
                let user =
                    if text.is_empty() { "another slapproxy".into() } else { format!("another slapproxy ({text})") };
                return Err(OpenError::InUse { path: database.to_owned(), user });
            }
            Err(TryLockError::Error(source)) => return Err(io(source)),
        }
        file.set_len(0).map_err(io)?;
        Ok(Self { file, path })
    }

    /// Writes where the server is.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn publish(&mut self, info: &ServerInfo) -> io::Result<()> {
        self.file.set_len(0)?;
        self.file.rewind()?;
        self.file.write_all(info.0.as_bytes())
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // A server that starts now finds either this file, locked, or none: losing the race costs nothing.
        if let Err(error) = fs::remove_file(&self.path) {
            log::warn!("cannot remove {}: {error}", self.path.display());
        }
    }
}

/// Where the running server of a database is; `None` when there is none, or it does not listen yet.
#[must_use]
pub fn running_server(database: &Path) -> Option<ServerInfo> {
    let mut file = File::open(lock_path(database)).ok()?;
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => {}
        Ok(()) | Err(TryLockError::Error(_)) => return None,
    }
    let mut text = String::new();
    file.read_to_string(&mut text).ok()?;
    (!text.is_empty()).then_some(ServerInfo(text))
}
