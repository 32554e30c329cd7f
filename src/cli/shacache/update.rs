//! `slapproxy shacache update`

use clap::Args;

use crate::cli::master::MasterArguments;
use crate::cli::output::{OutputFormat, data};

/// Refresh the directory.
#[derive(Debug, Args)]
pub struct Update {
    #[command(flatten)]
    master: MasterArguments,
}

impl Update {
    /// Refreshes it, and prints what changed.
    pub fn run(self) -> anyhow::Result<()> {
        self.master.call(async |master| {
            let report = master.master().shacache().update().await?;
            let text = match master.format() {
                OutputFormat::Json => format!("{:#}\n", serde_json::to_value(&report)?),
                OutputFormat::Text => {
                    let lines = [("removed", &report.removed), ("updated", &report.updated)];
                    let lines = lines.into_iter().flat_map(|(what, keys)| keys.iter().map(move |key| (what, key)));
                    lines.map(|(what, key)| [what, " ", key, "\n"].concat()).collect()
                }
            };
            Ok(data(text.as_bytes())?)
        })
    }
}
