//! Partitions and the instances in them: what is reported, published and asked about them.

use super::error::Error;
use super::partition::ComputerPartition;
use super::{Certificate, InstanceInformation, StatusDocument};
use crate::domain::ids::Title;
use crate::domain::parameters::Parameters;
use crate::wire::form::{
    InstanceBang, Outcome, PartitionArguments, Publish, Rename, ReportInstance, Titles, read_outcome,
};

/// What became of a report that a partition was wiped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destroyed {
    /// The partition is free.
    Freed,
    /// The instance has children, which are destroyed first; report it again later. The text names them.
    Waiting(String),
}

/// Every call fails with the [`Error`] that [`ErrorKind`](super::ErrorKind) tells about; none of them is sent before the
/// instance has a place, which is [`ResourceNotReady`](super::ErrorKind::ResourceNotReady). Where a call takes the
/// reference of a shared instance, it is about that one, which the instance in this partition serves.
#[expect(clippy::missing_errors_doc, reason = "all calls fail alike, as said above")]
impl ComputerPartition {
    /// Reports that the instance is being processed. Masters without such a report are not asked for it.
    pub async fn building(&self) -> Result<(), Error> {
        unless_not_found(self.slap_tool().building_computer_partition(&self.place()?).await)
    }

    /// Reports that the instance is there. Masters without such a report are not asked for it.
    pub async fn available(&self) -> Result<(), Error> {
        unless_not_found(self.slap_tool().available_computer_partition(&self.place()?).await)
    }

    /// Reports that the instance is there and started.
    pub async fn started(&self) -> Result<(), Error> {
        self.slap_tool().started_computer_partition(&self.place()?).await.map(drop)
    }

    /// Reports that the instance is there and stopped.
    pub async fn stopped(&self) -> Result<(), Error> {
        self.slap_tool().stopped_computer_partition(&self.place()?).await.map(drop)
    }

    /// Reports that the partition was wiped.
    pub async fn destroyed(&self) -> Result<Destroyed, Error> {
        match read_outcome(&self.slap_tool().destroyed_computer_partition(&self.place()?).await?) {
            Outcome::Done => Ok(Destroyed::Freed),
            Outcome::Waiting(text) => Ok(Destroyed::Waiting(text)),
            Outcome::Unknown(text) => Err(Error::not_found(text)),
            Outcome::Refused(text) => Err(Error::invalid(text)),
        }
    }

    /// Reports that the instance, or a shared one, cannot be processed, and why.
    pub async fn error(&self, error_log: &str, slave_reference: Option<&str>) -> Result<(), Error> {
        let about = self.about(slave_reference)?;
        let arguments = ReportInstance { about, error_log: error_log.to_owned() };
        self.slap_tool().software_instance_error(&arguments).await.map(drop)
    }

    /// Makes the whole instance tree be processed again.
    pub async fn bang(&self, message: &str) -> Result<(), Error> {
        let arguments = InstanceBang { about: self.place()?, message: message.to_owned() };
        self.slap_tool().software_instance_bang(&arguments).await.map(drop)
    }

    /// Gives the instance, or a shared one, a new title. A title that is taken is
    /// [`InvalidRequest`](super::ErrorKind::InvalidRequest).
    pub async fn rename(&self, new_name: &str, slave_reference: Option<&str>) -> Result<(), Error> {
        let new_name = Title::parse("new_name", new_name)?;
        let arguments = Rename { about: self.about(slave_reference)?, new_name };
        match read_outcome(&self.slap_tool().software_instance_rename(&arguments).await?) {
            Outcome::Done => Ok(()),
            Outcome::Unknown(text) => Err(Error::not_found(text)),
            Outcome::Waiting(text) | Outcome::Refused(text) => Err(Error::invalid(text)),
        }
    }

    /// Publishes all connection parameters of the instance, or of a shared one, in place of those before.
    pub async fn set_connection_dict(
        &self,
        connection_dict: &Parameters,
        slave_reference: Option<&str>,
    ) -> Result<(), Error> {
        let arguments = Publish { about: self.about(slave_reference)?, connection: connection_dict.clone() };
        self.slap_tool().set_computer_partition_connection_xml(&arguments).await.map(drop)
    }

    /// Tells the titles of all instances that the instance requests.
    pub async fn set_related_instance_list(&self, titles: &[&str]) -> Result<(), Error> {
        let titles = titles.iter().map(|title| (*title).to_owned()).collect();
        let arguments = Titles { about: self.place()?, titles };
        self.slap_tool().update_computer_partition_related_instance_list(&arguments).await.map(drop)
    }

    /// The latest report about the instance: who reported it, when, and its text. The Python proxy tells a text alone.
    pub async fn get_status(&self) -> Result<StatusDocument, Error> {
        self.slap_tool().get_computer_partition_status(&self.place()?).await
    }

    /// The key and the certificate of the instance; both are empty where there is no certificate authority.
    pub async fn get_certificate(&self) -> Result<Certificate, Error> {
        self.slap_tool().get_computer_partition_certificate(&self.place()?).await
    }

    /// Every address of every partition of the whole instance tree: pairs of interface and address.
    pub async fn get_full_hosting_ip_address_list(&self) -> Result<Vec<[String; 2]>, Error> {
        self.slap_tool().get_hosting_subscription_ip_list(&self.place()?).await
    }

    /// What the HATEOAS API tells about the instance of a title, as
    /// [`OpenOrder::get_information`](super::OpenOrder::get_information).
    pub async fn get_information(&self, title: &str) -> Result<InstanceInformation, Error> {
        self.slap.register_open_order().get_information(title).await
    }

    fn about(&self, slave_reference: Option<&str>) -> Result<PartitionArguments, Error> {
        Ok(PartitionArguments { shared_reference: slave_reference.map(ToOwned::to_owned), ..self.place()? })
    }
}

/// The production master dropped the call, so a failure to find it is none.
fn unless_not_found(answer: Result<String, Error>) -> Result<(), Error> {
    match answer {
        Err(error) if !error.is_not_found() => Err(error),
        _ => Ok(()),
    }
}
