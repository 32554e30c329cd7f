//! Shared instances: whose they are, and who serves them.

use slapproxy::wire::xml::Value;

use crate::app::{Answer, TestApp, request, text};
use crate::calls::{LOCAL, connection, map, texts};

fn unknown_shared(reference: &str, known: &str) -> (u16, String) {
    (404, format!("slave_reference: there is no shared instance of this host called {reference:?}; known: {known}"))
}

#[test]
fn b2_the_same_title_is_shared_once_on_each_computer() {
    let app = TestApp::formatted(1);
    app.format("node2", 1);
    let (here, there) = (request("host"), request("other host").filter(&[("computer_guid", "node2")]));
    assert_eq!((here.place(&app), there.place(&app)), ("slappart0".into(), "slappart0".into()));
    let local = request("s").shared().filter(&[("computer_guid", LOCAL)]).parameters(&[("n", "1")]);
    let node2 = request("s").shared().filter(&[("computer_guid", "node2")]).parameters(&[("n", "2")]);
    assert_eq!(text(&local.value(&app), "slap_computer_id"), LOCAL);
    assert_eq!(text(&node2.value(&app), "slap_computer_id"), "node2");
    assert_eq!(app.publish_shared("node2", "slappart0", "_s", &[("url", "two")]), Answer::text("done"));
    assert_eq!(connection(&local.value(&app)), map(&[]));
    assert_eq!(connection(&node2.value(&app)), map(&[("url", "two")]));
    assert_eq!(app.publish_shared(LOCAL, "slappart0", "_s", &[("url", "one")]), Answer::text("done"));
    assert_eq!(connection(&local.value(&app)), map(&[("url", "one")]));
    let answer = node2.value(&app);
    assert_eq!(connection(&answer), map(&[("url", "two")]));
    assert_eq!(texts(answer.get("_parameter_dict").unwrap()), map(&[("n", "2")]));
}

#[test]
fn b3_only_the_host_publishes_for_a_shared_instance() {
    let app = TestApp::formatted(2);
    request("host").place(&app);
    request("bystander").release("/other").place(&app);
    let shared = request("s").shared();
    let before = shared.send(&app);
    let entries = [("url", "evil")];
    let nowhere = app.publish_shared("zzz", "not-a-partition", "_s", &entries);
    let unknown = "computer_id: there is no computer \"zzz\"; known: local_computer";
    assert_eq!(nowhere.refusal(), (404, unknown.into()));
    let nowhere = app.publish_shared(LOCAL, "not-a-partition", "_s", &entries);
    let unknown = "computer_partition_id: there is no partition \"not-a-partition\"; known: slappart0, slappart1";
    assert_eq!(nowhere.refusal(), (404, unknown.into()));
    let elsewhere = app.publish_shared(LOCAL, "slappart1", "_s", &entries);
    assert_eq!(elsewhere.refusal(), unknown_shared("_s", "none"));
    assert_eq!(app.publish_shared(LOCAL, "slappart0", "_t", &entries).refusal(), unknown_shared("_t", "_s"));
    assert_eq!(shared.send(&app), before);
}

#[test]
fn b4_pairs_of_titles_that_read_alike_are_different_shared_instances() {
    let app = TestApp::formatted(3);
    request("host").release("/host").place(&app);
    request("a_b").place(&app);
    request("a").place(&app);
    let shared = |title: &str| request(title).release("/host").shared();
    let first = shared("c").by(LOCAL, "slappart1").parameters(&[("n", "1")]);
    let second = shared("b_c").by(LOCAL, "slappart2").parameters(&[("n", "2")]);
    assert_eq!(text(&first.value(&app), "_instance_guid"), "a_b_c");
    assert_eq!(text(&second.value(&app), "_instance_guid"), "a_b_c_2");
    assert_eq!(app.publish_shared(LOCAL, "slappart0", "a_b_c_2", &[("of", "second")]), Answer::text("done"));
    let numbers = app.parameter("slappart0", "slave_instance_list");
    let numbers: Vec<String> = numbers.as_list().unwrap().iter().map(|entry| text(entry, "n")).collect();
    assert_eq!(numbers, ["1", "2"]);
    assert_eq!(connection(&first.value(&app)), map(&[]));
    assert_eq!(connection(&second.value(&app)), map(&[("of", "second")]));
}

#[test]
fn b5_a_new_host_serves_what_is_requested_after_the_old_one_is_gone() {
    let app = TestApp::formatted(3);
    request("old").place(&app);
    request("s").shared().place(&app);
    request("old").state("destroyed").place(&app);
    assert_eq!(app.destroyed(LOCAL, "slappart0"), Answer::text("OK"));
    request("tenant").release("/other").place(&app);
    request("new").place(&app);
    assert_eq!(request("s").shared().place(&app), "slappart1");
    assert_eq!((app.served("slappart0"), app.served("slappart1")), (vec![], vec!["_s".to_owned()]));
    assert_eq!(app.publish_shared(LOCAL, "slappart0", "_s", &[]).refusal(), unknown_shared("_s", "none"));
    assert_eq!(app.publish_shared(LOCAL, "slappart1", "_s", &[("a", "b")]), Answer::text("done"));
    assert_eq!(connection(&request("s").shared().value(&app)), map(&[("a", "b")]));
}

#[test]
fn b5_a_host_that_runs_something_else_now_hands_its_shared_instances_over() {
    let app = TestApp::formatted(2);
    request("old").place(&app);
    request("new").place(&app);
    assert_eq!(request("s").shared().place(&app), "slappart0");
    assert_eq!(request("old").release("/other").place(&app), "slappart0");
    let before = app.timestamps(&["slappart0", "slappart1"]);
    assert_eq!(request("s").shared().place(&app), "slappart1");
    assert_eq!((app.served("slappart0"), app.served("slappart1")), (vec![], vec!["_s".to_owned()]));
    let after = app.timestamps(&["slappart0", "slappart1"]);
    assert!(before[0] != after[0] && before[1] != after[1], "{before:?} {after:?}");
}

#[test]
fn b6_parameters_of_a_shared_instance_cannot_hide_what_the_host_is_told() {
    let app = TestApp::formatted(1);
    request("host").place(&app);
    for key in ["slave_title", "slave_reference", "slap_software_type"] {
        let refusal = format!(
            "partition_parameter_xml: \"{key} = x\" is not accepted; expected no parameter of a shared instance named \
             slave_title, slave_reference or slap_software_type, which its host reads from the master"
        );
        assert_eq!(request("s").shared().parameters(&[(key, "x")]).send(&app).refusal(), (400, refusal));
    }
    assert_eq!(app.served("slappart0"), Vec::<String>::new());
    request("s").shared().parameters(&[("slave", "x")]).place(&app);
    let entry = [("slap_software_type", "default"), ("slave", "x"), ("slave_reference", "_s"), ("slave_title", "_s")];
    let list = app.parameter("slappart0", "slave_instance_list");
    assert_eq!(list, Value::list(vec![Value::dictionary(entry.map(|(key, text)| (key, text.into())))]));
}

#[test]
fn b13_the_state_of_a_shared_instance_is_kept() {
    let app = TestApp::formatted(1);
    request("host").place(&app);
    let shared = request("s").shared();
    for state in ["stopped", "started", "stopped"] {
        assert_eq!(text(&shared.clone().state(state).value(&app), "_requested_state"), state);
        assert_eq!(text(&shared.value(&app), "_requested_state"), state);
    }
}

#[test]
fn b16_without_a_host_a_shared_instance_is_refused_with_what_there_is() {
    let app = TestApp::formatted(2);
    request("host").release("/sr").software_type("old").place(&app);
    let refusal = "No partition corresponding to slave request: ['/sr', 'local_computer', 'default'] (no instance of \
                   this software release on local_computer will do: host in slappart0 is of type old)";
    assert_eq!(request("s").shared().send(&app).refusal(), (404, refusal.into()));
    let nowhere = request("s").shared().filter(&[("computer_guid", "nope")]);
    let refusal = "No partition corresponding to slave request: ['/sr', 'nope', 'default'] (there is no computer \"nope\"; \
                   known: local_computer)";
    assert_eq!(nowhere.send(&app).refusal(), (404, refusal.into()));
    let by_guid = |guid: &str| request("s").shared().software_type("old").filter(&[("instance_guid", guid)]);
    let refusal = "No partition corresponding to slave request: ['/sr', 'local_computer', 'old', 'slappart1'] \
                   (no instance of this software release on local_computer will do: host in slappart0 is not the one \
                   that instance_guid names)";
    assert_eq!(by_guid("local_computer-slappart1").send(&app).refusal(), (404, refusal.into()));
    assert_eq!(by_guid("local_computer-slappart0").place(&app), "slappart0");
    assert_eq!(app.served("slappart0"), ["_s"]);
}
