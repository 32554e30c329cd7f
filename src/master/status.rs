//! Reports of nodes about partitions, and the status records that answer for all reports.

use super::moving::arrived;
use super::requester::{Speaker, find_computer, find_partition};
use super::software::find_installation;
use super::target::{Target, find};
use super::{Error, Master};
use crate::domain::event::NewEvent;
use crate::domain::status::{Report, Status, StatusRecord, Subject};
use crate::storage::{StatusSubject, WriteTx};

/// Stores the record that follows from a report.
pub(super) fn store(tx: &WriteTx<'_>, subject: StatusSubject, report: &Report, user: &str) -> Result<(), Error> {
    let previous = tx.status(subject)?;
    let status = Status::after(previous.as_ref(), report, user, tx.now());
    Ok(tx.set_status(subject, &status)?)
}

impl Master {
    /// Stores what a node reports of an instance. A report about a free partition is only recorded as an event: nodes
    /// report the end of what is already forgotten.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is no such partition or instance.
    pub async fn report_computer_partition(
        &self,
        target: Target,
        report: Report,
        speaker: Speaker,
    ) -> Result<(), Error> {
        let user = speaker.reporter(target.computer());
        self.db
            .write(move |tx| {
                let event = NewEvent::new(user.clone(), report.kind(), report.detail());
                if let Target::Partition { computer, partition, .. } = &target {
                    let partition = find_partition(**tx, computer, partition)?;
                    if partition.instance.is_none() {
                        return Ok(tx.record(&event.partition(&partition), tx.now())?);
                    }
                }
                let (instance, partition) = find(**tx, &target)?;
                store(tx, StatusSubject::Instance(instance.id), &report, &user)?;
                if report.fulfils(instance.wish.state) {
                    arrived(tx, &instance, &user)?;
                }
                let event = partition.iter().fold(event, NewEvent::partition);
                Ok(tx.record(&event.instance(&instance), tx.now())?)
            })
            .await
    }

    /// The latest report about a computer.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is no such computer.
    pub async fn get_computer_status(&self, computer: String) -> Result<StatusRecord, Error> {
        self.db
            .read(move |tx| {
                let status = tx.status(StatusSubject::Computer(find_computer(tx, &computer)?))?;
                Ok(StatusRecord { subject: Subject::ComputeNode, reference: Some(computer), status })
            })
            .await
    }

    /// The latest report about the instance in a partition.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is no such partition.
    pub async fn get_computer_partition_status(
        &self,
        computer: String,
        partition: String,
    ) -> Result<StatusRecord, Error> {
        self.db
            .read(move |tx| {
                let partition = find_partition(tx, &computer, &partition)?;
                let status = match partition.instance {
                    Some(instance) => tx.status(StatusSubject::Instance(instance))?,
                    None => None,
                };
                let reference = partition.instance.map(|_| partition.guid());
                Ok(StatusRecord { subject: Subject::SoftwareInstance, reference, status })
            })
            .await
    }

    /// The latest report about a software release on a computer.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is no such computer, or the release is not supplied to it.
    pub async fn get_software_installation_status(&self, computer: String, url: String) -> Result<StatusRecord, Error> {
        self.db
            .read(move |tx| {
                let installation = find_installation(tx, &computer, &url)?;
                let status = tx.status(StatusSubject::Installation(installation.id))?;
                Ok(StatusRecord { subject: Subject::SoftwareInstallation, reference: Some(url), status })
            })
            .await
    }
}
