//! The document against the golden exchanges.

use slapproxy::config::Overrides;

use super::{Document, Name};
use crate::app::TestApp;
use crate::replay::deviations::afterwards;
use crate::replay::http::{Message, directory, exchanges, send};

/// Exchanges that the document does not describe, and why.
const EXCEPTIONS: &[(&[&str], &str)] = &[
    (&["root-redirect"], "The root is a page for people."),
    (&["wrong-method", "unknown-path"], "There is no such call."),
    (
        &[
            "getFullComputerInformation-unknown-computer",
            "loadComputerConfigurationFromXML-malformed",
            "loadComputerConfigurationFromXML-missing-tap",
            "supplySupply-wrong-state",
            "requestComputerPartition-missing-optional-xml",
            "requestComputerPartition-refused-class",
            "requestComputerPartition-parameters-not-dictionary",
            "requestComputerPartition-shared-destroyed-on-host-without-list",
            "registerComputerPartition-unknown",
            "getSoftwareReleaseListFromSoftwareProduct-by-url",
            "getSoftwareReleaseListFromSoftwareProduct-no-parameter",
        ],
        "The Python proxy failed; this server never answers 5xx to what it is sent.",
    ),
    (&["getHateoasUrl", "masteronly-requestComputer"], "The Python proxy does not have these calls."),
    (&["useComputer"], "The Python proxy does not look at what was consumed, and says so."),
];

fn call(request: &Message) -> Name {
    (request.start.split(' ').next().unwrap().to_owned(), request.path().to_owned())
}

/// What is wrong with an exchange.
fn faults(document: &mut Document, request: &Message, status: u16, media_type: &str, body: &str) -> Vec<String> {
    let call = call(request);
    if !document.calls().contains(&call) {
        return vec![format!("{call:?} is not described")];
    }
    let asked = if status < 400 { document.fault_of_request(&call, request) } else { None };
    asked.into_iter().chain(document.fault_of_answer(&call, status, media_type, body)).collect()
}

/// The media type of an answer of the Python proxy, which calls everything HTML.
fn media_type(answer: &Message) -> &'static str {
    match answer.body.as_str() {
        _ if answer.status() >= 400 => "text/html",
        body if body.starts_with("<marshal>") => "text/xml",
        _ => "text/plain",
    }
}

fn said(answer: &Message) -> &str {
    answer.header("Content-Type").unwrap_or_default().split(';').next().unwrap()
}

#[test]
fn recorded_exchanges_are_as_described() {
    let mut document = Document::new();
    let mut all = Vec::new();
    let mut excepted = Vec::new();
    for exchange in exchanges("slap-tool") {
        let answer = &exchange.response;
        let found = faults(&mut document, &exchange.request, answer.status(), media_type(answer), &answer.body);
        if EXCEPTIONS.iter().any(|(names, _)| names.contains(&exchange.name.as_str())) {
            assert_ne!(found, [""; 0], "{} is no exception", exchange.name);
            excepted.push(exchange.name);
            continue;
        }
        all.extend(found.into_iter().map(|fault| format!("{}: {fault}", exchange.name)));
    }
    // The document describes the classic calls and JSON-RPC; HATEOAS describes itself by its links.
    let described = exchanges("own").into_iter().filter(|exchange| !exchange.request.path().starts_with("/hateoas"));
    for exchange in described {
        let answer = &exchange.response;
        let found = faults(&mut document, &exchange.request, answer.status(), said(answer), &answer.body);
        all.extend(found.into_iter().map(|fault| format!("own {}: {fault}", exchange.name)));
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
    assert_eq!(excepted.len(), EXCEPTIONS.iter().map(|(names, _)| names.len()).sum::<usize>(), "{excepted:?}");
}

#[test]
fn what_this_server_answers_to_recorded_requests_is_as_described() {
    let app = TestApp::with(Overrides { cfg: Some(directory("slap-tool").join("proxy.cfg")), ..Overrides::default() });
    let mut document = Document::new();
    let mut all = Vec::new();
    for exchange in exchanges("slap-tool") {
        let answer = send(&app, &exchange.request);
        afterwards(&app, &exchange.name);
        if !["root-redirect", "wrong-method", "unknown-path"].contains(&exchange.name.as_str()) {
            let found = faults(&mut document, &exchange.request, answer.status(), said(&answer), &answer.body);
            all.extend(found.into_iter().map(|fault| format!("{}: {fault}", exchange.name)));
        }
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}
