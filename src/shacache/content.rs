//! The contents: files named by their SHA-512.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use sha2::{Digest, Sha512 as Hasher};

use super::error::Error;
use super::staged::{Staged, prepare};
use crate::wire::shacache::Sha512;

/// How much of a file is in memory at once.
pub const PORTION: usize = 256 * 1024;

/// A directory of contents.
#[derive(Debug)]
pub struct ContentStore {
    directory: PathBuf,
    /// The files whose bytes are known to be what their names say.
    verified: Mutex<HashMap<Sha512, Stamp>>,
}

/// What changes when a file does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    inode: u64,
    length: u64,
    modified: (i64, i64),
}

impl Stamp {
    fn of(file: &File) -> io::Result<Self> {
        let metadata = file.metadata()?;
        let modified = (metadata.mtime(), metadata.mtime_nsec());
        Ok(Self { inode: metadata.ino(), length: metadata.len(), modified })
    }
}

impl ContentStore {
    /// The contents of a directory, which is made when it is not there.
    pub fn open(directory: PathBuf) -> Result<Self, Error> {
        prepare(&directory)?;
        Ok(Self { directory, verified: Mutex::default() })
    }

    fn path(&self, sha512: &Sha512) -> PathBuf {
        self.directory.join(sha512.to_string())
    }

    /// A content, if it is there. The bytes of a file are compared with its name before it is given out for the first
    /// time: others may have written it, and have stopped halfway.
    pub fn get(&self, sha512: &Sha512) -> Result<Option<(File, PathBuf)>, Error> {
        let path = self.path(sha512);
        let failed = |error: io::Error| Error::file(&path, &error);
        match fs::symlink_metadata(&path) {
            Ok(metadata) if metadata.is_file() => {}
            Ok(_) => return Ok(None),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
        }
        let file = match File::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            file => file.map_err(failed)?,
        };
        let stamp = Stamp::of(&file).map_err(failed)?;
        if self.lock().get(sha512) != Some(&stamp) {
            let found = digest(&file).map_err(failed)?;
            if found != *sha512 || Stamp::of(&file).map_err(failed)? != stamp {
                log::error!("{} is not what its name says: it is not given out", path.display());
                return Ok(None);
            }
            self.lock().insert(*sha512, stamp);
        }
        // Reading moved the position of the one; the other begins at the beginning.
        let file = File::open(&path).map_err(failed)?;
        Ok((Stamp::of(&file).map_err(failed)? == stamp).then_some((file, path)))
    }

    /// Whether a file of the name is there, whatever is in it.
    pub fn has(&self, sha512: &Sha512) -> bool {
        fs::symlink_metadata(self.path(sha512)).is_ok_and(|metadata| metadata.is_file())
    }

    /// A new content.
    pub fn receive(&self) -> Result<Receiving, Error> {
        Ok(Receiving { staged: Staged::create(&self.directory)?, hasher: Hasher::new() })
    }

    /// Keeps a new content under its name, which is the expected one if there is one. What is there already stays.
    pub fn keep(&self, receiving: Receiving, expected: Option<&Sha512>) -> Result<Sha512, Error> {
        let Receiving { staged, hasher } = receiving;
        let found = Sha512::from(<[u8; 64]>::from(hasher.finalize()));
        if expected.is_some_and(|expected| *expected != found) {
            return Err(Error::Checksum { found });
        }
        if self.get(&found)?.is_none() {
            let path = self.path(&found);
            let stamp = Stamp::of(staged.file()).map_err(|error| Error::file(&path, &error))?;
            staged.keep(&path)?;
            self.lock().insert(found, stamp);
        }
        Ok(found)
    }

    /// The names of all contents.
    pub fn names(&self) -> Result<Vec<Sha512>, Error> {
        let files = files(&self.directory)?;
        Ok(files.into_iter().filter_map(|(name, _)| Sha512::parse(&name).ok()).collect())
    }

    /// How many contents there are, and how large they are together.
    pub fn size(&self) -> Result<(u64, u64), Error> {
        let files = files(&self.directory)?;
        let sizes = files.into_iter().filter(|(name, _)| Sha512::parse(name).is_ok()).map(|(_, bytes)| bytes);
        Ok(sizes.fold((0, 0), |(count, total), bytes| (count + 1, total + bytes)))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Sha512, Stamp>> {
        self.verified.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The names and sizes of the files of a directory, in order.
pub fn files(directory: &Path) -> Result<Vec<(String, u64)>, Error> {
    let failed = |error: io::Error| Error::file(directory, &error);
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        // It may be gone meanwhile.
        let Ok(metadata) = entry.metadata() else { continue };
        if let (true, Ok(name)) = (metadata.is_file(), entry.file_name().into_string()) {
            found.push((name, metadata.len()));
        }
    }
    found.sort();
    Ok(found)
}

fn digest(mut file: &File) -> io::Result<Sha512> {
    let mut hasher = Hasher::new();
    let mut portion = vec![0; PORTION];
    loop {
        match file.read(&mut portion)? {
            0 => return Ok(Sha512::from(<[u8; 64]>::from(hasher.finalize()))),
            length => hasher.update(&portion[..length]),
        }
    }
}

/// A content that is being received.
#[derive(Debug)]
pub struct Receiving {
    staged: Staged,
    hasher: Hasher,
}

impl Receiving {
    /// Appends bytes.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.hasher.update(bytes);
        self.staged.write(bytes)
    }
}
