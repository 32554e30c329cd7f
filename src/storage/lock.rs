//! The lock of a database: a file beside it that a running server holds, and that tells where the server is.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use super::OpenError;
use crate::wire::control::{Ready, read_ready};

/// Where the server of a database is, as text that the server wrote (JSON of the ready file).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerInfo(pub String);

/// The lock, held until it is dropped.
#[derive(Debug)]
pub struct Lock {
    file: File,
    path: PathBuf,
}

/// How often, and at what distance, a held lock is looked at again: who asks where the server is holds it for a moment.
const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_millis(10);

fn lock_path(database: &Path) -> PathBuf {
    // Every name of a database has the same lock.
    let mut name = fs::canonicalize(database).unwrap_or_else(|_| database.to_owned()).into_os_string();
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
        let mut tries = 0;
        loop {
            let mut options = OpenOptions::new();
            options.read(true).write(true).create(true).truncate(false).mode(0o600);
            let mut file = options.open(&path).map_err(io)?;
            match file.try_lock() {
                Ok(()) if is_at(&file, &path).map_err(io)? => {
                    file.set_len(0).map_err(io)?;
                    return Ok(Self { file, path });
                }
                // Whoever held it removed it in between.
                Ok(()) => {}
                Err(TryLockError::WouldBlock) if tries < TRIES => {
                    tries += 1;
                    thread::sleep(PAUSE);
                }
                Err(TryLockError::WouldBlock) => {
                    let mut text = String::new();
                    file.read_to_string(&mut text).map_err(io)?;
                    let user = match read_ready(&text) {
                        Ok(Ready { url, pid, .. }) => format!("the server at {url} (pid {pid})"),
                        Err(_) => "another slapproxy".into(),
                    };
                    return Err(OpenError::InUse { path: database.to_owned(), user });
                }
                Err(TryLockError::Error(source)) => return Err(io(source)),
            }
        }
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
        // A server that opened this file already finds that it is gone once it has the lock, and makes another one.
        if let Err(error) = fs::remove_file(&self.path) {
            log::warn!("cannot remove {}: {error}", self.path.display());
        }
    }
}

/// Whether a path still leads to an open file.
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    let own = file.metadata()?;
    match fs::metadata(path) {
        Ok(there) => Ok((there.dev(), there.ino()) == (own.dev(), own.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_file_that_was_removed_or_replaced_is_not_the_lock() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("proxy.db.lock");
        let old = File::create(&path).unwrap();
        assert!(is_at(&old, &path).unwrap());
        fs::remove_file(&path).unwrap();
        assert!(!is_at(&old, &path).unwrap());
        let new = File::create(&path).unwrap();
        assert!(!is_at(&old, &path).unwrap());
        assert!(is_at(&new, &path).unwrap());
    }

    #[test]
    fn a_lock_has_one_holder_at_a_time_and_leaves_no_file() {
        let directory = tempfile::tempdir().unwrap();
        let database = directory.path().join("proxy.db");
        let mut lock = Lock::take(&database).unwrap();
        let refusal = |user: &str| {
            format!(
                "the database {} is in use by {user}; stop it first, or choose another file with --database-uri",
                database.display()
            )
        };
        let taken = || Lock::take(&database).map(|_| ()).map_err(|error| error.to_string());
        assert_eq!((taken(), running_server(&database)), (Err(refusal("another slapproxy")), None));
        let info = ServerInfo(r#"{"url":"http://127.0.0.1:1/","pid":7,"database":"proxy.db"}"#.into());
        lock.publish(&info).unwrap();
        let holder = refusal("the server at http://127.0.0.1:1/ (pid 7)");
        assert_eq!((taken(), running_server(&database)), (Err(holder), Some(info)));
        drop(lock);
        assert_eq!((lock_path(&database).exists(), running_server(&database)), (false, None));
        assert_eq!(taken(), Ok(()));
    }
}
