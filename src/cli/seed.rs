//! `slapproxy seed`

use std::path::PathBuf;

use anyhow::{anyhow, bail};
use clap::Args;

use super::local;
use super::logging::LogArguments;
use super::output::{OutputFormat, data, note};
use super::settings::path;
use super::target::{Target, TargetArguments};
use crate::client::ErrorKind;
use crate::fixtures::SeedFile;
use crate::http::block_on;
use crate::master::USER;
use crate::wire::control::{SeedReport, seed_report};
use crate::wire::seed::write;

/// Make everything as seeds say.
#[derive(Debug, Args)]
pub struct Seed {
    #[command(flatten)]
    target: TargetArguments,
    /// Seeds in YAML or JSON, one after the other; - for standard input
    #[arg(required = true, value_name = "FILE", value_parser = path())]
    files: Vec<PathBuf>,
    /// How the result is printed
    #[arg(long, value_enum, default_value = "text", env = "SLAPPROXY_FORMAT")]
    format: OutputFormat,
}

impl Seed {
    /// Applies each seed in one transaction, through the running server if there is one.
    pub fn run(self, log: &LogArguments) -> anyhow::Result<()> {
        let seeds = self.files.iter().map(|file| SeedFile::read(file)).collect::<Result<Vec<_>, _>>()?;
        let target = self.target.find(log.log_file.clone())?;
        for (seed, report) in seeds.iter().zip(block_on(apply(target, &seeds))?) {
            match self.format {
                OutputFormat::Json => data(format!("{}\n", seed_report(&report)).as_bytes())?,
                OutputFormat::Text => note(&format!("{}: {}", seed.name(), told(&report))),
            }
        }
        Ok(())
    }
}

async fn apply(target: Target, seeds: &[SeedFile]) -> anyhow::Result<Vec<SeedReport>> {
    let mut reports = Vec::new();
    match target {
        Target::Server(server) => {
            let slap = server.build()?;
            for seed in seeds {
                reports.push(slap.seed(&write(seed.seed())).await.map_err(|error| match error.kind() {
                    ErrorKind::InvalidRequest => anyhow!("{}", located(seed, error.message())),
                    _ => error.into(),
                })?);
            }
        }
        Target::Database(config) => {
            if let Some(seed) = seeds.iter().find(|seed| !seed.seed().faults.is_empty()) {
                let problem = "faults: is not accepted here; expected a server that is starting, or one that was started with \
                               --control";
                bail!("nothing is seeded:\n{}", seed.located(problem));
            }
            let (_lock, master) = local::master(&config).await?;
            for seed in seeds {
                let seeding = seed.apply(&master, USER).await;
                if seeding.is_err() {
                    master.close();
                }
                reports.push(seeding?.into());
            }
            master.close();
        }
    }
    Ok(reports)
}

/// What a server says of a seed: its lines are those of what was sent.
fn located(seed: &SeedFile, message: &str) -> String {
    let mut lines = message.lines();
    let mut text = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        let problem = line.splitn(3, ':').nth(2).unwrap_or(line).trim_start();
        text = format!("{text}\n{}", seed.located(problem));
    }
    text
}

fn told(report: &SeedReport) -> String {
    let SeedReport { computers, instances, shared, changes } = report;
    let counted = |count: usize, thing: &str| match count {
        1 => format!("1 {thing}"),
        count => format!("{count} {thing}s"),
    };
    let changes = match *changes {
        0 => "everything was so already".to_owned(),
        changes => counted(changes, "change"),
    };
    let parts = [(*computers, "computer"), (*instances, "instance"), (*shared, "shared instance")];
    let parts = parts.map(|(count, thing)| counted(count, thing));
    format!("{}: {changes}", parts.join(", "))
}
