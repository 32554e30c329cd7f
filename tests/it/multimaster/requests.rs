//! What is forwarded, as what, and what is kept of it.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use serde_json::{Value, json};
use slapproxy::config::{Overrides, RemoteMaster};
use slapproxy::wire::form::Fields;

use super::{forwarded, lists, remote, rpc, rpc_request, trees, with_masters};
use crate::app::{Request, TestApp, dictionary, request, text};
use crate::client::scripted::{Reply, Scripted, ok};

/// What a master was asked to fulfil, field by field, with the header that says who asks.
fn asked(master: &Scripted) -> Vec<BTreeMap<String, String>> {
    let requests = master.requests();
    let posts = requests.iter().filter(|request| request.start.starts_with("POST /requestComputerPartition "));
    let fields = posts.map(|request| {
        let fields = Fields::parse(request.body.as_bytes()).unwrap();
        let fields = fields.iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        let header = request.header("Authorization").map(|header| ("Authorization".to_owned(), header.to_owned()));
        fields.chain(header).collect()
    });
    fields.collect()
}

/// A master that has no place yet.
fn not_ready() -> Scripted {
    Scripted::new(|_| Reply::Status(408, "Resource not ready".into()))
}

#[test]
fn a_listed_release_is_requested_from_the_other_master_and_what_it_answers_is_answered_and_kept() {
    let other = TestApp::formatted(2);
    let app = with_masters(vec![remote(&other.url)]);
    let answered = request("db").parameters(&[("size", "3")]).value(&app);
    assert_eq!(text(&answered, "slap_computer_partition_id"), "slappart0");
    assert_eq!(text(&answered, "_master_url"), other.url);
    assert_eq!(text(&answered, "slap_software_release_url"), "/sr");
    assert_eq!(text(answered.get("_parameter_dict").unwrap(), "size"), "3");
    assert_eq!((trees(&app), trees(&other)), (json!([]), json!(["user_db"])));
    let there = rpc(&other, "get.v0.instance_tree", &json!({"title": "user_db"})).1;
    assert_eq!(there["sla_parameters"], json!({"source_instance_id": "user_db"}));
    let mut entry = json!({
        "master_url": other.url, "remote_title": "user_db",
        "request": {
            "title": "db", "instance_tree_title": "db", "software_release_uri": "/sr", "software_type": "default",
            "shared": false, "compute_node_id": "local_computer", "compute_partition_id": "slappart0",
            "state": "started", "connection_parameters": {},
        },
    });
    assert_eq!(forwarded(&app), json!([entry]));

    // Asked again, it tells what was published meanwhile.
    let connection = dictionary(&[("url", "http://db/")]);
    let place = [("computer_id", "local_computer"), ("computer_partition_id", "slappart0")];
    other.post("/setComputerPartitionConnectionXml", &[&place[..], &[("connection_xml", &connection)]].concat());
    let answered = request("db").state("stopped").parameters(&[("size", "3")]).value(&app);
    assert_eq!(text(answered.get("_connection_dict").unwrap(), "url"), "http://db/");
    assert_eq!(text(&answered, "_requested_state"), "stopped");
    entry["request"]["state"] = "stopped".into();
    entry["request"]["connection_parameters"] = json!({"url": "http://db/"});
    assert_eq!(forwarded(&app), json!([entry]));

    let answered = rpc_request(&app, "db");
    let expected = json!({
        "title": "db", "instance_guid": "db______0", "software_release_uri": "/sr", "software_type": "default",
        "state": "started", "connection_parameters": {"url": "http://db/"}, "parameters": {}, "shared": false,
        "root_instance_title": "db", "ip_list": [], "full_ip_list": [],
        "sla_parameters": {},
        "computer_guid": "local_computer", "compute_partition_id": "slappart0", "processing_timestamp": 0,
        "access_status_message": "",
    });
    assert_eq!(answered, (200, expected));

    // It is destroyed there, and forgotten here.
    let answered = request("db").state("destroyed").value(&app);
    assert_eq!(text(&answered, "_requested_state"), "destroyed");
    assert_eq!(forwarded(&app), json!([]));
    let events = rpc(&app, "allDocs.WIP.event_list", &json!({"instance_title": "db"})).1;
    let texts: Vec<&str> =
        events["result_list"].as_array().unwrap().iter().map(|event| event["text"].as_str().unwrap()).collect();
    let told = |what: &str| format!("forwarded to {}, {what}", other.url);
    assert_eq!(texts, [told("destroyed"), told("started"), told("stopped"), told("started")]);
}

#[test]
fn partitions_request_under_their_own_names_and_their_shared_instances_too() {
    let master = not_ready();
    let app = with_masters(vec![remote(&master.url)]);
    request("app").release("/local").value(&app);
    let by = |request: Request| request.by("local_computer", "slappart0").send(&app);
    assert_eq!(by(request("db")).status, 408);
    assert_eq!(by(request("front").shared().filter(&[("computer_guid", "COMP-7")])).status, 408);
    let marshalled = |text: &str| format!("<marshal>{text}</marshal>");
    let expected = |title: &str, shared: &str, filter: &[(&str, &str)]| {
        let fields = [
            ("software_release", "/sr".to_owned()),
            ("software_type", "default".to_owned()),
            ("partition_reference", title.to_owned()),
            ("shared_xml", marshalled(shared)),
            ("partition_parameter_xml", marshalled("<dictionary id=\"i2\"/>")),
            ("filter_xml", dictionary(filter)),
            ("state", marshalled("<none/>")),
        ];
        fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<BTreeMap<_, _>>()
    };
    let source = |title| ("source_instance_id", title);
    assert_eq!(
        asked(&master),
        [
            expected("slappart0_db", "<bool>0</bool>", &[source("slappart0_db")]),
            expected("slappart0_front", "<bool>1</bool>", &[("computer_guid", "COMP-7"), source("slappart0_front")]),
        ]
    );
}

#[test]
fn a_configured_partition_requests_as_itself_and_says_nothing_of_whom_it_is_for() {
    let other = TestApp::formatted(3);
    request("agency").release("/agency").value(&other);
    let as_partition = RemoteMaster {
        computer: Some("local_computer".into()),
        partition: Some("slappart0".into()),
        ..remote(&other.url)
    };
    let app = with_masters(vec![as_partition]);
    assert_eq!(request("db").place(&app), "slappart1");
    let tree = rpc(&other, "allDocs.WIP.instance_tree_instance_list", &json!({"title": "agency"})).1;
    let child = &tree["result_list"][1];
    assert_eq!((&child["title"], &child["sla_parameters"]), (&json!("user_db"), &json!({})));
    assert_eq!(forwarded(&app)[0]["remote_title"], "user_db");
}

#[test]
fn what_is_here_already_stays_here() {
    let mut app = TestApp::formatted(2);
    let here = request("db").place(&app);
    request("front").shared().value(&app);
    let directory = app.stop().unwrap();
    let master = not_ready();
    let app = TestApp::start(Overrides { multimaster: vec![remote(&master.url)], ..Overrides::default() }, directory);
    assert_eq!(request("db").place(&app), here);
    assert_eq!(request("front").shared().place(&app), here);
    assert_eq!(request("db").filter(&[("master_url", &master.url)]).place(&app), here);
    assert_eq!(request("new").send(&app).status, 408);
    assert_eq!(asked(&master).len(), 1);
}

#[test]
fn the_filter_names_a_master_for_releases_that_none_lists() {
    let other = TestApp::formatted(1);
    let app = with_masters(vec![RemoteMaster { software_release_list: Vec::new(), ..remote(&other.url) }]);
    let named = request("db").filter(&[("master_url", &other.url)]);
    assert_eq!(text(&named.value(&app), "_master_url"), other.url);
    // Without the name it is another instance, which is here.
    assert_eq!(request("db").place(&app), "slappart0");
    assert_eq!((trees(&app), trees(&other)), (json!(["db"]), json!(["user_db"])));
}

#[test]
fn what_the_other_master_has_no_more_is_forgotten_when_it_is_destroyed() {
    let other = TestApp::formatted(1);
    let app = with_masters(vec![remote(&other.url)]);
    request("db").value(&app);
    let gone = json!({"title": "user_db", "software_release_uri": "/sr", "software_type": "default",
                      "state": "destroyed"});
    assert_eq!(rpc(&other, "post.v0.software_instance", &gone).0, 200);
    other.post(
        "/destroyedComputerPartition",
        &[("computer_id", "local_computer"), ("computer_partition_id", "slappart0")],
    );
    assert_eq!(forwarded(&app).as_array().unwrap().len(), 1);
    assert_eq!(request("db").state("destroyed").send(&app).status, 404);
    assert_eq!(forwarded(&app), json!([]));
}

/// A master that answers once it is told to; the receiver hears of each request.
fn waiting() -> (Scripted, Receiver<()>, Sender<()>) {
    let (asked, heard) = channel();
    let (go, wait) = channel();
    let script = move |_: &_| {
        asked.send(()).unwrap();
        wait.recv().unwrap();
        ok("<marshal><none/></marshal>")
    };
    (Scripted::new(script), heard, go)
}

#[test]
fn nothing_waits_for_a_slow_master_but_who_asked_for_it() {
    let (master, heard, go) = waiting();
    let app = with_masters(vec![lists(&master.url, "/far")]);
    thread::scope(|scope| {
        let far = scope.spawn(|| request("far").release("/far").send(&app));
        // The run id is asked for first; that it is not told is that it is another master.
        heard.recv().unwrap();
        go.send(()).unwrap();
        heard.recv().unwrap();
        for title in ["a", "b", "c"] {
            request(title).value(&app);
        }
        assert_eq!(trees(&app), json!(["a", "b", "c"]));
        assert!(!far.is_finished());
        go.send(()).unwrap();
        let answer = far.join().unwrap();
        assert_eq!(answer.refusal().0, 500, "{answer:?}");
    });
    assert_eq!(forwarded(&app), Value::Array(Vec::new()));
}
