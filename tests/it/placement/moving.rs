//! Instances that are moved.

use serde_json::{Value, json};

use super::{anywhere, led, rpc, set};
use crate::app::{Answer, TestApp, request, text};

fn move_to(app: &TestApp, guid: &str, computer: Option<&str>) -> (u16, Value) {
    let mut request = json!({ "instance_guid": guid });
    if let Some(computer) = computer {
        request["computer_guid"] = computer.into();
    }
    rpc(app, "post.WIP.software_instance_move", &request)
}

fn refused(app: &TestApp, guid: &str) -> String {
    let (status, document) = move_to(app, guid, None);
    assert_eq!(status, 403, "{document}");
    document["title"].as_str().unwrap().to_owned()
}

/// What the node of a computer sees: title, state and timestamp of each busy partition.
fn seen(app: &TestApp, computer: &str) -> Vec<(String, String, String)> {
    let information = app.get(&format!("/getFullComputerInformation?computer_id={computer}")).value();
    let partitions = information.get("_computer_partition_list").unwrap().as_list().unwrap().to_vec();
    let busy = partitions.iter().filter(|partition| partition.get("_parameter_dict").is_some());
    let one = |partition: &slapproxy::wire::xml::Value| {
        let parameters = partition.get("_parameter_dict").unwrap();
        let title = text(parameters, "instance_title");
        (title, text(partition, "_requested_state"), text(parameters, "timestamp"))
    };
    busy.map(one).collect()
}

fn report(app: &TestApp, call: &str, computer: &str) -> Answer {
    app.post(call, &[("computer_id", computer), ("computer_partition_id", "slappart0")])
}

#[test]
fn the_former_partition_runs_on_until_the_new_one_does_and_is_destroyed_then() {
    let app = anywhere([1, 1, 0]);
    request("db").parameters(&[("size", "1")]).value(&app);
    report(&app, "/startedComputerPartition", "local_computer");
    let before = seen(&app, "local_computer").remove(0);
    let (status, moved) = move_to(&app, "db______0", None);
    assert_eq!((status, &moved["computer_guid"], &moved["access_status_message"]), (200, &json!("node1"), &json!("")));

    // Nothing changed for the node that it leaves.
    let left = "db (leaving local_computer slappart0)";
    assert_eq!(seen(&app, "local_computer"), [(left.to_owned(), before.1, before.2)]);
    let there = seen(&app, "node1").remove(0);
    assert_eq!((there.0.as_str(), there.1.as_str()), ("db", "started"));
    assert_eq!(led(&app, &request("db").parameters(&[("size", "1")])), "node1/slappart0");
    assert_eq!(
        refused(&app, "db______0"),
        "\"db\" is not moved: it is moving already, until its node reports that it runs in its new partition"
    );

    report(&app, "/buildingComputerPartition", "node1");
    assert_eq!(seen(&app, "local_computer")[0].1, "started");
    report(&app, "/startedComputerPartition", "node1");
    assert_eq!(seen(&app, "local_computer")[0].1, "destroyed");
    assert_eq!(report(&app, "/destroyedComputerPartition", "local_computer"), Answer::text("OK"));
    assert_eq!(seen(&app, "local_computer"), []);
    // And back, to the computer that is named.
    let (_, back) = move_to(&app, "db______0", Some("local_computer"));
    assert_eq!(back["computer_guid"], "local_computer");
    assert_eq!(back["sla_parameters"], json!({"computer_guid": "local_computer"}));
}

#[test]
fn a_moved_host_takes_its_shared_instances_along_and_a_shared_one_goes_to_another_host() {
    let app = anywhere([1, 1, 1]);
    request("host").value(&app);
    let shared = || request("s").shared();
    assert_eq!(led(&app, &shared()), "local_computer/slappart0");
    assert_eq!(
        refused(&app, "s______1").split_once(" (").unwrap().1,
        "no instance of this software release on any computer will do: host in slappart0 of local_computer serves it already)"
    );
    move_to(&app, "host______0", Some("node2"));
    assert_eq!(led(&app, &shared()), "node2/slappart0");
    request("second").filter(&[("computer_guid", "node1")]).value(&app);
    let (status, moved) = move_to(&app, "s______1", None);
    assert_eq!((status, &moved["computer_guid"]), (200, &json!("node1")));
    assert_eq!(led(&app, &shared()), "node1/slappart0");
}

#[test]
fn an_instance_that_is_destroyed_while_it_moves_goes_wholly() {
    let app = anywhere([1, 1, 0]);
    request("db").value(&app);
    move_to(&app, "db______0", None);
    request("db").state("destroyed").value(&app);
    let waiting = report(&app, "/destroyedComputerPartition", "node1");
    assert!(waiting.body.contains("leaving local_computer"), "{waiting:?}");
    assert_eq!(seen(&app, "local_computer")[0].1, "destroyed");
    assert_eq!(report(&app, "/destroyedComputerPartition", "local_computer"), Answer::text("OK"));
    assert_eq!(report(&app, "/destroyedComputerPartition", "node1"), Answer::text("OK"));
    assert_eq!((seen(&app, "local_computer"), seen(&app, "node1")), (Vec::new(), Vec::new()));
}

#[test]
fn what_cannot_be_moved_says_why_and_stays() {
    let app = anywhere([1, 1, 0]);
    request("db").value(&app);
    set(&app, "node1", &[], &json!({"closed": true}));
    assert_eq!(
        refused(&app, "db______0"),
        "No free computer partition found for: db (none of the 2 partitions of all computers will do: slappart0 of \
         local_computer with db, slappart0 of node1 is on a closed computer)"
    );
    assert_eq!(led(&app, &request("db")), "local_computer/slappart0");
    request("db").state("destroyed").value(&app);
    assert_eq!(refused(&app, "db______0"), "\"db\" is not moved: it is to be destroyed");
    assert_eq!(refused(&app, "nope______0"), "No software instance nope______0 found.");
}

#[test]
fn what_is_to_be_destroyed_can_be_wanted_again_until_its_node_wiped_it() {
    let app = TestApp::formatted(1);
    let kept = || request("db").filter(&[("retention_delay", "1")]);
    kept().value(&app);
    kept().state("destroyed").value(&app);
    let partition = app.partition("local_computer", "slappart0");
    assert_eq!(text(&partition, "_requested_state"), "destroyed");
    assert_eq!(text(partition.get("_filter_dict").unwrap(), "retention_delay"), "1");
    assert_eq!(led(&app, &request("other")).split(':').next(), Some("the only partition of local_computer is busy"));
    assert_eq!(led(&app, &kept().state("started")), "local_computer/slappart0");
    assert_eq!(text(&app.partition("local_computer", "slappart0"), "_requested_state"), "started");
}
