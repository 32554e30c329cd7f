//! `slapproxy explain`

use clap::Args;
use serde_json::json;

use super::events::line;
use super::exit::Exit;
use super::output::{OutputFormat, data, date};
use super::target::{Target, TargetArguments};
use crate::client::Builder;
use crate::config::Config;
use crate::domain::delay::ACCEPTED;
use crate::domain::difference::Difference;
use crate::domain::error::Refusal;
use crate::domain::ids::Reference;
use crate::domain::service::InstanceName;
use crate::domain::timestamp::Timestamp;
use crate::http::block_on;
use crate::master::{self, Settings, explain_file};
use crate::wire::json_rpc::{
    AllDocsExplanationList, CandidateEntry, ExplanationEntry, InstanceNameEntry, ProcessingEntry, RefusedEntry,
    ReportEntry,
};

/// Explain why instances are where they are and as they are, and why requests were refused.
#[derive(Debug, Args)]
pub struct Explain {
    #[command(flatten)]
    target: TargetArguments,
    /// The title of an instance or of a refused request, or any identifier of an instance
    #[arg(value_name = "TITLE")]
    title: String,
    /// How it is printed
    #[arg(long, value_enum, default_value = "text", env = "SLAPPROXY_FORMAT")]
    format: OutputFormat,
}

impl Explain {
    /// Prints what is known, through the running server if there is one.
    pub fn run(self) -> anyhow::Result<()> {
        let explanations = match self.target.find(None)? {
            Target::Server(server) => block_on(ask(*server, self.title))?,
            Target::Database(config) => read(&config, &self.title)?,
        };
        let text = match self.format {
            OutputFormat::Json => format!("{:#}\n", json!(explanations)),
            OutputFormat::Text => explanations.iter().map(text).collect::<Vec<_>>().join("\n"),
        };
        Ok(data(text.as_bytes())?)
    }
}

/// There is nothing of that title.
fn unknown(message: &str) -> anyhow::Error {
    Exit::not_there(format!("error: {message}"))
}

async fn ask(server: Builder, title: String) -> anyhow::Result<Vec<ExplanationEntry>> {
    match server.build()?.call(&AllDocsExplanationList { title }).await {
        Err(error) if error.is_not_found() => Err(unknown(error.message())),
        answer => Ok(answer?.result_list),
    }
}

fn read(config: &Config, title: &str) -> anyhow::Result<Vec<ExplanationEntry>> {
    let default_computer = Reference::parse("computer_id", &config.computer_id)?;
    let settings = Settings { allocation: config.allocation, ..Settings::new(default_computer, Vec::new()) };
    match explain_file(&config.database, &settings, title)? {
        Err(master::Error::Refused(refusal @ Refusal::Unknown { .. })) => Err(unknown(&refusal.to_string())),
        explanations => Ok(explanations?.into_iter().map(ExplanationEntry::from).collect()),
    }
}

fn text(entry: &ExplanationEntry) -> String {
    let mut lines = vec![entry.summary.clone()];
    let requester = entry.requester.as_ref().map_or_else(|| "user".into(), name);
    lines.extend(entry.place_reason.iter().map(|reason| format!("  why there: {reason}")));
    lines.extend(entry.misfit.iter().map(|misfit| {
        format!("  its SLA does not fit any more: {misfit}; it is not moved by itself: `slapproxy service move`")
    }));
    let ExplanationEntry { software_release_uri, software_type, state, .. } = entry;
    lines.push(format!("  asked for by {requester}: {software_release_uri}, type {software_type}, {state}"));
    for (what, map) in [("parameter", &entry.parameters), ("sla", &entry.sla_parameters)] {
        lines.extend(map.iter().map(|(path, value)| format!("    {what} {path} = {value}")));
    }
    if let Some(refused) = &entry.refused {
        lines.extend(refusal(refused, entry.outlook.as_ref().and_then(|outlook| outlook.reason.as_deref())));
    }
    if let Some(outlook) = entry.outlook.as_ref().filter(|outlook| !outlook.candidate_list.is_empty()) {
        lines.push("  looked at now:".into());
        lines.extend(outlook.candidate_list.iter().map(|candidate| format!("    {}", looked_at(candidate))));
    }
    if entry.report.is_some() || entry.place.is_some() {
        lines.push(format!("  reported: {}", report(entry.report.as_ref())));
    }
    lines.extend(entry.processing.iter().flat_map(process));
    lines.join("\n") + "\n"
}

/// When and how often a request was refused; and why, unless it would be refused for the same reason now.
fn refusal(refused: &RefusedEntry, now: Option<&str>) -> Vec<String> {
    let RefusedEntry { user, reason, last_at, count, .. } = refused;
    let since = if *count > 1 { format!(", {count} times since {}", at(refused.at)) } else { String::new() };
    let why = if now == Some(reason) { String::new() } else { format!(": {reason}") };
    if reason == ACCEPTED {
        return vec![format!("  accepted {}, asked for {count} times by {user}", at(refused.at))];
    }
    let changes = refused.change_list.iter().cloned().map(Difference::from);
    let mut lines = vec![format!("  refused {}{since}, asked for by {user}{why}", at(*last_at))];
    lines.extend(changes.map(|change| format!("    it asked for: {change}")));
    lines
}

fn process(processing: &ProcessingEntry) -> Vec<String> {
    let who = name(&processing.name);
    let changed = at(processing.changed_at);
    if processing.pending {
        let mut lines = vec![format!("  its node still has to process {who}, which changed {changed}:")];
        lines.extend(processing.event_list.iter().map(|event| format!("    {}", line(event))));
        return lines;
    }
    let failed = processing.report.as_ref().is_some_and(|report| report.text.starts_with("#error"));
    let what = if failed { "failed to process" } else { "reported about" };
    vec![format!("  its node {what} {who} since its last change, {changed}")]
}

fn looked_at(candidate: &CandidateEntry) -> String {
    let CandidateEntry { computer_guid, compute_partition_id, instance, text, .. } = candidate;
    let with = instance.as_ref().map_or_else(String::new, |instance| format!(", with {}", name(instance)));
    format!("{compute_partition_id} of {computer_guid}{with}: {text}")
}

fn report(report: Option<&ReportEntry>) -> String {
    report.map_or_else(
        || "nothing yet".into(),
        |report| format!("{} ({}, {})", report.text, report.user, at(report.created_at)),
    )
}

fn name(entry: &InstanceNameEntry) -> String {
    InstanceName::from(entry.clone()).to_string()
}

fn at(micros: i64) -> String {
    date(Timestamp(micros))
}
