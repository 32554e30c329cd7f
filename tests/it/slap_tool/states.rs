//! What is asked of instances, and how it spreads in their trees.

use slapproxy::wire::xml::Value;

use crate::app::{Request, TestApp, request, text};
use crate::calls::{LOCAL, texts};

/// A stopped or started root with a child, and the child's request.
fn tree(app: &TestApp) -> (Request, Request) {
    let (root, kid) = (request("root"), request("kid").by(LOCAL, "slappart0"));
    assert_eq!((root.place(app), kid.place(app)), ("slappart0".into(), "slappart1".into()));
    (root, kid)
}

#[test]
fn the_answer_to_a_request_is_whole() {
    let app = TestApp::formatted(1);
    let root = request("root").parameters(&[("a", "b")]).filter(&[("computer_guid", LOCAL)]);
    let answer = root.value(&app);
    let timestamp = app.timestamp(LOCAL, "slappart0");
    let expected = Value::dictionary([
        ("_connection_dict", Value::dictionary::<&str>([])),
        ("_filter_dict", Value::dictionary([("computer_guid", LOCAL.into())])),
        ("_instance_guid", "local_computer-slappart0".into()),
        ("_parameter_dict", Value::dictionary([("a", "b".into()), ("timestamp", timestamp.into())])),
        ("_requested_state", "started".into()),
        ("connection_xml", Value::None),
        ("full_ip_list", Value::list(vec![])),
        ("ip_list", Value::list(vec![Value::Tuple(vec!["slaptap0".into(), "10.0.0.1".into()])])),
        ("slap_computer_id", LOCAL.into()),
        ("slap_computer_partition_id", "slappart0".into()),
        ("slap_server_url", "slap_server_url".into()),
        ("slap_software_release_url", "/sr".into()),
        ("slap_software_type", "default".into()),
    ]);
    let object = answer.as_object().unwrap();
    assert_eq!((object.class.name(), &object.arguments), ("SoftwareInstance", &vec![]));
    assert_eq!(Value::from(object.state.clone()), expected);
}

#[test]
fn what_a_node_is_told_of_an_instance_is_whole() {
    let app = TestApp::formatted(2);
    request("root").place(&app);
    request("kid").parameters(&[("a", "b"), ("ip_list", "mine")]).by(LOCAL, "slappart0").state("stopped").place(&app);
    let timestamp = app.timestamp(LOCAL, "slappart1");
    let none = Value::list(vec![]);
    let release = |key| -> Value { if key == "_software_release" { "/sr".into() } else { LOCAL.into() } };
    let parameters = Value::dictionary([
        ("a", "b".into()),
        ("full_address_list", none.clone()),
        ("full_ip_list", none.clone()),
        ("instance_title", "kid".into()),
        ("ip_list", Value::list(vec![Value::Tuple(vec!["slaptap1".into(), "10.0.0.2".into()])])),
        ("root_instance_title", "root".into()),
        ("slap_computer_id", LOCAL.into()),
        ("slap_computer_partition_id", "slappart1".into()),
        ("slap_software_release_url", "/sr".into()),
        ("slap_software_type", "default".into()),
        ("slave_instance_list", none.clone()),
        ("timestamp", timestamp.into()),
    ]);
    let found = app.partition(LOCAL, "slappart1");
    let document = found.get("_software_release_document").unwrap();
    for key in ["_software_release", "_computer_guid"] {
        assert_eq!(document.get(key), Some(&release(key)));
    }
    let expected = Value::dictionary([
        ("_computer_id", LOCAL.into()),
        ("_connection_dict", Value::dictionary::<&str>([])),
        ("_filter_dict", Value::dictionary::<&str>([])),
        ("_instance_guid", "local_computer-slappart1".into()),
        ("_need_modification", 1.into()),
        ("_parameter_dict", parameters),
        ("_partition_id", "slappart1".into()),
        ("_request_dict", Value::None),
        ("_requested_state", "stopped".into()),
        ("_software_release_document", document.clone()),
    ]);
    assert_eq!(Value::from(found.as_object().unwrap().state.clone()), expected);
    let listed = app.information(LOCAL);
    assert_eq!(listed.get("_computer_partition_list").unwrap().as_list().unwrap()[1], found);
}

#[test]
fn what_a_node_is_told_of_a_free_partition_is_whole() {
    let app = TestApp::formatted(1);
    let expected = Value::dictionary([
        ("_computer_id", LOCAL.into()),
        ("_instance_guid", "local_computer-slappart0".into()),
        ("_need_modification", 0.into()),
        ("_partition_id", "slappart0".into()),
        ("_request_dict", Value::None),
        ("_requested_state", "destroyed".into()),
        ("_software_release_document", Value::None),
    ]);
    assert_eq!(Value::from(app.partition(LOCAL, "slappart0").as_object().unwrap().state.clone()), expected);
}

#[test]
fn a_child_of_a_stopped_root_is_stopped_when_it_is_requested_again() {
    let app = TestApp::formatted(2);
    let (root, kid) = tree(&app);
    root.clone().state("stopped").place(&app);
    assert_eq!(app.listing(LOCAL), ["slappart0 stopped root", "slappart1 started kid"]);
    let before = app.timestamp(LOCAL, "slappart1");
    assert_eq!(text(&kid.clone().state("started").value(&app), "_requested_state"), "stopped");
    assert_ne!(app.timestamp(LOCAL, "slappart1"), before);
    assert_eq!(app.listing(LOCAL), ["slappart0 stopped root", "slappart1 stopped kid"]);
    root.state("started").place(&app);
    assert_eq!(text(&kid.state("started").value(&app), "_requested_state"), "started");
    assert_eq!(app.listing(LOCAL), ["slappart0 started root", "slappart1 started kid"]);
}

#[test]
fn the_first_request_of_a_child_of_a_stopped_root_is_stopped() {
    let app = TestApp::formatted(2);
    request("root").place(&app);
    request("root").state("stopped").place(&app);
    let kid = request("kid").state("started").by(LOCAL, "slappart0").value(&app);
    assert_eq!(text(&kid, "_requested_state"), "stopped");
    assert_eq!(app.listing(LOCAL), ["slappart0 stopped root", "slappart1 stopped kid"]);
}

#[test]
fn a_child_may_be_stopped_or_destroyed_under_a_started_root() {
    let app = TestApp::formatted(2);
    let (_, kid) = tree(&app);
    for state in ["stopped", "destroyed", "started"] {
        assert_eq!(text(&kid.clone().state(state).value(&app), "_requested_state"), state);
        assert_eq!(app.listing(LOCAL), ["slappart0 started root".into(), format!("slappart1 {state} kid")]);
    }
}

#[test]
fn a_grandchild_follows_the_root_and_not_its_requester() {
    let app = TestApp::formatted(3);
    let (root, kid) = tree(&app);
    let grandkid = request("grandkid").state("started").by(LOCAL, "slappart1");
    grandkid.place(&app);
    kid.state("stopped").place(&app);
    assert_eq!(text(&grandkid.value(&app), "_requested_state"), "started");
    root.state("stopped").place(&app);
    assert_eq!(text(&grandkid.value(&app), "_requested_state"), "stopped");
}

#[test]
fn a_request_without_state_keeps_the_stored_one() {
    let app = TestApp::formatted(1);
    assert_eq!(text(&request("root").value(&app), "_requested_state"), "started");
    let stopped = request("root").state("stopped").value(&app);
    let answer = request("root").value(&app);
    assert_eq!(text(&answer, "_requested_state"), "stopped");
    assert_eq!(answer, stopped);
    let none = [("software_release", "/sr"), ("partition_reference", "root"), ("state", "<marshal><none/></marshal>")];
    assert_eq!(app.post("/requestComputerPartition", &none).value(), stopped);
}

#[test]
fn an_instance_is_requested_by_whoever_asked_last() {
    let app = TestApp::formatted(3);
    let (_, kid) = tree(&app);
    let grandkid = request("grandkid");
    assert_eq!(grandkid.clone().by(LOCAL, "slappart1").place(&app), "slappart2");
    let before = app.timestamps(&["slappart0", "slappart1", "slappart2"]);
    assert_eq!(grandkid.by(LOCAL, "slappart0").place(&app), "slappart2");
    assert_eq!(app.timestamps(&["slappart0", "slappart1", "slappart2"]), before);
    app.publish(LOCAL, "slappart2", &[("a", "b")]);
    let after = app.timestamps(&["slappart0", "slappart1", "slappart2"]);
    assert_ne!(after[0], before[0]);
    assert_eq!(after[1..], before[1..]);
    // The old requester ends without the instance that it gave away.
    kid.state("destroyed").place(&app);
    app.destroyed(LOCAL, "slappart1");
    assert_eq!(app.listing(LOCAL), ["slappart0 started root", "slappart1 free", "slappart2 started grandkid"]);
}

#[test]
fn every_change_of_a_request_is_answered_and_listed() {
    let app = TestApp::formatted(1);
    let mut timestamps = vec![];
    for changed in [
        request("root"),
        request("root").parameters(&[("a", "1")]),
        request("root").parameters(&[("a", "2")]),
        request("root").parameters(&[("a", "2")]).software_type("other"),
        request("root").parameters(&[("a", "2")]).software_type("other").release("/new"),
        request("root").parameters(&[("a", "2")]).software_type("other").release("/new").state("stopped"),
    ] {
        let answer = changed.value(&app);
        assert_eq!(changed.value(&app), answer);
        let listed = app.partition(LOCAL, "slappart0");
        let listed_parameters = listed.get("_parameter_dict").unwrap();
        for key in ["slap_software_type", "slap_software_release_url"] {
            assert_eq!(text(listed_parameters, key), text(&answer, key));
        }
        assert_eq!(text(&listed, "_requested_state"), text(&answer, "_requested_state"));
        let mut parameters = texts(answer.get("_parameter_dict").unwrap());
        timestamps.push(parameters.remove("timestamp").unwrap());
        assert_eq!(listed_parameters.get("a").and_then(Value::as_str), parameters.get("a").map(String::as_str));
    }
    let mut different = timestamps.clone();
    different.dedup();
    assert_eq!(different, timestamps);
    assert_eq!(texts(request("root").value(&app).get("_parameter_dict").unwrap()).remove("a"), None);
}
