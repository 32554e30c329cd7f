//! `slapproxy computer info`

use clap::Args;
use serde_json::{Map, Value as Json, json};

use super::explain;
use crate::cli::fields::{block, report};
use crate::cli::master::{MasterArguments, Style};
use crate::cli::output::{Tone, data, toned_table};
use crate::client::ComputerInformation;

/// Tell about a computer.
#[derive(Debug, Args)]
#[command(infer_long_args = true)]
pub struct Info {
    /// The reference of the computer
    #[arg(value_name = "COMPUTER")]
    reference: String,
    #[command(flatten)]
    master: MasterArguments,
}

impl Info {
    /// Prints it.
    pub fn run(self) -> anyhow::Result<()> {
        self.master.call(async |master| {
            master.lookup().hateoas().await?;
            let found = master.master().register_computer(&self.reference).get_information().await;
            let found = found.map_err(|error| explain(error, &self.reference))?;
            let text = match master.style() {
                Style::Text => text(&found),
                Style::Json => format!("{:#}\n", document(&found)),
                Style::Slapos => {
                    format!("Computer Reference: {}\nComputer Title    : {}\n", found.reference, found.title)
                }
            };
            Ok(data(text.as_bytes())?)
        })
    }
}

fn document(computer: &ComputerInformation) -> Json {
    let partitions = computer.partition_news.iter();
    let partitions: Map<_, _> = partitions.map(|(name, record)| (name.clone(), record.text.as_str().into())).collect();
    json!({
        "reference": computer.reference,
        "title": computer.title,
        "report": computer.news.as_ref().map(|record| &record.text),
        "partition-reports": partitions,
    })
}

fn text(computer: &ComputerInformation) -> String {
    let last = computer.news.as_ref().map(|record| format!("{} ({})", report(&record.text), record.created_at));
    let fields = [("reference", Some(computer.reference.clone())), ("last report", last)];
    let mut text = block(&computer.title, &fields);
    if !computer.partition_news.is_empty() {
        let rows = computer.partition_news.iter().map(|(partition, record)| {
            (vec![partition.clone(), record.created_at.clone(), report(&record.text)], Tone::of(&record.text))
        });
        text += &toned_table("busy partitions", &["partition", "reported", "last report"], rows.collect());
    }
    text
}
