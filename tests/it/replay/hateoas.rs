//! The recorded HATEOAS session with the Python proxy, against this server.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use slapproxy::wire::xml::Value;

use super::http::{Exchange, Message, authority, exchanges, send};
use super::{error_page, refused, unequal};
use crate::app::{Answer, TestApp, request};
use crate::calls::LOCAL;

/// What is answered instead of what was recorded.
#[derive(Debug)]
enum Instead {
    /// An error page: its status and its whole description.
    Refusal(u16, &'static str),
    /// The recorded document with other values at some paths, as JSON texts.
    Edits(&'static [(&'static str, &'static str)]),
}

/// Exchanges that are answered otherwise, what with, and why that is right.
type Deviation = (&'static [&'static str], Instead, &'static str);

const NO_NEWS: &str = r#"{"default":{"instance":[]},"key":"field_my_news","type":"StringField"}"#;

/// Every deliberate deviation. An entry that is not needed any more fails the test.
const DEVIATIONS: &[Deviation] = &[
    (
        &["client-service-list-2", "root"],
        Instead::Edits(&[("/_links/self", r#"{"href":"http://127.0.0.1:5000/hateoas"}"#)]),
        "Clients append paths to the link to itself, and fail without it before they ask anything.",
    ),
    (
        &["client-service-info-3"],
        Instead::Edits(&[("/_embedded/_view/my_news", NO_NEWS)]),
        "Reports are kept, and clients tell from the news how a service is.",
    ),
    (
        &["client-service-info-shared-3", "shared"],
        Instead::Edits(&[
            ("/_embedded/_view/my_news", NO_NEWS),
            ("/_embedded/_view/my_slap_state/default", r#""started""#),
        ]),
        "Shared instances have news and a state of their own, where the Python proxy knew none.",
    ),
    (
        &["client-computer-info-3", "computer"],
        Instead::Edits(&[(
            "/_embedded/_view/my_news",
            r##"{"default":{"computer":{"created_at":"(a date)","no_data":1,"portal_type":"Compute Node",
            "reference":"local_computer","since":"(a date)","state":"","text":"#error no data found for local_computer",
            "user":"SlapOS Master"},"partition":{
            "slappart0":{"created_at":"(a date)","no_data":1,"portal_type":"Software Instance",
            "reference":"local_computer-slappart0","since":"(a date)","state":"",
            "text":"#error no data found for local_computer-slappart0","user":"SlapOS Master"},
            "slappart2":{"created_at":"(a date)","no_data":1,"portal_type":"Software Instance",
            "reference":"local_computer-slappart2","since":"(a date)","state":"",
            "text":"#error no data found for local_computer-slappart2","user":"SlapOS Master"}}},
            "key":"news","type":"StringField"}"##,
        )]),
        "Reports are kept, and the library tells from the news how a computer and its partitions are.",
    ),
    (
        &["search-unquoted-name"],
        Instead::Refusal(400, UNQUOTED),
        "What is no query is refused, and is not an internal error.",
    ),
    (
        &["traverse-external"],
        Instead::Refusal(
            400,
            "Unhandled relative_url: https://evil.example/; expected a relative_url of a search: \
             /hateoas/partitions/…, /hateoas/shared/…, /hateoas/computers/… or /hateoas/software_installations/…",
        ),
        "A server that redirects to any site lends its name to that site.",
    ),
];

const UNQUOTED: &str = concat!(
    r#"Unhandled query: portal_type:"Instance Tree" AND validation_state:validated AND title:=a; expected "#,
    r#"portal_type:"Instance Tree" AND validation_state:validated, the same AND title:="NAME", "#,
    r#"portal_type:("Software Instance", "Slave Instance") AND validation_state:validated AND "#,
    r#"default_specialise_title:="NAME", portal_type:"Compute Node" AND validation_state:validated, "#,
    r#"the same AND reference:="NAME" or AND title:="NAME", portal_type:"Software Installation" AND "#,
    r#"validation_state:validated, or the same AND default_aggregate_reference:="NAME""#
);

#[test]
fn the_recorded_hateoas_session_is_answered_as_recorded_or_as_its_table_of_deviations_says() {
    let app = recorded_state();
    let mut faults = Vec::new();
    for exchange in exchanges("hateoas") {
        let mut answer = send(&app, &exchange.request);
        // What is told of an address is told of the recording's on both sides.
        let there = |text: &str| text.replace(&authority(&app), exchange.request.header("Host").unwrap());
        answer.body = there(&answer.body);
        answer.headers = answer.headers.into_iter().map(|(name, value)| (name, there(&value))).collect();
        faults.extend(check(&exchange, &answer).into_iter().map(|fault| format!("{}: {fault}", exchange.name)));
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn every_hateoas_deviation_is_about_recorded_exchanges() {
    let names: BTreeSet<String> = exchanges("hateoas").into_iter().map(|exchange| exchange.name).collect();
    for (steps, _, reason) in DEVIATIONS {
        assert!(!steps.is_empty(), "{reason}");
        for step in *steps {
            assert!(names.contains(*step), "there is no {step}: {reason}");
        }
    }
}

/// A server in the state in which the session was recorded; it was reached through the JSON-RPC API there.
fn recorded_state() -> TestApp {
    let (demo, provider) = ("https://sr.example/demo/software.cfg", "https://sr.example/provider/software.cfg");
    let app = TestApp::formatted(3);
    app.format("COMP-bad", 0);
    let root1 = request("root1").release(demo).parameters(&[
        ("a", "b"),
        ("e", ""),
        ("f", "1.5"),
        ("n", "1"),
        ("o", "{'k': [1]}"),
        ("t", "True"),
        ("z", "None"),
    ]);
    assert_eq!(root1.place(&app), "slappart0");
    assert_eq!(request("child1").release(demo).place(&app), "slappart1");
    assert_eq!(request("provider1").release(provider).place(&app), "slappart2");
    let parameters = Value::dictionary([("domain", Value::from("foo.example")), ("n", 1.into())]);
    let shared1 = request("shared1").release(provider).shared().typed_parameters(&parameters);
    assert_eq!(shared1.place(&app), "slappart2");
    let shared2 = request("shared2").release(provider).shared().by(LOCAL, "slappart0");
    assert_eq!(shared2.place(&app), "slappart2");
    let published = app.publish_shared(LOCAL, "slappart2", "_shared1", &[("url", "http://shared/")]);
    assert_eq!(published, Answer::text("done"));
    assert_eq!(request("child1").release(demo).state("destroyed").place(&app), "slappart1");
    assert_eq!(app.destroyed(LOCAL, "slappart1"), Answer::text("OK"));
    app
}

/// What is wrong with an answer.
fn check(exchange: &Exchange, answer: &Message) -> Vec<String> {
    let Exchange { name, response: recorded, .. } = exchange;
    let deviations = DEVIATIONS.iter().filter(|(steps, ..)| steps.contains(&name.as_str()));
    match deviations.map(|(_, instead, _)| instead).collect::<Vec<_>>().as_slice() {
        [Instead::Refusal(status, description)] => {
            assert_ne!(recorded.status(), *status, "{name} does not deviate");
            refused(answer, *status, |answered| answered == *description, description)
        }
        edits if recorded.status() == 200 => {
            let mut document: Json = serde_json::from_str(&recorded.body).unwrap();
            for edit in edits {
                let Instead::Edits(edits) = edit else { panic!("{name} deviates in several ways") };
                for (path, text) in *edits {
                    put(&mut document, path, serde_json::from_str(text).unwrap());
                }
            }
            documents(&document, answer)
        }
        [] if recorded.status() >= 400 => {
            let mut faults = error_page(recorded, answer);
            if recorded.status() == 400 {
                faults.extend(unequal(&recorded.start, &answer.start));
            }
            faults
        }
        [] => unequal(&(recorded.status(), recorded.header("Location")), &(answer.status(), answer.header("Location"))),
        _ => panic!("{name} cannot be edited"),
    }
}

/// Puts a value where another one is, or none.
fn put(document: &mut Json, path: &str, value: Json) {
    assert_ne!(document.pointer(path), Some(&value), "does not deviate at {path}");
    let (parent, key) = path.rsplit_once('/').unwrap();
    document.pointer_mut(parent).unwrap()[key] = value;
}

/// What is wrong with a document: it must be the expected one, written compactly with its keys in order.
fn documents(expected: &Json, answer: &Message) -> Vec<String> {
    let kind = (answer.status(), answer.header("Content-Type"));
    if kind != (200, Some("application/json")) {
        return vec![format!("{kind:?} {:?}", answer.body)];
    }
    let answered: Json = serde_json::from_str(&answer.body).unwrap();
    let mut faults = unequal(&format!("{answered}\n"), &answer.body);
    faults.extend(unequal(&timeless(expected.clone()).to_string(), &timeless(answered).to_string()));
    faults
}

/// A document in which well-formed timestamps and dates are all the same.
pub fn timeless(json: Json) -> Json {
    let entry = |(key, value): (String, Json)| {
        let value = match (key.as_str(), &value) {
            ("timestamp", Json::Number(number)) if number.to_string().contains('.') => json!("(a timestamp)"),
            (
                "at" | "last_at" | "processing_timestamp" | "received_at" | "changed_at" | "created_at",
                Json::Number(number),
            ) if number.as_i64() > Some(1 << 50) => {
                json!("(a timestamp)")
            }
            ("created_at" | "since", Json::String(date)) if httpdate::parse_http_date(date).is_ok() => {
                json!("(a date)")
            }
            _ => timeless(value),
        };
        (key, value)
    };
    match json {
        Json::Object(map) => map.into_iter().map(entry).collect(),
        Json::Array(list) => list.into_iter().map(timeless).collect(),
        other => other,
    }
}
