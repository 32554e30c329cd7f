//! Where instances go: by what their SLA demands, over several computers.

mod moving;
mod property;
mod shared;
mod table;

use serde_json::{Value, json};
use slapproxy::config::Overrides;

use crate::app::{Request, TestApp, text};
use crate::json_rpc::rpc;

/// A server whose requests may go to any computer: `local_computer`, `node1` and `node2`, each with partitions.
fn anywhere(partitions: [usize; 3]) -> TestApp {
    let app = TestApp::with(Overrides { allocation: Some("any".into()), ..Overrides::default() });
    for (computer, partitions) in ["local_computer", "node1", "node2"].into_iter().zip(partitions) {
        app.format(computer, partitions);
    }
    app
}

/// Changes what may go somewhere.
fn set(app: &TestApp, computer: &str, partitions: &[&str], change: &Value) {
    let mut request = json!({"computer_guid": computer, "compute_partition_id_list": partitions});
    request.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    let (status, document) = rpc(app, "put.WIP.compute_node_allocation", &request);
    assert_eq!((status, &document["title"]), (200, &json!("Changed")), "{document}");
}

/// Where a request leads: `computer/partition`, or the reason of its refusal.
fn led(app: &TestApp, request: &Request) -> String {
    let answer = request.send(app);
    if answer.status == 200 {
        let value = answer.value();
        return format!("{}/{}", text(&value, "slap_computer_id"), text(&value, "slap_computer_partition_id"));
    }
    let (status, refusal) = answer.refusal();
    assert_eq!(status, 404, "{refusal}");
    refusal.split_once(" (").unwrap().1.trim_end_matches(')').to_owned()
}

/// The explanation of an instance.
fn explained(app: &TestApp, title: &str) -> Value {
    rpc(app, "allDocs.WIP.explanation_list", &json!({ "title": title })).1["result_list"][0].clone()
}
