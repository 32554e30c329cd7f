//! Requests of shared instances: rows of their own, served by a host.

use super::placement::{self, host_criteria};
use super::request::{Command, Requested, Settled, differences};
use super::requester::Requester;
use super::{Error, allocation};
use crate::domain::allocation::reserved_key;
use crate::domain::error::Refusal;
use crate::domain::event::NewEvent;
use crate::domain::instance::{Change, Instance, InstanceId, Sharing, natural_reference};
use crate::domain::state::RequestedState;
use crate::domain::timestamp::Timestamp;
use crate::storage::{NewInstance, Placed, ReadTx, WriteTx};

/// The answer, if the request changes nothing.
pub(super) fn unchanged(
    command: &Command,
    tx: ReadTx<'_>,
    requester: Option<&Requester>,
) -> Result<Option<Requested>, Error> {
    check(command)?;
    let Some(mut instance) = stored(command, tx, requester)? else { return Ok(None) };
    let Some(host) = current_host(command, tx, &instance)? else { return Ok(None) };
    let unchanged = update(command, &mut instance, requester) == Change::None && !destroys(command, &instance);
    if unchanged { Ok(Some(served(tx, instance, host)?)) } else { Ok(None) }
}

/// Creates, updates or destroys the shared instance.
pub(super) fn execute(command: &Command, tx: &WriteTx<'_>, requester: Option<&Requester>) -> Result<Settled, Error> {
    check(command)?;
    match stored(command, **tx, requester)? {
        None => create(command, tx, requester),
        Some(instance) => repeat(command, tx, instance, requester),
    }
}

fn check(command: &Command) -> Result<(), Error> {
    match reserved_key(&command.request) {
        None => Ok(()),
        Some((key, value)) => Err(Refusal::invalid(
            "partition_parameter_xml",
            &format!("{key} = {}", value.to_text()),
            "no parameter of a shared instance named slave_title, slave_reference or slap_software_type, \
             which its host reads from the master",
        )
        .into()),
    }
}

/// The shared instance of this title: on the computer that the SLA names, else wherever it is.
pub(super) fn stored(
    command: &Command,
    tx: ReadTx<'_>,
    requester: Option<&Requester>,
) -> Result<Option<Instance>, Error> {
    let mut titled = tx.shared_instances_titled(requester.map(|requester| requester.root), &command.request.title)?;
    let computer = placement::computer(&command.request, &command.settings);
    let wanted = tx.computer_id(&computer)?;
    let here = titled.iter().position(|instance| instance.sharing.as_ref().map(|sharing| sharing.computer) == wanted);
    match (here, command.request.sla_text("computer_guid")) {
        (Some(index), _) => Ok(Some(titled.swap_remove(index))),
        (None, None) if !titled.is_empty() => Ok(Some(titled.swap_remove(0))),
        _ => Ok(None),
    }
}

fn update(command: &Command, instance: &mut Instance, requester: Option<&Requester>) -> Change {
    let wish = command.request.wish(requester.map(|requester| requester.root_state), Some(instance.wish.state));
    instance.update(wish, requester.map(|requester| requester.id))
}

/// Whether the updated instance is to vanish. A stopped root does not keep it: nothing of it runs in its own tree.
fn destroys(command: &Command, updated: &Instance) -> bool {
    command.request.is_destruction() || updated.wish.state == RequestedState::Destroyed
}

/// The host that serves the instance already, if it still is what the request asks for.
fn current_host(command: &Command, tx: ReadTx<'_>, instance: &Instance) -> Result<Option<Placed>, Error> {
    let Some(sharing) = &instance.sharing else { return Ok(None) };
    let (Some(host), Some(partition)) = (tx.instance(sharing.host)?, tx.partition_of(sharing.host)?) else {
        return Ok(None);
    };
    let criteria = host_criteria(tx, &command.request, &command.settings)?;
    let fits = criteria.fit(&host, &partition.computer, &partition.reference);
    Ok(fits.then_some(Placed { instance: host, partition }))
}

fn create(command: &Command, tx: &WriteTx<'_>, requester: Option<&Requester>) -> Result<Settled, Error> {
    let Command { request, settings, .. } = command;
    let wish = request.wish(requester.map(|requester| requester.root_state), None);
    if wish.state == RequestedState::Destroyed || request.is_destruction() {
        return Ok(Ok(Requested::Gone(Refusal::NothingToDestroy { title: request.title.to_string() })));
    }
    if let Some(accepted) = allocation::wait(command, tx, requester)? {
        return Ok(Err(accepted));
    }
    let (host, place) = match placement::host(**tx, request, settings)? {
        Ok(found) => found,
        Err(no_place) => return Ok(Err(no_place)),
    };
    let root_title = requester.map_or("", |requester| requester.root_title.as_str());
    let natural = natural_reference(root_title, &request.title);
    let now = tx.now();
    let new = NewInstance {
        title: request.title.clone(),
        root: requester.map(|requester| requester.root),
        requester: requester.map(|requester| requester.id),
        wish,
        sharing: Some(Sharing { host, reference: free_reference(**tx, host, &natural)?, computer: place.computer_id }),
    };
    let id = tx.insert_instance(&new, now)?;
    tx.touch(host, now)?;
    let event = NewEvent::new(command.who(requester), "requestComputerPartition", "");
    answer(command, tx, id, event.wakes(tx.instance_name(host)?), now)
}

fn repeat(
    command: &Command,
    tx: &WriteTx<'_>,
    mut instance: Instance,
    requester: Option<&Requester>,
) -> Result<Settled, Error> {
    let before = instance.clone();
    let change = update(command, &mut instance, requester);
    if destroys(command, &instance) {
        return Ok(Ok(destroy(tx, instance, &command.who(requester))?));
    }
    let current = current_host(command, **tx, &instance)?;
    if let (Change::None, Some(host)) = (change, &current) {
        return Ok(Ok(served(**tx, instance, host.clone())?));
    }
    let natural = instance.natural_reference();
    let moved = current.is_none();
    if let (true, Some(sharing)) = (moved, instance.sharing.as_mut()) {
        let (host, place) = match placement::host(**tx, &command.request, &command.settings)? {
            Ok(found) => found,
            Err(no_place) => return Ok(Err(no_place)),
        };
        if host != sharing.host {
            let reference = free_reference(**tx, host, &natural)?;
            *sharing = Sharing { host, reference, computer: place.computer_id };
        }
    }
    let now = tx.now();
    let mut event = NewEvent::new(command.who(requester), "requestComputerPartition", "");
    event.changes = differences(**tx, &before, &instance)?;
    if change == Change::Visible || moved {
        instance.timestamp = now;
        let hosts = [&before, &instance].map(|instance| instance.sharing.as_ref().map(|sharing| sharing.host));
        for host in if hosts[0] == hosts[1] { &hosts[..1] } else { &hosts[..] }.iter().flatten() {
            tx.touch(*host, now)?;
            event = event.wakes(tx.instance_name(*host)?);
        }
    }
    tx.save_instance(&instance)?;
    answer(command, tx, instance.id, event, now)
}

fn destroy(tx: &WriteTx<'_>, mut instance: Instance, user: &str) -> Result<Requested, Error> {
    instance.wish.state = RequestedState::Destroyed;
    let title = instance.title.to_string();
    let host = match &instance.sharing {
        Some(sharing) => placed(**tx, sharing.host)?,
        None => None,
    };
    remove(tx, &instance, user)?;
    match host {
        Some(host) => served(**tx, instance, host),
        None => Ok(Requested::Gone(Refusal::DestroyedUnplaced { title })),
    }
}

/// Removes a shared instance wholly, and makes its host process its list.
pub(super) fn remove(tx: &WriteTx<'_>, instance: &Instance, user: &str) -> Result<(), Error> {
    let now = tx.now();
    if let Some(sharing) = &instance.sharing {
        tx.touch(sharing.host, now)?;
    }
    let host = match &instance.sharing {
        Some(sharing) => placed(**tx, sharing.host)?,
        None => None,
    };
    let event = NewEvent::new(user, "destroyed", "shared instance").instance(instance);
    let event = event.wakes(instance.sharing.as_ref().map_or(Ok(None), |sharing| tx.instance_name(sharing.host))?);
    tx.record(&host.iter().fold(event, |event, host| event.partition(&host.partition)), now)?;
    Ok(tx.delete_instance(instance.id)?)
}

fn placed(tx: ReadTx<'_>, id: InstanceId) -> Result<Option<Placed>, Error> {
    let (instance, partition) = (tx.instance(id)?, tx.partition_of(id)?);
    Ok(instance.zip(partition).map(|(instance, partition)| Placed { instance, partition }))
}

/// Records the event of a request, and answers.
fn answer(
    command: &Command,
    tx: &WriteTx<'_>,
    id: InstanceId,
    event: NewEvent,
    now: Timestamp,
) -> Result<Settled, Error> {
    let refuse = || Refusal::NothingToDestroy { title: command.request.title.to_string() };
    let instance = tx.instance(id)?.ok_or_else(refuse)?;
    let host = match &instance.sharing {
        Some(sharing) => placed(**tx, sharing.host)?.ok_or_else(refuse)?,
        None => return Err(refuse().into()),
    };
    let event = NewEvent { text: format!("shared, {}", instance.wish.state), ..event };
    tx.record(&event.partition(&host.partition).instance(&instance), now)?;
    Ok(Ok(served(**tx, instance, host)?))
}

fn served(tx: ReadTx<'_>, instance: Instance, host: Placed) -> Result<Requested, Error> {
    let addresses = tx.addresses(host.partition.id)?;
    Ok(Requested::Shared { instance, host: Box::new(host), addresses })
}

/// The natural reference, or with a number where two pairs of titles give the same text on one host.
pub(super) fn free_reference(tx: ReadTx<'_>, host: InstanceId, natural: &str) -> Result<String, Error> {
    let mut reference = natural.to_owned();
    let mut number = 1;
    while tx.shared_instance(host, &reference)?.is_some() {
        number += 1;
        reference = format!("{natural}_{number}");
    }
    Ok(reference)
}
