//! `slapproxy show`

use clap::Args;
use serde_json::{Value, json};

use super::fields::of_parameters;
use super::output::{OutputFormat, data, date, table};
use super::settings::DatabaseArguments;
use super::{forwarded, usage};
use crate::domain::event::Event;
use crate::domain::parameters::Parameters;
use crate::storage::{InstanceRow, PartitionRow, SharedRow, Snapshot, SoftwareRow};

/// Connection parameters under these keys are shortened in tables.
const LONG_KEYS: [&str; 2] = ["ssh-key", "ssh-public-key"];

/// How much of a long value stays at each end, in characters.
const END: usize = 20;

/// Show what a database holds. Without a selection, everything.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct Show {
    #[command(flatten)]
    database: DatabaseArguments,
    /// The computers as they were described
    #[arg(long)]
    computers: bool,
    /// The supplied software releases
    #[arg(long)]
    software: bool,
    /// The partitions and what is in them
    #[arg(long)]
    partitions: bool,
    /// The software instances
    #[arg(long)]
    instances: bool,
    /// The shared instances
    #[arg(long, alias = "slaves")]
    shared: bool,
    /// What other masters fulfil
    #[arg(long)]
    forwarded: bool,
    /// Instance parameters and connection parameters
    #[arg(long)]
    params: bool,
    /// The addresses of the partitions
    #[arg(long)]
    network: bool,
    /// The latest events, newest first
    #[arg(long)]
    events: bool,
    /// What was used, as nodes reported it, newest first
    #[arg(long)]
    usage: bool,
    /// How it is printed
    #[arg(long, value_enum, default_value = "text", env = "SLAPPROXY_FORMAT")]
    format: OutputFormat,
}

/// One part of the output: its flag, its JSON, its text.
type Section = (&'static str, bool, fn(&Snapshot) -> Value, fn(&Snapshot) -> String);

impl Show {
    /// Reads the file and prints it.
    pub fn run(self) -> anyhow::Result<()> {
        let sections: [Section; 10] = [
            ("computers", self.computers, computers_json, computers_text),
            ("software", self.software, software_json, software_text),
            ("partitions", self.partitions, partitions_json, partitions_text),
            ("instances", self.instances, instances_json, instances_text),
            ("shared", self.shared, shared_json, shared_text),
            ("forwarded", self.forwarded, forwarded::json, forwarded::text),
            ("params", self.params, params_json, params_text),
            ("network", self.network, network_json, network_text),
            ("events", self.events, events_json, events_text),
            ("usage", self.usage, usage::json, usage::text),
        ];
        let config = self.database.config(None)?;
        let snapshot = Snapshot::read(&config.database)??;
        let all = sections.iter().all(|(_, selected, ..)| !selected);
        let chosen = sections.into_iter().filter(|(_, selected, ..)| all || *selected);
        let output = match self.format {
            OutputFormat::Json => {
                let map: serde_json::Map<_, _> =
                    chosen.map(|(name, _, json, _)| (name.to_owned(), json(&snapshot))).collect();
                format!("{:#}\n", Value::Object(map))
            }
            OutputFormat::Text => chosen.map(|(.., text)| text(&snapshot)).collect::<Vec<_>>().join("\n"),
        };
        Ok(data(output.as_bytes())?)
    }
}

fn computers_json(snapshot: &Snapshot) -> Value {
    let computer = |computer: &crate::domain::computer::ComputerSummary| {
        json!({
            "reference": &*computer.reference, "title": computer.title, "address": computer.address,
            "netmask": computer.netmask, "description": of_parameters(&computer.description),
        })
    };
    snapshot.computers.iter().map(computer).collect()
}

fn computers_text(snapshot: &Snapshot) -> String {
    let rows = snapshot.computers.iter().map(|computer| {
        let description = (!computer.description.is_empty()).then(|| texts(&computer.description));
        let reference = Some(computer.reference.to_string());
        vec![reference, computer.title.clone(), computer.address.clone(), computer.netmask.clone(), description]
    });
    table("computers", &["reference", "title", "address", "netmask", "description"], rows.collect())
}

fn software_json(snapshot: &Snapshot) -> Value {
    let row = |row: &SoftwareRow| {
        let SoftwareRow { computer, software_release, requested_state, status } = row;
        json!({
            "computer": computer, "software_release": software_release, "requested_state": requested_state,
            "status": status,
        })
    };
    snapshot.software.iter().map(row).collect()
}

fn software_text(snapshot: &Snapshot) -> String {
    let rows = snapshot.software.iter().map(|row| {
        let SoftwareRow { computer, software_release, requested_state, status } = row.clone();
        vec![Some(computer), Some(software_release), Some(requested_state), status]
    });
    table("software", &["computer", "software release", "requested", "status"], rows.collect())
}

fn partitions_json(snapshot: &Snapshot) -> Value {
    let row = |row: &PartitionRow| {
        json!({
            "computer": row.computer, "partition": row.partition, "instance": row.instance,
            "description": of_parameters(&row.description),
        })
    };
    snapshot.partitions.iter().map(row).collect()
}

fn partitions_text(snapshot: &Snapshot) -> String {
    let rows = snapshot.partitions.iter().map(|row| {
        let state = if row.instance.is_some() { "busy" } else { "free" };
        let described = (!row.description.is_empty()).then(|| texts(&row.description));
        vec![
            Some(row.computer.clone()),
            Some(row.partition.clone()),
            Some(state.into()),
            row.instance.clone(),
            described,
        ]
    });
    table("partitions", &["computer", "partition", "state", "instance", "description"], rows.collect())
}

fn instance_json(row: &InstanceRow) -> Value {
    json!({
        "title": row.title, "root": row.root, "requester": row.requester, "computer": row.computer,
        "partition": row.partition, "software_release": row.software_release, "software_type": row.software_type,
        "requested_state": row.requested_state, "status": row.status, "timestamp": row.timestamp.0,
        "sla": of_parameters(&row.sla),
    })
}

fn instance_cells(row: &InstanceRow) -> Vec<Option<String>> {
    let place = row.computer.as_ref().zip(row.partition.as_ref());
    vec![
        Some(row.title.clone()),
        Some(row.root.clone()),
        Some(row.requester.clone().unwrap_or_else(|| "user".into())),
        Some(place.map_or_else(|| "not allocated".into(), |(computer, partition)| format!("{computer}/{partition}"))),
        Some(row.software_release.clone()),
        Some(row.software_type.clone()),
        Some(row.requested_state.clone()),
        row.status.clone(),
    ]
}

fn instances_json(snapshot: &Snapshot) -> Value {
    snapshot.instances.iter().map(instance_json).collect()
}

fn instances_text(snapshot: &Snapshot) -> String {
    let heading = ["title", "root", "requester", "place", "software release", "type", "requested", "status"];
    table("instances", &heading, snapshot.instances.iter().map(instance_cells).collect())
}

fn shared_json(snapshot: &Snapshot) -> Value {
    let row = |row: &SharedRow| {
        let mut value = instance_json(&row.instance);
        value["reference"] = row.reference.as_str().into();
        value["host"] = row.host.as_str().into();
        value
    };
    snapshot.shared.iter().map(row).collect()
}

fn shared_text(snapshot: &Snapshot) -> String {
    let heading =
        ["reference", "host", "title", "root", "requester", "place", "software release", "type", "requested", "status"];
    let rows = snapshot.shared.iter().map(|row| {
        let mut cells = vec![Some(row.reference.clone()), Some(row.host.clone())];
        cells.extend(instance_cells(&row.instance));
        cells
    });
    table("shared instances", &heading, rows.collect())
}

fn every_instance(snapshot: &Snapshot) -> impl Iterator<Item = (&InstanceRow, Option<&str>)> {
    let own = snapshot.instances.iter().map(|row| (row, None));
    own.chain(snapshot.shared.iter().map(|row| (&row.instance, Some(row.reference.as_str()))))
}

fn params_json(snapshot: &Snapshot) -> Value {
    let row = |(row, reference): (&InstanceRow, Option<&str>)| {
        json!({
            "title": row.title, "root": row.root, "shared_reference": reference,
            "parameters": of_parameters(&row.parameters), "connection": row.connection.as_ref().map(of_parameters),
        })
    };
    every_instance(snapshot).map(row).collect()
}

fn params_text(snapshot: &Snapshot) -> String {
    let mut lines = vec!["parameters".to_owned()];
    for (row, reference) in every_instance(snapshot) {
        let shared = reference.map_or_else(String::new, |reference| format!(", shared as {reference}"));
        lines.push(format!(" {} (type {}{shared})", row.title, row.software_type));
        for (arrow, parameters) in [("<-", Some(&row.parameters)), ("->", row.connection.as_ref())] {
            let entries = parameters.into_iter().flat_map(Parameters::texts);
            lines.extend(entries.map(|(key, text)| format!("   {arrow} {key} = {}", shown(key, text))));
        }
    }
    if lines.len() == 1 {
        return "parameters: none\n".into();
    }
    lines.join("\n") + "\n"
}

/// A value for people: JSON in `_` is laid out, keys of ssh are shortened.
fn shown(key: &str, text: String) -> String {
    if key == "_"
        && let Ok(value) = serde_json::from_str::<Value>(&text)
    {
        return format!("{value:#}").replace('\n', "\n      ");
    }
    let length = text.chars().count();
    if LONG_KEYS.contains(&key) && length > 2 * END + 3 {
        let start: String = text.chars().take(END).collect();
        let end: String = text.chars().skip(length - END).collect();
        return format!("{start}...{end}");
    }
    text
}

fn network_json(snapshot: &Snapshot) -> Value {
    let row = |row: &PartitionRow| {
        let address = |address: &crate::domain::address::Address| {
            json!({
                "interface": address.interface, "address": address.address, "netmask": address.netmask,
                "gateway": address.route.as_ref().map(|route| &route.gateway),
                "network": address.route.as_ref().map(|route| &route.network),
            })
        };
        let addresses: Value = row.addresses.iter().map(address).collect();
        json!({"computer": row.computer, "partition": row.partition, "addresses": addresses})
    };
    snapshot.partitions.iter().map(row).collect()
}

fn network_text(snapshot: &Snapshot) -> String {
    let rows = snapshot.partitions.iter().map(|row| {
        let addresses = row.addresses.iter().map(|address| match &address.route {
            None => format!("{} on {}", address.address, address.interface),
            Some(route) => format!("{} on {} through {}", address.address, address.interface, route.gateway),
        });
        let addresses = Some(addresses.collect::<Vec<_>>().join(", ")).filter(|text| !text.is_empty());
        vec![Some(row.computer.clone()), Some(row.partition.clone()), addresses]
    });
    table("network", &["computer", "partition", "addresses"], rows.collect())
}

fn events_json(snapshot: &Snapshot) -> Value {
    let row = |event: &Event| {
        let woken = event.woken.iter().map(ToString::to_string);
        json!({
            "at": event.at.0, "last_at": event.last_at.0, "count": event.count, "user": event.user,
            "kind": event.kind, "computer": event.computer, "partition": event.partition,
            "instance": event.instance, "software_release": event.software_release, "text": event.text,
            "changes": event.changes.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "reprocessed": woken.collect::<Vec<_>>(),
        })
    };
    snapshot.events.iter().map(row).collect()
}

fn events_text(snapshot: &Snapshot) -> String {
    let rows = snapshot.events.iter().map(|event| {
        let subject = [&event.computer, &event.partition, &event.instance, &event.software_release];
        let subject = subject.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ");
        let count = (event.count > 1).then(|| format!("{} times", event.count));
        let what = format!("{}: {}", event.kind, event.text.lines().last().unwrap_or_default());
        let changes = event.changes.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        let changes = Some(changes).filter(|changes| !changes.is_empty());
        vec![Some(date(event.last_at)), Some(event.user.clone()), Some(subject), Some(what), changes, count]
    });
    table("events", &["when", "who", "about", "what", "changes", "repeated"], rows.collect())
}

fn texts(parameters: &Parameters) -> String {
    let entries = parameters.texts().map(|(key, text)| format!("{key}={text}"));
    entries.collect::<Vec<_>>().join(" ")
}
