//! `slapproxy dump`

use clap::Args;

use super::output::data;
use super::target::{Target, TargetArguments};
use crate::http::block_on;
use crate::master::dump_file;
use crate::wire::seed::write;

/// Write what a master holds as a seed.
#[derive(Debug, Args)]
pub struct Dump {
    #[command(flatten)]
    target: TargetArguments,
}

impl Dump {
    /// Prints the seed; nothing is changed.
    pub fn run(self) -> anyhow::Result<()> {
        let text = match self.target.find(None)? {
            Target::Server(server) => block_on(async { server.build()?.dump().await })?,
            Target::Database(config) => write(&dump_file(&config.database)??),
        };
        Ok(data(text.as_bytes())?)
    }
}
