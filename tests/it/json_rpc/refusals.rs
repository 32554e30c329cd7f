//! What is unknown or impossible is refused with status 403, and nothing is pretended.

use serde_json::json;

use super::{bad, forbidden, get, rpc, rpc_as, wanted, with};
use crate::app::TestApp;
use crate::calls::LOCAL;

#[test]
fn an_unknown_identifier_is_refused_by_every_method() {
    let app = TestApp::formatted(1);
    let calls = [
        ("get.v0.software_instance", json!({})),
        ("get.v0.software_instance_certificate", json!({})),
        ("allDocs.v0.instance_node_instance_list", json!({})),
        ("put.v0.software_instance_connection_parameter", json!({"connection_parameter_dict": {}})),
        ("put.v0.software_instance_reported_state", json!({"reported_state": "started"})),
        ("put.v0.software_instance_reported_state", json!({"reported_state": "destroyed"})),
        ("put.v0.software_instance_error", json!({"message": "m"})),
        ("put.v0.software_instance_bang", json!({"message": "m"})),
        ("put.v0.software_instance_title", json!({"title": "t"})),
    ];
    for (method, request) in calls {
        for (guid, title) in [
            ("nope______0", "No software instance nope______0 found."),
            ("nope___root___1", "No shared instance nope___root___1 found."),
            ("SOFTINST-1", "instance_guid SOFTINST-1 not handled."),
            ("local_computer-slappart0", "instance_guid local_computer-slappart0 not handled."),
            ("", "instance_guid  not handled."),
        ] {
            let request = with(&request, &json!({"instance_guid": guid}));
            assert_eq!(rpc(&app, method, &request), forbidden(title), "{method}");
        }
    }
}

#[test]
fn an_unknown_computer_is_refused_by_every_method() {
    let app = TestApp::empty();
    let release = json!({"software_release_uri": "/sr"});
    let calls = [
        ("put.v0.compute_node_bang", json!({"message": "m"})),
        ("get.v0.compute_node_status", json!({})),
        ("post.v0.compute_node_certificate", json!({})),
        ("remove.v0.compute_node_certificate", json!({})),
        ("allDocs.v0.compute_node_instance_list", json!({})),
        ("allDocs.v0.compute_node_software_installation_list", json!({})),
        ("post.v0.software_installation", release.clone()),
        ("put.v0.software_installation_error", with(&release, &json!({"message": "m"}))),
        ("put.v0.software_installation_reported_state", with(&release, &json!({"reported_state": "destroyed"}))),
    ];
    for (method, request) in calls {
        let request = with(&request, &json!({"computer_guid": "nope"}));
        assert_eq!(rpc(&app, method, &request), forbidden("nope is not registered."), "{method}");
    }
}

#[test]
fn a_request_that_cannot_be_served_creates_nothing() {
    let app = TestApp::formatted(1);
    let post = "post.v0.software_instance";
    let destroyed = with(&wanted("root"), &json!({"state": "destroyed"}));
    let nothing = forbidden("title: there is no instance \"root\" to destroy");
    assert_eq!(rpc(&app, post, &destroyed), nothing);
    let remote = with(&wanted("root"), &json!({"sla_parameters": {"master_url": "http://127.0.0.1:9/"}}));
    let unlisted = forbidden("External SlapOS Master URL http://127.0.0.1:9/ is not listed in multimaster list.");
    assert_eq!(rpc(&app, post, &remote), unlisted);
    assert_eq!(app.listing(LOCAL), ["slappart0 free"]);
    get(&app, post, &wanted("root"));
    let full = "No free computer partition found for: second (the only partition of local_computer is busy: \
                slappart0 with root)";
    assert_eq!(rpc(&app, post, &wanted("second")), forbidden(full));
}

#[test]
fn an_unknown_requester_is_a_bad_request() {
    let app = TestApp::formatted(1);
    let answer = rpc_as(&app, "nopart", "post.v0.software_instance", &wanted("kid"));
    let title = "No partition matching the authorization header: (local_computer / nopart); computer_partition_id: \
                 there is no partition \"nopart\"; known: slappart0";
    assert_eq!(answer, bad(title));
    let answer = rpc_as(&app, "slappart0", "post.v0.software_instance", &wanted("kid"));
    assert_eq!(answer, bad("No partition matching the authorization header: (local_computer / slappart0); it is free"));
    assert_eq!(app.listing(LOCAL), ["slappart0 free"]);
}
