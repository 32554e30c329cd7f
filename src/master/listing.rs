//! Instances as people and programs look them up, one by one and in lists.

use super::requester::{find_computer, find_instance};
use super::target::{find, place};
use super::{Error, Master, Target, allocation};
use crate::domain::address::Address;
use crate::domain::delay::ACCEPTED;
use crate::domain::error::Refusal;
use crate::domain::event::{Event, EventFilter, EventPlace, EventQuery};
use crate::domain::instance::{Instance, InstanceId};
use crate::domain::partition::Partition;
use crate::domain::software::SoftwareInstallation;
use crate::domain::status::Status;
use crate::domain::timestamp::Timestamp;
use crate::storage::{ReadTx, StatusSubject};

/// An instance with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct InstanceView {
    /// The instance.
    pub instance: Instance,
    /// The host of a shared instance.
    pub host: Option<Instance>,
    /// Its partition, or its host's; `None` when it lost its place.
    pub partition: Option<Partition>,
    /// The addresses of that partition.
    pub addresses: Vec<Address>,
    /// The text of the latest report about it.
    pub access_status: Option<String>,
}

impl InstanceView {
    /// The marker that moves when the node must process the instance: that of the host, for a shared one.
    #[must_use]
    pub fn processing_timestamp(&self) -> Timestamp {
        self.host.as_ref().unwrap_or(&self.instance).timestamp
    }
}

impl Master {
    /// An instance by any identifier.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is no such instance.
    pub fn get_software_instance(&self, guid: String) -> Result<InstanceView, Error> {
        self.db.look(|tx| view(tx, find(tx, &Target::Guid(guid))?.0))
    }

    /// The instance in a partition.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is no such partition, or it is free.
    pub async fn get_compute_partition(&self, computer: String, partition: String) -> Result<InstanceView, Error> {
        self.db.read(move |tx| view(tx, find_instance(tx, &computer, &partition)?.1)).await
    }

    /// The root of an instance tree, by its title: a software instance, or else a shared one.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is no such tree.
    pub async fn get_instance_tree(&self, title: String) -> Result<InstanceView, Error> {
        let waits = self.settings.async_allocation.is_some();
        self.db
            .read(move |tx| match root(tx, title.clone()) {
                Err(Error::Refused(Refusal::UnknownTree { title })) if waits => Err(unplaced_tree(tx, title)?),
                found => view(tx, found?),
            })
            .await
    }

    /// The titles of all instance trees: those of software instances in the order of their partitions, then those of
    /// shared ones.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn instance_tree_list(&self) -> Result<Vec<String>, Error> {
        self.db.read(|tx| Ok(tx.root_titles()?)).await
    }

    /// The instances in the partitions of a computer, in the order of the partitions.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is no such computer.
    pub async fn compute_node_instance_list(&self, computer: String) -> Result<Vec<InstanceView>, Error> {
        self.db
            .read(move |tx| {
                let id = find_computer(tx, &computer)?;
                let mut instances = tx.instances_on(id)?;
                let mut statuses = tx.access_statuses(id)?;
                let mut views = Vec::new();
                for (partition, addresses) in tx.partitions(id)? {
                    let Some(id) = partition.instance else { continue };
                    match instances.remove(&id) {
                        Some(Ok(instance)) => views.push(InstanceView {
                            instance,
                            host: None,
                            partition: Some(partition),
                            addresses,
                            access_status: statuses.remove(&id),
                        }),
                        Some(Err(error)) => log::error!("{} is left out of a list: {error}", partition.reference),
                        None => {}
                    }
                }
                Ok(views)
            })
            .await
    }

    /// The shared instances that an instance serves, in the order of their first request.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is no such instance, or it is a shared one.
    pub async fn instance_node_instance_list(&self, guid: String) -> Result<Vec<InstanceView>, Error> {
        self.db
            .read(move |tx| {
                let (host, partition) = find(tx, &Target::Guid(guid.clone()))?;
                if host.sharing.is_some() {
                    return Err(Refusal::UnknownInstance { guid }.into());
                }
                let addresses = partition.as_ref().map_or(Ok(Vec::new()), |partition| tx.addresses(partition.id))?;
                let mut statuses = tx.shared_statuses(host.id)?;
                let served = tx.shared_instances(host.id)?.into_iter().map(|instance| InstanceView {
                    access_status: statuses.remove(&instance.id),
                    host: Some(host.clone()),
                    partition: partition.clone(),
                    addresses: addresses.clone(),
                    instance,
                });
                Ok(served.collect())
            })
            .await
    }

    /// The releases supplied to a computer, in the order of their latest supply.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is no such computer.
    pub async fn compute_node_software_installation_list(
        &self,
        computer: String,
    ) -> Result<Vec<SoftwareInstallation>, Error> {
        self.db.read(move |tx| Ok(tx.software_installations(find_computer(tx, &computer)?)?)).await
    }

    /// The releases supplied to a computer, each with the latest report about it.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is no such computer.
    pub async fn software_installation_list(
        &self,
        computer: String,
    ) -> Result<Vec<(SoftwareInstallation, Option<Status>)>, Error> {
        self.db
            .read(move |tx| {
                let id = find_computer(tx, &computer)?;
                let mut statuses = tx.installation_statuses(id)?;
                let mut reported = |supplied: SoftwareInstallation| {
                    let status = statuses.remove(&supplied.id);
                    (supplied, status)
                };
                Ok(tx.software_installations(id)?.into_iter().map(&mut reported).collect())
            })
            .await
    }

    /// Everything in an instance tree, shared instances too, by the title of its root; the root comes first.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is no such tree.
    pub async fn instance_tree_instance_list(&self, title: String) -> Result<Vec<InstanceView>, Error> {
        self.db
            .read(move |tx| {
                let root = root(tx, title)?;
                tx.tree(root.id)?.into_iter().map(|member| view(tx, member)).collect()
            })
            .await
    }

    /// Events, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn event_list(&self, query: EventQuery) -> Result<Vec<Event>, Error> {
        self.db.read(move |tx| Ok(tx.events(&query)?)).await
    }

    /// Events by their numbers; those that are not there any more are left out.
    ///
    /// # Errors
    /// When the database fails.
    pub fn events_of(&self, numbers: &[i64]) -> Result<Vec<Event>, Error> {
        self.db.look(|tx| Ok(tx.events_of(numbers)?))
    }

    /// The first event after a place that is wanted. The place moves to where the search ended.
    ///
    /// # Errors
    /// When the database fails.
    pub fn next_event(&self, filter: &EventFilter, place: &mut EventPlace) -> Result<Option<Event>, Error> {
        let (found, searched) = self.db.look(|tx| Ok::<_, Error>(tx.next_event(filter, *place)?))?;
        *place = searched;
        Ok(found)
    }

    /// The place of the event that happened last, or before all of them.
    ///
    /// # Errors
    /// When the database fails.
    pub fn last_event(&self) -> Result<EventPlace, Error> {
        let last = self.db.look(|tx| Ok::<_, Error>(tx.last_event()?))?;
        Ok(last.unwrap_or(EventPlace { last_at: Timestamp(0), id: 0 }))
    }

    /// The references of all computers, sorted.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn compute_node_list(&self) -> Result<Vec<String>, Error> {
        self.db
            .read(|tx| {
                let mut references = tx.computer_references()?;
                references.sort();
                Ok(references)
            })
            .await
    }
}

/// The root of a tree: a software instance, or else a shared one.
fn root(tx: ReadTx<'_>, title: String) -> Result<Instance, Error> {
    let root = match tx.software_instance(None, &title)? {
        Some(root) => Some(root),
        None => tx.shared_instances_titled(None, &title)?.into_iter().next(),
    };
    Ok(root.ok_or(Refusal::UnknownTree { title })?)
}

pub(super) fn view(tx: ReadTx<'_>, instance: Instance) -> Result<InstanceView, Error> {
    let partition = place(tx, &instance)?;
    let addresses = partition.as_ref().map_or(Ok(Vec::new()), |partition| tx.addresses(partition.id))?;
    let host: Option<InstanceId> = instance.sharing.as_ref().map(|sharing| sharing.host);
    let host = host.map_or(Ok(None), |host| tx.instance(host))?;
    let access_status = tx.status(StatusSubject::Instance(instance.id))?.map(|status| status.text);
    Ok(InstanceView { instance, host, partition, addresses, access_status })
}

/// Why there is no tree of a title: its request is accepted and has no place yet, or there is none.
fn unplaced_tree(tx: ReadTx<'_>, title: String) -> Result<Error, Error> {
    let accepted = tx.refused_requests(&title)?.iter().any(|kept| kept.root.is_none());
    Ok(if accepted { allocation::not_ready(&title, ACCEPTED) } else { Refusal::UnknownTree { title } }.into())
}
