//! Computer descriptions: partitions come and go with them.

use std::collections::{HashMap, HashSet};

use super::requester::find_computer;
use super::{Error, Master, Speaker};
use crate::domain::computer::FormatOutcome;
use crate::domain::description::{ComputerDescription, PartitionDescription};
use crate::domain::event::NewEvent;
use crate::domain::ids::Reference;
use crate::domain::parameters::Parameters;
use crate::storage::WriteTx;

impl Master {
    /// Takes over a computer description: all of it or nothing. Partitions that stay keep their instances; partitions
    /// that are not described any more are removed, and the instances in them lose their place, not their existence.
    ///
    /// # Errors
    /// [`Error::Refused`] when a reference is not acceptable.
    pub async fn load_computer_configuration_from_xml(
        &self,
        description: ComputerDescription,
        user: String,
    ) -> Result<FormatOutcome, Error> {
        let strict = self.settings.strict;
        self.db
            .write(move |tx| {
                if strict {
                    find_computer(**tx, &description.reference)?;
                }
                format(tx, &description, &user)
            })
            .await
    }

    /// Takes over the partitions of a computer, whose own address and details stay as they were described.
    ///
    /// # Errors
    /// As [`Master::load_computer_configuration_from_xml`].
    pub async fn compute_node_format(
        &self,
        computer: Reference,
        partitions: Vec<PartitionDescription>,
        speaker: Speaker,
    ) -> Result<FormatOutcome, Error> {
        let user = speaker.reporter(Some(&computer));
        let strict = self.settings.strict;
        self.db
            .write(move |tx| {
                if strict {
                    find_computer(**tx, &computer)?;
                }
                let known = tx.computers()?.into_iter().find(|known| known.reference == computer);
                let (address, netmask, details) = match known {
                    Some(known) => (known.address, known.netmask, known.description),
                    None => (None, None, Parameters::default()),
                };
                let reference = computer.to_string();
                let description = ComputerDescription { reference, address, netmask, partitions, details };
                format(tx, &description, &user)
            })
            .await
    }

    /// Takes over several computer descriptions in one transaction.
    ///
    /// # Errors
    /// As [`Master::load_computer_configuration_from_xml`].
    pub async fn load_computer_configurations(
        &self,
        descriptions: Vec<ComputerDescription>,
        user: String,
    ) -> Result<Vec<FormatOutcome>, Error> {
        self.db.write(move |tx| descriptions.iter().map(|description| format(tx, description, &user)).collect()).await
    }
}

/// Takes over a computer description.
pub(super) fn format(tx: &WriteTx<'_>, description: &ComputerDescription, user: &str) -> Result<FormatOutcome, Error> {
    let computer = Reference::parse("reference", &description.reference)?;
    let known = tx.computer_id(&computer)?;
    let id = known.map_or_else(|| tx.insert_computer(&computer, None), Ok)?;
    let now = tx.now();
    let ComputerDescription { address, netmask, partitions, details, .. } = description;
    tx.describe_computer(id, address.as_deref(), netmask.as_deref(), details, now)?;
    let mut outcome = FormatOutcome { new_computer: known.is_none(), ..FormatOutcome::default() };

    let present: Vec<_> = tx.partitions(id)?.into_iter().map(|(partition, _)| partition).collect();
    let wanted: HashSet<&str> = partitions.iter().map(|partition| partition.reference.as_str()).collect();
    for partition in present.iter().filter(|partition| !wanted.contains(&*partition.reference)) {
        let instance = match partition.instance {
            Some(instance) => tx.instance(instance)?,
            None => None,
        };
        tx.delete_partition(partition.id)?;
        let title = instance.as_ref().map(|instance| instance.title.to_string());
        if let Some(title) = &title {
            log::warn!(
                "{} of {computer} is removed by a smaller format; {title} has no partition now",
                partition.reference
            );
        } else {
            log::info!("{} of {computer} is removed by a smaller format", partition.reference);
        }
        let text = "the partition is not in the computer description any more";
        let event = NewEvent::new(user, "removed", text).partition(partition);
        tx.record(&instance.iter().fold(event, NewEvent::instance), now)?;
        outcome.removed.push((partition.reference.clone(), title));
    }

    let present: HashMap<&str, _> = present.iter().map(|partition| (&*partition.reference, partition.id)).collect();
    for partition in partitions {
        let reference = Reference::parse("partition_list.reference", &partition.reference)?;
        let id = if let Some(&id) = present.get(&*reference) {
            outcome.kept.push(reference);
            id
        } else {
            let id = tx.insert_partition(id, &reference)?;
            outcome.added.push(reference);
            id
        };
        tx.describe_partition(id, &partition.details, &partition.all_addresses())?;
    }
    let text = format!(
        "{} partitions: {} added, {} kept, {} removed",
        partitions.len(),
        outcome.added.len(),
        outcome.kept.len(),
        outcome.removed.len()
    );
    tx.record(&NewEvent::new(user, "loadComputerConfigurationFromXML", text).computer(&computer), now)?;
    Ok(outcome)
}
