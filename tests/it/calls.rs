//! What tests often ask the classic API, and how they read its answers.

use std::collections::BTreeMap;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use slapproxy::wire::form;
use slapproxy::wire::xml::Value;

use crate::app::{Answer, TestApp, description, dictionary, text};

/// The default computer.
pub const LOCAL: &str = "local_computer";

/// An address of a computer's partition: its path in most calls.
fn place<'a>(computer: &'a str, partition: &'a str) -> [(&'a str, &'a str); 2] {
    [("computer_id", computer), ("computer_partition_id", partition)]
}

impl TestApp {
    /// Gives a computer partitions with addresses that begin with `net` (`10.9.`) instead of `10.0.`.
    pub fn format_in(&self, computer: &str, partitions: usize, net: &str) -> Answer {
        let xml = description(computer, partitions).replace("<string>10.0.", &format!("<string>{net}"));
        self.post("/loadComputerConfigurationFromXML", &[("xml", &xml)])
    }

    /// A computer as its node sees it.
    pub fn information(&self, computer: &str) -> Value {
        self.get(&format!("/getFullComputerInformation?{}", form::encode(&[("computer_id", computer)]))).value()
    }

    /// The partitions of a computer, one line each: `slappart0 started TITLE`, or `slappart1 free`.
    pub fn listing(&self, computer: &str) -> Vec<String> {
        let information = self.information(computer);
        let partitions = information.get("_computer_partition_list").and_then(Value::as_list).unwrap();
        let line = |partition: &Value| {
            let reference = text(partition, "_partition_id");
            match partition.get("_parameter_dict") {
                None => format!("{reference} free"),
                Some(dict) => {
                    format!("{reference} {} {}", text(partition, "_requested_state"), text(dict, "instance_title"))
                }
            }
        };
        partitions.iter().map(line).collect()
    }

    /// The supplied releases of a computer with their states: `/sr available`.
    pub fn supplied(&self, computer: &str) -> Vec<String> {
        let information = self.information(computer);
        let releases = information.get("_software_release_list").and_then(Value::as_list).unwrap();
        let line =
            |release: &Value| format!("{} {}", text(release, "_software_release"), text(release, "_requested_state"));
        releases.iter().map(line).collect()
    }

    /// A parameter that a partition of the default computer sees.
    pub fn parameter(&self, partition: &str, key: &str) -> Value {
        let partition = self.partition(LOCAL, partition);
        partition.get("_parameter_dict").and_then(|dict| dict.get(key)).unwrap().clone()
    }

    /// The references of the shared instances that a partition of the default computer serves.
    pub fn served(&self, partition: &str) -> Vec<String> {
        let list = self.parameter(partition, "slave_instance_list");
        list.as_list().unwrap().iter().map(|entry| text(entry, "slave_reference")).collect()
    }

    /// Publishes connection parameters as a partition.
    pub fn publish(&self, computer: &str, partition: &str, entries: &[(&str, &str)]) -> Answer {
        self.publish_shared(computer, partition, "None", entries)
    }

    /// Publishes connection parameters of a shared instance as a partition.
    pub fn publish_shared(&self, computer: &str, partition: &str, shared: &str, entries: &[(&str, &str)]) -> Answer {
        let xml = dictionary(entries);
        let fields = [("slave_reference", shared), ("connection_xml", xml.as_str())];
        self.post("/setComputerPartitionConnectionXml", &[&place(computer, partition)[..], &fields[..]].concat())
    }

    /// Reports that a partition was wiped.
    pub fn destroyed(&self, computer: &str, partition: &str) -> Answer {
        self.post("/destroyedComputerPartition", &place(computer, partition))
    }

    /// Gives a new title to what is in a partition of the default computer.
    pub fn rename(&self, partition: &str, title: &str) -> Answer {
        self.rename_shared(partition, "None", title)
    }

    /// Gives a new title to a shared instance that a partition of the default computer serves.
    pub fn rename_shared(&self, partition: &str, shared: &str, title: &str) -> Answer {
        let fields = [("slave_reference", shared), ("new_name", title)];
        self.post("/softwareInstanceRename", &[&place(LOCAL, partition)[..], &fields[..]].concat())
    }

    /// Supplies a release to the default computer.
    pub fn supply(&self, url: &str, state: &str) -> Answer {
        self.post("/supplySupply", &[("url", url), ("computer_id", LOCAL), ("state", state)])
    }

    /// Calls a path with a partition of the default computer and further fields.
    pub fn report(&self, path: &str, partition: &str, fields: &[(&str, &str)]) -> Answer {
        self.post(path, &[&place(LOCAL, partition)[..], fields].concat())
    }

    /// The timestamps of partitions of the default computer.
    pub fn timestamps(&self, partitions: &[&str]) -> Vec<String> {
        partitions.iter().map(|partition| self.timestamp(LOCAL, partition)).collect()
    }

    /// A second connection to the database of the running server.
    pub fn sqlite(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(&self.database).unwrap()
    }
}

/// The schema version of a database that a server made.
pub fn latest_version() -> i64 {
    TestApp::empty().sqlite().query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap()
}

/// A dictionary of texts.
pub fn texts(value: &Value) -> BTreeMap<String, String> {
    let entries = value.as_dictionary().unwrap().iter();
    entries.map(|(key, value)| (key.as_str().unwrap().to_owned(), value.as_str().unwrap().to_owned())).collect()
}

/// Texts as [`texts`] reads them.
pub fn map(entries: &[(&str, &str)]) -> BTreeMap<String, String> {
    entries.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

/// The connection parameters of an answer.
pub fn connection(answer: &Value) -> BTreeMap<String, String> {
    texts(answer.get("_connection_dict").unwrap())
}

/// The tuples of a list, each joined by blanks.
pub fn tuples(list: &Value) -> Vec<String> {
    let join = |tuple: &Value| {
        let texts: Vec<&str> = tuple.as_list().unwrap().iter().map(|text| text.as_str().unwrap()).collect();
        texts.join(" ")
    };
    list.as_list().unwrap().iter().map(join).collect()
}

/// Runs a call on threads that start together; the results are in the order of their numbers.
pub fn concurrently<T: Send>(count: usize, call: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let start = Barrier::new(count);
    thread::scope(|scope| {
        let run = |number| {
            let (start, call) = (&start, &call);
            scope.spawn(move || {
                start.wait();
                call(number)
            })
        };
        let threads: Vec<_> = (0..count).map(run).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

/// Waits until something is so, for at most ten seconds.
pub fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(10), "not in time: {what}");
        thread::yield_now();
    }
}
