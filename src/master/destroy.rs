//! The end of instances: the node reports that it wiped a partition.

use super::request::differences;
use super::requester::{Speaker, find_partition};
use super::target::{Target, find};
use super::{Error, Master, shared};
use crate::domain::event::NewEvent;
use crate::domain::instance::{Instance, InstanceId};
use crate::domain::partition::Partition;
use crate::domain::state::RequestedState;
use crate::storage::WriteTx;

/// The outcome of a reported destruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destroyed {
    /// The partition is free.
    Freed,
    /// Not yet: the tree still has instances in partitions, which are to be destroyed first; their titles, sorted.
    Refused(Vec<String>),
}

impl Master {
    /// Ends an instance whose node wiped it: its partition is free, and it is forgotten with the shared instances that
    /// it served; what it had requested is to be destroyed too. A root waits for the rest of its tree. A shared instance
    /// is forgotten by its host.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is no such partition or instance.
    pub async fn destroyed_computer_partition(&self, target: Target, speaker: Speaker) -> Result<Destroyed, Error> {
        let user = speaker.reporter(target.computer());
        let strict = self.settings.strict;
        self.db
            .write(move |tx| {
                if let Target::Partition { computer, partition, .. } = &target
                    && !strict
                    && find_partition(**tx, computer, partition)?.instance.is_none()
                {
                    return Ok(Destroyed::Freed);
                }
                let (instance, partition) = find(**tx, &target)?;
                if instance.wish.state != RequestedState::Destroyed {
                    log::warn!(
                        "{} is destroyed by its node, although it was to be {}",
                        instance.title,
                        instance.wish.state
                    );
                    if strict {
                        return Ok(Destroyed::Freed);
                    }
                }
                if instance.sharing.is_some() {
                    shared::remove(tx, &instance, &user)?;
                    return Ok(Destroyed::Freed);
                }
                let waiting = if instance.is_root() { destroy_tree(tx, &instance, &user)? } else { Vec::new() };
                if !waiting.is_empty() {
                    return Ok(Destroyed::Refused(waiting));
                }
                free(tx, &instance, partition.as_ref(), &user)?;
                Ok(Destroyed::Freed)
            })
            .await
    }
}

/// Asks for the destruction of everything below a root; returns the sorted titles of what is still in partitions.
fn destroy_tree(tx: &WriteTx<'_>, root: &Instance, user: &str) -> Result<Vec<String>, Error> {
    let mut waiting = Vec::new();
    for member in tx.tree(root.id)?.into_iter().filter(|member| member.id != root.id) {
        if member.sharing.is_some() {
            shared::remove(tx, &member, user)?;
        } else if tx.partition_of(member.id)?.is_some() {
            waiting.push(member.title.to_string());
            want_destroyed(tx, member, user)?;
        }
    }
    if waiting.is_empty() {
        // What is left of the tree has no place: nobody would report its end.
        remove_unplaced(tx, root.id, user)?;
    }
    waiting.sort();
    Ok(waiting)
}

fn remove_unplaced(tx: &WriteTx<'_>, root: InstanceId, user: &str) -> Result<(), Error> {
    let members: Vec<_> = tx.tree(root)?.into_iter().map(|member| member.id).filter(|id| *id != root).collect();
    for id in members {
        remove_served(tx, id, user)?;
        // As it is now: the end of its requester gave it another one.
        if let Some(member) = tx.instance(id)? {
            hand_over(tx, &member, user)?;
            tx.delete_instance(id)?;
            record(tx, &member, None, user, "destroyed", "it had no partition")?;
        }
    }
    Ok(())
}

pub(super) fn want_destroyed(tx: &WriteTx<'_>, mut instance: Instance, user: &str) -> Result<(), Error> {
    if instance.wish.state == RequestedState::Destroyed {
        return Ok(());
    }
    let before = instance.clone();
    instance.wish.state = RequestedState::Destroyed;
    save(tx, &before, instance, user)
}

/// Stores what is to be destroyed from now on, and tells what that changed.
fn save(tx: &WriteTx<'_>, before: &Instance, mut instance: Instance, user: &str) -> Result<(), Error> {
    instance.timestamp = tx.now();
    tx.save_instance(&instance)?;
    let changes = differences(**tx, before, &instance)?;
    let event = NewEvent::new(user, "requestComputerPartition", "destroyed").instance(&instance).changes(changes);
    let partition = tx.partition_of(instance.id)?;
    Ok(tx.record(&partition.iter().fold(event, NewEvent::partition), instance.timestamp)?)
}

fn record(
    tx: &WriteTx<'_>,
    instance: &Instance,
    partition: Option<&Partition>,
    user: &str,
    kind: &'static str,
    text: &str,
) -> Result<(), Error> {
    let event = NewEvent::new(user, kind, text).instance(instance);
    Ok(tx.record(&partition.into_iter().fold(event, NewEvent::partition), tx.now())?)
}

/// Forgets an instance; its partition, if it has one, is free then.
fn free(tx: &WriteTx<'_>, instance: &Instance, partition: Option<&Partition>, user: &str) -> Result<(), Error> {
    remove_served(tx, instance.id, user)?;
    hand_over(tx, instance, user)?;
    tx.vacate(instance.id)?;
    tx.delete_instance(instance.id)?;
    let text = if partition.is_some() { "the partition is free" } else { "it had no partition" };
    record(tx, instance, partition, user, "destroyed", text)?;
    finish_root(tx, instance, user)
}

/// Forgets the shared instances that an instance serves.
fn remove_served(tx: &WriteTx<'_>, host: InstanceId, user: &str) -> Result<(), Error> {
    for reference in tx.shared_references(host, u32::MAX)? {
        if let Some(served) = tx.shared_instance(host, &reference)? {
            shared::remove(tx, &served, user)?;
        }
    }
    Ok(())
}

/// Asks for the destruction of what an instance requested, directly or not, since nobody asks for it any more. What is
/// left reports to the requester's requester.
fn hand_over(tx: &WriteTx<'_>, instance: &Instance, user: &str) -> Result<(), Error> {
    for before in tx.requested_by(instance.id)? {
        let mut child = before.clone();
        if child.sharing.is_some() {
            shared::remove(tx, &child, user)?;
            continue;
        }
        want_descendants_destroyed(tx, &child, user)?;
        let heirs = [instance.requester, instance.root];
        child.requester = heirs.into_iter().flatten().find(|&heir| heir != child.id && heir != instance.id);
        child.wish.state = RequestedState::Destroyed;
        save(tx, &before, child, user)?;
    }
    Ok(())
}

fn want_descendants_destroyed(tx: &WriteTx<'_>, parent: &Instance, user: &str) -> Result<(), Error> {
    let mut pending = vec![parent.id];
    let mut seen = vec![parent.id];
    while let Some(id) = pending.pop() {
        for child in tx.requested_by(id)? {
            if child.sharing.is_none() && !seen.contains(&child.id) {
                seen.push(child.id);
                pending.push(child.id);
                want_destroyed(tx, child, user)?;
            }
        }
    }
    Ok(())
}

/// Forgets a root that has no place, once it is to be destroyed and nothing of its tree is left.
fn finish_root(tx: &WriteTx<'_>, member: &Instance, user: &str) -> Result<(), Error> {
    let Some(root) = member.root else { return Ok(()) };
    let Some(root) = tx.instance(root)? else { return Ok(()) };
    let unplaced = tx.partition_of(root.id)?.is_none();
    if unplaced && root.wish.state == RequestedState::Destroyed && tx.tree(root.id)?.len() == 1 {
        remove_served(tx, root.id, user)?;
        tx.delete_instance(root.id)?;
        record(tx, &root, None, user, "destroyed", "it had no partition")?;
    }
    Ok(())
}

/// Destroys an instance that lost its partition: at once, unless the rest of its tree must go first.
pub(super) fn forget_unplaced(tx: &WriteTx<'_>, instance: &Instance, user: &str) -> Result<(), Error> {
    if instance.is_root() && !destroy_tree(tx, instance, user)?.is_empty() {
        return Ok(tx.save_instance(instance)?);
    }
    free(tx, instance, None, user)
}
