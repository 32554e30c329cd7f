//! `slapproxy start`

use std::future::pending;
use std::io;
use std::net::IpAddr;
use std::path::PathBuf;

use anyhow::{Context, anyhow};
use clap::Args;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::import::read_descriptions;
use super::logging::LogArguments;
use super::ready_file::ReadyFile;
use super::settings::{ServerArguments, path};
use crate::config::{Config, Keeping};
use crate::fixtures::SeedFile;
use crate::http::{Application, Preparation, StartError, block_on};
use crate::wire::control::read_ready;

/// Start the master.
#[derive(Debug, Args)]
pub struct Start {
    #[command(flatten)]
    server: ServerArguments,
    /// Take over these computer descriptions first; a directory stands for its *.xml files
    #[arg(long, value_name = "FILE", num_args = 1.., value_parser = path(), env = "SLAPPROXY_IMPORT")]
    import: Vec<PathBuf>,
    /// Make everything as these seeds say, before anybody can connect: YAML or JSON, - for standard input
    #[arg(long, value_name = "FILE", num_args = 1.., value_parser = path(), env = "SLAPPROXY_SEED")]
    seed: Vec<PathBuf>,
    /// Write where the server is (url, pid, database) to this file as JSON, once it listens
    #[arg(long, value_name = "FILE", value_parser = path(), env = "SLAPPROXY_READY_FILE")]
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
        let files: Vec<_> = self.import.into_iter().filter(|file| !file.as_os_str().is_empty()).collect();
        let descriptions = read_descriptions(&files)?.into_iter().map(|(_, description)| description).collect();
        let seeds = self.seed.iter().filter(|file| !file.as_os_str().is_empty());
        let seeds = seeds.map(|file| SeedFile::read(file)).collect::<Result<_, _>>()?;
        let preparation = Preparation { descriptions, seeds };
        let say = log.greeting(&config);
        run(config, preparation, self.ready_file, say, async |_| pending().await)
    }
}

/// Serves until a signal, or until what runs beside the server ends, which is given its URL.
pub fn run(
    config: Config,
    preparation: Preparation,
    ready_file: Option<PathBuf>,
    say: Option<fn(&str)>,
    beside: impl AsyncFnOnce(String) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut ready_file = ready_file.filter(|file| !file.as_os_str().is_empty()).map(ReadyFile::clear).transpose()?;
    let result = block_on(serve(config, preparation, ready_file.as_mut(), say, beside));
    ready_file.map_or(Ok(()), ReadyFile::end)?;
    result
}

async fn serve(
    config: Config,
    preparation: Preparation,
    ready_file: Option<&mut ReadyFile>,
    say: Option<fn(&str)>,
    beside: impl AsyncFnOnce(String) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    if !config.require_certificate && !is_loopback(&config.host) {
        log::warn!(
            "whoever can connect to {} can drive this master: let in only holders of a certificate with --tls \
             --require-certificate, or listen on a loopback address",
            config.host
        );
    }
    let database = match config.keeping {
        Keeping::Disk => config.database.display().to_string(),
        Keeping::Memory => "in memory, gone when this ends".to_owned(),
    };
    let computer = config.computer_id.clone();
    let application = Application::build_prepared(config, preparation).await.map_err(explain)?;
    if let Some(file) = ready_file {
        file.write(application.ready())?;
    }
    if let Some(say) = say {
        greet(say, &application, &computer, &database).await;
    }
    let stopper = application.stopper();
    let beside = beside(url(&application));
    let running = application.run();
    tokio::pin!(running);
    let end = tokio::select! {
        result = &mut running => return Ok(result?),
        () = either(&mut terminate, &mut interrupt) => Ok(()),
        end = beside => end,
    };
    log::info!("stopping");
    tokio::join!(stopper.stop(), running).1.context("the server did not stop well")?;
    end
}

/// Whether only programs of this machine reach a host, as far as its name tells.
fn is_loopback(host: &str) -> bool {
    host.parse::<IpAddr>().map_or(host.eq_ignore_ascii_case("localhost"), |address| address.is_loopback())
}

async fn either(terminate: &mut Signal, interrupt: &mut Signal) {
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

fn explain(error: StartError) -> anyhow::Error {
    match error {
        StartError::Listen { ref source, .. } if source.kind() == io::ErrorKind::AddrInUse => {
            anyhow!("{error}\nhint: choose another port with --port; 0 is any free one")
        }
        error => error.into(),
    }
}

fn url(application: &Application) -> String {
    match read_ready(application.ready()) {
        Ok(ready) => ready.url,
        Err(_) => application.address().to_string(),
    }
}

async fn greet(say: fn(&str), application: &Application, computer: &str, database: &str) {
    let url = url(application);
    say(&format!("slapproxy {}: a SlapOS master for one machine", env!("CARGO_PKG_VERSION")));
    // StandaloneSlapOS looks for these words.
    say(&format!("Running on {url} (Press CTRL+C to quit)"));
    say(&format!("  database    {database}"));
    if let Some(imported) = application.imported() {
        say(&format!("  imported    from the Python proxy, schema version {}: {}", imported.version, imported.summary));
        say(&format!("  copy        {}", imported.backup.display()));
        imported.notes.iter().for_each(|note| say(&format!("  note        {note}")));
    }
    if let Ok(information) = application.master().get_full_computer_information(computer.to_owned()).await {
        let partitions = information.partitions.len();
        let free = information.partitions.iter().filter(|partition| partition.occupant.is_none()).count();
        say(&format!("  computer    {computer}: {partitions} partitions, {free} free"));
        if partitions == 0 {
            say("  hint: give it partitions with `slapproxy format | slapproxy import -`, or with slapformat");
        }
    }
    say(&format!("  agent and client: master_url = {url}"));
}
