//! Masters that do not fulfil what is forwarded: each failure has its status, and nothing changes here.

use serde_json::{Value, json};
use slapproxy::config::Overrides;

use super::{forwarded, lists, remote, rpc, rpc_request, trees, with_masters};
use crate::app::{TestApp, request};
use crate::client::scripted::{Reply, Scripted};

/// A URL on which nobody listens.
const NOBODY: &str = "http://127.0.0.1:9/";

fn document(status: u16, kind: &str, title: &str) -> (u16, Value) {
    (status, json!({"status": status, "type": kind, "title": title}))
}

/// Nothing was allocated or kept.
fn unchanged(app: &TestApp) {
    assert_eq!((trees(app), forwarded(app)), (json!([]), json!([])));
    let events = rpc(app, "allDocs.WIP.event_list", &json!({"instance_title": "db"})).1;
    assert_eq!(events["result_list"], json!([]));
}

#[test]
fn what_other_masters_say_is_passed_on() {
    let page = |text: &str| format!("<!doctype html>\n<title>X</title>\n<h1>X</h1>\n<p>{text}</p>\n");
    for (status, said, classic, json_rpc) in [
        (404, "no place", (404, "{url} says: no place"), (403, "Forbidden")),
        (400, "bad type", (400, "{url} says: bad type"), (400, "Bad Request")),
        (500, "broken", (500, "{url} fails: broken"), (500, "Internal Server Error")),
        (503, "busy", (500, "{url} fails: busy"), (500, "Internal Server Error")),
        (401, "who?", (500, "{url} fails: who?"), (500, "Internal Server Error")),
        (403, "not you", (500, "{url} fails: not you"), (500, "Internal Server Error")),
    ] {
        let master = Scripted::new(move |_| Reply::Status(status, page(said)));
        let app = with_masters(vec![remote(&master.url)]);
        let expected = classic.1.replace("{url}", &master.url);
        assert_eq!(request("db").send(&app).refusal(), (classic.0, expected.clone()), "{status}");
        assert_eq!(rpc_request(&app, "db"), document(json_rpc.0, json_rpc.1, &expected), "{status}");
        unchanged(&app);
    }
}

#[test]
fn a_master_without_place_yet_is_not_ready() {
    let master = Scripted::new(|_| Reply::Status(408, "Resource not ready".into()));
    let app = with_masters(vec![remote(&master.url)]);
    assert_eq!(request("db").send(&app).refusal(), (408, "Resource not ready".into()));
    let (status, document) = rpc_request(&app, "db");
    assert_eq!((status, &document["status"]), (200, &json!(102)), "{document}");
    unchanged(&app);
}

#[test]
fn a_master_that_cannot_be_reached_is_523() {
    let app = with_masters(vec![remote(NOBODY)]);
    let (status, text) = request("db").send(&app).refusal();
    assert_eq!((status, text.starts_with("http://127.0.0.1:9/ cannot be reached: ")), (523, true), "{text}");
    let (status, told) = rpc_request(&app, "db");
    assert_eq!((status, &told["type"], &told["title"]), (523, &json!("Unknown Error"), &json!(text)));
    unchanged(&app);
}

#[test]
fn a_master_that_does_not_answer_in_time_is_523() {
    let master = Scripted::new(|_| Reply::Silence);
    let masters = vec![remote(&master.url)];
    let app =
        TestApp::with(Overrides { multimaster: masters, forward_timeout: Some("0.2".into()), ..Overrides::default() });
    assert_eq!(request("db").send(&app).status, 523);
    unchanged(&app);
}

#[test]
fn a_master_that_is_not_listed_is_refused_without_asking_anybody() {
    let unlisted = Scripted::new(|_| Reply::Status(500, String::new()));
    let app = with_masters(vec![lists(NOBODY, "/other")]);
    let sentence = format!("External SlapOS Master URL {}/ is not listed in multimaster list.", unlisted.url);
    let url = format!("{}/", unlisted.url);
    assert_eq!(request("db").filter(&[("master_url", &url)]).send(&app).refusal(), (404, sentence.clone()));
    let wanted = json!({"title": "db", "software_release_uri": "/sr", "software_type": "default",
                        "sla_parameters": {"master_url": url}});
    assert_eq!(rpc(&app, "post.v0.software_instance", &wanted), document(403, "Forbidden", &sentence));
    // Also not where no master is configured at all, and not by another spelling of a listed one.
    let alone = TestApp::formatted(1);
    assert_eq!(request("db").filter(&[("master_url", &url)]).send(&alone).refusal(), (404, sentence));
    assert_eq!(request("db").filter(&[("master_url", "http://127.0.0.1:9")]).send(&app).status, 404);
    assert_eq!(unlisted.lines(), [""; 0]);
    unchanged(&app);
}

#[test]
fn an_answer_that_is_none_is_a_failure() {
    for reply in ["HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nxx", "nonsense\r\n\r\n"] {
        let master = Scripted::new(move |_| Reply::Bytes(reply.to_owned()));
        let app = with_masters(vec![remote(&master.url)]);
        let status = request("db").send(&app).status;
        assert!(matches!(status, 500 | 523), "{status} {reply}");
        unchanged(&app);
    }
}

#[test]
fn a_master_behind_https_needs_a_key_and_a_certificate() {
    let app = with_masters(vec![remote("https://127.0.0.1:9/")]);
    let sentence = "External master https://127.0.0.1:9/ configuration did not specify key or certificate.";
    assert_eq!(request("db").send(&app).refusal(), (404, sentence.into()));
    assert_eq!(rpc_request(&app, "db"), document(403, "Forbidden", sentence));
    unchanged(&app);
}
