//! The client library against this master, and against servers that do what no master should.

mod connection;
mod errors;
mod golden;
mod hateoas;
mod json_rpc_walk;
mod loading;
pub mod scripted;
pub mod tls;
mod transactions;
mod walk;

use std::collections::BTreeSet;

use slapproxy::config::Overrides;

use crate::app::{TestApp, description};
use crate::conformance::{client_methods, methods};

#[test]
fn every_method_does_what_it_says() {
    let products = vec![walk::PRODUCT.to_owned()];
    let control = Some("yes".to_owned());
    let app = TestApp::with_shacache(Overrides { software_products: products, control, ..Overrides::default() });
    let lines = walk::walk(&app.url, &description(walk::COMPUTER, 4));
    let called: BTreeSet<&str> = lines.iter().map(|(method, _)| method.as_str()).collect();
    let methods = client_methods();
    // What is beneath the objects has tests of its own.
    let beneath = ["::builder", "::hateoas", "::slap_tool", "::json_rpc"];
    let forgotten = methods.iter().filter(|method| !called.contains(method.as_str()));
    let forgotten: Vec<&String> = forgotten.filter(|method| !beneath.iter().any(|end| method.ends_with(end))).collect();
    assert_eq!(forgotten, [""; 0]);
    let lines: Vec<String> = lines.iter().map(|(method, answer)| format!("{method}: {answer}")).collect();
    insta::assert_snapshot!("walk", lines.join("\n"));
}

#[test]
fn every_json_rpc_method_is_called_by_its_name() {
    let app = TestApp::empty();
    let lines = json_rpc_walk::walk(&app.url);
    let called: BTreeSet<&str> = lines.iter().map(|(method, _)| method.as_str()).collect();
    let handlers = methods();
    assert_eq!(called, handlers.values().map(String::as_str).collect());
    let lines: Vec<String> = lines.iter().map(|(method, answer)| format!("{method}: {answer}")).collect();
    insta::assert_snapshot!("json_rpc_walk", lines.join("\n"));
}
