//! Marshalled XML to values, for documents that may come from anyone.
//!
//! Nothing is ever called or fetched, nothing recurses, and both what a document holds and what its references expand
//! to are limited.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use crate::domain::parameters::{Integer, MAX_INTEGER_DIGITS};

use super::document::{Document, ReadError, Tag, Token, is_blank, shown, trimmed};
use super::value::{Class, Dictionary, Object, Value};

/// The namespace in which the elements may be; it is as good as none.
const NAMESPACE: &str = "http://www.erp5.org/namespaces/marshaller";

/// How large a document may be once every reference is replaced by what it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Elements inside each other, below `<marshal>`.
    pub depth: usize,
    /// Values, counting what a reference names each time.
    pub elements: usize,
    /// Bytes of text, counting what a reference names each time.
    pub text: usize,
}

impl Limits {
    /// What is accepted from anyone: nesting of 64, a million values, 64 MiB of text.
    pub const DEFAULT: Self = Self { depth: 64, elements: 1_000_000, text: 64 << 20 };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Reads one marshalled value within the default [`Limits`].
///
/// # Errors
/// Whatever is not exactly one value between `<marshal>` and `</marshal>`; a foreign class as
/// `Refusing to unmarshall os.system`.
pub fn loads(bytes: &[u8]) -> Result<Value, ReadError> {
    loads_with(bytes, &Limits::DEFAULT)
}

/// Reads one marshalled value within the given limits.
///
/// # Errors
/// Those of [`loads`].
pub fn loads_with(bytes: &[u8], limits: &Limits) -> Result<Value, ReadError> {
    let document = Document::new(bytes, limits.depth.saturating_add(1))?;
    Loader { document, limits: *limits, seen: Size::default(), open: Vec::new(), known: HashMap::new() }.load()
}

/// How much was read, references expanded.
#[derive(Debug, Clone, Copy, Default)]
struct Size {
    elements: usize,
    text: usize,
}

/// What an identifier names.
enum Known {
    /// An element that is not complete yet: a reference to it would be a cycle.
    Open,
    /// A list, dictionary or object, and how much it holds.
    Value(Value, Size),
}

/// An element whose end was not read yet.
struct Frame {
    id: Option<String>,
    before: Size,
    content: Content,
}

enum Content {
    Marshal(Option<Value>),
    Tuple(Vec<Value>),
    List(Vec<Value>),
    Dictionary(Vec<(Value, Value)>, Option<Value>),
    Object(Class, Option<Vec<Value>>, Option<Dictionary>),
}

struct Loader<'a> {
    document: Document<'a>,
    limits: Limits,
    seen: Size,
    open: Vec<Frame>,
    known: HashMap<String, Known>,
}

impl Loader<'_> {
    fn load(mut self) -> Result<Value, ReadError> {
        loop {
            match self.document.next()? {
                Token::Start(tag) => self.start(&tag)?,
                Token::Text(text) if is_blank(&text) => {}
                Token::Text(text) => {
                    let message = format!("There is text between elements: {:?}", shown(trimmed(&text)));
                    return Err(self.document.error(message));
                }
                Token::End => {
                    if let Some(value) = self.end()? {
                        return match self.document.next()? {
                            Token::Eof => Ok(value),
                            _ => Err(self.document.error("The document goes on after </marshal>")),
                        };
                    }
                }
                Token::Eof => return Err(self.document.error("The document ends before </marshal>")),
            }
        }
    }

    fn start(&mut self, tag: &Tag<'_>) -> Result<(), ReadError> {
        if tag.namespace.as_deref().is_some_and(|namespace| namespace != NAMESPACE) {
            return Err(self.refused(tag, "is in a foreign namespace"));
        }
        if self.open.is_empty() {
            if tag.name != "marshal" {
                return Err(self.refused(tag, "is not <marshal>, which a marshalled document starts with"));
            }
            self.push(None, Content::Marshal(None));
            return Ok(());
        }
        self.count(Size { elements: 1, text: 0 })?;
        let content = match tag.name {
            "tuple" => Content::Tuple(Vec::new()),
            "list" => Content::List(Vec::new()),
            "dictionary" => Content::Dictionary(Vec::new(), None),
            "object" => Content::Object(self.class(tag)?, None, None),
            "reference" => {
                let value = self.reference(tag)?;
                return self.add(value);
            }
            name @ ("none" | "bool" | "int" | "long" | "float" | "string" | "unicode") => {
                let text = self.document.text(name)?;
                self.count(Size { elements: 0, text: text.len() })?;
                let value = scalar(name, text).map_err(|message| self.document.error(message))?;
                return self.add(value);
            }
            "set" | "complex" | "code" | "marshal" => return Err(self.refused(tag, "is not accepted")),
            _ => return Err(self.refused(tag, "is unknown")),
        };
        let id = if tag.name == "tuple" { None } else { tag.attribute("id").map(str::to_owned) };
        if let Some(id) = &id
            && self.known.insert(id.clone(), Known::Open).is_some()
        {
            return Err(self.document.error(format!("The id {:?} is used twice", shown(id))));
        }
        self.push(id, content);
        Ok(())
    }

    fn push(&mut self, id: Option<String>, content: Content) {
        self.open.push(Frame { id, before: self.seen, content });
    }

    /// Completes the innermost element; gives the value of the document when it was `<marshal>`.
    fn end(&mut self) -> Result<Option<Value>, ReadError> {
        let Some(frame) = self.open.pop() else { return Err(self.document.error("There is nothing to end")) };
        let value = match frame.content {
            Content::Marshal(Some(value)) => return Ok(Some(value)),
            Content::Marshal(None) => return Err(self.document.error("<marshal> holds no value")),
            Content::Tuple(values) => Value::Tuple(values),
            Content::List(values) => Value::list(values),
            Content::Dictionary(entries, None) => Value::Dictionary(Arc::new(Dictionary::new(entries))),
            Content::Dictionary(_, Some(_)) => {
                return Err(self.document.error("A <dictionary> ends with a key that has no value"));
            }
            Content::Object(class, Some(arguments), Some(state)) => {
                check_arguments(class, &arguments).map_err(|message| self.document.error(message))?;
                Value::Object(Arc::new(Object { class, arguments, state }))
            }
            Content::Object(..) => {
                return Err(self.document.error("An <object> needs its arguments and its attributes"));
            }
        };
        if let Some(id) = frame.id {
            let size =
                Size { elements: self.seen.elements - frame.before.elements, text: self.seen.text - frame.before.text };
            self.known.insert(id, Known::Value(value.clone(), size));
        }
        self.add(value)?;
        Ok(None)
    }

    /// Puts a complete value into the innermost open element.
    fn add(&mut self, value: Value) -> Result<(), ReadError> {
        let refusal = match self.open.last_mut().map(|frame| &mut frame.content) {
            Some(Content::Tuple(values) | Content::List(values)) => {
                values.push(value);
                return Ok(());
            }
            Some(Content::Dictionary(entries, key)) => match (key.take(), value) {
                (Some(key), value) => {
                    entries.push((key, value));
                    return Ok(());
                }
                (None, value) if is_scalar(&value) => {
                    *key = Some(value);
                    return Ok(());
                }
                (None, value) => format!("The key of a dictionary is {}; expected a scalar", value.kind()),
            },
            Some(Content::Object(_, arguments @ None, _)) => match value {
                Value::Tuple(values) => {
                    *arguments = Some(values);
                    return Ok(());
                }
                Value::List(values) => {
                    *arguments = Some(values.to_vec());
                    return Ok(());
                }
                other => format!("The arguments of an <object> are {}; expected a tuple", other.kind()),
            },
            Some(Content::Object(_, Some(_), state @ None)) => match attributes(&value) {
                Ok(attributes) => {
                    *state = Some(attributes);
                    return Ok(());
                }
                Err(message) => message,
            },
            Some(Content::Object(_, Some(_), Some(_))) => "An <object> holds more than arguments and attributes".into(),
            Some(Content::Marshal(only @ None)) => {
                *only = Some(value);
                return Ok(());
            }
            Some(Content::Marshal(Some(_))) | None => "<marshal> holds more than one value".into(),
        };
        Err(self.document.error(refusal))
    }

    fn class(&self, tag: &Tag<'_>) -> Result<Class, ReadError> {
        let Some(name) = tag.attribute("class") else {
            return Err(self.document.error("An <object> has no attribute class"));
        };
        let Some(module) = tag.attribute("module") else {
            return Err(self.document.error("An <object> has no attribute module"));
        };
        Class::find(module, name).ok_or_else(|| {
            self.document.error(format!("Refusing to unmarshall {}", shown(&format!("{module}.{name}"))))
        })
    }

    fn reference(&mut self, tag: &Tag<'_>) -> Result<Value, ReadError> {
        if !self.document.text("reference")?.is_empty() {
            return Err(self.document.error("A <reference> is not empty"));
        }
        let Some(id) = tag.attribute("id") else { return Err(self.document.error("A <reference> has no id")) };
        match self.known.get(id) {
            Some(Known::Value(value, size)) => {
                let (value, size) = (value.clone(), *size);
                self.count(size)?;
                Ok(value)
            }
            Some(Known::Open) => {
                Err(self.document.error(format!("The reference {:?} leads back to itself", shown(id))))
            }
            None => Err(self.document.error(format!("The reference {:?} names nothing before it", shown(id)))),
        }
    }

    fn count(&mut self, more: Size) -> Result<(), ReadError> {
        self.seen.elements = self.seen.elements.saturating_add(more.elements);
        self.seen.text = self.seen.text.saturating_add(more.text);
        if self.seen.elements > self.limits.elements {
            let message = format!("The document holds more than {} values", self.limits.elements);
            return Err(self.document.error(message));
        }
        if self.seen.text > self.limits.text {
            let message = format!("The document holds more than {} bytes of text", self.limits.text);
            return Err(self.document.error(message));
        }
        Ok(())
    }

    fn refused(&self, tag: &Tag<'_>, why: &str) -> ReadError {
        self.document.error(format!("The element <{}> {why}", shown(tag.name)))
    }
}

fn is_scalar(value: &Value) -> bool {
    matches!(value, Value::None | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::String(_))
}

fn scalar(name: &str, text: Cow<'_, str>) -> Result<Value, String> {
    let wrong = |expected: &str| format!("<{name}> holds {:?}; expected {expected}", shown(&text));
    match name {
        "none" if is_blank(&text) => Ok(Value::None),
        "none" => Err(wrong("nothing")),
        "bool" => match trimmed(&text) {
            "0" => Ok(Value::Bool(false)),
            "1" => Ok(Value::Bool(true)),
            _ => Err(wrong("0 or 1")),
        },
        "int" | "long" => Integer::parse(trimmed(&text))
            .map(Value::Int)
            .ok_or_else(|| wrong(&format!("a decimal integer of at most {MAX_INTEGER_DIGITS} digits"))),
        "float" => trimmed(&text).parse().map(Value::Float).map_err(|_| wrong("a number")),
        _ => Ok(Value::String(unescape(text))),
    }
}

/// Undoes the second escaping, in one pass: `&lt;`, `&gt;` and `&amp;` only.
///
/// Compatible with texts that were escaped only once: they come out right unless they hold one of these three.
fn unescape(text: Cow<'_, str>) -> String {
    if !text.contains('&') {
        return text.into_owned();
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = &*text;
    while let Some(ampersand) = rest.find('&') {
        plain.push_str(&rest[..ampersand]);
        rest = &rest[ampersand..];
        let (escape, character) = [("&amp;", '&'), ("&lt;", '<'), ("&gt;", '>')]
            .into_iter()
            .find(|(escape, _)| rest.starts_with(escape))
            .unwrap_or(("&", '&'));
        plain.push(character);
        rest = &rest[escape.len()..];
    }
    plain.push_str(rest);
    plain
}

fn attributes(state: &Value) -> Result<Dictionary, String> {
    match state {
        // Compatible with producers on Python 3.11 and later, which write `<none/>` for an object without attributes.
        Value::None => Ok(Dictionary::default()),
        Value::Dictionary(state) => match state.iter().map(|(key, _)| key).find(|key| key.as_str().is_none()) {
            None => Ok(Dictionary::clone(state)),
            Some(key) => Err(format!("The name of an attribute is {}; expected a string", key.kind())),
        },
        other => Err(format!("The attributes of an <object> are {}; expected a dictionary", other.kind())),
    }
}

fn check_arguments(class: Class, arguments: &[Value]) -> Result<(), String> {
    let given = |index: usize| arguments.get(index).is_some_and(|argument| !argument.is_none());
    let expected = match class {
        Class::Computer if (1..=3).contains(&arguments.len()) && given(0) => return Ok(()),
        Class::Computer => "its id",
        Class::SoftwareInstance if arguments.is_empty() => return Ok(()),
        Class::SoftwareInstance => "no argument",
        Class::SoftwareRelease if arguments.len() <= 3 => return Ok(()),
        Class::SoftwareRelease => "its URL and the id of its computer",
        Class::ComputerPartition if arguments.len() <= 5 => match (given(0), given(1), given(2)) {
            (true, true, false) | (false, false, true) => return Ok(()),
            _ => "either the ids of the computer and of the partition, or a request dictionary",
        },
        Class::ComputerPartition => "at most five arguments",
    };
    Err(format!("The arguments of a {class} are wrong; expected {expected}"))
}
