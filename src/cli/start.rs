//! `slapproxy start`

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::import::read_descriptions;
use super::logging::LogArguments;
use super::output::note;
use super::settings::ServerArguments;
use crate::config::Config;
use crate::domain::description::ComputerDescription;
use crate::http::{Application, block_on};

/// Start the master.
#[derive(Debug, Args)]
pub struct Start {
    #[command(flatten)]
    server: ServerArguments,
    /// Take over these computer descriptions first; a directory stands for its *.xml files
    #[arg(long, value_name = "FILE", num_args = 1.., env = "SLAPPROXY_IMPORT")]
    import: Vec<PathBuf>,
    /// Write where the server is (url, pid, database) to this file as JSON, once it listens
    #[arg(long, value_name = "FILE", env = "SLAPPROXY_READY_FILE")]
    ready_file: Option<PathBuf>,
}

impl Start {
    /// Serves until a signal.
    pub fn run(self, log: &LogArguments) -> anyhow::Result<()> {
        let config = self.server.config(log.log_file.clone())?;
        log.start(config.log_file.as_deref())?;
        for warning in &config.warnings {
            log::warn!("{warning}");
        }
        let descriptions = read_descriptions(&self.import)?.into_iter().map(|(_, description)| description).collect();
        let ready_file = self.ready_file;
        if let Some(file) = &ready_file {
            remove(file)?;
        }
        let greet = !log.quiet;
        block_on(async move {
            let result = serve(config, descriptions, ready_file.as_deref(), greet).await;
            if let Some(file) = &ready_file {
                remove(file)?;
            }
            result
        })
    }
}

async fn serve(
    config: Config,
    descriptions: Vec<ComputerDescription>,
    ready_file: Option<&Path>,
    greet: bool,
) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let remotes: Vec<_> = config.multimaster.iter().map(|remote| remote.url.clone()).collect();
    if !remotes.is_empty() {
        log::warn!(
            "requests are not forwarded to other masters: [multimaster] {} is read and not used",
            remotes.join(", ")
        );
    }
    let database = config.database.clone();
    let computer = config.computer_id.clone();
    let application = Application::build_importing(config, descriptions).await?;
    if let Some(file) = ready_file {
        write_atomically(file, application.ready())?;
    }
    if greet {
        greeting(&application, &computer, &database).await;
    }
    let stopper = application.stopper();
    let running = application.run();
    tokio::pin!(running);
    tokio::select! {
        result = &mut running => return Ok(result?),
        () = either(&mut terminate, &mut interrupt) => {}
    }
    log::info!("stopping");
    tokio::join!(stopper.stop(), running).1.context("the server did not stop well")
}

async fn either(terminate: &mut Signal, interrupt: &mut Signal) {
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

async fn greeting(application: &Application, computer: &str, database: &Path) {
    let url = match crate::wire::control::read_ready(application.ready()) {
        Ok(ready) => ready.url,
        Err(_) => application.address().to_string(),
    };
    note(&format!("slapproxy {}: a SlapOS master for one machine", env!("CARGO_PKG_VERSION")));
    // StandaloneSlapOS looks for these words.
    note(&format!("Running on {url} (Press CTRL+C to quit)"));
    note(&format!("  database    {}", database.display()));
    if let Ok(information) = application.master().get_full_computer_information(computer.to_owned()).await {
        let partitions = information.partitions.len();
        let free = information.partitions.iter().filter(|partition| partition.occupant.is_none()).count();
        note(&format!("  computer    {computer}: {partitions} partitions, {free} free"));
        if partitions == 0 {
            note("  hint: give it partitions with `slapproxy format | slapproxy import -`, or with slapformat");
        }
    }
    note(&format!("  agent and client: master_url = {url}"));
}

fn write_atomically(file: &Path, text: &str) -> anyhow::Result<()> {
    let mut name = file.as_os_str().to_owned();
    name.push(".part");
    let part = PathBuf::from(name);
    let write = fs::write(&part, text).and_then(|()| fs::rename(&part, file));
    write.with_context(|| format!("cannot write the ready file {}", file.display()))
}

fn remove(file: &Path) -> anyhow::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove the ready file {}", file.display()))
        }
        _ => Ok(()),
    }
}
