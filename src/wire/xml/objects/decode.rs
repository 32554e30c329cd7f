//! What clients read: the four classes and the records as typed documents. Masters differ in what they tell, so what a
//! document lacks is `None`, and attributes beyond these are passed over.

use std::sync::Arc;

use thiserror::Error;

use super::super::parameters::parameters;
use super::super::value::{Class, Object, Value};
use super::super::{ReadError, loads, read_parameters};
use crate::domain::error::Refusal;
use crate::domain::parameters::Parameters;
use crate::wire::json_rpc::Certificate;
use crate::wire::status::StatusDocument;

/// A document that is not what the call answers.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ObjectError {
    /// It is no marshalled value, or holds a document that cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A value that is no parameter value.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// It is another value.
    #[error("{found} where {expected} was expected")]
    Other {
        /// The kind of the value.
        found: String,
        /// What would have been read.
        expected: &'static str,
    },
}

/// A computer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Computer {
    /// Its reference.
    pub reference: Option<String>,
    /// The software releases supplied to it.
    pub software: Vec<SoftwareRelease>,
    /// Its partitions.
    pub partitions: Vec<SoftwareInstance>,
}

/// A software release.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SoftwareRelease {
    /// Its URL or path.
    pub url: String,
    /// The reference of the computer it is on.
    pub computer: Option<String>,
    /// What is wanted: `available` or `destroyed`.
    pub requested_state: Option<String>,
}

/// An instance, and the partition that it, or its host, is in; of a free partition the place alone.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SoftwareInstance {
    /// The reference of the computer.
    pub computer: Option<String>,
    /// The reference of the partition.
    pub partition: Option<String>,
    /// The identifier of the instance.
    pub instance_guid: Option<String>,
    /// What its requester wants it to be.
    pub requested_state: Option<String>,
    /// Its software release.
    pub software_release: Option<SoftwareRelease>,
    /// Its software type.
    pub software_type: Option<String>,
    /// Its parameters.
    pub parameters: Option<Parameters>,
    /// What it published.
    pub connection: Option<Parameters>,
    /// Where it wants to be.
    pub filter: Option<Parameters>,
    /// The text of the latest report about it.
    pub access_status: Option<String>,
}

/// Reads a computer (`getFullComputerInformation`, `requestComputer`).
///
/// # Errors
/// [`ObjectError`] for any other document.
pub fn read_computer(bytes: &[u8]) -> Result<Computer, ObjectError> {
    const EXPECTED: &str = "a Computer";
    let value = loads(bytes)?;
    let object = object(&value, &[Class::Computer], EXPECTED)?;
    Ok(Computer {
        reference: text(object, "_computer_id").or_else(|| argument(object, 0)),
        software: list(object, "_software_release_list").map(release).collect::<Result<_, _>>()?,
        partitions: list(object, "_computer_partition_list").map(partition).collect::<Result<_, _>>()?,
    })
}

/// Reads a partition (`registerComputerPartition`).
///
/// # Errors
/// [`ObjectError`] for any other document.
pub fn read_partition(bytes: &[u8]) -> Result<SoftwareInstance, ObjectError> {
    partition(&loads(bytes)?)
}

/// Reads the answer to a request: an instance, or a partition where the master made it up or asked another master.
///
/// # Errors
/// [`ObjectError`] for any other document.
pub fn read_requested(bytes: &[u8]) -> Result<SoftwareInstance, ObjectError> {
    requested(&loads(bytes)?)
}

/// What a request answers.
const REQUESTED: &str = "a SoftwareInstance or a ComputerPartition";

fn requested(value: &Value) -> Result<SoftwareInstance, ObjectError> {
    let object = object(value, &[Class::SoftwareInstance, Class::ComputerPartition], REQUESTED)?;
    let mut read = state(object)?;
    if object.class == Class::SoftwareInstance {
        read.computer = text(object, "slap_computer_id");
        read.partition = text(object, "slap_computer_partition_id");
    }
    Ok(read)
}

/// The answer to a request as it came, for a master that passes it on.
#[derive(Debug, Clone, PartialEq)]
pub struct Answered {
    told: SoftwareInstance,
    object: Arc<Object>,
}

impl Answered {
    /// What it tells.
    #[must_use]
    pub fn told(&self) -> &SoftwareInstance {
        &self.told
    }

    /// Everything in it.
    pub(super) fn attributes(&self) -> impl Iterator<Item = (&Value, &Value)> {
        self.object.state.iter()
    }
}

/// Reads the answer to a request, to pass it on.
///
/// # Errors
/// [`ObjectError`] for any other document.
pub fn read_answered(bytes: &[u8]) -> Result<Answered, ObjectError> {
    let value = loads(bytes)?;
    let told = requested(&value)?;
    match value {
        Value::Object(object) => Ok(Answered { told, object }),
        value => Err(other(&value, REQUESTED)),
    }
}

/// Reads a status record. The Python proxy answers a text alone.
///
/// # Errors
/// [`ObjectError`] for any other document.
pub fn read_status(bytes: &[u8]) -> Result<StatusDocument, ObjectError> {
    let value = loads(bytes)?;
    if let Value::String(text) = value {
        return Ok(StatusDocument { text, ..StatusDocument::default() });
    }
    if value.as_dictionary().is_none() {
        return Err(other(&value, "a status record"));
    }
    let text = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let flag = |key: &str| match value.get(key) {
        Some(Value::Int(number)) => number.as_str().parse().ok(),
        _ => None,
    };
    Ok(StatusDocument {
        portal_type: text("portal_type"),
        reference: text("reference"),
        user: text("user"),
        created_at: text("created_at"),
        since: text("since"),
        state: text("state"),
        text: text("text"),
        no_data: flag("no_data"),
        no_data_since_5_minutes: flag("no_data_since_5_minutes"),
        no_data_since_15_minutes: flag("no_data_since_15_minutes"),
    })
}

/// Reads a list of texts (`getSoftwareReleaseListFromSoftwareProduct`).
///
/// # Errors
/// [`ObjectError`] for any other document.
pub fn read_texts(bytes: &[u8]) -> Result<Vec<String>, ObjectError> {
    const EXPECTED: &str = "a list of strings";
    let value = loads(bytes)?;
    let texts = value.as_list().ok_or_else(|| other(&value, EXPECTED))?.iter();
    texts.map(|text| text.as_str().map(ToOwned::to_owned).ok_or_else(|| other(text, EXPECTED))).collect()
}

/// Reads pairs of interface and address (`getHostingSubscriptionIpList`).
///
/// # Errors
/// [`ObjectError`] for any other document.
pub fn read_hosting_ip_list(bytes: &[u8]) -> Result<Vec<[String; 2]>, ObjectError> {
    const EXPECTED: &str = "a list of interfaces and addresses";
    let value = loads(bytes)?;
    let pair = |value: &Value| match value.as_list() {
        Some([Value::String(interface), Value::String(address)]) => Ok([interface.clone(), address.clone()]),
        _ => Err(other(value, EXPECTED)),
    };
    value.as_list().ok_or_else(|| other(&value, EXPECTED))?.iter().map(pair).collect()
}

/// Reads a key and its certificate.
///
/// # Errors
/// [`ObjectError`] for any other document.
pub fn read_certificate(bytes: &[u8]) -> Result<Certificate, ObjectError> {
    let value = loads(bytes)?;
    let text = |key: &str| value.get(key).and_then(Value::as_str).map(ToOwned::to_owned);
    match (text("key"), text("certificate")) {
        (Some(key), Some(certificate)) => Ok(Certificate { key, certificate }),
        _ => Err(other(&value, "a dictionary with the texts key and certificate")),
    }
}

fn partition(value: &Value) -> Result<SoftwareInstance, ObjectError> {
    state(object(value, &[Class::ComputerPartition], "a ComputerPartition")?)
}

fn release(value: &Value) -> Result<SoftwareRelease, ObjectError> {
    // A forwarded instance has the URL alone.
    if let Value::String(url) = value {
        return Ok(SoftwareRelease { url: url.clone(), ..SoftwareRelease::default() });
    }
    let object = object(value, &[Class::SoftwareRelease], "a SoftwareRelease")?;
    Ok(SoftwareRelease {
        url: text(object, "_software_release").or_else(|| argument(object, 0)).unwrap_or_default(),
        computer: text(object, "_computer_guid").or_else(|| argument(object, 1)),
        requested_state: text(object, "_requested_state"),
    })
}

/// The attributes that partitions and instances have in common.
fn state(object: &Object) -> Result<SoftwareInstance, ObjectError> {
    let parameters = map(object, "_parameter_dict")?;
    let of_parameters = |parameters: &Parameters| parameters.text("slap_software_type");
    let document = object.state.get("_software_release_document").filter(|document| !document.is_none());
    let url = || text(object, "slap_software_release_url").map(|url| SoftwareRelease { url, ..Default::default() });
    let computer = text(object, "_computer_id").or_else(|| argument(object, 0));
    let connection = match (map(object, "_connection_dict")?, text(object, "connection_xml")) {
        // Older masters send the stored document alone.
        (None, Some(document)) => Some(read_parameters(&document)?),
        (connection, _) => connection,
    };
    Ok(SoftwareInstance {
        partition: text(object, "_partition_id").or_else(|| argument(object, 1)),
        instance_guid: text(object, "_instance_guid"),
        requested_state: text(object, "_requested_state"),
        software_release: document.map(release).transpose()?.or_else(url),
        software_type: text(object, "slap_software_type").or_else(|| parameters.as_ref().and_then(of_parameters)),
        parameters,
        connection,
        filter: map(object, "_filter_dict")?,
        access_status: text(object, "_access_status"),
        computer,
    })
}

fn object<'a>(value: &'a Value, classes: &[Class], expected: &'static str) -> Result<&'a Object, ObjectError> {
    value.as_object().filter(|object| classes.contains(&object.class)).ok_or_else(|| other(value, expected))
}

fn other(value: &Value, expected: &'static str) -> ObjectError {
    let found = match value {
        Value::Object(object) => format!("a {}", object.class),
        value => value.kind().to_owned(),
    };
    ObjectError::Other { found, expected }
}

fn text(object: &Object, attribute: &str) -> Option<String> {
    object.state.get(attribute).and_then(Value::as_str).map(ToOwned::to_owned)
}

fn argument(object: &Object, index: usize) -> Option<String> {
    object.arguments.get(index).and_then(Value::as_str).map(ToOwned::to_owned)
}

fn list<'a>(object: &'a Object, attribute: &str) -> impl Iterator<Item = &'a Value> {
    object.state.get(attribute).and_then(Value::as_list).unwrap_or_default().iter()
}

/// A dictionary of parameters; `None` when there is none.
fn map(object: &Object, attribute: &str) -> Result<Option<Parameters>, ObjectError> {
    let dictionary = object.state.get(attribute).filter(|value| !value.is_none());
    Ok(dictionary.map(|value| parameters(attribute, value)).transpose()?)
}
