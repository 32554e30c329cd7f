//! Software releases, and the products that they belong to.

use super::error::Error;
use super::{Slap, StatusDocument};
use crate::domain::ids;
use crate::domain::state::SupplyState;
use crate::wire::form::{Installation, Product, ReportRelease};
use crate::wire::xml::objects;

/// A software release, on a computer or on none.
#[derive(Debug, Clone)]
pub struct SoftwareRelease {
    slap: Slap,
    uri: String,
    computer_guid: Option<String>,
    state: Option<String>,
}

/// Every call fails with the [`Error`] that [`ErrorKind`](super::ErrorKind) tells about. Reports are about a release on
/// a computer; of another release they are an [`InvalidRequest`](super::ErrorKind::InvalidRequest).
#[expect(clippy::missing_errors_doc, reason = "all calls fail alike, as said above")]
impl SoftwareRelease {
    pub(super) fn new(slap: Slap, uri: &str) -> Self {
        Self { slap, uri: uri.to_owned(), computer_guid: None, state: None }
    }

    pub(super) fn listed(slap: Slap, release: &objects::SoftwareRelease, computer: &str) -> Self {
        Self {
            slap,
            uri: release.url.clone(),
            computer_guid: Some(release.computer.clone().unwrap_or_else(|| computer.to_owned())),
            state: release.requested_state.clone(),
        }
    }

    /// The same release on a computer.
    #[must_use]
    pub fn on_computer(mut self, computer_guid: &str) -> Self {
        self.computer_guid = Some(computer_guid.to_owned());
        self
    }

    /// The URL or path of the release.
    #[must_use]
    pub fn get_uri(&self) -> &str {
        &self.uri
    }

    /// The reference of the computer where the release is installed.
    pub fn get_computer_id(&self) -> Result<&str, Error> {
        let missing = || Error::invalid(format!("the computer of the software release {} is not said", self.uri));
        self.computer_guid.as_deref().filter(|guid| !guid.is_empty()).ok_or_else(missing)
    }

    /// What is wanted: available, unless the master said otherwise.
    pub fn get_state(&self) -> Result<SupplyState, Error> {
        match &self.state {
            None => Ok(SupplyState::Available),
            Some(state) => SupplyState::parse("_requested_state", state).map_err(|refusal| Error::unexpected(&refusal)),
        }
    }

    /// Reports that the release is being built.
    pub async fn building(&self) -> Result<(), Error> {
        self.slap.slap_tool().building_software_release(&self.report("")?).await.map(drop)
    }

    /// Reports that the release is built.
    pub async fn available(&self) -> Result<(), Error> {
        self.slap.slap_tool().available_software_release(&self.report("")?).await.map(drop)
    }

    /// Reports that the release cannot be built, and why.
    pub async fn error(&self, error_log: &str) -> Result<(), Error> {
        self.slap.slap_tool().software_release_error(&self.report(error_log)?).await.map(drop)
    }

    /// Reports that the release was removed.
    pub async fn destroyed(&self) -> Result<(), Error> {
        self.slap.slap_tool().destroyed_software_release(&self.report("")?).await.map(drop)
    }

    /// The latest report about the release on its computer.
    pub async fn get_status(&self) -> Result<StatusDocument, Error> {
        let about = Installation { computer: self.get_computer_id()?.to_owned(), url: self.uri.clone() };
        self.slap.slap_tool().get_software_installation_status(&about).await
    }

    fn report(&self, error_log: &str) -> Result<ReportRelease, Error> {
        Ok(ReportRelease {
            computer: self.get_computer_id()?.to_owned(),
            url: ids::SoftwareRelease::parse("url", &self.uri)?,
            error_log: error_log.to_owned(),
        })
    }
}

/// The software products of a master, by their names.
#[derive(Debug, Clone)]
pub struct SoftwareProductCollection {
    pub(super) slap: Slap,
}

impl SoftwareProductCollection {
    /// The best release of a product: its URL.
    ///
    /// # Errors
    /// [`Error`], of the kind [`NotFound`](super::ErrorKind::NotFound) for a product without any release.
    pub async fn get(&self, product: &str) -> Result<String, Error> {
        let releases =
            self.slap.get_software_release_list_from_software_product(&Product::Reference(product.to_owned())).await?;
        let none = || Error::not_found(format!("the software product {product:?} has no release"));
        releases.into_iter().next().ok_or_else(none)
    }
}
