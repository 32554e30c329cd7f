//! The open objects of a computer description: what they hold beyond the known keys is kept or passed over.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::text::fault;
use super::values::{Object, Typed, present};
use crate::domain::address::Route;
use crate::domain::description::{AddressDescription, PartitionDescription};
use crate::domain::error::Refusal;
use crate::domain::ids::Reference;
use crate::domain::parameters::Parameters;

/// A partition of a computer. Further keys, such as `capability_list`, are kept with their types.
#[derive(Debug, Clone, PartialEq, ToSchema)]
pub struct ComputePartition {
    /// The reference of the partition, unique on its computer: `slappart0`.
    pub partition_id: String,
    /// Its addresses, in order; none when absent.
    #[schema(required = false)]
    pub ip_list: Vec<PartitionAddress>,
    /// Every other key.
    #[schema(ignore)]
    pub details: Parameters,
}

/// An address of a partition. Further keys are passed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct PartitionAddress {
    /// The IPv4 or IPv6 address.
    #[serde(deserialize_with = "address")]
    pub ip_address: String,
    /// The interface; that of the partition's first address with one, or else the partition's reference, when absent.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub network_interface: Option<String>,
    /// The netmask in address form.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub netmask: Option<String>,
    /// The gateway of a routed address.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub gateway_ip_address: Option<String>,
    /// The network of a routed address.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub network_address: Option<String>,
}

impl From<ComputePartition> for PartitionDescription {
    fn from(partition: ComputePartition) -> Self {
        let ComputePartition { partition_id, ip_list, details } = partition;
        let interface = ip_list.iter().find_map(|address| address.network_interface.clone());
        Self {
            interface: interface.unwrap_or_else(|| partition_id.clone()),
            reference: partition_id,
            addresses: ip_list.into_iter().map(AddressDescription::from).collect(),
            tap: None,
            details,
        }
    }
}

impl From<PartitionAddress> for AddressDescription {
    fn from(address: PartitionAddress) -> Self {
        let gateway = address.gateway_ip_address.filter(|gateway| !gateway.is_empty());
        Self {
            address: address.ip_address,
            netmask: address.netmask.filter(|netmask| !netmask.is_empty()),
            interface: address.network_interface.filter(|interface| !interface.is_empty()),
            route: gateway.map(|gateway| Route { gateway, network: address.network_address.unwrap_or_default() }),
        }
    }
}

fn address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    match text.parse::<std::net::IpAddr>() {
        Ok(_) => Ok(text),
        Err(_) => Err(fault(Refusal::invalid("", &text, "an IP address such as \"10.0.0.1\""))),
    }
}

/// The partitions of a computer, each with a reference of its own.
pub fn partitions<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<ComputePartition>, D::Error> {
    let partitions = Vec::<ComputePartition>::deserialize(deserializer)?;
    let mut known = std::collections::HashSet::new();
    match partitions.iter().find(|partition| !known.insert(partition.partition_id.as_str())) {
        None => Ok(partitions),
        Some(ComputePartition { partition_id, .. }) => {
            Err(Error::custom(format_args!("two partitions have the partition_id {partition_id:?}")))
        }
    }
}

impl Serialize for ComputePartition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("partition_id", &self.partition_id)?;
        map.serialize_entry("ip_list", &self.ip_list)?;
        for (key, value) in self.details.as_map() {
            map.serialize_entry(key, &super::values::Json(value))?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for ComputePartition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Partition)
    }
}

struct Partition;

impl<'de> Visitor<'de> for Partition {
    type Value = ComputePartition;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object describing a partition")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ComputePartition, A::Error> {
        let (mut partition_id, mut ip_list, mut details) = (None, Vec::new(), BTreeMap::new());
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "partition_id" => {
                    let PartitionId(id) = map.next_value()?;
                    partition_id = Some(id);
                }
                "ip_list" => {
                    ip_list = map.next_value::<Vec<Object<_>>>()?.into_iter().map(|address| address.0).collect();
                }
                _ => {
                    let Typed(value) = map.next_value()?;
                    details.insert(key, value);
                }
            }
        }
        Ok(ComputePartition {
            partition_id: partition_id.ok_or_else(|| Error::missing_field("partition_id"))?,
            ip_list,
            details: Parameters::new("", details).map_err(fault)?,
        })
    }
}

struct PartitionId(String);

impl<'de> Deserialize<'de> for PartitionId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.contains('/') {
            return Err(fault(Refusal::invalid("", &text, "a reference without slash")));
        }
        Reference::parse("", &text).map(|_| Self(text)).map_err(fault)
    }
}
