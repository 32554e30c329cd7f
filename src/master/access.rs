//! Who calls, by what proves it, and whether the call is about what belongs to the caller.

use super::requester::Speaker;
use super::target::{by_guid, place};
use super::{Error, Master};
use crate::domain::access::{Caller, Subject};
use crate::domain::certificate::Owner;
use crate::domain::error::Refusal;
use crate::domain::ids::Reference;
use crate::domain::instance::InstanceId;
use crate::storage::ReadTx;

impl Master {
    /// The caller who holds the certificate of a serial number.
    ///
    /// # Errors
    /// [`Error::Refused`] when it is revoked, its time is over, or its owner is gone.
    pub fn caller_of_certificate(&self, serial: &str) -> Result<Caller, Error> {
        let refuse = |reason| Err(Refusal::Unauthenticated { reason }.into());
        let now = self.db.now();
        self.db.look(|tx| {
            let Some(certificate) = tx.certificate_with(serial)? else {
                return refuse(format!("The certificate {serial} is not one that this master gave out."));
            };
            let name = &certificate.name;
            if certificate.revoked_at.is_some() {
                return refuse(format!("The certificate of {name} is revoked; ask for another one."));
            }
            if !certificate.is_valid(now) {
                return refuse(format!("The certificate of {name} is too old; ask for another one."));
            }
            match certificate.owner {
                Some(Owner::Computer(id)) => Ok(Caller::Computer(tx.computer_reference(id)?)),
                Some(Owner::Instance(id)) => Ok(Caller::Instance(id, guid_of(tx, id)?)),
                Some(Owner::Person(id)) => match tx.person_name(id)? {
                    Some(name) => Ok(Caller::Person(name)),
                    None => refuse(format!("The person {name} is gone.")),
                },
                None => refuse(format!("What {name} was is gone.")),
            }
        })
    }

    /// The person who holds the token of a digest.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is no such token, or its time is over.
    pub fn caller_of_token(&self, digest: &[u8]) -> Result<Caller, Error> {
        let now = self.db.now();
        match self.db.look(|tx| Ok::<_, Error>(tx.token(digest)?))? {
            Some((_, name, end)) if now < end => Ok(Caller::Person(name)),
            _ => Err(Refusal::Forbidden {
                reason: "X-Access-Token: the token is not known, or its time is over; ask for another one.".into(),
            }
            .into()),
        }
    }

    /// Whether a call about something is about what belongs to the caller: a computer may speak about itself and what
    /// is on it, an instance about itself and the shared instances that it serves, a person about everything. What is
    /// not there belongs to nobody, and to nobody else.
    ///
    /// # Errors
    /// [`Error::Refused`] when it belongs to somebody else.
    pub fn check_access(&self, caller: &Caller, subject: &Subject) -> Result<(), Error> {
        let belongs = match (caller, subject) {
            (Caller::Unknown | Caller::Operator | Caller::Person(_), _) | (_, Subject::Nothing) => true,
            (Caller::Computer(own), Subject::Computer(computer) | Subject::Partition(computer, _)) => {
                **own == **computer
            }
            (Caller::Computer(own), Subject::Instance(guid)) => self.db.look(|tx| on_computer(tx, own, guid))?,
            (Caller::Instance(..), Subject::Computer(_)) => false,
            (Caller::Instance(own, _), Subject::Partition(computer, partition)) => {
                self.db.look(|tx| holds(tx, *own, computer, partition))?
            }
            (Caller::Instance(own, _), Subject::Instance(guid)) => self.db.look(|tx| is_or_serves(tx, *own, guid))?,
        };
        if belongs {
            return Ok(());
        }
        Err(Refusal::forbidden(caller, format!("has nothing to do with {subject}")).into())
    }

    /// The caller as it speaks, where it says for which partition it does so: a computer may speak for its partitions,
    /// an instance for itself, a person for nobody else.
    ///
    /// # Errors
    /// [`Error::Refused`] when the partition is not the caller's.
    pub fn speaker(&self, caller: &Caller, claim: Speaker) -> Result<Speaker, Error> {
        let claimed = match &claim {
            Speaker::Header { computer, partition: Some(partition) } | Speaker::Form { computer, partition } => {
                Some(Subject::Partition(computer.clone(), partition.clone()))
            }
            Speaker::Header { computer, partition: None } => Some(Subject::Computer(computer.clone())),
            Speaker::Person | Speaker::Named(_) | Speaker::Instance(..) => None,
        };
        match (caller, claimed) {
            (Caller::Unknown | Caller::Operator, _) => Ok(claim),
            (Caller::Person(_), Some(partition)) => {
                Err(Refusal::forbidden(caller, format!("cannot speak for {partition}")).into())
            }
            (Caller::Person(name), None) => Ok(Speaker::Named(name.clone())),
            (Caller::Computer(reference), None) => Ok(Speaker::Named(reference.to_string())),
            (Caller::Computer(_), Some(partition)) => self.check_access(caller, &partition).map(|()| claim),
            (Caller::Instance(id, guid), claimed) => {
                claimed.map_or(Ok(()), |partition| self.check_access(caller, &partition))?;
                Ok(Speaker::Instance(*id, guid.clone()))
            }
        }
    }
}

fn guid_of(tx: ReadTx<'_>, id: InstanceId) -> Result<String, Error> {
    let partition = tx.partition_of(id)?;
    Ok(partition.map_or_else(|| crate::domain::certificate::instance_name(id), |partition| partition.guid()))
}

fn on_computer(tx: ReadTx<'_>, computer: &Reference, guid: &str) -> Result<bool, Error> {
    let Some(instance) = by_guid(tx, guid)? else { return Ok(false) };
    Ok(place(tx, &instance)?.is_some_and(|partition| partition.computer == *computer))
}

fn holds(tx: ReadTx<'_>, instance: InstanceId, computer: &str, partition: &str) -> Result<bool, Error> {
    Ok(tx.partition(computer, partition)?.is_some_and(|partition| partition.instance == Some(instance)))
}

fn is_or_serves(tx: ReadTx<'_>, instance: InstanceId, guid: &str) -> Result<bool, Error> {
    let found = by_guid(tx, guid)?;
    Ok(found.is_some_and(|found| match found.sharing {
        Some(sharing) => sharing.host == instance,
        None => found.id == instance,
    }))
}
