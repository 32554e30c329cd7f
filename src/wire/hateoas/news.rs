//! News: status records as JSON, with the keys that they have in the classic API.

use serde_json::{Map, Value as Json};

use crate::domain::status::StatusRecord;
use crate::domain::timestamp::Timestamp;
use crate::wire::xml::{Dictionary, Value, objects};

/// A status record.
pub(super) fn record(record: &StatusRecord, now: Timestamp) -> Json {
    let value = objects::status(record, now);
    let entries = value.as_dictionary().into_iter().flat_map(Dictionary::iter);
    let entry = |(key, value): (&Value, &Value)| {
        let json = match value {
            Value::Int(integer) => integer.as_str().parse().map_or(Json::Null, Json::Number),
            value => Json::from(value.as_str()),
        };
        Some((key.as_str()?.to_owned(), json))
    };
    Json::Object(entries.filter_map(entry).collect::<Map<_, _>>())
}
