//! Parameter maps as they are stored: `<instance>` documents, compared as text and therefore written byte for byte as
//! the Python proxy and the production master write them.

use std::collections::BTreeMap;

use crate::domain::parameters::{Parameters, Value};

use super::document::{Document, ReadError, Token, is_blank};
use super::read::Limits;

/// Writes parameters as texts; without any, the document is an empty `<instance/>`.
#[must_use]
pub fn write_parameters(parameters: &Parameters) -> String {
    let mut out = String::from("<?xml version='1.0' encoding='utf-8'?>\n");
    if parameters.is_empty() {
        out.push_str("<instance/>\n");
        return out;
    }
    out.push_str("<instance>\n");
    for (key, text) in parameters.texts() {
        out.push_str("  <parameter id=\"");
        escape_attribute(key, &mut out);
        out.push_str("\">");
        escape_text(&text, &mut out);
        out.push_str("</parameter>\n");
    }
    out.push_str("</instance>\n");
    out
}

/// Reads the `parameter` children of the root, whatever the root is named; a blank text is an empty map.
///
/// Every value is a text: the one before the first child element. An empty element is an empty text, and the texts of
/// equal ids are joined by one space.
///
/// # Errors
/// Text that is no well-formed XML, and a `parameter` without `id`.
pub fn read_parameters(text: &str) -> Result<Parameters, ReadError> {
    let mut map = BTreeMap::new();
    if is_blank(text) {
        return Ok(Parameters::default());
    }
    let mut document = Document::new(text.as_bytes(), Limits::DEFAULT.depth)?;
    let mut depth = 0;
    loop {
        match document.next()? {
            Token::Start(tag) if depth == 1 && tag.name == "parameter" && tag.namespace.is_none() => {
                let Some(id) = tag.attribute("id") else {
                    return Err(document.error("A <parameter> has no attribute id"));
                };
                let text = leading_text(&mut document)?;
                let joined: &mut String = map.entry(id.to_owned()).or_default();
                if !joined.is_empty() && !text.is_empty() {
                    joined.push(' ');
                }
                joined.push_str(&text);
            }
            Token::Start(_) => depth += 1,
            Token::End => depth -= 1,
            Token::Text(_) => {}
            Token::Eof => break,
        }
    }
    let map = map.into_iter().map(|(key, text)| (key, Value::Text(text))).collect();
    Parameters::new("xml", map).map_err(|refusal| document.error(refusal.to_string()))
}

/// The text before the first child element; the rest of the element is skipped.
fn leading_text(document: &mut Document<'_>) -> Result<String, ReadError> {
    let mut text = String::new();
    let (mut depth, mut leading) = (0, true);
    loop {
        match document.next()? {
            Token::Text(part) if leading => text.push_str(&part),
            Token::Text(_) => {}
            Token::Start(_) => (depth, leading) = (depth + 1, false),
            Token::End if depth > 0 => depth -= 1,
            Token::End | Token::Eof => return Ok(text),
        }
    }
}

/// Appends a text between tags.
pub fn escape_text(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\r' => out.push_str("&#13;"),
            character => out.push(character),
        }
    }
}

/// Appends the text of an attribute between double quotes.
pub fn escape_attribute(text: &str, out: &mut String) {
    for part in text.split_inclusive(['"', '\n', '\t']) {
        match part.as_bytes().last() {
            Some(b'"') => escape_before(part, "&quot;", out),
            Some(b'\n') => escape_before(part, "&#10;", out),
            Some(b'\t') => escape_before(part, "&#9;", out),
            _ => escape_text(part, out),
        }
    }
}

fn escape_before(part: &str, last: &str, out: &mut String) {
    escape_text(&part[..part.len() - 1], out);
    out.push_str(last);
}
