//! Every request is closed and typed, and what is wrong is named.

use serde_json::{Value, json};

use super::{bad, forbidden, rpc, wanted, with};
use crate::app::TestApp;

/// Every method with fields: its name, a request that has all of them, and which of them may be absent.
fn requests() -> Vec<(&'static str, Value, &'static [&'static str])> {
    let computer = json!({"computer_guid": "nope"});
    let guid = json!({"instance_guid": "nope______0"});
    let release = with(&computer, &json!({"software_release_uri": "/sr"}));
    let options = json!({"parameters": {}, "state": "started", "shared": false, "sla_parameters": {}});
    let description = json!({"compute_partition_list": [{"partition_id": "slappart0"}]});
    let tioxml = include_str!("../../../fixtures/wire/tioxml/valid.xml");
    let reported = |state: &str| json!({"reported_state": state});
    let message = json!({"message": "m"});
    vec![
        ("get.v0.compute_node_status", computer.clone(), &[]),
        ("put.v0.compute_node_bang", with(&computer, &message), &[]),
        ("post.v0.compute_node_usage", with(&computer, &json!({"tioxml": tioxml})), &[]),
        ("post.v0.compute_node_certificate", computer.clone(), &[]),
        ("remove.v0.compute_node_certificate", computer.clone(), &[]),
        ("allDocs.v0.compute_node_instance_list", computer.clone(), &[]),
        ("allDocs.v0.compute_node_software_installation_list", computer.clone(), &[]),
        ("post.v0.software_installation", with(&release, &json!({"state": "destroyed"})), &["state"]),
        ("put.v0.software_installation_reported_state", with(&release, &reported("building")), &[]),
        ("put.v0.software_installation_error", with(&release, &message), &[]),
        (
            "post.v0.software_instance",
            with(&wanted("t"), &options),
            &["parameters", "state", "shared", "sla_parameters"],
        ),
        ("get.v0.software_instance", guid.clone(), &[]),
        ("get.v0.compute_partition", with(&computer, &json!({"compute_partition_id": "slappart0"})), &[]),
        ("get.v0.instance_tree", json!({"title": "t"}), &[]),
        ("allDocs.v0.instance_node_instance_list", guid.clone(), &[]),
        ("get.v0.software_instance_certificate", guid.clone(), &[]),
        ("put.v0.software_instance_connection_parameter", with(&guid, &json!({"connection_parameter_dict": {}})), &[]),
        ("put.v0.software_instance_reported_state", with(&guid, &reported("started")), &[]),
        ("put.v0.software_instance_error", with(&guid, &message), &[]),
        ("put.v0.software_instance_bang", with(&guid, &message), &[]),
        ("put.v0.software_instance_title", with(&guid, &json!({"title": "t"})), &[]),
        ("put.v0.compute_node_format", with(&computer, &description), &[]),
    ]
}

fn title(document: &Value) -> &str {
    document["title"].as_str().unwrap()
}

#[test]
fn a_field_that_is_missing_or_of_another_type_is_named() {
    let app = TestApp::empty();
    for (method, request, optional) in requests() {
        let (status, document) = rpc(&app, method, &request);
        assert_ne!(status, 400, "{method}: {document}");
        for field in request.as_object().unwrap().keys() {
            let mut lacking = request.clone();
            lacking.as_object_mut().unwrap().remove(field);
            let answer = rpc(&app, method, &lacking);
            if optional.contains(&field.as_str()) {
                assert_ne!(answer.0, 400, "{method} without {field}: {answer:?}");
            } else {
                assert_eq!(answer, bad(&format!("missing field `{field}`")), "{method}");
            }
            for (wrong, found) in [(json!(1), "integer `1`"), (Value::Null, "null")] {
                let (status, document) = rpc(&app, method, &with(&request, &json!({field: wrong})));
                let start = format!("{field}: invalid type: {found}, expected ");
                assert_eq!((status, &document["type"]), (400, &json!("Bad Request")), "{method}");
                assert!(title(&document).starts_with(&start), "{method}: {document}");
            }
        }
    }
}

#[test]
fn a_field_that_is_not_of_the_method_is_named() {
    let app = TestApp::empty();
    let without = ["get.v0.hateoas_url", "allDocs.v0.instance_tree_list", "allDocs.WIP.compute_node_list"];
    for method in without {
        assert_eq!(rpc(&app, method, &json!({"foo": 1})), bad("unknown field `foo`, there are no fields"), "{method}");
        assert_eq!(rpc(&app, method, &json!({})).0, 200, "{method}");
    }
    let requests = requests();
    assert_eq!(without.len() + requests.len(), 25);
    for (method, request, _) in requests {
        let (status, document) = rpc(&app, method, &with(&request, &json!({"foo": 1})));
        assert_eq!((status, &document["type"]), (400, &json!("Bad Request")), "{method}");
        assert!(title(&document).starts_with("unknown field `foo`, expected "), "{method}: {document}");
    }
}

#[test]
fn words_and_texts_are_checked() {
    let app = TestApp::formatted(1);
    for (entries, fault) in [
        (json!({"title": "t".repeat(201)}), "title: 201 characters are too long; expected at most 200"),
        (json!({"title": ""}), "title: \"\" is not accepted; expected a title: printable text, not empty"),
        (json!({"title": "a\u{1}"}), "title: \"a\\u{1}\" is not accepted; expected a title: printable text, not empty"),
        (
            json!({"software_release_uri": ""}),
            "software_release_uri: \"\" is not accepted; expected the URL or path of a software release",
        ),
        (
            json!({"software_type": "\u{fffe}"}),
            "software_type: \"\\u{fffe}\" is not accepted; expected text without the character U+FFFE, which XML \
             cannot carry",
        ),
        (json!({"state": "bogus"}), "state: \"bogus\" is not accepted; expected started, stopped or destroyed"),
        (json!({"shared": "true"}), "shared: invalid type: string \"true\", expected a boolean"),
        (json!({"sla_parameters": {"x": true}}), "sla_parameters.x: invalid type: boolean `true`, expected a string"),
        (
            json!({"sla_parameters": {"retention_delay": "7"}}),
            "sla_parameters.retention_delay: invalid type: string \"7\", expected a JSON number",
        ),
    ] {
        let request = with(&wanted("root"), &entries);
        assert_eq!(rpc(&app, "post.v0.software_instance", &request), bad(fault));
    }
    let title = json!({"title": "é".repeat(200)});
    let unknown = format!("No instance tree {} found.", "é".repeat(200));
    assert_eq!(rpc(&app, "get.v0.instance_tree", &title), forbidden(&unknown));
    assert_eq!(app.listing("local_computer"), ["slappart0 free"]);
}
