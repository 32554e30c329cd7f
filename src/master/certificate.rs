//! Certificates of computers and instances.

use super::requester::{Speaker, find_computer};
use super::target::{Found, Target, find};
use super::{Error, Master};
use crate::domain::certificate::{Authority, Certificate, Issued, Owner, Pair, instance_name};
use crate::domain::error::Refusal;
use crate::domain::event::NewEvent;
use crate::domain::instance::{ComputerId, Instance};
use crate::domain::timestamp::Timestamp;
use crate::storage::{ReadTx, WriteTx};

impl Master {
    /// A new key and certificate for a computer. The certificate that it has must be revoked or near its end.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is no such computer, it has a certificate, or there is no authority.
    pub async fn generate_computer_certificate(&self, computer: String, speaker: Speaker) -> Result<Pair, Error> {
        let authority = self.authority()?;
        let now = self.db.now();
        self.db.look(|tx| refuse_active(tx, find_computer(tx, &computer)?, now))?;
        let issued = authority.issue(&computer, now).map_err(Error::Authority)?;
        self.db.write(move |tx| generate(tx, &computer, &speaker, |_| Ok(issued))).await
    }

    /// Revokes the certificates of a computer.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is no such computer, it has no valid certificate, or there is no authority.
    pub async fn revoke_computer_certificate(&self, computer: String, speaker: Speaker) -> Result<(), Error> {
        self.authority()?;
        let user = speaker.reporter(Some(&computer));
        self.db
            .write(move |tx| {
                let owner = Owner::Computer(find_computer(**tx, &computer)?);
                let now = tx.now();
                let active = tx.certificate_of(owner)?.filter(|certificate| certificate.is_valid(now));
                let active = active.ok_or(Refusal::NoCertificate)?;
                tx.revoke_certificates(owner, now)?;
                let text = format!("certificate {}", active.serial);
                Ok(tx.record(&NewEvent::new(user, "revokeComputerCertificate", text).computer(&computer), now)?)
            })
            .await
    }

    /// The key and certificate of an instance, made when they are first asked for, and again near their end; `None`
    /// when there is no authority.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is no such instance, or it is a shared one.
    pub async fn get_computer_partition_certificate(
        &self,
        target: Target,
        speaker: Speaker,
    ) -> Result<Option<Pair>, Error> {
        let Ok(authority) = self.authority() else { return Ok(None) };
        let now = self.db.now();
        let (instance, current) = self.db.look(|tx| {
            let (instance, _) = find_software(tx, &target)?;
            let current = tx.certificate_of(Owner::Instance(instance.id))?;
            Ok::<_, Error>((instance, current.and_then(|certificate| certificate.current_pair(now))))
        })?;
        if current.is_some() {
            return Ok(current);
        }
        let name = instance_name(instance.id);
        let issued = authority.issue(&name, now).map_err(Error::Authority)?;
        let user = speaker.reporter(target.computer());
        self.db
            .write(move |tx| {
                // Another call may have been faster, or the partition may hold another instance by now.
                let (found, partition) = find_software(**tx, &target)?;
                let owner = Owner::Instance(found.id);
                if let Some(pair) = tx.certificate_of(owner)?.and_then(|certificate| certificate.current_pair(now)) {
                    return Ok(Some(pair));
                }
                if found.id != instance.id {
                    return Err(Refusal::UnknownInstance { guid: name }.into());
                }
                tx.insert_certificate(owner, &name, &issued)?;
                let text = format!("certificate {} of {name}", issued.serial);
                let event = NewEvent::new(user, "getComputerPartitionCertificate", text).instance(&found);
                tx.record(&partition.iter().fold(event, NewEvent::partition), tx.now())?;
                Ok(Some(issued.pair))
            })
            .await
    }

    /// Every certificate that was given out, in that order.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn certificates(&self) -> Result<Vec<Certificate>, Error> {
        self.db.read(|tx| Ok(tx.certificates()?)).await
    }

    /// What makes certificates.
    pub(super) fn authority(&self) -> Result<&dyn Authority, Refusal> {
        self.authority.as_deref().ok_or(Refusal::NoCertificateAuthority)
    }
}

/// Gives a computer a new certificate, unless it has one that is not near its end.
pub(super) fn generate(
    tx: &WriteTx<'_>,
    computer: &str,
    speaker: &Speaker,
    issue: impl FnOnce(&str) -> Result<Issued, Error>,
) -> Result<Pair, Error> {
    let id = find_computer(**tx, computer)?;
    let now = tx.now();
    refuse_active(**tx, id, now)?;
    let issued = issue(computer)?;
    tx.insert_certificate(Owner::Computer(id), computer, &issued)?;
    let text = format!("certificate {}", issued.serial);
    let user = speaker.reporter(Some(computer));
    tx.record(&NewEvent::new(user, "generateComputerCertificate", text).computer(computer), now)?;
    Ok(issued.pair)
}

/// Refuses another certificate for a computer that has one which is not near its end.
fn refuse_active(tx: ReadTx<'_>, id: ComputerId, now: Timestamp) -> Result<(), Error> {
    match tx.certificate_of(Owner::Computer(id))? {
        Some(certificate) if certificate.is_current(now) => Err(Refusal::CertificateActive.into()),
        _ => Ok(()),
    }
}

/// The instance of a target that can have a certificate.
fn find_software(tx: ReadTx<'_>, target: &Target) -> Result<Found, Error> {
    let found = find(tx, target)?;
    match (&found.0, target) {
        (Instance { sharing: Some(sharing), .. }, _) => {
            let guid = if let Target::Guid(guid) = target { guid } else { &sharing.reference };
            Err(Refusal::SharedCertificate { guid: guid.clone() }.into())
        }
        _ => Ok(found),
    }
}
