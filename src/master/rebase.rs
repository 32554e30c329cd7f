//! Local software releases after their directory moved.

use std::path::{Path, absolute};

use super::{Error, Master};
use crate::domain::event::NewEvent;
use crate::domain::rebase::{Rebase, RootChange, normal};

/// Who rebases, in events.
const REBASER: &str = "slapproxy";

impl Master {
    /// Remembers the configured local software root. If it is another one than before, local releases that were inside
    /// the old one follow, in supplies and instances, after a copy of the database was made.
    ///
    /// # Errors
    /// When the database fails, or cannot be copied.
    pub async fn rebase_local_software(&self, root: &Path) -> Result<(), Error> {
        let root = absolute(root).unwrap_or_else(|_| root.to_owned());
        let root = normal(&root.to_string_lossy());
        let (kept, releases) = self
            .db
            .look(|tx| -> Result<_, Error> { Ok((tx.local_software_release_root()?, tx.software_releases()?)) })?;
        let kept_root = kept.as_deref().unwrap_or("/");
        let (moves, mut text) = match RootChange::between(kept.as_deref(), &root) {
            RootChange::None => return Ok(()),
            RootChange::Nested => {
                let text = "local releases stay where they are, since one is inside the other";
                (Vec::new(), format!("the local software root was {kept_root} and is {root}; {text}"))
            }
            RootChange::Moved(rebase) => {
                (moves(&rebase, releases), format!("the local software root was {kept_root} and is {root}"))
            }
        };
        if !moves.is_empty() {
            let copy = self.db.backup("rebase")?;
            text = format!("{text}; {} local releases moved; copy: {}", moves.len(), copy.display());
        }
        log::info!("{text}");
        self.db
            .write(move |tx| {
                tx.set_local_software_release_root(&root)?;
                tx.record(&NewEvent::new(REBASER, "rebased", text), tx.now())?;
                for (old, new) in &moves {
                    tx.move_software_release(old, new)?;
                    let event = NewEvent::new(REBASER, "rebased", format!("moved from {old}"));
                    tx.record(&event.software_release(new), tx.now())?;
                }
                Ok(())
            })
            .await
    }
}

fn moves(rebase: &Rebase, releases: Vec<String>) -> Vec<(String, String)> {
    let is_file = |path: &str| Path::new(path).is_file();
    let moved = |release: String| Some((rebase.moved(&release, is_file)?, release));
    releases.into_iter().filter_map(moved).map(|(new, old)| (old, new)).collect()
}
