//! People, and the authority of a slapproxy server.

use super::computer::Computer;
use super::error::Error;
use super::{Certificate, Slap};
use crate::domain::ids::Title;
use crate::wire::form::{PersonArguments, PersonRequestComputer, TokenArguments};
use crate::wire::person::PersonEntry;

/// The people of a master: what the owner of a slapproxy database does with them, and what a person gets for an
/// [access token](super::Builder::access_token).
#[derive(Debug, Clone)]
pub struct People {
    pub(super) slap: Slap,
}

/// Every call fails with the [`Error`] that [`ErrorKind`](super::ErrorKind) tells about.
#[expect(clippy::missing_errors_doc, reason = "all calls fail alike, as said above")]
impl People {
    /// All people. For the owner of the database.
    pub async fn list(&self) -> Result<Vec<PersonEntry>, Error> {
        self.slap.slap_tool().user().await
    }

    /// Adds a person. For the owner of the database.
    pub async fn add(&self, name: &str) -> Result<(), Error> {
        self.slap.slap_tool().user_add(&person(name)?).await.map(drop)
    }

    /// Removes a person, whose certificates are revoked and whose tokens are forgotten. For the owner of the database.
    pub async fn remove(&self, name: &str) -> Result<(), Error> {
        self.slap.slap_tool().user_remove(&person(name)?).await.map(drop)
    }

    /// A new key and certificate for a person. For the owner of the database.
    pub async fn certificate(&self, name: &str) -> Result<Certificate, Error> {
        Ok(self.slap.slap_tool().user_certificate(&person(name)?).await?.into())
    }

    /// A new access token for a person, which holds for some seconds. For the owner of the database.
    pub async fn token(&self, name: &str, lifetime: u64) -> Result<String, Error> {
        let PersonArguments { name } = person(name)?;
        Ok(self.slap.slap_tool().user_token(&TokenArguments { name, lifetime }).await?.access_token)
    }

    /// A new key and certificate of the person whose access token is sent.
    pub async fn own_certificate(&self) -> Result<Certificate, Error> {
        Ok(self.slap.slap_tool().person_get_certificate().await?.into())
    }

    /// Registers a computer in the name of the person whose access token is sent: the computer of a title, made when it
    /// is not there yet, and a new key and certificate for it.
    pub async fn register_computer(&self, title: &str) -> Result<(Computer, Certificate), Error> {
        let arguments = PersonRequestComputer { title: Title::parse("title", title)? };
        let document = self.slap.slap_tool().person_request_computer(&arguments).await?;
        Ok((self.slap.register_computer(&document.reference), document.into()))
    }

    /// The certificate of the authority, in PEM.
    pub async fn authority(&self) -> Result<String, Error> {
        self.slap.slap_tool().ca_pem().await
    }

    /// The list of revoked certificates, in PEM.
    pub async fn revocation_list(&self) -> Result<String, Error> {
        self.slap.slap_tool().crl_pem().await
    }
}

fn person(name: &str) -> Result<PersonArguments, Error> {
    Ok(PersonArguments { name: Title::parse("name", name)? })
}
