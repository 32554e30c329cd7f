//! Events say what changed, from what to what, by whom, and whose node processes it.

use serde_json::{Value, json};

use super::get;
use crate::app::{Answer, TestApp, request};
use crate::calls::LOCAL;

/// The events about an instance, or that wake it, oldest first, one line each.
fn told(app: &TestApp, title: &str) -> Vec<String> {
    let list = get(app, "allDocs.WIP.event_list", &json!({ "instance_title": title }));
    list["result_list"].as_array().unwrap().iter().rev().map(line).collect()
}

fn line(event: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let mut line = format!("{} {} {}", text(&event["user"]), text(&event["kind"]), text(&event["instance_title"]));
    for change in event["change_list"].as_array().into_iter().flatten() {
        let path = change.get("path").map_or_else(String::new, |path| format!(" {}", text(path)));
        line = format!("{line}, {}{path} {} → {}", text(&change["what"]), text(&change["from"]), text(&change["to"]));
    }
    for name in event["reprocessed_list"].as_array().into_iter().flatten() {
        let root = name.get("instance_tree_title").map_or_else(String::new, |root| format!(" of {}", text(root)));
        line = format!("{line} ⇒ {}{root}", text(&name["instance_title"]));
    }
    line
}

#[test]
fn a_request_tells_every_part_that_it_changes() {
    let app = TestApp::formatted(1);
    let old = r#"{"port": 1, "db": {"password": "a", "name": "x"}}"#;
    request("web").parameters(&[("_", old), ("gone", "1")]).place(&app);
    let new = r#"{"port": 2, "db": {"password": "b", "name": "x"}, "tls": true}"#;
    let changed = request("web").release("/new").software_type("big").state("stopped");
    let changed = changed.parameters(&[("_", new)]).filter(&[("computer_guid", LOCAL)]);
    changed.place(&app);
    changed.place(&app);
    let expected = [
        "user requestComputerPartition web",
        "user requestComputerPartition web, software_release /sr → /new, software_type default → big, state started → \
         stopped, parameter _.db.password (not shown) → (not shown), parameter _.port 1 → 2, parameter _.tls - → True, \
         parameter gone \"1\" → -, sla computer_guid - → \"local_computer\"",
    ];
    assert_eq!(told(&app, "web"), expected);
}

#[test]
fn what_the_node_need_not_know_is_told_too_and_wakes_nobody() {
    let app = TestApp::formatted(3);
    request("root").place(&app);
    request("kid").by(LOCAL, "slappart0").place(&app);
    request("other").by(LOCAL, "slappart0").place(&app);
    let before = app.timestamp(LOCAL, "slappart1");
    request("kid").filter(&[("x", "y")]).by(LOCAL, "slappart2").place(&app);
    assert_eq!(app.timestamp(LOCAL, "slappart1"), before);
    let expected = [
        "local_computer-slappart0 requestComputerPartition kid",
        "local_computer-slappart2 requestComputerPartition kid, sla x - → \"y\", requester root → other of root",
    ];
    assert_eq!(told(&app, "kid"), expected);
}

#[test]
fn a_publication_tells_what_is_new_and_who_processes_it() {
    let app = TestApp::formatted(2);
    request("root").place(&app);
    request("kid").by(LOCAL, "slappart0").place(&app);
    app.publish(LOCAL, "slappart1", &[("url", "http://a/"), ("token", "t")]);
    app.publish(LOCAL, "slappart1", &[("url", "http://b/"), ("token", "t")]);
    app.publish(LOCAL, "slappart1", &[("url", "http://b/"), ("token", "t")]);
    let expected = [
        "user requestComputerPartition root",
        "local_computer setComputerPartitionConnectionXml kid, connection token - → (not shown), connection url - → \
         \"http://a/\" ⇒ root",
        "local_computer setComputerPartitionConnectionXml kid, connection url \"http://a/\" → \"http://b/\" ⇒ root",
    ];
    assert_eq!(told(&app, "root"), expected);
}

#[test]
fn shared_instances_tell_their_host_that_they_came_changed_went_and_published() {
    let app = TestApp::formatted(3);
    for title in ["host", "buyer"] {
        request(title).place(&app);
    }
    request("second").software_type("new").place(&app);
    let shared = |n: &str| request("s").shared().parameters(&[("n", n)]).by(LOCAL, "slappart1");
    shared("1").place(&app);
    shared("2").place(&app);
    app.publish_shared(LOCAL, "slappart0", "buyer_s", &[("url", "u")]);
    shared("2").software_type("new").place(&app);
    shared("2").software_type("new").state("destroyed").send(&app);
    let by = "local_computer-slappart1";
    let expected = [
        "user requestComputerPartition host".to_owned(),
        format!("{by} requestComputerPartition s ⇒ host"),
        format!("{by} requestComputerPartition s, parameter n \"1\" → \"2\" ⇒ host"),
        format!("{by} requestComputerPartition s, software_type default → new ⇒ host ⇒ second"),
    ];
    assert_eq!(told(&app, "host"), expected);
    assert_eq!(told(&app, "second")[2], format!("{by} destroyed s ⇒ second"));
    let published = "local_computer setComputerPartitionConnectionXml s, connection url - → \"u\" ⇒ buyer";
    assert_eq!(told(&app, "buyer")[1], published);
}

#[test]
fn bangs_name_everything_that_is_processed_again() {
    let app = TestApp::formatted(3);
    request("root").place(&app);
    request("kid").by(LOCAL, "slappart0").place(&app);
    request("lone").place(&app);
    app.report("/softwareInstanceBang", "slappart1", &[("message", "m")]);
    app.post("/computerBang", &[("computer_id", LOCAL), ("message", "all")]);
    let expected = [
        "local_computer-slappart0 requestComputerPartition kid",
        "local_computer softwareInstanceBang kid ⇒ root",
        "local_computer computerBang - ⇒ root ⇒ kid of root ⇒ lone",
    ];
    assert_eq!(told(&app, "kid"), expected);
}

#[test]
fn a_rename_and_what_follows_from_a_destruction_are_told() {
    let app = TestApp::formatted(4);
    for title in ["root", "host"] {
        request(title).place(&app);
    }
    request("kid").by(LOCAL, "slappart0").place(&app);
    request("grandkid").by(LOCAL, "slappart2").place(&app);
    request("s").shared().filter(&[("instance_guid", "local_computer-slappart1")]).by(LOCAL, "slappart0").place(&app);
    assert_eq!(app.rename("slappart0", "tree").status, 200);
    assert_eq!(told(&app, "tree"), ["local_computer softwareInstanceRename tree, title root → tree ⇒ host".to_owned()]);
    request("kid").state("destroyed").by(LOCAL, "slappart0").place(&app);
    assert_eq!(app.destroyed(LOCAL, "slappart2"), Answer::text("OK"));
    let expected = "local_computer requestComputerPartition grandkid, state started → destroyed, requester kid of tree → \
                    tree";
    assert_eq!(told(&app, "grandkid")[1], expected);
}
