//! `slapproxy journal`

use std::time::Duration;

use anyhow::bail;
use clap::Args;

use super::events::line as event_line;
use super::output::{OutputFormat, date, piece, until_closed};
use super::target::{Target, TargetArguments};
use crate::client::{JournalArguments, JournalEntry, Slap};
use crate::domain::timestamp::Timestamp;
use crate::http::block_on;

/// How long a server may wait for the next request before it answers that there is none, in seconds.
const WAIT: u32 = 30;

/// How long it may take to answer at most.
const PATIENCE: Duration = Duration::from_secs(90);

/// How many requests come at once.
const PORTION: u32 = 100;

/// Show the latest requests with their answers, latest last, and follow them.
#[derive(Debug, Args)]
pub struct Journal {
    #[command(flatten)]
    target: TargetArguments,
    /// Go on until Ctrl+C with what is asked
    #[arg(long, short = 'f')]
    follow: bool,
    /// How many of the latest are shown
    #[arg(long, value_name = "NUMBER", default_value = "100", value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,
    /// How they are printed: lines of text, or a line of JSON for each
    #[arg(long, value_enum, default_value = "text", env = "SLAPPROXY_FORMAT")]
    format: OutputFormat,
}

impl Journal {
    /// Prints what a running server was asked.
    pub fn run(self) -> anyhow::Result<()> {
        until_closed(self.print())
    }

    fn print(self) -> anyhow::Result<()> {
        let Self { target, follow, limit, format } = self;
        let slap = match target.find(None)? {
            Target::Server(server) => server.timeout(PATIENCE).build()?,
            Target::Database(config) => bail!(
                "no server uses the database {}, and only a running one knows what it was asked\n\
                 hint: start one with `slapproxy start`; with --record FILE it writes requests to a file",
                config.database.display()
            ),
        };
        block_on(async {
            let entries = slap.journal(&JournalArguments { limit, ..JournalArguments::default() }).await?;
            let last = entries.last().map_or(0, |entry| entry.number);
            entries.iter().try_for_each(|entry| print(entry, format))?;
            if !follow {
                return Ok(());
            }
            tokio::select! {
                result = go_on(&slap, last, format) => result,
                interrupted = tokio::signal::ctrl_c() => Ok(interrupted?),
            }
        })
    }
}

/// Prints what is asked after a request, until the server goes.
async fn go_on(slap: &Slap, mut last: u64, format: OutputFormat) -> anyhow::Result<()> {
    loop {
        let arguments = JournalArguments { after: Some(last), limit: PORTION, wait: WAIT };
        for entry in slap.journal(&arguments).await? {
            print(&entry, format)?;
            last = entry.number;
        }
    }
}

fn print(entry: &JournalEntry, format: OutputFormat) -> anyhow::Result<()> {
    let text = match format {
        OutputFormat::Text => text(entry),
        OutputFormat::Json => serde_json::to_string(entry)?,
    };
    Ok(piece(format!("{text}\n").as_bytes())?)
}

/// When, by whom, what with which arguments; what was answered, how fast; and what it changed, each on a line below.
fn text(entry: &JournalEntry) -> String {
    let JournalEntry { at, method, path, speaker, arguments, status, size, answer, fault, event_list, .. } = entry;
    let mut call = format!("{}  {method} {path}", date(Timestamp(*at)));
    if let Some(speaker) = speaker {
        call = format!("{call}  ({speaker})");
    }
    for (name, value) in arguments.as_object().into_iter().flatten() {
        let value = value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
        call = format!("{call} {name}={}", value.replace('\n', " "));
    }
    let size = size.map_or_else(|| "without end".into(), |size| format!("{size} bytes"));
    let milliseconds = Duration::from_micros(entry.duration).as_secs_f64() * 1e3;
    let mut lines = vec![call, format!("  {status}, {size}, {milliseconds:.1} ms")];
    if !answer.is_null() {
        let answer = answer.as_str().map_or_else(|| answer.to_string(), ToOwned::to_owned);
        lines[1] = format!("{}: {}", lines[1], answer.replace('\n', " "));
    }
    lines.extend(fault.iter().map(|rule| format!("  failed on purpose: {rule}")));
    lines.extend(event_list.iter().map(|event| format!("  changed: {}", event_line(event))));
    lines.join("\n")
}
