//! Why a request is refused, candidate by candidate.

use serde_json::{Value, json};

use super::{get, rpc, wanted, with};
use crate::app::{Answer, TestApp, request};
use crate::calls::LOCAL;

fn explained(app: &TestApp, title: &str) -> Value {
    get(app, "allDocs.WIP.explanation_list", &json!({ "title": title }))["result_list"][0].clone()
}

/// The candidates of an explanation, one line each.
fn candidates(app: &TestApp, title: &str) -> Vec<String> {
    let explained = explained(app, title);
    let line = |candidate: &Value| {
        let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        let instance = text(&candidate["instance"]["instance_title"]);
        let place = format!("{}/{}", text(&candidate["computer_guid"]), text(&candidate["compute_partition_id"]));
        format!("{place} {instance} {}: {}", text(&candidate["obstacle"]), text(&candidate["text"]))
    };
    explained["outlook"]["candidate_list"].as_array().unwrap().iter().map(line).collect()
}

fn refused(title: &str, reason: &str) -> (u16, String) {
    (404, format!("No free computer partition found for: {title} ({reason})"))
}

#[test]
fn every_busy_partition_is_named_and_free_ones_of_other_computers_too() {
    let app = TestApp::formatted(2);
    app.format("node2", 2);
    request("first").place(&app);
    request("kid").by(LOCAL, "slappart0").place(&app);
    request("there").filter(&[("computer_guid", "node2")]).place(&app);
    let reason = "all 2 partitions of local_computer are busy: slappart0 with first, slappart1 with kid of first; \
                  free on other computers: slappart1 of node2";
    assert_eq!(request("late").send(&app).refusal(), refused("late", reason));
    let expected = [
        "local_computer/slappart0 first busy: is busy",
        "local_computer/slappart1 kid busy: is busy",
        "node2/slappart1 - other_computer: is on another computer",
    ];
    assert_eq!(candidates(&app, "late"), expected);
}

#[test]
fn long_titles_are_shortened_in_a_message() {
    let app = TestApp::formatted(1);
    request(&"é".repeat(500)).place(&app);
    let reason = format!(
        "the only partition of local_computer is busy: slappart0 with {}…",
        "é".repeat(160 - "slappart0 with ".len())
    );
    assert_eq!(request("late").send(&app).refusal(), refused("late", &reason));
}

#[test]
fn of_many_candidates_ten_are_named() {
    let app = TestApp::formatted(12);
    for n in 0..12 {
        request(&format!("i{n}")).place(&app);
    }
    let named: Vec<String> = (0..10).map(|n| format!("slappart{n} with i{n}")).collect();
    let reason = format!("all 12 partitions of local_computer are busy: {}, and 2 more", named.join(", "));
    assert_eq!(request("late").send(&app).refusal(), refused("late", &reason));
    assert_eq!(candidates(&app, "late").len(), 12);
}

#[test]
fn a_capability_is_asked_for_where_the_computer_says_what_it_can_do() {
    let app = TestApp::formatted(1);
    let capable = |title: &str| request(title).filter(&[("capability", "gpu")]);
    assert_eq!(capable("unknown").place(&app), "slappart0");
    let partition = |n: usize, capabilities: &Value| json!({"partition_id": format!("slappart{n}"), "ip_list": [], "capability_list": capabilities});
    let list = json!([partition(0, &json!([])), partition(1, &json!(["cpu"])), partition(2, &json!(["cpu", "gpu"]))]);
    let format = json!({"computer_guid": LOCAL, "compute_partition_list": list});
    get(&app, "put.v0.compute_node_format", &format);
    assert_eq!(capable("gpu").place(&app), "slappart2");
    let reason = "none of the 3 partitions of local_computer will do: slappart0 with unknown, slappart1 lacks the \
                  capability \"gpu\", slappart2 with gpu";
    assert_eq!(capable("another").send(&app).refusal(), refused("another", reason));
    let host = request("s").shared().filter(&[("capability", "tpu")]);
    let refusal = "No partition corresponding to slave request: ['/sr', 'local_computer', 'default'] (no instance of \
                   this software release on local_computer will do: unknown in slappart0 lacks the capability \"tpu\", \
                   gpu in slappart2 lacks the capability \"tpu\")";
    assert_eq!(host.send(&app).refusal(), (404, refusal.into()));
    assert_eq!(request("plain").place(&app), "slappart1");
}

#[test]
fn every_instance_that_is_no_host_is_named_with_the_reason() {
    let app = TestApp::formatted(5);
    app.format("node2", 1);
    request("other").release("/other").place(&app);
    request("typed").software_type("old").place(&app);
    request("named").place(&app);
    request("gone").place(&app);
    request("gone").state("destroyed").place(&app);
    request("far").filter(&[("computer_guid", "node2")]).place(&app);
    let shared = request("s").shared().filter(&[("instance_guid", "local_computer-slappart4")]);
    let (status, refusal) = shared.send(&app).refusal();
    let expected = "No partition corresponding to slave request: ['/sr', 'local_computer', 'default', 'slappart4'] (no \
                    instance of this software release on local_computer will do: typed in slappart1 is of type old, \
                    named in slappart2 is not the one that instance_guid names, gone in slappart3 is not the one that \
                    instance_guid names, other in slappart0 runs /other)";
    assert_eq!((status, refusal.as_str()), (404, expected));
    let expected = [
        "local_computer/slappart1 typed other_type: is of type old",
        "local_computer/slappart2 named not_named: is not the one that instance_guid names",
        "local_computer/slappart3 gone not_named: is not the one that instance_guid names",
        "local_computer/slappart0 other other_release: runs /other",
    ];
    assert_eq!(candidates(&app, "s"), expected);
    let far = request("s").shared().filter(&[("computer_guid", LOCAL), ("instance_guid", "node2-slappart0")]);
    assert_eq!(far.send(&app).status, 404);
    assert_eq!(candidates(&app, "s")[3], "node2/slappart0 far other_computer: is on another computer");
    request("named").state("destroyed").place(&app);
    assert_eq!(request("s").shared().send(&app).status, 404);
    let expected = [
        "local_computer/slappart1 typed other_type: is of type old",
        "local_computer/slappart2 named to_be_destroyed: is to be destroyed",
        "local_computer/slappart3 gone to_be_destroyed: is to be destroyed",
        "node2/slappart0 far other_computer: is on another computer",
        "local_computer/slappart0 other other_release: runs /other",
    ];
    assert_eq!(candidates(&app, "s"), expected);
}

#[test]
fn a_refused_request_is_counted_and_evaluated_again_until_it_finds_a_place() {
    let app = TestApp::formatted(1);
    request("first").place(&app);
    let late = || request("late").parameters(&[("port", "1"), ("password", "x")]);
    for _ in 0..3 {
        assert_eq!(late().send(&app).status, 404);
    }
    let reason = "the only partition of local_computer is busy: slappart0 with first";
    let busy = json!({
        "computer_guid": LOCAL, "compute_partition_id": "slappart0", "instance": {"instance_title": "first"},
        "obstacle": "busy", "text": "is busy",
    });
    let mut found = explained(&app, "late");
    let refused = found.as_object_mut().unwrap().remove("refused").unwrap();
    let summary = format!("the request of late was refused; now it would be refused: {reason}");
    let expected = json!({
        "instance_title": "late", "shared": false, "summary": summary, "software_release_uri": "/sr",
        "software_type": "default", "state": "started", "parameters": {"password": "(not shown)", "port": "\"1\""},
        "sla_parameters": {}, "outlook": {"reason": reason, "candidate_list": [busy]},
    });
    assert_eq!(found, expected);
    assert_eq!((&refused["count"], &refused["user"], &refused["reason"]), (&json!(3), &json!("user"), &json!(reason)));
    assert!(refused["at"].as_i64() < refused["last_at"].as_i64(), "{refused}");
    let events = get(&app, "allDocs.WIP.event_list", &json!({"instance_title": "late"}));
    let event = &events["result_list"][0];
    let text = format!("No free computer partition found for: late ({reason})");
    assert_eq!((&event["kind"], &event["count"], &event["text"]), (&json!("refused"), &json!(3), &json!(text)));
    assert_eq!(events["result_list"].as_array().unwrap().len(), 1);

    app.format(LOCAL, 2);
    let found = explained(&app, "late");
    let summary = "the request of late was refused; it would be placed in slappart1 of local_computer now: ask again";
    assert_eq!(found["summary"], summary);
    let place = json!({"computer_guid": LOCAL, "compute_partition_id": "slappart1"});
    assert_eq!(found["outlook"], json!({"place": place, "candidate_list": []}));
    assert_eq!(late().place(&app), "slappart1");
    assert_eq!(explained(&app, "late").get("refused"), None);
}

#[test]
fn another_request_of_the_title_takes_the_place_of_the_refused_one() {
    let app = TestApp::formatted(1);
    request("first").place(&app);
    assert_eq!(request("late").send(&app).status, 404);
    assert_eq!(request("late").send(&app).status, 404);
    assert_eq!(request("late").release("/new").send(&app).status, 404);
    let found = explained(&app, "late");
    assert_eq!((&found["software_release_uri"], &found["refused"]["count"]), (&json!("/new"), &json!(1)));
}

#[test]
fn a_refused_request_is_forgotten_when_it_is_given_up_or_its_tree_ends() {
    let app = TestApp::formatted(1);
    request("first").place(&app);
    assert_eq!(request("late").send(&app).status, 404);
    assert_eq!(request("kid").by(LOCAL, "slappart0").send(&app).status, 404);
    assert_eq!(explained(&app, "kid")["requester"], json!({"instance_title": "first"}));
    let gone = request("late").state("destroyed").send(&app).refusal();
    assert_eq!(gone, (404, "partition_reference: there is no instance \"late\" to destroy".into()));
    let unknown = |title: &str, known: &str| {
        let text = format!("title: there is no instance or refused request {title:?}; known: {known}");
        (403, json!({"status": 403, "type": "Forbidden", "title": text}))
    };
    let explain = |title: &str| rpc(&app, "allDocs.WIP.explanation_list", &json!({ "title": title }));
    assert_eq!(explain("late"), unknown("late", "kid, first"));
    request("first").state("destroyed").place(&app);
    assert_eq!(app.destroyed(LOCAL, "slappart0"), Answer::text("OK"));
    assert_eq!(explain("kid"), unknown("kid", "none"));
}

#[test]
fn a_refused_change_of_a_shared_instance_is_told_with_it() {
    let app = TestApp::formatted(1);
    request("host").place(&app);
    let shared = with(&wanted("s"), &json!({"shared": true}));
    get(&app, "post.v0.software_instance", &shared);
    let (status, _) = rpc(&app, "post.v0.software_instance", &with(&shared, &json!({"software_type": "new"})));
    assert_eq!(status, 403);
    let found = explained(&app, "s");
    let summary = "the shared instance s is served by host in slappart0 of local_computer; a later request that changes \
                   it was refused; now it would be refused: no instance of this software release on local_computer \
                   will do: host in slappart0 is of type default";
    assert_eq!(found["summary"], summary);
    let change = json!([{"what": "software_type", "from": "default", "to": "new"}]);
    assert_eq!((&found["refused"]["change_list"], &found["software_type"]), (&change, &json!("default")));
}
