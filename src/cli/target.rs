//! What commands work on that need no running server: a database, through the server that has it or without one.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

use super::local;
use super::settings::{DatabaseArguments, path};
use crate::client::{Builder, Slap};
use crate::config::Config;
use crate::wire::control::read_ready;

/// Options of the master.
#[derive(Debug, Args)]
pub struct TargetArguments {
    #[command(flatten)]
    database: DatabaseArguments,
    /// A running server, in place of the database
    #[arg(long, value_name = "URL", env = "SLAPPROXY_MASTER_URL")]
    master_url: Option<String>,
    /// The ready file of a running server, in place of the database
    #[arg(long, value_name = "FILE", value_parser = path(), env = "SLAPPROXY_READY_FILE")]
    ready_file: Option<PathBuf>,
}

/// A database, or a server.
pub enum Target {
    /// A running server.
    Server(Box<Builder>),
    /// A database that no server has.
    Database(Box<Config>),
}

impl TargetArguments {
    /// Finds the server that is meant, or the database when no server has it.
    pub fn find(self, log_file: Option<PathBuf>) -> anyhow::Result<Target> {
        if let Some(url) = self.master_url.filter(|url| !url.is_empty()) {
            return Ok(Target::Server(Box::new(Slap::builder(&url))));
        }
        let ready_file = self.ready_file.filter(|file| !file.as_os_str().is_empty());
        let mut database = self.database;
        let ready = ready_file.map(|file| {
            let context = || format!("the ready file {} does not say where a server is", file.display());
            let text = std::fs::read_to_string(&file).with_context(context)?;
            read_ready(&text).with_context(context)
        });
        let ready = ready.transpose()?;
        if let Some(ready) = &ready {
            database.database_uri = Some(PathBuf::from(&ready.database));
        }
        let config = database.config(log_file)?;
        Ok(match (local::running(&config)?, ready) {
            (Some((_, builder)), _) => Target::Server(Box::new(builder)),
            (None, Some(ready)) => Target::Server(Box::new(Slap::builder(&ready.url))),
            (None, None) => Target::Database(Box::new(config)),
        })
    }
}
