//! Requests of software instances: create, update, read, stop and destroy are the same call.

use super::requester::{Requester, Speaker, requester};
use super::{Error, Master, Settings, shared};
use crate::domain::address::Address;
use crate::domain::error::Refusal;
use crate::domain::event::NewEvent;
use crate::domain::frontend::{HttpsFront, Shortcut, shortcut};
use crate::domain::ids::Reference;
use crate::domain::instance::{Change, ComputerId, Instance, Request};
use crate::domain::state::RequestedState;
use crate::storage::{NewInstance, Placed, ReadTx, WriteTx};

/// The outcome of a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Requested {
    /// A software instance in its partition.
    Software {
        /// The instance.
        placed: Placed,
        /// The addresses of the partition.
        addresses: Vec<Address>,
    },
    /// A shared instance, and the host that serves it in its partition.
    Shared {
        /// The shared instance.
        instance: Instance,
        /// Its host.
        host: Box<Placed>,
        /// The addresses of the host's partition.
        addresses: Vec<Address>,
    },
    /// A frontend that needs no host.
    Shortcut(Shortcut),
    /// An instance that had lost its partition is destroyed.
    Gone(Refusal),
}

fn software(tx: ReadTx<'_>, placed: Placed) -> Result<Requested, Error> {
    let addresses = tx.addresses(placed.partition.id)?;
    Ok(Requested::Software { placed, addresses })
}

/// A request with all that its execution depends on.
#[derive(Debug, Clone)]
pub(super) struct Command {
    pub request: Request,
    pub speaker: Speaker,
    pub settings: std::sync::Arc<Settings>,
}

impl Master {
    /// Requests an instance: the call creates, updates, reads, stops or destroys it.
    ///
    /// # Errors
    /// [`Error::Refused`] when the requester is unknown, nothing is free, no host is found, or there is nothing to
    /// destroy; [`Error::Storage`] when the database fails. Nothing was changed then.
    pub async fn request_computer_partition(
        &self,
        request: Request,
        speaker: Speaker,
        front: Option<HttpsFront>,
    ) -> Result<Requested, Error> {
        if let Some(url) = request.sla_text("master_url") {
            return Err(Refusal::UnlistedMaster { url }.into());
        }
        if let Some(shortcut) = shortcut(&request, front.as_ref()) {
            return Ok(Requested::Shortcut(shortcut));
        }
        let command = Command { request, speaker, settings: self.settings.clone() };
        // Most requests repeat what is already so: a snapshot answers them without the writer.
        if let Some(answer) = self.db.look(|tx| command.unchanged(tx))? {
            return Ok(answer);
        }
        self.db.write(move |tx| command.execute(tx)).await
    }
}

impl Command {
    /// The answer, if the request changes nothing.
    fn unchanged(&self, tx: ReadTx<'_>) -> Result<Option<Requested>, Error> {
        let requester = requester(tx, &self.speaker)?;
        if self.request.shared {
            return shared::unchanged(self, tx, requester.as_ref());
        }
        let Some(mut instance) = self.stored(tx, requester.as_ref())? else { return Ok(None) };
        let Some(partition) = tx.partition_of(instance.id)? else { return Ok(None) };
        match self.update(&mut instance, requester.as_ref()) {
            Change::None => Ok(Some(software(tx, Placed { instance, partition })?)),
            Change::Quiet | Change::Visible => Ok(None),
        }
    }

    fn execute(&self, tx: &WriteTx<'_>) -> Result<Requested, Error> {
        let requester = requester(**tx, &self.speaker)?;
        if self.request.shared {
            return shared::execute(self, tx, requester.as_ref());
        }
        match self.stored(**tx, requester.as_ref())? {
            Some(instance) => self.repeat(tx, instance, requester.as_ref()),
            None => self.create(tx, requester.as_ref()),
        }
    }

    fn stored(&self, tx: ReadTx<'_>, requester: Option<&Requester>) -> Result<Option<Instance>, Error> {
        Ok(tx.software_instance(requester.map(|requester| requester.root), &self.request.title)?)
    }

    fn update(&self, instance: &mut Instance, requester: Option<&Requester>) -> Change {
        let wish = self.request.wish(requester.map(|requester| requester.root_state), Some(instance.wish.state));
        instance.update(wish, requester.map(|requester| requester.id))
    }

    fn create(&self, tx: &WriteTx<'_>, requester: Option<&Requester>) -> Result<Requested, Error> {
        let wish = self.request.wish(requester.map(|requester| requester.root_state), None);
        if wish.state == RequestedState::Destroyed || self.request.is_destruction() {
            return Err(Refusal::NothingToDestroy { title: self.request.title.to_string() }.into());
        }
        let now = tx.now();
        let new = NewInstance {
            title: self.request.title.clone(),
            root: requester.map(|requester| requester.root),
            requester: requester.map(|requester| requester.id),
            wish,
            sharing: None,
        };
        let id = tx.insert_instance(&new, now)?;
        self.allocate(tx, id)?;
        self.placed(tx, id, requester)
    }

    fn repeat(
        &self,
        tx: &WriteTx<'_>,
        mut instance: Instance,
        requester: Option<&Requester>,
    ) -> Result<Requested, Error> {
        let change = self.update(&mut instance, requester);
        let placed = tx.partition_of(instance.id)?;
        if placed.is_none() && instance.wish.state == RequestedState::Destroyed {
            let title = instance.title.to_string();
            super::destroy::forget_unplaced(tx, &instance, &who(requester))?;
            return Ok(Requested::Gone(Refusal::DestroyedUnplaced { title }));
        }
        if change == Change::Visible || placed.is_none() {
            instance.timestamp = tx.now();
        }
        if change != Change::None || placed.is_none() {
            tx.save_instance(&instance)?;
        }
        if let Some(partition) = placed {
            let placed = Placed { instance, partition };
            if change == Change::Visible {
                record(tx, &placed, requester)?;
            }
            return software(**tx, placed);
        }
        self.allocate(tx, instance.id)?;
        self.placed(tx, instance.id, requester)
    }

    /// Puts an instance into the first free partition of the computer that the SLA names, or of the default one.
    fn allocate(&self, tx: &WriteTx<'_>, id: crate::domain::instance::InstanceId) -> Result<(), Error> {
        let computer = self.computer();
        let refuse = |reason| Refusal::NoFreePartition { title: self.request.title.to_string(), reason };
        let Some(computer_id) = tx.computer_id(&computer)? else {
            let known = crate::domain::allocation::known(&tx.computer_references()?);
            return Err(refuse(format!("there is no computer {computer:?}; known: {known}")).into());
        };
        match tx.first_free_partition(computer_id)? {
            Some(partition) if tx.occupy(partition.id, id)? => Ok(()),
            _ => {
                let reason = match tx.partition_references(&computer)?.len() {
                    0 => format!("{computer} has no partition: format it, or import its description"),
                    1 => format!("the only partition of {computer} is busy"),
                    count => format!("all {count} partitions of {computer} are busy"),
                };
                Err(refuse(reason).into())
            }
        }
    }

    fn placed(
        &self,
        tx: &WriteTx<'_>,
        id: crate::domain::instance::InstanceId,
        requester: Option<&Requester>,
    ) -> Result<Requested, Error> {
        let (Some(instance), Some(partition)) = (tx.instance(id)?, tx.partition_of(id)?) else {
            return Err(Refusal::NothingToDestroy { title: self.request.title.to_string() }.into());
        };
        let placed = Placed { instance, partition };
        record(tx, &placed, requester)?;
        software(**tx, placed)
    }

    /// The computer that the SLA names, or the default one.
    pub(super) fn computer(&self) -> String {
        self.request.sla_text("computer_guid").unwrap_or_else(|| self.settings.default_computer.to_string())
    }

    /// A checked computer of the request and its id.
    pub(super) fn find_computer(&self, tx: ReadTx<'_>) -> Result<Option<(Reference, ComputerId)>, Error> {
        let computer = self.computer();
        match tx.computer_id(&computer)? {
            Some(id) => Ok(Some((tx.computer_reference(id)?, id))),
            None => Ok(None),
        }
    }
}

/// The name of who asks, for events.
pub(super) fn who(requester: Option<&Requester>) -> String {
    requester.map_or_else(|| "user".into(), |requester| requester.guid.clone())
}

fn record(tx: &WriteTx<'_>, placed: &Placed, requester: Option<&Requester>) -> Result<(), Error> {
    let Placed { instance, partition } = placed;
    let event = NewEvent::new(who(requester), "requestComputerPartition", instance.wish.state.as_str());
    Ok(tx.record(&event.partition(partition).instance(instance), instance.timestamp)?)
}
