//! `slapproxy format`

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;

use super::output::{data, note};
use crate::domain::addressing::{AddressPlan, Range};
use crate::domain::description::{AddressDescription, ComputerDescription, PartitionDescription};
use crate::domain::error::Refusal;
use crate::domain::ids::Reference;
use crate::domain::parameters::{Integer, Parameters, Value};
use crate::wire::slapformat;

/// What a computer is like.
#[derive(Debug, Args)]
pub struct DescriptionArguments {
    /// How many partitions
    #[arg(long, value_name = "COUNT", default_value_t = 10, env = "SLAPPROXY_PARTITIONS")]
    partitions: u32,
    /// IPv4 address that all partitions share, or a network of which each gets an address; empty for none
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1", env = "SLAPPROXY_IPV4")]
    ipv4: String,
    /// IPv6 address that all partitions share, or a network of which each gets an address; empty for none
    #[arg(long, value_name = "ADDRESS", default_value = "::1", env = "SLAPPROXY_IPV6")]
    ipv6: String,
    /// Reference of the computer
    #[arg(long, value_name = "REFERENCE", default_value = "local_computer", env = "SLAPPROXY_COMPUTER_ID")]
    computer_id: String,
    /// Beginning of the partitions' references
    #[arg(long, value_name = "NAME", default_value = "slappart", env = "SLAPPROXY_PARTITION_BASE_NAME")]
    partition_base_name: String,
    /// Directory of the partitions
    #[arg(long, value_name = "DIR", default_value = "/srv/slapgrid", env = "SLAPPROXY_INSTANCE_ROOT")]
    instance_root: String,
}

/// Write a computer description.
#[derive(Debug, Args)]
pub struct Format {
    #[command(flatten)]
    description: DescriptionArguments,
    /// File to write [default: standard output]
    #[arg(short, long, value_name = "FILE", env = "SLAPPROXY_OUTPUT")]
    output: Option<PathBuf>,
}

impl Format {
    /// Writes the description.
    pub fn run(self) -> anyhow::Result<()> {
        let document = slapformat::write(&self.description.describe()?)?;
        match &self.output {
            None => {
                data(&document)?;
                data(b"\n")?;
            }
            Some(file) => {
                let document = [document.as_slice(), b"\n"].concat();
                fs::write(file, document).with_context(|| format!("cannot write {}", file.display()))?;
                let DescriptionArguments { partitions, computer_id, .. } = &self.description;
                note(&format!("{}: {} partitions of {}", file.display(), partitions, computer_id));
            }
        }
        Ok(())
    }
}

impl DescriptionArguments {
    /// The description.
    pub fn describe(&self) -> anyhow::Result<ComputerDescription> {
        Reference::parse("--computer-id", &self.computer_id)?;
        Reference::parse("--partition-base-name", &self.partition_base_name)?;
        for (option, text) in
            [("--computer-id", &self.computer_id), ("--partition-base-name", &self.partition_base_name)]
        {
            if text.contains('/') {
                return Err(Refusal::invalid(option, text, "a reference without slash").into());
            }
        }
        let ipv4 = plan("--ipv4", &self.ipv4, false, self.partitions)?;
        let ipv6 = plan("--ipv6", &self.ipv6, true, self.partitions)?;
        let Some(own) = ipv6.or(ipv4) else {
            bail!("--ipv4 and --ipv6 are both empty: partitions need an address");
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

fn plan(option: &str, text: &str, ipv6: bool, partitions: u32) -> Result<Option<AddressPlan>, Refusal> {
    if text.is_empty() {
        return Ok(None);
    }
    let plan = AddressPlan::parse(option, text)?;
    if plan.is_ipv6() != ipv6 {
        return Err(Refusal::invalid(option, text, if ipv6 { "an IPv6 address" } else { "an IPv4 address" }));
    }
    plan.check_room(option, partitions)?;
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
