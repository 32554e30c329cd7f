//! The rules of the JSON-RPC API.

mod changes;
mod computers;
mod consumption;
mod explanations;
mod glance;
mod http;
mod instances;
mod overview;
mod parameters;
mod placement;
mod refusals;
mod reports;
mod schemas;
mod shared;

use reqwest::blocking::RequestBuilder;
use serde_json::{Value, json};

use crate::app::{TestApp, answer};

/// The status and the document of an answer.
pub type Rpc = (u16, Value);

/// A call, not sent yet.
fn call(app: &TestApp, method: &str, request: &Value) -> RequestBuilder {
    let call = app.http.post(format!("{}/slapos.{method}", app.url));
    call.header("Content-Type", "application/json").body(request.to_string())
}

/// Sends a call.
fn send(call: RequestBuilder) -> Rpc {
    let answer = answer(call);
    (answer.status, serde_json::from_str(&answer.body).unwrap_or_else(|error| panic!("{}: {error}", answer.body)))
}

/// Calls a method by its name without `slapos.`.
pub fn rpc(app: &TestApp, method: &str, request: &Value) -> Rpc {
    send(call(app, method, request))
}

/// Calls a method in the name of a partition of the default computer.
fn rpc_as(app: &TestApp, partition: &str, method: &str, request: &Value) -> Rpc {
    let who = format!("X-SlapPartition computer_id=local_computer, computer_partition_id={partition}");
    send(call(app, method, request).header("Authorization", who))
}

/// Calls a method that must succeed; its document.
fn get(app: &TestApp, method: &str, request: &Value) -> Value {
    let (status, document) = rpc(app, method, request);
    assert_eq!(status, 200, "{document}");
    document
}

/// The request of an instance of `/sr`.
fn wanted(title: &str) -> Value {
    json!({"title": title, "software_release_uri": "/sr", "software_type": "default"})
}

/// An object with further entries.
fn with(object: &Value, entries: &Value) -> Value {
    let mut object = object.clone();
    object.as_object_mut().unwrap().extend(entries.as_object().unwrap().clone());
    object
}

/// An instance by its identifier.
fn instance(app: &TestApp, guid: &str) -> Value {
    get(app, "get.v0.software_instance", &json!({"instance_guid": guid}))
}

fn success(title: &str) -> Rpc {
    (200, json!({"type": "success", "title": title}))
}

fn bad(title: &str) -> Rpc {
    (400, json!({"status": 400, "type": "Bad Request", "title": title}))
}

fn forbidden(title: &str) -> Rpc {
    (403, json!({"status": 403, "type": "Forbidden", "title": title}))
}
