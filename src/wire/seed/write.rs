//! Seeds as documents: what is as it is without being said is left out.

use super::yaml;
use crate::domain::description::{AddressDescription, ComputerDescription, PartitionDescription};
use crate::domain::fault::FaultRule;
use crate::domain::instance::DEFAULT_SOFTWARE_TYPE;
use crate::domain::parameters::{Parameters, Value};
use crate::domain::property::PartitionType;
use crate::domain::seed::{Place, SaidReport, Seed, SeededComputer, SeededInstance, SeededPartition, SeededSoftware};
use crate::domain::state::{RequestedState, SupplyState};
use crate::domain::status::Report;
use crate::wire::fault::FaultEntry;
use crate::wire::ordered::{Document, from_json};

/// Writes a seed as YAML; reading it gives the same seed.
#[must_use]
pub fn write(seed: &Seed) -> String {
    let mut entries = Entries::default();
    entries.list("computers", seed.computers.iter().map(computer));
    entries.list("instances", seed.instances.iter().map(instance));
    entries.list("faults", seed.faults.iter().map(fault));
    yaml::write(&entries.map())
}

#[derive(Default)]
struct Entries(Vec<(String, Document)>);

impl Entries {
    fn put(&mut self, key: &str, value: impl Into<Document>) {
        self.0.push((key.into(), value.into()));
    }

    fn text(&mut self, key: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.put(key, text);
        }
    }

    fn list(&mut self, key: &str, items: impl Iterator<Item = Document>) {
        let items: Vec<_> = items.collect();
        if !items.is_empty() {
            self.put(key, Document::List(items));
        }
    }

    fn parameters(&mut self, key: &str, parameters: &Parameters) {
        if !parameters.is_empty() {
            self.put(key, parameters);
        }
    }

    fn flag(&mut self, key: &str, value: bool) {
        if value {
            self.put(key, true);
        }
    }

    fn said(&mut self, key: &str, value: Option<bool>) {
        if let Some(value) = value {
            self.put(key, value);
        }
    }

    fn map(self) -> Document {
        Document::Map(self.0)
    }
}

fn computer(computer: &SeededComputer) -> Document {
    let SeededComputer {
        reference,
        title,
        description,
        property,
        allocation,
        software: supplied,
        reports,
        certificate,
    } = computer;
    let mut entries = Entries::default();
    entries.put("reference", &**reference);
    entries.text("title", title.as_deref());
    if let Some(ComputerDescription { address, netmask, partitions, details, .. }) = description {
        entries.text("address", address.as_deref());
        entries.text("netmask", netmask.as_deref());
        entries.parameters("details", details);
        // An empty list says that it has none.
        entries.put("partitions", Document::List(partitions.iter().map(partition).collect()));
    }
    entries.text("network", property.network.as_deref());
    entries.said("closed", property.closed);
    entries.list("allocation", allocation.iter().map(seeded_partition));
    entries.list("software", supplied.iter().map(software));
    entries.list("reports", reports.iter().map(report));
    entries.flag("certificate", *certificate);
    entries.map()
}

fn seeded_partition(said: &SeededPartition) -> Document {
    let SeededPartition { partition, property } = said;
    let mut entries = Entries::default();
    entries.put("partition", &**partition);
    entries.text("partition_type", property.partition_type.map(PartitionType::as_str));
    if let Some(ports) = &property.ports {
        let port = |port: &u16| Document::Scalar(Value::Integer(i64::from(*port).into()));
        entries.put("ports", Document::List(ports.iter().map(port).collect()));
    }
    entries.said("closed", property.closed);
    entries.map()
}

fn partition(partition: &PartitionDescription) -> Document {
    let mut entries = Entries::default();
    entries.put("reference", partition.reference.as_str());
    entries.list("addresses", partition.addresses.iter().map(address));
    entries.parameters("details", &partition.details);
    entries.map()
}

fn address(address: &AddressDescription) -> Document {
    let AddressDescription { address, netmask, interface, route } = address;
    let mut entries = Entries::default();
    entries.put("address", address.as_str());
    entries.text("netmask", netmask.as_deref());
    entries.text("interface", interface.as_deref());
    if let Some(route) = route {
        entries.put("gateway", route.gateway.as_str());
        entries.put("network", route.network.as_str());
    }
    entries.map()
}

fn software(software: &SeededSoftware) -> Document {
    let SeededSoftware { software_release, state, reports } = software;
    let mut entries = Entries::default();
    entries.put("software_release", &**software_release);
    if *state != SupplyState::Available {
        entries.put("state", state.as_str());
    }
    entries.list("reports", reports.iter().map(report));
    entries.map()
}

fn instance(seeded: &SeededInstance) -> Document {
    let SeededInstance { title, wish, place, connection, reports, certificate, instances } = seeded;
    let mut entries = Entries::default();
    entries.put("title", &**title);
    entries.put("software_release", &*wish.software_release);
    if wish.software_type != DEFAULT_SOFTWARE_TYPE {
        entries.put("software_type", wish.software_type.as_str());
    }
    if wish.state != RequestedState::Started {
        entries.put("state", wish.state.as_str());
    }
    match place {
        Place::Anywhere(computer) => entries.text("computer", computer.as_deref()),
        Place::Partition(computer, partition) => {
            entries.text("computer", computer.as_deref());
            entries.put("partition", &**partition);
        }
        Place::Nowhere => entries.put("placed", false),
        Place::Shared { computer, host, reference } => {
            entries.put("shared", true);
            entries.text("computer", computer.as_deref());
            if let Some(host) = host {
                let mut named = Entries::default();
                named.text("root", host.root.as_deref());
                named.put("title", host.title.as_str());
                let plain = host.root.is_none();
                entries.put("host", if plain { host.title.as_str().into() } else { named.map() });
            }
            entries.text("reference", reference.as_deref());
        }
    }
    entries.parameters("parameters", &wish.parameters);
    entries.parameters("sla", &wish.sla);
    if let Some(connection) = connection {
        entries.put("connection", connection);
    }
    entries.list("reports", reports.iter().map(report));
    entries.flag("certificate", *certificate);
    entries.list("instances", instances.iter().map(instance));
    entries.map()
}

/// A rule as the option writes it, or as a map when a name in it has blanks.
fn fault(rule: &FaultRule) -> Document {
    let text = rule.to_string();
    if text.parse().as_ref() == Ok(rule) {
        return text.as_str().into();
    }
    let json = serde_json::to_string(&FaultEntry::from(rule.clone())).unwrap_or_default();
    match from_json(&json) {
        Ok(Document::Map(entries)) => {
            Document::Map(entries.into_iter().filter(|(_, value)| *value != Document::Null).collect())
        }
        _ => text.as_str().into(),
    }
}

fn report(said: &SaidReport) -> Document {
    let (key, text) = match &said.report {
        Report::Access(_) => ("state", "access"),
        Report::BuildingSoftwareRelease(_) | Report::BuildingComputerPartition => ("state", "building"),
        Report::AvailableSoftwareRelease(_) | Report::AvailableComputerPartition => ("state", "available"),
        Report::StartedComputerPartition => ("state", "started"),
        Report::StoppedComputerPartition => ("state", "stopped"),
        Report::SoftwareReleaseError(_, log) | Report::SoftwareInstanceError(log) => ("error", log.as_str()),
        Report::ComputerBang(message) | Report::SoftwareInstanceBang(message) => ("bang", message.as_str()),
    };
    let mut entries = Entries::default();
    entries.put(key, text);
    entries.text("by", said.by.as_deref());
    match (key, &said.by) {
        ("state", None) => text.into(),
        _ => entries.map(),
    }
}
