//! Descriptions of computers that no formatter has described: so many partitions, with these addresses.

use std::collections::BTreeMap;

use super::addressing::{AddressPlan, Range};
use super::description::{AddressDescription, ComputerDescription, PartitionDescription};
use super::error::Refusal;
use super::ids::Reference;
use super::parameters::{Integer, Parameters, Value};

/// What a computer is to be like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Formatting {
    /// Its reference.
    pub computer_id: String,
    /// How many partitions it has.
    pub partitions: u32,
    /// The IPv4 address that all partitions share, or a network of which each gets an address; empty for none.
    pub ipv4: String,
    /// The same for IPv6.
    pub ipv6: String,
    /// The beginning of the references of its partitions.
    pub partition_base_name: String,
    /// The directory of its partitions.
    pub instance_root: String,
}

impl Default for Formatting {
    fn default() -> Self {
        Self {
            computer_id: "local_computer".into(),
            partitions: 10,
            ipv4: "127.0.0.1".into(),
            ipv6: "::1".into(),
            partition_base_name: "slappart".into(),
            instance_root: "/srv/slapgrid".into(),
        }
    }
}

impl Formatting {
    /// The description of the computer.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] that names the field of this structure.
    pub fn describe(&self) -> Result<ComputerDescription, Refusal> {
        for (field, text) in [("computer_id", &self.computer_id), ("partition_base_name", &self.partition_base_name)] {
            Reference::parse(field, text)?;
            if text.contains('/') {
                return Err(Refusal::invalid(field, text, "a reference without slash"));
            }
        }
        let ipv4 = plan("ipv4", &self.ipv4, Family::Ipv4, self.partitions)?;
        let ipv6 = plan("ipv6", &self.ipv6, Family::Ipv6, self.partitions)?;
        let Some(own) = ipv6.or(ipv4) else {
            return Err(Refusal::invalid("ipv4", "", "an address here or in ipv6: partitions need one"));
        };
        let plans: Vec<AddressPlan> = ipv4.into_iter().chain(ipv6).collect();
        let partitions = (0..self.partitions).map(|index| self.partition(index, &plans)).collect::<Result<_, _>>()?;
        Ok(ComputerDescription {
            reference: self.computer_id.clone(),
            address: Some(own.computer_address()),
            netmask: Some(own.netmask()),
            partitions,
            details: details([
                ("instance_root", self.instance_root.as_str().into()),
                ("slapos_version", format!("slapproxy {}", env!("CARGO_PKG_VERSION")).as_str().into()),
            ])?,
        })
    }

    fn partition(&self, index: u32, plans: &[AddressPlan]) -> Result<PartitionDescription, Refusal> {
        let reference = format!("{}{index}", self.partition_base_name);
        let addresses = plans
            .iter()
            .map(|plan| AddressDescription::new(plan.partition_address(index), Some(plan.partition_netmask())));
        let path = format!("{}/{reference}", self.instance_root.trim_end_matches('/'));
        let range = plans.iter().find_map(|plan| plan.range(index));
        Ok(PartitionDescription {
            addresses: addresses.collect(),
            interface: reference.clone(),
            tap: None,
            details: details([
                ("ipv6_range", Value::Map(range.map(range_map).unwrap_or_default())),
                ("path", path.as_str().into()),
            ])?,
            reference,
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Ipv4,
    Ipv6,
}

fn plan(field: &str, text: &str, family: Family, partitions: u32) -> Result<Option<AddressPlan>, Refusal> {
    if text.is_empty() {
        return Ok(None);
    }
    let plan = AddressPlan::parse(field, text)?;
    match (family, plan.is_ipv6()) {
        (Family::Ipv4, true) => return Err(Refusal::invalid(field, text, "an IPv4 address")),
        (Family::Ipv6, false) => return Err(Refusal::invalid(field, text, "an IPv6 address")),
        _ => {}
    }
    plan.check_room(field, partitions)?;
    Ok(Some(plan))
}

fn range_map(range: Range) -> BTreeMap<String, Value> {
    let Range { address, netmask, prefix_length } = range;
    BTreeMap::from([
        ("network".to_owned(), Value::Text(format!("{address}/{prefix_length}"))),
        ("addr".to_owned(), Value::Text(address)),
        ("netmask".to_owned(), Value::Text(netmask)),
        ("prefixlen".to_owned(), Value::Integer(Integer::from(i64::from(prefix_length)))),
    ])
}

fn details<const N: usize>(entries: [(&str, Value); N]) -> Result<Parameters, Refusal> {
    Parameters::new("description", entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}
