//! The recorded session of the JSON-RPC API, against this server: every request in order, and the whole answers.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, from_str, json};
use slapproxy::config::Overrides;
use slapproxy::wire::json_rpc::{
    AllDocsComputeNodeInstanceList, AllDocsComputeNodeList, AllDocsComputeNodeSoftwareInstallationList,
    AllDocsInstanceNodeInstanceList, AllDocsInstanceTreeList, GetComputeNodeStatus, GetComputePartition, GetHateoasUrl,
    GetInstanceTree, GetSoftwareInstance, GetSoftwareInstanceCertificate, Method, PostComputeNodeCertificate,
    PostComputeNodeUsage, PostSoftwareInstallation, PostSoftwareInstance, PutComputeNodeBang, PutComputeNodeFormat,
    PutSoftwareInstallationError, PutSoftwareInstallationReportedState, PutSoftwareInstanceBang,
    PutSoftwareInstanceConnectionParameter, PutSoftwareInstanceError, PutSoftwareInstanceReportedState,
    PutSoftwareInstanceTitle, RemoveComputeNodeCertificate, RequestError, read, write,
};

use super::byte_compatible;
use super::http::{Exchange, Message, authority, directory, exchanges, send};
use super::json_rpc_deviations::{DEVIATIONS, Deviation, Instead};
use crate::app::TestApp;
use crate::multimaster::lists;

/// How titles of recorded errors start that say no more than the status.
const REWORDED: [&str; 5] = [
    "Couldn't connect to the server.",
    "The browser (or proxy) sent a request that this server could not understand.",
    "The method is not allowed for the requested URL.",
    "The resource identified by the request is only capable of generating response entities which have content \
     characteristics not acceptable according to the accept headers sent in the request.",
    "Did not attempt to load JSON data because the request Content-Type was not 'application/json'.",
];

#[test]
fn the_recorded_session_is_answered_as_recorded_or_as_the_table_of_deviations_says() {
    let far = TestApp::with(Overrides { computer_id: Some("external_computer".into()), ..byte_compatible() });
    let app = TestApp::with(Overrides {
        cfg: Some(directory("json-rpc").join("proxy.cfg")),
        multimaster: vec![
            lists(&far.url, "https://sr.example/forwarded/software.cfg"),
            lists("http://127.0.0.1:9/", "https://sr.example/dead/software.cfg"),
        ],
        ..byte_compatible()
    });
    let start = micros();
    let mut faults = Vec::new();
    for exchange in exchanges("json-rpc") {
        if exchange.request.header("Host") == Some("127.0.0.1:5001") {
            // What this server forwards comes from it.
            if exchange.name.starts_with("remote-setup-") {
                assert_eq!(send(&far, &exchange.request).status(), exchange.response.status());
            }
            continue;
        }
        let mut answer = send(&app, &exchange.request);
        answer.body = answer.body.replace(&authority(&app), exchange.request.header("Host").unwrap());
        faults.extend(check(&exchange, &answer, start).map(|fault| format!("{}: {fault}", exchange.name)));
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn every_deviation_is_about_recorded_exchanges() {
    let names: BTreeSet<String> = exchanges("json-rpc").into_iter().map(|exchange| exchange.name).collect();
    for Deviation { steps, reason, .. } in DEVIATIONS {
        assert!(!steps.is_empty(), "{reason}");
        for step in *steps {
            assert!(names.contains(*step), "there is no {step}: {reason}");
        }
    }
}

#[test]
fn recorded_documents_of_every_method_are_read_by_their_types() {
    let golden = exchanges("json-rpc");
    let mut methods = 0;
    macro_rules! read_all {
        ($($method:ty),*) => {$(
            methods += 1;
            let found = read_documents::<$method>(&golden);
            assert!(found > 0, "{} has no document", <$method>::NAME);
        )*};
    }
    read_all!(
        AllDocsComputeNodeInstanceList,
        AllDocsComputeNodeList,
        AllDocsComputeNodeSoftwareInstallationList,
        AllDocsInstanceNodeInstanceList,
        AllDocsInstanceTreeList,
        GetComputeNodeStatus,
        GetComputePartition,
        GetHateoasUrl,
        GetInstanceTree,
        GetSoftwareInstance,
        GetSoftwareInstanceCertificate,
        PostComputeNodeCertificate,
        PostComputeNodeUsage,
        PostSoftwareInstallation,
        PostSoftwareInstance,
        PutComputeNodeBang,
        PutComputeNodeFormat,
        PutSoftwareInstallationError,
        PutSoftwareInstallationReportedState,
        PutSoftwareInstanceBang,
        PutSoftwareInstanceConnectionParameter,
        PutSoftwareInstanceError,
        PutSoftwareInstanceReportedState,
        PutSoftwareInstanceTitle,
        RemoveComputeNodeCertificate
    );
    assert_eq!(methods, 25);
}

/// Reads the recorded documents of a method, and writes them again without losing anything; returns how many responses
/// there were.
fn read_documents<M: Method>(golden: &[Exchange]) -> usize {
    let own = golden.iter().filter(|exchange| exchange.request.path().strip_prefix('/') == Some(M::NAME));
    let own = own.filter(|exchange| exchange.response.status() == 200 && exchange.request.start.starts_with("POST "));
    let documents = own.map(|Exchange { name, request, response }| {
        again(name, &request.body, &read::<M>(request.body.as_bytes()));
        again(name, &response.body, &read::<M::Response>(response.body.as_bytes()));
    });
    documents.count()
}

fn again<T: serde::Serialize>(name: &str, recorded: &str, document: &Result<T, RequestError>) {
    let document = document.as_ref().unwrap_or_else(|error| panic!("{name}: {error}"));
    let written: Value = serde_json::from_slice(&write(document).unwrap()).unwrap();
    for (key, value) in from_str::<Value>(recorded).unwrap().as_object().unwrap() {
        assert_eq!(written.get(key), Some(value), "{name}: {key}");
    }
}

fn micros() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros()).unwrap()
}

/// What is wrong with an answer.
fn check(exchange: &Exchange, answer: &Message, start: i64) -> Option<String> {
    let Exchange { name, response: recorded, .. } = exchange;
    let mut expected = (recorded.status(), from_str(&recorded.body).unwrap_or(Value::Null));
    let recorded_expectation = expected.clone();
    if let Some(deviation) = DEVIATIONS.iter().find(|deviation| deviation.steps.contains(&name.as_str())) {
        match deviation.instead {
            Instead::Error(status, kind, title) => {
                expected = (status, json!({"status": status, "type": kind, "title": title}));
            }
            Instead::Body(body) => expected = (200, from_str(body).unwrap()),
            Instead::Edits(edits) => {
                for (pointer, value) in edits {
                    *expected.1.pointer_mut(pointer).unwrap() = from_str(value).unwrap();
                }
            }
        }
        assert_ne!(expected, recorded_expectation, "{name} does not deviate");
    }
    let allow = (answer.status() == 405).then_some("POST");
    if answer.header("Allow") != allow {
        return Some(format!("{:?} is allowed", answer.header("Allow")));
    }
    let kind = answer.header("Content-Type");
    if kind != Some("application/json") {
        return Some(format!("the content type is {kind:?}"));
    }
    if !answer.body.is_ascii() {
        return Some("the answer is not ASCII".into());
    }
    let mut answered = (answer.status(), from_str::<Value>(&answer.body).unwrap());
    hide(&mut expected.1, &mut answered.1, start);
    (expected != answered).then(|| format!("\n    {expected:?} is\n    {answered:?}"))
}

/// Takes out what differs from run to run, where it is as it should be: other timestamps and dates of this run, and titles
/// that say the same in other words. A timestamp of zero stands for itself.
fn hide(expected: &mut Value, answered: &mut Value, start: i64) {
    let in_run = |timestamp: i64| (start..=micros()).contains(&timestamp);
    for key in ["processing_timestamp", "title", "created_at", "since"] {
        let (Some(left), Some(right)) = (expected.get_mut(key), answered.get(key)) else { continue };
        let same = match key {
            "processing_timestamp" => left.as_i64() != Some(0) && right.as_i64().is_some_and(in_run),
            "title" => {
                left.as_str().is_some_and(|title| REWORDED.iter().any(|known| title.starts_with(known)))
                    && right.is_string()
            }
            _ => {
                let date = right.as_str().and_then(|date| httpdate::parse_http_date(date).ok());
                date.is_some_and(|date| {
                    date + Duration::from_secs(1) > UNIX_EPOCH + Duration::from_micros(start.unsigned_abs())
                })
            }
        };
        if same {
            *left = right.clone();
        }
    }
}
