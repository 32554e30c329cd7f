//! Instances by their identifiers, and their trees.

use serde_json::json;

use super::{forbidden, get, instance, rpc, rpc_as, success, wanted, with};
use crate::app::TestApp;
use crate::calls::LOCAL;

/// A root in slappart0, and a child in slappart1 that it requests.
fn tree() -> TestApp {
    let app = TestApp::formatted(3);
    get(&app, "post.v0.software_instance", &wanted("root"));
    let (status, child) = rpc_as(&app, "slappart0", "post.v0.software_instance", &wanted("kid"));
    assert_eq!((status, &child["instance_guid"]), (200, &json!("kid___root___0")));
    app
}

#[test]
fn an_instance_is_told_whole() {
    let app = tree();
    let timestamp = instance(&app, "kid___root___0")["processing_timestamp"].as_i64().unwrap();
    let expected = json!({
        "title": "kid",
        "instance_guid": "kid___root___0",
        "software_release_uri": "/sr",
        "software_type": "default",
        "state": "started",
        "connection_parameters": {},
        "parameters": {},
        "shared": false,
        "root_instance_title": "root",
        "ip_list": [["slaptap1", "10.0.0.2"]],
        "full_ip_list": [],
        "sla_parameters": {},
        "computer_guid": "local_computer",
        "compute_partition_id": "slappart1",
        "processing_timestamp": timestamp,
        "access_status_message": "",
    });
    assert_eq!(instance(&app, "kid___root___0"), expected);
    let place = json!({"computer_guid": LOCAL, "compute_partition_id": "slappart1"});
    assert_eq!(get(&app, "get.v0.compute_partition", &place), expected);
    assert_eq!(rpc_as(&app, "slappart0", "post.v0.software_instance", &wanted("kid")), (200, expected));
}

#[test]
fn every_form_of_an_identifier_finds_the_instance_also_after_renames() {
    let app = tree();
    for guid in ["kid___root___0", "local_computer-slappart1"] {
        assert_eq!(instance(&app, guid)["title"], json!("kid"), "{guid}");
    }
    for (guid, title) in [("kid___root___0", "kid2"), ("root______0", "root2")] {
        let rename = json!({"instance_guid": guid, "title": title});
        assert_eq!(rpc(&app, "put.v0.software_instance_title", &rename), success("Renamed"));
    }
    for guid in ["kid___root___0", "kid2___root___0", "kid2___root2___0", "local_computer-slappart1"] {
        let found = instance(&app, guid);
        assert_eq!(found["instance_guid"], json!("kid2___root2___0"), "{guid}");
        assert_eq!(found["root_instance_title"], json!("root2"), "{guid}");
    }
    // The renamed root still has its child.
    let again = rpc_as(&app, "slappart0", "post.v0.software_instance", &wanted("kid2"));
    assert_eq!((again.0, &again.1["compute_partition_id"]), (200, &json!("slappart1")));
}

#[test]
fn a_title_with_the_separator_is_found_again() {
    let app = TestApp::formatted(3);
    for title in ["my___inst", "_", "a______0"] {
        let guid = get(&app, "post.v0.software_instance", &wanted(title))["instance_guid"].clone();
        assert_eq!(guid, json!(format!("{title}______0")));
        assert_eq!(instance(&app, guid.as_str().unwrap())["title"], json!(title));
    }
}

#[test]
fn a_title_that_is_taken_is_refused() {
    let app = tree();
    get(&app, "post.v0.software_instance", &wanted("other"));
    let rename = json!({"instance_guid": "other______0", "title": "root"});
    let refusal = forbidden("title: the title \"root\" is already taken in the instance trees");
    assert_eq!(rpc(&app, "put.v0.software_instance_title", &rename), refusal);
    assert_eq!(instance(&app, "other______0")["title"], json!("other"));
}

#[test]
fn trees_and_places_are_found_by_their_names() {
    let app = tree();
    let root = instance(&app, "root______0");
    assert_eq!(get(&app, "get.v0.instance_tree", &json!({"title": "root"})), root);
    let missing = rpc(&app, "get.v0.instance_tree", &json!({"title": "kid"}));
    assert_eq!(missing, forbidden("No instance tree kid found."));
    for partition in ["slappart2", "nopart"] {
        let place = json!({"computer_guid": LOCAL, "compute_partition_id": partition});
        let refusal = forbidden(&format!("No instance on partition {partition} found."));
        assert_eq!(rpc(&app, "get.v0.compute_partition", &place), refusal);
    }
    let place = json!({"computer_guid": "nope", "compute_partition_id": "slappart0"});
    assert_eq!(rpc(&app, "get.v0.compute_partition", &place), forbidden("nope is not registered."));
    let list = get(&app, "allDocs.v0.instance_tree_list", &json!({}));
    assert_eq!(list, json!({"result_list": [{"title": "root"}]}));
}

#[test]
fn a_bang_wakes_the_whole_tree_whoever_is_named() {
    let app = tree();
    get(&app, "post.v0.software_instance", &wanted("other"));
    for guid in ["kid___root___0", "root______0"] {
        let before = app.timestamps(&["slappart0", "slappart1", "slappart2"]);
        let bang = json!({"instance_guid": guid, "message": "now"});
        assert_eq!(rpc(&app, "put.v0.software_instance_bang", &bang), success("Bang handled"));
        let after = app.timestamps(&["slappart0", "slappart1", "slappart2"]);
        let moved: Vec<bool> = before.iter().zip(&after).map(|(before, after)| before != after).collect();
        assert_eq!(moved, [true, true, false], "{guid}");
    }
}

#[test]
fn what_a_child_publishes_wakes_its_requester_once() {
    let app = tree();
    let publish = json!({"instance_guid": "kid___root___0", "connection_parameter_dict": {"url": "http://x/"}});
    let before = app.timestamps(&["slappart0", "slappart1"]);
    assert_eq!(rpc(&app, "put.v0.software_instance_connection_parameter", &publish), success("Updated"));
    let after = app.timestamps(&["slappart0", "slappart1"]);
    assert_ne!(after[0], before[0]);
    assert_eq!(after[1], before[1]);
    assert_eq!(rpc(&app, "put.v0.software_instance_connection_parameter", &publish), success("Updated"));
    assert_eq!(app.timestamps(&["slappart0", "slappart1"]), after);
}

#[test]
fn a_root_is_destroyed_after_its_children() {
    let app = tree();
    let gone = |guid: &str| {
        let report = json!({"instance_guid": guid, "reported_state": "destroyed"});
        rpc(&app, "put.v0.software_instance_reported_state", &report)
    };
    let waiting = "Not destroying yet because this partition has child partitions: kid";
    assert_eq!(gone("root______0"), forbidden(waiting));
    assert_eq!(instance(&app, "kid___root___0")["state"], json!("destroyed"));
    assert_eq!(gone("kid___root___0"), success("Destroyed"));
    assert_eq!(gone("root______0"), success("Destroyed"));
    assert_eq!(gone("root______0"), forbidden("No software instance root______0 found."));
    assert_eq!(app.listing(LOCAL), ["slappart0 free", "slappart1 free", "slappart2 free"]);
}

#[test]
fn a_child_of_a_stopped_root_is_stopped_and_said_to_be() {
    let app = TestApp::formatted(2);
    let stopped = get(&app, "post.v0.software_instance", &with(&wanted("root"), &json!({"state": "stopped"})));
    assert_eq!(stopped["state"], json!("stopped"));
    let (status, child) = rpc_as(&app, "slappart0", "post.v0.software_instance", &wanted("kid"));
    assert_eq!((status, &child["state"]), (200, &json!("stopped")));
    assert_eq!(instance(&app, "kid___root___0"), child);
}
