//! `slapproxy service rename`

use clap::Args;

use super::root;
use crate::cli::master::MasterArguments;
use crate::domain::ids::Title;
use crate::wire::json_rpc::PutSoftwareInstanceTitle;

/// Give a service a new title.
#[derive(Debug, Args)]
pub struct Rename {
    /// Its title
    #[arg(value_name = "TITLE")]
    reference: String,
    /// Its new title
    #[arg(value_name = "NEW_TITLE")]
    new_title: String,
    #[command(flatten)]
    master: MasterArguments,
}

impl Rename {
    /// Renames it.
    pub fn run(self) -> anyhow::Result<()> {
        self.master.call(async |master| {
            let Self { reference, new_title, .. } = &self;
            let title = Title::parse("NEW_TITLE", new_title)?;
            let instance_guid = root(master, reference).await?.instance_guid;
            let rename = PutSoftwareInstanceTitle { instance_guid, title };
            master.master().json_rpc().put_software_instance_title(&rename).await?;
            let document = serde_json::json!({"title": new_title, "former-title": reference});
            master.done(&document, &format!("{reference} is {new_title} now"))
        })
    }
}
