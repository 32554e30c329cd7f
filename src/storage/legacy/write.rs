//! Stores what was decided about an old database.

use rusqlite::params;

use super::plan::{IMPORTER, Instance, Plan};
use crate::domain::event::NewEvent;
use crate::domain::instance::{InstanceId, Sharing, Wish};
use crate::domain::parameters::Parameters;
use crate::domain::timestamp::Timestamp;
use crate::storage::setting::LOCAL_SOFTWARE_RELEASE_ROOT;
use crate::storage::{Error, NewInstance, WriteTx};

impl WriteTx<'_> {
    /// Stores a plan in a database that holds nothing yet.
    pub(super) fn store_plan(&self, plan: Plan, summary: &str) -> Result<(), Error> {
        let mut computers = Vec::new();
        for computer in &plan.computers {
            let id = self.insert_computer(&computer.reference, None)?;
            if computer.described {
                let (address, netmask) = (computer.address.as_deref(), computer.netmask.as_deref());
                self.describe_computer(id, address, netmask, &Parameters::default(), self.now())?;
            }
            computers.push(id);
        }
        for (computer, software_release, state) in &plan.software {
            self.supply(computers[*computer], software_release, *state)?;
        }
        let mut partitions = Vec::new();
        for partition in &plan.partitions {
            let id = self.insert_partition(computers[partition.computer], &partition.reference)?;
            self.describe_partition(id, &Parameters::default(), &partition.addresses)?;
            partitions.push(id);
        }
        for instance in plan.instances {
            let partition = partitions[instance.partition];
            let computer = computers[plan.partitions[instance.partition].computer];
            let sharing = instance.shared.as_ref().map(|shared| Sharing {
                host: id(shared.host),
                reference: shared.reference.clone(),
                computer,
            });
            let is_software = sharing.is_none();
            let stored = self.store_instance(instance, sharing)?;
            if is_software {
                self.occupy(partition, stored)?;
            }
        }
        for partition in plan.partitions.iter().filter(|partition| partition.shared_list.is_some()) {
            if let Some(host) = partition.instance {
                self.remember_host(id(host))?;
            }
        }
        for (number, title, master) in &plan.forwarded {
            self.execute(
                "INSERT INTO forwarded_request (id, partition_reference, master_url) VALUES (?1, ?2, ?3)",
                params![number, title, master],
            )?;
        }
        if let Some(root) = &plan.local_software_release_root {
            self.set_setting(LOCAL_SOFTWARE_RELEASE_ROOT, root)?;
        }
        self.record(&NewEvent::new(IMPORTER, "imported", summary), self.now())?;
        plan.notes.iter().try_for_each(|note| self.record(note, self.now()))
    }

    fn store_instance(&self, instance: Instance, sharing: Option<Sharing>) -> Result<InstanceId, Error> {
        let seconds = instance.seconds;
        let timestamp = seconds.map_or_else(|| self.now(), Timestamp::from_seconds);
        let new = NewInstance {
            title: instance.title,
            root: instance.root.map(id),
            requester: instance.requester.map(id),
            wish: Wish {
                software_release: instance.software_release,
                software_type: instance.software_type,
                state: instance.state,
                parameters: instance.parameters,
                sla: Parameters::default(),
            },
            sharing,
        };
        // Ids are given in the order of the plan: roots may come after their children.
        let stored = self.insert_instance(&new, timestamp)?;
        if let Some(connection) = &instance.connection {
            self.set_connection(stored, connection)?;
        }
        if seconds.is_some() {
            self.execute("UPDATE instance SET imported_seconds = ?2 WHERE id = ?1", params![stored.0, seconds])?;
        }
        let former = instance.shared.map(|shared| shared.former_references).unwrap_or_default();
        for reference in former {
            self.execute(
                "INSERT INTO former_name (instance_id, title, root_title, shared, shared_reference) \
                 SELECT i.id, i.title, ifnull(r.title, ''), 1, ?2 FROM instance i \
                 LEFT JOIN instance r ON r.id = i.root_id WHERE i.id = ?1",
                params![stored.0, reference],
            )?;
        }
        Ok(stored)
    }
}

/// The id of a place in a plan: the first row of an empty table has number 1.
fn id(index: usize) -> InstanceId {
    InstanceId(i64::try_from(index).unwrap_or(i64::MAX - 1) + 1)
}
