//! `slapproxy status`

use clap::Args;
use serde_json::{Value as Json, json};

use super::fields::{block, instance, place, report};
use super::master::{Connection, MasterArguments};
use super::output::{OutputFormat, Tone, data, toned_table};
use super::{forwarded, software};
use crate::wire::control::Ready;
use crate::wire::json_rpc::{
    AllDocsComputePartitionList, AllDocsForwardedInstanceList, AllDocsInstanceTreeInstanceList,
    AllDocsInstanceTreeList, ForwardedInstanceEntry, GetComputeNodeStatus, Instance, ReportedInstallation,
};

/// Show on one page how everything is, errors first.
#[derive(Debug, Args)]
pub struct Status {
    #[command(flatten)]
    master: MasterArguments,
}

/// What is there.
struct Overview {
    ready: Ready,
    computers: Vec<ComputerOverview>,
    software: Vec<(String, ReportedInstallation)>,
    /// The instances of each tree, the root first.
    trees: Vec<Vec<Instance>>,
    forwarded: Vec<ForwardedInstanceEntry>,
}

struct ComputerOverview {
    reference: String,
    partitions: usize,
    busy: usize,
    report: String,
}

impl Status {
    /// Prints the page.
    pub fn run(self) -> anyhow::Result<()> {
        self.master.call(async |master| {
            let overview = Overview::read(master).await?;
            let text = match master.format() {
                OutputFormat::Json => format!("{:#}\n", overview.document()),
                OutputFormat::Text => overview.page(),
            };
            Ok(data(text.as_bytes())?)
        })
    }
}

impl Overview {
    async fn read(master: &Connection) -> anyhow::Result<Self> {
        let ready = master.master().ready().await?;
        let slap = master.lookup();
        let api = slap.json_rpc();
        let (mut computers, mut software, mut trees) = (Vec::new(), Vec::new(), Vec::new());
        for computer_guid in software::computers(master).await? {
            let request = AllDocsComputePartitionList { computer_guid: computer_guid.clone() };
            let partitions = api.all_docs_compute_partition_list(&request).await?.result_list;
            let request = GetComputeNodeStatus { computer_guid: computer_guid.clone() };
            let status = api.get_compute_node_status(&request).await?;
            computers.push(ComputerOverview {
                partitions: partitions.len(),
                busy: partitions.iter().filter(|partition| partition.slap_state == "busy").count(),
                report: status.text,
                reference: computer_guid.clone(),
            });
            let supplied = software::installations(master, &computer_guid).await?;
            software.extend(supplied.into_iter().map(|one| (computer_guid.clone(), one)));
        }
        for entry in api.all_docs_instance_tree_list(&AllDocsInstanceTreeList {}).await?.result_list {
            let request = AllDocsInstanceTreeInstanceList { title: entry.title };
            match api.all_docs_instance_tree_instance_list(&request).await {
                Ok(tree) => trees.push(tree.result_list),
                // It was destroyed meanwhile.
                Err(error) if error.is_not_found() => {}
                Err(error) => return Err(error.into()),
            }
        }
        trees.sort_by_key(|tree| tone(tree));
        let forwarded = api.all_docs_forwarded_instance_list(&AllDocsForwardedInstanceList {}).await?.result_list;
        Ok(Self { ready, computers, software, trees, forwarded })
    }

    fn document(&self) -> Json {
        let computer = |one: &ComputerOverview| {
            json!({
                "reference": one.reference, "partitions": one.partitions, "busy": one.busy,
                "free": one.partitions - one.busy, "report": one.report,
            })
        };
        let tree = |instances: &Vec<Instance>| {
            let list: Json = instances.iter().map(instance).collect();
            json!({"title": instances.first().map(|root| &root.title), "status": word(tone(instances)), "instances": list})
        };
        json!({
            "server": {"url": self.ready.url, "pid": self.ready.pid, "database": self.ready.database},
            "computers": self.computers.iter().map(computer).collect::<Json>(),
            "software": self.software.iter().map(|(computer, one)| software::document(computer, one)).collect::<Json>(),
            "services": self.trees.iter().map(tree).collect::<Json>(),
            "forwarded": self.forwarded.iter().map(forwarded::document).collect::<Json>(),
        })
    }

    fn page(&self) -> String {
        let errors = self.errors();
        let errors = if errors.is_empty() {
            String::new()
        } else {
            toned_table("errors", &["what", "where", "last report"], errors) + "\n"
        };
        let Ready { url, pid, database, .. } = &self.ready;
        let server = [("url", url.clone()), ("pid", pid.to_string()), ("database", database.clone())];
        let server = block("server", &server.map(|(name, value)| (name, Some(value))));
        let computers = self.computers.iter().map(|one| {
            let counts = [one.partitions, one.busy, one.partitions - one.busy].map(|count| count.to_string());
            let cells = [one.reference.clone()].into_iter().chain(counts).chain([report(&one.report)]);
            (cells.collect(), Tone::of(&one.report))
        });
        let heading = ["reference", "partitions", "busy", "free", "last report"];
        let computers = toned_table("computers", &heading, computers.collect());
        let software = software::table(&self.software);
        let services = self.trees.iter().filter_map(|tree| {
            let root = tree.first()?;
            let instances = tree.len().to_string();
            let cells = vec![
                root.title.clone(),
                root.state.to_string(),
                place(root),
                instances,
                report(&root.access_status_message),
            ];
            Some((cells, tone(tree)))
        });
        let heading = ["title", "requested", "place", "instances", "last report"];
        let services = toned_table("services", &heading, services.collect());
        let elsewhere = match self.forwarded.as_slice() {
            [] => String::new(),
            entries => format!("\n{}", forwarded::page(entries)),
        };
        format!("{errors}{server}\n{computers}\n{software}\n{services}{elsewhere}")
    }

    /// What failed, and where.
    fn errors(&self) -> Vec<(Vec<String>, Tone)> {
        let failed = |text: &str| Tone::of(text) == Tone::Bad;
        let row = |what: String, place: String, text: &str| (vec![what, place, report(text)], Tone::Bad);
        let computers = self.computers.iter().filter(|one| failed(&one.report));
        let computers = computers.map(|one| row(one.reference.clone(), "computer".into(), &one.report));
        let software = self.software.iter().filter(|(_, one)| failed(&one.access_status_message));
        let software = software
            .map(|(computer, one)| row(one.software_release_uri.clone(), computer.clone(), &one.access_status_message));
        let instances = self.trees.iter().flatten().filter(|instance| failed(&instance.access_status_message));
        let instances = instances.map(|instance| {
            let root = &instance.root_instance_title;
            let title = &instance.title;
            let what = if root == title { title.clone() } else { format!("{title} of {root}") };
            row(what, place(instance), &instance.access_status_message)
        });
        instances.chain(software).chain(computers).collect()
    }
}

/// How a tree is: as its worst instance.
fn tone(tree: &[Instance]) -> Tone {
    tree.iter().map(|instance| Tone::of(&instance.access_status_message)).min().unwrap_or(Tone::Unknown)
}

fn word(tone: Tone) -> &'static str {
    match tone {
        Tone::Bad => "error",
        Tone::Busy => "building",
        Tone::Unknown => "unknown",
        Tone::Good => "ok",
    }
}
