//! Snapshots that a server keeps in its memory.

use std::path::Path;

use anyhow::bail;
use serde_json::json;

use super::{Command, diff};
use crate::cli::output::{OutputFormat, data, date, note, table};
use crate::client::Slap;
use crate::domain::seed::Seed;
use crate::domain::timestamp::Timestamp;
use crate::fixtures::{SeedFile, Snapshots};

/// Runs a command on a server, which must have been started with `--control`.
pub async fn run(slap: &Slap, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Save { snapshot, force } => {
            let name = named(&snapshot)?;
            if !force && slap.snapshots().await?.iter().any(|kept| kept.name == name) {
                bail!("the server keeps a snapshot {name} already\nhint: --force replaces it");
            }
            slap.keep_snapshot(name).await?;
            note(&format!("{name}: saved in the memory of the server"));
        }
        Command::Load { snapshot } => {
            let name = named(&snapshot)?;
            slap.restore_snapshot(name).await?;
            note(&format!("{name}: loaded"));
        }
        Command::List { format } => {
            let list = slap.snapshots().await?;
            let output = match format {
                OutputFormat::Json => format!("{:#}\n", json!(list)),
                OutputFormat::Text => {
                    let rows = list.into_iter().map(|kept| vec![Some(kept.name), Some(date(Timestamp(kept.saved)))]);
                    table("snapshots", &["name", "saved"], rows.collect())
                }
            };
            data(output.as_bytes())?;
        }
        Command::Diff { from, to, format } => {
            let before = state(&slap.dump_snapshot(named(&from)?).await?)?;
            let after = match to {
                Some(to) => slap.dump_snapshot(named(&to)?).await?,
                None => slap.dump().await?,
            };
            // A snapshot does not hold which requests fail.
            diff(&before, &Seed { faults: Vec::new(), ..state(&after)? }, format)?;
        }
    }
    Ok(())
}

/// A name, which no file has.
fn named(text: &str) -> anyhow::Result<&str> {
    let directory = Snapshots::of(Path::new(""));
    if directory.path(text)?.parent() == Some(directory.directory()) {
        return Ok(text);
    }
    bail!(
        "{text} is a file, and a server keeps snapshots in its memory by name\nhint: `slapproxy dump` writes everything as text"
    )
}

fn state(dump: &str) -> anyhow::Result<Seed> {
    Ok(SeedFile::parse("dump", dump, Path::new(""))?.seed().clone())
}
