//! `slapproxy computer bang`

use clap::Args;

use super::explain;
use crate::cli::master::MasterArguments;

/// Make a computer process all its instances again.
#[derive(Debug, Args)]
pub struct Bang {
    /// The reference of the computer
    #[arg(value_name = "COMPUTER")]
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
            let Self { reference, message, .. } = &self;
            let banged = master.master().register_computer(reference).bang(message).await;
            banged.map_err(|error| explain(error, reference))?;
            let document = serde_json::json!({"computer": reference, "message": message});
            master.done(&document, &format!("{reference} will process all its instances again"))
        })
    }
}
