//! What this server adds to the answers of the Python proxy, wherever it belongs. Nothing of it was recorded.

use std::collections::{HashMap, HashSet};

use slapproxy::wire::xml::{Class, Value};

use super::compare::{at, with};
use super::http::{Exchange, Message};

/// The latest report about an instance, as the listing of its computer shows it: the listing, the partition, the text.
/// The agent reads it to tell a new failure from an old one.
const ACCESS_STATUS: &[(&str, &str, &str)] =
    &[("getFullComputerInformation-children-destroyed", "slappart0", "#error bang called: something is wrong")];

/// The references of shared instances, which the answers to their requests lack.
const SHARED: &[(&str, &str)] = &[
    ("requestComputerPartition-shared", "_shared1"),
    ("requestComputerPartition-shared-from-partition", "root1_shared-child"),
    ("requestComputerPartition-shared-instance-guid", "_shared2"),
    ("requestComputerPartition-shared-destroyed", "_shared2"),
    ("requestComputerPartition-shared-with-connection", "_shared1"),
];

/// The rules of additions, and what they remember of the requests.
#[derive(Default)]
pub struct Additions {
    /// The filter of the last request for the instance in a partition.
    filters: HashMap<(String, String), Value>,
    /// The entries of the tables that were needed.
    used: HashSet<(&'static str, &'static str)>,
}

impl Additions {
    /// A recorded value with what this server adds to it.
    pub fn add(&mut self, exchange: &Exchange, answer: &Message, recorded: &Value) -> Value {
        let Some(object) = recorded.as_object() else { return recorded.clone() };
        match object.class {
            Class::SoftwareInstance => self.instance(exchange, answer, recorded),
            Class::ComputerPartition => self.partition(recorded),
            Class::Computer => self.computer(exchange, recorded),
            Class::SoftwareRelease => recorded.clone(),
        }
    }

    /// The entries of the tables that were not needed.
    pub fn unused(&self) -> Vec<String> {
        let entries = ACCESS_STATUS.iter().map(|(listing, about, _)| (*listing, *about)).chain(SHARED.iter().copied());
        entries.filter(|entry| !self.used.contains(entry)).map(|entry| format!("{entry:?}: not needed")).collect()
    }

    /// Requested instances carry `full_ip_list`, which is empty without routed addresses, and `_filter_dict`, the
    /// filter of the request. Shared ones carry their reference and requested state too.
    fn instance(&mut self, exchange: &Exchange, answer: &Message, recorded: &Value) -> Value {
        let filter = exchange.request.value("filter_xml");
        let mut value = added(recorded, "full_ip_list", &Value::list(Vec::new()));
        value = added(&value, "_filter_dict", &filter);
        if exchange.request.value("shared_xml") == Value::Bool(true) {
            let known = SHARED.iter().find(|(name, _)| *name == exchange.name);
            let entry = *known.unwrap_or_else(|| panic!("the reference of {} is not known", exchange.name));
            self.used.insert(entry);
            let state = match exchange.request.value("state") {
                Value::None => "started".into(),
                state => state,
            };
            value = added(&value, "_instance_guid", &entry.1.into());
            return added(&value, "_requested_state", &state);
        }
        if answer.status() == 200 {
            self.filters.insert(place(recorded, ["slap_computer_id", "slap_computer_partition_id"]), filter);
        }
        value
    }

    /// Partitions that hold an instance carry `full_ip_list` in its parameters, and `_filter_dict`.
    fn partition(&self, recorded: &Value) -> Value {
        // The answer of a frontend shortcut has no release.
        if recorded.get("_software_release_document").is_none_or(Value::is_none) {
            return recorded.clone();
        }
        let place = place(recorded, ["_computer_id", "_partition_id"]);
        let Some(filter) = self.filters.get(&place) else { panic!("{place:?} was not requested") };
        let value = added(recorded, "_filter_dict", filter);
        added(&value, "_parameter_dict/full_ip_list", &Value::list(Vec::new()))
    }

    fn computer(&mut self, exchange: &Exchange, recorded: &Value) -> Value {
        let partitions = recorded.get("_computer_partition_list").and_then(Value::as_list).unwrap();
        let partitions = partitions.iter().map(|partition| {
            let value = self.partition(partition);
            let id = partition.get("_partition_id").and_then(Value::as_str).unwrap();
            match ACCESS_STATUS.iter().find(|(listing, about, _)| *listing == exchange.name && *about == id) {
                Some((listing, about, text)) => {
                    self.used.insert((listing, about));
                    added(&value, "_access_status", &(*text).into())
                }
                None => value,
            }
        });
        with(recorded, "_computer_partition_list", Some(&Value::list(partitions.collect())))
    }
}

fn place(value: &Value, keys: [&str; 2]) -> (String, String) {
    let [computer, partition] = keys.map(|key| value.get(key).and_then(Value::as_str).unwrap().to_owned());
    (computer, partition)
}

fn added(value: &Value, path: &str, new: &Value) -> Value {
    assert_eq!(at(value, path), None, "{path} was recorded");
    with(value, path, Some(new))
}
