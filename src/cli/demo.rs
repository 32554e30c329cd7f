//! `slapproxy demo`

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use tokio::time::{Instant, sleep_until};

use super::logging::LogArguments;
use super::settings::{path, seconds};
use super::start;
use crate::client::Slap;
use crate::config::{Config, Environment, Overrides};
use crate::fixtures::SeedFile;
use crate::http::Preparation;
use crate::simulation::Agent;

/// Show the protocol with nothing else installed: a master in memory with a few services, and an agent that builds and runs
/// nothing, but reports what a real one would.
#[derive(Debug, Args)]
pub struct Demo {
    /// Port to listen on; 0 is any free one
    #[arg(long, default_value = "0", env = "SLAPPROXY_PORT", allow_hyphen_values = true)]
    port: String,
    /// How long the agent waits between two steps; a service is built and started in three
    #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = seconds, env = "SLAPPROXY_PACE")]
    pace: Duration,
    /// Start with these seeds instead: YAML or JSON, - for standard input
    #[arg(long, value_name = "FILE", num_args = 1.., value_parser = path(), env = "SLAPPROXY_SEED")]
    seed: Vec<PathBuf>,
    /// Write where the server is (url, pid, database) to this file as JSON, once it listens
    #[arg(long, value_name = "FILE", value_parser = path(), env = "SLAPPROXY_READY_FILE")]
    ready_file: Option<PathBuf>,
}

impl Demo {
    /// Serves and reports until a signal.
    pub fn run(self, log: &LogArguments) -> anyhow::Result<()> {
        let yes = || Some("true".to_owned());
        let overrides = Overrides { port: Some(self.port), ephemeral: yes(), control: yes(), ..Overrides::default() };
        let config = Config::load(overrides, &Environment::of_process())?;
        log.start(log.log_file.as_deref())?;
        let given: Vec<&Path> =
            self.seed.iter().map(PathBuf::as_path).filter(|file| !file.as_os_str().is_empty()).collect();
        let seeds = match given.as_slice() {
            [] => vec![SeedFile::demo()?],
            files => files.iter().map(|file| SeedFile::read(file)).collect::<Result<_, _>>()?,
        };
        let say = log.greeting(&config);
        let preparation = Preparation { seeds, ..Preparation::default() };
        start::run(config, preparation, self.ready_file, say, async |url| {
            let tell = say.unwrap_or(|_| {});
            for line in hints(&url) {
                tell(&line);
            }
            report(&url, self.pace, tell).await
        })
    }
}

/// What one may try.
fn hints(url: &str) -> [String; 5] {
    [
        "  an agent builds and runs nothing, but reports; look, and order something:".to_owned(),
        format!("    slapproxy status --master-url {url}"),
        format!(
            "    slapproxy request mine https://sr.example/shop/software.cfg --no-validate --wait --master-url {url}"
        ),
        format!("    slapproxy service destroy mine --master-url {url}"),
        format!("  or in a browser: {url}"),
    ]
}

/// Lets an agent report, a step at each beat, and tells what it reported.
async fn report(url: &str, pace: Duration, tell: fn(&str)) -> anyhow::Result<()> {
    let mut agent = Agent::new(Slap::builder(url).no_instance_root().build()?);
    let mut beat = Instant::now();
    loop {
        match agent.step().await {
            Ok(reports) => reports.iter().for_each(|report| tell(&format!("  agent       {report}"))),
            Err(error) => log::warn!("the simulated agent: {error}"),
        }
        beat = (beat + pace).max(Instant::now());
        sleep_until(beat).await;
    }
}
