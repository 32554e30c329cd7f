//! The computer description that `slapos node format` posts to `loadComputerConfigurationFromXML`, and keeps
//! pretty-printed in its `computer_xml` file.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

use thiserror::Error;

use crate::domain::description::{AddressDescription, ComputerDescription, PartitionDescription, TapDescription};
use crate::domain::error::Refusal;
use crate::domain::ids::Reference;
use crate::domain::parameters::Parameters;

use super::xml::{Dictionary, Place, ReadError, Value, WriteError, domain_value, dumps, loads, to_value};

/// Why a description is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DescriptionError {
    /// It is no marshalled value.
    #[error(transparent)]
    Xml(#[from] ReadError),
    /// A part of it is missing or of the wrong kind.
    #[error("{place}: {found}; expected {expected}")]
    Shape {
        /// Where, as in `partition_list[3].address_list[0].addr`.
        place: String,
        /// What is there.
        found: String,
        /// What should be there.
        expected: &'static str,
    },
    /// A value in it cannot be accepted.
    #[error(transparent)]
    Value(#[from] Refusal),
}

const COMPUTER_KEYS: [&str; 4] = ["reference", "address", "netmask", "partition_list"];
const PARTITION_KEYS: [&str; 2] = ["reference", "address_list"];

/// Reads a description, marshalled compactly or pretty-printed. Unknown keys are kept as details, except those of
/// single addresses, which are dropped.
///
/// # Errors
/// [`DescriptionError`] naming the place: what is not marshalled, missing or of the wrong type, references that are
/// empty, used twice or hold `,` or `/`, addresses that are no IP addresses.
pub fn read(bytes: &[u8]) -> Result<ComputerDescription, DescriptionError> {
    let document = loads(bytes)?;
    let Value::Dictionary(entries) = &document else {
        return Err(shape(Place::root("xml"), Some(&document), "a dictionary describing a computer"));
    };
    let list = Place::root("partition_list");
    let mut partitions = Vec::new();
    let mut known = HashMap::new();
    for (index, partition) in elements(list, entries.get("partition_list"))?.iter().enumerate() {
        let place = list.index(index);
        let partition = read_partition(place, partition)?;
        if let Some(first) = known.insert(partition.reference.clone(), index) {
            return Err(DescriptionError::Shape {
                place: place.key("reference").to_string(),
                found: format!("{:?} is already the reference of partition_list[{first}]", partition.reference),
                expected: "a reference of its own for each partition",
            });
        }
        partitions.push(partition);
    }
    Ok(ComputerDescription {
        reference: read_reference(Place::root("reference"), entries.get("reference"), "a text such as \"COMP-1234\"")?,
        address: read_optional_address(Place::root("address"), entries.get("address"))?,
        netmask: read_text(Place::root("netmask"), entries.get("netmask"))?,
        partitions,
        details: read_details(None, entries, &COMPUTER_KEYS)?,
    })
}

/// Writes a description compactly; [`read()`] gives the same back.
///
/// A partition's tap is written from its details; one that is described without them, from [`TapDescription`].
///
/// # Errors
/// [`WriteError`] for a text that XML cannot carry.
pub fn write(description: &ComputerDescription) -> Result<Vec<u8>, WriteError> {
    let mut entries = write_details(&description.details);
    entries.push(("reference".into(), description.reference.as_str().into()));
    entries.push(("address".into(), description.address.as_deref().into()));
    entries.push(("netmask".into(), description.netmask.as_deref().into()));
    entries.push(("partition_list".into(), Value::list(description.partitions.iter().map(write_partition).collect())));
    dumps(&Value::dictionary(entries))
}

fn read_partition(place: Place<'_>, partition: &Value) -> Result<PartitionDescription, DescriptionError> {
    let entries = dictionary(place, Some(partition), "a dictionary describing a partition")?;
    let reference = read_reference(place.key("reference"), entries.get("reference"), "a text such as \"slappart0\"")?;
    let list = place.key("address_list");
    let addresses = elements(list, entries.get("address_list"))?;
    let addresses = addresses.iter().enumerate().map(|(index, address)| read_address(list.index(index), address));
    let tap = match entries.get("tap") {
        None | Some(Value::None) => None,
        tap => Some(read_tap(place.key("tap"), tap)?),
    };
    let interface = tap.as_ref().map(|tap| &tap.name).filter(|name| !name.is_empty()).unwrap_or(&reference).clone();
    let details = read_details(Some(place), entries, &PARTITION_KEYS)?;
    Ok(PartitionDescription { addresses: addresses.collect::<Result<_, _>>()?, reference, interface, tap, details })
}

fn read_address(place: Place<'_>, address: &Value) -> Result<AddressDescription, DescriptionError> {
    let entries = dictionary(place, Some(address), "a dictionary with addr and netmask")?;
    let (place_of_addr, value) = (place.key("addr"), entries.get("addr"));
    let address = read_optional_address(place_of_addr, value)?
        .ok_or_else(|| shape(place_of_addr, value, "a text such as \"10.0.0.1\""))?;
    Ok(AddressDescription::new(address, read_text(place.key("netmask"), entries.get("netmask"))?))
}

fn read_tap(place: Place<'_>, tap: Option<&Value>) -> Result<TapDescription, DescriptionError> {
    let entries = dictionary(place, tap, "a dictionary describing a tap, or none")?;
    let text = |key| Ok::<_, DescriptionError>(read_text(place.key(key), entries.get(key))?.unwrap_or_default());
    Ok(TapDescription {
        name: text("name")?,
        ipv4_addr: text("ipv4_addr")?,
        ipv4_netmask: text("ipv4_netmask")?,
        ipv4_gateway: text("ipv4_gateway")?,
        ipv4_network: text("ipv4_network")?,
        ipv6_addr: text("ipv6_addr")?,
        ipv6_netmask: text("ipv6_netmask")?,
        ipv6_gateway: text("ipv6_gateway")?,
        ipv6_network: text("ipv6_network")?,
    })
}

fn read_reference(place: Place<'_>, value: Option<&Value>, expected: &'static str) -> Result<String, DescriptionError> {
    let text = match value {
        Some(Value::String(text)) => text,
        other => return Err(shape(place, other, expected)),
    };
    if text.contains('/') {
        return Err(Refusal::invalid(&place.to_string(), text, "a reference without slash").into());
    }
    Ok(Reference::parse(&place.to_string(), text)?.to_string())
}

/// An IP address; an empty text is as good as none.
fn read_optional_address(place: Place<'_>, value: Option<&Value>) -> Result<Option<String>, DescriptionError> {
    let address = read_text(place, value)?;
    match address {
        Some(text) if text.parse::<IpAddr>().is_err() => {
            Err(Refusal::invalid(&place.to_string(), &text, "an IP address such as \"10.0.0.1\"").into())
        }
        address => Ok(address),
    }
}

/// A text; an empty one is as good as none.
fn read_text(place: Place<'_>, value: Option<&Value>) -> Result<Option<String>, DescriptionError> {
    match value {
        None | Some(Value::None) => Ok(None),
        Some(Value::String(text)) if text.is_empty() => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        other => Err(shape(place, other, "a text")),
    }
}

fn read_details(
    place: Option<Place<'_>>,
    entries: &Dictionary,
    known: &[&str],
) -> Result<Parameters, DescriptionError> {
    let mut details = BTreeMap::new();
    for (key, value) in entries.iter() {
        let Value::String(key) = key else {
            return Err(shape(place.unwrap_or(Place::root("xml")), Some(key), "a string as key"));
        };
        if !known.contains(&key.as_str()) {
            let place = place.as_ref().map_or(Place::root(key), |place| place.key(key));
            details.insert(key.clone(), domain_value(&place, value)?);
        }
    }
    Ok(Parameters::new("xml", details)?)
}

fn dictionary<'v>(
    place: Place<'_>,
    value: Option<&'v Value>,
    expected: &'static str,
) -> Result<&'v Dictionary, DescriptionError> {
    value.and_then(Value::as_dictionary).ok_or_else(|| shape(place, value, expected))
}

fn elements<'v>(place: Place<'_>, value: Option<&'v Value>) -> Result<&'v [Value], DescriptionError> {
    value.and_then(Value::as_list).ok_or_else(|| shape(place, value, "a list of dictionaries"))
}

fn shape(place: Place<'_>, value: Option<&Value>, expected: &'static str) -> DescriptionError {
    let found = match value {
        None => "missing".into(),
        Some(Value::String(text)) if text.is_empty() => "empty".into(),
        Some(value) => format!("{} is not accepted", value.kind()),
    };
    DescriptionError::Shape { place: place.to_string(), found, expected }
}

fn write_details(details: &Parameters) -> Vec<(String, Value)> {
    details.as_map().iter().map(|(key, value)| (key.clone(), to_value(value))).collect()
}

fn write_partition(partition: &PartitionDescription) -> Value {
    let mut entries = write_details(&partition.details);
    if let (Some(tap), false) = (&partition.tap, partition.details.as_map().contains_key("tap")) {
        entries.push(("tap".into(), write_tap(tap)));
    }
    let addresses = partition.addresses.iter().map(|address| {
        let netmask = Value::from(address.netmask.as_deref());
        Value::dictionary([("addr", address.address.as_str().into()), ("netmask", netmask)])
    });
    entries.push(("reference".into(), partition.reference.as_str().into()));
    entries.push(("address_list".into(), Value::list(addresses.collect())));
    Value::dictionary(entries)
}

fn write_tap(tap: &TapDescription) -> Value {
    Value::dictionary([
        ("name", tap.name.as_str().into()),
        ("ipv4_addr", tap.ipv4_addr.as_str().into()),
        ("ipv4_netmask", tap.ipv4_netmask.as_str().into()),
        ("ipv4_gateway", tap.ipv4_gateway.as_str().into()),
        ("ipv4_network", tap.ipv4_network.as_str().into()),
        ("ipv6_addr", tap.ipv6_addr.as_str().into()),
        ("ipv6_netmask", tap.ipv6_netmask.as_str().into()),
        ("ipv6_gateway", tap.ipv6_gateway.as_str().into()),
        ("ipv6_network", tap.ipv6_network.as_str().into()),
    ])
}

#[cfg(test)]
mod tests;
