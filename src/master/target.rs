//! The instance that a call is about, however the call names it.

use super::Error;
use super::requester::{find_instance, find_shared};
use crate::domain::error::Refusal;
use crate::domain::instance::Instance;
use crate::domain::partition::Partition;
use crate::storage::ReadTx;

/// How a call names an instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// By the partition it is in, or by its host's partition and the name that its host knows it by.
    Partition {
        /// The computer.
        computer: String,
        /// The partition.
        partition: String,
        /// The reference of a shared instance.
        shared_reference: Option<String>,
    },
    /// By any identifier that was ever handed out for it: `TITLE___ROOT TITLE___0` (or `1`, shared),
    /// `COMPUTER-PARTITION`, or the reference of a shared instance.
    Guid(String),
}

impl Target {
    /// The computer that the call names; `None` when it names none.
    pub(super) fn computer(&self) -> Option<&str> {
        match self {
            Self::Partition { computer, .. } => Some(computer),
            Self::Guid(_) => None,
        }
    }
}

/// An instance and its place, which is its host's for a shared one and `None` for one that lost it.
pub(super) type Found = (Instance, Option<Partition>);

/// Finds the instance that a call is about.
pub(super) fn find(tx: ReadTx<'_>, target: &Target) -> Result<Found, Error> {
    match target {
        Target::Partition { computer, partition, shared_reference } => {
            let (partition, host) = find_instance(tx, computer, partition)?;
            let instance = match shared_reference {
                None => host,
                Some(reference) => find_shared(tx, host.id, reference)?,
            };
            Ok((instance, Some(partition)))
        }
        Target::Guid(guid) => match by_guid(tx, guid)? {
            Some(instance) => {
                let partition = place(tx, &instance)?;
                Ok((instance, partition))
            }
            None => Err(Refusal::UnknownInstance { guid: guid.clone() }.into()),
        },
    }
}

/// The partition of an instance, or of its host.
pub(super) fn place(tx: ReadTx<'_>, instance: &Instance) -> Result<Option<Partition>, Error> {
    let holder = instance.sharing.as_ref().map_or(instance.id, |sharing| sharing.host);
    Ok(tx.partition_of(holder)?)
}

pub(super) fn by_guid(tx: ReadTx<'_>, guid: &str) -> Result<Option<Instance>, Error> {
    for (suffix, shared) in [("___0", false), ("___1", true)] {
        let Some(names) = guid.strip_suffix(suffix) else { continue };
        // Titles may hold the separator: every way to cut is tried.
        for (at, _) in names.char_indices().filter(|&(at, _)| names[at..].starts_with("___")) {
            if let Some(found) = tx.instance_named(&names[..at], &names[at + 3..], shared)? {
                return Ok(Some(found));
            }
        }
    }
    for (at, _) in guid.match_indices('-') {
        let partition = tx.partition(&guid[..at], &guid[at + 1..])?;
        if let Some(id) = partition.and_then(|partition| partition.instance) {
            return Ok(tx.instance(id)?);
        }
    }
    Ok(tx.shared_instance_anywhere(guid)?)
}
