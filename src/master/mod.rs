//! The use cases of a master, one file a noun: each opens a transaction, loads, lets [`domain`](crate::domain) decide,
//! saves, records the event, and returns an outcome.

mod access;
mod allocation;
mod certificate;
mod computer;
mod consumption;
mod destroy;
mod dump;
mod explain;
mod format;
mod forwarding;
mod http_proxy;
mod instance;
mod listing;
mod moving;
mod overview;
mod person;
mod placement;
mod property;
mod rebase;
mod request;
mod requester;
mod seed;
mod service;
mod shared;
mod snapshot;
pub mod software;
mod status;
mod strict;
mod target;

use std::sync::Arc;

use thiserror::Error;
use tokio::sync::watch;

pub use destroy::Destroyed;
pub use dump::{dump_file, dump_snapshot};
pub use explain::explain_file;
pub use instance::Renamed;
pub use listing::InstanceView;
pub use overview::InstanceScope;
pub use person::USER;
pub use request::Requested;
pub use requester::Speaker;
pub use snapshot::KeptSnapshot;
pub use target::Target;

use self::snapshot::Kept;
use crate::domain::certificate::Authority;
use crate::domain::clock::{ClockChange, ClockState};
use crate::domain::delay::AllocationDelay;
use crate::domain::error::Refusal;
use crate::domain::forwarding::Remote;
use crate::domain::ids::Reference;
use crate::domain::placement::Allocation;
use crate::domain::software::SoftwareProduct;
use crate::domain::timestamp::Timestamp;
use crate::storage::{self, Db, Image, WriteTx};

/// What stops a use case.
#[derive(Debug, Error)]
pub enum Error {
    /// The rules of the protocol.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The database.
    #[error(transparent)]
    Storage(#[from] storage::Error),
    /// The certificate authority.
    #[error("{0}")]
    Authority(String),
}

/// What a master is told once, at its start.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The computer that is always known, and where requests go that name none.
    pub default_computer: Reference,
    /// The software products.
    pub software_products: Vec<SoftwareProduct>,
    /// The other masters, to which requests may be forwarded.
    pub remotes: Vec<Remote>,
    /// Whether requests that name no computer may go to others than the default one.
    pub allocation: Allocation,
    /// Whether what the production master refuses is refused.
    pub strict: bool,
    /// When a new instance gets its place; at once, when absent.
    pub async_allocation: Option<AllocationDelay>,
}

impl Settings {
    /// Those of a master that gives places at once and on its default computer, knows no other master, and refuses no more
    /// than it must.
    #[must_use]
    pub fn new(default_computer: Reference, software_products: Vec<SoftwareProduct>) -> Self {
        Self {
            default_computer,
            software_products,
            remotes: Vec::new(),
            allocation: Allocation::Default,
            strict: false,
            async_allocation: None,
        }
    }
}

/// A SlapOS master over one database. Clones share it.
#[derive(Debug, Clone)]
pub struct Master {
    db: Db,
    settings: Arc<Settings>,
    authority: Option<Arc<dyn Authority>>,
    beginning: Option<Image>,
    kept: Arc<Kept>,
}

impl Master {
    /// A master over a database, in which it makes its default computer known.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn new(db: Db, settings: Settings) -> Result<Self, Error> {
        let reference = settings.default_computer.clone();
        db.write(move |tx| make_known(tx, &reference)).await.map_err(Error::Storage)?;
        Ok(Self { db, settings: settings.into(), authority: None, beginning: None, kept: Arc::default() })
    }

    /// The same master, which gives out certificates of an authority.
    #[must_use]
    pub fn with_authority(self, authority: impl Authority + 'static) -> Self {
        Self { authority: Some(Arc::new(authority)), ..self }
    }

    /// The time of the master, for what is only looked at.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.db.now()
    }

    /// What the clock of the master shows.
    #[must_use]
    pub fn clock(&self) -> ClockState {
        self.db.clock()
    }

    /// Sets, moves and freezes the clock of the master; what was to happen until then happens.
    ///
    /// # Errors
    /// [`Error::Refused`] for a time before one that was written already; [`Error::Storage`] when the database fails.
    pub async fn change_clock(&self, change: ClockChange) -> Result<ClockState, Error> {
        let state = self.db.change_clock(change)?;
        self.allocate_due().await?;
        Ok(state)
    }

    /// Counts the changes: an answer holds as long as this does.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.db.generation()
    }

    /// Wakes whoever waits for a change; ends when the database is closed.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.db.changes()
    }

    /// Closes the database; whatever is asked later fails.
    pub fn close(&self) {
        self.db.close();
    }
}

/// Makes the default computer known.
fn make_known(tx: &WriteTx<'_>, computer: &Reference) -> Result<(), storage::Error> {
    match tx.computer_id(computer)? {
        Some(_) => Ok(()),
        None => tx.insert_computer(computer, None).map(|_| ()),
    }
}
