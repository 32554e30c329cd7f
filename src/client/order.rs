//! What a person does: order, supply, ask for a token.

use super::computer::Computer;
use super::error::Error;
use super::partition::ComputerPartition;
use super::request::Request;
use super::{InstanceInformation, Slap};
use crate::domain::ids::{SoftwareRelease, Title};
use crate::domain::state::SupplyState;
use crate::wire::form::{self, RequestComputer};
use crate::wire::hateoas::{Name, Row, Search};

/// What a person requests.
#[derive(Debug, Clone)]
pub struct OpenOrder {
    pub(super) slap: Slap,
}

impl OpenOrder {
    /// Requests an instance: creates it, changes it, or asks how it is.
    ///
    /// A master that has no place for it yet gives an instance [without one](ComputerPartition::is_allocated).
    ///
    /// # Errors
    /// [`Error`], of the kind [`NotFound`](super::ErrorKind::NotFound) when there can be no place for it.
    pub async fn request(&self, request: &Request) -> Result<ComputerPartition, Error> {
        ComputerPartition::request_by(&self.slap, None, request).await
    }

    /// What the HATEOAS API tells about the instance of a title.
    ///
    /// # Errors
    /// [`Error`], of the kind [`NotFound`](super::ErrorKind::NotFound) when there is none.
    pub async fn get_information(&self, title: &str) -> Result<InstanceInformation, Error> {
        let search = Search::InstanceTrees(Some(Name::new(title)));
        let is_this = |row: &Row| row.title.as_deref() == Some(title);
        let hateoas = self.slap.hateoas().await?;
        let what = format!("instance {title:?}");
        let document = hateoas.find(&search, &["title", "relative_url"], is_this, &what).await?;
        document.into_instance(title).map_err(|error| Error::unexpected(&error))
    }

    /// Requests a computer: a new one, or the one that has the title.
    ///
    /// # Errors
    /// [`Error`] when the master refuses.
    pub async fn request_computer(&self, computer_reference: &str) -> Result<Computer, Error> {
        let title = Title::parse("computer_title", computer_reference)?;
        let computer = self.slap.slap_tool().request_computer(&RequestComputer { title }).await?;
        let guid = computer.reference.ok_or_else(|| Error::not_ready("the new computer has no name yet"))?;
        Ok(self.slap.register_computer(&guid))
    }
}

/// What a person supplies.
#[derive(Debug, Clone)]
pub struct Supply {
    pub(super) slap: Slap,
}

impl Supply {
    /// Wants a software release, a URL or path, to be on a computer, or to be removed from it.
    ///
    /// # Errors
    /// [`Error`], of the kind [`NotFound`](super::ErrorKind::NotFound) for an unknown computer.
    pub async fn supply(&self, software_release: &str, computer_guid: &str, state: SupplyState) -> Result<(), Error> {
        let url = SoftwareRelease::parse("url", software_release)?;
        let arguments = form::Supply { computer: computer_guid.to_owned(), url, state };
        self.slap.slap_tool().supply_supply(&arguments).await.map(drop)
    }
}

/// Tokens by which new computers make themselves known.
#[derive(Debug, Clone)]
pub struct Token {
    pub(super) slap: Slap,
}

impl Token {
    /// A new token.
    ///
    /// # Errors
    /// [`Error`], of the kind [`NotFound`](super::ErrorKind::NotFound) when the master gives none.
    pub async fn request(&self) -> Result<String, Error> {
        self.slap.hateoas().await?.access_token().await
    }
}
