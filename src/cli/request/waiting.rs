//! Waiting until a node did what was requested.

use std::time::Duration;

use anyhow::Context;
use tokio::time::{Instant, sleep};

use super::Order;
use crate::cli::exit::Exit;
use crate::cli::master::Connection;
use crate::cli::output::progress;
use crate::client::{Error, ErrorKind, RequestedState};
use crate::wire::json_rpc::{AllDocsEventList, AllDocsInstanceTreeInstanceList, EventEntry, Instance};

/// How long to wait between two looks.
const PAUSE: Duration = Duration::from_millis(500);

/// How many events a call takes.
const EVENTS: u32 = 1000;

/// How many lines of a log are repeated.
const LOG: usize = 20;

/// How an instance is, after what its node reported since it was last to be processed.
enum Progress {
    /// As it is wanted.
    Done,
    /// Not yet; with the latest word of the node.
    Waiting(String),
    /// It failed; with the log.
    Failed(String),
}

/// What a look at a tree finds.
enum Look {
    /// All is as it is wanted; without an instance when it was destroyed.
    Done(Option<Box<Instance>>),
    /// Not yet; in words.
    Waiting(String),
}

/// Waits until every instance of the tree is as it is wanted, or one of them failed. Returns the root, unless it is gone.
pub async fn wait(master: &Connection, order: &Order, timeout: Duration) -> anyhow::Result<Option<Box<Instance>>> {
    let start = Instant::now();
    loop {
        let look = look(master, order).await;
        progress("");
        let waiting = match look? {
            Look::Done(root) => return Ok(root),
            Look::Waiting(waiting) => waiting,
        };
        if start.elapsed() >= timeout {
            return Err(Exit::not_there(format!(
                "{}: not ready after {} s: {waiting}\nhint: `slapproxy status` tells what the node reports",
                order.title,
                timeout.as_secs_f64()
            )));
        }
        progress(&format!("{}: {waiting} ({} s)", order.title, start.elapsed().as_secs()));
        sleep(PAUSE.min(timeout.saturating_sub(start.elapsed()))).await;
    }
}

async fn look(master: &Connection, order: &Order) -> anyhow::Result<Look> {
    let tree = match tree(master, order).await {
        Ok(tree) => tree,
        Err(error) if error.is_not_found() && order.state == Some(RequestedState::Destroyed) => {
            return Ok(Look::Done(None));
        }
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Look::Waiting("has no place yet".into())),
        Err(error) => {
            return Err(error).context("the master does not tell how a tree is, so that nobody can wait for it");
        }
    };
    let events = events(master, tree.iter().map(|instance| instance.processing_timestamp).min()).await?;
    let mut done = 0;
    let mut waiting = String::new();
    for instance in &tree {
        match how(instance, &events) {
            Progress::Done => done += 1,
            Progress::Waiting(word) => waiting = format!("{}: {word}", instance.title),
            Progress::Failed(log) => return Err(failed(order, instance, &log)),
        }
    }
    if done < tree.len() {
        return Ok(Look::Waiting(format!("{done} of {} instances ready; {waiting}", tree.len())));
    }
    // What happened meanwhile may be more than reports: what was published, or another instance.
    let wanted = |tree: &[Instance]| tree.iter().map(|one| one.processing_timestamp).collect::<Vec<_>>();
    match self::tree(master, order).await {
        Ok(again) if wanted(&again) == wanted(&tree) => Ok(Look::Done(again.into_iter().next().map(Box::new))),
        Err(error) if !error.is_not_found() => Err(error.into()),
        _ => Ok(Look::Waiting("it is being changed".into())),
    }
}

/// The instances of the tree, the root first.
async fn tree(master: &Connection, order: &Order) -> Result<Vec<Instance>, Error> {
    let tree = AllDocsInstanceTreeInstanceList { title: order.title.clone() };
    Ok(master.lookup().json_rpc().all_docs_instance_tree_instance_list(&tree).await?.result_list)
}

/// What happened since a time, newest first.
async fn events(master: &Connection, since: Option<i64>) -> anyhow::Result<Vec<EventEntry>> {
    let api = master.lookup().json_rpc();
    let mut query = AllDocsEventList { since, limit: Some(EVENTS), ..AllDocsEventList::default() };
    let mut events = Vec::new();
    loop {
        let page = api.all_docs_event_list(&query).await?;
        events.extend(page.result_list);
        query.after = page.next;
        if query.after.is_none() {
            return Ok(events);
        }
    }
}

fn how(instance: &Instance, events: &[EventEntry]) -> Progress {
    let is_new = |event: &&EventEntry| event.last_at >= instance.processing_timestamp;
    let is_here = |event: &&EventEntry| {
        event.computer_guid.as_deref() == Some(&instance.computer_guid)
            && event.compute_partition_id.as_deref() == Some(&instance.compute_partition_id)
    };
    let is_release = |event: &&EventEntry| {
        event.computer_guid.as_deref() == Some(&instance.computer_guid)
            && event.compute_partition_id.is_none()
            && event.software_release_uri.as_deref() == Some(&instance.software_release_uri)
    };
    // Newest events come first.
    for event in events.iter().filter(is_new).filter(|event| is_here(event) || is_release(event)) {
        match (event.kind.as_str(), instance.state) {
            ("startedComputerPartition", RequestedState::Started)
            | ("stoppedComputerPartition", RequestedState::Stopped) => return Progress::Done,
            ("softwareInstanceError" | "softwareReleaseError", _) => return Progress::Failed(event.text.clone()),
            ("buildingComputerPartition", _) => return Progress::Waiting("is being deployed".into()),
            ("buildingSoftwareRelease", _) => return Progress::Waiting("its software release is being built".into()),
            _ => {}
        }
    }
    Progress::Waiting(format!("waits for the node {}", instance.computer_guid))
}

fn failed(order: &Order, instance: &Instance, log: &str) -> anyhow::Error {
    let lines: Vec<&str> = log.trim_end().lines().collect();
    let log = lines[lines.len().saturating_sub(LOG)..].join("\n  ");
    let which = if instance.title == order.title {
        order.title.clone()
    } else {
        format!("{}: its instance {}", order.title, instance.title)
    };
    Exit::failed(format!("error: {which} failed on {}:\n  {log}", instance.computer_guid))
}
