//! JSON and YAML whose keys keep their order, and JSON as Python writes it: the text of parameters that travel as JSON
//! tells whether they changed.

use std::fmt::{self, Write as _};

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::json::read_number;
use super::json_rpc::Key;
use crate::domain::parameters::{Parameters, Value, float_text, write_json_text};

/// A value as JSON knows it. It is displayed as JSON, as Python writes it with an indentation of two.
#[derive(Debug, Clone, PartialEq)]
pub enum Document {
    /// Nothing.
    Null,
    /// Neither null, nor a list, nor a map.
    Scalar(Value),
    /// A list.
    List(Vec<Document>),
    /// A map, in the order of the text.
    Map(Vec<(String, Document)>),
}

impl Document {
    /// The value, without the order of keys.
    #[must_use]
    pub fn into_value(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Scalar(value) => value,
            Self::List(items) => Value::List(items.into_iter().map(Self::into_value).collect()),
            Self::Map(entries) => {
                Value::Map(entries.into_iter().map(|(key, document)| (key, document.into_value())).collect())
            }
        }
    }

    fn write(&self, depth: usize, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Scalar(Value::Bool(value)) => out.push_str(if *value { "true" } else { "false" }),
            Self::Scalar(Value::Integer(integer)) => out.push_str(integer.as_str()),
            Self::Scalar(Value::Float(float)) => out.push_str(&json_float(*float)),
            Self::Scalar(value) => write_text(&value.to_text(), out),
            Self::List(items) if items.is_empty() => out.push_str("[]"),
            Self::Map(entries) if entries.is_empty() => out.push_str("{}"),
            Self::List(items) => {
                let items = items.iter().map(|item| (None, item));
                write_lines(['[', ']'], items, depth, out);
            }
            Self::Map(entries) => {
                let entries = entries.iter().map(|(key, item)| (Some(key.as_str()), item));
                write_lines(['{', '}'], entries, depth, out);
            }
        }
    }
}

impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        self.write(0, &mut text);
        f.write_str(&text)
    }
}

impl From<&str> for Document {
    fn from(text: &str) -> Self {
        Self::Scalar(text.into())
    }
}

impl From<bool> for Document {
    fn from(value: bool) -> Self {
        Self::Scalar(Value::Bool(value))
    }
}

impl From<Value> for Document {
    fn from(value: Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::List(values) => Self::List(values.into_iter().map(Self::from).collect()),
            Value::Map(map) => Self::Map(map.into_iter().map(|(key, value)| (key, value.into())).collect()),
            value => Self::Scalar(value),
        }
    }
}

impl From<&Parameters> for Document {
    fn from(parameters: &Parameters) -> Self {
        Value::Map(parameters.as_map().clone()).into()
    }
}

/// Reads JSON. Of equal keys the last one counts.
///
/// # Errors
/// When it is none.
pub fn from_json(text: &str) -> Result<Document, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let document = Reader(Syntax::Json).deserialize(&mut deserializer)?;
    deserializer.end().map(|()| document)
}

/// Reads YAML as `PyYAML` does, except that keys are texts.
///
/// # Errors
/// Why it is none.
pub fn from_yaml(text: &str) -> Result<Document, String> {
    Ok(with_words(yaml_with(text, Booleans::Core)?, &yaml_with(text, Booleans::Words)?))
}

/// Which plain words of YAML are truth values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Booleans {
    /// Those of version 1.2.
    Core,
    /// Those of version 1.1 too: `yes`, `off`, `y`.
    Words,
}

fn yaml_with(text: &str, booleans: Booleans) -> Result<Document, String> {
    let options = serde_saphyr::options! {
        duplicate_keys: serde_saphyr::DuplicateKeyPolicy::LastWins,
        legacy_octal_numbers: true,
        strict_booleans: booleans == Booleans::Core,
        with_snippet: false,
    };
    let read = serde_saphyr::from_str_with_options(text, options);
    read.map(|Yaml(document)| document).map_err(|error| error.to_string())
}

/// Takes the truth values of version 1.1 over. Compatible with `PyYAML`, for which `y` and `n` are texts.
fn with_words(core: Document, words: &Document) -> Document {
    match (core, words) {
        (Document::Scalar(Value::Text(text)), Document::Scalar(Value::Bool(value))) if text.len() > 1 => {
            Document::Scalar(Value::Bool(*value))
        }
        (Document::List(items), Document::List(others)) if items.len() == others.len() => {
            Document::List(items.into_iter().zip(others).map(|(item, other)| with_words(item, other)).collect())
        }
        (Document::Map(entries), Document::Map(others)) if entries.len() == others.len() => {
            let pairs = entries.into_iter().zip(others);
            Document::Map(pairs.map(|((key, item), (_, other))| (key, with_words(item, other))).collect())
        }
        (core, _) => core,
    }
}

fn write_lines<'a>(
    brackets: [char; 2],
    items: impl Iterator<Item = (Option<&'a str>, &'a Document)>,
    depth: usize,
    out: &mut String,
) {
    out.push(brackets[0]);
    for (index, (key, item)) in items.enumerate() {
        out.push_str(if index == 0 { "\n" } else { ",\n" });
        indent(depth + 1, out);
        if let Some(key) = key {
            write_text(key, out);
            out.push_str(": ");
        }
        item.write(depth + 1, out);
    }
    out.push('\n');
    indent(depth, out);
    out.push(brackets[1]);
}

fn indent(depth: usize, out: &mut String) {
    (0..depth).for_each(|_| out.push_str("  "));
}

fn json_float(float: f64) -> String {
    match float {
        _ if float.is_finite() => float_text(float),
        _ if float.is_nan() => "NaN".into(),
        _ if float > 0.0 => "Infinity".into(),
        _ => "-Infinity".into(),
    }
}

/// A JSON text in ASCII.
fn write_text(text: &str, out: &mut String) {
    let mut plain = String::new();
    write_json_text(text, &mut plain);
    for character in plain.chars() {
        if matches!(character, ' '..='~') {
            out.push(character);
            continue;
        }
        let units = &mut [0; 2];
        for unit in character.encode_utf16(units) {
            // Writing into a text does not fail.
            let _ = write!(out, "\\u{unit:04x}");
        }
    }
}

/// What a text is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Syntax {
    Json,
    Yaml,
}

/// Reads a value of this syntax.
#[derive(Debug, Clone, Copy)]
struct Reader(Syntax);

impl<'de> DeserializeSeed<'de> for Reader {
    type Value = Document;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Document, D::Error> {
        deserializer.deserialize_any(self)
    }
}

struct Yaml(Document);

impl<'de> Deserialize<'de> for Yaml {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Reader(Syntax::Yaml).deserialize(deserializer).map(Self)
    }
}

impl<'de> Visitor<'de> for Reader {
    type Value = Document;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<Document, E> {
        Ok(Document::Null)
    }

    fn visit_none<E: Error>(self) -> Result<Document, E> {
        Ok(Document::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Document, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Document, E> {
        Ok(Document::Scalar(Value::Bool(value)))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Document, E> {
        number(&value.to_string())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Document, E> {
        number(&value.to_string())
    }

    fn visit_i128<E: Error>(self, value: i128) -> Result<Document, E> {
        number(&value.to_string())
    }

    fn visit_u128<E: Error>(self, value: u128) -> Result<Document, E> {
        number(&value.to_string())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Document, E> {
        Ok(Document::Scalar(Value::Float(value)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Document, E> {
        Ok(Document::Scalar(Value::Text(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Document, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(self)? {
            items.push(item);
        }
        Ok(Document::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Document, A::Error> {
        let mut entries: Vec<(String, Document)> = Vec::new();
        loop {
            let key = match self.0 {
                Syntax::Yaml => map.next_key()?,
                Syntax::Json => match map.next_key()? {
                    Some(Key::Number) => return number(&map.next_value::<String>()?),
                    Some(Key::Name(key)) => Some(key),
                    None => None,
                },
            };
            let Some(key) = key else { return Ok(Document::Map(entries)) };
            let value = map.next_value_seed(self)?;
            match entries.iter_mut().find(|(known, _)| *known == key) {
                Some((_, known)) => *known = value,
                None => entries.push((key, value)),
            }
        }
    }
}

fn number<E: Error>(text: &str) -> Result<Document, E> {
    read_number(text).map(Document::Scalar).map_err(E::custom)
}
