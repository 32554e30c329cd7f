//! Faults on purpose as JSON: what `GET /-/faults` lists, and what other documents may hold.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::form::Fields;
use crate::domain::fault::{FaultRule, Harm, drop_of};

/// Which requests fail, how often, and how: what is absent does not matter. Of `status`, `drop` and `truncate` one at
/// most.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, try_from = "Written")]
pub struct FaultEntry {
    /// The path of the call without the slash before it; with `*` at the end, the beginning of paths.
    pub endpoint: Option<String>,
    /// The HTTP method, in capitals.
    pub method: Option<String>,
    /// The computer that the request is about, or that speaks.
    pub computer: Option<String>,
    /// How likely it is that a request that fits is struck.
    #[schema(minimum = 0, maximum = 1)]
    pub probability: Option<f64>,
    /// What decides which ones are struck.
    pub seed: Option<u64>,
    /// How many requests are struck at most.
    pub count: Option<u64>,
    /// How long the request waits first, in seconds.
    pub latency: Option<f64>,
    /// The status that it is answered with, without being carried out.
    #[schema(minimum = 400, maximum = 599)]
    pub status: Option<u16>,
    /// The connection is closed before the request is carried out (`request`) or instead of its answer (`answer`).
    #[schema(pattern = "^(request|answer)$")]
    pub drop: Option<String>,
    /// The connection is closed after this many bytes of the answer's body.
    pub truncate: Option<usize>,
}

/// An entry as it is written, before it is known whether it makes sense.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Written {
    endpoint: Option<String>,
    method: Option<String>,
    computer: Option<String>,
    probability: Option<f64>,
    seed: Option<u64>,
    count: Option<u64>,
    latency: Option<f64>,
    status: Option<u16>,
    drop: Option<String>,
    truncate: Option<usize>,
}

impl TryFrom<Written> for FaultEntry {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let Written { endpoint, method, computer, probability, seed, count, latency, status, drop, truncate } = written;
        let entry = Self { endpoint, method, computer, probability, seed, count, latency, status, drop, truncate };
        entry.rule().map(|_| entry)
    }
}

impl FaultEntry {
    /// The rule.
    ///
    /// # Errors
    /// What is wrong with it, and what is expected.
    pub fn rule(&self) -> Result<FaultRule, String> {
        let harms = [
            self.status.map(Harm::Status),
            self.drop.as_deref().map(drop_of).transpose()?,
            self.truncate.map(Harm::Truncate),
        ];
        let mut harms = harms.into_iter().flatten();
        let harm = harms.next();
        if harms.next().is_some() {
            return Err("expected only one of status, drop and truncate".into());
        }
        let latency = self.latency.map(|seconds| {
            Duration::try_from_secs_f64(seconds)
                .map_err(|_| format!("latency {seconds} is not accepted; expected a number of seconds"))
        });
        let default = FaultRule::default();
        let rule = FaultRule {
            endpoint: self.endpoint.as_ref().map(|path| path.trim_start_matches('/').to_owned()),
            method: self.method.as_ref().map(|method| method.to_ascii_uppercase()),
            computer: self.computer.clone(),
            probability: self.probability.unwrap_or(default.probability),
            seed: self.seed.unwrap_or(default.seed),
            count: self.count,
            latency: latency.transpose()?,
            harm,
        };
        rule.checked()
    }
}

impl From<FaultRule> for FaultEntry {
    fn from(rule: FaultRule) -> Self {
        let FaultRule { endpoint, method, computer, probability, seed, count, latency, harm } = rule;
        let chosen = probability < 1.0;
        let entry = Self {
            endpoint,
            method,
            computer,
            probability: chosen.then_some(probability),
            seed: chosen.then_some(seed),
            count,
            latency: latency.map(|latency| latency.as_secs_f64()),
            ..Self::default()
        };
        match harm {
            None => entry,
            Some(Harm::Status(status)) => Self { status: Some(status), ..entry },
            Some(Harm::DropRequest) => Self { drop: Some("request".into()), ..entry },
            Some(Harm::DropAnswer) => Self { drop: Some("answer".into()), ..entry },
            Some(Harm::Truncate(bytes)) => Self { truncate: Some(bytes), ..entry },
        }
    }
}

/// The fields in which calls name a computer.
const COMPUTER_FIELDS: [&str; 3] = ["computer_id", "computer_reference", "computer_guid"];

/// The computers that a request names in its query and in its body, which is a form or JSON.
#[must_use]
pub fn computers(query: &str, body: &[u8]) -> Vec<String> {
    let named = |fields: &Fields| -> Vec<String> {
        COMPUTER_FIELDS.iter().flat_map(|name| fields.all(name)).map(ToOwned::to_owned).collect()
    };
    let mut found = Fields::parse(query.as_bytes()).as_ref().map(named).unwrap_or_default();
    if let Ok(serde_json::Value::Object(document)) = serde_json::from_slice(body) {
        let texts = COMPUTER_FIELDS.iter().filter_map(|name| document.get(*name)?.as_str());
        found.extend(texts.map(ToOwned::to_owned));
    } else if let Ok(fields) = Fields::parse(body) {
        found.extend(named(&fields));
    }
    found
}

/// A rule that is in force.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FaultReport {
    /// The rule as the option `--fault` writes it.
    pub rule: String,
    /// The rule.
    pub fault: FaultEntry,
    /// How many requests fitted.
    pub fitted: u64,
    /// How many of them were struck.
    pub struck: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn computers_are_found_in_queries_forms_and_json() {
        assert_eq!(computers("computer_id=a&x=y", b""), ["a"]);
        assert_eq!(computers("", b"computer_reference=b"), ["b"]);
        assert_eq!(computers("computer_id=a", br#"{"computer_guid": "c", "computer_id": 5}"#), ["a", "c"]);
        assert_eq!(computers("%ff=1", b"\xff"), [""; 0]);
    }

    #[test]
    fn rules_read_back_and_wrong_ones_are_refused() {
        for text in
            ["endpoint=a method=GET computer=C probability=0.5 seed=1 count=2 latency=1.5s status=503", "truncate=3"]
        {
            let entry = FaultEntry::from(text.parse::<FaultRule>().unwrap());
            let json = serde_json::to_string(&entry).unwrap();
            let read: FaultEntry = serde_json::from_str(&json).unwrap();
            assert_eq!(read.rule().unwrap().to_string(), text);
        }
        let wrong = |json: &str| serde_json::from_str::<FaultEntry>(json).unwrap_err().to_string();
        assert_eq!(wrong(r#"{"status": 503, "drop": "answer"}"#), "expected only one of status, drop and truncate");
        assert_eq!(wrong(r#"{"drop": "all"}"#), "drop \"all\" is not accepted; expected request or answer");
        assert!(wrong(r#"{"speed": 1}"#).starts_with("unknown field `speed`"));
    }
}
