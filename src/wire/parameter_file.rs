//! Files of parameters: JSON and YAML, whose keys keep their order, since the text of parameters that travel as JSON
//! tells whether they changed.

use std::collections::BTreeMap;

use thiserror::Error;

use super::ordered::{Document, from_json, from_yaml};
use super::software_schema::Serialisation;
use super::xml::read_parameters;
use crate::domain::error::Refusal;
use crate::domain::parameters::{Parameters, Value};

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
#[derive(Debug, Error)]
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
        FileFormat::Json => from_json(text)?,
        FileFormat::Yaml => from_yaml(text).map_err(FileError::Yaml)?,
    };
    match document {
        Document::Map(entries) if serialisation == Serialisation::JsonInXml => Ok(in_json(entries)?),
        Document::Map(entries) => Ok(plain(entries)?),
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
    if let [(key, _)] = entries.as_slice()
        && key == "_"
    {
        return plain(entries);
    }
    let text = Document::Map(entries).to_string();
    Parameters::new("parameters", BTreeMap::from([("_".to_owned(), Value::Text(text))]))
}

fn plain(entries: Vec<(String, Document)>) -> Result<Parameters, Refusal> {
    let entries = entries.into_iter().map(|(key, document)| (key, document.into_value()));
    Parameters::new("parameters", entries.collect())
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
