//! Recorded requests: a line of JSON for each, and how the answer of another master is compared.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::decoded;
use crate::domain::difference::{HIDDEN, is_secret};

/// How much of a value a difference shows, in characters.
const SHOWN: usize = 120;

/// Names whose values say when, or are new each time: only that they are there is compared.
const NEW_EACH_TIME: [&str; 12] = [
    "timestamp",
    "processing_timestamp",
    "created_at",
    "since",
    "at",
    "last_at",
    "changed_at",
    "key",
    "certificate",
    "access_token",
    "certificate_until",
    "pid",
];

/// Calls whose answers are new each time.
const NEW_ANSWERS: [&str; 1] = ["/getRunId"];

/// A request as it came and the answer as it went, with every value in them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedExchange {
    /// When it came, in microseconds since the epoch.
    pub at: i64,
    /// The HTTP method.
    pub method: String,
    /// The path with the query.
    pub target: String,
    /// The host that was called: answers may name it.
    pub host: String,
    /// The partition that spoke: the value of the `Authorization` header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speaker: Option<String>,
    /// The media type of the body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// The body.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub body: String,
    /// The status of the answer.
    pub status: u16,
    /// The body of the answer.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub answer: String,
}

impl RecordedExchange {
    /// Whether requests of a path are recorded: those of the protocol, and what takes over descriptions of computers.
    #[must_use]
    pub fn is_for(path: &str) -> bool {
        let own = path.starts_with("/-/") && path != "/-/import";
        let others = ["/panel", "/shacache", "/docs", "/openapi.json"];
        path != "/" && !own && !others.iter().any(|other| path.starts_with(other))
    }

    /// The line that stands for it.
    #[must_use]
    pub fn line(&self) -> String {
        serde_json::to_string(self).unwrap_or_default() + "\n"
    }

    /// Reads a line.
    ///
    /// # Errors
    /// When it is something else.
    pub fn read(line: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(line)
    }

    /// The path.
    #[must_use]
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// What another master's answer says differently, each in a sentence. Times, dates, certificates, tokens, run ids
    /// and the name of the server differ legitimately. A redirect is followed, so that nothing of it can be compared.
    #[must_use]
    pub fn differences(&self, host: &str, status: u16, answer: &[u8]) -> Vec<String> {
        if (300..400).contains(&self.status) {
            return Vec::new();
        }
        if self.status != status {
            let said = |body: &[u8]| shown(&decoded::body(body));
            let (before, now) = (said(self.answer.as_bytes()), said(answer));
            return vec![format!(
                "the status was {}, and is {status}: {before} was answered, and now {now}",
                self.status
            )];
        }
        if NEW_ANSWERS.contains(&self.path()) {
            return Vec::new();
        }
        let mut found = Vec::new();
        let anywhere = |text: &str, host: &str| {
            if host.is_empty() { text.to_owned() } else { text.replace(host, "HOST") }
        };
        let before = decoded::body(anywhere(&self.answer, &self.host).as_bytes());
        let now = decoded::body(anywhere(&String::from_utf8_lossy(answer), host).as_bytes());
        compare("", &before, &now, &mut found);
        found
    }
}

fn compare(path: &str, before: &Json, now: &Json, found: &mut Vec<String>) {
    match (before, now) {
        (Json::Object(old), Json::Object(new)) => {
            for (key, value) in old {
                let path = joined(path, key);
                match new.get(key) {
                    None => found.push(format!("{path} was {}, and is not there", named(&path, value))),
                    Some(_) if NEW_EACH_TIME.contains(&key.as_str()) => {}
                    Some(other) => compare(&path, value, other, found),
                }
            }
            for (key, value) in new.iter().filter(|(key, _)| !old.contains_key(*key)) {
                let path = joined(path, key);
                found.push(format!("{path} was not there, and is {}", named(&path, value)));
            }
        }
        (Json::Array(old), Json::Array(new)) => {
            if old.len() != new.len() {
                let place = if path.is_empty() { "the answer" } else { path };
                found.push(format!("{place} had {} entries, and has {}", old.len(), new.len()));
            }
            for (index, (value, other)) in old.iter().zip(new).enumerate() {
                compare(&joined(path, &index.to_string()), value, other, found);
            }
        }
        (Json::String(old), Json::String(new)) if is_date(old) && is_date(new) => {}
        _ if before == now => {}
        _ => {
            let place = if path.is_empty() { "the answer" } else { path };
            found.push(format!("{place} was {}, and is {}", named(path, before), named(path, now)));
        }
    }
}

fn joined(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

fn is_date(text: &str) -> bool {
    httpdate::parse_http_date(text).is_ok()
}

/// A value in a few words, without what may be secret.
fn shown(value: &Json) -> String {
    decoded::shortened(decoded::without_secrets(value.clone()), SHOWN).to_string()
}

/// The same of a value whose name may say that it is secret.
fn named(path: &str, value: &Json) -> String {
    let name = path.rsplit('.').next().unwrap_or_default();
    if is_secret(name) { HIDDEN.into() } else { shown(value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange(status: u16, answer: &str) -> RecordedExchange {
        RecordedExchange {
            at: 1,
            method: "GET".into(),
            target: "/getComputerStatus?computer_id=c".into(),
            host: "a:1".into(),
            speaker: None,
            content_type: None,
            body: String::new(),
            status,
            answer: answer.into(),
        }
    }

    #[test]
    fn a_line_reads_back() {
        let exchange = exchange(200, "x\n\u{e4}");
        assert_eq!(exchange.line().lines().count(), 1);
        assert_eq!(RecordedExchange::read(exchange.line().trim()).unwrap(), exchange);
    }

    #[test]
    fn differences_are_told_in_words() {
        let recorded =
            exchange(200, r#"{"state": "started", "timestamp": 1, "list": [1, 2], "gone": "x", "url": "http://a:1/"}"#);
        let now = r#"{"state": "stopped", "timestamp": 2, "list": [1, 3, 4], "new": null, "url": "http://b:2/"}"#;
        let expected = [
            "gone was \"x\", and is not there",
            "list had 2 entries, and has 3",
            "list.1 was 2, and is 3",
            "state was \"started\", and is \"stopped\"",
            "new was not there, and is null",
        ];
        let mut found = recorded.differences("b:2", 200, now.as_bytes());
        found.sort_by_key(|text| expected.iter().position(|expected| expected == text));
        assert_eq!(found, expected);
        let secret = exchange(200, r#"{"password": "a"}"#);
        let told = secret.differences("", 200, br#"{"password": "b"}"#);
        assert_eq!(told, ["password was (not shown), and is (not shown)"]);
        let told = recorded.differences("b:2", 404, b"<!doctype html>\n<p>no computer</p>\n").remove(0);
        assert!(told.starts_with("the status was 200, and is 404: {"), "{told}");
        assert!(told.ends_with("and now \"no computer\""), "{told}");
        let dates = exchange(200, "Tue, 19 May 2020 10:00:00 GMT");
        assert_eq!(dates.differences("", 200, b"Wed, 20 May 2020 10:00:00 GMT"), [""; 0]);
        assert_eq!(dates.differences("", 200, b"tomorrow").len(), 1);
    }

    #[test]
    fn only_calls_of_the_protocol_are_recorded() {
        for (path, is) in [
            ("/requestComputerPartition", true),
            ("/slapos.get.v0.hateoas_url", true),
            ("/hateoas/", true),
            ("/-/import", true),
            ("/-/events", false),
            ("/", false),
            ("/panel/", false),
            ("/shacache/cache", false),
        ] {
            assert_eq!(RecordedExchange::is_for(path), is, "{path}");
        }
    }
}
