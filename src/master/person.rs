//! People, their certificates and their tokens.

use std::time::Duration;

use super::{Error, Master, Speaker};
use crate::domain::certificate::{Owner, Pair, Person, PersonId};
use crate::domain::error::Refusal;
use crate::domain::event::NewEvent;
use crate::domain::ids::{Reference, Title};
use crate::domain::timestamp::Timestamp;
use crate::storage::ReadTx;

/// The person that a caller is who proves nothing.
pub const USER: &str = "user";

impl Master {
    /// Adds a person.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is one of that name.
    pub async fn add_person(&self, name: Title, speaker: Speaker) -> Result<(), Error> {
        self.db
            .write(move |tx| {
                if tx.person_id(&name)?.is_some() {
                    return Err(Refusal::PersonTaken { name: name.to_string() }.into());
                }
                let now = tx.now();
                tx.insert_person(&name, now)?;
                Ok(tx.record(&NewEvent::new(speaker.reporter(None), "user add", &*name), now)?)
            })
            .await
    }

    /// Removes a person, whose certificates are revoked and whose tokens are forgotten.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is no such person.
    pub async fn remove_person(&self, name: String, speaker: Speaker) -> Result<(), Error> {
        self.db
            .write(move |tx| {
                let id = find_person(**tx, &name)?;
                let now = tx.now();
                tx.revoke_certificates(Owner::Person(id), now)?;
                tx.delete_person(id)?;
                Ok(tx.record(&NewEvent::new(speaker.reporter(None), "user remove", name), now)?)
            })
            .await
    }

    /// All people, sorted by name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn people(&self) -> Result<Vec<Person>, Error> {
        self.db
            .read(|tx| {
                let mut people = Vec::new();
                for name in tx.person_names()? {
                    let id = tx.person_id(&name)?;
                    let certificate = id.map_or(Ok(None), |id| tx.certificate_of(Owner::Person(id)))?;
                    people
                        .push(Person { name, certificate_until: certificate.map(|certificate| certificate.not_after) });
                }
                Ok(people)
            })
            .await
    }

    /// A new key and certificate for a person (`Person_getCertificate`), who may have several.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is no such person, or no authority.
    pub async fn person_get_certificate(&self, name: String) -> Result<Pair, Error> {
        let authority = self.authority()?;
        self.db.look(|tx| find_person(tx, &name).map(|_| ()))?;
        let issued = authority.issue(&name, self.db.now()).map_err(Error::Authority)?;
        self.db
            .write(move |tx| {
                let id = find_person(**tx, &name)?;
                tx.insert_certificate(Owner::Person(id), &name, &issued)?;
                let text = format!("certificate {}", issued.serial);
                tx.record(&NewEvent::new(name, "Person_getCertificate", text), tx.now())?;
                Ok(issued.pair)
            })
            .await
    }

    /// Keeps the digest of a new token of a person for some time. The person `user` is who need not prove who he is, and
    /// is always there.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is no such person.
    pub async fn keep_token(&self, name: String, digest: Vec<u8>, lifetime: Duration) -> Result<(), Error> {
        self.db
            .write(move |tx| {
                let now = tx.now();
                let id = match tx.person_id(&name)? {
                    None if name == USER => tx.insert_person(&name, now)?,
                    _ => find_person(**tx, &name)?,
                };
                let lifetime = i64::try_from(lifetime.as_micros()).unwrap_or(i64::MAX);
                tx.insert_token(id, &digest, now, Timestamp(now.0.saturating_add(lifetime)))?;
                Ok(tx.record(&NewEvent::new(name, "token", "a token was made"), now)?)
            })
            .await
    }

    /// A computer of a title, made when it is not there yet, and a new key and certificate for it
    /// (`Person_requestComputer`).
    ///
    /// # Errors
    /// [`Error::Refused`] when the computer has a certificate, or there is no authority; nothing is made then.
    pub async fn person_request_computer(&self, title: Title, speaker: Speaker) -> Result<(Reference, Pair), Error> {
        let authority = self.authority.clone().ok_or(Refusal::NoCertificateAuthority)?;
        let now = self.db.now();
        self.db
            .write(move |tx| {
                let reference = super::computer::request_computer(tx, &title, &speaker)?;
                let issue = |name: &str| authority.issue(name, now).map_err(Error::Authority);
                let pair = super::certificate::generate(tx, &reference, &speaker, issue)?;
                Ok((reference, pair))
            })
            .await
    }
}

fn find_person(tx: ReadTx<'_>, name: &str) -> Result<PersonId, Error> {
    match tx.person_id(name)? {
        Some(id) => Ok(id),
        None => Err(Refusal::Unknown {
            field: "name".into(),
            what: "person",
            value: name.into(),
            known: tx.person_names()?,
        }
        .into()),
    }
}
