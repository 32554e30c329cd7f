//! `slapproxy reset`

use anyhow::bail;
use clap::Args;

use super::output::note;
use super::target::{Target, TargetArguments};
use crate::http::block_on;

/// Bring a running server back to what it held when it started.
#[derive(Debug, Args)]
pub struct Reset {
    #[command(flatten)]
    target: TargetArguments,
}

impl Reset {
    /// Resets the server, which must have been started with `--control`.
    pub fn run(self) -> anyhow::Result<()> {
        match self.target.find(None)? {
            Target::Server(server) => block_on(async { server.build()?.reset().await })?,
            Target::Database(config) => bail!(
                "no server uses the database {}, and only a running one knows what it held when it started\n\
                 hint: start one with `slapproxy start --control`, or use `slapproxy snapshot`",
                config.database.display()
            ),
        }
        note("everything is as it was at the start");
        Ok(())
    }
}
