//! Shared instances of seeds, and who serves them.

use super::Seeder;
use super::own::request;
use crate::domain::error::Refusal;
use crate::domain::ids::Reference;
use crate::domain::instance::{Change, ComputerId, Instance, InstanceId, Sharing, natural_reference};
use crate::domain::seed::SeededInstance;
use crate::domain::service::InstanceName;
use crate::master::request::differences;
use crate::master::requester::find_computer;
use crate::master::shared::free_reference;
use crate::master::{Error, placement};
use crate::storage::NewInstance;

impl Seeder<'_> {
    /// Who serves a shared instance, and the computer that it lives on.
    pub(super) fn host(
        &self,
        seeded: &SeededInstance,
        root: Option<InstanceId>,
        computer: Option<&Reference>,
        host: Option<&InstanceName>,
    ) -> Result<(InstanceId, ComputerId), Error> {
        let tx = **self.tx;
        let request = request(seeded, computer);
        let wanted = placement::computer(&request, &self.settings);
        let Some(name) = host else {
            let computer_id = find_computer(tx, &wanted)?;
            let served = tx.shared_instances_titled(root, &seeded.title)?.into_iter().filter_map(|one| one.sharing);
            // One that is served already keeps its host.
            if let Some(sharing) = served.into_iter().find(|sharing| sharing.computer == computer_id) {
                return Ok((sharing.host, computer_id));
            }
            let found = placement::host(tx, &request, &self.settings)?;
            return found.map(|(id, place)| (id, place.computer_id)).map_err(|no_place| no_place.refusal.into());
        };
        let root = match &name.root {
            None => None,
            Some(title) => Some(tx.software_instance(None, title)?.ok_or_else(|| unknown_host(name))?.id),
        };
        let found = tx.software_instance(root, &name.title)?.ok_or_else(|| unknown_host(name))?;
        let on = match (computer, tx.partition_of(found.id)?) {
            (None, Some(partition)) => partition.computer_id,
            _ => find_computer(tx, &wanted)?,
        };
        Ok((found.id, on))
    }

    pub(super) fn shared(
        &mut self,
        seeded: &SeededInstance,
        (root, requester): (Option<InstanceId>, Option<InstanceId>),
        (host, computer): (InstanceId, ComputerId),
        reference: Option<&str>,
    ) -> Result<InstanceId, Error> {
        let tx = self.tx;
        let present = tx.shared_instances_titled(root, &seeded.title)?;
        let on = |instance: &Instance| instance.sharing.as_ref().is_some_and(|sharing| sharing.computer == computer);
        let Some(mut instance) = present.into_iter().find(on) else {
            let reference = self.shared_reference(seeded, root, host, reference)?;
            let sharing = Some(Sharing { host, reference, computer });
            let title = seeded.title.clone();
            let now = tx.now();
            let id =
                tx.insert_instance(&NewInstance { title, root, requester, wish: seeded.wish.clone(), sharing }, now)?;
            tx.touch(host, now)?;
            self.made(id, Vec::new(), tx.partition_of(host)?.as_ref())?;
            return Ok(id);
        };
        let before = instance.clone();
        let change = instance.update(seeded.wish.clone(), requester);
        let other_host = before.sharing.as_ref().is_some_and(|sharing| sharing.host != host);
        let other_name = reference.is_some() && before.sharing.as_ref().map(|sharing| &*sharing.reference) != reference;
        if change == Change::None && !other_host && !other_name {
            return Ok(instance.id);
        }
        if other_host || other_name {
            let reference = self.shared_reference(seeded, root, host, reference)?;
            instance.sharing = Some(Sharing { host, reference, computer });
        }
        let now = tx.now();
        instance.timestamp = now;
        tx.save_instance(&instance)?;
        for host in before.sharing.iter().map(|sharing| sharing.host).chain([host]) {
            tx.touch(host, now)?;
        }
        self.made(instance.id, differences(**tx, &before, &instance)?, tx.partition_of(host)?.as_ref())?;
        Ok(instance.id)
    }

    fn shared_reference(
        &self,
        seeded: &SeededInstance,
        root: Option<InstanceId>,
        host: InstanceId,
        wanted: Option<&str>,
    ) -> Result<String, Error> {
        let tx = **self.tx;
        let Some(wanted) = wanted else {
            let root = root.map_or(Ok(None), |root| tx.instance(root))?;
            let root_title = root.as_ref().map_or("", |root| &root.title);
            return free_reference(tx, host, &natural_reference(root_title, &seeded.title));
        };
        match tx.shared_instance(host, wanted)? {
            None => Ok(wanted.to_owned()),
            Some(other) => {
                let reason = format!("the host knows {} by {wanted:?} already", InstanceName::of(&other));
                Err(Refusal::Seed { field: "reference".into(), reason }.into())
            }
        }
    }
}

fn unknown_host(name: &InstanceName) -> Refusal {
    Refusal::Seed { field: "host".into(), reason: format!("there is no instance {name}") }
}
