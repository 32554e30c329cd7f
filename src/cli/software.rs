//! `slapproxy software`

use clap::{Args, Subcommand};
use serde_json::json;

use super::computer::explain;
use super::fields::{report, said};
use super::master::{Connection, MasterArguments};
use super::output::{OutputFormat, Tone, data, toned_table};
use crate::wire::json_rpc::{AllDocsComputeNodeList, AllDocsSoftwareInstallationList, ReportedInstallation};

/// The software releases on computers.
#[derive(Debug, Subcommand)]
pub enum Software {
    /// List the software releases that were supplied, with the latest report about each
    List(List),
}

impl Software {
    /// Runs the command.
    pub fn run(self) -> anyhow::Result<()> {
        match self {
            Self::List(list) => list.run(),
        }
    }
}

/// List software releases.
#[derive(Debug, Args)]
pub struct List {
    /// References of computers [default: all]
    #[arg(value_name = "COMPUTER")]
    computers: Vec<String>,
    #[command(flatten)]
    master: MasterArguments,
}

impl List {
    fn run(self) -> anyhow::Result<()> {
        self.master.call(async |master| {
            let computers = if self.computers.is_empty() { computers(master).await? } else { self.computers.clone() };
            let mut found = Vec::new();
            for computer in computers {
                found.extend(installations(master, &computer).await?.into_iter().map(|one| (computer.clone(), one)));
            }
            let text = match master.format() {
                OutputFormat::Json => {
                    let list: serde_json::Value = found.iter().map(|(computer, one)| document(computer, one)).collect();
                    format!("{list:#}\n")
                }
                OutputFormat::Text => table(&found),
            };
            Ok(data(text.as_bytes())?)
        })
    }
}

/// The references of all computers.
pub async fn computers(master: &Connection) -> anyhow::Result<Vec<String>> {
    let list = master.lookup().json_rpc().all_docs_compute_node_list(&AllDocsComputeNodeList {}).await?;
    Ok(list.result_list.into_iter().map(|entry| entry.computer_guid).collect())
}

/// What was supplied to a computer.
pub async fn installations(master: &Connection, computer: &str) -> anyhow::Result<Vec<ReportedInstallation>> {
    let request = AllDocsSoftwareInstallationList { computer_guid: computer.to_owned() };
    let list = master.master().json_rpc().all_docs_software_installation_list(&request).await;
    list.map(|list| list.result_list).map_err(|error| explain(error, computer))
}

/// A release on a computer as JSON.
pub fn document(computer: &str, installation: &ReportedInstallation) -> serde_json::Value {
    json!({
        "computer": computer,
        "software-url": installation.software_release_uri,
        "requested-state": installation.state.as_str(),
        "reported-state": said(&installation.reported_state),
        "report": said(&installation.access_status_message),
    })
}

/// Releases on computers as a table; those that failed come first.
pub fn table(found: &[(String, ReportedInstallation)]) -> String {
    let row = |(computer, one): &(String, ReportedInstallation)| {
        let report = report(&one.access_status_message);
        let cells = vec![computer.clone(), one.software_release_uri.clone(), one.state.to_string(), report];
        (cells, Tone::of(&one.access_status_message))
    };
    let mut rows: Vec<_> = found.iter().map(row).collect();
    rows.sort_by_key(|(_, tone)| *tone != Tone::Bad);
    toned_table("software", &["computer", "software release", "requested", "last report"], rows)
}
