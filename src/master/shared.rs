//! Requests of shared instances: rows of their own, served by a host.

use super::Error;
use super::request::{Command, Requested, who};
use super::requester::Requester;
use super::target::by_guid;
use crate::domain::allocation::{HostCriteria, known, reserved_key};
use crate::domain::error::Refusal;
use crate::domain::event::NewEvent;
use crate::domain::ids::Reference;
use crate::domain::instance::{Change, ComputerId, Instance, InstanceId, Sharing, natural_reference};
use crate::domain::partition::Partition;
use crate::domain::state::RequestedState;
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
pub(super) fn execute(command: &Command, tx: &WriteTx<'_>, requester: Option<&Requester>) -> Result<Requested, Error> {
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
fn stored(command: &Command, tx: ReadTx<'_>, requester: Option<&Requester>) -> Result<Option<Instance>, Error> {
    let mut titled = tx.shared_instances_titled(requester.map(|requester| requester.root), &command.request.title)?;
    let wanted = command.find_computer(tx)?.map(|(_, id)| id);
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

/// What the request demands of a host on a computer; the host may be named by any identifier ever handed out for it.
fn criteria(command: &Command, tx: ReadTx<'_>, computer: &Reference) -> Result<HostCriteria, Error> {
    let host = match command.request.sla_text("instance_guid") {
        Some(guid) => by_guid(tx, &guid)?,
        None => None,
    };
    let partition = host.map_or(Ok(None), |host| tx.partition_of(host.id))?;
    let named = partition.filter(|partition| partition.computer == *computer).map(|partition| partition.reference);
    Ok(HostCriteria::new(&command.request, computer, named.as_ref()))
}

/// The host that serves the instance already, if it still is what the request asks for.
fn current_host(command: &Command, tx: ReadTx<'_>, instance: &Instance) -> Result<Option<Placed>, Error> {
    let Some(sharing) = &instance.sharing else { return Ok(None) };
    let (Some(host), Some(partition)) = (tx.instance(sharing.host)?, tx.partition_of(sharing.host)?) else {
        return Ok(None);
    };
    let criteria = criteria(command, tx, &partition.computer)?;
    let fits = criteria.fit(&host, &partition.computer, &partition.reference);
    Ok(fits.then_some(Placed { instance: host, partition }))
}

/// The first instance, in the order of the partitions, that may serve a new shared instance.
fn choose_host(command: &Command, tx: ReadTx<'_>, computer: &Reference, id: ComputerId) -> Result<Placed, Error> {
    let criteria = criteria(command, tx, computer)?;
    let running = tx.instances_running(id, &criteria.software_release)?;
    let mut candidates = Vec::new();
    for host in running {
        let Some(partition) = tx.partition_of(host.id)? else { continue };
        if criteria.accept(&host, computer, &partition.reference) {
            return Ok(Placed { instance: host, partition });
        }
        candidates.push(candidate(&host, &partition));
    }
    let reason = if candidates.is_empty() {
        format!("no instance on {computer} runs this software release")
    } else {
        format!("instances of this software release on {computer}: {}", known(&candidates))
    };
    Err(Refusal::NoHost { criteria: criteria.to_string(), reason }.into())
}

fn candidate(host: &Instance, partition: &Partition) -> String {
    let (title, wish) = (&host.title, &host.wish);
    format!("{title} in {} (type {}, {})", partition.reference, wish.software_type, wish.state)
}

fn create(command: &Command, tx: &WriteTx<'_>, requester: Option<&Requester>) -> Result<Requested, Error> {
    let wish = command.request.wish(requester.map(|requester| requester.root_state), None);
    if wish.state == RequestedState::Destroyed || command.request.is_destruction() {
        return Err(Refusal::NothingToDestroy { title: command.request.title.to_string() }.into());
    }
    let Some((computer, computer_id)) = command.find_computer(**tx)? else {
        let computer = command.computer();
        let known = known(&tx.computer_references()?);
        let criteria = format!("['{}', '{computer}']", command.request.software_release);
        return Err(
            Refusal::NoHost { criteria, reason: format!("there is no computer {computer:?}; known: {known}") }.into()
        );
    };
    let host = choose_host(command, **tx, &computer, computer_id)?;
    let root_title = requester.map_or("", |requester| requester.root_title.as_str());
    let natural = natural_reference(root_title, &command.request.title);
    let now = tx.now();
    let new = NewInstance {
        title: command.request.title.clone(),
        root: requester.map(|requester| requester.root),
        requester: requester.map(|requester| requester.id),
        wish,
        sharing: Some(Sharing {
            host: host.instance.id,
            reference: free_reference(**tx, host.instance.id, &natural)?,
            computer: computer_id,
        }),
    };
    let id = tx.insert_instance(&new, now)?;
    tx.touch(host.instance.id, now)?;
    answer(command, tx, id, requester)
}

fn repeat(
    command: &Command,
    tx: &WriteTx<'_>,
    mut instance: Instance,
    requester: Option<&Requester>,
) -> Result<Requested, Error> {
    let change = update(command, &mut instance, requester);
    if destroys(command, &instance) {
        return destroy(tx, instance, requester);
    }
    let current = current_host(command, **tx, &instance)?;
    let moved = current.is_none();
    let natural = instance.natural_reference();
    if let (None, Some(sharing)) = (&current, instance.sharing.as_mut()) {
        let (computer, id) = match command.request.sla_text("computer_guid") {
            Some(_) => (tx.computer_reference(sharing.computer)?, sharing.computer),
            None => match command.find_computer(**tx)? {
                Some(found) => found,
                None => (tx.computer_reference(sharing.computer)?, sharing.computer),
            },
        };
        let host = choose_host(command, **tx, &computer, id)?.instance.id;
        if host != sharing.host {
            tx.touch(sharing.host, tx.now())?;
            *sharing = Sharing { host, reference: free_reference(**tx, host, &natural)?, computer: id };
        }
    }
    if change == Change::Visible || moved {
        instance.timestamp = tx.now();
        if let Some(sharing) = &instance.sharing {
            tx.touch(sharing.host, instance.timestamp)?;
        }
    }
    if change == Change::None && !moved {
        return match current {
            Some(host) => served(**tx, instance, host),
            None => answer(command, tx, instance.id, requester),
        };
    }
    tx.save_instance(&instance)?;
    answer(command, tx, instance.id, requester)
}

fn destroy(tx: &WriteTx<'_>, mut instance: Instance, requester: Option<&Requester>) -> Result<Requested, Error> {
    instance.wish.state = RequestedState::Destroyed;
    let title = instance.title.to_string();
    let host = match &instance.sharing {
        Some(sharing) => placed(**tx, sharing.host)?,
        None => None,
    };
    remove(tx, &instance, &who(requester))?;
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
    tx.record(&host.iter().fold(event, |event, host| event.partition(&host.partition)), now)?;
    Ok(tx.delete_instance(instance.id)?)
}

fn placed(tx: ReadTx<'_>, id: InstanceId) -> Result<Option<Placed>, Error> {
    let (instance, partition) = (tx.instance(id)?, tx.partition_of(id)?);
    Ok(instance.zip(partition).map(|(instance, partition)| Placed { instance, partition }))
}

fn answer(
    command: &Command,
    tx: &WriteTx<'_>,
    id: InstanceId,
    requester: Option<&Requester>,
) -> Result<Requested, Error> {
    let refuse = || Refusal::NothingToDestroy { title: command.request.title.to_string() };
    let instance = tx.instance(id)?.ok_or_else(refuse)?;
    let host = match &instance.sharing {
        Some(sharing) => placed(**tx, sharing.host)?.ok_or_else(refuse)?,
        None => return Err(refuse().into()),
    };
    let text = format!("shared, {}", instance.wish.state);
    let event = NewEvent::new(who(requester), "requestComputerPartition", text);
    tx.record(&event.partition(&host.partition).instance(&instance), instance.timestamp)?;
    served(**tx, instance, host)
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
