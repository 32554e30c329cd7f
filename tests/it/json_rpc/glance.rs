//! Everything at a glance, instances page by page, and documents beside releases.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use slapproxy::config::Overrides;
use slapproxy::wire::control::read_format_reports;

use super::{Rpc, bad, forbidden, get, rpc};
use crate::app::{TestApp, description, request};
use crate::calls::LOCAL;

const LIST: &str = "allDocs.WIP.instance_list";
const DOCUMENT: &str = "get.WIP.software_document";

/// A host that serves three shared instances, and a tree of two.
fn app() -> TestApp {
    let app = TestApp::formatted(4);
    request("host").place(&app);
    for title in ["One", "two", "three"] {
        request(title).shared().send(&app).value();
    }
    request("root").place(&app);
    request("kid").by(LOCAL, "slappart1").place(&app);
    app
}

fn titles(page: &Value) -> Vec<&str> {
    page["result_list"].as_array().unwrap().iter().map(|one| one["instance_title"].as_str().unwrap()).collect()
}

#[test]
fn the_overview_has_places_trees_failures_and_refusals() {
    let app = app();
    let log = json!({"instance_guid": "kid___root___0", "message": "boom"});
    get(&app, "put.v0.software_instance_error", &log);
    get(
        &app,
        "put.v0.software_instance_reported_state",
        &json!({"instance_guid": "host______0", "reported_state": "started"}),
    );
    assert_eq!(request("lost").release("/other").shared().send(&app).status, 404);
    let overview = get(&app, "get.WIP.overview", &json!({}));
    let computer = &overview["computer_list"][0];
    assert_eq!(computer["computer_guid"], LOCAL);
    let places: Vec<Option<&str>> = computer["partition_list"]
        .as_array()
        .unwrap()
        .iter()
        .map(|partition| partition["instance"]["instance_title"].as_str())
        .collect();
    assert_eq!(places, [Some("host"), Some("root"), Some("kid"), None]);
    let kid = &computer["partition_list"][2]["instance"];
    assert_eq!(kid["requester"], json!({"instance_title": "root"}));
    assert_eq!(kid["report"]["text"], "#error while instanciating: boom");
    assert_eq!(overview["failed_list"], json!([kid]));
    let trees: Vec<Value> = overview["tree_list"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tree| {
            json!([tree["root"]["instance_title"], tree["health"], tree["instance_count"], tree["failed_count"]])
        })
        .collect();
    assert_eq!(trees, [json!(["host", "green", 1, 0]), json!(["root", "red", 2, 1])]);
    assert_eq!(overview["shared_root_count"], 3);
    assert_eq!(
        (&overview["refused_list"][0]["title"], &overview["refused_list"][0]["user"]),
        (&json!("lost"), &json!("user"))
    );
    let last = &overview["last_event"];
    assert!(last["id"].as_i64() > Some(0), "{last}");
}

#[test]
fn instances_come_page_by_page_and_by_what_they_have_in_common() {
    let app = app();
    let list = |query: &Value| get(&app, LIST, query);
    assert_eq!(titles(&list(&json!({}))), ["host", "One", "two", "three", "root", "kid"]);
    let first = list(&json!({"limit": 4}));
    assert_eq!((titles(&first), &first["total"]), (vec!["host", "One", "two", "three"], &json!(6)));
    let second = list(&json!({"limit": 4, "after": first["next"]}));
    assert_eq!((titles(&second), &second["next"]), (vec!["root", "kid"], &Value::Null));
    for (query, found) in [
        (json!({"shared": true}), vec!["One", "two", "three"]),
        (json!({"host_guid": "host______0", "text": "t"}), vec!["two", "three"]),
        (json!({"text": "ONE"}), vec!["One"]),
        (json!({"instance_tree_title": "root"}), vec!["root", "kid"]),
        (json!({"instance_tree_title": "two"}), vec!["two"]),
        (json!({"requester_guid": "root______0"}), vec!["kid"]),
        (json!({"health": "none", "shared": false}), vec!["host", "root", "kid"]),
        (json!({"health": "red"}), vec![]),
    ] {
        assert_eq!(titles(&list(&query)), found, "{query}");
    }
    let host = list(&json!({"text": "host"}));
    assert_eq!(host["result_list"][0]["served_count"], 3);
    assert_eq!(rpc(&app, LIST, &json!({"instance_tree_title": "nobody"})).0, 403);
    assert_eq!(rpc(&app, LIST, &json!({"health": "blue"})).0, 400);
}

#[test]
fn a_preview_of_an_import_changes_nothing() {
    let app = app();
    let smaller = description(LOCAL, 2);
    let preview = app.post("/-/import/preview", &[("xml", &smaller), ("xml", &description("new", 1))]);
    let before = get(&app, "get.WIP.overview", &json!({}));
    let done = app.post("/-/import", &[("xml", &smaller), ("xml", &description("new", 1))]);
    assert_eq!(preview, done);
    let reports = read_format_reports(&preview.body).unwrap();
    assert_eq!((reports[0].kept.len(), reports[0].removed.len(), reports[1].new_computer), (2, 2, true));
    assert_eq!(reports[0].removed[0].instance.as_deref(), Some("kid"));
    assert_eq!(before["computer_list"].as_array().unwrap().len(), 1);
}

/// A server whose releases are in a directory, and the directory.
fn with_releases() -> (TestApp, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("releases");
    fs::create_dir_all(root.join("sr")).unwrap();
    fs::write(root.join("sr/software.cfg.json"), r#"{"software-type": {"b": {}, "a": {}}}"#).unwrap();
    let overrides = Overrides { local_software_release_root: Some(root.clone()), ..Overrides::default() };
    (TestApp::start(overrides, directory), root)
}

fn document(app: &TestApp, url: &str) -> Rpc {
    rpc(app, DOCUMENT, &json!({"document_url": url}))
}

#[test]
fn documents_of_local_releases_are_read_as_they_are() {
    let (app, root) = with_releases();
    let path = root.join("sr/software.cfg.json");
    let url = format!("file://{}", path.display());
    for given in [path.to_str().unwrap(), &url] {
        let (status, answer) = document(&app, given);
        assert_eq!((status, answer["url"].as_str()), (200, Some(url.as_str())));
    }
    let call = super::call(&app, DOCUMENT, &json!({"document_url": url}));
    assert!(crate::app::answer(call).body.contains(r#"{"software-type": {"b": {}, "a": {}}}"#));
}

#[test]
fn no_other_file_is_read() {
    let (app, root) = with_releases();
    let secret = root.with_file_name("secret.json");
    fs::write(&secret, r#"{"$schema": "secret"}"#).unwrap();
    std::os::unix::fs::symlink(&secret, root.join("link.json")).unwrap();
    fs::write(root.join("tokens.json"), r#"{"token": "secret"}"#).unwrap();
    fs::write(root.join("broken.json"), "{").unwrap();
    let outside = "only files of at most 4 MB in the directory of local releases are";
    let below = |name: &str| root.join(name).display().to_string();
    for (path, reason) in [
        (secret.display().to_string(), outside.to_owned()),
        (below("link.json"), outside.to_owned()),
        (below("../secret.json"), outside.to_owned()),
        (below("nothing.json"), "No such file or directory (os error 2)".to_owned()),
    ] {
        let url = url::Url::from_file_path(Path::new(&path)).unwrap();
        assert_eq!(
            document(&app, &path),
            forbidden(&format!("document_url: {url} cannot be read: {reason}")),
            "{path}"
        );
    }
    for name in ["tokens.json", "broken.json"] {
        let (status, answer) = document(&app, &below(name));
        let title = answer["title"].as_str().unwrap().to_owned();
        assert!(
            status == 403 && title.contains("it describes no software release") && !title.contains("secret"),
            "{title}"
        );
    }
    let expected = "expected the URL (http, https or file) or the absolute path of a file *.json";
    for url in ["/etc/hostname", "sr/software.cfg.json", "ftp://h/x.json", "file:x", ""] {
        assert_eq!(document(&app, url), bad(&format!("document_url: {url:?} is not accepted; {expected}")));
    }
}

#[test]
fn other_servers_are_asked_only_where_releases_are() {
    let (app, other) = (TestApp::empty(), TestApp::with_shacache(Overrides::default()));
    let public = other.database.with_file_name("public");
    fs::write(public.join("software.cfg.json"), r#"{"serialisation": "xml", "software-type": {}}"#).unwrap();
    let release = format!("{}/panel/public/software.cfg", other.url);
    let url = format!("{release}.json");
    let netloc = other.url.strip_prefix("http://").unwrap();
    let reason = "no release of that server is supplied or requested here";
    let refused = format!("document_url: {url} cannot be read: {reason}; allow it with --http-proxy-allow {netloc}");
    assert_eq!(document(&app, &url), forbidden(&refused));
    assert_eq!(app.post("/supplySupply", &[("url", &release), ("computer_id", LOCAL)]).status, 200);
    assert_eq!(document(&app, &url).1["document"]["serialisation"], "xml");
    let lost = format!("{}/panel/public/nothing.json", other.url);
    let answered = format!("document_url: {lost} cannot be read: 127.0.0.1 answers 404");
    assert_eq!(document(&app, &lost), forbidden(&answered));
    // Its own public files need no release.
    assert_eq!(document(&other, &url).0, 200);
}
