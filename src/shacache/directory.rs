//! The directory: a file of entries for each key.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::content::files;
use super::error::Error;
use super::staged::{Staged, prepare, remove};
use crate::wire::shacache::{Entry, Key, entries, read_entries};

/// The file whose lock keeps other programs from changing entries meanwhile.
const LOCK: &str = ".lock";

/// A directory of entries.
#[derive(Debug)]
pub struct Directory {
    directory: PathBuf,
    /// Entries are read, changed and written by one at a time.
    changing: Mutex<()>,
}

/// What a change makes of the entries of a key.
pub enum Change {
    /// They stay.
    Nothing,
    /// They are these.
    Entries(Vec<Entry>),
    /// There are none any more.
    Removal,
}

impl Directory {
    /// The entries of a directory, which is made when it is not there.
    pub fn open(directory: PathBuf) -> Result<Self, Error> {
        prepare(&directory)?;
        Ok(Self { directory, changing: Mutex::default() })
    }

    fn path(&self, key: &Key) -> PathBuf {
        self.directory.join(key.as_str())
    }

    /// The entries of a key as they stand in their file, if it is there and is a list.
    pub fn text(&self, key: &Key) -> Result<Option<Vec<u8>>, Error> {
        let text = read(&self.path(key))?;
        Ok(text.filter(|text| read_entries(text).is_ok()))
    }

    /// The entries of a key; `None` when there is no file, or it is no list.
    pub fn entries(&self, key: &Key) -> Result<Option<Vec<Entry>>, Error> {
        Ok(read(&self.path(key))?.and_then(|text| read_entries(&text).ok()))
    }

    /// Adds entries to a key, the newest first; what is there already stays where it is. Answers how many were added.
    pub fn add(&self, key: &Key, new: &[Entry]) -> Result<usize, Error> {
        let mut added = 0;
        self.change(key, |_, known| {
            let known = known.unwrap_or_default();
            let mut all: Vec<Entry> = new.iter().filter(|entry| !known.contains(entry)).cloned().collect();
            added = all.len();
            all.extend(known);
            if added > 0 { Change::Entries(all) } else { Change::Nothing }
        })?;
        Ok(added)
    }

    /// Changes the entries of a key. The change is given whether there is a file, and the entries if it is a list.
    pub fn change<F>(&self, key: &Key, change: F) -> Result<(), Error>
    where
        F: FnOnce(bool, Option<Vec<Entry>>) -> Change,
    {
        let _changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let lock = self.directory.join(LOCK);
        let locked = File::create(&lock).and_then(|file| file.lock().map(|()| file));
        let _locked = locked.map_err(|error| Error::file(&lock, &error))?;
        let path = self.path(key);
        let text = read(&path)?;
        let is_there = text.is_some();
        match change(is_there, text.and_then(|text| read_entries(&text).ok())) {
            Change::Nothing => Ok(()),
            Change::Removal => remove(&path),
            Change::Entries(list) => {
                let mut staged = Staged::create(&self.directory)?;
                staged.write(entries(&list).as_bytes())?;
                staged.keep(&path)
            }
        }
    }

    /// All keys.
    pub fn keys(&self) -> Result<Vec<Key>, Error> {
        Ok(files(&self.directory)?.into_iter().filter_map(|(name, _)| Key::parse(&name).ok()).collect())
    }

    /// How many keys there are, and how large their files are together.
    pub fn size(&self) -> Result<(u64, u64), Error> {
        let files = files(&self.directory)?;
        let sizes = files.into_iter().filter(|(name, _)| Key::parse(name).is_ok()).map(|(_, bytes)| bytes);
        Ok(sizes.fold((0, 0), |(count, total), bytes| (count + 1, total + bytes)))
    }
}

/// A whole file; `None` when there is none.
fn read(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_file() => {}
        Ok(_) => return Ok(None),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::file(path, &error)),
    }
    match fs::read(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::file(path, &error)),
    }
}
