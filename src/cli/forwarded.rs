//! Instances that other masters fulfil, as commands print them.

use serde_json::{Value, json};

use super::fields::of_parameters;
use super::output::{date, table};
use crate::domain::timestamp::Timestamp;
use crate::storage::Snapshot;
use crate::wire::json_rpc::{ForwardedEntry, ForwardedInstanceEntry};

/// Those of a database, as the JSON-RPC API lists them.
pub fn json(snapshot: &Snapshot) -> Value {
    json!(entries(snapshot))
}

/// Those of a database.
pub fn text(snapshot: &Snapshot) -> String {
    page(&entries(snapshot))
}

fn entries(snapshot: &Snapshot) -> Vec<ForwardedInstanceEntry> {
    snapshot.forwarded.iter().cloned().map(ForwardedInstanceEntry::from).collect()
}

/// One of them.
pub fn document(entry: &ForwardedInstanceEntry) -> Value {
    let request = entry.request.as_ref();
    let place = request.and_then(|request| request.compute_node_id.as_ref().zip(request.compute_partition_id.as_ref()));
    json!({
        "master": entry.master_url, "title-there": entry.remote_title,
        "title": request.map(|request| &request.title),
        "root": request.map(|request| &request.instance_tree_title),
        "requester": request.and_then(|request| request.requester_title.as_ref()),
        "software-url": request.map(|request| &request.software_release_uri),
        "software-type": request.map(|request| &request.software_type),
        "shared": request.map(|request| request.shared),
        "state-there": request.and_then(|request| request.state.as_ref()),
        "computer-there": place.map(|(computer, _)| computer), "partition-there": place.map(|(_, partition)| partition),
        "connection": request.and_then(|request| request.connection_parameters.as_ref()).map(of_parameters),
        "answered-at": request.map(|request| request.answered_at),
    })
}

/// All of them as a table.
pub fn page(entries: &[ForwardedInstanceEntry]) -> String {
    let heading = ["title", "root", "requester", "master", "title there", "place there", "state there", "last answer"];
    table("forwarded", &heading, entries.iter().map(cells).collect())
}

fn cells(entry: &ForwardedInstanceEntry) -> Vec<Option<String>> {
    let there = [Some(entry.master_url.clone()), Some(entry.remote_title.clone())];
    let Some(request) = &entry.request else {
        return [None, None, None].into_iter().chain(there).chain([None, None, None]).collect();
    };
    let ForwardedEntry { compute_node_id, compute_partition_id, .. } = request;
    let place = compute_node_id.iter().chain(compute_partition_id).map(String::as_str).collect::<Vec<_>>().join(" ");
    let requester = request.requester_title.clone().unwrap_or_else(|| "user".into());
    let here = [request.title.clone(), request.instance_tree_title.clone(), requester].map(Some);
    let told = [Some(place).filter(|place| !place.is_empty()), request.state.clone()];
    let when = [Some(date(Timestamp(request.answered_at)))];
    here.into_iter().chain(there).chain(told).chain(when).collect()
}
