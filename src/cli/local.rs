//! The database of this machine: through the server that has it, or without one.

use std::time::Duration;

use anyhow::Context;

use crate::client::{Builder, Slap};
use crate::config::Config;
use crate::domain::ids::Reference;
use crate::master::{Master, Settings};
use crate::pki::LocalAuthority;
use crate::storage::{Db, Lock, Opening, running_server};
use crate::wire::control::{Ready, read_lock_note};

/// How long a running server may take.
const PATIENCE: Duration = Duration::from_secs(300);

/// Where the running server of a database is, and a connection to it in the name of the owner of the database; `None`
/// when there is none.
pub fn running(config: &Config) -> anyhow::Result<Option<(Ready, Builder)>> {
    let Some(server) = running_server(&config.database) else { return Ok(None) };
    let note = read_lock_note(&server.0).context("the lock of the database does not say where its server is")?;
    let (ready, token) = note;
    // The server holds the lock of a file of ours, which says where it is: nobody else can listen there meanwhile.
    let builder = Slap::builder(&ready.url).timeout(PATIENCE).access_token(token).danger_accept_any_certificate();
    Ok(Some((ready, builder)))
}

/// A master over the database, where no server has it. The lock is held as long as that.
pub async fn master(config: &Config) -> anyhow::Result<(Lock, Master)> {
    let lock = Lock::take(&config.database)?;
    let default_computer = Reference::parse("computer_id", &config.computer_id)?;
    let opening = Opening { default_computer: default_computer.clone(), compat_schema: None };
    let db = Db::open(&config.database, &opening)?;
    let settings = Settings { allocation: config.allocation, ..Settings::new(default_computer, Vec::new()) };
    let mut master = Master::new(db, settings).await?;
    if config.certificates {
        master = master.with_authority(LocalAuthority::beside(&config.database));
    }
    Ok((lock, master))
}
