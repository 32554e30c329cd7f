//! YAML for people: blocks, plain words where they are nothing else, long texts line by line.

use std::fmt::Write as _;
use std::net::Ipv4Addr;

use crate::domain::parameters::{Value, float_text, write_json_text};
use crate::wire::ordered::Document;

/// Plain words that YAML of any version takes for something else than a text.
const WORDS: [&str; 13] = ["", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf"];

/// A document as YAML; reading it gives the same document. One with integers of more than 64 bits is JSON, since readers
/// of YAML take them for floats.
pub(super) fn write(document: &Document) -> String {
    if has_long_integer(document) {
        return format!("{document}\n");
    }
    let mut out = String::new();
    block(document, 0, &mut out);
    out
}

fn has_long_integer(document: &Document) -> bool {
    match document {
        Document::Scalar(Value::Integer(integer)) => integer.as_str().parse::<i64>().is_err(),
        Document::List(items) => items.iter().any(has_long_integer),
        Document::Map(entries) => entries.iter().any(|(_, value)| has_long_integer(value)),
        Document::Null | Document::Scalar(_) => false,
    }
}

/// A value where a line begins: entries and items are lines of their own.
fn block(document: &Document, depth: usize, out: &mut String) {
    match document {
        Document::Map(entries) if !entries.is_empty() => {
            for (key, value) in entries {
                indent(depth, out);
                entry(key, value, depth, out);
            }
        }
        Document::List(items) if !items.is_empty() => {
            for item in items {
                indent(depth, out);
                out.push('-');
                item_of(item, depth, out);
            }
        }
        value => {
            indent(depth, out);
            line(value, depth, out);
        }
    }
}

/// An item behind its dash: the first entry of a map stands on the same line.
fn item_of(item: &Document, depth: usize, out: &mut String) {
    match item {
        Document::Map(entries) if !entries.is_empty() => {
            for (index, (key, value)) in entries.iter().enumerate() {
                match index {
                    0 => out.push(' '),
                    _ => indent(depth + 1, out),
                }
                entry(key, value, depth + 1, out);
            }
        }
        Document::List(items) if !items.is_empty() => {
            out.push('\n');
            block(item, depth + 1, out);
        }
        value => {
            out.push(' ');
            line(value, depth, out);
        }
    }
}

fn entry(key: &str, value: &Document, depth: usize, out: &mut String) {
    text(key, out);
    out.push(':');
    match value {
        Document::Map(entries) if !entries.is_empty() => {
            out.push('\n');
            block(value, depth + 1, out);
        }
        Document::List(items) if !items.is_empty() => {
            out.push('\n');
            block(value, depth + 1, out);
        }
        value => {
            out.push(' ');
            line(value, depth, out);
        }
    }
}

/// A value to the end of the line; a long text goes on below it.
fn line(value: &Document, depth: usize, out: &mut String) {
    match value {
        Document::Scalar(Value::Text(long)) if fits_lines(long) => {
            out.push_str(if long.ends_with('\n') { "|\n" } else { "|-\n" });
            for part in long.lines() {
                if !part.is_empty() {
                    indent(depth + 1, out);
                    out.push_str(part);
                }
                out.push('\n');
            }
            return;
        }
        Document::Scalar(Value::Text(short)) => text(short, out),
        Document::Scalar(Value::Float(float)) => out.push_str(&number(*float)),
        Document::Scalar(Value::Bool(value)) => out.push_str(if *value { "true" } else { "false" }),
        Document::Scalar(value) => out.push_str(&value.to_text()),
        Document::Null => out.push_str("null"),
        Document::List(_) => out.push_str("[]"),
        Document::Map(_) => out.push_str("{}"),
    }
    out.push('\n');
}

fn indent(depth: usize, out: &mut String) {
    (0..depth).for_each(|_| out.push_str("  "));
}

fn number(float: f64) -> String {
    match float {
        _ if float.is_nan() => ".nan".into(),
        f64::INFINITY => ".inf".into(),
        f64::NEG_INFINITY => "-.inf".into(),
        float => {
            let text = float_text(float);
            // Without a point it would be read as a text.
            match text.split_once('e') {
                Some((digits, exponent)) if !digits.contains('.') => format!("{digits}.0e{exponent}"),
                _ => text,
            }
        }
    }
}

/// Whether a text of several lines stays the same line by line.
fn fits_lines(text: &str) -> bool {
    let plain = |character: char| character == '\n' || is_printable(character);
    text.trim_end_matches('\n').contains('\n')
        && !text.ends_with("\n\n")
        && !text.starts_with([' ', '\n'])
        && text.chars().all(plain)
}

fn is_printable(character: char) -> bool {
    !character.is_control()
        && !matches!(character, '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}'..='\u{ffff}')
}

/// A text on one line: plain where it can be nothing else, else in quotes.
fn text(text: &str, out: &mut String) {
    if is_plain(text) {
        out.push_str(text);
        return;
    }
    let mut quoted = String::new();
    write_json_text(text, &mut quoted);
    for character in quoted.chars() {
        if is_printable(character) {
            out.push(character);
        } else {
            // Writing into a text does not fail.
            let _ = write!(out, "\\U{:08x}", u32::from(character));
        }
    }
}

/// Words, paths, URLs and references: a letter, a slash or an underscore first, nothing that YAML reads into it.
fn is_plain(text: &str) -> bool {
    if text.parse::<Ipv4Addr>().is_ok() {
        return true;
    }
    let starts = text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '/' || first == '_');
    let inner = |character: char| character.is_ascii_alphanumeric() || "/_.-+@=%?&~ ".contains(character);
    let colons = text.split(':').skip(1).all(|behind| !behind.is_empty() && !behind.starts_with(' '));
    starts
        && colons
        && text.chars().all(|character| inner(character) || character == ':')
        && !text.ends_with(' ')
        && !WORDS.contains(&&*text.to_ascii_lowercase())
}
