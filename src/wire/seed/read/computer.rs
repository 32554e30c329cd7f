//! Computers of a seed, with their partitions and releases.

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::{Part, Reader, plain, reference};
use crate::domain::address::Route;
use crate::domain::description::{AddressDescription, ComputerDescription, PartitionDescription};
use crate::domain::error::Refusal;
use crate::domain::formatting::Formatting;
use crate::domain::ids::{SoftwareRelease, Title};
use crate::domain::parameters::{Integer, Value};
use crate::domain::property::{PartitionType, PropertyChange};
use crate::domain::seed::{SeededComputer, SeededPartition, SeededSoftware};
use crate::domain::state::SupplyState;
use crate::domain::status::Report;
use crate::wire::ordered::Document;

/// What goes with a number of partitions only.
const GENERATED: [&str; 4] = ["ipv4", "ipv6", "partition_base_name", "instance_root"];

/// What goes with a list of partitions only.
const LISTED: [&str; 3] = ["address", "netmask", "details"];

impl Reader {
    pub(super) fn computer(&mut self, part: &Part<'_>) -> Option<SeededComputer> {
        let reference = self.parse(part, "reference", reference);
        let title = self.parse(part, "title", Title::parse);
        let description = self.description(part);
        let text = |network| Some(network).filter(|network: &String| !network.is_empty());
        let network = self.parse(part, "network", plain).and_then(text);
        let property = PropertyChange { network, closed: part.flag("closed"), ..PropertyChange::default() };
        let allocation = part.parts("allocation");
        let allocation = allocation.iter().filter_map(|part| self.seeded_partition(part)).collect();
        let software = part.parts("software");
        let software = software.iter().filter_map(|part| self.software(part)).collect();
        let name = part.text("reference").unwrap_or_default();
        let reports = self.reports(part, |word, told| match (word, told) {
            ("bang", Some(message)) => Some(Report::ComputerBang(message.into())),
            ("access", None) => Some(Report::Access(name.into())),
            _ => None,
        });
        let reference = reference?;
        if !self.computers.insert(reference.to_string()) {
            self.fault(&part.field("reference"), &format!("the computer {reference} is there already"));
        }
        Some(SeededComputer {
            reference,
            title,
            description,
            property,
            allocation,
            software,
            reports,
            certificate: part.flag("certificate").unwrap_or_default(),
        })
    }

    fn description(&mut self, part: &Part<'_>) -> Option<ComputerDescription> {
        match part.get("partitions") {
            None => {
                self.refuse(part, &GENERATED, "partitions with it, a number");
                self.refuse(part, &LISTED, "partitions with it, a list");
                None
            }
            Some(_) if part.get("slapformat").is_some() => {
                self.fault(&part.field("slapformat"), "is not accepted here; expected partitions or a file, not both");
                None
            }
            Some(Document::Scalar(Value::Integer(count))) => {
                self.refuse(part, &LISTED, "a list of partitions with it");
                self.generated(part, count)
            }
            Some(_) => {
                self.refuse(part, &GENERATED, "a number of partitions with it");
                self.listed(part)
            }
        }
    }

    fn generated(&mut self, part: &Part<'_>, count: &Integer) -> Option<ComputerDescription> {
        let given = |key: &str, default: String| part.text(key).map_or(default, ToOwned::to_owned);
        let default = Formatting::default();
        let formatting = Formatting {
            computer_id: part.text("reference")?.to_owned(),
            partitions: count.as_str().parse().unwrap_or_default(),
            ipv4: given("ipv4", default.ipv4),
            ipv6: given("ipv6", default.ipv6),
            partition_base_name: given("partition_base_name", default.partition_base_name),
            instance_root: given("instance_root", default.instance_root),
        };
        match formatting.describe() {
            Ok(description) => Some(description),
            // It is told of the reference.
            Err(Refusal::Invalid { field, .. }) if field == "computer_id" => None,
            Err(Refusal::Invalid { field, value, expected }) => {
                self.checked(Err(Refusal::Invalid { field: part.field(&field), value, expected }))
            }
            Err(refusal) => self.checked(Err(refusal)),
        }
    }

    fn listed(&mut self, part: &Part<'_>) -> Option<ComputerDescription> {
        let mut known = BTreeSet::new();
        let mut partitions = Vec::new();
        for described in part.parts("partitions") {
            let Some(reference) = self.parse(&described, "reference", reference) else { continue };
            if !known.insert(reference.to_string()) {
                self.fault(&described.field("reference"), &format!("the partition {reference} is there already"));
            }
            let addresses = described.parts("addresses");
            partitions.push(PartitionDescription {
                addresses: addresses.iter().filter_map(|part| self.address(part)).collect(),
                interface: reference.to_string(),
                reference: reference.to_string(),
                tap: None,
                details: self.parameters(&described, "details").unwrap_or_default(),
            });
        }
        Some(ComputerDescription {
            reference: part.text("reference")?.to_owned(),
            address: self.parse(part, "address", address),
            netmask: self.parse(part, "netmask", plain),
            partitions,
            details: self.parameters(part, "details").unwrap_or_default(),
        })
    }

    fn address(&mut self, part: &Part<'_>) -> Option<AddressDescription> {
        let gateway = self.parse(part, "gateway", plain);
        let network = self.parse(part, "network", plain);
        if network.is_some() && gateway.is_none() {
            self.fault(&part.field("network"), "is not accepted here; expected a gateway with it");
        }
        Some(AddressDescription {
            address: self.parse(part, "address", address)?,
            netmask: self.parse(part, "netmask", plain),
            interface: self.parse(part, "interface", plain),
            route: gateway.map(|gateway| Route { gateway, network: network.unwrap_or_default() }),
        })
    }

    fn seeded_partition(&mut self, part: &Part<'_>) -> Option<SeededPartition> {
        let partition_type = self.parse(part, "partition_type", PartitionType::parse);
        let ports = part.get("ports").map(|_| {
            let number = |(_, item): &(String, &Document)| match item {
                Document::Scalar(Value::Integer(number)) => number.as_str().parse().ok(),
                _ => None,
            };
            part.list("ports").iter().filter_map(number).collect()
        });
        let property = PropertyChange { partition_type, ports, network: None, closed: part.flag("closed") };
        Some(SeededPartition { partition: self.parse(part, "partition", reference)?, property })
    }

    fn software(&mut self, part: &Part<'_>) -> Option<SeededSoftware> {
        let software_release = self.parse(part, "software_release", SoftwareRelease::parse)?;
        let state = self.parse(part, "state", SupplyState::parse).unwrap_or(SupplyState::Available);
        let url = || software_release.clone();
        let reports = self.reports(part, |word, told| match (word, told) {
            ("error", Some(log)) => Some(Report::SoftwareReleaseError(url(), log.into())),
            ("building", None) => Some(Report::BuildingSoftwareRelease(url())),
            ("available", None) => Some(Report::AvailableSoftwareRelease(url())),
            _ => None,
        });
        Some(SeededSoftware { software_release, state, reports })
    }
}

fn address(field: &str, text: &str) -> Result<String, Refusal> {
    match text.parse::<IpAddr>() {
        Ok(_) => Ok(text.to_owned()),
        Err(_) => Err(Refusal::invalid(field, text, "an IP address such as \"10.0.0.1\"")),
    }
}
