//! Values to marshalled XML, byte for byte as the Python producer (`xml_marshaller` 1.0.3 on Python 3) writes them.

use std::collections::HashMap;
use std::io::Write;
use std::sync::Arc;

use thiserror::Error;

use crate::domain::parameters::{Integer, float_text, is_xml_char};

use super::document::shown;
use super::read::Limits;
use super::value::{Class, Dictionary, Object, Value};

/// Integers from this on, and their negatives, are `<long>`: the double nearest to 10²⁴.
const LONG: &str = "999999999999999983222784";

/// A value that the format cannot carry.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum WriteError {
    /// A text with a character that XML cannot carry.
    #[error("the text {text:?} holds the character U+{:04X}, which XML cannot carry", u32::from(*.character))]
    Character {
        /// The text, shortened.
        text: String,
        /// The first such character.
        character: char,
    },
    /// A value nested deeper than readers accept.
    #[error("the value is nested more than {} deep", Limits::DEFAULT.depth)]
    Depth,
    /// A dictionary with a key that is no scalar.
    #[error("the key of a dictionary is {kind}; expected a scalar")]
    Key {
        /// What it is instead.
        kind: &'static str,
    },
}

/// Writes a value as a whole document.
///
/// # Errors
/// [`WriteError`] for values that no reader would accept.
pub fn dumps(value: &Value) -> Result<Vec<u8>, WriteError> {
    let mut writer = Writer { out: Vec::with_capacity(512), last_id: 1, shared: HashMap::new() };
    writer.out.extend_from_slice(b"<marshal>");
    writer.value(value, 1)?;
    writer.out.extend_from_slice(b"</marshal>");
    Ok(writer.out)
}

/// Writes a value that will stand in a list of a larger document, without the numbers of its lists, dictionaries and
/// objects: they belong between the texts, each one more than the number before. Holds for values that share nothing.
///
/// # Errors
/// As [`dumps`].
pub fn fragments(value: &Value) -> Result<Vec<String>, WriteError> {
    let document = String::from_utf8_lossy(&dumps(&Value::list(vec![value.clone()]))?).into_owned();
    // The numbers of the document are known, and nothing but markup holds an unescaped `<`.
    let inside = document.strip_prefix("<marshal><list id=\"i2\">").unwrap_or(&document);
    let mut rest = inside.strip_suffix("</list></marshal>").unwrap_or(inside);
    let mut parts = Vec::new();
    for id in FIRST_NESTED.. {
        let marks = ["list", "dictionary", "object"].map(|element| format!("<{element} id=\"i{id}\""));
        let found = marks.iter().filter_map(|mark| Some((rest.find(mark.as_str())?, mark.len()))).min();
        let Some((at, length)) = found else { break };
        let digits = id.to_string().len();
        parts.push(rest[..at + length - 1 - digits].to_owned());
        rest = &rest[at + length - 1..];
    }
    parts.push(rest.to_owned());
    Ok(parts)
}

/// The number of the first list, dictionary or object inside the outermost one.
const FIRST_NESTED: usize = 3;

struct Writer {
    out: Vec<u8>,
    last_id: usize,
    /// Identifiers of what was written and is held in more than one place, by address.
    shared: HashMap<usize, usize>,
}

impl Writer {
    fn value(&mut self, value: &Value, depth: usize) -> Result<(), WriteError> {
        if depth > Limits::DEFAULT.depth {
            return Err(WriteError::Depth);
        }
        match value {
            Value::None => self.raw("<none/>"),
            Value::Bool(true) => self.raw("<bool>1</bool>"),
            Value::Bool(false) => self.raw("<bool>0</bool>"),
            Value::Int(integer) => self.number(if is_long(integer) { "long" } else { "int" }, integer.as_str()),
            Value::Float(float) => self.number("float", &float_text(*float)),
            Value::String(text) => {
                self.raw("<string>");
                self.text(text)?;
                self.raw("</string>");
            }
            Value::Tuple(values) => self.tuple(values, depth)?,
            Value::List(values) => {
                if !self.reference(values) {
                    self.list(values, depth)?;
                }
            }
            Value::Dictionary(dictionary) => {
                if !self.reference(dictionary) {
                    self.dictionary(dictionary, depth)?;
                }
            }
            Value::Object(object) => {
                if !self.reference(object) {
                    self.object(object, depth)?;
                }
            }
        }
        Ok(())
    }

    /// Takes the next identifier, or writes a reference when the very same thing was written before.
    fn reference<T>(&mut self, shared: &Arc<T>) -> bool {
        if Arc::strong_count(shared) > 1 {
            let next = self.last_id + 1;
            let id = *self.shared.entry(Arc::as_ptr(shared).addr()).or_insert(next);
            if id != next {
                self.tagged("reference", id, "/>");
                return true;
            }
        }
        self.last_id += 1;
        false
    }

    fn tuple(&mut self, values: &[Value], depth: usize) -> Result<(), WriteError> {
        if values.is_empty() {
            self.raw("<tuple/>");
            return Ok(());
        }
        self.raw("<tuple>");
        values.iter().try_for_each(|value| self.value(value, depth + 1))?;
        self.raw("</tuple>");
        Ok(())
    }

    fn list(&mut self, values: &[Value], depth: usize) -> Result<(), WriteError> {
        let id = self.last_id;
        if values.is_empty() {
            self.tagged("list", id, "/>");
            return Ok(());
        }
        self.tagged("list", id, ">");
        values.iter().try_for_each(|value| self.value(value, depth + 1))?;
        self.raw("</list>");
        Ok(())
    }

    fn dictionary(&mut self, dictionary: &Dictionary, depth: usize) -> Result<(), WriteError> {
        let id = self.last_id;
        if dictionary.is_empty() {
            self.tagged("dictionary", id, "/>");
            return Ok(());
        }
        self.tagged("dictionary", id, ">");
        for (key, value) in dictionary.iter() {
            if matches!(key, Value::Tuple(_) | Value::List(_) | Value::Dictionary(_) | Value::Object(_)) {
                return Err(WriteError::Key { kind: key.kind() });
            }
            self.value(key, depth + 1)?;
            self.value(value, depth + 1)?;
        }
        self.raw("</dictionary>");
        Ok(())
    }

    fn object(&mut self, object: &Object, depth: usize) -> Result<(), WriteError> {
        if depth >= Limits::DEFAULT.depth {
            return Err(WriteError::Depth);
        }
        self.tagged("object", self.last_id, "");
        for part in [" module=\"", Class::MODULE, "\" class=\"", object.class.name(), "\">"] {
            self.raw(part);
        }
        self.tuple(&object.arguments, depth + 1)?;
        self.last_id += 1;
        self.dictionary(&object.state, depth + 1)?;
        self.raw("</object>");
        Ok(())
    }

    fn raw(&mut self, markup: &str) {
        self.out.extend_from_slice(markup.as_bytes());
    }

    fn number(&mut self, element: &str, number: &str) {
        for part in ["<", element, ">", number, "</", element, ">"] {
            self.raw(part);
        }
    }

    fn tagged(&mut self, element: &str, id: usize, end: &str) {
        self.raw("<");
        self.raw(element);
        self.raw(" id=\"i");
        self.decimal(id);
        self.raw("\"");
        self.raw(end);
    }

    fn decimal(&mut self, number: usize) {
        // Writing to a Vec cannot fail.
        let _ = write!(self.out, "{number}");
    }

    /// Escapes twice, as the producer does: once by itself, once more when its XML is serialised in ASCII.
    fn text(&mut self, text: &str) -> Result<(), WriteError> {
        let mut rest = text;
        while let Some(offset) = rest.bytes().position(is_special) {
            self.raw(&rest[..offset]);
            rest = &rest[offset..];
            let Some(character) = rest.chars().next() else { break };
            match character {
                '&' => self.raw("&amp;amp;"),
                '<' => self.raw("&amp;lt;"),
                '>' => self.raw("&amp;gt;"),
                character if is_xml_char(character) => {
                    self.raw("&#");
                    self.decimal(character as usize);
                    self.raw(";");
                }
                character => return Err(WriteError::Character { text: shown(text), character }),
            }
            rest = &rest[character.len_utf8()..];
        }
        self.raw(rest);
        Ok(())
    }
}

fn is_special(byte: u8) -> bool {
    matches!(byte, b'&' | b'<' | b'>' | 0x80..) || (byte < b' ' && byte != b'\t' && byte != b'\n')
}

fn is_long(integer: &Integer) -> bool {
    let text = integer.as_str();
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.len() > LONG.len() || (digits.len() == LONG.len() && digits >= LONG)
}
