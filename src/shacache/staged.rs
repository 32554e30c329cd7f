//! Files that appear under their names when they are whole, and not before.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

use super::error::Error;

/// The beginning of the names of unfinished files. Keys do not begin with a dot, and names of contents are digits.
const UNFINISHED: &str = ".unfinished-";

/// A file that is being written. It disappears unless it is kept.
#[derive(Debug)]
pub struct Staged {
    path: PathBuf,
    file: File,
}

impl Staged {
    /// A new file in a directory. It is locked as long as somebody writes it.
    pub fn create(directory: &Path) -> Result<Self, Error> {
        static COUNTER: AtomicU64 = AtomicU64::new(0);
        loop {
            let number = COUNTER.fetch_add(1, Ordering::Relaxed);
            let path = directory.join(format!("{UNFINISHED}{}-{number}", process::id()));
            let file = match OpenOptions::new().write(true).create_new(true).open(&path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                file => file.map_err(|error| Error::file(&path, &error))?,
            };
            file.lock().map_err(|error| Error::file(&path, &error))?;
            // Whoever cleans up may have come between.
            if is_at(&file, &path) {
                return Ok(Self { path, file });
            }
        }
    }

    /// Appends bytes.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.file.write_all(bytes).map_err(|error| Error::file(&self.path, &error))
    }

    /// The file.
    pub fn file(&self) -> &File {
        &self.file
    }

    /// Gives the file its name, once everything is on the disk. What had the name before is replaced.
    pub fn keep(self, name: &Path) -> Result<(), Error> {
        let failed = |error: io::Error| Error::file(name, &error);
        self.file.sync_all().map_err(failed)?;
        fs::rename(&self.path, name).map_err(failed)?;
        sync_directory_of(name)
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        // After it was kept, there is none of this name.
        let _gone = fs::remove_file(&self.path);
    }
}

/// Removes a file for good.
pub fn remove(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::file(path, &error)),
        _ => sync_directory_of(path),
    }
}

fn sync_directory_of(path: &Path) -> Result<(), Error> {
    let directory = path.parent().unwrap_or(path);
    File::open(directory).and_then(|file| file.sync_all()).map_err(|error| Error::file(directory, &error))
}

/// Makes a directory, and removes the unfinished files in it that nobody writes any more.
pub fn prepare(directory: &Path) -> Result<(), Error> {
    let failed = |error: io::Error| Error::file(directory, &error);
    fs::create_dir_all(directory).map_err(failed)?;
    for entry in fs::read_dir(directory).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let is_unfinished = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(UNFINISHED));
        if is_unfinished && is_abandoned(&path) {
            remove(&path)?;
        }
    }
    Ok(())
}

/// Whether nobody writes a file; a lock ends with its process.
fn is_abandoned(path: &Path) -> bool {
    let Ok(file) = File::open(path) else { return false };
    !matches!(file.try_lock(), Err(TryLockError::WouldBlock))
}

fn is_at(file: &File, path: &Path) -> bool {
    let identity = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
    match (file.metadata(), fs::symlink_metadata(path)) {
        (Ok(open), Ok(named)) => identity(open) == identity(named),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(directory: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_has_its_name_when_it_is_whole_and_nothing_is_left_of_others() {
        let directory = tempfile::tempdir().unwrap();
        let mut kept = Staged::create(directory.path()).unwrap();
        let mut dropped = Staged::create(directory.path()).unwrap();
        kept.write(b"whole").unwrap();
        dropped.write(b"ha").unwrap();
        drop(dropped);
        assert_eq!(names(directory.path()).len(), 1);
        kept.keep(&directory.path().join("name")).unwrap();
        assert_eq!(names(directory.path()), ["name"]);
        assert_eq!(fs::read(directory.path().join("name")).unwrap(), b"whole");
    }

    #[test]
    fn what_a_crash_left_is_removed_and_what_is_being_written_is_not() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join(".unfinished-1-0"), "ha").unwrap();
        fs::write(directory.path().join("name"), "whole").unwrap();
        let staged = Staged::create(directory.path()).unwrap();
        prepare(directory.path()).unwrap();
        let writing = staged.path.file_name().unwrap().to_str().unwrap().to_owned();
        assert_eq!(names(directory.path()), [writing, "name".to_owned()]);
    }
}
