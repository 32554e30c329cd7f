//! Requests of software instances: create, update, read, stop and destroy are the same call.

use super::placement::{self, NoPlace};
use super::requester::{Requester, Speaker, requester};
use super::{Error, Master, Settings, allocation, shared, strict};
use crate::domain::address::Address;
use crate::domain::delay::ACCEPTED;
use crate::domain::difference::{Difference, of_wishes};
use crate::domain::error::Refusal;
use crate::domain::event::NewEvent;
use crate::domain::explanation::{Refusals, RefusedRequest};
use crate::domain::frontend::{HttpsFront, Shortcut, shortcut};
use crate::domain::instance::{Change, Instance, InstanceId, Request};
use crate::domain::state::RequestedState;
use crate::domain::timestamp::Timestamp;
use crate::storage::{NewInstance, Placed, ReadTx, WriteTx, structure};

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
    /// Nothing is to be destroyed, or an instance that had lost its partition is.
    Gone(Refusal),
}

/// The outcome of a request, unless it finds no place.
pub(super) type Settled = Result<Requested, NoPlace>;

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
    /// Requests an instance of this master: the call creates, updates, reads, stops or destroys it. What
    /// [another master](Master::forward) is to fulfil is not for this call.
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
        if let Some(shortcut) = shortcut(&request, front.as_ref()) {
            self.keep_frontend_url(&request, &speaker, &shortcut).await?;
            return Ok(Requested::Shortcut(shortcut));
        }
        if let Some(shortcut) = self.end_frontend(&request, &speaker).await? {
            return Ok(Requested::Shortcut(shortcut));
        }
        let strict = self.settings.strict;
        let command = Command { request, speaker, settings: self.settings.clone() };
        // Most requests repeat what is already so: a snapshot answers them without the writer.
        if let Some(answer) = self.db.look(|tx| command.unchanged(tx))? {
            return Ok(told(answer, strict));
        }
        let settled = self.db.write(move |tx| command.execute(tx)).await?;
        if matches!(settled, Err(Refusal::NotReady { .. })) {
            self.allocate_later();
        }
        Ok(told(settled?, strict))
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

    /// Carries the request out. One that finds no place changes nothing, and is kept so that it can be explained.
    fn execute(&self, tx: &WriteTx<'_>) -> Result<Result<Requested, Refusal>, Error> {
        let requester = requester(**tx, &self.speaker)?;
        self.settle(tx, requester.as_ref())
    }

    /// The same in the name of who is known already.
    pub(super) fn settle(
        &self,
        tx: &WriteTx<'_>,
        requester: Option<&Requester>,
    ) -> Result<Result<Requested, Refusal>, Error> {
        strict::check(self, **tx, requester)?;
        let settled = if self.request.shared {
            shared::execute(self, tx, requester)?
        } else {
            match self.stored(**tx, requester)? {
                Some(instance) => self.repeat(tx, instance, requester)?,
                None => self.create(tx, requester)?,
            }
        };
        match settled {
            Ok(answer) => {
                let root = requester.map(|requester| requester.root);
                tx.forget_refusal(root, &self.request.title, self.request.shared)?;
                Ok(Ok(answer))
            }
            Err(no_place) => self.keep(tx, requester, no_place).map(Err),
        }
    }

    /// The name of who asks, for events.
    pub(super) fn who(&self, requester: Option<&Requester>) -> String {
        requester.map_or_else(|| self.speaker.reporter(None), |requester| requester.guid.clone())
    }

    fn keep(&self, tx: &WriteTx<'_>, requester: Option<&Requester>, no_place: NoPlace) -> Result<Refusal, Error> {
        let (user, now) = (self.who(requester), tx.now());
        let refusals =
            Refusals { user: user.clone(), reason: no_place.reason.clone(), at: now, last_at: now, count: 1 };
        tx.keep_refusal(&RefusedRequest {
            root: requester.map(|requester| requester.root),
            requester: requester.map(|requester| requester.id),
            request: self.request.clone(),
            refusals,
        })?;
        let Request { title, software_release, .. } = &self.request;
        let accepted = no_place.reason == ACCEPTED;
        let (kind, refusal) = match self.settings.async_allocation {
            _ if accepted => ("accepted", no_place.refusal),
            // The production master tells nobody that it finds no place.
            Some(_) => ("refused", allocation::not_ready(&self.request.title, ACCEPTED)),
            None => ("refused", no_place.refusal),
        };
        let text = if accepted { ACCEPTED.to_owned() } else { refusal.to_string() };
        let event = NewEvent::new(user, kind, text)
            .computer(&placement::computer(&self.request, &self.settings))
            .software_release(software_release);
        tx.record(&NewEvent { instance: Some(title.to_string()), ..event }, now)?;
        Ok(refusal)
    }

    pub(super) fn stored(&self, tx: ReadTx<'_>, requester: Option<&Requester>) -> Result<Option<Instance>, Error> {
        Ok(tx.software_instance(requester.map(|requester| requester.root), &self.request.title)?)
    }

    fn update(&self, instance: &mut Instance, requester: Option<&Requester>) -> Change {
        let wish = self.request.wish(requester.map(|requester| requester.root_state), Some(instance.wish.state));
        instance.update(wish, requester.map(|requester| requester.id))
    }

    fn create(&self, tx: &WriteTx<'_>, requester: Option<&Requester>) -> Result<Settled, Error> {
        let wish = self.request.wish(requester.map(|requester| requester.root_state), None);
        if wish.state == RequestedState::Destroyed || self.request.is_destruction() {
            let title = self.request.title.to_string();
            return Ok(Ok(Requested::Gone(Refusal::NothingToDestroy { title })));
        }
        if let Some(accepted) = allocation::wait(self, tx, requester)? {
            return Ok(Err(accepted));
        }
        let partition = match placement::partition(**tx, &self.request, &self.settings)? {
            Ok(partition) => partition,
            Err(no_place) => return Ok(Err(no_place)),
        };
        let now = tx.now();
        let new = NewInstance {
            title: self.request.title.clone(),
            root: requester.map(|requester| requester.root),
            requester: requester.map(|requester| requester.id),
            wish,
            sharing: None,
        };
        let id = tx.insert_instance(&new, now)?;
        tx.occupy(partition.id, id)?;
        self.placed(tx, id, Recorded { requester, changes: Vec::new(), now })
    }

    fn repeat(
        &self,
        tx: &WriteTx<'_>,
        mut instance: Instance,
        requester: Option<&Requester>,
    ) -> Result<Settled, Error> {
        let before = instance.clone();
        let change = self.update(&mut instance, requester);
        let placed = tx.partition_of(instance.id)?;
        if placed.is_none() && instance.wish.state == RequestedState::Destroyed {
            let title = instance.title.to_string();
            super::destroy::forget_unplaced(tx, &instance, &self.who(requester))?;
            return Ok(Ok(Requested::Gone(Refusal::DestroyedUnplaced { title })));
        }
        let new_place = match &placed {
            Some(_) => None,
            None => match placement::partition(**tx, &self.request, &self.settings)? {
                Ok(partition) => Some(partition.id),
                Err(no_place) => return Ok(Err(no_place)),
            },
        };
        if let (Change::None, Some(partition)) = (change, placed) {
            return Ok(Ok(software(**tx, Placed { instance, partition })?));
        }
        let now = tx.now();
        if change == Change::Visible || new_place.is_some() {
            instance.timestamp = now;
        }
        tx.save_instance(&instance)?;
        if let Some(partition) = new_place {
            tx.occupy(partition, instance.id)?;
        }
        let changes = differences(**tx, &before, &instance)?;
        self.placed(tx, instance.id, Recorded { requester, changes, now })
    }

    fn placed(&self, tx: &WriteTx<'_>, id: InstanceId, recorded: Recorded<'_>) -> Result<Settled, Error> {
        let (Some(instance), Some(partition)) = (tx.instance(id)?, tx.partition_of(id)?) else {
            return Err(Refusal::NothingToDestroy { title: self.request.title.to_string() }.into());
        };
        let Recorded { requester, changes, now } = recorded;
        let event = NewEvent::new(self.who(requester), "requestComputerPartition", instance.wish.state.as_str());
        tx.record(&event.partition(&partition).instance(&instance).changes(changes), now)?;
        Ok(Ok(software(**tx, Placed { instance, partition })?))
    }
}

/// The answer as the production master gives it, if that is wanted: of what is to be destroyed it tells nothing.
fn told(answer: Requested, strict: bool) -> Requested {
    let (title, reason) = match &answer {
        Requested::Gone(Refusal::NothingToDestroy { title } | Refusal::DestroyedUnplaced { title }) if strict => {
            (title.as_str(), "it is destroyed")
        }
        Requested::Software { placed: Placed { instance, .. }, .. } | Requested::Shared { instance, .. }
            if strict && instance.wish.state == RequestedState::Destroyed =>
        {
            (&*instance.title, "it is to be destroyed")
        }
        _ => return answer,
    };
    Requested::Gone(allocation::not_ready(title, reason))
}

/// What the event of a request tells.
struct Recorded<'a> {
    requester: Option<&'a Requester>,
    changes: Vec<Difference>,
    now: Timestamp,
}

/// What is different about an instance after a request.
pub(super) fn differences(tx: ReadTx<'_>, before: &Instance, after: &Instance) -> Result<Vec<Difference>, Error> {
    let mut found = of_wishes(&before.wish, &after.wish, structure);
    if before.requester != after.requester {
        let name = |requester: Option<InstanceId>| -> Result<String, Error> {
            let requester = requester.map_or(Ok(None), |requester| tx.instance_name(requester))?;
            Ok(requester.map_or_else(|| "user".into(), |requester| requester.to_string()))
        };
        let (from, to) = (name(before.requester)?, name(after.requester)?);
        found.push(Difference::new("requester", Some(&from), Some(&to)));
    }
    Ok(found)
}
