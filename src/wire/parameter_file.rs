//! Files of parameters: JSON and YAML, whose keys keep their order, since the text of parameters that travel as JSON
//! tells whether they changed.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use thiserror::Error as ThisError;

use super::json::read_number;
use super::json_rpc::Key;
use super::software_schema::Serialisation;
use super::xml::read_parameters;
use crate::domain::error::Refusal;
use crate::domain::parameters::{Parameters, Value, float_text};

/// The format of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileFormat {
    /// JSON.
    Json,
    /// YAML, as `PyYAML` reads it.
    Yaml,
    /// An `<instance>` document, whose parameters are texts and stay as they are.
    Xml,
}

/// A file that holds no parameters.
#[derive(Debug, ThisError)]
pub enum FileError {
    /// Not JSON.
    #[error("not JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// Not YAML.
    #[error("not YAML: {0}")]
    Yaml(String),
    /// Not XML.
    #[error("not XML: {0}")]
    Xml(#[from] super::xml::ReadError),
    /// Something else than a map.
    #[error("holds {0}; expected a map of parameters")]
    NotAMap(&'static str),
    /// A text that no parameter can be.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

/// Reads a file and makes it parameters as they travel.
///
/// # Errors
/// [`FileError`] when it is not of its format, or no map.
pub fn read(text: &str, format: FileFormat, serialisation: Serialisation) -> Result<Parameters, FileError> {
    let document = match format {
        FileFormat::Xml => return Ok(read_parameters(text)?),
        FileFormat::Json => json(text)?,
        FileFormat::Yaml => yaml(text)?,
    };
    match document {
        Document::Map(entries) if serialisation == Serialisation::JsonInXml => Ok(in_json(entries)?),
        Document::Map(entries) => Ok(Parameters::new("parameters", map(entries))?),
        Document::List(_) => Err(FileError::NotAMap("a list")),
        Document::Null => Err(FileError::NotAMap("nothing")),
        Document::Scalar(_) => Err(FileError::NotAMap("a single value")),
    }
}

/// Puts texts into the one parameter that travels as JSON.
///
/// # Errors
/// [`Refusal::Invalid`] when XML cannot carry a text.
pub fn texts_in_json(texts: Vec<(String, String)>) -> Result<Parameters, Refusal> {
    in_json(texts.into_iter().map(|(key, text)| (key, Document::Scalar(Value::Text(text)))).collect())
}

/// Puts parameters into the one parameter that travels as JSON, unless they are in it already.
fn in_json(entries: Vec<(String, Document)>) -> Result<Parameters, Refusal> {
    let parameters = match entries.as_slice() {
        [(key, _)] if key == "_" => map(entries),
        _ => {
            let mut text = String::new();
            Document::Map(entries).write(0, &mut text);
            BTreeMap::from([("_".to_owned(), Value::Text(text))])
        }
    };
    Parameters::new("parameters", parameters)
}

fn json(text: &str) -> Result<Document, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let document = Reader(FileFormat::Json).deserialize(&mut deserializer)?;
    deserializer.end().map(|()| document)
}

fn yaml(text: &str) -> Result<Document, FileError> {
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

fn yaml_with(text: &str, booleans: Booleans) -> Result<Document, FileError> {
    let options = serde_saphyr::options! {
        duplicate_keys: serde_saphyr::DuplicateKeyPolicy::LastWins,
        legacy_octal_numbers: true,
        strict_booleans: booleans == Booleans::Core,
        with_snippet: false,
    };
    let read = serde_saphyr::from_str_with_options(text, options);
    read.map(|Yaml(document)| document).map_err(|error| FileError::Yaml(error.to_string()))
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

/// What a file holds.
#[derive(Debug, Clone, PartialEq)]
enum Document {
    Null,
    /// Neither null, nor a list, nor a map.
    Scalar(Value),
    List(Vec<Document>),
    /// In the order of the file.
    Map(Vec<(String, Document)>),
}

fn map(entries: Vec<(String, Document)>) -> BTreeMap<String, Value> {
    entries.into_iter().map(|(key, document)| (key, document.into_value())).collect()
}

impl Document {
    fn into_value(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Scalar(value) => value,
            Self::List(items) => Value::List(items.into_iter().map(Self::into_value).collect()),
            Self::Map(entries) => Value::Map(map(entries)),
        }
    }

    /// Writes JSON as Python does with an indentation of two, so that the text is the same from either client.
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
    crate::domain::parameters::write_json_text(text, &mut plain);
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

/// Reads what a file in this format holds.
#[derive(Debug, Clone, Copy)]
struct Reader(FileFormat);

impl<'de> DeserializeSeed<'de> for Reader {
    type Value = Document;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Document, D::Error> {
        deserializer.deserialize_any(self)
    }
}

struct Yaml(Document);

impl<'de> Deserialize<'de> for Yaml {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Reader(FileFormat::Yaml).deserialize(deserializer).map(Self)
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
                FileFormat::Yaml => map.next_key()?,
                FileFormat::Json | FileFormat::Xml => match map.next_key()? {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str, format: FileFormat, serialisation: Serialisation) -> Result<Parameters, String> {
        read(text, format, serialisation).map_err(|error| error.to_string())
    }

    fn in_json(text: &str, format: FileFormat) -> String {
        let parameters = read(text, format, Serialisation::JsonInXml).unwrap();
        assert_eq!(parameters.as_map().len(), 1);
        parameters.text("_").unwrap()
    }

    const JSON: &str =
        r#"{"z": 1, "a": [1.0, true, null, {}, []], "é": "ü😀\n", "big": 123456789012345678901234567890}"#;

    #[test]
    fn json_travels_as_python_writes_it() {
        let expected = "{\n  \"z\": 1,\n  \"a\": [\n    1.0,\n    true,\n    null,\n    {},\n    []\n  ],\n  \
            \"\\u00e9\": \"\\u00fc\\ud83d\\ude00\\n\",\n  \"big\": 123456789012345678901234567890\n}";
        assert_eq!(in_json(JSON, FileFormat::Json), expected);
        assert_eq!(in_json(r#"{"a": 1, "b": 2, "a": 3}"#, FileFormat::Json), "{\n  \"a\": 3,\n  \"b\": 2\n}");
        assert_eq!(in_json("{}", FileFormat::Json), "{}");
        assert_eq!(in_json(r#"{"_": "{\"a\": 1}"}"#, FileFormat::Json), "{\"a\": 1}");
    }

    #[test]
    fn yaml_reads_as_python_reads_it() {
        let yaml = "z: yes\na: 'yes'\noctal: 010\nhex: 0x1f\nfloat: 1.5\nnothing:\ntext: a b\nlist: [1, off, y, 'on']\n\
            base: &base {x: 1}\nmerged:\n  <<: *base\n  y: 2\nbig: 12345678901234567890\n1: one\n";
        assert_eq!(
            in_json(yaml, FileFormat::Yaml),
            "{\n  \"z\": true,\n  \"a\": \"yes\",\n  \"octal\": 8,\n  \"hex\": 31,\n  \"float\": 1.5,\n  \
             \"nothing\": null,\n  \"text\": \"a b\",\n  \"list\": [\n    1,\n    false,\n    \"y\",\n    \"on\"\n  ],\n  \
             \"base\": {\n    \"x\": 1\n  },\n  \"merged\": {\n    \"y\": 2,\n    \"x\": 1\n  },\n  \
             \"big\": 12345678901234567890,\n  \"1\": \"one\"\n}"
        );
    }

    #[test]
    fn parameters_of_xml_keep_their_types_and_those_of_a_file_in_xml_are_texts() {
        let typed = read_text("a: 1\nb: x\n", FileFormat::Yaml, Serialisation::Xml).unwrap();
        assert_eq!(typed.as_map()["a"], Value::Integer(1.into()));
        let xml = "<?xml version='1.0' encoding='utf-8'?><instance><parameter id='a'>1</parameter></instance>";
        let texts = read_text(xml, FileFormat::Xml, Serialisation::JsonInXml).unwrap();
        assert_eq!(texts.as_map(), &BTreeMap::from([("a".to_owned(), Value::from("1"))]));
    }

    #[test]
    fn what_is_no_map_or_not_of_the_format_is_refused() {
        let fault = |text, format| read_text(text, format, Serialisation::JsonInXml).unwrap_err();
        assert_eq!(fault("[1]", FileFormat::Json), "holds a list; expected a map of parameters");
        assert_eq!(fault("word", FileFormat::Yaml), "holds a single value; expected a map of parameters");
        assert_eq!(fault("", FileFormat::Yaml), "holds nothing; expected a map of parameters");
        assert_eq!(fault("{", FileFormat::Json), "not JSON: EOF while parsing an object at line 1 column 1");
        assert_eq!(fault("a: [1", FileFormat::Yaml), "not YAML: unclosed bracket '[' at line 1, column 4");
        assert!(fault("<a", FileFormat::Xml).starts_with("not XML: "));
    }
}
