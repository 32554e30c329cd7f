//! The recorded session of the Python proxy's HTTP proxy: what was asked of it, and what it asked of the server behind it.

use std::collections::BTreeMap;

use super::{headers, open};
use crate::client::scripted::{Reply, Scripted};
use crate::replay::http::{Exchange, Message, exchanges, send};

/// The server behind it, in the recording.
const BEHIND: &str = "127.0.0.1:5080";

/// What is asked or answered otherwise.
enum Instead {
    /// The request line that the server behind sees.
    Asked(&'static str),
    /// A header that the server behind does not see.
    NotAsked(&'static str),
    /// The length that is told.
    Length(&'static str),
    /// The redirect of the server behind, which leads there.
    Redirect(&'static str),
}

/// Every deliberate deviation: the exchange, what is instead, and why.
const DEVIATIONS: &[(&str, Instead, &str)] = &[
    (
        "encoded-path",
        Instead::Asked("GET /a%20b/c%2Fd/ HTTP/1.1"),
        "An encoded slash is part of a name, and the path is somebody else's: it passes as it is.",
    ),
    ("options", Instead::NotAsked("content-length: 0"), "There is no body, and so no length of one."),
    ("head", Instead::Length("26"), "The answer to HEAD tells the length of the answer to GET."),
    (
        "redirect",
        Instead::Redirect("http://127.0.0.1:5000/http_proxy/https/other.example:8443/a/b?c=d&e=f"),
        "A server that may be reached must not decide what else is: the client follows, and each step is checked.",
    ),
    (
        "relative-redirect",
        Instead::Redirect("http://127.0.0.1:5000/http_proxy/http/127.0.0.1:5080/plain"),
        "As above; so the client knows too where it is.",
    ),
    ("loop", Instead::Redirect("http://127.0.0.1:5000/http_proxy/http/127.0.0.1:5080/loop"), "As above."),
];

fn instead(name: &str) -> Option<&'static Instead> {
    DEVIATIONS.iter().find(|(deviating, ..)| *deviating == name).map(|(_, instead, _)| instead)
}

/// The server behind, which answers as recorded.
fn behind(recorded: &BTreeMap<String, Exchange>) -> Scripted {
    let answers: BTreeMap<String, String> = recorded
        .iter()
        .filter(|(name, _)| name.starts_with("upstream-"))
        .map(|(name, exchange)| {
            let asked = name.strip_prefix("upstream-").and_then(instead);
            let start = if let Some(Instead::Asked(start)) = asked { start } else { exchange.request.start.as_str() };
            (start.to_owned(), exchange.response.write())
        })
        .collect();
    // Of what was not answered in time, nothing is recorded.
    Scripted::new(move |request| {
        answers.get(&request.start).map_or(Reply::Silence, |bytes| Reply::Bytes(bytes.clone()))
    })
}

/// What the server behind must have been asked.
fn asked(name: &str, recorded: &Message) -> (String, Vec<String>) {
    let (mut start, mut lines) = (recorded.start.clone(), headers(recorded));
    match instead(name) {
        Some(Instead::Asked(other)) => {
            assert_ne!(start, *other, "{name} does not deviate");
            (*other).clone_into(&mut start);
        }
        Some(Instead::NotAsked(line)) => {
            assert!(lines.iter().any(|known| known == line), "{name} does not deviate");
            lines.retain(|known| known != line);
        }
        _ => {}
    }
    (start, lines)
}

/// What must have been answered: status, headers and body.
fn answered(name: &str, recorded: &Message, behind: Option<&Message>) -> (u16, Vec<String>, String) {
    let mut lines = headers(recorded);
    lines.retain(|line| !line.starts_with("server: "));
    match instead(name) {
        Some(Instead::Length(length)) => {
            let told = lines.iter_mut().find(|line| line.starts_with("content-length: ")).unwrap();
            assert_ne!(told, &format!("content-length: {length}"), "{name} does not deviate");
            *told = format!("content-length: {length}");
            (recorded.status(), lines, String::new())
        }
        Some(Instead::Redirect(location)) => {
            let behind = behind.unwrap();
            assert_ne!(recorded.status(), behind.status(), "{name} does not deviate");
            let length = behind.body.len();
            let lines = [
                "content-disposition: attachment".to_owned(),
                format!("content-length: {length}"),
                "content-type: application/octet-stream".to_owned(),
                format!("location: {location}"),
            ];
            (behind.status(), lines.into(), behind.body.clone())
        }
        _ => (recorded.status(), lines, recorded.body.clone()),
    }
}

#[test]
fn the_recorded_session_is_passed_on_and_answered_as_recorded_or_as_the_table_of_deviations_says() {
    let recorded: BTreeMap<String, Exchange> =
        exchanges("http-proxy").into_iter().map(|exchange| (exchange.name.clone(), exchange)).collect();
    let upstream = behind(&recorded);
    let (app, here) = (open("0.5"), super::authority(&upstream));
    for (name, exchange) in recorded.iter().filter(|(name, _)| !name.starts_with("upstream-")) {
        let before = upstream.requests().len();
        let mut request = exchange.request.clone();
        // Other sites than the server's own get nothing; the server itself has another address here.
        let origin = request.headers.iter_mut().find(|(header, _)| header == "Origin");
        if let Some((_, origin)) = origin {
            origin.clone_from(&app.url);
        }
        request.start = request.start.replace(BEHIND, here);
        let mut answer = send(&app, &request);
        let own = app.url.strip_prefix("http://").unwrap();
        for text in answer.headers.iter_mut().map(|(_, value)| value).chain([&mut answer.body]) {
            *text = text.replace(here, BEHIND).replace(own, "127.0.0.1:5000");
        }

        let behind = recorded.get(&format!("upstream-{name}"));
        let requests = upstream.requests().split_off(before);
        let passed: Vec<(String, Vec<String>)> = requests
            .iter()
            .map(|request| {
                let lines = headers(request).into_iter().map(|line| line.replace(&app.url, "https://o.example"));
                (request.start.clone(), lines.collect())
            })
            .collect();
        // Of what was not answered in time, nothing is recorded.
        if name != "timeout" {
            assert_eq!(passed, Vec::from_iter(behind.map(|behind| asked(name, &behind.request))), "{name}");
        }

        let expected = answered(name, &exchange.response, behind.map(|behind| &behind.response));
        if expected.2.starts_with("<!doctype html>") {
            // Pages say what the recorded ones say, and more.
            let page = (answer.status(), answer.header("Content-Type"), methods(&answer));
            assert_eq!(page, (expected.0, Some("text/html; charset=utf-8"), methods(&exchange.response)), "{name}");
            let specific = exchange.response.description();
            let is_generic = specific.starts_with("The method is not allowed");
            assert!(is_generic || answer.description().contains(&specific), "{name}: {}", answer.body);
        } else {
            assert_eq!((answer.status(), headers(&answer), answer.body), expected, "{name}");
        }
    }
}

/// The methods that an answer allows.
fn methods(answer: &Message) -> Vec<&str> {
    let mut methods: Vec<&str> = answer.header("Allow").into_iter().flat_map(|list| list.split(", ")).collect();
    methods.sort_unstable();
    methods
}

#[test]
fn every_deviation_is_about_a_recorded_exchange() {
    let names: Vec<String> = exchanges("http-proxy").into_iter().map(|exchange| exchange.name).collect();
    for (name, _, reason) in DEVIATIONS {
        assert!(names.iter().any(|known| known == name), "there is no {name}: {reason}");
    }
}
