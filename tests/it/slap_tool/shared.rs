//! The life of shared instances.

use slapproxy::wire::xml::{Value, dumps};

use crate::app::{TestApp, request, text};
use crate::calls::{LOCAL, connection, map};

#[test]
fn the_answer_to_a_request_is_whole() {
    let app = TestApp::formatted(1);
    request("host").place(&app);
    app.publish(LOCAL, "slappart0", &[("of", "host")]);
    let shared = request("s").shared().parameters(&[("a", "b")]).filter(&[("computer_guid", LOCAL)]);
    shared.place(&app);
    app.publish_shared(LOCAL, "slappart0", "_s", &[("of", "shared")]);
    let expected = Value::dictionary([
        ("_connection_dict", Value::dictionary([("of", "shared".into())])),
        ("_filter_dict", Value::dictionary([("computer_guid", LOCAL.into())])),
        ("_instance_guid", "_s".into()),
        ("_parameter_dict", Value::dictionary([("a", "b".into())])),
        ("_requested_state", "started".into()),
        ("full_ip_list", Value::list(vec![])),
        ("ip_list", Value::list(vec![Value::Tuple(vec!["slaptap0".into(), "10.0.0.1".into()])])),
        ("slap_computer_id", LOCAL.into()),
        ("slap_computer_partition_id", "slappart0".into()),
        ("slap_server_url", "slap_server_url".into()),
        ("slap_software_release_url", "/sr".into()),
        ("slap_software_type", "default".into()),
    ]);
    assert_eq!(Value::from(shared.value(&app).as_object().unwrap().state.clone()), expected);
    assert_eq!(connection(&request("host").value(&app)), map(&[("of", "host")]));
}

#[test]
fn a_host_reads_parameters_with_their_types() {
    let app = TestApp::formatted(1);
    request("host").place(&app);
    let typed = Value::dictionary([
        ("b", true.into()),
        ("f", 1.5.into()),
        ("i", 7.into()),
        ("l", Value::list(vec![1.into(), "x".into()])),
        ("n", Value::None),
    ]);
    let xml = String::from_utf8(dumps(&typed).unwrap()).unwrap();
    let fields = [
        ("software_release", "/sr"),
        ("software_type", "default"),
        ("partition_reference", "s"),
        ("shared_xml", "<marshal><bool>1</bool></marshal>"),
        ("partition_parameter_xml", &xml),
    ];
    let answer = app.post("/requestComputerPartition", &fields).value();
    assert_eq!(text(answer.get("_parameter_dict").unwrap(), "b"), "True");
    let entry = &app.parameter("slappart0", "slave_instance_list").as_list().unwrap()[0].clone();
    for (key, value) in typed.as_dictionary().unwrap().iter() {
        let key = key.as_str().unwrap();
        assert_eq!(entry.get(key), Some(value), "{key}");
    }
}

#[test]
fn a_stopped_shared_instance_leaves_the_list_of_its_host_and_comes_back() {
    let app = TestApp::formatted(1);
    request("host").place(&app);
    for title in ["a", "b", "c"] {
        request(title).shared().place(&app);
    }
    app.publish_shared(LOCAL, "slappart0", "_b", &[("url", "x")]);
    let shared = request("b").shared();
    let stopped = shared.clone().state("stopped").value(&app);
    assert_eq!(text(&stopped, "_requested_state"), "stopped");
    assert_eq!(connection(&stopped), map(&[("url", "x")]));
    assert_eq!(app.served("slappart0"), ["_a", "_c"]);
    let started = shared.state("started").value(&app);
    assert_eq!(connection(&started), map(&[("url", "x")]));
    assert_eq!(app.served("slappart0"), ["_a", "_b", "_c"]);
}

#[test]
fn a_shared_instance_stops_with_the_root_of_its_tree() {
    let app = TestApp::formatted(2);
    request("host").release("/host").place(&app);
    request("root").place(&app);
    let shared = request("s").release("/host").shared().state("started").by(LOCAL, "slappart1");
    shared.place(&app);
    request("root").state("stopped").place(&app);
    assert_eq!(text(&shared.value(&app), "_requested_state"), "stopped");
    assert_eq!(app.served("slappart0"), Vec::<String>::new());
    request("root").state("started").place(&app);
    assert_eq!(text(&shared.value(&app), "_requested_state"), "started");
    assert_eq!(app.served("slappart0"), ["root_s"]);
}

#[test]
fn a_shared_instance_can_be_destroyed_although_its_root_is_stopped() {
    let app = TestApp::formatted(2);
    request("host").release("/host").place(&app);
    request("root").place(&app);
    let shared = request("s").release("/host").shared().by(LOCAL, "slappart1");
    shared.place(&app);
    request("root").state("stopped").place(&app);
    let destroy = shared.state("destroyed");
    assert_eq!(text(&destroy.value(&app), "_requested_state"), "destroyed");
    let refusal = "partition_reference: there is no instance \"s\" to destroy";
    assert_eq!(destroy.send(&app).refusal(), (404, refusal.into()));
}

#[test]
fn a_host_that_is_to_be_destroyed_takes_no_new_shared_instances() {
    let app = TestApp::formatted(2);
    request("old").place(&app);
    request("s").shared().place(&app);
    request("old").state("destroyed").place(&app);
    request("new").place(&app);
    assert_eq!(request("t").shared().place(&app), "slappart1");
    assert_eq!(request("s").shared().place(&app), "slappart0");
    assert_eq!((app.served("slappart0"), app.served("slappart1")), (vec!["_s".into()], vec!["_t".to_owned()]));
}

#[test]
fn a_software_and_a_shared_instance_may_have_one_title() {
    let app = TestApp::formatted(2);
    assert_eq!(request("x").place(&app), "slappart0");
    assert_eq!(request("x").shared().place(&app), "slappart0");
    assert_eq!(text(&request("x").value(&app), "_instance_guid"), "local_computer-slappart0");
    assert_eq!(text(&request("x").shared().value(&app), "_instance_guid"), "_x");
}
