//! Parameter values and maps: what a requester gives an instance and what the instance publishes.
//!
//! The protocol carries typed values (the marshalled XML and JSON both have integers, booleans, lists, …), while the
//! classic API hands every value back as text. Both views live here: [`Value`] keeps the type, [`Value::to_text`] is
//! the classic text of it.

use std::collections::BTreeMap;
use std::fmt;

use super::error::Refusal;

/// The largest number of digits an integer may have on the wire.
pub const MAX_INTEGER_DIGITS: usize = 4300;

/// An integer of any size, kept in its canonical decimal form (`-7`, `0`, `100000000000000000000`).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Integer(Box<str>);

impl Integer {
    /// Reads a decimal integer: optional sign, digits, nothing else. Leading zeros and a plus sign are dropped.
    ///
    /// Returns `None` for anything else, and for more than [`MAX_INTEGER_DIGITS`] digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, digits) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        if digits.is_empty() || digits.len() > MAX_INTEGER_DIGITS || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let digits = digits.trim_start_matches('0');
        Some(Self(match (digits, negative) {
            ("", _) => "0".into(),
            (digits, true) => format!("-{digits}").into(),
            (digits, false) => digits.into(),
        }))
    }

    /// The canonical decimal text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<i64> for Integer {
    fn from(value: i64) -> Self {
        Self(value.to_string().into())
    }
}

impl fmt::Display for Integer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One typed parameter value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Python's `None`, JSON's `null`.
    Null,
    /// A truth value; the classic text is `True` or `False`.
    Bool(bool),
    /// A whole number of any size.
    Integer(Integer),
    /// A finite number; the classic text is the shortest that reads back to the same number.
    Float(f64),
    /// A text without characters that XML cannot carry.
    Text(String),
    /// An ordered list.
    List(Vec<Value>),
    /// A map from text to values, in the order of its keys.
    Map(BTreeMap<String, Value>),
}

impl Value {
    /// The text of the value as the classic API shows it: texts as they are, scalars as Python prints them
    /// (`1`, `1.5`, `True`, `None`), lists and maps as JSON.
    #[must_use]
    pub fn to_text(&self) -> String {
        match self {
            Self::Null => "None".into(),
            Self::Bool(true) => "True".into(),
            Self::Bool(false) => "False".into(),
            Self::Integer(integer) => integer.to_string(),
            Self::Float(float) => float_text(*float),
            Self::Text(text) => text.clone(),
            Self::List(_) | Self::Map(_) => {
                let mut json = String::new();
                write_json(self, &mut json);
                json
            }
        }
    }

    /// The text, of a text only.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// Refuses texts (at any depth) that XML 1.0 cannot carry.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] naming `field`.
    pub fn check(&self, field: &str) -> Result<(), Refusal> {
        match self {
            Self::Text(text) => check_text(field, text),
            Self::List(values) => values.iter().try_for_each(|value| value.check(field)),
            Self::Map(map) => map.iter().try_for_each(|(key, value)| {
                check_text(field, key)?;
                value.check(field)
            }),
            Self::Null | Self::Bool(_) | Self::Integer(_) | Self::Float(_) => Ok(()),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Integer(value.into())
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

/// The text of a float as Python prints it: `1.0`, `0.1`, `1e-07`, `1e+22`, `1795423558.8821926`, `inf`, `nan`.
#[must_use]
pub fn float_text(float: f64) -> String {
    if !float.is_finite() {
        return if float.is_nan() {
            "nan".into()
        } else if float > 0.0 {
            "inf".into()
        } else {
            "-inf".into()
        };
    }
    // Python takes the even one of two shortest texts that are equally near, which only rounding to the same number of
    // digits does.
    let shortest = format!("{float:e}");
    let digits = shortest.bytes().take_while(|&byte| byte != b'e').filter(u8::is_ascii_digit).count();
    let even = format!("{float:.*e}", digits - 1);
    let scientific = if even.parse() == Ok(float) { even } else { shortest };
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if !(-4..16).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{mantissa}e{sign}{:02}", exponent.unsigned_abs());
    }
    let places = usize::try_from(i32::try_from(digits).unwrap_or(i32::MAX) - 1 - exponent).unwrap_or(0).max(1);
    format!("{float:.places$}")
}

/// Whether XML 1.0 can carry the character.
#[must_use]
pub fn is_xml_char(character: char) -> bool {
    !matches!(character, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

/// Refuses a text that holds a character XML 1.0 cannot carry: stored, it would break every listing that shows it.
///
/// # Errors
/// [`Refusal::Invalid`] naming `field` and the character.
pub fn check_text(field: &str, text: &str) -> Result<(), Refusal> {
    match text.chars().find(|&character| !is_xml_char(character)) {
        None => Ok(()),
        Some(character) => Err(Refusal::invalid(
            field,
            text,
            format!("text without the character U+{:04X}, which XML cannot carry", u32::from(character)),
        )),
    }
}

fn write_json(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Integer(integer) => out.push_str(integer.as_str()),
        Value::Float(float) => out.push_str(&float_text(*float)),
        Value::Text(text) => write_json_text(text, out),
        Value::List(values) => {
            out.push('[');
            for (index, value) in values.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { ", " });
                write_json(value, out);
            }
            out.push(']');
        }
        Value::Map(map) => {
            out.push('{');
            for (index, (key, value)) in map.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { ", " });
                write_json_text(key, out);
                out.push_str(": ");
                write_json(value, out);
            }
            out.push('}');
        }
    }
}

/// Appends a text as a JSON string.
pub fn write_json_text(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            character => out.push(character),
        }
    }
    out.push('"');
}

/// A map of parameters, ordered by key: instance parameters, connection parameters, or SLA (filter).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parameters(BTreeMap<String, Value>);

impl Parameters {
    /// Takes a map after checking that every key and text can be shown again.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] naming `field` when a text holds a character that XML cannot carry.
    pub fn new(field: &str, map: BTreeMap<String, Value>) -> Result<Self, Refusal> {
        for (key, value) in &map {
            check_text(field, key)?;
            value.check(field)?;
        }
        Ok(Self(map))
    }

    /// The typed map.
    #[must_use]
    pub fn as_map(&self) -> &BTreeMap<String, Value> {
        &self.0
    }

    /// Keys and values as texts, as the classic API shows them.
    pub fn texts(&self) -> impl Iterator<Item = (&str, String)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.to_text()))
    }

    /// The text of one parameter; `None` when there is no such key.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<String> {
        self.0.get(key).map(Value::to_text)
    }

    /// Whether both maps look the same through the classic API (where `1` and `"1"` do not differ).
    #[must_use]
    pub fn same_texts(&self, other: &Self) -> bool {
        self == other || self.texts().eq(other.texts())
    }

    /// Whether there is no parameter at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_canonical_and_bounded() {
        let read = |text: &str| Integer::parse(text).map(|integer| integer.to_string());
        assert_eq!(read("+007"), Some("7".into()));
        assert_eq!(read("-0"), Some("0".into()));
        assert_eq!(read("-1000000000000000000000000000000"), Some("-1000000000000000000000000000000".into()));
        for wrong in ["", "-", "1_000", " 1", "12L", "0x10", "1,5", "٣"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        assert!(read(&"9".repeat(MAX_INTEGER_DIGITS)).is_some());
        assert_eq!(read(&"9".repeat(MAX_INTEGER_DIGITS + 1)), None);
    }

    #[test]
    fn floats_print_as_python_prints_them() {
        let cases = [
            (1.5, "1.5"),
            (1.0, "1.0"),
            (0.1, "0.1"),
            (1e-7, "1e-07"),
            (1e22, "1e+22"),
            (1e16, "1e+16"),
            (1e15, "1000000000000000.0"),
            (1.0e-4, "0.0001"),
            (1.25e-5, "1.25e-05"),
            (1_795_423_558.882_192_5, "1795423558.8821926"),
            (-0.0, "-0.0"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
            (1.5e300, "1.5e+300"),
            (832_853_825_578_403.0 + 0.25, "832853825578403.2"),
        ];
        for (float, text) in cases {
            assert_eq!(float_text(float), text);
        }
        assert_eq!(float_text(f64::NAN), "nan");
    }

    #[test]
    fn scalars_become_python_texts_and_containers_json() {
        let map = BTreeMap::from([("k".to_owned(), Value::List(vec![Value::Integer(1.into()), Value::Null]))]);
        let cases = [
            (Value::Null, "None"),
            (Value::Bool(true), "True"),
            (Value::Bool(false), "False"),
            (Value::Integer(3.into()), "3"),
            (Value::Float(1.5), "1.5"),
            (Value::Text(String::new()), ""),
            (Value::List(vec![Value::Integer(1.into()), Value::from("x\"\n")]), r#"[1, "x\"\n"]"#),
            (Value::Map(map), r#"{"k": [1, null]}"#),
        ];
        for (value, text) in cases {
            assert_eq!(value.to_text(), text);
        }
    }

    #[test]
    fn texts_that_xml_cannot_carry_are_refused_by_name() {
        let map = BTreeMap::from([("key".to_owned(), Value::List(vec![Value::from("a\u{1}b")]))]);
        let refusal = Parameters::new("partition_parameter_xml", map).unwrap_err();
        assert_eq!(
            refusal.to_string(),
            "partition_parameter_xml: \"a\\u{1}b\" is not accepted; expected text without the character U+0001, which XML cannot carry"
        );
    }
}
