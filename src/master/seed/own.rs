//! Software instances of seeds, in partitions of their own.

use super::Seeder;
use crate::domain::error::Refusal;
use crate::domain::ids::Reference;
use crate::domain::instance::{Change, InstanceId, Request};
use crate::domain::parameters::Parameters;
use crate::domain::partition::Partition;
use crate::domain::seed::{Place, SeededInstance};
use crate::master::request::differences;
use crate::master::requester::find_partition;
use crate::master::{Error, placement};
use crate::storage::NewInstance;

impl Seeder<'_> {
    pub(super) fn own(
        &mut self,
        seeded: &SeededInstance,
        root: Option<InstanceId>,
        requester: Option<InstanceId>,
    ) -> Result<InstanceId, Error> {
        let tx = self.tx;
        let Some(mut instance) = tx.software_instance(root, &seeded.title)? else {
            let partition = self.partition(seeded, None)?;
            let title = seeded.title.clone();
            let new = NewInstance { title, root, requester, wish: seeded.wish.clone(), sharing: None };
            let id = tx.insert_instance(&new, tx.now())?;
            if let Some(partition) = &partition {
                tx.occupy(partition.id, id)?;
            }
            self.made(id, Vec::new(), partition.as_ref())?;
            return Ok(id);
        };
        let before = instance.clone();
        let change = instance.update(seeded.wish.clone(), requester);
        let present = tx.partition_of(instance.id)?;
        let wanted = match &seeded.place {
            Place::Anywhere(None) if present.is_some() => present.clone(),
            Place::Anywhere(Some(on)) if present.as_ref().is_some_and(|present| present.computer == *on) => {
                present.clone()
            }
            _ => self.partition(seeded, Some(instance.id))?,
        };
        let id = |partition: &Option<Partition>| partition.as_ref().map(|partition| partition.id);
        let moved = id(&present) != id(&wanted);
        if change == Change::None && !moved {
            return Ok(instance.id);
        }
        let now = tx.now();
        if moved {
            tx.vacate(instance.id)?;
            wanted.as_ref().map_or(Ok(false), |wanted| tx.occupy(wanted.id, instance.id))?;
        }
        if change == Change::Visible || moved {
            instance.timestamp = now;
        }
        tx.save_instance(&instance)?;
        self.made(instance.id, differences(**tx, &before, &instance)?, wanted.as_ref())?;
        Ok(instance.id)
    }

    /// The partition that an instance is to be in: its own, or a free one.
    fn partition(&self, seeded: &SeededInstance, own: Option<InstanceId>) -> Result<Option<Partition>, Error> {
        let tx = **self.tx;
        match &seeded.place {
            Place::Nowhere | Place::Shared { .. } => Ok(None),
            Place::Anywhere(computer) => {
                let request = request(seeded, computer.as_ref());
                let found = placement::partition(tx, &request, &self.settings)?;
                found.map(Some).map_err(|no_place| no_place.refusal.into())
            }
            Place::Partition(computer, reference) => {
                let computer = computer.as_ref().unwrap_or(&self.settings.default_computer);
                let partition = find_partition(tx, computer, reference)?;
                match partition.instance.filter(|holder| Some(*holder) != own) {
                    None => Ok(Some(partition)),
                    Some(holder) => {
                        let holder = tx.instance_name(holder)?.map_or_else(String::new, |name| name.to_string());
                        let reason = format!("{reference} of {computer} holds {holder} already");
                        Err(Refusal::Seed { field: "partition".into(), reason }.into())
                    }
                }
            }
        }
    }
}

/// The request of an instance that goes where there is room.
pub(super) fn request(seeded: &SeededInstance, computer: Option<&Reference>) -> Request {
    let SeededInstance { title, wish, .. } = seeded;
    let mut sla = wish.sla.as_map().clone();
    if let Some(computer) = computer {
        sla.insert("computer_guid".into(), (**computer).into());
    }
    Request {
        title: title.clone(),
        software_release: wish.software_release.clone(),
        software_type: wish.software_type.clone(),
        state: Some(wish.state),
        shared: seeded.is_shared(),
        parameters: wish.parameters.clone(),
        // What was accepted once, and the reference of a computer.
        sla: Parameters::new("sla", sla).unwrap_or_default(),
    }
}
