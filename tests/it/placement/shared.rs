//! The hosts of shared instances.

use serde_json::json;

use super::{anywhere, led, set};
use crate::app::{TestApp, request};

fn shared(app: &TestApp, title: &str, sla: &[(&str, &str)]) -> String {
    led(app, &request(title).shared().filter(sla))
}

#[test]
fn the_host_that_serves_the_fewest_of_all_that_fit_is_taken_and_kept() {
    let app = anywhere([2, 1, 1]);
    for (title, computer) in [("a", "local_computer"), ("b", "node1"), ("c", "node2")] {
        request(title).filter(&[("computer_guid", computer)]).value(&app);
    }
    request("other").release("/other").value(&app);
    let places = ["local_computer/slappart0", "node1/slappart0", "node2/slappart0"];
    for number in 0..6 {
        assert_eq!(shared(&app, &format!("s{number}"), &[]), places[number % 3]);
    }
    // What one of them loses is filled first.
    request("s1").shared().state("destroyed").value(&app);
    assert_eq!(shared(&app, "s6", &[]), places[1]);
    for number in [0, 2, 3, 4, 5, 6] {
        let kept = if number == 6 { places[1] } else { places[number % 3] };
        assert_eq!(shared(&app, &format!("s{number}"), &[]), kept);
    }
}

#[test]
fn its_place_must_meet_what_the_sla_demands_and_be_open() {
    let app = anywhere([1, 1, 1]);
    for (title, computer) in [("a", "local_computer"), ("b", "node1"), ("c", "node2")] {
        request(title).filter(&[("computer_guid", computer)]).value(&app);
    }
    set(&app, "node1", &[], &json!({"partition_type": "slave"}));
    set(&app, "node2", &[], &json!({"network_guid": "NET-1", "port_list": [80]}));
    assert_eq!(shared(&app, "t", &[("partition_type", "slave")]), "node1/slappart0");
    assert_eq!(shared(&app, "n", &[("network_guid", "NET-1"), ("port", "80")]), "node2/slappart0");
    assert_eq!(shared(&app, "g", &[("instance_guid", "node2-slappart0")]), "node2/slappart0");
    assert_eq!(shared(&app, "h", &[("instance_guid", "b______0")]), "node1/slappart0");
    set(&app, "local_computer", &[], &json!({"closed": true}));
    set(&app, "node1", &["slappart0"], &json!({"closed": true}));
    assert_eq!(shared(&app, "x", &[]), "node2/slappart0");
    set(&app, "node2", &[], &json!({"closed": true}));
    let refused = shared(&app, "y", &[]);
    assert_eq!(
        refused,
        "no instance of this software release on any computer will do: a in slappart0 of local_computer is on a closed \
         computer, b in slappart0 of node1 is closed, c in slappart0 of node2 is on a closed computer"
    );
    // What is served already is not concerned.
    assert_eq!(shared(&app, "t", &[("partition_type", "slave")]), "node1/slappart0");
}

#[test]
fn a_host_that_is_named_is_found_on_its_computer_though_requests_go_to_the_default_one() {
    let app = TestApp::formatted(1);
    app.format("node1", 1);
    request("here").value(&app);
    request("there").filter(&[("computer_guid", "node1")]).value(&app);
    assert_eq!(shared(&app, "s", &[("instance_guid", "there______0")]), "node1/slappart0");
    assert_eq!(shared(&app, "t", &[]), "local_computer/slappart0");
}
