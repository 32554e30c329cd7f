//! Seeds: all that they say is made so, in one transaction; what is so already is not touched.

mod computer;
mod own;
mod property;
mod shared;

use std::sync::Arc;

use super::dump::reporter;
use super::{Error, Master, Settings};
use crate::domain::certificate::{Authority, Owner, instance_name};
use crate::domain::difference::Difference;
use crate::domain::error::Refusal;
use crate::domain::event::NewEvent;
use crate::domain::instance::InstanceId;
use crate::domain::partition::Partition;
use crate::domain::seed::{Place, SaidReport, Seed, SeededInstance, Seeding};
use crate::domain::status::Status;
use crate::storage::{StatusSubject, WriteTx};

impl Master {
    /// Makes everything as a seed says, in one transaction. What it does not name stays as it is, apart from partitions
    /// of computers that it describes.
    ///
    /// # Errors
    /// [`Refusal::Seed`] names the place in the seed that cannot be so; nothing was changed then.
    pub async fn seed(&self, seed: Seed, user: String) -> Result<Seeding, Error> {
        let (settings, authority) = (self.settings.clone(), self.authority.clone());
        self.db
            .write(move |tx| {
                let mut seeder = Seeder { tx, settings, authority, user, seeding: Seeding::default() };
                seeder.run(&seed)?;
                Ok(seeder.seeding)
            })
            .await
    }
}

struct Seeder<'a> {
    tx: &'a WriteTx<'a>,
    settings: Arc<Settings>,
    authority: Option<Arc<dyn Authority>>,
    user: String,
    seeding: Seeding,
}

/// An instance of the seed, with its place there.
struct Planned<'a> {
    field: String,
    instance: &'a SeededInstance,
    /// The one that requested it, in the order of the plan.
    requester: Option<usize>,
    /// Its root, in the order of the plan.
    root: Option<usize>,
}

/// Names the place in the seed that a refusal is about.
fn at<T>(field: &str, result: Result<T, Error>) -> Result<T, Error> {
    result.map_err(|error| match error {
        // What is refused within it names its place there, or the whole one.
        Error::Refused(Refusal::Seed { field: inner, reason }) => {
            let field = if inner.starts_with(field) { inner } else { format!("{field}.{inner}") };
            Refusal::Seed { field, reason }.into()
        }
        Error::Refused(refusal) => Refusal::Seed { field: field.into(), reason: refusal.to_string() }.into(),
        error => error,
    })
}

fn plan<'a>(
    field: &str,
    instances: &'a [SeededInstance],
    above: Option<(usize, usize)>,
    planned: &mut Vec<Planned<'a>>,
) {
    for (index, instance) in instances.iter().enumerate() {
        let field = format!("{field}[{index}]");
        let own = planned.len();
        let (requester, root) = (above.map(|(requester, _)| requester), above.map(|(_, root)| root));
        planned.push(Planned { field: field.clone(), instance, requester, root });
        plan(&format!("{field}.instances"), &instance.instances, Some((own, root.unwrap_or(own))), planned);
    }
}

impl Seeder<'_> {
    fn run(&mut self, seed: &Seed) -> Result<(), Error> {
        for (index, computer) in seed.computers.iter().enumerate() {
            let field = format!("computers[{index}]");
            at(&field, self.computer(&field, computer))?;
        }
        let mut planned = Vec::new();
        plan("instances", &seed.instances, None, &mut planned);
        let mut ids: Vec<Option<InstanceId>> = vec![None; planned.len()];
        // Those that share themselves come first, wherever they are.
        for shared in [false, true] {
            for (index, plan) in planned.iter().enumerate().filter(|(_, plan)| plan.instance.is_shared() == shared) {
                let of = |place: Option<usize>| place.and_then(|place| ids[place]);
                let made = self.instance(plan.instance, of(plan.root), of(plan.requester));
                ids[index] = Some(at(&plan.field, made)?);
            }
        }
        Ok(())
    }

    fn changed(&mut self, event: &NewEvent) -> Result<(), Error> {
        self.seeding.changes += 1;
        Ok(self.tx.record(event, self.tx.now())?)
    }

    fn event(&self, text: &str) -> NewEvent {
        NewEvent::new(self.user.clone(), "seed", text)
    }

    fn instance(
        &mut self,
        seeded: &SeededInstance,
        root: Option<InstanceId>,
        requester: Option<InstanceId>,
    ) -> Result<InstanceId, Error> {
        let id = if let Place::Shared { computer, host, reference } = &seeded.place {
            self.seeding.shared += 1;
            let host = self.host(seeded, root, computer.as_ref(), host.as_ref())?;
            self.shared(seeded, (root, requester), host, reference.as_deref())?
        } else {
            self.seeding.instances += 1;
            self.own(seeded, root, requester)?
        };
        self.published_and_reported(id, seeded)?;
        Ok(id)
    }

    /// Records that an instance was made or changed.
    fn made(&mut self, id: InstanceId, changes: Vec<Difference>, partition: Option<&Partition>) -> Result<(), Error> {
        let Some(instance) = self.tx.instance(id)? else { return Ok(()) };
        self.tx.forget_refusal(instance.root, &instance.title, instance.sharing.is_some())?;
        let event = self.event(instance.wish.state.as_str()).instance(&instance).changes(changes);
        self.changed(&partition.into_iter().fold(event, NewEvent::partition))
    }

    fn published_and_reported(&mut self, id: InstanceId, seeded: &SeededInstance) -> Result<(), Error> {
        let tx = self.tx;
        let Some(instance) = tx.instance(id)? else { return Ok(()) };
        if let Some(connection) =
            seeded.connection.as_ref().filter(|wanted| instance.connection.as_ref() != Some(wanted))
        {
            tx.set_connection(id, connection)?;
            if let Some(requester) = instance.requester {
                tx.touch(requester, tx.now())?;
            }
            self.changed(&self.event("published").instance(&instance))?;
        }
        let holder = instance.sharing.as_ref().map_or(id, |sharing| sharing.host);
        let partition = tx.partition_of(holder)?;
        let about = |event: NewEvent| partition.iter().fold(event.instance(&instance), NewEvent::partition);
        let event = about(self.event("report"));
        self.reports(StatusSubject::Instance(id), &seeded.reports, reporter(partition.as_ref()), &event)?;
        let event = about(self.event("certificate"));
        self.certificate(seeded.certificate, Owner::Instance(id), &instance_name(id), &event)
    }

    /// Stores reports, unless they lead to what is there already.
    fn reports(
        &mut self,
        subject: StatusSubject,
        reports: &[SaidReport],
        computer: &str,
        event: &NewEvent,
    ) -> Result<(), Error> {
        let Some(wanted) = SaidReport::status(reports, computer) else { return Ok(()) };
        let present = self.tx.status(subject)?;
        let same = |present: &Status| {
            (&present.user, &present.text, &present.state) == (&wanted.user, &wanted.text, &wanted.state)
        };
        if present.as_ref().is_some_and(same) {
            return Ok(());
        }
        self.tx.delete_status(subject)?;
        for said in reports {
            let user = said.user(computer);
            super::status::store(self.tx, subject, &said.report, user)?;
            let told =
                NewEvent { user: user.into(), kind: said.report.kind(), text: said.report.detail(), ..event.clone() };
            self.changed(&told)?;
        }
        Ok(())
    }

    fn certificate(&mut self, wanted: bool, owner: Owner, name: &str, event: &NewEvent) -> Result<(), Error> {
        let now = self.tx.now();
        let present = self.tx.certificate_of(owner)?;
        if !wanted || present.is_some_and(|certificate| certificate.is_current(now)) {
            return Ok(());
        }
        let authority = self.authority.as_deref().ok_or(Refusal::NoCertificateAuthority)?;
        let issued = authority.issue(name, now).map_err(Error::Authority)?;
        self.tx.insert_certificate(owner, name, &issued)?;
        self.changed(event)
    }
}
