//! `slapproxy supply` and `slapproxy remove`

use clap::Args;
use serde_json::json;

use super::master::{Connection, MasterArguments};
use crate::client::SupplyState;

/// Say what a computer is to have.
#[derive(Debug, Args)]
#[command(infer_long_args = true)]
pub struct Supply {
    /// The software release: a URL, a path, or product.NAME
    #[arg(value_name = "SOFTWARE")]
    software_url: String,
    /// The reference of the computer
    #[arg(value_name = "COMPUTER")]
    node: String,
    #[command(flatten)]
    master: MasterArguments,
}

impl Supply {
    /// Supplies the release.
    pub fn supply(self) -> anyhow::Result<()> {
        self.master.call(async |master| self.send(master, SupplyState::Available).await)
    }

    /// Removes the release.
    pub fn remove(self) -> anyhow::Result<()> {
        self.master.call(async |master| self.send(master, SupplyState::Destroyed).await)
    }

    async fn send(&self, master: &Connection, state: SupplyState) -> anyhow::Result<()> {
        let Self { software_url, node, .. } = self;
        let release = master.software_release(software_url).await?;
        master.master().register_supply().supply(&release, node, state).await?;
        let document = json!({"computer": node, "software-url": release, "requested-state": state.as_str()});
        let line = match state {
            SupplyState::Available => format!("{release}: {node} will install it"),
            SupplyState::Destroyed => format!("{release}: {node} will remove it"),
        };
        master.done(&document, &line)
    }
}
