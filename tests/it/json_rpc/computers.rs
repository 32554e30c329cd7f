//! Computers and their partitions.

use serde_json::{Value, json};
use slapproxy::config::Overrides;

use super::{bad, forbidden, get, instance, rpc, success, wanted, with};
use crate::app::{TestApp, description};
use crate::calls::LOCAL;

fn format(app: &TestApp, computer: &str, partitions: &Value) -> (u16, Value) {
    let request = json!({"computer_guid": computer, "compute_partition_list": partitions});
    rpc(app, "put.v0.compute_node_format", &request)
}

#[test]
fn a_computer_gets_partitions_with_their_addresses() {
    let app = TestApp::empty();
    let partitions = json!([
        {"partition_id": "p0", "ip_list": [
            {"ip-address": "10.0.0.1", "netmask": "255.255.255.255", "network-interface": "tap0"},
            {"ip-address": "::1", "network-interface": "lo"},
            {"ip-address": "10.0.0.9", "network-interface": "route_tap0", "netmask": "255.255.255.0",
             "gateway-ip-address": "10.0.0.254", "network-address": "10.0.0.0"},
        ]},
        {"partition_id": "p1", "ip_list": [{"ip-address": "10.0.0.2"}], "capability_list": ["ipv6"]},
        {"partition_id": "p2"},
    ]);
    assert_eq!(format(&app, LOCAL, &partitions), success("Formatted"));
    assert_eq!(app.listing(LOCAL), ["p0 free", "p1 free", "p2 free"]);
    let addresses = |title: &str| {
        let instance = get(&app, "post.v0.software_instance", &wanted(title));
        (instance["ip_list"].clone(), instance["full_ip_list"].clone())
    };
    let plain = json!([["tap0", "10.0.0.1"], ["lo", "::1"]]);
    let routed = json!([["route_tap0", "10.0.0.9", "10.0.0.254", "255.255.255.0", "10.0.0.0"]]);
    assert_eq!(addresses("a"), (plain, routed));
    assert_eq!(addresses("b"), (json!([["p1", "10.0.0.2"]]), json!([])));
    assert_eq!(addresses("c"), (json!([]), json!([])));
}

#[test]
fn partitions_that_stay_keep_their_instances_and_the_computer_its_address() {
    let app = TestApp::formatted(2);
    let own = || -> (Option<String>, Option<String>) {
        let query = "SELECT address, netmask FROM computer WHERE reference = 'local_computer'";
        app.sqlite().query_row(query, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap()
    };
    let xml = description(LOCAL, 2).replacen("<none/>", "<string>10.0.0.200</string>", 1);
    assert_eq!(app.post("/loadComputerConfigurationFromXML", &[("xml", &xml)]).body, "done");
    assert_eq!(own(), (Some("10.0.0.200".into()), None));
    get(&app, "post.v0.software_instance", &wanted("root"));
    let before = instance(&app, "root______0");
    let partitions = json!([{"partition_id": "slappart0", "ip_list": [{"ip-address": "::1"}]}]);
    assert_eq!(format(&app, LOCAL, &partitions), success("Formatted"));
    assert_eq!(app.listing(LOCAL), ["slappart0 started root"]);
    assert_eq!(instance(&app, "root______0"), with(&before, &json!({"ip_list": [["slappart0", "::1"]]})));
    assert_eq!(own(), (Some("10.0.0.200".into()), None));
}

#[test]
fn a_wrong_description_changes_nothing() {
    let app = TestApp::formatted(1);
    for (partitions, fault) in [
        (json!([{"partition_id": "p0"}, {}]), "compute_partition_list[1]: missing field `partition_id`"),
        (
            json!([{"partition_id": "p0"}, {"partition_id": "p0"}]),
            "compute_partition_list: two partitions have the partition_id \"p0\"",
        ),
        (
            json!([{"partition_id": "p0", "ip_list": [{"ip-address": "10.0.0"}]}]),
            "compute_partition_list[0].ip_list[0].ip-address: \"10.0.0\" is not accepted; expected an IP address such \
             as \"10.0.0.1\"",
        ),
    ] {
        assert_eq!(format(&app, LOCAL, &partitions), bad(fault));
    }
    let fault = "computer_guid: \"a,b\" is not accepted; expected a reference such as \"slappart0\": not empty, no \
                 comma, no control character, no blank at its ends";
    assert_eq!(format(&app, "a,b", &json!([])), bad(fault));
    assert_eq!(app.listing(LOCAL), ["slappart0 free"]);
}

#[test]
fn computers_and_what_is_on_them_are_listed() {
    let app = TestApp::empty();
    let list = |computer: &str| rpc(&app, "allDocs.v0.compute_node_instance_list", &json!({"computer_guid": computer}));
    // The default computer is known before it is formatted.
    assert_eq!(list(LOCAL), (200, json!({"result_list": []})));
    assert_eq!(format(&app, "another", &json!([])), success("Formatted"));
    app.format(LOCAL, 12);
    let nodes = get(&app, "allDocs.WIP.compute_node_list", &json!({}));
    assert_eq!(nodes, json!({"result_list": [{"computer_guid": "another"}, {"computer_guid": LOCAL}]}));
    let mut entries = Vec::new();
    for n in 0..11 {
        let title = format!("i{n}");
        get(&app, "post.v0.software_instance", &wanted(&title));
        entries.push(json!({
            "title": title,
            "instance_guid": format!("i{n}______0"),
            "state": "started",
            "compute_partition_id": format!("slappart{n}"),
            "software_release_uri": "/sr",
        }));
    }
    assert_eq!(list(LOCAL), (200, json!({ "result_list": entries })));
    assert_eq!(list("another"), (200, json!({"result_list": []})));
    assert_eq!(list("nope"), forbidden("nope is not registered."));
}

#[test]
fn certificates_are_empty_where_there_is_no_authority() {
    let app = TestApp::with(Overrides { no_certificates: Some("true".into()), ..Overrides::default() });
    app.format(LOCAL, 1);
    get(&app, "post.v0.software_instance", &wanted("root"));
    let empty = (200, json!({"key": "", "certificate": ""}));
    let computer = json!({"computer_guid": LOCAL});
    let guid = json!({"instance_guid": "root______0"});
    assert_eq!(rpc(&app, "post.v0.compute_node_certificate", &computer), empty);
    assert_eq!(rpc(&app, "get.v0.software_instance_certificate", &guid), empty);
    assert_eq!(rpc(&app, "remove.v0.compute_node_certificate", &computer), success("Ignored"));
}
