//! Whole states of the database: a snapshot that is put in its place, and the one that it is brought back to.

use std::path::PathBuf;

use super::{Error, Master, make_known};
use crate::domain::error::Refusal;
use crate::domain::event::NewEvent;
use crate::storage::{self, OpenError};

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
}
