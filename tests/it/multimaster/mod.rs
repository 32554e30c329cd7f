//! Requests that other masters fulfil.

mod failures;
mod loops;
mod recorded;
mod requests;
mod tls;

use serde_json::{Value, json};
use slapproxy::config::{Overrides, RemoteMaster};

use crate::app::TestApp;
use crate::json_rpc::rpc;

/// Another master that fulfils requests of `/sr`.
fn remote(url: &str) -> RemoteMaster {
    lists(url, "/sr")
}

/// Another master that fulfils requests of a software release.
pub fn lists(url: &str, release: &str) -> RemoteMaster {
    RemoteMaster {
        url: url.to_owned(),
        software_release_list: vec![release.to_owned()],
        key: None,
        cert: None,
        ca: None,
        computer: None,
        partition: None,
    }
}

/// A server with three partitions and these other masters.
fn with_masters(masters: Vec<RemoteMaster>) -> TestApp {
    let app = TestApp::with(Overrides { multimaster: masters, ..Overrides::default() });
    app.format("local_computer", 3);
    app
}

/// Requests a root instance of `/sr` over the JSON-RPC API.
fn rpc_request(app: &TestApp, title: &str) -> (u16, Value) {
    let request = json!({"title": title, "software_release_uri": "/sr", "software_type": "default"});
    rpc(app, "post.v0.software_instance", &request)
}

/// The instances that other masters fulfil, without the times of their answers.
fn forwarded(app: &TestApp) -> Value {
    let mut list = rpc(app, "allDocs.WIP.forwarded_instance_list", &json!({})).1["result_list"].take();
    for entry in list.as_array_mut().unwrap() {
        let answered_at = entry["request"].as_object_mut().unwrap().remove("answered_at");
        assert!(answered_at.unwrap().as_i64() > Some(0));
    }
    list
}

/// The titles of the instance trees of a server.
fn trees(app: &TestApp) -> Value {
    let list = rpc(app, "allDocs.v0.instance_tree_list", &json!({})).1;
    list["result_list"].as_array().unwrap().iter().map(|tree| tree["title"].clone()).collect()
}
