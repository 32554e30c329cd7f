//! The document against the golden exchanges.

use slapproxy::config::Overrides;

use super::{Document, Name};
use crate::app::TestApp;
use crate::replay::deviations::afterwards;
use crate::replay::http::{Message, directory, exchanges, send};

/// Recordings and their exchanges that the document does not describe, and why.
const EXCEPTIONS: &[(&str, &[&str], &str)] = &[
    ("slap-tool", &["root-redirect"], "The root is a page for people."),
    ("slap-tool", &["wrong-method", "unknown-path"], "There is no such call."),
    (
        "slap-tool",
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
    ("slap-tool", &["getHateoasUrl", "masteronly-requestComputer"], "The Python proxy does not have these calls."),
    ("slap-tool", &["useComputer"], "The Python proxy does not look at what was consumed, and says so."),
    ("json-rpc", &["error-get-method", "error-options-method", "error-unknown-method"], "There is no such call."),
    (
        "json-rpc",
        &[
            "remote-setup-format",
            "remote-post.software_instance-forwarded",
            "remote-post.software_instance-forwarded-2",
        ],
        "The Python proxy calls everything in its classic API HTML, and did not have all of it.",
    ),
    (
        "json-rpc",
        &[
            "put.compute_node_format-minimal-ip",
            "put.compute_node_format-no-ip-list",
            "post.software_instance-unknown-master",
        ],
        "The Python proxy failed where this server tells what is wrong with what it is sent.",
    ),
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
    for (directory, media_type) in
        [("slap-tool", media_type as fn(&Message) -> &str), ("json-rpc", said), ("own", said)]
    {
        // HATEOAS describes itself by its links.
        let described =
            exchanges(directory).into_iter().filter(|exchange| !exchange.request.path().starts_with("/hateoas"));
        for exchange in described {
            let answer = &exchange.response;
            let found = faults(&mut document, &exchange.request, answer.status(), media_type(answer), &answer.body);
            if is_exception(directory, &exchange.name) {
                assert_ne!(found, [""; 0], "{} is no exception", exchange.name);
                excepted.push(exchange.name);
            } else {
                all.extend(found.into_iter().map(|fault| format!("{directory} {}: {fault}", exchange.name)));
            }
        }
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
    assert_eq!(excepted.len(), EXCEPTIONS.iter().map(|(_, names, _)| names.len()).sum::<usize>(), "{excepted:?}");
}

fn is_exception(directory: &str, name: &str) -> bool {
    EXCEPTIONS.iter().any(|(recording, names, _)| *recording == directory && names.contains(&name))
}

#[test]
fn what_the_cache_answers_to_recorded_requests_is_as_described() {
    let mut document = Document::new();
    let (app, without) = (crate::shacache::app(), TestApp::empty());
    let mut all = Vec::new();
    for exchange in exchanges("shacache") {
        let app = if exchange.name.ends_with("not-configured") { &without } else { &app };
        let answer = send(app, &exchange.request);
        let (method, path) = call(&exchange.request);
        let template = match path.rsplit_once('/') {
            Some(("/shacache/cache", name)) if !name.is_empty() => "/shacache/cache/{sha512}".to_owned(),
            Some(("/shacache/dir", _)) => "/shacache/dir/{key}".to_owned(),
            _ => path,
        };
        if answer.body.is_empty() {
            continue;
        }
        let found = document.fault_of_answer(&(method, template), answer.status(), said(&answer), &answer.body);
        all.extend(found.into_iter().map(|fault| format!("{}: {fault}", exchange.name)));
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}

#[test]
fn what_the_http_proxy_answers_to_recorded_requests_is_as_described() {
    let mut document = Document::new();
    let name = ("GET".to_owned(), "/http_proxy/{scheme}/{netloc}/{path}".to_owned());
    let (app, closed) = (crate::http_proxy::open("0.3"), TestApp::empty());
    let recorded = exchanges("http-proxy");
    // What is told of a server that does not answer, and of one that may not be reached.
    let told = |wanted: &str| recorded.iter().find(|exchange| exchange.name == wanted).unwrap();
    for (app, exchange, status) in [(&app, "bad-scheme", 400), (&app, "refused", 523), (&closed, "get", 403)] {
        let answer = send(app, &told(exchange).request);
        assert_eq!(answer.status(), status, "{exchange}");
        assert_eq!(document.fault_of_answer(&name, status, said(&answer), &answer.body), None, "{exchange}");
    }
}

#[test]
fn what_this_server_answers_to_recorded_requests_is_as_described() {
    let mut document = Document::new();
    let mut all = Vec::new();
    for recording in ["slap-tool", "json-rpc"] {
        let cfg = directory(recording).join("proxy.cfg");
        let app = TestApp::with(Overrides { cfg: Some(cfg), ..Overrides::default() });
        for exchange in exchanges(recording) {
            let answer = send(&app, &exchange.request);
            afterwards(&app, &exchange.name);
            if document.calls().contains(&call(&exchange.request)) {
                let found = faults(&mut document, &exchange.request, answer.status(), said(&answer), &answer.body);
                all.extend(found.into_iter().map(|fault| format!("{recording} {}: {fault}", exchange.name)));
            }
        }
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}
