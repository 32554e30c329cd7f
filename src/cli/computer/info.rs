//! `slapproxy computer info`

use clap::Args;
use serde_json::{Map, Value as Json, json};

use super::explain;
use crate::cli::fields::{block, report};
use crate::cli::master::{MasterArguments, Style};
use crate::cli::output::{Tone, data, table, toned_table};
use crate::client::ComputerInformation;
use crate::wire::json_rpc::{AllDocsComputePartitionList, ComputePartitionEntry, ComputePartitionList};

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
            let request = AllDocsComputePartitionList { computer_guid: self.reference.clone() };
            // Other masters have no such list.
            let places = master.lookup().json_rpc().all_docs_compute_partition_list(&request).await.ok();
            let text = match master.style() {
                Style::Text => text(&found, places.as_ref()),
                Style::Json => format!("{:#}\n", document(&found, places.as_ref())),
                Style::Slapos => {
                    format!("Computer Reference: {}\nComputer Title    : {}\n", found.reference, found.title)
                }
            };
            Ok(data(text.as_bytes())?)
        })
    }
}

fn document(computer: &ComputerInformation, places: Option<&ComputePartitionList>) -> Json {
    let partitions = computer.partition_news.iter();
    let partitions: Map<_, _> = partitions.map(|(name, record)| (name.clone(), record.text.as_str().into())).collect();
    json!({
        "reference": computer.reference,
        "title": computer.title,
        "report": computer.news.as_ref().map(|record| &record.text),
        "partition-reports": partitions,
        "closed": places.map(|places| places.closed),
        "network": places.and_then(|places| places.network_guid.as_ref()),
        "partitions": places.map(|places| &places.result_list),
    })
}

fn text(computer: &ComputerInformation, places: Option<&ComputePartitionList>) -> String {
    let last = computer.news.as_ref().map(|record| format!("{} ({})", report(&record.text), record.created_at));
    let closed = places.is_some_and(|places| places.closed).then(|| "for what is new".to_owned());
    let network = places.and_then(|places| places.network_guid.clone());
    let fields = [
        ("reference", Some(computer.reference.clone())),
        ("last report", last),
        ("closed", closed),
        ("network", network),
    ];
    let mut text = block(&computer.title, &fields);
    if !computer.partition_news.is_empty() {
        let rows = computer.partition_news.iter().map(|(partition, record)| {
            (vec![partition.clone(), record.created_at.clone(), report(&record.text)], Tone::of(&record.text))
        });
        text += &toned_table("busy partitions", &["partition", "reported", "last report"], rows.collect());
    }
    let unusual: Vec<_> = places.iter().flat_map(|places| &places.result_list).filter_map(unusual).collect();
    if !unusual.is_empty() {
        text += &table("partitions that are not as usual", &["partition", "type", "ports", "closed"], unusual);
    }
    text
}

/// A partition that is of another type than usual, provides ports, or is closed.
fn unusual(partition: &ComputePartitionEntry) -> Option<Vec<Option<String>>> {
    let ComputePartitionEntry { compute_partition_id, partition_type, port_list, closed, .. } = partition;
    let ports = port_list.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    let is_unusual = partition_type.is_some() || *closed || !ports.is_empty();
    let ports = Some(ports).filter(|ports| !ports.is_empty());
    let partition_type = partition_type.clone().or_else(|| Some("full".into()));
    is_unusual.then(|| vec![Some(compute_partition_id.clone()), partition_type, ports, closed.then(|| "closed".into())])
}
