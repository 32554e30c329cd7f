//! `slapproxy promote`

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use clap::builder::FalseyValueParser;
use serde_json::{Value, json};

use super::exit::Exit;
use super::fields::of_parameters;
use super::master::CallerArguments;
use super::output::{OutputFormat, data, note, table};
use super::parameters::pairs;
use super::settings::{DatabaseArguments, seconds};
use crate::client::{Error, ErrorKind, Request, RequestedState, Slap, SupplyState};
use crate::config::{ClientConfig, Environment};
use crate::http::block_on;
use crate::storage::{InstanceRow, Snapshot};

/// The key of an SLA that names a computer.
const COMPUTER_GUID: &str = "computer_guid";

/// Supply and request on another master what is supplied and requested here. Running it again repeats everything, which
/// changes nothing there.
#[derive(Debug, Args)]
pub struct Promote {
    #[command(flatten)]
    database: DatabaseArguments,
    /// The other master; that of ~/.slapos/slapos-client.cfg is called with the key and certificate named there
    #[arg(long, value_name = "URL", env = "SLAPPROXY_PROMOTE_TO")]
    to: String,
    /// What a computer is called there, such as `local_computer=COMP-1`; may be repeated
    #[arg(long, value_name = "HERE=THERE")]
    computer: Vec<String>,
    /// Print what would be supplied and requested, and send nothing
    #[arg(long, value_parser = FalseyValueParser::new(), env = "SLAPPROXY_DRY_RUN")]
    dry_run: bool,
    /// How it is printed
    #[arg(long, value_enum, default_value = "text", env = "SLAPPROXY_FORMAT")]
    format: OutputFormat,
    #[command(flatten)]
    caller: CallerArguments,
    /// How long a call may take
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds, env = "SLAPPROXY_CALL_TIMEOUT")]
    call_timeout: Duration,
}

/// One thing that the other master is told.
enum Step {
    Supply { computer: String, software_release: String },
    Request { row: Box<InstanceRow>, shared: bool, computer: Option<String>, state: RequestedState },
}

/// What became of a step.
enum Outcome {
    Planned,
    Done,
    NotReady,
    Failed(Error),
}

impl Promote {
    /// Reads the database, and tells the other master.
    pub fn run(self) -> anyhow::Result<()> {
        let names: BTreeMap<String, String> = pairs("--computer", &self.computer)?.into_iter().collect();
        let slap = self.connect()?;
        let config = self.database.config(None)?;
        let snapshot = Snapshot::read(&config.database)??;
        let computers: Vec<&str> = snapshot.computers.iter().map(|one| &*one.reference).collect();
        if let Some(here) = names.keys().find(|here| !computers.contains(&here.as_str())) {
            let known = computers.join(", ");
            return Err(Exit::usage(format!("--computer: there is no computer {here:?}; known: {known}")));
        }
        let steps = plan(&snapshot, &names)?;
        for line in left_out(&snapshot) {
            note(&line);
        }
        let mut told = Vec::new();
        for step in steps {
            // Without a connection every other step would fail alike.
            let lost =
                told.iter().any(|(_, outcome)| matches!(outcome, Outcome::Failed(error) if error.is_connection()));
            let outcome = if self.dry_run || lost { Outcome::Planned } else { block_on(step.send(&slap)) };
            told.push((step, outcome));
        }
        data(page(self.format, &told).as_bytes())?;
        let failed = told.iter().filter(|(_, outcome)| matches!(outcome, Outcome::Failed(_))).count();
        let open = told.iter().filter(|(_, outcome)| matches!(outcome, Outcome::Planned)).count();
        if failed == 0 {
            return Ok(());
        }
        let rest = if open > 0 { format!(", {open} were not tried") } else { String::new() };
        let hint = "\nhint: --computer HERE=THERE says what a computer is called there";
        let hint = if names.is_empty() { hint } else { "" };
        Err(Exit::failed(format!(
            "error: {failed} of {} failed{rest}; running it again repeats all of them{hint}",
            told.len()
        )))
    }

    /// The connection to the other master.
    fn connect(&self) -> anyhow::Result<Slap> {
        let url = &self.to;
        let environment = Environment::of_process();
        let config = match ClientConfig::file(None, &environment)? {
            Some(file) => ClientConfig::load(&file, &environment)?,
            None => ClientConfig::default(),
        };
        let same = config.master_url.trim_end_matches('/') == url.trim_end_matches('/');
        let config = if same { config } else { ClientConfig::default() };
        let builder = self.caller.known(Slap::builder(url).no_instance_root(), &config)?.timeout(self.call_timeout);
        builder.build().context("the connection to the master cannot be made")
    }
}

/// All supplies, then the instances that people requested, those that host shared ones first.
fn plan(snapshot: &Snapshot, names: &BTreeMap<String, String>) -> anyhow::Result<Vec<Step>> {
    let there = |computer: &str| names.get(computer).map_or(computer, String::as_str).to_owned();
    let wanted = snapshot.software.iter().filter(|row| row.requested_state == SupplyState::Available.as_str());
    let supplies = wanted
        .map(|row| Ok(Step::Supply { computer: there(&row.computer), software_release: row.software_release.clone() }));
    let own = snapshot.instances.iter().map(|row| (row, false));
    let rows = own.chain(snapshot.shared.iter().map(|row| (&row.instance, true)));
    let requests = rows.filter(|(row, _)| is_promoted(row)).map(|(row, shared)| {
        let state = RequestedState::parse("requested_state", &row.requested_state)?;
        let computer = row.sla.text(COMPUTER_GUID).map(|computer| there(&computer));
        Ok(Step::Request { row: Box::new(row.clone()), shared, computer, state })
    });
    supplies.chain(requests).collect()
}

fn is_promoted(row: &InstanceRow) -> bool {
    row.requester.is_none() && row.requested_state != RequestedState::Destroyed.as_str()
}

/// What is not told to the other master, or means something else there.
fn left_out(snapshot: &Snapshot) -> Vec<String> {
    let forwarded = snapshot.forwarded.iter().filter_map(|forwarded| {
        let details = forwarded.details.as_ref().filter(|details| details.requester.is_none())?;
        Some(format!("left out: {}, which {} fulfils", details.title, forwarded.master_url))
    });
    let releases = snapshot.software.iter().map(|row| &row.software_release);
    let rows = snapshot.instances.iter().chain(snapshot.shared.iter().map(|row| &row.instance));
    let mut local: Vec<&String> = releases
        .chain(rows.filter(|row| is_promoted(row)).map(|row| &row.software_release))
        .filter(|release| Path::new(release).is_absolute())
        .collect();
    local.sort_unstable();
    local.dedup();
    let local =
        local.into_iter().map(|release| format!("warning: {release} is a file of this machine; others read their own"));
    forwarded.chain(local).collect()
}

impl Step {
    async fn send(&self, slap: &Slap) -> Outcome {
        let result = match self {
            Self::Supply { computer, software_release } => {
                slap.register_supply().supply(software_release, computer, SupplyState::Available).await
            }
            Self::Request { row, shared, computer, state } => {
                let mut request = Request::new(&row.software_release, &row.title)
                    .software_type(&row.software_type)
                    .parameters(&row.parameters)
                    .filters(&row.sla)
                    .state(*state);
                if let Some(computer) = computer {
                    request = request.filter(COMPUTER_GUID, computer.as_str());
                }
                let request = if *shared { request.shared() } else { request };
                match slap.register_open_order().request(&request).await {
                    Ok(instance) if instance.is_allocated() => Ok(()),
                    Ok(_) => return Outcome::NotReady,
                    Err(error) => Err(error),
                }
            }
        };
        match result {
            Ok(()) => Outcome::Done,
            Err(error) if error.kind() == ErrorKind::ResourceNotReady => Outcome::NotReady,
            Err(error) => Outcome::Failed(error),
        }
    }

    fn document(&self) -> Value {
        match self {
            Self::Supply { computer, software_release } => {
                json!({"what": "supply", "computer": computer, "software-url": software_release})
            }
            Self::Request { row, shared, computer, state } => {
                let mut filter = of_parameters(&row.sla);
                if let (Some(computer), Some(filter)) = (computer, filter.as_object_mut()) {
                    filter.insert(COMPUTER_GUID.to_owned(), computer.as_str().into());
                }
                json!({
                    "what": "request", "title": row.title, "software-url": row.software_release,
                    "software-type": row.software_type, "shared": shared, "requested-state": state.as_str(),
                    "parameters": of_parameters(&row.parameters), "filter": filter,
                })
            }
        }
    }

    fn cells(&self) -> [Option<String>; 5] {
        let some = |text: &str| Some(text.to_owned());
        match self {
            Self::Supply { computer, software_release } => {
                [some("supply"), None, Some(software_release.clone()), Some(computer.clone()), some("available")]
            }
            Self::Request { row, shared, computer, state } => [
                some(if *shared { "request shared" } else { "request" }),
                Some(row.title.clone()),
                Some(row.software_release.clone()),
                computer.clone(),
                some(state.as_str()),
            ],
        }
    }
}

impl Outcome {
    fn told(&self) -> String {
        match self {
            Self::Planned => "not sent".into(),
            Self::Done => "done".into(),
            Self::NotReady => "accepted, no place yet".into(),
            Self::Failed(error) => error.message().to_owned(),
        }
    }

    fn word(&self) -> &'static str {
        match self {
            Self::Planned => "not-sent",
            Self::Done => "done",
            Self::NotReady => "not-ready",
            Self::Failed(_) => "failed",
        }
    }
}

fn page(format: OutputFormat, told: &[(Step, Outcome)]) -> String {
    let entry = |(step, outcome): &(Step, Outcome)| {
        let mut document = step.document();
        document["result"] = outcome.word().into();
        document["message"] = outcome.told().into();
        document
    };
    match format {
        OutputFormat::Json => format!("{:#}\n", told.iter().map(entry).collect::<Value>()),
        OutputFormat::Text => {
            let row =
                |(step, outcome): &(Step, Outcome)| step.cells().into_iter().chain([Some(outcome.told())]).collect();
            table(
                "promoted",
                &["what", "title", "software release", "computer", "state", "result"],
                told.iter().map(row).collect(),
            )
        }
    }
}
