//! Reports are kept, and answered from.

use serde_json::json;

use super::{forbidden, get, instance, rpc, success, wanted, with};
use crate::app::{TestApp, text};
use crate::calls::LOCAL;

#[test]
fn the_latest_report_about_an_instance_is_told() {
    let app = TestApp::formatted(1);
    get(&app, "post.v0.software_instance", &wanted("root"));
    for (method, field, value, told) in [
        ("put.v0.software_instance_reported_state", "reported_state", "started", "#access Instance correctly started"),
        ("put.v0.software_instance_reported_state", "reported_state", "stopped", "#access Instance correctly stopped"),
        ("put.v0.software_instance_error", "message", "bo\u{1}om", "#error while instanciating: bo\u{fffd}om"),
    ] {
        let report = json!({"instance_guid": "root______0", field: value});
        assert_eq!(rpc(&app, method, &report), success("Ignored"));
        assert_eq!(instance(&app, "root______0")["access_status_message"], json!(told));
        let requested = get(&app, "post.v0.software_instance", &wanted("root"));
        assert_eq!(requested["access_status_message"], json!(told));
    }
    let status = "/getComputerPartitionStatus?computer_id=local_computer&computer_partition_id=slappart0";
    assert_eq!(text(&app.get(status).value(), "state"), "stopped");
}

#[test]
fn the_status_of_a_computer_is_its_record() {
    let app = TestApp::formatted(2);
    get(&app, "post.v0.software_instance", &wanted("root"));
    let status = || get(&app, "get.v0.compute_node_status", &json!({"computer_guid": LOCAL}));
    let none = status();
    assert_eq!((&none["no_data"], &none["user"]), (&json!(1), &json!("SlapOS Master")));
    assert_eq!(none["text"], json!("#error no data found for local_computer"));
    let before = app.timestamp(LOCAL, "slappart0");
    let bang = json!({"computer_guid": LOCAL, "message": "now"});
    assert_eq!(rpc(&app, "put.v0.compute_node_bang", &bang), success("Ignored"));
    assert_ne!(app.timestamp(LOCAL, "slappart0"), before);
    let banged = status();
    let date = banged["created_at"].clone();
    assert!(httpdate::parse_http_date(date.as_str().unwrap()).is_ok(), "{date}");
    let expected = json!({
        "portal_type": "Compute Node",
        "reference": LOCAL,
        "user": LOCAL,
        "created_at": date,
        "since": date,
        "state": "",
        "text": "#error bang: now",
        "no_data_since_5_minutes": 0,
        "no_data_since_15_minutes": 0,
    });
    assert_eq!(banged, expected);
    for list in ["compute_node_instance_list", "compute_node_software_installation_list"] {
        assert_eq!(rpc(&app, "put.v0.compute_node_bang", &bang), success("Ignored"));
        get(&app, &format!("allDocs.v0.{list}"), &json!({"computer_guid": LOCAL}));
        assert_eq!(status()["text"], json!("#access local_computer"), "{list}");
    }
}

#[test]
fn reports_about_software_are_kept() {
    let app = TestApp::formatted(1);
    let release = json!({"computer_guid": LOCAL, "software_release_uri": "/sr"});
    let supplied = rpc(&app, "post.v0.software_installation", &release);
    assert_eq!(supplied, success("Supplied /sr to be available"));
    let status = "/getSoftwareInstallationStatus?computer_id=local_computer&url=/sr";
    for (method, field, value, told) in [
        ("reported_state", "reported_state", "building", "#building software release /sr"),
        ("reported_state", "reported_state", "available", "#access software release /sr available"),
        ("error", "message", "boom", "#error while installing /sr"),
    ] {
        let report = with(&release, &json!({field: value}));
        assert_eq!(rpc(&app, &format!("put.v0.software_installation_{method}"), &report), success("Ignored"));
        assert_eq!(text(&app.get(status).value(), "text"), told);
    }
    let list = || get(&app, "allDocs.v0.compute_node_software_installation_list", &json!({"computer_guid": LOCAL}));
    let entry = |state: &str| json!({"result_list": [{"software_release_uri": "/sr", "state": state}]});
    assert_eq!(list(), entry("available"));
    let destroy = with(&release, &json!({"state": "destroyed"}));
    let answer = rpc(&app, "post.v0.software_installation", &destroy);
    assert_eq!(answer, success("Supplied /sr to be destroyed"));
    assert_eq!(list(), entry("destroyed"));
    let gone = with(&release, &json!({"reported_state": "destroyed"}));
    assert_eq!(rpc(&app, "put.v0.software_installation_reported_state", &gone), success("Destroyed"));
    assert_eq!(list(), json!({"result_list": []}));
    let unknown = "software_release_uri: there is no software release supplied to this computer \"/sr\"; known: none";
    assert_eq!(rpc(&app, "put.v0.software_installation_reported_state", &gone), forbidden(unknown));
}

#[test]
fn usage_is_checked_and_stored() {
    let app = TestApp::formatted(1);
    let usage = |computer: &str, tioxml: &str| {
        rpc(&app, "post.v0.compute_node_usage", &json!({"computer_guid": computer, "tioxml": tioxml}))
    };
    let valid = include_str!("../../../fixtures/wire/tioxml/valid.xml");
    assert_eq!(usage(LOCAL, valid), success("Ignored"));
    assert_eq!(usage("nope", valid), forbidden("nope is not registered."));
    let title = "The tioxml does not validate the xsd: <document>: found <x>, expected <journal> (line 1, column 1)";
    let invalid = json!({"status": 400, "type": "INVALIDATE_TIOXML", "title": title});
    assert_eq!(usage(LOCAL, "<x/>"), (400, invalid));
    let stored: i64 = app.sqlite().query_row("SELECT count(*) FROM consumption", [], |row| row.get(0)).unwrap();
    assert_eq!(stored, 1);
}
