//! Computers.

use std::sync::Arc;
use std::time::SystemTime;

use tokio::sync::OnceCell;

use super::error::Error;
use super::partition::ComputerPartition;
use super::software::SoftwareRelease;
use super::{Certificate, ComputerInformation, Slap, StatusDocument};
use crate::domain::timestamp::Timestamp;
use crate::wire::form::{ComputerArguments, ComputerBang, Format, Use};
use crate::wire::hateoas::{Name, Row, Search};
use crate::wire::tioxml::{Journal, Movement, read_consumption};
use crate::wire::xml::objects;

/// A computer. What is on it is fetched once, when it is first asked for; clones share it.
#[derive(Debug, Clone)]
pub struct Computer {
    slap: Slap,
    guid: String,
    information: Arc<OnceCell<objects::Computer>>,
}

/// Every call fails with the [`Error`] that [`ErrorKind`](super::ErrorKind) tells about; for all of them, a computer
/// that the master does not know is [`NotFound`](super::ErrorKind::NotFound), and so is an empty name.
#[expect(clippy::missing_errors_doc, reason = "all calls fail alike, as said above")]
impl Computer {
    pub(super) fn new(slap: Slap, guid: String) -> Self {
        Self { slap, guid, information: Arc::default() }
    }

    /// Its reference: the identifier of the computer inside of the master.
    #[must_use]
    pub fn get_guid(&self) -> &str {
        &self.guid
    }

    /// The software releases that have to be supplied by the computer.
    pub async fn get_software_release_list(&self) -> Result<Vec<SoftwareRelease>, Error> {
        let information = self.information().await?;
        let listed =
            |release: &objects::SoftwareRelease| SoftwareRelease::listed(self.slap.clone(), release, &self.guid);
        Ok(information.software.iter().map(listed).collect())
    }

    /// The partitions of the computer, with what is in them.
    pub async fn get_computer_partition_list(&self) -> Result<Vec<ComputerPartition>, Error> {
        let information = self.information().await?;
        let listed = |partition: &objects::SoftwareInstance| {
            ComputerPartition::listed(self.slap.clone(), partition.clone(), &self.guid)
        };
        Ok(information.partitions.iter().map(listed).collect())
    }

    /// Reports the configuration of the computer, as slapformat describes it; returns what the master says.
    pub async fn update_configuration(&self, configuration_xml: &str) -> Result<String, Error> {
        let arguments = Format { xml: configuration_xml.to_owned() };
        self.slap.slap_tool().load_computer_configuration_from_xml(&arguments).await
    }

    /// Reports what the computer consumed, a TioXML journal. Nothing is sent when it is empty.
    pub async fn report_usage(&self, computer_usage: &str) -> Result<(), Error> {
        if computer_usage.is_empty() {
            return Ok(());
        }
        let arguments = Use { computer: self.arguments()?.computer, use_string: computer_usage.to_owned() };
        self.slap.slap_tool().use_computer(&arguments).await.map(drop)
    }

    /// Reports what the partitions consumed, as [`ComputerPartition::set_usage`] was told of each of them: a TioXML
    /// `consumption`. Its movements are said to be those of the partition. Nothing is sent when nothing was consumed.
    pub async fn report_partition_usages(&self, partitions: &[ComputerPartition]) -> Result<(), Error> {
        let mut movements = Vec::new();
        for partition in partitions {
            let Some(usage) = partition.get_usage().filter(|usage| !usage.is_empty()) else { continue };
            let id = partition.get_id()?;
            let consumed = read_consumption(&usage).map_err(|error| Error::invalid(format!("{id}: {error}")))?;
            movements.extend(consumed.into_iter().map(|movement| Movement { reference: Some(id.clone()), ..movement }));
        }
        if movements.is_empty() {
            return Ok(());
        }
        let now = Timestamp::from_system_time(SystemTime::now());
        self.report_usage(&Journal::of_node(&self.guid, now, movements).write()).await
    }

    /// Makes every instance tree with an instance on the computer be processed again.
    pub async fn bang(&self, message: &str) -> Result<(), Error> {
        let arguments = ComputerBang { computer: self.arguments()?.computer, message: message.to_owned() };
        self.slap.slap_tool().computer_bang(&arguments).await.map(drop)
    }

    /// The latest report about the computer.
    pub async fn get_status(&self) -> Result<StatusDocument, Error> {
        self.slap.slap_tool().get_computer_status(&self.arguments()?).await
    }

    /// A new certificate for the computer. It is [`NotFound`](super::ErrorKind::NotFound) while another one is valid.
    pub async fn generate_certificate(&self) -> Result<Certificate, Error> {
        self.slap.slap_tool().generate_computer_certificate(&self.arguments()?).await
    }

    /// Revokes the certificate of the computer. It is [`NotFound`](super::ErrorKind::NotFound) when there is none.
    pub async fn revoke_certificate(&self) -> Result<(), Error> {
        self.slap.slap_tool().revoke_computer_certificate(&self.arguments()?).await.map(drop)
    }

    /// What the HATEOAS API tells about the computer.
    pub async fn get_information(&self) -> Result<ComputerInformation, Error> {
        let search = Search::Computers(Some(Name::new(&self.arguments()?.computer)));
        let is_this = |row: &Row| row.reference.as_deref() == Some(self.guid.as_str());
        let what = format!("computer {:?}", self.guid);
        let hateoas = self.slap.hateoas().await?;
        let document = hateoas.find(&search, &["reference", "relative_url"], is_this, &what).await?;
        Ok(document.into_computer(&self.guid))
    }

    async fn information(&self) -> Result<&objects::Computer, Error> {
        let arguments = self.arguments()?;
        let fetch = async || {
            let slap_tool = self.slap.slap_tool();
            match slap_tool.get_full_computer_information(&arguments).await {
                // Masters of old know the old name only.
                Err(error) if error.is_not_found() => slap_tool.get_computer_information(&arguments).await,
                fetched => fetched,
            }
        };
        self.information.get_or_try_init(fetch).await
    }

    fn arguments(&self) -> Result<ComputerArguments, Error> {
        if self.guid.is_empty() {
            return Err(Error::not_found("the computer has no name"));
        }
        Ok(ComputerArguments { computer: self.guid.clone() })
    }
}
