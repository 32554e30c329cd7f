//! Copies of a database, made before it is changed for good.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags, ffi};

use super::OpenError;
use super::open::{connect, refuse};

/// Copies what is committed into a new file beside the database, page by page: `proxy.db-backup-WHAT-TIME.db`. Only its
/// owner can read it, and it is on disk when this returns.
pub(super) fn backup(path: &Path, what: &str) -> Result<PathBuf, OpenError> {
    let sqlite = |source| refuse(path, source);
    let source = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let time: String = source.query_row("SELECT strftime('%Y%m%dT%H%M%SZ')", [], |row| row.get(0)).map_err(sqlite)?;
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let (file, name) = create(&path, what, &time).map_err(|source| OpenError::Io { path: path.clone(), source })?;
    copy(&source, &name).map_err(sqlite)?;
    let io = |source| OpenError::Io { path: name.clone(), source };
    file.sync_all().map_err(io)?;
    sync_directory(&name).map_err(io)?;
    Ok(name)
}

fn create(path: &Path, what: &str, time: &str) -> io::Result<(File, PathBuf)> {
    let mut number = 1;
    loop {
        let mut name = path.as_os_str().to_owned();
        name.push(format!("-backup-{what}-{time}"));
        if number > 1 {
            name.push(format!("-{number}"));
        }
        name.push(".db");
        match OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&name) {
            Ok(file) => return Ok((file, name.into())),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => number += 1,
            Err(error) => return Err(error),
        }
    }
}

fn copy(source: &Connection, name: &Path) -> rusqlite::Result<()> {
    let mut target = Connection::open_with_flags(name, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let step = Backup::new(source, &mut target)?.step(-1)?;
    if step != StepResult::Done {
        let reason = format!("the database could not be copied: {step:?}");
        return Err(rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_BUSY), Some(reason)));
    }
    target.close().map_err(|(_, error)| error)
}

/// Makes a new name of a file survive a crash.
pub(super) fn sync_directory(file: &Path) -> io::Result<()> {
    let parent = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(parent)?.sync_all()
}
