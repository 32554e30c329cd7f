//! Who is asking.

use super::Error;
use crate::domain::error::Refusal;
use crate::domain::instance::{Instance, InstanceId};
use crate::domain::partition::Partition;
use crate::domain::state::RequestedState;
use crate::storage::ReadTx;

/// Who says that he is asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Speaker {
    /// A person.
    Person,
    /// The partition of an `Authorization: X-SlapPartition` header; `None` when it lacks the partition's key.
    Header {
        /// The computer.
        computer: String,
        /// The partition.
        partition: Option<String>,
    },
    /// The partition of form fields, as older clients say it.
    Form {
        /// The computer.
        computer: String,
        /// The partition.
        partition: String,
    },
    /// A person, or the node of a computer, whose name is proved.
    Named(String),
    /// An instance that proved what it is; its classic identifier is its name.
    Instance(InstanceId, String),
}

impl Speaker {
    /// The name under which events and status records know a reporter: the one that is proved, else the partition of the
    /// header, else the computer that the call is about, else `user`.
    #[must_use]
    pub fn reporter(&self, computer: Option<&str>) -> String {
        match (self, computer) {
            (Self::Header { computer, partition: Some(partition) }, _) => format!("{computer}-{partition}"),
            (Self::Named(name) | Self::Instance(_, name), _) => name.clone(),
            (_, Some(computer)) => computer.into(),
            (_, None) => "user".into(),
        }
    }
}

/// The instance that requests, and its tree.
#[derive(Debug, Clone)]
pub(super) struct Requester {
    /// The instance.
    pub id: InstanceId,
    /// Its classic identifier.
    pub guid: String,
    /// The root of its tree.
    pub root: InstanceId,
    /// The title of that root.
    pub root_title: String,
    /// What is asked of that root.
    pub root_state: RequestedState,
}

/// Finds the instance that requests; `None` for a person.
pub(super) fn requester(tx: ReadTx<'_>, speaker: &Speaker) -> Result<Option<Requester>, Error> {
    let found = match speaker {
        Speaker::Person | Speaker::Named(_) => return Ok(None),
        Speaker::Instance(id, guid) => return Ok(Some(of_instance(tx, *id, guid.clone())?)),
        Speaker::Header { computer, partition: None } => {
            return Err(Refusal::UnknownSpeaker {
                computer: computer.clone(),
                partition: "None".into(),
                reason: "it lacks computer_partition_id=…".into(),
            }
            .into());
        }
        Speaker::Header { computer, partition: Some(partition) } => {
            instance_in(tx, computer, partition)?.map_err(|reason| Refusal::UnknownSpeaker {
                computer: computer.clone(),
                partition: partition.clone(),
                reason,
            })
        }
        Speaker::Form { computer, partition } => instance_in(tx, computer, partition)?.map_err(|reason| {
            Refusal::UnknownRequester { computer: computer.clone(), partition: partition.clone(), reason }
        }),
    };
    let (partition, instance) = found?;
    Ok(Some(in_tree(tx, &instance, partition.guid())?))
}

/// An instance that requests, by its stable id.
pub(super) fn requester_of(tx: ReadTx<'_>, id: InstanceId) -> Result<Requester, Error> {
    let guid = tx.partition_of(id)?.map_or_else(String::new, |partition| partition.guid());
    of_instance(tx, id, guid)
}

fn of_instance(tx: ReadTx<'_>, id: InstanceId, guid: String) -> Result<Requester, Error> {
    match tx.instance(id)? {
        Some(instance) => in_tree(tx, &instance, guid),
        None => Err(Refusal::UnknownInstance { guid }.into()),
    }
}

fn in_tree(tx: ReadTx<'_>, instance: &Instance, guid: String) -> Result<Requester, Error> {
    let root_state = match instance.root {
        None => instance.wish.state,
        Some(root) => tx.instance(root)?.map_or(RequestedState::Started, |root| root.wish.state),
    };
    Ok(Requester {
        id: instance.id,
        guid,
        root: instance.root.unwrap_or(instance.id),
        root_title: instance.root_title.to_string(),
        root_state,
    })
}

fn instance_in(
    tx: ReadTx<'_>,
    computer: &str,
    partition: &str,
) -> Result<Result<(Partition, Instance), String>, Error> {
    let found = match find_partition(tx, computer, partition) {
        Ok(found) => found,
        Err(Error::Refused(refusal)) => return Ok(Err(refusal.to_string())),
        Err(error) => return Err(error),
    };
    let instance = match found.instance {
        Some(instance) => tx.instance(instance)?,
        None => None,
    };
    Ok(instance.map(|instance| (found, instance)).ok_or_else(|| "it is free".into()))
}

/// A computer, or the refusal that names those that are known.
pub(super) fn find_computer(tx: ReadTx<'_>, computer: &str) -> Result<crate::domain::instance::ComputerId, Error> {
    match tx.computer_id(computer)? {
        Some(id) => Ok(id),
        None => Err(Refusal::Unknown {
            field: "computer_id".into(),
            what: "computer",
            value: computer.into(),
            known: tx.computer_references()?,
        }
        .into()),
    }
}

/// A partition, or the refusal that names those that are known.
pub(super) fn find_partition(tx: ReadTx<'_>, computer: &str, partition: &str) -> Result<Partition, Error> {
    if let Some(found) = tx.partition(computer, partition)? {
        return Ok(found);
    }
    find_computer(tx, computer)?;
    Err(Refusal::Unknown {
        field: "computer_partition_id".into(),
        what: "partition",
        value: partition.into(),
        known: tx.partition_references(computer)?,
    }
    .into())
}

/// The instance in a partition, or the refusal that says what is missing.
pub(super) fn find_instance(tx: ReadTx<'_>, computer: &str, partition: &str) -> Result<(Partition, Instance), Error> {
    let found = find_partition(tx, computer, partition)?;
    let instance = match found.instance {
        Some(instance) => tx.instance(instance)?,
        None => None,
    };
    match instance {
        Some(instance) => Ok((found, instance)),
        None => Err(Refusal::Free { computer: computer.into(), partition: partition.into() }.into()),
    }
}

/// A shared instance that the instance in a partition serves, or the refusal that names those it does serve.
pub(super) fn find_shared(tx: ReadTx<'_>, host: InstanceId, reference: &str) -> Result<Instance, Error> {
    const SHOWN: u32 = 10;
    if let Some(found) = tx.shared_instance(host, reference)? {
        return Ok(found);
    }
    if let Some(found) = tx.former_shared_instance(host, reference)? {
        return Ok(found);
    }
    Err(Refusal::Unknown {
        field: "slave_reference".into(),
        what: "shared instance of this host called",
        value: reference.into(),
        known: tx.shared_references(host, SHOWN)?,
    }
    .into())
}
