//! `slapproxy computer list`

use clap::Args;
use serde_json::json;

use crate::cli::master::{MasterArguments, Style};
use crate::cli::output::{data, table};

/// List the computers.
#[derive(Debug, Args)]
#[command(infer_long_args = true)]
pub struct List {
    #[command(flatten)]
    master: MasterArguments,
}

impl List {
    /// Prints references and titles.
    pub fn run(self) -> anyhow::Result<()> {
        self.master.call(async |master| {
            master.lookup().hateoas().await?;
            let computers = master.master().get_computer_dict().await?;
            let computers = computers.into_iter().map(|(title, row)| (row.reference.unwrap_or_default(), title));
            let computers: Vec<(String, String)> = computers.collect();
            let text = match master.style() {
                Style::Text => {
                    let rows = computers.into_iter().map(|(reference, title)| vec![Some(reference), Some(title)]);
                    table("computers", &["reference", "title"], rows.collect())
                }
                Style::Json => {
                    let entry = |(reference, title)| json!({"reference": reference, "title": title});
                    format!("{:#}\n", computers.into_iter().map(entry).collect::<serde_json::Value>())
                }
                Style::Slapos if computers.is_empty() => "No existing computer.\n".into(),
                Style::Slapos => {
                    let line = |(reference, title): &(String, String)| format!("{reference} {title}\n");
                    format!("List of Computers:\n{}", computers.iter().map(line).collect::<String>())
                }
            };
            Ok(data(text.as_bytes())?)
        })
    }
}
