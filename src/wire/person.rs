//! What people are given: certificates, access tokens, and the list of them for the owner of the database.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::json_rpc::Certificate;
use crate::domain::certificate::{Pair, Person};

/// A key and a certificate: the answer to `Person_getCertificate` and `Person_requestComputer`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CertificateDocument {
    /// The private key in PEM.
    pub key: String,
    /// The certificate: lines that name its owner, and PEM.
    pub certificate: String,
    /// The reference of the computer, or the name of the person.
    pub reference: String,
    /// Where the HATEOAS API has the computer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relative_url: Option<String>,
}

/// An access token: the answer to `Base_getComputerToken`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Token {
    /// What goes into the header `X-Access-Token`.
    pub access_token: String,
}

/// A person in the list of people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PersonEntry {
    /// The name.
    pub name: String,
    /// Until when the latest certificate holds, in microseconds since the epoch; none when there is no valid one.
    pub certificate_until: Option<i64>,
}

impl CertificateDocument {
    /// The pair of somebody.
    #[must_use]
    pub fn new(pair: Pair, reference: String) -> Self {
        let Pair { key, certificate } = pair;
        Self { key, certificate, reference, relative_url: None }
    }

    /// The same, of a computer.
    #[must_use]
    pub fn of_computer(self) -> Self {
        let relative_url = Some(format!("computers/{}", super::percent::encode(&self.reference)));
        Self { relative_url, ..self }
    }
}

impl From<Person> for PersonEntry {
    fn from(person: Person) -> Self {
        Self { name: person.name, certificate_until: person.certificate_until.map(|until| until.0) }
    }
}

impl From<CertificateDocument> for Certificate {
    fn from(document: CertificateDocument) -> Self {
        Self { key: document.key, certificate: document.certificate }
    }
}

/// Writes a document.
#[must_use]
pub fn to_json<T: Serialize>(document: &T) -> String {
    serde_json::to_string(document).unwrap_or_default()
}

/// Reads a document.
///
/// # Errors
/// When the text is something else.
pub fn from_json<T: DeserializeOwned>(text: &[u8]) -> Result<T, serde_json::Error> {
    serde_json::from_slice(text)
}
