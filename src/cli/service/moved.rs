//! `slapproxy service move`

use clap::Args;

use super::root;
use crate::cli::fields::{instance, place};
use crate::cli::master::MasterArguments;
use crate::wire::json_rpc::PostSoftwareInstanceMove;

/// Give a service another place. It keeps running in its partition until its node reports that it runs in the new one; then
/// it is destroyed in the former one. Data is not taken along.
#[derive(Debug, Args)]
pub struct Move {
    /// The title of the service
    #[arg(value_name = "TITLE")]
    reference: String,
    /// An instance of its tree, by its identifier, instead of the service itself
    #[arg(long, value_name = "GUID")]
    instance: Option<String>,
    /// The computer that it is to go to [default: where its SLA leads]
    #[arg(long, value_name = "COMPUTER")]
    to: Option<String>,
    #[command(flatten)]
    master: MasterArguments,
}

impl Move {
    /// Moves it.
    pub fn run(self) -> anyhow::Result<()> {
        self.master.call(async |master| {
            let instance_guid = match &self.instance {
                Some(guid) => guid.clone(),
                None => root(master, &self.reference).await?.instance_guid,
            };
            let request = PostSoftwareInstanceMove { instance_guid, computer_guid: self.to.clone() };
            let moved = master.master().json_rpc().post_software_instance_move(&request).await?;
            master.done(&instance(&moved), &format!("{}: moving to {}", moved.title, place(&moved)))
        })
    }
}
