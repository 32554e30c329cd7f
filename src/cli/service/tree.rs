//! `slapproxy service tree`

use clap::Args;

use super::explain;
use crate::cli::fields;
use crate::cli::master::MasterArguments;
use crate::cli::output::{OutputFormat, Tone, data, tree_table};
use crate::wire::json_rpc::{AllDocsInstanceTreeInstanceList, Instance, TreeInstanceList};

/// Show everything in the tree of a service.
#[derive(Debug, Args)]
pub struct Tree {
    /// The title of the service
    #[arg(value_name = "TITLE")]
    reference: String,
    #[command(flatten)]
    master: MasterArguments,
}

impl Tree {
    /// Prints it.
    pub fn run(self) -> anyhow::Result<()> {
        self.master.call(async |master| {
            let request = AllDocsInstanceTreeInstanceList { title: self.reference.clone() };
            let found = master.master().json_rpc().all_docs_instance_tree_instance_list(&request).await;
            let tree = found.map_err(|error| explain(error, &self.reference))?;
            let text = match master.format() {
                OutputFormat::Json => {
                    let requester = |index: usize| tree.requester_list.get(index).copied().flatten();
                    let title = |index: usize| tree.result_list.get(index).map(|instance| &instance.title);
                    let entry = |(index, instance): (usize, &Instance)| {
                        let mut document = fields::instance(instance);
                        document["requester"] = requester(index).and_then(title).cloned().into();
                        document
                    };
                    let list: serde_json::Value = tree.result_list.iter().enumerate().map(entry).collect();
                    format!("{list:#}\n")
                }
                OutputFormat::Text => text(&tree),
            };
            Ok(data(text.as_bytes())?)
        })
    }
}

fn text(tree: &TreeInstanceList) -> String {
    let parents: Vec<Option<usize>> = (0..tree.result_list.len())
        .map(|index| match tree.requester_list.get(index).copied().flatten() {
            // A master that does not say who requested what: the root did.
            None if index > 0 => Some(0),
            parent => parent,
        })
        .collect();
    let row = |instance: &Instance| {
        let report = fields::report(&instance.access_status_message);
        let cells = vec![instance.title.clone(), fields::place(instance), instance.state.to_string(), report];
        (cells, Tone::of(&instance.access_status_message))
    };
    tree_table(&["instance", "place", "requested", "last report"], &parents, tree.result_list.iter().map(row).collect())
}
