//! Parameters to and from the JSON text of storage columns, without loss: integers of any size stay integers, and
//! floats stay floats even when they are whole.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use thiserror::Error;

use crate::domain::error::Refusal;
use crate::domain::parameters::{Integer, Parameters, Value, float_text, write_json_text};

/// Compatible with `serde_json`, which takes an object with the key `$serde_json::private::Number` for a number: keys
/// that begin with one or more `$` and this are written with one more `$`, which reading drops.
const RESERVED: &str = "serde_json::private::";

/// Text that holds no parameters.
#[derive(Debug, Error)]
pub enum JsonError {
    /// The text is no JSON.
    #[error("not JSON: {0}")]
    Syntax(#[from] serde_json::Error),
    /// The text is JSON, but no object.
    #[error("not a JSON object")]
    NotAnObject,
    /// A number too large to keep.
    #[error("the number {0} is too large")]
    Number(String),
    /// A text that XML cannot carry.
    #[error(transparent)]
    Text(#[from] Refusal),
}

/// Writes parameters as a JSON object without spaces, keys in order.
#[must_use]
pub fn to_json(parameters: &Parameters) -> String {
    let mut out = String::new();
    write_map(parameters.as_map(), &mut out);
    out
}

/// Reads parameters from a JSON object.
///
/// # Errors
/// Text that is no JSON object, numbers beyond a double or 4300 digits, and texts that XML cannot carry.
pub fn from_json(text: &str) -> Result<Parameters, JsonError> {
    match serde_json::from_str(text)? {
        Json::Object(map) => Ok(Parameters::new("json", read_map(map)?)?),
        _ => Err(JsonError::NotAnObject),
    }
}

/// Parameters that were given as JSON in the one parameter `_`; other parameters as they are.
#[must_use]
pub fn unwrapped(parameters: Parameters) -> Parameters {
    let json = match (parameters.as_map().len(), parameters.as_map().get("_")) {
        (1, Some(Value::Text(json))) => from_json(json).ok(),
        _ => None,
    };
    json.unwrap_or(parameters)
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Integer(integer) => out.push_str(integer.as_str()),
        Value::Float(float) if float.is_finite() => out.push_str(&float_text(*float)),
        Value::Float(float) => write_json_text(&float_text(*float), out),
        Value::Text(text) => write_json_text(text, out),
        Value::List(values) => {
            out.push('[');
            for (index, value) in values.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { "," });
                write(value, out);
            }
            out.push(']');
        }
        Value::Map(map) => write_map(map, out),
    }
}

fn write_map(map: &BTreeMap<String, Value>, out: &mut String) {
    out.push('{');
    for (index, (key, value)) in map.iter().enumerate() {
        out.push_str(if index == 0 { "" } else { "," });
        if is_reserved(key) {
            write_json_text(&format!("${key}"), out);
        } else {
            write_json_text(key, out);
        }
        out.push(':');
        write(value, out);
    }
    out.push('}');
}

/// Reads any JSON value.
///
/// # Errors
/// Text that is no JSON, and numbers beyond a double or 4300 digits.
pub fn read_value(text: &str) -> Result<Value, JsonError> {
    read(serde_json::from_str(text)?)
}

fn read(json: Json) -> Result<Value, JsonError> {
    Ok(match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(value),
        Json::Number(number) => read_number(number.as_str())?,
        Json::String(text) => Value::Text(text),
        Json::Array(values) => Value::List(values.into_iter().map(read).collect::<Result<_, _>>()?),
        Json::Object(map) => Value::Map(read_map(map)?),
    })
}

pub(super) fn read_number(number: &str) -> Result<Value, JsonError> {
    let value = if number.contains(['.', 'e', 'E']) {
        number.parse().ok().filter(|float: &f64| float.is_finite()).map(Value::Float)
    } else {
        Integer::parse(number).map(Value::Integer)
    };
    value.ok_or_else(|| JsonError::Number(number.chars().take(40).collect()))
}

fn read_map(map: serde_json::Map<String, Json>) -> Result<BTreeMap<String, Value>, JsonError> {
    map.into_iter()
        .map(|(key, value)| {
            let key = if key.starts_with("$$") && is_reserved(&key) { key[1..].to_owned() } else { key };
            Ok((key, read(value)?))
        })
        .collect()
}

fn is_reserved(key: &str) -> bool {
    let rest = key.trim_start_matches('$');
    rest.len() < key.len() && rest.starts_with(RESERVED)
}

#[cfg(test)]
mod tests;
