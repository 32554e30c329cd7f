//! Recorded values against answered ones.

use std::collections::HashMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use slapproxy::wire::xml::{Dictionary, Object, Value};

/// Which recorded point in time is which of this server's: equal ones must be equal here, different ones different.
pub struct Clock {
    start: SystemTime,
    recorded: HashMap<String, String>,
    answered: HashMap<String, String>,
}

impl Clock {
    /// A clock that knows no point in time yet; answers must not be older than it.
    pub fn new() -> Self {
        Self { start: SystemTime::now(), recorded: HashMap::new(), answered: HashMap::new() }
    }

    /// What is wrong with a processing timestamp.
    fn timestamp(&mut self, recorded: &str, answered: &str) -> Option<String> {
        let seconds = answered.parse::<f64>().ok().filter(|_| answered.contains('.'));
        if seconds.is_none_or(|seconds| UNIX_EPOCH + Duration::from_secs_f64(seconds) < self.start) {
            return Some(format!("{answered:?} is no text of seconds, or from before the test"));
        }
        let there = self.recorded.entry(recorded.into()).or_insert_with(|| answered.into());
        let here = self.answered.entry(answered.into()).or_insert_with(|| recorded.into());
        (there != answered || here != recorded).then(|| {
            format!("{answered} stands for {recorded}, but {recorded} was {there} and {answered} stood for {here}")
        })
    }

    /// What is wrong with a date of a status record.
    fn date(&self, answered: &str) -> Option<String> {
        let date = httpdate::parse_http_date(answered).ok();
        let recent = date.is_some_and(|date| date + Duration::from_secs(1) > self.start);
        (!recent).then(|| format!("{answered:?} is no date, or from before the test"))
    }

    /// Where an answer differs from a recording, as lines of text.
    pub fn differences(&mut self, recorded: &Value, answered: &Value) -> Vec<String> {
        let mut found = Vec::new();
        self.compare("", recorded, answered, &mut found);
        found
    }

    fn compare(&mut self, path: &str, recorded: &Value, answered: &Value, found: &mut Vec<String>) {
        match (recorded, answered) {
            (Value::Object(left), Value::Object(right)) if left.class == right.class => {
                self.sequences(&format!("{path}/()"), &left.arguments, &right.arguments, found);
                self.dictionaries(path, &left.state, &right.state, found);
            }
            (Value::Dictionary(left), Value::Dictionary(right)) => self.dictionaries(path, left, right, found),
            (Value::List(left), Value::List(right)) => self.sequences(path, left, right, found),
            (Value::Tuple(left), Value::Tuple(right)) => self.sequences(path, left, right, found),
            (Value::String(left), Value::String(right)) => {
                let fault = match path.rsplit('/').next() {
                    Some("timestamp") => self.timestamp(left, right),
                    Some("created_at" | "since") => self.date(right),
                    _ => (left != right).then(|| format!("{left:?} is {right:?}")),
                };
                found.extend(fault.map(|fault| format!("{path}: {fault}")));
            }
            _ if recorded == answered => {}
            _ => found.push(format!("{path}: {recorded:?} is {answered:?}")),
        }
    }

    fn sequences(&mut self, path: &str, recorded: &[Value], answered: &[Value], found: &mut Vec<String>) {
        if recorded.len() != answered.len() {
            found.push(format!("{path}: {recorded:?} is {answered:?}"));
            return;
        }
        for (index, (left, right)) in recorded.iter().zip(answered).enumerate() {
            let name = name(left).map_or_else(|| index.to_string(), ToOwned::to_owned);
            self.compare(&format!("{path}/{name}"), left, right, found);
        }
    }

    fn dictionaries(&mut self, path: &str, recorded: &Dictionary, answered: &Dictionary, found: &mut Vec<String>) {
        for (key, left) in recorded.iter() {
            let path = format!("{path}/{}", key.as_str().unwrap());
            match answered.get(key.as_str().unwrap()) {
                Some(right) => self.compare(&path, left, right, found),
                None => found.push(format!("{path}: {left:?} is missing")),
            }
        }
        for (key, right) in answered.iter() {
            if recorded.get(key.as_str().unwrap()).is_none() {
                found.push(format!("{path}/{}: {right:?} is too much", key.as_str().unwrap()));
            }
        }
    }
}

/// The name by which an element of a list is found: a partition's, a shared instance's, or a software release's.
fn name(value: &Value) -> Option<&str> {
    ["_partition_id", "slave_reference", "_software_release"].iter().find_map(|key| value.get(key)?.as_str())
}

/// The value at a path of keys, names and indices (`/_computer_partition_list/slappart0/_requested_state`).
pub fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    let mut steps = path.split('/').filter(|step| !step.is_empty());
    steps.try_fold(value, |found, step| match found {
        Value::List(values) => values.get(index(values, step)?),
        value => value.get(step),
    })
}

fn index(values: &[Value], step: &str) -> Option<usize> {
    values.iter().position(|value| name(value) == Some(step)).or_else(|| step.parse().ok())
}

/// The value with another one at a path, or with nothing there; all but the last step of the path must exist.
pub fn with(value: &Value, path: &str, new: Option<&Value>) -> Value {
    let path = path.trim_start_matches('/');
    let (step, rest) = path.split_once('/').map_or((path, None), |(step, rest)| (step, Some(rest)));
    let inner = |old: Option<&Value>| match (rest, old) {
        (None, _) => new.cloned(),
        (Some(rest), Some(old)) => Some(with(old, rest, new)),
        (Some(_), None) => panic!("there is no {step:?} in {value:?}"),
    };
    match value {
        Value::Dictionary(dictionary) => Value::from(with_entry(dictionary, step, inner(dictionary.get(step)))),
        Value::Object(object) => {
            let Object { class, arguments, state } = &**object;
            Value::object(*class, arguments.clone(), with_entry(state, step, inner(state.get(step))))
        }
        Value::List(values) => {
            let index = index(values, step).unwrap_or_else(|| panic!("there is no {step:?} in {value:?}"));
            let mut values = values.to_vec();
            let new = inner(values.get(index));
            let end = (index + 1).min(values.len());
            values.splice(index..end, new);
            Value::list(values)
        }
        _ => panic!("{value:?} has no {step:?}"),
    }
}

fn with_entry(dictionary: &Dictionary, key: &str, new: Option<Value>) -> Dictionary {
    let others = dictionary.iter().filter(|(known, _)| known.as_str() != Some(key));
    let others = others.map(|(known, value)| (known.clone(), value.clone()));
    Dictionary::new(others.chain(new.map(|new| (key.into(), new))).collect())
}
