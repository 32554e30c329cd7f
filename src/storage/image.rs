//! Whole databases in one piece: images in memory, which a database can be made equal to at once, and snapshots, which are
//! files.

use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags, ffi};

use super::clock::Clock;
use super::compat::make_views;
use super::db::{ReadTx, WriteTx, still};
use super::export::{draft, publish};
use super::open::{self, Opening, refuse};
use super::{Error, OpenError, Overwriting};

/// All that a database held at one moment, in memory. Clones share it.
#[derive(Debug, Clone)]
pub struct Image(Arc<Mutex<Connection>>);

impl Image {
    /// Copies what a connection sees.
    pub(super) fn of(source: &Connection) -> rusqlite::Result<Self> {
        let mut connection = Connection::open_in_memory()?;
        copy(source, &mut connection)?;
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    /// Reads a snapshot, which is checked whole and brought up to date; the file is left as it is. `prepare` may change the
    /// image.
    ///
    /// # Errors
    /// [`OpenError`] says what the file is instead.
    pub(super) fn read<E: From<Error>>(
        path: &Path,
        opening: &Opening,
        prepare: impl FnOnce(&WriteTx<'_>) -> Result<(), E>,
    ) -> Result<Result<Self, E>, OpenError> {
        let sqlite = |source| refuse(path, source);
        if !path.exists() {
            return Err(OpenError::Missing { path: path.to_owned() });
        }
        let image = Self::of(&open::open_snapshot(path)?).map_err(sqlite)?;
        let prepared = {
            let mut connection = image.0.lock().unwrap_or_else(PoisonError::into_inner);
            open::check(&connection, path)?;
            open::climb(&mut connection, path)?;
            if let Some(schema) = opening.compat_schema {
                make_views(&mut connection, schema).map_err(sqlite)?;
            }
            let clock = Clock::resume(&connection).map_err(sqlite)?;
            let transaction = connection.transaction().map_err(sqlite)?;
            let prepared = prepare(&WriteTx::new(ReadTx::new(&transaction), &clock));
            if prepared.is_ok() {
                transaction.commit().map_err(sqlite)?;
            }
            prepared
        };
        Ok(prepared.map(|()| image))
    }

    /// Reads what it holds.
    ///
    /// # Errors
    /// What the closure returns.
    pub fn look<T, E: From<Error>>(&self, closure: impl FnOnce(ReadTx<'_>) -> Result<T, E>) -> Result<T, E> {
        closure(ReadTx::new(&self.0.lock().unwrap_or_else(PoisonError::into_inner)))
    }

    /// Makes a database equal to the image, in one transaction.
    pub(super) fn restore(&self, target: &mut Connection) -> rusqlite::Result<()> {
        copy(&self.0.lock().unwrap_or_else(PoisonError::into_inner), target)
    }
}

/// Reads a snapshot, of this schema version or an earlier one; the file is left as it is.
///
/// # Errors
/// [`OpenError`] says what the file is instead; or what the closure returns.
pub fn read_snapshot<T, E: From<Error>>(
    path: &Path,
    closure: impl FnOnce(ReadTx<'_>) -> Result<T, E>,
) -> Result<Result<T, E>, OpenError> {
    let sqlite = |source| refuse(path, source);
    if !path.exists() {
        return Err(OpenError::Missing { path: path.to_owned() });
    }
    let image = Image::of(&open::open_snapshot(path)?).map_err(sqlite)?;
    {
        let mut connection = image.0.lock().unwrap_or_else(PoisonError::into_inner);
        open::check(&connection, path)?;
        open::climb(&mut connection, path)?;
    }
    Ok(image.look(closure))
}

fn copy(source: &Connection, target: &mut Connection) -> rusqlite::Result<()> {
    match Backup::new(source, target)?.step(-1)? {
        StepResult::Done => Ok(()),
        step => {
            let reason = format!("the database could not be copied: {step:?}");
            Err(rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_BUSY), Some(reason)))
        }
    }
}

/// Writes what is committed into one new file, which only its owner can read; also while a server writes the database.
/// Nobody sees a part of it.
///
/// # Errors
/// [`OpenError`] for a database that cannot be read, [`Error::Copy`] for a file that cannot be written.
pub fn save_snapshot(database: &Path, file: &Path, overwriting: Overwriting) -> Result<Result<(), Error>, OpenError> {
    if !database.exists() {
        return Err(OpenError::Missing { path: database.to_owned() });
    }
    if overwriting == Overwriting::Refused && file.exists() {
        return Ok(Err(Error::Copy(format!("{} exists already", file.display()))));
    }
    let draft = draft(file);
    // A file that nobody has open is read without leaving anything beside it.
    let written = match still(database) {
        None => open::open_reader(database).map(|source| write(&source, &draft))?,
        Some(before) => {
            let written = open::open_still(database).map(|source| write(&source, &draft))?;
            if still(database) == Some(before) {
                written
            } else {
                fs::remove_file(&draft).ok();
                open::open_reader(database).map(|source| write(&source, &draft))?
            }
        }
    };
    let result = written.and_then(|()| {
        let failure = |source: io::Error| Error::Copy(format!("cannot write {}: {source}", file.display()));
        publish(&draft, file, overwriting).map_err(failure)
    });
    // It was published under another name, or is of no use.
    fs::remove_file(&draft).ok();
    Ok(result)
}

fn write(source: &Connection, draft: &Path) -> Result<(), Error> {
    let created = OpenOptions::new().write(true).create_new(true).mode(0o600).open(draft);
    created.map_err(|source| Error::Copy(format!("cannot make {}: {source}", draft.display())))?;
    let mut target = Connection::open_with_flags(draft, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    copy(source, &mut target)?;
    // So that readers need no file beside it.
    target.execute_batch("PRAGMA journal_mode = DELETE")?;
    target.close().map_err(|(_, error)| error.into())
}
