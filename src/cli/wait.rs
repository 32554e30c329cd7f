//! `slapproxy wait`

use std::path::PathBuf;
use std::time::Duration;

use anyhow::bail;
use clap::Args;
use tokio::time::{Instant, sleep};

use super::local;
use super::master::CallerArguments;
use super::output::{data, note};
use super::ready_file;
use super::settings::{DatabaseArguments, path, seconds};
use crate::client::{Builder, Slap};
use crate::config::{ClientConfig, Config};
use crate::http::block_on;
use crate::wire::control::Ready;

/// How long to wait between two tries.
const PAUSE: Duration = Duration::from_millis(20);

/// How long one try may take.
const TRY: Duration = Duration::from_secs(2);

/// How long even a late try may take.
const LAST_TRY: Duration = Duration::from_millis(100);

/// Wait until a master answers.
#[derive(Debug, Args)]
pub struct Wait {
    #[command(flatten)]
    database: DatabaseArguments,
    /// The master to wait for [default: the server of the database]
    #[arg(long, value_name = "URL", env = "SLAPPROXY_MASTER_URL")]
    master_url: Option<String>,
    /// The ready file of the master to wait for, which need not be there yet
    #[arg(long, value_name = "FILE", value_parser = path(), env = "SLAPPROXY_READY_FILE")]
    ready_file: Option<PathBuf>,
    #[command(flatten)]
    caller: CallerArguments,
    /// How long to wait
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds, env = "SLAPPROXY_TIMEOUT")]
    timeout: Duration,
}

impl Wait {
    /// Prints the URL of the master once it answers.
    pub fn run(self) -> anyhow::Result<()> {
        let Self { database, master_url, ready_file, caller, timeout } = self;
        let place = match (master_url, ready_file.filter(|file| !file.as_os_str().is_empty())) {
            (Some(url), _) => Place::Url(url),
            (None, Some(file)) => Place::ReadyFile(file),
            (None, None) => Place::Database(Box::new(database.config(None)?)),
        };
        let ready = block_on(wait(&place, &caller, timeout))?;
        note("the master is ready");
        data(format!("{}\n", ready.url).as_bytes())?;
        Ok(())
    }
}

/// Where the master will be.
enum Place {
    Url(String),
    ReadyFile(PathBuf),
    Database(Box<Config>),
}

impl Place {
    /// A connection to the master, or why there is none yet.
    fn connect(&self, caller: &CallerArguments) -> anyhow::Result<Result<Builder, String>> {
        let known = |url: &str| caller.known(Slap::builder(url), &ClientConfig::default());
        Ok(match self {
            Self::Url(url) => Ok(known(url)?),
            Self::ReadyFile(file) => match ready_file::read(file) {
                Ok(ready) => Ok(known(&ready.url)?),
                Err(error) => Err(format!("{error:#}")),
            },
            Self::Database(config) => {
                let running = local::running(config)?.map(|(_, connection)| connection);
                running.ok_or_else(|| format!("no server uses the database {}", config.database.display()))
            }
        })
    }
}

async fn wait(place: &Place, caller: &CallerArguments, timeout: Duration) -> anyhow::Result<Ready> {
    let deadline = Instant::now() + timeout;
    loop {
        let reason = match place.connect(caller)? {
            Err(reason) => reason,
            Ok(connection) => match connection.timeout(patience(deadline)).build()?.ready().await {
                Ok(ready) => return Ok(ready),
                Err(error) => error.to_string(),
            },
        };
        if Instant::now() >= deadline {
            bail!("the master is not ready after {} s: {reason}", timeout.as_secs_f64());
        }
        sleep(PAUSE).await;
    }
}

/// How long a try may take that begins now: not longer than there is time.
fn patience(deadline: Instant) -> Duration {
    deadline.saturating_duration_since(Instant::now()).clamp(LAST_TRY, TRY)
}
