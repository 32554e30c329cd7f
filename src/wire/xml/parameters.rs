//! Marshalled values to and from the typed parameters of the domain.

use std::collections::BTreeMap;

use crate::domain::error::Refusal;
use crate::domain::parameters::{self as domain, Parameters, float_text};

use super::place::Place;
use super::value::{Dictionary, Value};

/// The parameters that a marshalled dictionary holds: tuples become lists, and floats that are no finite number become
/// their text.
///
/// # Errors
/// [`Refusal::Invalid`] naming `field`, and the place inside, for anything but a dictionary, for keys that are no
/// strings, for objects, and for texts that XML cannot carry.
pub fn parameters(field: &str, value: &Value) -> Result<Parameters, Refusal> {
    let place = Place::root(field);
    match value {
        Value::Dictionary(dictionary) => Parameters::new(field, domain_map(&place, dictionary)?),
        other => Err(refusal(&place, other, "a dictionary of parameters")),
    }
}

/// One value of the domain.
///
/// # Errors
/// [`Refusal::Invalid`] naming the place, for keys that are no strings and for objects.
pub fn domain_value(place: &Place<'_>, value: &Value) -> Result<domain::Value, Refusal> {
    Ok(match value {
        Value::None => domain::Value::Null,
        Value::Bool(value) => domain::Value::Bool(*value),
        Value::Int(value) => domain::Value::Integer(value.clone()),
        Value::Float(value) if value.is_finite() => domain::Value::Float(*value),
        Value::Float(value) => domain::Value::Text(float_text(*value)),
        Value::String(text) => domain::Value::Text(text.clone()),
        Value::Tuple(values) => domain_list(place, values)?,
        Value::List(values) => domain_list(place, values)?,
        Value::Dictionary(dictionary) => domain::Value::Map(domain_map(place, dictionary)?),
        Value::Object(_) => return Err(refusal(place, value, "a parameter value")),
    })
}

/// The marshalled form of a value of the domain; floats stay floats, lists are lists.
#[must_use]
pub fn to_value(value: &domain::Value) -> Value {
    match value {
        domain::Value::Null => Value::None,
        domain::Value::Bool(value) => Value::Bool(*value),
        domain::Value::Integer(value) => Value::Int(value.clone()),
        domain::Value::Float(value) => Value::Float(*value),
        domain::Value::Text(text) => Value::String(text.clone()),
        domain::Value::List(values) => Value::list(values.iter().map(to_value).collect()),
        domain::Value::Map(map) => Value::dictionary(map.iter().map(|(key, value)| (key, to_value(value)))),
    }
}

/// The parameters as the classic API hands them back: every value as its text.
#[must_use]
pub fn text_dictionary(parameters: &Parameters) -> Value {
    Value::dictionary(parameters.texts().map(|(key, text)| (key, Value::String(text))))
}

fn domain_list(place: &Place<'_>, values: &[Value]) -> Result<domain::Value, Refusal> {
    let values = values.iter().enumerate().map(|(index, value)| domain_value(&place.index(index), value));
    values.collect::<Result<_, _>>().map(domain::Value::List)
}

fn domain_map(place: &Place<'_>, dictionary: &Dictionary) -> Result<BTreeMap<String, domain::Value>, Refusal> {
    let mut map = BTreeMap::new();
    for (key, value) in dictionary.iter() {
        let Value::String(key) = key else { return Err(refusal(place, key, "a string as key")) };
        map.insert(key.clone(), domain_value(&place.key(key), value)?);
    }
    Ok(map)
}

fn refusal(place: &Place<'_>, value: &Value, expected: &str) -> Refusal {
    Refusal::Invalid { field: place.to_string(), value: value.kind().into(), expected: expected.into() }
}
