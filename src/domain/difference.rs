//! What changed between two wishes, for people: each parameter with its former and its new value.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::instance::Wish;
use super::parameters::{Parameters, Value, write_json_text};

/// How much of a value is shown, in characters.
const SHOWN: usize = 80;

/// How many differences are told; those that are left out are counted.
const TOLD: usize = 50;

/// How many texts inside each other are read as structures.
const NESTED: usize = 4;

/// What stands for a value that may be a secret.
pub const HIDDEN: &str = "(not shown)";

/// What stands for both values when only the spelling of a structure differs.
const RESPELLED: &str = "written differently, with the same content";

/// Parts of names whose values may be secrets, anywhere in a name.
const SECRET: [&str; 8] = ["passw", "passphrase", "secret", "token", "credential", "private", "pwd", "certificate"];

/// Ends of words whose values may be secrets.
const SECRET_END: [&str; 3] = ["key", "keys", "pass"];

/// Reads a text that holds a structure (JSON); `None` for any other text.
pub type Structure = fn(&str) -> Option<Value>;

/// Something that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What: `software_release`, `software_type`, `state`, `requester`, `parameter`, `sla` or `connection`.
    pub what: String,
    /// The name of a parameter; inside a structure with the names above it, such as `_.port`.
    pub path: Option<String>,
    /// The former value, shortened; `None` when there was none.
    pub from: Option<String>,
    /// The new value, shortened; `None` when there is none.
    pub to: Option<String>,
}

impl Difference {
    /// A difference of something that has no name of its own.
    #[must_use]
    pub fn new(what: &str, from: Option<&str>, to: Option<&str>) -> Self {
        Self { what: what.into(), path: None, from: from.map(shortened), to: to.map(shortened) }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        if let Some(path) = &self.path {
            write!(f, " {path}")?;
        }
        match (&self.from, &self.to) {
            (Some(from), Some(to)) if from == HIDDEN && to == HIDDEN => write!(f, " changed {HIDDEN}"),
            (Some(from), Some(to)) if from == to => write!(f, ": {to}"),
            (Some(from), Some(to)) => write!(f, ": {from} → {to}"),
            (None, Some(to)) => write!(f, " added: {to}"),
            (Some(from), None) => write!(f, " removed: {from}"),
            (None, None) => Ok(()),
        }
    }
}

/// What a new wish changes. `read` reads texts that hold structures, which are compared name by name.
#[must_use]
pub fn of_wishes(before: &Wish, after: &Wish, read: Structure) -> Vec<Difference> {
    let mut found = Vec::new();
    for (what, from, to) in [
        ("software_release", &*before.software_release, &*after.software_release),
        ("software_type", &before.software_type, &after.software_type),
        ("state", before.state.as_str(), after.state.as_str()),
    ] {
        if from != to {
            found.push(Difference::new(what, Some(from), Some(to)));
        }
    }
    let mut comparison = Comparison { what: "parameter", read, found };
    comparison.maps("", before.parameters.as_map(), after.parameters.as_map(), 0);
    comparison.what = "sla";
    comparison.maps("", before.sla.as_map(), after.sla.as_map(), 0);
    comparison.finish()
}

/// What changed in a map of parameters.
#[must_use]
pub fn of_parameters(what: &'static str, before: &Parameters, after: &Parameters, read: Structure) -> Vec<Difference> {
    let mut comparison = Comparison { what, read, found: Vec::new() };
    comparison.maps("", before.as_map(), after.as_map(), 0);
    comparison.finish()
}

/// A map of parameters, name by name, without what may be secret.
#[must_use]
pub fn outline(parameters: &Parameters, read: Structure) -> Vec<(String, String)> {
    let found = of_parameters("", &Parameters::default(), parameters, read);
    found.into_iter().map(|entry| (entry.path.unwrap_or(entry.what), entry.to.unwrap_or_default())).collect()
}

struct Comparison {
    what: &'static str,
    read: Structure,
    found: Vec<Difference>,
}

impl Comparison {
    fn finish(mut self) -> Vec<Difference> {
        let left = self.found.len().saturating_sub(TOLD);
        if left > 0 {
            self.found.truncate(TOLD);
            self.found.push(Difference { what: format!("and {left} more"), path: None, from: None, to: None });
        }
        self.found
    }

    fn maps(&mut self, path: &str, before: &BTreeMap<String, Value>, after: &BTreeMap<String, Value>, texts: usize) {
        let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        for key in keys {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            self.values(&path, is_secret(key), before.get(key), after.get(key), texts);
        }
    }

    fn values(&mut self, path: &str, secret: bool, before: Option<&Value>, after: Option<&Value>, texts: usize) {
        if before == after {
            return;
        }
        if secret {
            let hidden = |value: Option<&Value>| value.map(|_| HIDDEN.to_owned());
            return self.push(path, hidden(before), hidden(after));
        }
        let read = self.read;
        let (from, to) = (before.and_then(|value| map(value, read)), after.and_then(|value| map(value, read)));
        let texts = texts + 1;
        let empty = BTreeMap::new();
        match (from, to) {
            (Some(from), Some(to)) if from == to => self.push(path, Some(RESPELLED.into()), Some(RESPELLED.into())),
            (Some(from), Some(to)) if texts <= NESTED => self.maps(path, &from, &to, texts),
            (None, Some(to)) if before.is_none() && !to.is_empty() && texts <= NESTED => {
                self.maps(path, &empty, &to, texts);
            }
            (Some(from), None) if after.is_none() && !from.is_empty() && texts <= NESTED => {
                self.maps(path, &from, &empty, texts);
            }
            _ => {
                let shown = |value: Option<&Value>| value.map(|value| shown(value, read));
                self.push(path, shown(before), shown(after));
            }
        }
    }

    fn push(&mut self, path: &str, from: Option<String>, to: Option<String>) {
        self.found.push(Difference { what: self.what.into(), path: Some(shortened(path)), from, to });
    }
}

/// A value as a map, if it is one or a text that holds one.
fn map(value: &Value, read: Structure) -> Option<BTreeMap<String, Value>> {
    match value {
        Value::Map(map) => Some(map.clone()),
        Value::Text(text) => match structure(text, read) {
            Some(Value::Map(map)) => Some(map),
            _ => None,
        },
        _ => None,
    }
}

fn structure(text: &str, read: Structure) -> Option<Value> {
    text.trim_start().starts_with(['{', '[']).then(|| read(text)).flatten()
}

/// A value on one line, shortened, without what may be secret.
fn shown(value: &Value, read: Structure) -> String {
    let text = match open(value, read, 0) {
        Value::Text(text) => {
            let mut quoted = String::new();
            write_json_text(&shortened(&text), &mut quoted);
            return quoted;
        }
        value => value.to_text(),
    };
    shortened(&text)
}

/// The value with all that may be secret in it hidden.
fn open(value: &Value, read: Structure, texts: usize) -> Value {
    match value {
        Value::Text(text) => match structure(text, read) {
            Some(_) if texts >= NESTED => HIDDEN.into(),
            Some(structure) => Value::Text(open(&structure, read, texts + 1).to_text()),
            None if holds_secret(text) => HIDDEN.into(),
            None => value.clone(),
        },
        Value::List(values) => Value::List(values.iter().map(|value| open(value, read, texts)).collect()),
        Value::Map(map) => {
            let entry = |(key, value): (&String, &Value)| {
                (key.clone(), if is_secret(key) { HIDDEN.into() } else { open(value, read, texts) })
            };
            Value::Map(map.iter().map(entry).collect())
        }
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Float(_) => value.clone(),
    }
}

/// Whether values under this name may be secrets.
#[must_use]
pub fn is_secret(name: &str) -> bool {
    let lower = name.to_lowercase();
    let ends = |word: &str| SECRET_END.iter().any(|end| word.ends_with(end));
    SECRET.iter().any(|part| lower.contains(part)) || lower.split(|c: char| !c.is_alphanumeric()).any(ends)
}

/// Whether a text holds a secret whatever its name: a private key, or the password of a URL.
#[must_use]
pub fn holds_secret(text: &str) -> bool {
    let authority = |rest: &str| rest.split(['/', '?', '#', ' ', '"']).next().unwrap_or_default().to_owned();
    text.contains("PRIVATE KEY")
        || text
            .split("://")
            .skip(1)
            .any(|rest| authority(rest).rsplit_once('@').is_some_and(|(user, _)| user.contains(':')))
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests;
