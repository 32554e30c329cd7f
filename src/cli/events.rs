//! `slapproxy events`

use std::time::Duration;

use anyhow::bail;
use clap::Args;
use tokio::time::sleep;

use super::output::{OutputFormat, date, note, piece, until_closed};
use super::target::{Target, TargetArguments};
use crate::client::{Error, ErrorKind, Slap};
use crate::config::Config;
use crate::domain::difference::Difference;
use crate::domain::event::{EventFilter, EventPlace, EventQuery};
use crate::domain::service::InstanceName;
use crate::domain::timestamp::Timestamp;
use crate::http::block_on;
use crate::storage::read_file;
use crate::wire::form::Follow;
use crate::wire::json_rpc::{AllDocsEventList, EventEntry};

/// How long to wait between two looks for a server that went away.
const PAUSE: Duration = Duration::from_millis(200);

/// Show what happened, latest last, and follow what happens.
#[derive(Debug, Args)]
pub struct Events {
    #[command(flatten)]
    target: TargetArguments,
    /// Go on until Ctrl+C with what happens
    #[arg(long, short = 'f')]
    follow: bool,
    /// Only what is about this computer
    #[arg(long, value_name = "REFERENCE")]
    computer: Option<String>,
    /// Only what is about instances of this title, or makes one be processed again
    #[arg(long, value_name = "TITLE")]
    instance: Option<String>,
    /// How many of the latest are shown
    #[arg(long, value_name = "NUMBER", default_value = "100", value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,
    /// How they are printed: a line for each, of text or of JSON
    #[arg(long, value_enum, default_value = "text", env = "SLAPPROXY_FORMAT")]
    format: OutputFormat,
}

impl Events {
    /// Prints what happened, through the running server if there is one.
    pub fn run(self) -> anyhow::Result<()> {
        until_closed(self.print())
    }

    fn print(self) -> anyhow::Result<()> {
        let Self { target, follow, computer, instance, limit, format } = self;
        let filter = EventFilter { computer, instance };
        let server = match target.clone().find(None)? {
            Target::Server(server) => server,
            Target::Database(config) if follow => bail!(
                "no server uses the database {}, so nothing happens that could be followed\nhint: start one with `slapproxy \
                 start`",
                config.database.display()
            ),
            Target::Database(config) => return from_file(&config, filter, limit, format),
        };
        block_on(async {
            let slap = server.build()?;
            let show = show(&slap, &filter, limit, format);
            if !follow {
                return show.await.map(|_| ());
            }
            let follow = async {
                let after = show.await?;
                self::follow(&target, slap.clone(), &filter, after, format).await
            };
            tokio::select! {
                followed = follow => followed,
                interrupted = tokio::signal::ctrl_c() => Ok(interrupted?),
            }
        })
    }
}

fn from_file(config: &Config, filter: EventFilter, limit: u32, format: OutputFormat) -> anyhow::Result<()> {
    let EventFilter { computer, instance } = filter;
    let query = EventQuery { computer, instance, limit, ..EventQuery::default() };
    let events = read_file(&config.database, |tx| tx.events(&query))??;
    events.into_iter().rev().try_for_each(|event| print(&EventEntry::from(event), format))
}

/// Prints the latest events; returns the place after the last one.
async fn show(slap: &Slap, filter: &EventFilter, limit: u32, format: OutputFormat) -> anyhow::Result<EventPlace> {
    let EventFilter { computer, instance } = filter.clone();
    let query = AllDocsEventList {
        computer_guid: computer,
        instance_title: instance,
        limit: Some(limit),
        ..Default::default()
    };
    let list = slap.call(&query).await?;
    let place = list.result_list.first().map(|last| EventPlace { last_at: Timestamp(last.last_at), id: last.id });
    list.result_list.iter().rev().try_for_each(|event| print(event, format))?;
    Ok(place.unwrap_or(EventPlace { last_at: Timestamp(0), id: 0 }))
}

/// Prints what happens after a place. A server that goes away is waited for.
async fn follow(
    target: &TargetArguments,
    mut slap: Slap,
    filter: &EventFilter,
    mut after: EventPlace,
    format: OutputFormat,
) -> anyhow::Result<()> {
    loop {
        match follow_one(&slap, filter, &mut after, format).await {
            Ok(()) => note("the server stopped; waiting for it"),
            Err(error) if error.downcast_ref().is_some_and(|error: &Error| error.kind() == ErrorKind::Connection) => {
                note(&format!("{error}; waiting for it"));
            }
            Err(error) => return Err(error),
        }
        slap = loop {
            sleep(PAUSE).await;
            if let Ok(Target::Server(server)) = target.clone().find(None) {
                let slap = server.build()?;
                if slap.ready().await.is_ok() {
                    break slap;
                }
            }
        };
    }
}

async fn follow_one(
    slap: &Slap,
    filter: &EventFilter,
    after: &mut EventPlace,
    format: OutputFormat,
) -> anyhow::Result<()> {
    let EventFilter { computer, instance } = filter.clone();
    let mut stream = slap.follow_events(&Follow { after: Some(*after), computer, instance }).await?;
    while let Some(event) = stream.next_event().await? {
        print(&event, format)?;
        *after = stream.after().unwrap_or(*after);
    }
    Ok(())
}

fn print(event: &EventEntry, format: OutputFormat) -> anyhow::Result<()> {
    let line = match format {
        OutputFormat::Text => line(event),
        OutputFormat::Json => serde_json::to_string(event)?,
    };
    Ok(piece(format!("{line}\n").as_bytes())?)
}

/// An event on one line: when, who, what, about what, what changed, what follows.
pub(super) fn line(event: &EventEntry) -> String {
    let about = [&event.computer_guid, &event.compute_partition_id, &event.instance_title, &event.software_release_uri];
    let about: Vec<&str> = about.into_iter().flatten().map(String::as_str).collect();
    let mut line = format!("{}  {}  {}", date(Timestamp(event.last_at)), event.user, event.kind);
    if let Some(last) = event.text.lines().last() {
        line = format!("{line}: {last}");
    }
    if !about.is_empty() {
        line = format!("{line}  [{}]", about.join(" "));
    }
    if !event.change_list.is_empty() {
        let changes = event.change_list.iter().cloned().map(|change| Difference::from(change).to_string());
        line = format!("{line}  {}", changes.collect::<Vec<_>>().join("; ").replace('\n', " "));
    }
    if !event.reprocessed_list.is_empty() {
        let names = event.reprocessed_list.iter().cloned().map(|name| InstanceName::from(name).to_string());
        line = format!("{line}  processes again: {}", names.collect::<Vec<_>>().join(", "));
    }
    if event.count > 1 { format!("{line}  ({} times)", event.count) } else { line }
}
