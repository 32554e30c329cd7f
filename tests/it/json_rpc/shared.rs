//! Shared instances: they have states, names and reports of their own.

use serde_json::{Value, json};

use super::{bad, forbidden, get, instance, rpc, success, wanted, with};
use crate::app::TestApp;

fn shared(title: &str, entries: &Value) -> Value {
    with(&with(&wanted(title), &json!({"shared": true})), entries)
}

/// A host in slappart0 that serves `s1`.
fn host() -> TestApp {
    let app = TestApp::formatted(2);
    get(&app, "post.v0.software_instance", &wanted("host"));
    get(&app, "post.v0.software_instance", &shared("s1", &json!({"parameters": {"n": 1}})));
    app
}

fn entries(app: &TestApp) -> Value {
    let list = get(app, "allDocs.v0.instance_node_instance_list", &json!({"instance_guid": "host______0"}));
    list["result_list"].clone()
}

#[test]
fn a_shared_instance_is_told_with_the_place_of_its_host() {
    let app = host();
    let requested = get(&app, "post.v0.software_instance", &shared("s1", &json!({"parameters": {"n": 1}})));
    let expected = json!({
        "title": "s1",
        "instance_guid": "s1______1",
        "software_release_uri": "/sr",
        "software_type": "default",
        "state": "started",
        "connection_parameters": {},
        "parameters": {"n": 1},
        "shared": true,
        "root_instance_title": "s1",
        "ip_list": [["slaptap0", "10.0.0.1"]],
        "full_ip_list": [],
        "sla_parameters": {},
        "computer_guid": "local_computer",
        "compute_partition_id": "slappart0",
        "processing_timestamp": 0,
        "access_status_message": "",
    });
    assert_eq!(requested, expected);
    let timestamp = instance(&app, "host______0")["processing_timestamp"].clone();
    let looked_up = with(&expected, &json!({"ip_list": [], "processing_timestamp": timestamp}));
    for guid in ["s1______1", "_s1"] {
        assert_eq!(instance(&app, guid), looked_up, "{guid}");
    }
    assert_eq!(get(&app, "get.v0.instance_tree", &json!({"title": "s1"})), looked_up);
    let list = get(&app, "allDocs.v0.instance_tree_list", &json!({}));
    assert_eq!(list, json!({"result_list": [{"title": "host"}, {"title": "s1"}]}));
}

#[test]
fn a_shared_instance_has_the_state_that_was_asked_for() {
    let app = host();
    let stopped = get(&app, "post.v0.software_instance", &shared("s1", &json!({"state": "stopped"})));
    assert_eq!(stopped["state"], json!("stopped"));
    assert_eq!(instance(&app, "s1______1")["state"], json!("stopped"));
    let entry = json!({
        "title": "s1",
        "instance_guid": "s1______1",
        "software_type": "default",
        "state": "stopped",
        "parameters": {},
        "compute_partition_id": "slappart0",
    });
    assert_eq!(entries(&app), json!([entry]));
    assert_eq!(app.served("slappart0"), [""; 0]);
}

#[test]
fn a_shared_instance_is_renamed_by_itself() {
    let app = host();
    let rename = json!({"instance_guid": "s1______1", "title": "s2"});
    assert_eq!(rpc(&app, "put.v0.software_instance_title", &rename), success("Renamed"));
    for guid in ["s1______1", "s2______1", "_s1", "_s2"] {
        assert_eq!(instance(&app, guid)["instance_guid"], json!("s2______1"), "{guid}");
    }
    assert_eq!(instance(&app, "host______0")["title"], json!("host"));
    assert_eq!(app.served("slappart0"), ["_s2"]);
}

#[test]
fn a_bang_of_a_shared_instance_wakes_its_host() {
    let app = host();
    let before = app.timestamp("local_computer", "slappart0");
    let bang = json!({"instance_guid": "s1______1", "message": "now"});
    assert_eq!(rpc(&app, "put.v0.software_instance_bang", &bang), success("Bang handled"));
    assert_ne!(app.timestamp("local_computer", "slappart0"), before);
}

#[test]
fn reports_and_publications_are_about_the_shared_instance() {
    let app = host();
    let failed = json!({"instance_guid": "s1______1", "message": "boom"});
    assert_eq!(rpc(&app, "put.v0.software_instance_error", &failed), success("Ignored"));
    let publish = json!({"instance_guid": "s1______1", "connection_parameter_dict": {"port": 80}});
    assert_eq!(rpc(&app, "put.v0.software_instance_connection_parameter", &publish), success("Updated"));
    let served = instance(&app, "s1______1");
    assert_eq!(served["access_status_message"], json!("#error while instanciating: boom"));
    assert_eq!(served["connection_parameters"], json!({"port": 80}));
    let host = instance(&app, "host______0");
    assert_eq!((&host["access_status_message"], &host["connection_parameters"]), (&json!(""), &json!({})));
}

#[test]
fn a_destroyed_shared_instance_is_gone() {
    let app = host();
    let report = json!({"instance_guid": "s1______1", "reported_state": "destroyed"});
    assert_eq!(rpc(&app, "put.v0.software_instance_reported_state", &report), success("Destroyed"));
    let unknown = forbidden("No shared instance s1______1 found.");
    assert_eq!(rpc(&app, "put.v0.software_instance_reported_state", &report), unknown);
    assert_eq!(rpc(&app, "get.v0.software_instance", &json!({"instance_guid": "s1______1"})), unknown);
    assert_eq!(entries(&app), json!([]));
    assert_eq!(app.served("slappart0"), [""; 0]);
}

#[test]
fn a_shared_instance_serves_none_and_needs_a_host() {
    let app = host();
    let list = json!({"instance_guid": "s1______1"});
    let refusal = forbidden("No shared instance s1______1 found.");
    assert_eq!(rpc(&app, "allDocs.v0.instance_node_instance_list", &list), refusal);
    let request = shared("s3", &json!({"software_release_uri": "/nobody"}));
    let refusal = "No partition corresponding to slave request: ['/nobody', 'local_computer', 'default'] (no instance \
                   on local_computer runs this software release: host in slappart0 runs /sr)";
    assert_eq!(rpc(&app, "post.v0.software_instance", &request), forbidden(refusal));
    let request = shared("s3", &json!({"parameters": {"slave_title": "x"}}));
    let fault = "parameters: \"slave_title = x\" is not accepted; expected no parameter of a shared instance named \
                 slave_title, slave_reference or slap_software_type, which its host reads from the master";
    assert_eq!(rpc(&app, "post.v0.software_instance", &request), bad(fault));
}
