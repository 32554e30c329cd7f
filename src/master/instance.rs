//! Instances once they exist: what they publish, their names, and waking their trees.

use std::collections::BTreeSet;

use super::requester::{Speaker, find_partition};
use super::shared::free_reference;
use super::target::{Target, find};
use super::{Error, Master};
use crate::domain::address::Address;
use crate::domain::computer::PartitionInformation;
use crate::domain::difference::{Difference, of_parameters};
use crate::domain::error::Refusal;
use crate::domain::event::NewEvent;
use crate::domain::ids::Title;
use crate::domain::instance::{Instance, InstanceId};
use crate::domain::parameters::Parameters;
use crate::domain::service::InstanceName;
use crate::domain::state::RequestedState;
use crate::domain::status::Report;
use crate::domain::timestamp::Timestamp;
use crate::storage::{Publisher, ReadTx, StatusSubject, WriteTx, structure};

/// The outcome of a rename.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Renamed {
    /// The instance has the new title.
    Done,
    /// It had it already.
    Unchanged,
}

impl Master {
    /// What a partition holds, as its node sees it.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is no such partition.
    pub async fn register_computer_partition(
        &self,
        computer: String,
        partition: String,
    ) -> Result<PartitionInformation, Error> {
        self.db
            .read(move |tx| {
                let partition = find_partition(tx, &computer, &partition)?;
                super::computer::partition_information(tx, partition)
            })
            .await
    }

    /// Stores the connection parameters of an instance. Wakes the direct requester when they changed; tells whether they
    /// did.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is no such instance.
    pub async fn set_computer_partition_connection_xml(
        &self,
        target: Target,
        connection: Parameters,
        speaker: Speaker,
    ) -> Result<bool, Error> {
        let user = speaker.reporter(target.computer());
        self.db
            .write(move |tx| {
                let Published { publisher, computer, partition } = published(**tx, &target)?;
                if publisher.connection.as_ref() == Some(&connection) {
                    return Ok(false);
                }
                tx.set_connection(publisher.id, &connection)?;
                if publisher.connection.as_ref().is_some_and(|stored| stored.same_texts(&connection)) {
                    return Ok(false);
                }
                let now = tx.now();
                let mut woken = Vec::new();
                if let Some(requester) = publisher.requester {
                    tx.touch(requester, now)?;
                    woken.extend(tx.instance_name(requester)?);
                }
                let before = publisher.connection.unwrap_or_default();
                let keys: Vec<&str> = connection.as_map().keys().map(String::as_str).collect();
                let event = NewEvent {
                    user,
                    kind: "setComputerPartitionConnectionXml",
                    computer,
                    partition,
                    instance: Some(publisher.title),
                    software_release: Some(publisher.software_release),
                    text: format!("published {}", if keys.is_empty() { "nothing".into() } else { keys.join(", ") }),
                    changes: of_parameters("connection", &before, &connection, structure),
                    woken,
                };
                tx.record(&event, now)?;
                Ok(true)
            })
            .await
    }

    /// Makes the whole tree of an instance be processed again.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is no such instance.
    pub async fn software_instance_bang(&self, target: Target, message: String, speaker: Speaker) -> Result<(), Error> {
        let user = speaker.reporter(target.computer());
        self.db
            .write(move |tx| {
                let (instance, partition) = find(**tx, &target)?;
                let now = tx.now();
                let root = instance.root.unwrap_or(instance.id);
                tx.touch_tree(root, now)?;
                let mut woken = tx.placed_names(root)?;
                if let Some(sharing) = &instance.sharing {
                    tx.touch(sharing.host, now)?;
                    woken.extend(tx.instance_name(sharing.host)?);
                }
                let own = InstanceName::of(&instance);
                woken.retain(|name| instance.sharing.is_some() || *name != own);
                let report = Report::SoftwareInstanceBang(message);
                super::status::store(tx, StatusSubject::Instance(instance.id), &report, &user)?;
                let event = NewEvent::new(user, report.kind(), report.detail()).instance(&instance);
                let event = event.wakes(woken);
                Ok(tx.record(&partition.iter().fold(event, NewEvent::partition), now)?)
            })
            .await
    }

    /// Gives a new title to an instance. The rest of its tree and the references of shared instances follow; identifiers
    /// made of the former titles are still accepted.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is no such instance, or the title is taken.
    pub async fn software_instance_rename(
        &self,
        target: Target,
        new_name: Title,
        speaker: Speaker,
    ) -> Result<Renamed, Error> {
        let user = speaker.reporter(target.computer());
        self.db
            .write(move |tx| {
                let (mut instance, partition) = find(**tx, &target)?;
                if instance.title == new_name {
                    return Ok(Renamed::Unchanged);
                }
                refuse_taken(tx, &instance, &new_name)?;
                let text = format!("{} is now {new_name}", instance.title);
                let changes = vec![Difference::new("title", Some(&instance.title), Some(&new_name))];
                let now = tx.now();
                let mut hosts = BTreeSet::new();
                let renamed = instance.id;
                let root = instance.root.unwrap_or(instance.id);
                let affected = |member: &Instance| member.id == renamed || root == renamed;
                for member in tx.tree(root)?.iter().filter(|member| affected(member)) {
                    tx.remember_names(member)?;
                }
                instance.title = new_name;
                tx.save_instance(&instance)?;
                for member in &mut tx.tree(root)? {
                    if member.sharing.is_some() && affected(member) {
                        hosts.extend(refer(tx, member, now)?);
                    }
                }
                let mut event =
                    NewEvent::new(user, "softwareInstanceRename", text).instance(&instance).changes(changes);
                for host in hosts {
                    event = event.wakes(tx.instance_name(host)?);
                }
                tx.record(&partition.iter().fold(event, NewEvent::partition), now)?;
                Ok(Renamed::Done)
            })
            .await
    }

    /// Every address of every partition of an instance's tree; none while it is being destroyed or when it is free.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is no such partition.
    pub async fn get_hosting_subscription_ip_list(
        &self,
        computer: String,
        partition: String,
    ) -> Result<Vec<Address>, Error> {
        self.db
            .read(move |tx| {
                let partition = find_partition(tx, &computer, &partition)?;
                let instance = match partition.instance {
                    Some(instance) => tx.instance(instance)?,
                    None => None,
                };
                match instance {
                    Some(instance) if instance.wish.state != RequestedState::Destroyed => {
                        Ok(tx.tree_addresses(instance.root.unwrap_or(instance.id))?)
                    }
                    _ => Ok(Vec::new()),
                }
            })
            .await
    }

    /// Takes the titles that an instance still requests. The list is checked and has no effect, as on the production
    /// master.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is no such partition.
    pub async fn update_computer_partition_related_instance_list(
        &self,
        computer: String,
        partition: String,
        _titles: Vec<String>,
    ) -> Result<(), Error> {
        self.db.read(move |tx| find_partition(tx, &computer, &partition).map(|_| ())).await
    }
}

/// An instance that publishes, and the place that its event names.
struct Published {
    publisher: Publisher,
    computer: Option<String>,
    partition: Option<String>,
}

fn published(tx: ReadTx<'_>, target: &Target) -> Result<Published, Error> {
    if let Target::Partition { computer, partition, shared_reference } = target
        && let Some(publisher) = tx.publisher(computer, partition, shared_reference.as_deref())?
    {
        let (computer, partition) = (Some(computer.clone()), Some(partition.clone()));
        return Ok(Published { publisher, computer, partition });
    }
    let (instance, partition) = find(tx, target)?;
    Ok(Published {
        publisher: Publisher {
            id: instance.id,
            title: instance.title.to_string(),
            software_release: instance.wish.software_release.to_string(),
            requester: instance.requester,
            connection: instance.connection,
        },
        computer: partition.as_ref().map(|partition| partition.computer.to_string()),
        partition: partition.map(|partition| partition.reference.to_string()),
    })
}

/// Gives a shared instance the reference that follows from its titles. The host that knows it by another one from now on
/// is made to process it.
fn refer(tx: &WriteTx<'_>, instance: &mut Instance, now: Timestamp) -> Result<Option<InstanceId>, Error> {
    let natural = instance.natural_reference();
    let Some(sharing) = instance.sharing.as_mut() else { return Ok(None) };
    if sharing.reference == natural {
        return Ok(None);
    }
    sharing.reference = free_reference(**tx, sharing.host, &natural)?;
    let host = sharing.host;
    tx.save_instance(instance)?;
    tx.touch(host, now)?;
    Ok(Some(host))
}

/// A title is taken by any other instance of the tree, or by any other root.
fn refuse_taken(tx: &WriteTx<'_>, instance: &Instance, title: &Title) -> Result<(), Error> {
    let software = tx.software_instance(instance.root, title)?;
    let shared = tx.shared_instances_titled(instance.root, title)?;
    let other = |id: InstanceId| id != instance.id;
    if software.iter().chain(&shared).any(|found| other(found.id)) {
        let tree = match instance.root {
            Some(_) => format!("the tree {:?}", &*instance.root_title),
            None => "the instance trees".into(),
        };
        return Err(Refusal::TitleTaken { title: title.to_string(), tree }.into());
    }
    Ok(())
}
