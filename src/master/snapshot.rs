//! Whole states of the database: a snapshot that is put in its place, and the one that it is brought back to.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use tokio::task::spawn_blocking;

use super::{Error, Master, dump, make_known};
use crate::domain::error::Refusal;
use crate::domain::event::NewEvent;
use crate::domain::ids::Reference;
use crate::domain::seed::Seed;
use crate::domain::timestamp::Timestamp;
use crate::storage::{self, Image, OpenError};

/// The snapshots that a master keeps in memory as long as it runs, by their names.
pub(super) type Kept = Mutex<BTreeMap<String, (Timestamp, Image)>>;

/// A snapshot that a master keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptSnapshot {
    /// Its name.
    pub name: String,
    /// When it was kept, by the clock of the master.
    pub saved: Timestamp,
}

impl Master {
    /// Puts what a snapshot holds in the place of everything: all of it, or nothing. The default computer is known
    /// afterwards, and an event tells of it.
    ///
    /// # Errors
    /// [`Error::Refused`] when the file is no snapshot.
    pub async fn load_snapshot(&self, path: PathBuf, user: String) -> Result<(), Error> {
        let computer = self.settings.default_computer.clone();
        let name = path.display().to_string();
        let text = name.clone();
        let loaded = self.db.load(path, move |tx| {
            make_known(tx, &computer)?;
            Ok::<_, Error>(tx.record(&NewEvent::new(user, "snapshot load", text), tx.now())?)
        });
        loaded.await.map_err(|error| match error {
            Error::Storage(storage::Error::Snapshot(OpenError::Missing { .. })) => {
                Refusal::NoSnapshot { path: name }.into()
            }
            Error::Storage(storage::Error::Snapshot(reason)) => {
                Refusal::invalid("path", &name, format!("a snapshot: {reason}")).into()
            }
            error => error,
        })
    }

    /// The same master, which can be brought back to what it holds now.
    ///
    /// # Errors
    /// When the database fails.
    pub fn remembering(self) -> Result<Self, Error> {
        Ok(Self { beginning: Some(self.db.image()?), ..self })
    }

    /// Brings everything back to what it was when the server started.
    ///
    /// # Errors
    /// [`Refusal::NoReset`] when that was not remembered.
    pub async fn reset(&self) -> Result<(), Error> {
        let beginning = self.beginning.as_ref().ok_or(Refusal::NoReset)?;
        Ok(self.db.restore(beginning).await?)
    }
    /// Keeps what everything is now under a name, in the place of what was kept under it.
    ///
    /// # Errors
    /// [`Error::Refused`] for what is no name.
    pub async fn keep_snapshot(&self, name: &str) -> Result<(), Error> {
        let name = Reference::parse("name", name)?.to_string();
        let db = self.db.clone();
        let image = spawn_blocking(move || db.image()).await.unwrap_or(Err(storage::Error::Panicked))?;
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert(name, (self.now(), image));
        Ok(())
    }

    /// Puts what a snapshot that was kept holds in the place of everything.
    ///
    /// # Errors
    /// [`Refusal::Unknown`]
    pub async fn restore_snapshot(&self, name: &str) -> Result<(), Error> {
        let image = self.kept(name)?;
        Ok(self.db.restore(&image).await?)
    }

    /// All that a seed can say of what a snapshot that was kept holds.
    ///
    /// # Errors
    /// [`Refusal::Unknown`]
    pub async fn dump_snapshot(&self, name: &str) -> Result<Seed, Error> {
        let (image, now) = (self.kept(name)?, self.now());
        let seed = spawn_blocking(move || image.look(|tx| dump::dump(tx, now))).await;
        seed.unwrap_or_else(|_| Err(storage::Error::Panicked.into()))
    }

    /// The snapshots that were kept, by name.
    #[must_use]
    pub fn kept_snapshots(&self) -> Vec<KeptSnapshot> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().map(|(name, (saved, _))| KeptSnapshot { name: name.clone(), saved: *saved }).collect()
    }

    fn kept(&self, name: &str) -> Result<Image, Refusal> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let known = || kept.keys().cloned().collect();
        kept.get(name).map(|(_, image)| image.clone()).ok_or_else(|| Refusal::Unknown {
            field: "name".into(),
            what: "snapshot",
            value: name.to_owned(),
            known: known(),
        })
    }
}
