//! The part of XML that every reader of this room accepts.
//!
//! UTF-8 with or without a byte-order mark and a declaration; comments, processing instructions and CDATA; the five
//! predefined entities and character references. No DOCTYPE at all, hence no entity can be defined: nothing is ever
//! fetched or expanded. Nesting is limited, and nothing here recurses.

use std::borrow::Cow;

use quick_xml::events::{BytesDecl, BytesRef, BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};
use quick_xml::reader::NsReader;
use quick_xml::{XmlVersion, escape::resolve_predefined_entity};
use thiserror::Error;

use crate::domain::parameters::is_xml_char;

/// How much of an offending name or text a message repeats, in characters.
const SHOWN: usize = 120;

/// Why a document is refused: one plain sentence, and where.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message} (line {line}, column {column})")]
pub struct ReadError {
    /// What is wrong, without the position.
    pub message: String,
    /// The line of the document, from 1.
    pub line: usize,
    /// The column, in characters, from 1.
    pub column: usize,
}

impl ReadError {
    fn at(bytes: &[u8], offset: usize, message: impl Into<String>) -> Self {
        let before = String::from_utf8_lossy(&bytes[..offset.min(bytes.len())]);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = before.bytes().filter(|&byte| byte == b'\n').count() + 1;
        Self { message: message.into(), line, column: before[line_start..].chars().count() + 1 }
    }
}

/// Shortens a name or text from the document for a message.
pub fn shown(text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

/// The start of an element.
#[derive(Debug)]
pub struct Tag<'a> {
    /// The name without prefix.
    pub name: &'a str,
    /// The namespace, if it is in one.
    pub namespace: Option<String>,
    /// Every attribute except namespace declarations, by its name with prefix.
    pub attributes: Vec<(String, String)>,
}

impl Tag<'_> {
    /// The value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(candidate, _)| candidate == name).map(|(_, value)| value.as_str())
    }
}

/// A piece of a document. An empty element gives a start and an end.
#[derive(Debug)]
pub enum Token<'a> {
    /// The start of an element.
    Start(Tag<'a>),
    /// Some characters inside an element; one text may come in several pieces.
    Text(Cow<'a, str>),
    /// The end of the innermost element.
    End,
    /// The end of a complete, well-formed document.
    Eof,
}

/// A well-formed document, read piece by piece.
pub struct Document<'a> {
    text: &'a str,
    reader: NsReader<&'a [u8]>,
    depth: usize,
    depth_limit: usize,
    offset: usize,
    end_pending: bool,
    root_seen: bool,
}

impl<'a> Document<'a> {
    /// Starts reading; elements may be nested `depth_limit` deep, the root included.
    ///
    /// # Errors
    /// Bytes that are not UTF-8, and characters that XML cannot carry.
    pub fn new(bytes: &'a [u8], depth_limit: usize) -> Result<Self, ReadError> {
        let text = str::from_utf8(bytes)
            .map_err(|error| ReadError::at(bytes, error.valid_up_to(), "The document is not encoded in UTF-8"))?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if let Some((offset, character)) = forbidden_character(text) {
            let message = format!("XML cannot carry the character U+{:04X}", u32::from(character));
            return Err(ReadError::at(text.as_bytes(), offset, message));
        }
        if text.starts_with('\u{feff}') {
            // The reader would drop it without counting it, and every position would be wrong.
            return Err(ReadError::at(text.as_bytes(), 0, "The document starts with a second byte-order mark"));
        }
        let mut reader = NsReader::from_str(text);
        reader.config_mut().check_comments = true;
        Ok(Self { text, reader, depth: 0, depth_limit, offset: 0, end_pending: false, root_seen: false })
    }

    /// The error of that message at the piece that was given last.
    pub fn error(&self, message: impl Into<String>) -> ReadError {
        ReadError::at(self.text.as_bytes(), self.offset, message)
    }

    /// The next piece.
    ///
    /// # Errors
    /// Whatever is not well-formed, and what the module's description excludes.
    pub fn next(&mut self) -> Result<Token<'a>, ReadError> {
        if self.end_pending {
            self.end_pending = false;
            self.depth -= 1;
            return Ok(Token::End);
        }
        loop {
            self.offset = position(self.reader.buffer_position());
            let event = match self.reader.read_event() {
                Ok(event) => event,
                Err(error) => {
                    let offset = position(self.reader.error_position()).max(self.offset);
                    let message = format!("The document is not well-formed XML: {}", shown(&error.to_string()));
                    return Err(ReadError::at(self.text.as_bytes(), offset, message));
                }
            };
            match event {
                Event::Start(tag) => return self.open(&tag).map(Token::Start),
                Event::Empty(tag) => {
                    let tag = self.open(&tag)?;
                    self.end_pending = true;
                    return Ok(Token::Start(tag));
                }
                Event::End(_) => {
                    self.depth -= 1;
                    return Ok(Token::End);
                }
                Event::Text(text) if self.depth == 0 && is_blank(&text) => {}
                Event::Text(text) if text.contains("]]>") => return Err(self.error("`]]>` stands outside of CDATA")),
                Event::Text(text) => return self.inside(text.xml10_content()),
                Event::CData(text) => return self.inside(text.xml10_content()),
                Event::GeneralRef(reference) => {
                    let text = self.resolve(&reference)?;
                    return self.inside(text);
                }
                Event::Comment(_) | Event::PI(_) => {}
                Event::Decl(declaration) => self.check_declaration(&declaration)?,
                Event::DocType(_) => return Err(self.error("A DOCTYPE is not accepted")),
                Event::Eof if self.depth > 0 => return Err(self.error("The document ends inside an element")),
                Event::Eof if !self.root_seen => return Err(self.error("The document holds no element")),
                Event::Eof => return Ok(Token::Eof),
            }
        }
    }

    /// The text up to the end of the element whose start was given last.
    ///
    /// # Errors
    /// Those of [`Self::next`], and an element inside.
    pub fn text(&mut self, element: &str) -> Result<Cow<'a, str>, ReadError> {
        let mut text = Cow::Borrowed("");
        loop {
            match self.next()? {
                Token::Text(part) if text.is_empty() => text = part,
                Token::Text(part) => text.to_mut().push_str(&part),
                Token::End | Token::Eof => return Ok(text),
                Token::Start(tag) => {
                    return Err(self.error(format!("<{}> inside <{element}>, which holds only text", shown(tag.name))));
                }
            }
        }
    }

    fn open(&mut self, tag: &BytesStart<'_>) -> Result<Tag<'a>, ReadError> {
        if self.depth == 0 && self.root_seen {
            return Err(self.error("The document goes on after its root element"));
        }
        if self.depth == self.depth_limit {
            return Err(self.error(format!("Elements are nested more than {} deep", self.depth_limit)));
        }
        self.depth += 1;
        self.root_seen = true;
        // The reader's own slices live as long as the event only: the same name, taken from the document.
        let name = &self.text[self.offset + 1..][..tag.name().0.len()];
        if !is_name(name) {
            return Err(self.error(format!("{:?} is not the name of an element", shown(name))));
        }
        let (namespace, _) = self.reader.resolver().resolve_element(tag.name());
        let namespace = match namespace {
            ResolveResult::Unbound => None,
            ResolveResult::Bound(Namespace(name)) => Some(name.to_owned()),
            ResolveResult::Unknown(prefix) => {
                return Err(self.error(format!("The prefix {:?} names no namespace", shown(&prefix))));
            }
        };
        let name = name.split_once(':').map_or(name, |(_, local)| local);
        Ok(Tag { name, namespace, attributes: self.attributes(tag)? })
    }

    fn attributes(&self, tag: &BytesStart<'_>) -> Result<Vec<(String, String)>, ReadError> {
        let mut attributes = Vec::new();
        for attribute in tag.attributes() {
            let attribute = attribute.map_err(|error| {
                self.error(format!("The document is not well-formed XML: {}", shown(&error.to_string())))
            })?;
            let name = attribute.key.0;
            let value = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .ok()
                .filter(|value| is_name(name) && !attribute.value.contains('<') && value.chars().all(is_xml_char))
                .ok_or_else(|| self.error(format!("The attribute {:?} is not well-formed XML", shown(name))))?;
            if attribute.key.as_namespace_binding().is_none() {
                attributes.push((name.to_owned(), value.into_owned()));
            }
        }
        Ok(attributes)
    }

    fn inside(&self, text: Cow<'a, str>) -> Result<Token<'a>, ReadError> {
        if self.depth == 0 {
            return Err(self.error("There is text outside of the root element"));
        }
        Ok(Token::Text(text))
    }

    fn resolve(&self, reference: &BytesRef<'_>) -> Result<Cow<'a, str>, ReadError> {
        if let Some(text) = resolve_predefined_entity(reference) {
            return Ok(Cow::Borrowed(text));
        }
        let character = reference.resolve_char_ref().ok().flatten().filter(|&character| is_xml_char(character));
        character.map(|character| Cow::Owned(character.into())).ok_or_else(|| {
            self.error(format!("&{}; is neither a character of XML nor a predefined entity", shown(reference)))
        })
    }

    fn check_declaration(&self, declaration: &BytesDecl<'_>) -> Result<(), ReadError> {
        if self.offset != 0 {
            return Err(self.error("The XML declaration is not at the beginning of the document"));
        }
        if !declaration.version().is_ok_and(|version| version.starts_with("1.")) {
            return Err(self.error("The XML declaration does not say version 1.0"));
        }
        match declaration.encoding() {
            None => Ok(()),
            Some(Ok(encoding)) if ["utf-8", "utf8", "us-ascii"].contains(&&*encoding.to_ascii_lowercase()) => Ok(()),
            Some(_) => Err(self.error("The XML declaration does not say encoding UTF-8")),
        }
    }
}

/// Whether a text is nothing but XML's white space.
pub fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
}

/// Drops XML's white space at both ends.
pub fn trimmed(text: &str) -> &str {
    text.trim_matches([' ', '\t', '\r', '\n'])
}

fn is_name(name: &str) -> bool {
    let is_start = |character: char| character.is_ascii_alphabetic() || character == '_' || character > '\u{7f}';
    name.starts_with(is_start)
        && name.chars().all(|character| is_start(character) || character.is_ascii_digit() || "-.:".contains(character))
}

fn forbidden_character(text: &str) -> Option<(usize, char)> {
    // Bytes that may begin such a character are rare: only with one of them is it worth looking at characters.
    let suspect = text.bytes().any(|byte| (byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r')) || byte == 0xef);
    if !suspect {
        return None;
    }
    text.char_indices().find(|&(_, character)| !is_xml_char(character))
}

fn position(offset: u64) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}
