//! What a software release says of its parameters: the document at `<software url>.json`, and the JSON schemas that it
//! names. Nothing is fetched here: who checks parameters brings the documents that a [`Check`] asks for.

mod check;
mod violation;

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use thiserror::Error;
use url::Url;

use crate::domain::error::Refusal;

pub use check::{Check, Verdict};
pub use violation::Violation;
pub(super) use violation::push_name;

/// The software type that an empty one, and the former name of it, mean.
const DEFAULT_TYPE: &str = "default";
const FORMER_DEFAULT_TYPE: &str = "RootSoftwareInstance";

/// How the parameters of a software type travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Serialisation {
    /// One text for each parameter.
    #[serde(rename = "xml")]
    Xml,
    /// One parameter `_` that holds all of them as a JSON object.
    #[serde(rename = "json-in-xml")]
    JsonInXml,
}

impl Serialisation {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Xml => "xml",
            Self::JsonInXml => "json-in-xml",
        }
    }

    /// Reads the word on the wire.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] naming `field` for any other text.
    pub fn parse(field: &str, text: &str) -> Result<Self, Refusal> {
        match text {
            "xml" => Ok(Self::Xml),
            "json-in-xml" => Ok(Self::JsonInXml),
            _ => Err(Refusal::invalid(field, text, "xml or json-in-xml")),
        }
    }
}

impl fmt::Display for Serialisation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A document that is not what it should be.
#[derive(Debug, Error)]
pub enum SchemaError {
    /// The text is no JSON, or not of the form.
    #[error("{url}: {reason}")]
    Document {
        /// Where it was found.
        url: String,
        /// What is wrong.
        reason: String,
    },
    /// An address that cannot be followed.
    #[error("{address:?} is not an address of a document: {reason}")]
    Address {
        /// The address.
        address: String,
        /// What is wrong.
        reason: String,
    },
    /// A schema that does not work.
    #[error("{0}")]
    Schema(String),
}

/// The document of a software release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SoftwareSchema {
    url: String,
    document: Document,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Document {
    serialisation: Option<Serialisation>,
    #[serde(rename = "software-type", default)]
    software_types: BTreeMap<String, Entry>,
}

/// A software type of the document.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Entry {
    serialisation: Option<Serialisation>,
    request: Option<String>,
    #[serde(default)]
    shared: bool,
    #[serde(rename = "software-type")]
    software_type: Option<String>,
}

impl SoftwareSchema {
    /// Where the document of a software release is: beside it. The release is a URL, or an absolute path.
    ///
    /// # Errors
    /// [`SchemaError::Address`] when the release is neither.
    pub fn address(software_release: &str) -> Result<String, SchemaError> {
        let address = format!("{software_release}.json");
        let fault = |reason: &str| SchemaError::Address { address: address.clone(), reason: reason.into() };
        if address.starts_with('/') {
            return Url::from_file_path(&address).map(Into::into).map_err(|()| fault("the path is not absolute"));
        }
        let url = Url::parse(&address).map_err(|error| fault(&error.to_string()))?;
        match url.scheme() {
            "http" | "https" | "file" => Ok(url.into()),
            _ => Err(fault("only http, https and file are read")),
        }
    }

    /// Reads the document that was found at a URL.
    ///
    /// # Errors
    /// [`SchemaError::Document`] when it is no JSON, or not of this form.
    pub fn read(url: &str, text: &str) -> Result<Self, SchemaError> {
        let deserializer = &mut serde_json::Deserializer::from_str(text);
        let document = serde_path_to_error::deserialize(deserializer);
        let document =
            document.map_err(|error| SchemaError::Document { url: url.into(), reason: error.to_string() })?;
        Ok(Self { url: url.into(), document })
    }

    /// The names of the software types, in order.
    pub fn software_types(&self) -> impl Iterator<Item = &str> {
        self.document.software_types.keys().map(String::as_str)
    }

    /// How the parameters of a software type travel, if the document says it.
    #[must_use]
    pub fn serialisation(&self, software_type: &str, sharing: Sharing) -> Option<Serialisation> {
        let own = self.entry(software_type, sharing).and_then(|entry| entry.serialisation);
        own.or(self.document.serialisation)
    }

    /// Where the schema of the parameters of a software type is; `None` when the document has no such type, or no
    /// schema for it.
    ///
    /// # Errors
    /// [`SchemaError::Address`] when the document names a place that is none.
    pub fn request_schema(&self, software_type: &str, sharing: Sharing) -> Result<Option<String>, SchemaError> {
        let Some(request) = self.entry(software_type, sharing).and_then(|entry| entry.request.as_deref()) else {
            return Ok(None);
        };
        let joined = Url::parse(&self.url).and_then(|base| base.join(request));
        joined
            .map(|url| Some(url.into()))
            .map_err(|error| SchemaError::Address { address: request.into(), reason: error.to_string() })
    }

    /// The entry of a software type. Shared instances have entries of their own, which may name the type that they are
    /// for: the schema of a host says nothing of what it serves.
    fn entry(&self, software_type: &str, sharing: Sharing) -> Option<&Entry> {
        let software_type = match software_type {
            "" | FORMER_DEFAULT_TYPE => DEFAULT_TYPE,
            software_type => software_type,
        };
        let types = &self.document.software_types;
        let shared = sharing == Sharing::Shared;
        let named = types.get(software_type).filter(|entry| entry.shared == shared);
        let of_type = |entry: &&Entry| entry.shared == shared && entry.software_type.as_deref() == Some(software_type);
        named.or_else(|| types.values().find(of_type))
    }
}

/// Which kind of instance the parameters are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sharing {
    /// A software instance of its own.
    Own,
    /// A shared instance.
    Shared,
}

#[cfg(test)]
mod tests;
