//! `slapproxy snapshot`

mod kept;

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;

use anyhow::{Context, anyhow, bail};
use clap::builder::FalseyValueParser;
use clap::{Args, Subcommand};
use serde_json::json;

use crate::cli::exit::Exit;
use crate::cli::local;
use crate::cli::logging::LogArguments;
use crate::cli::output::{OutputFormat, data, date, note, table};
use crate::cli::target::{Target, TargetArguments};
use crate::config::Config;
use crate::domain::seed::Seed;
use crate::domain::timestamp::Timestamp;
use crate::fixtures::{Snapshots, difference};
use crate::http::block_on;
use crate::master::{USER, dump_file, dump_snapshot};
use crate::storage::{Overwriting, save_snapshot};

/// States of the database to come back to. A server in memory, or that `--master-url` names, keeps them in its memory.
#[derive(Debug, Args)]
#[command(mut_args(|argument| argument.global(true)))]
pub struct Snapshot {
    #[command(flatten)]
    target: TargetArguments,
    #[command(subcommand)]
    command: Command,
}

/// A NAME is kept in the directory `<database>.snapshots`; what has a slash or ends with .db is the path of a file.
#[derive(Debug, Subcommand)]
enum Command {
    /// Save everything in one file, also while the server runs
    Save {
        /// Name of the snapshot, or path of its file
        #[arg(value_name = "NAME|FILE")]
        snapshot: String,
        /// Replace it if it exists
        #[arg(long, env = "SLAPPROXY_FORCE", value_parser = FalseyValueParser::new())]
        force: bool,
    },
    /// Put what a snapshot holds in the place of everything, also while the server runs
    Load {
        /// Name of the snapshot, or path of its file
        #[arg(value_name = "NAME|FILE")]
        snapshot: String,
    },
    /// List the snapshots that have a name
    List {
        /// How the list is printed
        #[arg(long, value_enum, default_value = "text", env = "SLAPPROXY_FORMAT")]
        format: OutputFormat,
    },
    /// Say what is different between a snapshot and another one, or now
    Diff {
        /// Name of the snapshot, or path of its file
        #[arg(value_name = "NAME|FILE")]
        from: String,
        /// The other one [default: the database as it is now]
        #[arg(value_name = "NAME|FILE")]
        to: Option<String>,
        /// How it is printed: a line for each difference, or a list of these
        #[arg(long, value_enum, default_value = "text", env = "SLAPPROXY_FORMAT")]
        format: OutputFormat,
    },
}

impl Snapshot {
    /// Runs the command.
    pub fn run(self, log: &LogArguments) -> anyhow::Result<()> {
        let config = match self.target.find_kept(log.log_file.clone())? {
            Target::Server(server) => return block_on(kept::run(&server.build()?, self.command)),
            Target::Database(config) => config,
        };
        let snapshots = Snapshots::of(&config.database);
        match self.command {
            Command::Save { snapshot, force } => save(&config, &snapshots, &snapshot, force_of(force)),
            Command::Load { snapshot } => {
                log.start(config.log_file.as_deref())?;
                load(&config, &snapshots, &snapshot)
            }
            Command::List { format } => {
                let list = snapshots.list();
                list_files(&list.with_context(|| format!("cannot list {}", snapshots.directory().display()))?, format)
            }
            Command::Diff { from, to, format } => {
                let before = dump_snapshot(&there(&snapshots, &from)?)??;
                let after = match to {
                    Some(to) => dump_snapshot(&there(&snapshots, &to)?)??,
                    None => dump_file(&config.database)??,
                };
                diff(&before, &after, format)
            }
        }
    }
}

fn force_of(force: bool) -> Overwriting {
    if force { Overwriting::Forced } else { Overwriting::Refused }
}

fn save(config: &Config, snapshots: &Snapshots, name: &str, overwriting: Overwriting) -> anyhow::Result<()> {
    let file = snapshots.path(name)?;
    if file.exists() && overwriting == Overwriting::Refused {
        bail!("{} exists already\nhint: --force replaces it", file.display());
    }
    if file.parent() == Some(snapshots.directory()) {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(snapshots.directory());
        made.with_context(|| format!("cannot make {}", snapshots.directory().display()))?;
    }
    save_snapshot(&config.database, &file, overwriting)?.map_err(|error| anyhow!("{error}"))?;
    note(&format!("{}: saved", file.display()));
    Ok(())
}

/// The file of a snapshot that is there.
fn there(snapshots: &Snapshots, name: &str) -> anyhow::Result<PathBuf> {
    let file = snapshots.path(name)?;
    if file.exists() {
        return Ok(file);
    }
    let known: Vec<String> = snapshots.list()?.into_iter().map(|snapshot| snapshot.name).collect();
    let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
    Err(Exit::not_there(format!("error: there is no snapshot {}; known by name: {known}", file.display())))
}

fn load(config: &Config, snapshots: &Snapshots, name: &str) -> anyhow::Result<()> {
    let file = std::path::absolute(there(snapshots, name)?)?;
    let text = file.to_str().ok_or_else(|| anyhow!("{} is not text in UTF-8", file.display()))?;
    block_on(async {
        if let Some((_, server)) = local::running(config)? {
            return Ok::<_, anyhow::Error>(server.build()?.load_snapshot(text).await?);
        }
        let (_lock, master) = local::master(config).await?;
        let loaded = master.load_snapshot(file.clone(), USER.into()).await;
        master.close();
        Ok(loaded?)
    })?;
    note(&format!("{}: loaded", file.display()));
    Ok(())
}

fn list_files(list: &[crate::fixtures::Snapshot], format: OutputFormat) -> anyhow::Result<()> {
    let saved = |saved| Timestamp::from_system_time(saved);
    let output = match format {
        OutputFormat::Json => {
            let entries = list.iter().map(|snapshot| {
                json!({ "name": snapshot.name, "file": snapshot.path, "saved": saved(snapshot.saved).0, "bytes": snapshot.bytes })
            });
            format!("{:#}\n", json!(entries.collect::<Vec<_>>()))
        }
        OutputFormat::Text => {
            let row = |snapshot: &crate::fixtures::Snapshot| {
                vec![Some(snapshot.name.clone()), Some(date(saved(snapshot.saved))), Some(snapshot.bytes.to_string())]
            };
            table("snapshots", &["name", "saved", "bytes"], list.iter().map(row).collect())
        }
    };
    Ok(data(output.as_bytes())?)
}

fn diff(before: &Seed, after: &Seed, format: OutputFormat) -> anyhow::Result<()> {
    let lines = difference(before, after);
    let output = match format {
        OutputFormat::Json => format!("{:#}\n", json!(lines)),
        OutputFormat::Text if lines.is_empty() => "no difference\n".to_owned(),
        OutputFormat::Text => lines.join("\n") + "\n",
    };
    Ok(data(output.as_bytes())?)
}
