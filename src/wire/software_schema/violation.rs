//! What is wrong with parameters, told by the place.

use std::collections::BTreeMap;
use std::fmt;

use boon::{ErrorKind, InstanceLocation, InstanceToken, ValidationError};
use serde_json::Value as Json;

/// How much of a value is repeated, in characters.
const SHOWN: usize = 60;

/// A parameter that is not as the schema wants it. Displayed as `PATH: what is wrong; expected what`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// Where: `domain`, `backends[0].url`, or `parameters` for all of them.
    pub path: String,
    /// What is wrong, and what was expected.
    pub problem: String,
}

impl Violation {
    /// The parameter that holds all others is no JSON.
    pub(super) fn not_json(error: &serde_json::Error) -> Self {
        Self { path: "_".into(), problem: format!("is not JSON ({error}); expected a JSON object") }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.problem)
    }
}

/// The documents of a schema, in which its parts are looked up.
pub(super) struct Schema<'a>(pub(super) &'a BTreeMap<String, Json>);

impl Schema<'_> {
    /// The part of a schema at `URL#/pointer`.
    fn part(&self, location: &str) -> Option<&Json> {
        let (url, pointer) = location.split_once('#').unwrap_or((location, ""));
        let pointer = String::from_utf8(crate::wire::percent::decode(pointer.as_bytes())).ok()?;
        self.0.get(url)?.pointer(&pointer)
    }

    fn property(&self, location: &str, name: &str) -> Option<&Json> {
        self.part(location)?.get("properties")?.get(name)
    }
}

/// What a validation found: the innermost reasons in the order of their places, each once.
pub(super) fn violations(error: &ValidationError<'_, '_>, value: &Json, schema: &Schema<'_>) -> Vec<Violation> {
    let mut found = Vec::new();
    collect(error, value, schema, &mut found);
    found.sort();
    found.dedup();
    found
}

fn collect(error: &ValidationError<'_, '_>, value: &Json, schema: &Schema<'_>, found: &mut Vec<Violation>) {
    let at = path(&error.instance_location, None);
    let say = |problem: String| Violation { path: at.clone(), problem };
    match &error.kind {
        ErrorKind::AnyOf | ErrorKind::OneOf(None) => {
            let ways: Vec<_> = error.causes.iter().map(|cause| violations(cause, value, schema)).collect();
            found.push(say(alternatives(&ways)));
        }
        ErrorKind::OneOf(Some((first, second))) => {
            let problem = format!("fits the alternatives {} and {} both; expected exactly one", first + 1, second + 1);
            found.push(say(problem));
        }
        ErrorKind::Required { want } => found.extend(want.iter().map(|name| Violation {
            path: path(&error.instance_location, Some(name)),
            problem: format!("is missing{}", expectation(schema.property(error.schema_url, name))),
        })),
        ErrorKind::AdditionalProperties { got } => found.extend(got.iter().map(|name| Violation {
            path: path(&error.instance_location, Some(name)),
            problem: format!("is not known; expected {}", known(schema.part(error.schema_url))),
        })),
        ErrorKind::Type { .. } | ErrorKind::Enum { .. } | ErrorKind::Const { .. } => {
            let part = schema.part(error.schema_url);
            let problem = format!("{} is not accepted{}", shown(value, &error.instance_location), expectation(part));
            found.push(say(problem));
        }
        ErrorKind::FalseSchema | ErrorKind::Not => {
            found.push(say(format!("{} is not accepted here", shown(value, &error.instance_location))));
        }
        kind if error.causes.is_empty() => found.push(say(kind.to_string())),
        _ => error.causes.iter().for_each(|cause| collect(cause, value, schema, found)),
    }
}

fn alternatives(ways: &[Vec<Violation>]) -> String {
    let mut text = "fits none of the alternatives; expected one of them without fault".to_owned();
    for (index, faults) in ways.iter().enumerate() {
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        text = format!("{text}\n  {}. {}", index + 1, faults.join("\n").replace('\n', "\n     "));
    }
    text
}

/// What a part of a schema wants, and what it is about, in its own words.
fn expectation(part: Option<&Json>) -> String {
    let Some(part) = part else { return String::new() };
    let wanted = if let Some(Json::Array(values)) = part.get("enum") {
        Some(values.iter().map(Json::to_string).collect::<Vec<_>>().join(", "))
    } else if let Some(value) = part.get("const") {
        Some(value.to_string())
    } else {
        match part.get("type") {
            Some(Json::String(name)) => Some(name.clone()),
            Some(Json::Array(names)) => Some(names.iter().filter_map(Json::as_str).collect::<Vec<_>>().join(" or ")),
            _ => None,
        }
    };
    let about = ["description", "title"].iter().find_map(|key| part.get(key)?.as_str());
    let about = about.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
    match (wanted, about) {
        (Some(wanted), Some(about)) => format!("; expected {wanted} ({about})"),
        (Some(wanted), None) => format!("; expected {wanted}"),
        (None, Some(about)) => format!(" ({about})"),
        (None, None) => String::new(),
    }
}

fn known(part: Option<&Json>) -> String {
    let names = part.and_then(|part| part.get("properties")).and_then(Json::as_object);
    let names: Vec<&str> = names.into_iter().flatten().map(|(name, _)| name.as_str()).collect();
    if names.is_empty() { "no parameter here".into() } else { format!("one of {}", names.join(", ")) }
}

fn shown(value: &Json, location: &InstanceLocation<'_>) -> String {
    let place = location.tokens.iter().try_fold(value, |value, token| match token {
        InstanceToken::Prop(name) => value.get(name.as_ref()),
        InstanceToken::Item(index) => value.get(index),
    });
    let text = place.map(Json::to_string).unwrap_or_default();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

fn path(location: &InstanceLocation<'_>, last: Option<&str>) -> String {
    let mut path = String::new();
    for token in &location.tokens {
        match token {
            InstanceToken::Prop(name) => push_name(&mut path, name),
            InstanceToken::Item(index) => path = format!("{path}[{index}]"),
        }
    }
    if let Some(name) = last {
        push_name(&mut path, name);
    }
    if path.is_empty() { "parameters".into() } else { path }
}

/// Adds the name of a part to the path of what it is in.
pub fn push_name(path: &mut String, name: &str) {
    let plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
    *path = match (plain, path.is_empty()) {
        (true, true) => name.to_owned(),
        (true, false) => format!("{path}.{name}"),
        (false, _) => format!("{path}[{name:?}]"),
    };
}
