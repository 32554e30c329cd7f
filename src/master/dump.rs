//! What a database holds, as a seed.

use std::collections::HashMap;
use std::path::Path;
use std::time::SystemTime;

use super::{Error, Master};
use crate::domain::certificate::Owner;
use crate::domain::computer::ComputerSummary;
use crate::domain::description::{ComputerDescription, PartitionDescription};
use crate::domain::ids::Title;
use crate::domain::instance::{ComputerId, Instance, InstanceId, Sharing};
use crate::domain::partition::Partition;
use crate::domain::property::{ComputerProperties, PropertyChange};
use crate::domain::seed::{
    Place, Seed, SeededComputer, SeededInstance, SeededPartition, SeededSoftware, said_of_computer,
    said_of_installation, said_of_instance,
};
use crate::domain::timestamp::Timestamp;
use crate::storage::{OpenError, ReadTx, StatusSubject, read_file, read_snapshot};

impl Master {
    /// All that a seed can say of what the database holds.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn dump(&self) -> Result<Seed, Error> {
        let now = self.db.now();
        self.db.read(move |tx| dump(tx, now)).await
    }
}

/// All that a seed can say of what a database file holds, which is only read.
///
/// # Errors
/// [`OpenError`] about the file, or a failure of the database.
pub fn dump_file(path: &Path) -> Result<Result<Seed, Error>, OpenError> {
    read_file(path, |tx| dump(tx, Timestamp::from_system_time(SystemTime::now())))
}

/// All that a seed can say of what a snapshot holds, which may be of an earlier version of the program.
///
/// # Errors
/// [`OpenError`] about the file, or a failure of the database.
pub fn dump_snapshot(path: &Path) -> Result<Result<Seed, Error>, OpenError> {
    read_snapshot(path, |tx| dump(tx, Timestamp::from_system_time(SystemTime::now())))
}

pub(super) fn dump(tx: ReadTx<'_>, now: Timestamp) -> Result<Seed, Error> {
    let mut computers = Vec::new();
    for summary in tx.computers()? {
        let Some(id) = tx.computer_id(&summary.reference)? else { continue };
        computers.push(computer(tx, id, summary, now)?);
    }
    let mut children: HashMap<Option<InstanceId>, Vec<Instance>> = HashMap::new();
    // Own ones first, then shared ones, each in the order of their first request: as a seed makes them.
    for instance in tx.instances()? {
        let requester = instance.root.and(instance.requester.or(instance.root));
        children.entry(requester).or_default().push(instance);
    }
    let mut dump = Dump { tx, now, children };
    Ok(Seed { computers, instances: dump.below(None)?, faults: Vec::new() })
}

struct Dump<'a> {
    tx: ReadTx<'a>,
    now: Timestamp,
    children: HashMap<Option<InstanceId>, Vec<Instance>>,
}

impl Dump<'_> {
    fn below(&mut self, requester: Option<InstanceId>) -> Result<Vec<SeededInstance>, Error> {
        let children = self.children.remove(&requester).unwrap_or_default();
        children.into_iter().map(|child| self.instance(child)).collect()
    }

    fn instance(&mut self, instance: Instance) -> Result<SeededInstance, Error> {
        let Self { tx, now, .. } = *self;
        let holder = instance.sharing.as_ref().map_or(instance.id, |sharing| sharing.host);
        let partition = tx.partition_of(holder)?;
        let place = match &instance.sharing {
            Some(sharing) => shared_place(tx, &instance, sharing)?,
            None => partition.as_ref().map_or(Place::Nowhere, |partition| {
                Place::Partition(Some(partition.computer.clone()), partition.reference.clone())
            }),
        };
        let status = tx.status(StatusSubject::Instance(instance.id))?;
        let computer = reporter(partition.as_ref());
        let certificate = tx.certificate_of(Owner::Instance(instance.id))?;
        Ok(SeededInstance {
            place,
            reports: status.map(|status| said_of_instance(&status, computer)).unwrap_or_default(),
            certificate: certificate.is_some_and(|certificate| certificate.is_current(now)),
            instances: self.below(Some(instance.id))?,
            title: instance.title,
            wish: instance.wish,
            connection: instance.connection,
        })
    }
}

/// Who reports about what is in a partition when nobody says it.
pub(super) fn reporter(partition: Option<&Partition>) -> &str {
    partition.map_or("user", |partition| &partition.computer)
}

fn shared_place(tx: ReadTx<'_>, instance: &Instance, sharing: &Sharing) -> Result<Place, Error> {
    let natural = instance.natural_reference();
    Ok(Place::Shared {
        computer: Some(tx.computer_reference(sharing.computer)?),
        host: tx.instance_name(sharing.host)?,
        reference: Some(sharing.reference.clone()).filter(|reference| *reference != natural),
    })
}

fn computer(tx: ReadTx<'_>, id: ComputerId, summary: ComputerSummary, now: Timestamp) -> Result<SeededComputer, Error> {
    let mut statuses = tx.installation_statuses(id)?;
    let mut software = Vec::new();
    for supplied in tx.software_installations(id)? {
        let said = statuses
            .remove(&supplied.id)
            .map(|status| said_of_installation(&status, &supplied.software_release, &summary.reference));
        software.push(SeededSoftware {
            software_release: supplied.software_release,
            state: supplied.requested_state,
            reports: said.unwrap_or_default(),
        });
    }
    let status = tx.status(StatusSubject::Computer(id))?;
    let certificate = tx.certificate_of(Owner::Computer(id))?;
    let description = description(tx, id, &summary)?;
    let said_nothing = description.partitions.is_empty()
        && description.address.is_none()
        && description.netmask.is_none()
        && description.details.is_empty();
    let ComputerProperties { network, closed } = tx.computer_properties(id)?;
    let references = tx.partitions(id)?.into_iter().map(|(partition, _)| (partition.id, partition.reference));
    let references: HashMap<_, _> = references.collect();
    let said = tx.partition_properties(id)?.into_iter().filter(|(_, property)| *property != PropertyChange::default());
    let allocation = said.filter_map(|(partition, property)| {
        references.get(&partition).map(|partition| SeededPartition { partition: partition.clone(), property })
    });
    Ok(SeededComputer {
        property: PropertyChange { network, closed: closed.then_some(true), ..PropertyChange::default() },
        allocation: allocation.collect(),
        title: summary.title.map(|title| Title::parse("title", &title)).transpose()?,
        description: (!said_nothing).then_some(description),
        software,
        reports: status.map(|status| said_of_computer(&status, &summary.reference)).unwrap_or_default(),
        certificate: certificate.is_some_and(|certificate| certificate.is_current(now)),
        reference: summary.reference,
    })
}

/// A computer as it is described, without distinction between the address of a tap and others.
pub(super) fn description(
    tx: ReadTx<'_>,
    id: ComputerId,
    summary: &ComputerSummary,
) -> Result<ComputerDescription, Error> {
    let mut details = tx.partition_details(id)?;
    let partitions = tx.partitions(id)?.into_iter().map(|(partition, addresses)| {
        let details = details.remove(&partition.id).unwrap_or_default();
        PartitionDescription::of_addresses(partition.reference.to_string(), addresses, details)
    });
    Ok(ComputerDescription {
        reference: summary.reference.to_string(),
        address: summary.address.clone(),
        netmask: summary.netmask.clone(),
        partitions: partitions.collect(),
        details: summary.description.clone(),
    })
}
