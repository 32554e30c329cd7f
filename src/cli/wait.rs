//! `slapproxy wait`

use std::time::Duration;

use anyhow::bail;
use clap::Args;
use tokio::time::{Instant, sleep};

use super::local;
use super::master::CallerArguments;
use super::output::{data, note};
use super::settings::{DatabaseArguments, seconds};
use crate::client::Slap;
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
    #[command(flatten)]
    caller: CallerArguments,
    /// How long to wait
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds, env = "SLAPPROXY_TIMEOUT")]
    timeout: Duration,
}

impl Wait {
    /// Prints the URL of the master once it answers.
    pub fn run(self) -> anyhow::Result<()> {
        let config = self.database.config(None)?;
        let ready = block_on(wait(&config, self.master_url.as_deref(), &self.caller, self.timeout))?;
        note("the master is ready");
        data(format!("{}\n", ready.url).as_bytes())?;
        Ok(())
    }
}

async fn wait(
    config: &Config,
    master_url: Option<&str>,
    caller: &CallerArguments,
    timeout: Duration,
) -> anyhow::Result<Ready> {
    let deadline = Instant::now() + timeout;
    loop {
        let connection = match master_url {
            Some(url) => Some(caller.known(Slap::builder(url), &ClientConfig::default())?),
            None => local::running(config)?.map(|(_, connection)| connection),
        };
        let reason = match connection {
            None => format!("no server uses the database {}", config.database.display()),
            Some(connection) => match connection.timeout(patience(deadline)).build()?.ready().await {
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
