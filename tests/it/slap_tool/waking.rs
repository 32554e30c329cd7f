//! The change marker: whom a change wakes, and whom it leaves alone.

use std::collections::HashSet;

use slapproxy::config::Overrides;
use slapproxy::wire::xml::Value;

use crate::app::{Answer, TestApp, request, text};
use crate::calls::{LOCAL, concurrently};

const ALL: [&str; 4] = ["slappart0", "slappart1", "slappart2", "slappart3"];

/// Which of the four partitions are woken by a call.
fn woken(app: &TestApp, call: impl FnOnce()) -> Vec<&'static str> {
    let before = app.timestamps(&ALL);
    call();
    let after = app.timestamps(&ALL);
    (0..ALL.len()).filter(|&n| before[n] != after[n]).map(|n| ALL[n]).collect()
}

/// A root with a child and a grandchild, and another root.
fn forest(app: &TestApp) {
    request("root").place(app);
    request("kid").by(LOCAL, "slappart0").place(app);
    request("grandkid").by(LOCAL, "slappart1").place(app);
    request("other").place(app);
}

#[test]
fn publishing_something_new_wakes_the_direct_requester_only() {
    let app = TestApp::formatted(4);
    forest(&app);
    let publish = |partition: &str, value: &str| {
        assert_eq!(app.publish(LOCAL, partition, &[("url", value)]), Answer::text("done"));
    };
    assert_eq!(woken(&app, || publish("slappart2", "1")), ["slappart1"]);
    assert_eq!(woken(&app, || publish("slappart1", "1")), ["slappart0"]);
    assert_eq!(woken(&app, || publish("slappart0", "1")), Vec::<&str>::new());
    assert_eq!(woken(&app, || publish("slappart2", "1")), Vec::<&str>::new());
    assert_eq!(woken(&app, || publish("slappart2", "2")), ["slappart1"]);
}

#[test]
fn b11_publishing_wakes_the_requester_on_any_computer() {
    let app = TestApp::formatted(4);
    app.format("node2", 4);
    forest(&app);
    let there = [("computer_guid", "node2")];
    for title in ["a", "b", "c"] {
        request(title).filter(&there).place(&app);
    }
    let far = request("far").filter(&there).by(LOCAL, "slappart1");
    assert_eq!(far.place(&app), "slappart3");
    let others = ["slappart0", "slappart1", "slappart2"].map(|partition| app.timestamp("node2", partition));
    let publish = || assert_eq!(app.publish("node2", "slappart3", &[("url", "x")]), Answer::text("done"));
    assert_eq!(woken(&app, publish), ["slappart1"]);
    assert_eq!(["slappart0", "slappart1", "slappart2"].map(|partition| app.timestamp("node2", partition)), others);
}

#[test]
fn publishing_for_a_shared_instance_wakes_its_requester() {
    let app = TestApp::formatted(4);
    forest(&app);
    let shared = request("s").shared().filter(&[("instance_guid", "local_computer-slappart3")]);
    shared.clone().by(LOCAL, "slappart1").place(&app);
    let publish = |value: &str| {
        let answer = app.publish_shared(LOCAL, "slappart3", "root_s", &[("url", value)]);
        assert_eq!(answer, Answer::text("done"));
    };
    assert_eq!(woken(&app, || publish("1")), ["slappart1"]);
    assert_eq!(woken(&app, || publish("1")), Vec::<&str>::new());
}

#[test]
fn a_changed_list_of_shared_instances_wakes_the_host() {
    let app = TestApp::formatted(4);
    forest(&app);
    let shared = request("s").shared().filter(&[("instance_guid", "local_computer-slappart3")]);
    let send = |request: &crate::app::Request| assert_eq!(request.send(&app).status, 200);
    assert_eq!(woken(&app, || send(&shared)), ["slappart3"]);
    assert_eq!(woken(&app, || send(&shared)), Vec::<&str>::new());
    let changed = shared.clone().parameters(&[("a", "b")]);
    assert_eq!(woken(&app, || send(&changed)), ["slappart3"]);
    assert_eq!(woken(&app, || send(&changed.clone().state("stopped"))), ["slappart3"]);
    assert_eq!(woken(&app, || send(&changed.clone().state("destroyed"))), ["slappart3"]);
}

#[test]
fn a_bang_of_any_instance_wakes_its_whole_tree() {
    let app = TestApp::formatted(4);
    forest(&app);
    let bang = |partition: &str| assert_eq!(app.report("/softwareInstanceBang", partition, &[]), Answer::text("OK"));
    for partition in ["slappart0", "slappart1", "slappart2"] {
        assert_eq!(woken(&app, || bang(partition)), ["slappart0", "slappart1", "slappart2"], "{partition}");
    }
    assert_eq!(woken(&app, || bang("slappart3")), ["slappart3"]);
}

#[test]
fn a_bang_of_a_computer_wakes_every_tree_with_an_instance_there() {
    let app = TestApp::formatted(4);
    app.format("node2", 1);
    forest(&app);
    request("far").filter(&[("computer_guid", "node2")]).by(LOCAL, "slappart2").place(&app);
    let bang = |computer: &str| {
        let answer = app.post("/computerBang", &[("computer_id", computer), ("message", "smoke")]);
        assert_eq!(answer, Answer::text("<marshal><string></string></marshal>"));
    };
    let far = app.timestamp("node2", "slappart0");
    assert_eq!(woken(&app, || bang("node2")), ["slappart0", "slappart1", "slappart2"]);
    let far_later = app.timestamp("node2", "slappart0");
    assert_ne!(far_later, far);
    assert_eq!(woken(&app, || bang(LOCAL)), ALL);
    assert_ne!(app.timestamp("node2", "slappart0"), far_later);
}

#[test]
fn reports_wake_nobody() {
    let app = TestApp::formatted(4);
    forest(&app);
    for path in [
        "/startedComputerPartition",
        "/stoppedComputerPartition",
        "/buildingComputerPartition",
        "/availableComputerPartition",
        "/softwareInstanceError",
    ] {
        let report = || {
            assert_eq!(app.report(path, "slappart2", &[("error_log", "x")]), Answer::text("Ignored"));
        };
        assert_eq!(woken(&app, report), Vec::<&str>::new(), "{path}");
    }
}

#[test]
fn timestamps_never_repeat_and_only_grow() {
    const CLIENTS: usize = 8;
    let app = TestApp::formatted(CLIENTS);
    let timestamps = concurrently(CLIENTS, |client| {
        let ask = |n: usize| {
            let answer = request(&format!("root{client}")).parameters(&[("n", &n.to_string())]).value(&app);
            text(answer.get("_parameter_dict").unwrap(), "timestamp")
        };
        (0..10).map(ask).collect::<Vec<_>>()
    });
    for own in &timestamps {
        let seconds: Vec<f64> = own.iter().map(|text| text.parse().unwrap()).collect();
        assert!(seconds.is_sorted(), "{own:?}");
    }
    let all: HashSet<&String> = timestamps.iter().flatten().collect();
    assert_eq!(all.len(), CLIENTS * 10);
}

#[test]
fn timestamps_grow_even_when_the_clock_was_set_back() {
    let mut app = TestApp::formatted(1);
    request("root").place(&app);
    // The year 2100, as if the clock had been wrong until now.
    let future = 4_102_444_800_000_000_i64;
    let directory = app.stop().unwrap();
    app.sqlite().execute("UPDATE instance SET timestamp = ?1", [future]).unwrap();
    let app = TestApp::on(directory);
    assert_eq!(app.timestamp(LOCAL, "slappart0"), "4102444800.0");
    request("root").parameters(&[("a", "b")]).place(&app);
    assert_eq!(app.timestamp(LOCAL, "slappart0"), "4102444800.000001");
}

#[test]
fn timestamps_are_integers_on_demand() {
    let app = TestApp::with(Overrides { timestamp_format: Some("microseconds".into()), ..Overrides::default() });
    app.format(LOCAL, 1);
    let answer = request("root").value(&app);
    let timestamp = answer.get("_parameter_dict").unwrap().get("timestamp").unwrap();
    assert_eq!(app.parameter("slappart0", "timestamp"), *timestamp);
    let Value::Int(microseconds) = timestamp else { panic!("{timestamp:?}") };
    let year_2020 = 1_577_836_800_000_000_i64;
    assert!(microseconds.as_str().parse::<i64>().unwrap() > year_2020, "{timestamp:?}");
}
