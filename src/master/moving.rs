//! Moving an instance: it gets another place, and what it leaves behind is destroyed once it runs there.

use super::destroy::want_destroyed;
use super::explain::repeated;
use super::request::differences;
use super::requester::Speaker;
use super::shared::free_reference;
use super::target::{Target, find, place};
use super::{Error, InstanceView, Master, placement};
use crate::domain::error::Refusal;
use crate::domain::event::NewEvent;
use crate::domain::ids::{Reference, Title};
use crate::domain::instance::{Instance, Sharing};
use crate::domain::parameters::{Parameters, Value};
use crate::domain::partition::Partition;
use crate::domain::state::RequestedState;
use crate::storage::{NewInstance, WriteTx};

/// The key of an SLA that names a computer.
const COMPUTER_GUID: &str = "computer_guid";

impl Master {
    /// Gives an instance another place than it has: on a computer, if one is named, and else where its SLA leads. A software
    /// instance stays in its former partition, under another title, until it runs in the new one; a shared one is served by
    /// another host from now on.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is no such instance, it is moving already or to be destroyed, or there is no other place.
    pub async fn software_instance_move(
        &self,
        target: Target,
        computer: Option<Reference>,
        speaker: Speaker,
    ) -> Result<InstanceView, Error> {
        let user = speaker.reporter(target.computer());
        let settings = self.settings.clone();
        let id = self
            .db
            .write(move |tx| {
                let (mut instance, _) = find(**tx, &target)?;
                let before = instance.clone();
                if let Some(computer) = &computer {
                    let mut sla = instance.wish.sla.as_map().clone();
                    sla.insert(COMPUTER_GUID.to_owned(), Value::from(&**computer));
                    instance.wish.sla = Parameters::new("sla", sla)?;
                }
                check(tx, &instance)?;
                let from = place(**tx, &instance)?;
                let to = match &instance.sharing {
                    None => leave(tx, &mut instance, from.as_ref(), &settings)?,
                    Some(sharing) => hand_on(tx, &instance, sharing, &settings)?,
                };
                let changes = differences(**tx, &before, &instance)?;
                let was = from.map_or_else(|| "nowhere".into(), |from| format!("{} {}", from.computer, from.reference));
                let event = NewEvent::new(user, "move", format!("from {was}")).partition(&to).instance(&instance);
                tx.record(&event.changes(changes), tx.now())?;
                Ok::<_, Error>(instance.id)
            })
            .await?;
        self.db
            .read(move |tx| {
                let gone = || Refusal::UnknownInstance { guid: id.0.to_string() };
                let instance = tx.instance(id)?.ok_or_else(gone)?;
                super::listing::view(tx, instance)
            })
            .await
    }
}

fn check(tx: &WriteTx<'_>, instance: &Instance) -> Result<(), Error> {
    let title = instance.title.to_string();
    let refuse = |reason: &str| Refusal::NotMoved { title: title.clone(), reason: reason.to_owned() };
    if instance.wish.state == RequestedState::Destroyed {
        return Err(refuse("it is to be destroyed").into());
    }
    if tx.left_behind(instance.id)?.is_some() {
        return Err(refuse("it is moving already, until its node reports that it runs in its new partition").into());
    }
    Ok(())
}

/// Puts a software instance into another partition, and something that stands for it into the one that it leaves.
fn leave(
    tx: &WriteTx<'_>,
    instance: &mut Instance,
    from: Option<&Partition>,
    settings: &super::Settings,
) -> Result<Partition, Error> {
    let to = placement::partition(**tx, &repeated(instance), settings)?.map_err(|no_place| no_place.refusal)?;
    if let Some(title) = tx.served_twice(instance.id, to.computer_id)? {
        let reason = format!("it serves {title}, and {} has a shared instance of that title already", to.computer);
        return Err(Refusal::NotMoved { title: instance.title.to_string(), reason }.into());
    }
    if let Some(from) = from {
        let title = format!("{} (leaving {} {})", instance.title, from.computer, from.reference);
        let left = NewInstance {
            title: Title::parse("title", &title)?,
            root: Some(instance.root.unwrap_or(instance.id)),
            requester: Some(instance.id),
            wish: instance.wish.clone(),
            sharing: None,
        };
        // Nothing changes for its node yet.
        let id = tx.insert_instance(&left, instance.timestamp)?;
        if let Some(connection) = &instance.connection {
            tx.set_connection(id, connection)?;
        }
        tx.vacate(instance.id)?;
        tx.occupy(from.id, id)?;
        tx.begin_move(instance.id, id)?;
    }
    tx.occupy(to.id, instance.id)?;
    tx.rehome_served(instance.id, to.computer_id)?;
    instance.timestamp = tx.now();
    tx.save_instance(instance)?;
    Ok(to)
}

/// Lets another host serve a shared instance.
fn hand_on(
    tx: &WriteTx<'_>,
    instance: &Instance,
    sharing: &Sharing,
    settings: &super::Settings,
) -> Result<Partition, Error> {
    let other = placement::other_host(**tx, &repeated(instance), settings, sharing.host)?;
    let (host, place) = other.map_err(|no_place| no_place.refusal)?;
    let reference = free_reference(**tx, host, &instance.natural_reference())?;
    let now = tx.now();
    let sharing_there = Sharing { host, reference, computer: place.computer_id };
    tx.save_instance(&Instance { sharing: Some(sharing_there), timestamp: now, ..instance.clone() })?;
    tx.touch(sharing.host, now)?;
    tx.touch(host, now)?;
    let gone = || Refusal::NotMoved { title: instance.title.to_string(), reason: "its host has no partition".into() };
    Ok(tx.partition_of(host)?.ok_or_else(gone)?)
}

/// An instance is as it is wanted in its new partition: what it left behind is to be destroyed.
pub(super) fn arrived(tx: &WriteTx<'_>, instance: &Instance, user: &str) -> Result<(), Error> {
    let Some(left) = tx.left_behind(instance.id)? else { return Ok(()) };
    tx.end_move(instance.id)?;
    match tx.instance(left)? {
        Some(left) => want_destroyed(tx, left, user),
        None => Ok(()),
    }
}
