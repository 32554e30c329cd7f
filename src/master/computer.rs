//! Computers: what they are to do, and waking everything on them.

use super::requester::{Speaker, find_computer};
use super::{Error, Master};
use crate::domain::address::Address;
use crate::domain::computer::{ComputerInformation, Occupant, PartitionInformation};
use crate::domain::event::NewEvent;
use crate::domain::ids::{Reference, Title};
use crate::domain::partition::Partition;
use crate::domain::status::Report;
use crate::storage::{ReadTx, StatusSubject, WriteTx};

/// A computer that asks again within this time is not recorded again, in microseconds.
const ACCESS: i64 = 10_000_000;

impl Master {
    /// All that a node needs to know about its computer.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is no such computer.
    pub async fn get_full_computer_information(&self, computer: String) -> Result<ComputerInformation, Error> {
        self.db.read(move |tx| computer_information(tx, &computer)).await
    }

    /// Records that a computer asked what to do, unless that was recorded a moment ago.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is no such computer.
    pub async fn record_access(&self, computer: String) -> Result<(), Error> {
        let now = self.now();
        let recent = self.db.look(|tx| {
            let status = tx.status(StatusSubject::Computer(find_computer(tx, &computer)?))?;
            Ok::<_, Error>(status.is_some_and(|status| {
                status.text.starts_with("#access") && now.0.saturating_sub(status.created_at.0) < ACCESS
            }))
        })?;
        if recent {
            return Ok(());
        }
        let recorded = self
            .db
            .write(move |tx| {
                let subject = StatusSubject::Computer(find_computer(**tx, &computer)?);
                super::status::store(tx, subject, &Report::Access(computer.clone()), &computer)
            })
            .await;
        match recorded {
            // The node must learn what to do also while nothing can be written.
            Err(Error::Storage(error)) => log::warn!("the access of a computer is not recorded: {error}"),
            recorded => recorded?,
        }
        Ok(())
    }

    /// Makes every tree with an instance on a computer be processed again.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is no such computer.
    pub async fn computer_bang(&self, computer: String, message: String, speaker: Speaker) -> Result<(), Error> {
        let user = speaker.reporter(Some(&computer));
        self.db
            .write(move |tx| {
                let id = find_computer(**tx, &computer)?;
                let now = tx.now();
                let mut woken = Vec::new();
                for root in tx.roots_on(id)? {
                    tx.touch_tree(root, now)?;
                    woken.extend(tx.placed_names(root)?);
                }
                let report = Report::ComputerBang(message);
                super::status::store(tx, StatusSubject::Computer(id), &report, &user)?;
                let event = NewEvent::new(user, report.kind(), report.detail()).computer(&computer);
                Ok(tx.record(&event.wakes(woken), now)?)
            })
            .await
    }

    /// The computer of a title, made when it is not there yet: its reference.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn request_computer(&self, title: Title, speaker: Speaker) -> Result<Reference, Error> {
        self.db.write(move |tx| request_computer(tx, &title, &speaker)).await
    }
}

/// The computer of a title, made when it is not there yet.
pub(super) fn request_computer(tx: &WriteTx<'_>, title: &Title, speaker: &Speaker) -> Result<Reference, Error> {
    if let Some(reference) = tx.computer_of_title(title)? {
        return Ok(reference);
    }
    let mut number = 1_u64;
    let reference = loop {
        let candidate = format!("COMP-{number}");
        if tx.computer_id(&candidate)?.is_none() {
            break Reference::parse("computer_id", &candidate)?;
        }
        number += 1;
    };
    tx.insert_computer(&reference, Some(title))?;
    let event = NewEvent::new(speaker.reporter(None), "requestComputer", title.to_string());
    tx.record(&event.computer(&reference), tx.now())?;
    Ok(reference)
}

pub(super) fn computer_information(tx: ReadTx<'_>, computer: &str) -> Result<ComputerInformation, Error> {
    let id = find_computer(tx, computer)?;
    let mut instances = tx.instances_on(id)?;
    let mut shared = tx.started_shared_instances_on(id)?;
    let mut statuses = tx.access_statuses(id)?;
    let mut partitions = Vec::new();
    for (partition, addresses) in tx.partitions(id)? {
        if let Err(error) = addresses.iter().try_for_each(Address::check) {
            log::error!("{} of {computer} is left out of the listing: {error}", partition.reference);
            continue;
        }
        let occupant = match partition.instance.map(|id| (id, instances.remove(&id))) {
            None | Some((_, None)) => None,
            Some((id, Some(Ok(instance)))) => Some(Occupant {
                instance,
                shared: shared.remove(&id).unwrap_or_default(),
                access_status: statuses.remove(&id),
            }),
            Some((_, Some(Err(error)))) => {
                // Left out, the node leaves it alone; shown as free, the node would wipe it.
                log::error!("{} of {computer} is left out of the listing: {error}", partition.reference);
                continue;
            }
        };
        partitions.push(PartitionInformation { partition, addresses, occupant });
    }
    Ok(ComputerInformation {
        reference: tx.computer_reference(id)?,
        software: tx.software_installations(id)?,
        partitions,
    })
}

/// What one partition holds.
pub(super) fn partition_information(tx: ReadTx<'_>, partition: Partition) -> Result<PartitionInformation, Error> {
    let instance = match partition.instance {
        Some(instance) => tx.instance(instance)?,
        None => None,
    };
    let occupant = match instance {
        None => None,
        Some(instance) => Some(Occupant {
            shared: tx.started_shared_instances(instance.id)?,
            access_status: tx.status(StatusSubject::Instance(instance.id))?.map(|status| status.text),
            instance,
        }),
    };
    Ok(PartitionInformation { addresses: tx.addresses(partition.id)?, partition, occupant })
}
