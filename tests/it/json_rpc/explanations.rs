//! Why an instance is where it is and as it is.

use serde_json::{Value, json};

use super::get;
use crate::app::{TestApp, request};
use crate::calls::LOCAL;

/// Explanations, without their times.
fn explained(app: &TestApp, title: &str) -> Vec<Value> {
    let list = get(app, "allDocs.WIP.explanation_list", &json!({ "title": title }));
    list["result_list"].as_array().unwrap().iter().cloned().map(timeless).collect()
}

fn timeless(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let kept = map.into_iter().filter(|(key, value)| {
                let time = ["at", "last_at", "created_at", "changed_at"].contains(&key.as_str());
                assert!(!time || value.as_i64() > Some(1 << 50), "{key}: {value}");
                !time && key != "id"
            });
            kept.map(|(key, value)| (key, timeless(value))).collect()
        }
        Value::Array(list) => list.into_iter().map(timeless).collect(),
        other => other,
    }
}

fn event(kind: &str, text: &str) -> Value {
    json!({
        "count": 1, "user": "user", "kind": kind, "computer_guid": LOCAL, "compute_partition_id": "slappart0",
        "instance_title": "web", "software_release_uri": "/sr", "text": text,
    })
}

#[test]
fn an_instance_is_explained_with_what_its_node_still_has_to_do() {
    let app = TestApp::formatted(2);
    request("web").filter(&[("computer_guid", LOCAL)]).place(&app);
    let report = json!({"user": LOCAL, "text": "#access Instance correctly started", "state": "started"});
    let place = json!({"computer_guid": LOCAL, "compute_partition_id": "slappart0"});
    let base = json!({
        "instance_title": "web", "shared": false, "summary": "the instance web is in slappart0 of local_computer",
        "software_release_uri": "/sr", "software_type": "default", "state": "started", "parameters": {},
        "sla_parameters": {"computer_guid": "\"local_computer\""}, "place": place,
        "place_reason": "the SLA names local_computer, where this partition was free",
    });
    let with = |entries: Value| super::with(&base, &entries);
    let processing = json!({
        "instance_title": "web", "pending": true, "event_list": [event("requestComputerPartition", "started")],
    });
    assert_eq!(explained(&app, "web"), [with(json!({"processing": processing}))]);

    app.report("/startedComputerPartition", "slappart0", &[]);
    let processing = json!({"instance_title": "web", "pending": false, "report": report, "event_list": []});
    assert_eq!(explained(&app, "web"), [with(json!({"report": report, "processing": processing}))]);

    request("web").state("stopped").filter(&[("computer_guid", LOCAL)]).place(&app);
    let change = json!([{"what": "state", "from": "started", "to": "stopped"}]);
    let stopped = super::with(&event("requestComputerPartition", "stopped"), &json!({"change_list": change}));
    let processing = json!({"instance_title": "web", "pending": true, "report": report, "event_list": [stopped]});
    let expected = with(json!({"state": "stopped", "report": report, "processing": processing}));
    assert_eq!(explained(&app, "web"), [expected]);

    app.report("/softwareInstanceBang", "slappart0", &[("message", "hey")]);
    let found = explained(&app, "web");
    let bang = super::with(&event("softwareInstanceBang", "hey"), &json!({"user": LOCAL}));
    let processing = &found[0]["processing"];
    assert_eq!((&processing["pending"], &processing["event_list"]), (&json!(true), &json!([bang, stopped])));
}

#[test]
fn a_change_elsewhere_is_the_reason_why_an_instance_is_processed() {
    let app = TestApp::formatted(2);
    request("root").place(&app);
    request("kid").by(LOCAL, "slappart0").place(&app);
    for partition in ["slappart0", "slappart1"] {
        app.report("/startedComputerPartition", partition, &[]);
    }
    app.publish(LOCAL, "slappart1", &[("url", "u")]);
    let kinds = |title: &str| {
        let processing = explained(&app, title)[0]["processing"].clone();
        let events = processing["event_list"].as_array().unwrap().clone();
        let line = |event: &Value| format!("{} {}", event["kind"].as_str().unwrap(), event["instance_title"]);
        (processing["pending"].clone(), events.iter().map(line).collect::<Vec<_>>())
    };
    assert_eq!(kinds("root"), (json!(true), vec!["setComputerPartitionConnectionXml \"kid\"".to_owned()]));
    assert_eq!(kinds("kid"), (json!(false), vec![]));
    app.post("/computerBang", &[("computer_id", LOCAL)]);
    assert_eq!(kinds("kid"), (json!(true), vec!["computerBang null".to_owned()]));
}

#[test]
fn an_instance_without_a_place_is_told_what_it_would_get() {
    let app = TestApp::formatted(2);
    request("one").place(&app);
    request("two").place(&app);
    app.format(LOCAL, 1);
    let found = &explained(&app, "two")[0];
    let reason = "the only partition of local_computer is busy: slappart0 with one";
    assert_eq!(found["summary"], format!("the instance two has no partition; now it would be refused: {reason}"));
    assert_eq!((found.get("place"), found.get("processing")), (None, None));
    app.format(LOCAL, 2);
    let summary = "the instance two has no partition; it would be placed in slappart1 of local_computer now: ask again";
    assert_eq!(explained(&app, "two")[0]["summary"], summary);
    assert_eq!(request("two").place(&app), "slappart1");
}

#[test]
fn a_shared_instance_is_explained_by_its_host() {
    let app = TestApp::formatted(1);
    request("host").place(&app);
    request("s").shared().parameters(&[("n", "1")]).place(&app);
    let place = json!({
        "computer_guid": LOCAL, "compute_partition_id": "slappart0", "host": {"instance_title": "host"},
    });
    let asked = json!({
        "count": 1, "user": "user", "kind": "requestComputerPartition", "computer_guid": LOCAL,
        "compute_partition_id": "slappart0", "instance_title": "s", "software_release_uri": "/sr",
        "text": "shared, started", "reprocessed_list": [{"instance_title": "host"}],
    });
    let host = super::with(&event("requestComputerPartition", "started"), &json!({"instance_title": "host"}));
    let expected = json!({
        "instance_title": "s", "shared": true,
        "summary": "the shared instance s is served by host in slappart0 of local_computer",
        "software_release_uri": "/sr", "software_type": "default", "state": "started",
        "parameters": {"n": "\"1\""}, "sla_parameters": {}, "place": place,
        "place_reason": "this host runs /sr as type default",
        "processing": {"instance_title": "host", "pending": true, "event_list": [asked, host]},
    });
    assert_eq!(explained(&app, "_s"), explained(&app, "s"));
    assert_eq!(explained(&app, "s"), [expected]);
}

#[test]
fn all_instances_of_a_title_are_explained_roots_first() {
    let app = TestApp::formatted(3);
    request("root").place(&app);
    request("web").by(LOCAL, "slappart0").place(&app);
    request("web").place(&app);
    let names = |title: &str| -> Vec<(Value, Value)> {
        explained(&app, title)
            .iter()
            .map(|found| (found["place"].clone(), found["instance_tree_title"].clone()))
            .collect()
    };
    let place = |partition: &str| json!({"computer_guid": LOCAL, "compute_partition_id": partition});
    assert_eq!(names("web"), [(place("slappart2"), Value::Null), (place("slappart1"), json!("root"))]);
    assert_eq!(names("web___root___0"), [(place("slappart1"), json!("root"))]);
}
