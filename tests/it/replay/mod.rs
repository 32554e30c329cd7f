//! The recorded session with the Python proxy, against this server: every request in order, and the whole answers.

mod additions;
pub mod compare;
pub mod deviations;
mod hateoas;
pub mod http;
mod json_rpc;
mod json_rpc_deviations;
mod own;

use std::collections::BTreeSet;

use slapproxy::config::Overrides;
use slapproxy::wire::xml::{Value, loads};

use self::additions::Additions;
use self::compare::{Clock, at, with};
use self::deviations::{DEVIATIONS, Instead, afterwards};
use self::http::{Exchange, Message, authority, directory, exchanges, send};
use crate::app::TestApp;

/// Descriptions of error pages that say no more than the status.
const GENERIC: [&str; 4] = [
    "The browser (or proxy) sent a request that this server could not understand.",
    "The method is not allowed for the requested URL.",
    "The requested URL was not found on the server. If you entered the URL manually please check your spelling and \
     try again.",
    "The server encountered an internal error and was unable to complete your request. Either the server is \
     overloaded or there is an error in the application.",
];

/// The settings under which the program answers as the Python proxy did, which had no certificate authority.
fn byte_compatible() -> Overrides {
    Overrides { no_certificates: Some("true".into()), ..Overrides::default() }
}

#[test]
fn the_recorded_session_is_answered_as_recorded_or_as_the_table_of_deviations_says() {
    let app = TestApp::with(Overrides { cfg: Some(directory("slap-tool").join("proxy.cfg")), ..byte_compatible() });
    let mut additions = Additions::default();
    let mut clock = Clock::new();
    let mut faults = Vec::new();
    for exchange in exchanges("slap-tool") {
        // What is told of an address is told of the recording's on both sides.
        let mut answer = send(&app, &exchange.request);
        answer.body = answer.body.replace(&authority(&app), exchange.request.header("Host").unwrap());
        let found = check(&exchange, &answer, &mut additions, &mut clock);
        faults.extend(found.into_iter().map(|fault| format!("{}: {fault}", exchange.name)));
        afterwards(&app, &exchange.name);
    }
    faults.extend(additions.unused());
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn every_deviation_is_about_recorded_exchanges() {
    let names: BTreeSet<String> = exchanges("slap-tool").into_iter().map(|exchange| exchange.name).collect();
    for deviation in DEVIATIONS {
        assert!(!deviation.steps.is_empty(), "{}", deviation.reason);
        for step in deviation.steps {
            assert!(names.contains(*step), "there is no {step}: {}", deviation.reason);
        }
    }
}

/// What is wrong with an answer.
fn check(exchange: &Exchange, answer: &Message, additions: &mut Additions, clock: &mut Clock) -> Vec<String> {
    let Exchange { name, response: recorded, .. } = exchange;
    let deviations: Vec<&Instead> = DEVIATIONS
        .iter()
        .filter(|deviation| deviation.steps.contains(&name.as_str()))
        .map(|deviation| &deviation.instead)
        .collect();
    match deviations.as_slice() {
        [Instead::Refusal(status, description)] => {
            let recorded = (recorded.status() >= 400).then(|| (recorded.status(), recorded.description()));
            assert_ne!(recorded, Some((*status, (*description).into())), "{name} does not deviate");
            refused(answer, *status, |answered| answered == *description, description)
        }
        [Instead::Text(text)] => {
            assert_ne!(recorded.body, *text, "{name} does not deviate");
            plain(answer, text)
        }
        [Instead::Value(text)] => {
            let value = value_of(text);
            assert_ne!(loads(recorded.body.as_bytes()).as_ref(), Ok(&value), "{name} does not deviate");
            marshalled(answer, &value, clock)
        }
        edits => {
            if recorded.status() >= 400 {
                assert!(edits.is_empty(), "{name} cannot be edited");
                let mut faults = error_page(recorded, answer);
                if methods(recorded) != methods(answer) {
                    faults.push(format!("{:?} is allowed", methods(answer)));
                }
                return faults;
            }
            if recorded.status() == 302 {
                assert!(edits.is_empty(), "{name} cannot be edited");
                return unequal(&(302, recorded.header("Location")), &(answer.status(), answer.header("Location")));
            }
            if !recorded.body.starts_with("<marshal>") {
                assert!(edits.is_empty(), "{name} cannot be edited");
                let body = if name == "getRunId" { run_id(recorded, answer) } else { recorded.body.as_str() };
                return plain(answer, body);
            }
            let value = additions.add(exchange, answer, &loads(recorded.body.as_bytes()).unwrap());
            let value = edits.iter().fold(value, |value, edits| edited(name, value, edits));
            marshalled(answer, &value, clock)
        }
    }
}

/// What is wrong with an answer where an error page was recorded: it must have its status, and say what it says.
fn error_page(recorded: &Message, answer: &Message) -> Vec<String> {
    let (status, description) = (recorded.status(), recorded.description());
    let specific = (!GENERIC.contains(&description.as_str())).then_some(description.as_str());
    refused(answer, status, |answered| answered.contains(specific.unwrap_or_default()), &description)
}

/// The methods that an answer allows.
fn methods(message: &Message) -> BTreeSet<&str> {
    message.header("Allow").into_iter().flat_map(|list| list.split(", ")).collect()
}

/// The run id that must have been answered: any other one of the recorded form.
fn run_id<'a>(recorded: &'a Message, answer: &'a Message) -> &'a str {
    let own = answer.body.len() == recorded.body.len() && answer.body.chars().all(|c| c.is_ascii_alphanumeric());
    let body = if own { &answer.body } else { &recorded.body };
    body.as_str()
}

/// A value of the table, written without the element around it.
pub fn value_of(text: &str) -> Value {
    loads(format!("<marshal>{text}</marshal>").as_bytes()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// A recorded value after the edits of the table, each of which must change something.
fn edited(name: &str, value: Value, instead: &Instead) -> Value {
    let Instead::Edits(edits) = instead else { panic!("{name} deviates in several ways") };
    edits.iter().fold(value, |value, (path, text)| {
        let new = (!text.is_empty()).then(|| value_of(text));
        assert_ne!(at(&value, path), new.as_ref(), "{name} does not deviate at {path}");
        with(&value, path, new.as_ref())
    })
}

fn refused(answer: &Message, status: u16, fits: impl Fn(&str) -> bool, description: &str) -> Vec<String> {
    if answer.status() < 400 {
        return vec![format!("{status} {description:?} is {} {:?}", answer.status(), answer.body)];
    }
    let answered = (answer.status(), answer.header("Content-Type"), answer.description());
    if answered.0 == status && answered.1 == Some("text/html; charset=utf-8") && fits(&answered.2) {
        return Vec::new();
    }
    vec![format!("{status} {description:?} is {answered:?}")]
}

fn plain(answer: &Message, body: &str) -> Vec<String> {
    let answered = (answer.status(), answer.header("Content-Type"), answer.body.as_str());
    unequal(&(200, Some("text/plain; charset=utf-8"), body), &answered)
}

fn marshalled(answer: &Message, value: &Value, clock: &mut Clock) -> Vec<String> {
    let kind = (answer.status(), answer.header("Content-Type"));
    if kind != (200, Some("text/xml; charset=utf-8")) {
        return vec![format!("{value:?} is {kind:?} {:?}", answer.body)];
    }
    clock.differences(value, &loads(answer.body.as_bytes()).unwrap())
}

fn unequal<T: PartialEq + std::fmt::Debug>(expected: &T, answered: &T) -> Vec<String> {
    if expected == answered { Vec::new() } else { vec![format!("{expected:?} is {answered:?}")] }
}
