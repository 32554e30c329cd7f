//! JSON text: reading that names the field which is wrong, and writing in ASCII.

use std::fmt::Write as _;
use std::io;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::error::Category;
use serde_json::ser::{Formatter, Serializer};
use thiserror::Error;

use super::values::Object;
use crate::domain::error::Refusal;

/// How much of a fault is told, in characters: it may repeat a value of any size.
const SHOWN: usize = 500;

/// Why a document is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RequestError {
    /// It is no JSON.
    #[error("the body is not JSON: {0}")]
    Syntax(String),
    /// A field is missing, unknown, or of the wrong type; the text names it.
    #[error("{0}")]
    Field(String),
}

/// Reads a document, which must be one JSON object.
///
/// # Errors
/// [`RequestError`], naming the field by its path, as in `compute_partition_list[0].ip_list[1].ip-address`.
pub fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, RequestError> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let mut track = serde_path_to_error::Track::new();
    let read = Object::<T>::deserialize(serde_path_to_error::Deserializer::new(&mut deserializer, &mut track));
    let read = read.and_then(|object| deserializer.end().map(|()| object));
    read.map(|object| object.0).map_err(|error| {
        let message = message(&error);
        match (error.classify(), track.path().to_string()) {
            (Category::Data, path) => RequestError::Field(located(&path, &message)),
            (Category::Syntax | Category::Eof | Category::Io, _) => RequestError::Syntax(shortened(error.to_string())),
        }
    })
}

/// The message without its line and column, which say less than the path.
fn message(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    text.strip_suffix(&place).map_or(text.clone(), ToOwned::to_owned)
}

fn located(path: &str, message: &str) -> String {
    // Inside of parameters keys are not tracked.
    let path = path.split_once(".?").map_or(path, |(known, _)| known);
    let named = path != "." && path != "?" && !message.starts_with("unknown field");
    shortened(if named { format!("{path}: {message}") } else { message.to_owned() })
}

fn shortened(text: String) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// Writes a document compactly, in ASCII.
///
/// # Errors
/// None for the documents of this module.
pub fn write<T: Serialize>(document: &T) -> Result<Vec<u8>, serde_json::Error> {
    let mut bytes = Vec::new();
    document.serialize(&mut Serializer::with_formatter(&mut bytes, Ascii))?;
    Ok(bytes)
}

/// Characters beyond ASCII as `\u` escapes, as the Python proxy writes them.
struct Ascii;

impl Formatter for Ascii {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        if fragment.is_ascii() {
            return writer.write_all(fragment.as_bytes());
        }
        let mut escaped = String::with_capacity(fragment.len() * 2);
        for character in fragment.chars() {
            if character.is_ascii() {
                escaped.push(character);
                continue;
            }
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(escaped, "\\u{unit:04x}").map_err(io::Error::other)?;
            }
        }
        writer.write_all(escaped.as_bytes())
    }
}

/// A refusal of the domain as a fault of the field that is being read.
pub(super) fn fault<E: serde::de::Error>(refusal: Refusal) -> E {
    E::custom(reason(refusal))
}

/// The reason of a refusal, without the field.
pub(super) fn reason(refusal: Refusal) -> String {
    match refusal {
        Refusal::Invalid { value, expected, .. } => format!("{value} is not accepted; expected {expected}"),
        other => other.to_string(),
    }
}
