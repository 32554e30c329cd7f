//! What commands work on that need no running server: a database, through the server that has it or without one.

use std::path::PathBuf;

use clap::Args;

use super::local;
use super::ready_file;
use super::settings::{DatabaseArguments, path};
use crate::client::{Builder, Slap};
use crate::config::Config;
use crate::storage::MEMORY;

/// Options of the master.
#[derive(Debug, Clone, Args)]
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
    /// Finds the database, also one that a server has; a server only where nobody else reaches what it holds.
    pub fn find_kept(self, log_file: Option<PathBuf>) -> anyhow::Result<Target> {
        if let Some(url) = self.master_url.filter(|url| !url.is_empty()) {
            return Ok(Target::Server(Box::new(Slap::builder(&url))));
        }
        let mut database = self.database;
        if let Some(file) = self.ready_file.filter(|file| !file.as_os_str().is_empty()) {
            let ready = ready_file::read(&file)?;
            if ready.database == MEMORY {
                return Ok(Target::Server(Box::new(Slap::builder(&ready.url))));
            }
            database.database_uri = Some(PathBuf::from(ready.database));
        }
        Ok(Target::Database(Box::new(database.config(log_file)?)))
    }

    /// Finds the server that is meant, or the database when no server has it.
    pub fn find(self, log_file: Option<PathBuf>) -> anyhow::Result<Target> {
        if let Some(url) = self.master_url.filter(|url| !url.is_empty()) {
            return Ok(Target::Server(Box::new(Slap::builder(&url))));
        }
        let Some(file) = self.ready_file.filter(|file| !file.as_os_str().is_empty()) else {
            let config = self.database.config(log_file)?;
            return Ok(match local::running(&config)? {
                Some((_, builder)) => Target::Server(Box::new(builder)),
                None => Target::Database(Box::new(config)),
            });
        };
        let ready = ready_file::read(&file)?;
        let database = DatabaseArguments { database_uri: Some(PathBuf::from(&ready.database)), ..self.database };
        // A server in memory has no database that says who owns it.
        let own = database.config(log_file).ok().map(|config| local::running(&config)).transpose()?.flatten();
        let own = own.filter(|(running, _)| *running == ready).map(|(_, builder)| builder);
        Ok(Target::Server(Box::new(own.unwrap_or_else(|| Slap::builder(&ready.url)))))
    }
}
