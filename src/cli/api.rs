//! What a call would send, for people: `--api`.

use serde_json::{Map, Value as Json, json};

use super::output::OutputFormat;
use crate::client::Call;
use crate::wire::form::Fields;
use crate::wire::xml::{Value, loads};

/// A call as text or JSON, with its query and its body decoded.
pub fn show(call: &Call, format: OutputFormat) -> String {
    let headers = [("Authorization", call.authorization.as_deref()), ("Content-Type", call.content_type)];
    let headers: Vec<_> = headers.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
    let query = call.url.split_once('?').map(|(_, query)| Part::Fields(fields(query)));
    let body = call.content_type.map(|_| body(call));
    match format {
        OutputFormat::Json => {
            let headers: Map<_, _> = headers.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
            let document = json!({
                "method": call.method, "url": call.url, "headers": headers,
                "query": query.map(Part::into_json), "body": body.map(Part::into_json),
            });
            format!("{document:#}\n")
        }
        OutputFormat::Text => {
            let headers = headers.into_iter().map(|(name, value)| format!("{name}: {value}\n"));
            let parts = query.into_iter().chain(body).map(|part| format!("\n{}", part.into_text()));
            format!("{} {}\n{}", call.method, call.url, headers.chain(parts).collect::<String>())
        }
    }
}

/// What is decoded of a call.
enum Part {
    /// Fields of a form, in the order of the wire.
    Fields(Vec<(String, Json)>),
    /// A document.
    Document(Json),
}

impl Part {
    fn into_json(self) -> Json {
        match self {
            Self::Fields(fields) => Json::Object(fields.into_iter().collect()),
            Self::Document(document) => document,
        }
    }

    fn into_text(self) -> String {
        let fields = match self {
            Self::Document(document) => return format!("{document:#}\n"),
            Self::Fields(fields) => fields,
        };
        let width = fields.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
        let line = |(name, value): (String, Json)| {
            let value = match value {
                Json::String(text) => text,
                value => format!("{value:#}"),
            };
            format!("{name:width$} = {}\n", value.replace('\n', &format!("\n{:1$}", "", width + 3)))
        };
        fields.into_iter().map(line).collect()
    }
}

fn body(call: &Call) -> Part {
    match call.content_type {
        Some("application/json") => {
            Part::Document(serde_json::from_str(&call.body).unwrap_or_else(|_| call.body.as_str().into()))
        }
        _ => Part::Fields(fields(&call.body)),
    }
}

/// The fields of a form, with what is marshalled in them.
fn fields(encoded: &str) -> Vec<(String, Json)> {
    let decoded = Fields::parse(encoded.as_bytes()).unwrap_or_default();
    let field = |(name, text): (&str, &str)| {
        let marshalled = text.trim_start().starts_with('<').then(|| loads(text.as_bytes()).ok()).flatten();
        (name.to_owned(), marshalled.map_or_else(|| text.into(), |value| readable(&value)))
    };
    decoded.iter().map(field).collect()
}

/// A marshalled value as JSON.
fn readable(value: &Value) -> Json {
    match value {
        // No call sends an object.
        Value::None | Value::Object(_) => Json::Null,
        Value::Bool(value) => Json::Bool(*value),
        Value::Int(integer) => integer.as_str().parse().map_or_else(|_| integer.as_str().into(), Json::Number),
        Value::Float(float) => Json::from(*float),
        Value::String(text) => text.as_str().into(),
        Value::Tuple(values) => values.iter().map(readable).collect(),
        Value::List(values) => values.iter().map(readable).collect(),
        Value::Dictionary(dictionary) => {
            let key = |key: &Value| key.as_str().map_or_else(|| readable(key).to_string(), ToOwned::to_owned);
            Json::Object(dictionary.iter().map(|(name, value)| (key(name), readable(value))).collect())
        }
    }
}
