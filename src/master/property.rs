//! What computers and partitions are like, for those who look for a place.

use std::collections::HashMap;

use super::computer::computer_information;
use super::requester::{Speaker, find_computer};
use super::{Error, Master};
use crate::domain::computer::PartitionInformation;
use crate::domain::error::Refusal;
use crate::domain::event::NewEvent;
use crate::domain::partition::Partition;
use crate::domain::property::{ComputerProperties, PartitionProperties, PropertyChange};
use crate::storage::ReadTx;

impl Master {
    /// What a computer is like, and its partitions: what is in each, and what it is like.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is no such computer.
    pub async fn compute_partition_list(
        &self,
        computer: String,
    ) -> Result<(ComputerProperties, Vec<(PartitionInformation, PartitionProperties)>), Error> {
        self.db
            .read(move |tx| {
                let id = find_computer(tx, &computer)?;
                let places = tx.places_on(id)?.into_iter().map(|place| (place.id, place.properties));
                let mut properties: HashMap<_, _> = places.collect();
                let partitions = computer_information(tx, &computer)?.partitions.into_iter().map(|information| {
                    let own = properties.remove(&information.partition.id).unwrap_or_default();
                    (information, own)
                });
                Ok((tx.computer_properties(id)?, partitions.collect()))
            })
            .await
    }

    /// Changes properties of a computer, and of some of its partitions, or of all of them if none is named. Which of both
    /// closes or opens depends on that too. What is placed already stays where it is.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is no such computer or partition, or a network is given to partitions.
    pub async fn set_properties(
        &self,
        computer: String,
        partitions: Vec<String>,
        change: PropertyChange,
        speaker: Speaker,
    ) -> Result<(), Error> {
        let user = speaker.reporter(Some(&computer));
        self.db
            .write(move |tx| {
                let id = find_computer(**tx, &computer)?;
                if change.network.is_some() && !partitions.is_empty() {
                    let expected = "no partitions: a network is one of the whole computer";
                    return Err(Refusal::invalid("compute_partition_id_list", &partitions.join(" "), expected).into());
                }
                let named = partitions.iter().map(|reference| named(**tx, &computer, reference));
                let named = named.collect::<Result<Vec<_>, _>>()?;
                let whole = named.is_empty();
                let all = if whole {
                    tx.partitions(id)?.into_iter().map(|(partition, _)| partition).collect()
                } else {
                    named
                };
                for partition in &all {
                    let closed = change.closed.filter(|_| !whole);
                    tx.set_partition_property(partition.id, change.partition_type, change.ports.as_deref(), closed)?;
                }
                if whole {
                    tx.set_computer_property(id, change.network.as_deref(), change.closed)?;
                }
                let what = if whole { String::new() } else { format!("{}: ", partitions.join(", ")) };
                let event = NewEvent::new(user, "allocation", format!("{what}{change}")).computer(&computer);
                Ok(tx.record(&event, tx.now())?)
            })
            .await
    }
}

fn named(tx: ReadTx<'_>, computer: &str, reference: &str) -> Result<Partition, Error> {
    let unknown = |known| Refusal::Unknown {
        field: "compute_partition_id_list".into(),
        what: "partition",
        value: reference.to_owned(),
        known,
    };
    match tx.partition(computer, reference)? {
        Some(partition) => Ok(partition),
        None => Err(unknown(tx.partition_references(computer)?).into()),
    }
}
