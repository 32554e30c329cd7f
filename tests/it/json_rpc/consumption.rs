//! What was used, as nodes report it.

use serde_json::{Value, json};

use super::{get, rpc};
use crate::app::{Answer, TestApp, request};
use crate::calls::LOCAL;

/// A journal of movements, each with its reference, resource and quantity.
fn journal(reference: &str, stop: &str, movements: &[(&str, &str, &str)]) -> String {
    let movement = |(reference, resource, quantity): &(&str, &str, &str)| {
        format!(
            "<movement><resource>{resource}</resource><title>T</title><reference>{reference}</reference>\
             <quantity>{quantity}</quantity><price>1.5</price><VAT/></movement>"
        )
    };
    format!(
        "<journal><transaction type=\"\"><start_date>2020-01-01</start_date><stop_date>{stop}</stop_date>\
         <reference>{reference}</reference><currency/><payment_mode/><arrow type=\"\"/>{}</transaction></journal>",
        movements.iter().map(movement).collect::<String>()
    )
}

fn report(app: &TestApp, computer: &str, journal: &str) {
    assert_eq!(app.post("/useComputer", &[("computer_id", computer), ("use_string", journal)]), Answer::text("OK"));
}

fn listed(app: &TestApp, request: &Value) -> Value {
    get(app, "allDocs.WIP.consumption_list", request)
}

/// Of each movement of the only report, what it is about, whose use it is, and why it does not count.
fn verdicts(app: &TestApp) -> Vec<String> {
    let list = listed(app, &json!({"limit": 1}));
    let line = |movement: &Value| {
        let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        assert_eq!(movement["accepted"], json!(movement.get("reason").is_none()));
        let instance = text(&movement["instance"]["instance_title"]);
        format!("{} {instance}: {}", text(&movement["reference"]), text(&movement["reason"]))
    };
    list["result_list"][0]["movement_list"].as_array().unwrap().iter().map(line).collect()
}

#[test]
fn reports_are_listed_newest_first_and_numbered_by_computer_and_reference() {
    let app = TestApp::formatted(1);
    app.format("node2", 1);
    request("web").place(&app);
    let day = "2020-01-02";
    report(&app, LOCAL, &journal("a", day, &[("slappart0", "CPU", "1")]));
    report(&app, LOCAL, &journal("b", day, &[("slappart0", "CPU", "2")]));
    report(&app, "node2", &journal("a", day, &[("node2", "CPU", "3")]));
    report(&app, LOCAL, &journal("a", day, &[("slappart0", "CPU", "4")]));
    let list = listed(&app, &json!({}));
    let line = |report: &Value| {
        let number = &report["number"];
        format!("{} {} {number} {}", report["computer_guid"], report["source_reference"], report["user"])
            .replace('"', "")
    };
    let lines: Vec<String> = list["result_list"].as_array().unwrap().iter().map(line).collect();
    let expected = [
        "local_computer a 2 local_computer",
        "node2 a 1 node2",
        "local_computer b 1 local_computer",
        "local_computer a 1 local_computer",
    ];
    assert_eq!(lines, expected);
    let mut newest = list["result_list"][0].clone();
    let received = newest.as_object_mut().unwrap().remove("received_at").unwrap();
    assert!(received.as_i64() > Some(1 << 50), "{received}");
    let movement = json!({
        "resource": "CPU", "title": "T", "reference": "slappart0", "quantity": 4.0, "price": 1.5,
        "start_date": "2020-01-01", "stop_date": day, "instance": {"instance_title": "web"}, "accepted": true,
    });
    let expected = json!({
        "id": 4, "number": 2, "computer_guid": LOCAL, "source_reference": "a", "user": LOCAL,
        "movement_list": [movement],
    });
    assert_eq!(newest, expected);

    let page = listed(&app, &json!({"computer_guid": LOCAL, "limit": 2}));
    let ids = |page: &Value| -> Vec<Value> {
        page["result_list"].as_array().unwrap().iter().map(|report| report["id"].clone()).collect()
    };
    assert_eq!((ids(&page), &page["next"]), (vec![json!(4), json!(2)], &json!(2)));
    let page = listed(&app, &json!({"computer_guid": LOCAL, "limit": 2, "after": page["next"]}));
    assert_eq!((ids(&page), page.get("next")), (vec![json!(1)], None));
    let nowhere = rpc(&app, "allDocs.WIP.consumption_list", &json!({"computer_guid": "nope"}));
    assert_eq!(nowhere, super::forbidden("nope is not registered."));
}

#[test]
fn each_movement_counts_or_is_told_why_not() {
    let app = TestApp::formatted(2);
    app.format("node2", 1);
    request("web").place(&app);
    request("far").filter(&[("computer_guid", "node2")]).place(&app);
    request("s").shared().filter(&[("instance_guid", "local_computer-slappart0")]).place(&app);
    let movements = [
        ("slappart0", "CPU", "42.42"),
        (LOCAL, "CPU", "1"),
        ("local_computer-slappart0", "CPU", "1"),
        ("web______0", "CPU", "1"),
        ("_s", "CPU", "1"),
        ("slappart1", "CPU", "1"),
        ("slappart9", "CPU", "1"),
        ("node2-slappart0", "CPU", "1"),
        ("", "CPU", "1"),
        ("slappart0", "", "1"),
        ("slappart0", "CPU", "0"),
        ("slappart0", "CPU", "INF"),
    ];
    report(&app, LOCAL, &journal("", "2020-01-02 at 00:00:00", &movements));
    let expected = [
        "slappart0 web: -",
        "local_computer -: -",
        "local_computer-slappart0 web: -",
        "web______0 web: -",
        "_s s: -",
        "slappart1 -: the partition slappart1 is free",
        "slappart9 -: the computer has nothing called \"slappart9\"",
        "node2-slappart0 -: the computer has nothing called \"node2-slappart0\"",
        " -: it has no reference",
        "slappart0 web: it has no resource",
        "slappart0 web: its quantity is zero",
        "slappart0 web: its quantity is not a finite number",
    ];
    assert_eq!(verdicts(&app), expected);
    let event = get(&app, "allDocs.WIP.event_list", &json!({"computer_guid": LOCAL, "limit": 1}));
    assert_eq!(event["result_list"][0]["text"], "consumption report 1 of \"\": 7 of 12 movements do not count");
    report(&app, LOCAL, &journal("", "2999-01-01", &[("slappart0", "CPU", "1")]));
    assert_eq!(verdicts(&app), ["slappart0 web: its stop date 2999-01-01 is in the future"]);
    report(&app, LOCAL, &journal("", "yesterday", &[("slappart0", "CPU", "1")]));
    let fault = "slappart0 web: its stop date \"yesterday\" is no date such as 2026-01-01 at 00:00:00";
    assert_eq!(verdicts(&app), [fault]);
}

#[test]
fn use_stays_with_the_instance_that_was_in_the_partition() {
    let app = TestApp::formatted(1);
    request("old").place(&app);
    report(&app, LOCAL, &journal("", "", &[("slappart0", "CPU", "1"), (LOCAL, "CPU", "2")]));
    request("old").state("destroyed").place(&app);
    assert_eq!(app.destroyed(LOCAL, "slappart0"), Answer::text("OK"));
    assert_eq!(request("new").place(&app), "slappart0");
    report(&app, LOCAL, &journal("", "", &[("slappart0", "CPU", "3")]));
    let quantities = |title: &str| -> Vec<Value> {
        let list = listed(&app, &json!({ "instance_title": title }));
        let reports = list["result_list"].as_array().unwrap().iter();
        reports
            .flat_map(|report| report["movement_list"].as_array().unwrap().clone())
            .map(|m| m["quantity"].clone())
            .collect()
    };
    assert_eq!((quantities("old"), quantities("new")), (vec![json!(1.0)], vec![json!(3.0)]));
    assert_eq!(quantities("nobody"), Vec::<Value>::new());
}
