//! `slapproxy service bang`

use clap::Args;

use super::root;
use crate::cli::master::MasterArguments;
use crate::wire::json_rpc::PutSoftwareInstanceBang;

/// Make the node process a whole tree again.
#[derive(Debug, Args)]
pub struct Bang {
    /// The title of the service
    #[arg(value_name = "TITLE")]
    reference: String,
    /// Why
    #[arg(short, long, default_value = "", hide_default_value = true)]
    message: String,
    #[command(flatten)]
    master: MasterArguments,
}

impl Bang {
    /// Bangs it.
    pub fn run(self) -> anyhow::Result<()> {
        self.master.call(async |master| {
            let instance_guid = root(master, &self.reference).await?.instance_guid;
            let bang = PutSoftwareInstanceBang { instance_guid, message: self.message.clone() };
            master.master().json_rpc().put_software_instance_bang(&bang).await?;
            let document = serde_json::json!({"title": self.reference, "message": self.message});
            master.done(&document, &format!("{}: the node will process the whole tree again", self.reference))
        })
    }
}
