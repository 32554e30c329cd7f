//! What calls carry, whatever it is encoded in, as one JSON value: for people, and to be compared.

use serde_json::{Map, Value as Json, json};

use super::form::Fields;
use super::xml::{Value, loads, read_parameters};
use crate::domain::difference::{HIDDEN, holds_secret, is_secret};

/// How many texts inside each other are decoded.
const NESTED: usize = 4;

/// The description of an error page.
const DESCRIPTION: [&str; 2] = ["<p>", "</p>"];

/// The fields of a query or a form by their names, those that repeat as lists; `None` when they are no text.
#[must_use]
pub fn fields(encoded: &[u8]) -> Option<Map<String, Json>> {
    let mut map = Map::new();
    for (name, value) in Fields::parse(encoded).ok()?.iter() {
        let value = text(value);
        match map.get_mut(name) {
            None => {
                map.insert(name.to_owned(), value);
            }
            Some(Json::Array(values)) => values.push(value),
            Some(first) => *first = Json::Array(vec![first.take(), value]),
        }
    }
    Some(map)
}

/// The arguments of a call: those of its query, and those of its body, which is JSON or a form.
#[must_use]
pub fn arguments(query: &str, body: &[u8]) -> Map<String, Json> {
    let mut map = fields(query.as_bytes()).unwrap_or_default();
    match serde_json::from_slice(body) {
        Ok(Json::Object(document)) => {
            map.extend(document.into_iter().map(|(key, value)| (key, opened(value, 0))));
        }
        _ => map.extend(fields(body).unwrap_or_default()),
    }
    map
}

/// What a body says: marshalled XML, JSON, the description of an error page, or the text itself.
#[must_use]
pub fn body(bytes: &[u8]) -> Json {
    let whole = String::from_utf8_lossy(bytes);
    if whole.starts_with("<!doctype html>") {
        let [start, end] = DESCRIPTION;
        let inside = whole.split_once(start).and_then(|(_, rest)| rest.split_once(end));
        return inside.map_or_else(|| "(a page)".into(), |(description, _)| description.into());
    }
    text(&whole)
}

/// A text, decoded if it is marshalled XML, an `<instance>` document, or a JSON object or list.
fn text(text: &str) -> Json {
    decoded(text, 0)
}

fn decoded(text: &str, depth: usize) -> Json {
    let found = match text.trim_start() {
        _ if depth >= NESTED => None,
        start if start.starts_with("<marshal>") => loads(text.as_bytes()).ok().map(|value| plain(&value, depth)),
        start if start.starts_with("<?xml") || start.starts_with("<instance") => {
            let parameters = read_parameters(text).ok().filter(|_| start.contains("<instance"));
            parameters.map(|parameters| {
                let entries = parameters.texts().map(|(key, text)| (key.to_owned(), decoded(&text, depth + 1)));
                Json::Object(entries.collect())
            })
        }
        start if start.starts_with(['{', '[']) => serde_json::from_str(text).ok().map(|value| opened(value, depth + 1)),
        _ => None,
    };
    found.unwrap_or_else(|| text.into())
}

/// A JSON value with the texts inside it decoded.
fn opened(value: Json, depth: usize) -> Json {
    match value {
        Json::String(text) => decoded(&text, depth + 1),
        Json::Array(values) => values.into_iter().map(|value| opened(value, depth)).collect(),
        Json::Object(map) => Json::Object(map.into_iter().map(|(key, value)| (key, opened(value, depth))).collect()),
        value => value,
    }
}

/// A marshalled value. Objects are their attributes.
fn plain(value: &Value, depth: usize) -> Json {
    match value {
        Value::None => Json::Null,
        Value::Bool(value) => (*value).into(),
        Value::Int(value) => serde_json::from_str(value.as_str()).unwrap_or_else(|_| value.as_str().into()),
        Value::Float(value) => json!(value),
        Value::String(text) => decoded(text, depth + 1),
        Value::Tuple(values) => values.iter().map(|value| plain(value, depth)).collect(),
        Value::List(values) => values.iter().map(|value| plain(value, depth)).collect(),
        Value::Dictionary(dictionary) => entries(dictionary.iter(), depth),
        Value::Object(object) if object.state.is_empty() => {
            object.arguments.iter().map(|value| plain(value, depth)).collect()
        }
        Value::Object(object) => entries(object.state.iter(), depth),
    }
}

fn entries<'a>(entries: impl Iterator<Item = (&'a Value, &'a Value)>, depth: usize) -> Json {
    let key = |key: &Value| key.as_str().map_or_else(|| plain(key, depth).to_string(), ToOwned::to_owned);
    Json::Object(entries.map(|(name, value)| (key(name), plain(value, depth))).collect())
}

/// A value without what may be secret: what has a name that says so, private keys, and passwords in URLs.
#[must_use]
pub fn without_secrets(value: Json) -> Json {
    match value {
        Json::String(text) if holds_secret(&text) => HIDDEN.into(),
        Json::Array(values) => values.into_iter().map(without_secrets).collect(),
        Json::Object(map) => {
            // The HATEOAS API spells an entry of a map so.
            let named = map.get("connection_key").and_then(Json::as_str).is_some_and(is_secret);
            let entry = |(key, value): (String, Json)| {
                let hidden = key != "connection_key" && is_secret(&key) || named && key == "connection_value";
                let value = if hidden && !value.is_null() { HIDDEN.into() } else { without_secrets(value) };
                (key, value)
            };
            Json::Object(map.into_iter().map(entry).collect())
        }
        value => value,
    }
}

/// The beginning of a value: about as many characters of texts and names as that, and `…` for the rest.
#[must_use]
pub fn shortened(value: Json, characters: usize) -> Json {
    let mut left = characters;
    cut(value, &mut left)
}

fn cut(value: Json, left: &mut usize) -> Json {
    match value {
        Json::String(text) => {
            let whole = text.chars().count() <= *left;
            let kept: String = text.chars().take(*left).collect();
            *left -= kept.chars().count();
            if whole { kept.into() } else { format!("{kept}…").into() }
        }
        Json::Array(values) => {
            let mut kept = Vec::new();
            for value in values {
                if *left == 0 {
                    kept.push("…".into());
                    break;
                }
                kept.push(cut(value, left));
            }
            kept.into()
        }
        Json::Object(map) => {
            let mut kept = Map::new();
            for (key, value) in map {
                if *left == 0 {
                    kept.insert("…".into(), Json::Null);
                    break;
                }
                *left = left.saturating_sub(key.chars().count());
                kept.insert(key, cut(value, left));
            }
            Json::Object(kept)
        }
        value => {
            *left = left.saturating_sub(4);
            value
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_and_json_are_decoded_to_the_last_text() {
        let marshalled = "<marshal><dictionary><string>_</string><string>{\"port\": 1, \"db\": {\"password\": \"x\"}}</string>\
                          </dictionary></marshal>";
        let form = super::super::form::encode(&[("a", "1"), ("p", marshalled), ("a", "2"), ("a", "3")]);
        let expected =
            json!({ "a": ["1", "2", "3"], "p": { "_": { "port": 1, "db": { "password": "x" } } }, "q": "y" });
        let found = Json::Object(arguments("q=y", form.as_bytes()));
        assert_eq!(found, expected);
        let hidden = json!({
            "a": ["1", "2", "3"], "p": { "_": { "port": 1, "db": { "password": "(not shown)" } } }, "q": "y",
        });
        assert_eq!(without_secrets(found), hidden);
        let document = br#"{"parameters": {"x": "[1, \"[2]\"]"}, "n": null}"#;
        assert_eq!(Json::Object(arguments("", document)), json!({ "parameters": { "x": [1, [2]] }, "n": null }));
    }

    #[test]
    fn bodies_are_what_they_say() {
        assert_eq!(body(b"done"), json!("done"));
        assert_eq!(body(b"<marshal><list><int>1</int><none/></list></marshal>"), json!([1, null]));
        let page = b"<!doctype html>\n<html lang=en>\n<title>404</title>\n<h1>Not Found</h1>\n<p>no such</p>\n";
        assert_eq!(body(page), json!("no such"));
        let xml =
            "<?xml version='1.0' encoding='utf-8'?>\n<instance><parameter id=\"api-key\">k</parameter></instance>";
        assert_eq!(without_secrets(body(xml.as_bytes())), json!({ "api-key": "(not shown)" }));
        assert_eq!(body(b"<marshal><broken"), json!("<marshal><broken"));
    }

    #[test]
    fn secrets_are_found_by_their_names_and_by_what_they_are() {
        let value = json!([
            { "certificate": "-----BEGIN", "access_token": "t", "Key": null, "monkey": "m", "title": "t" },
            { "connection_key": "admin-passwd", "connection_value": "v" },
            { "connection_key": "url", "connection_value": "http://u:p@h/" },
            "-----BEGIN PRIVATE KEY-----",
        ]);
        let expected = json!([
            { "certificate": HIDDEN, "access_token": HIDDEN, "Key": null, "monkey": HIDDEN, "title": "t" },
            { "connection_key": "admin-passwd", "connection_value": HIDDEN },
            { "connection_key": "url", "connection_value": HIDDEN },
            HIDDEN,
        ]);
        assert_eq!(without_secrets(value), expected);
    }

    #[test]
    fn what_is_long_is_cut() {
        assert_eq!(shortened(json!(["abc", "def", "g"]), 5), json!(["abc", "de…", "…"]));
        assert_eq!(shortened(json!({ "abc": "de", "x": 1 }), 5), json!({ "abc": "de", "…": null }));
        assert_eq!(shortened(json!("äöü"), 3), json!("äöü"));
    }
}
