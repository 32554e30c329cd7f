//! An agent that builds and runs nothing: it reports what a real one would, step by step, so that a master can be shown and
//! tried alone.
//!
//! An instance is `building`, publishes a URL and is `available`, then it is `started`. What it is to be shown as otherwise
//! says the instance parameter [`SIMULATE`]: `error` fails again and again, `flapping` fails and recovers in turn. A software
//! release whose name has the word `broken` does not build.

use std::collections::HashMap;
use std::fmt;

use crate::client::{
    ComputerPartition, Destroyed, Error, ErrorKind, Parameters, RequestedState, Slap, SoftwareRelease, SupplyState,
    Value,
};
use crate::wire::json_rpc::{AllDocsComputeNodeList, AllDocsInstanceNodeInstanceList, GetSoftwareInstance};

/// The instance parameter that says how an instance is simulated.
pub const SIMULATE: &str = "simulate";

/// How many steps a flapping instance stays as it is.
const FLAP: usize = 10;

/// The port in published URLs.
const PORT: u16 = 8080;

/// What was reported: about what, and what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reported {
    /// The computer, with the software release, or with the partition and the instance in it.
    pub subject: String,
    /// The report.
    pub report: String,
}

impl fmt::Display for Reported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.subject, self.report)
    }
}

/// How far something is, since the master last changed it.
#[derive(Debug, Default)]
struct Progress {
    /// The state that is wanted and the change marker.
    wanted: (String, String),
    steps: usize,
}

impl Progress {
    /// The number of the next step, counted from 0 since the master last changed what it wants.
    fn next(&mut self, state: &str, marker: &str) -> usize {
        let wanted = (state.to_owned(), marker.to_owned());
        if self.wanted != wanted {
            *self = Self { wanted, steps: 0 };
        }
        let step = self.steps;
        self.steps += 1;
        step
    }
}

/// The simulated agent of all computers of a master.
#[derive(Debug)]
pub struct Agent {
    slap: Slap,
    progress: HashMap<(String, String), Progress>,
}

impl Agent {
    /// An agent of the master that a connection leads to. Everything is new to it.
    #[must_use]
    pub fn new(slap: Slap) -> Self {
        Self { slap, progress: HashMap::new() }
    }

    /// Looks at everything once, and reports at most one thing about each software release and partition.
    ///
    /// # Errors
    /// When the master does not answer, or does not let it in. What it refuses is tried again in the next step.
    pub async fn step(&mut self) -> Result<Vec<Reported>, Error> {
        let mut reported = Vec::new();
        let computers = self.slap.json_rpc().all_docs_compute_node_list(&AllDocsComputeNodeList {}).await?;
        for node in computers.result_list {
            let computer = self.slap.register_computer(&node.computer_guid);
            for release in computer.get_software_release_list().await? {
                let subject = format!("{} {}", node.computer_guid, release.get_uri());
                let report = self.release(&node.computer_guid, &release).await;
                note(&mut reported, subject, report)?;
            }
            for partition in computer.get_computer_partition_list().await? {
                // A free partition has no instance to process.
                let Ok(parameters) = partition.get_instance_parameter_dict().await else { continue };
                let title = parameters.text("instance_title").unwrap_or_default();
                let subject = format!("{} {} {title}", node.computer_guid, partition.get_id()?);
                let report = self.partition(&node.computer_guid, &partition, &parameters).await;
                note(&mut reported, subject, report)?;
            }
        }
        Ok(reported)
    }

    fn next(&mut self, computer: &str, name: &str, state: &str, marker: &str) -> usize {
        self.progress.entry((computer.to_owned(), name.to_owned())).or_default().next(state, marker)
    }

    async fn release(&mut self, computer: &str, release: &SoftwareRelease) -> Result<Option<String>, Error> {
        let state = release.get_state()?;
        let broken = release.get_uri().contains("broken");
        match (state, self.next(computer, release.get_uri(), state.as_str(), "")) {
            (SupplyState::Available, 0) => told(release.building().await, "building"),
            (SupplyState::Available, 1) if broken => {
                told(release.error("simulated: the software release does not build").await, "error")
            }
            (SupplyState::Available, 1) => told(release.available().await, "available"),
            (SupplyState::Destroyed, 0) => told(release.destroyed().await, "destroyed"),
            _ => Ok(None),
        }
    }

    async fn partition(
        &mut self,
        computer: &str,
        partition: &ComputerPartition,
        parameters: &Parameters,
    ) -> Result<Option<String>, Error> {
        let Some(marker) = parameters.text("timestamp") else { return Ok(None) };
        let state = partition.get_state().await?;
        let step = self.next(computer, &partition.get_id()?, state.as_str(), &marker);
        match (state, step) {
            (RequestedState::Destroyed, _) => match partition.destroyed().await? {
                Destroyed::Freed => told(Ok(()), "destroyed"),
                Destroyed::Waiting(_) => Ok(None),
            },
            (RequestedState::Stopped, 0) => told(partition.stopped().await, "stopped"),
            (RequestedState::Stopped, _) => Ok(None),
            (RequestedState::Started, 0) => told(partition.building().await, "building"),
            (RequestedState::Started, step) => {
                if fails(parameters.text(SIMULATE).as_deref(), step) {
                    return match step % FLAP {
                        1 => told(partition.error("simulated: the instance fails", None).await, "error"),
                        _ => Ok(None),
                    };
                }
                match step {
                    1 => {
                        let published = self.publish(partition, parameters).await?;
                        partition.available().await?;
                        Ok(Some(format!("available{published}")))
                    }
                    2 => told(partition.started().await, "started"),
                    // A flapping one recovers.
                    step if step % FLAP == 1 && parameters.text(SIMULATE).is_some() => {
                        told(partition.started().await, "started")
                    }
                    _ => Ok(None),
                }
            }
        }
    }

    /// Publishes a URL for the instance and each of its shared ones that has none; in words.
    async fn publish(&self, partition: &ComputerPartition, parameters: &Parameters) -> Result<String, Error> {
        let mut published = String::new();
        if partition.get_connection_parameter_dict().await?.is_empty() {
            let address = host(parameters).unwrap_or_else(|| "127.0.0.1".into());
            let url = format!("http://{address}:{PORT}/");
            partition.set_connection_dict(&connection(&url)?, None).await?;
            published = format!(", {url}");
        }
        let api = self.slap.json_rpc();
        let host = AllDocsInstanceNodeInstanceList { instance_guid: partition.get_instance_guid().await? };
        let titles = api.all_docs_instance_node_instance_list(&host).await?.result_list;
        for (shared, reference) in titles.into_iter().zip(references(parameters)) {
            let known = GetSoftwareInstance { instance_guid: shared.instance_guid };
            if api.get_software_instance(&known).await?.connection_parameters.is_empty() {
                let url = format!("https://{}.example/", shared.title.replace(' ', "-"));
                partition.set_connection_dict(&connection(&url)?, Some(&reference)).await?;
                published = format!("{published}, {url} for {}", shared.title);
            }
        }
        Ok(published)
    }
}

/// Whether an instance fails in a step.
fn fails(simulate: Option<&str>, step: usize) -> bool {
    match simulate {
        Some("error") => true,
        Some("flapping") => (step / FLAP).is_multiple_of(2),
        _ => false,
    }
}

/// The references of the shared instances that a host serves.
fn references(parameters: &Parameters) -> Vec<String> {
    let Some(Value::List(entries)) = parameters.as_map().get("slave_instance_list") else { return Vec::new() };
    let reference = |entry: &Value| match entry {
        Value::Map(map) => map.get("slave_reference").map(Value::to_text),
        _ => None,
    };
    entries.iter().filter_map(reference).collect()
}

/// The first address of a partition, as a URL has it.
fn host(parameters: &Parameters) -> Option<String> {
    let Some(Value::List(pairs)) = parameters.as_map().get("ip_list") else { return None };
    let Value::List(pair) = pairs.first()? else { return None };
    let address = pair.get(1)?.to_text();
    Some(if address.contains(':') { format!("[{address}]") } else { address })
}

fn connection(url: &str) -> Result<Parameters, Error> {
    Ok(Parameters::new("connection", [("url".to_owned(), Value::from(url))].into())?)
}

/// What a successful report was.
fn told(result: Result<(), Error>, report: &str) -> Result<Option<String>, Error> {
    result.map(|()| Some(report.to_owned()))
}

/// Notes what was reported. What the master refused, because it has changed meanwhile, is no failure of the agent.
fn note(reported: &mut Vec<Reported>, subject: String, report: Result<Option<String>, Error>) -> Result<(), Error> {
    match report {
        Ok(report) => reported.extend(report.map(|report| Reported { subject, report })),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::InvalidRequest) => {
            log::debug!("{subject}: {error}");
        }
        Err(error) => return Err(error),
    }
    Ok(())
}
