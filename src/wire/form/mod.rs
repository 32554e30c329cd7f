//! The arguments of the classic API: form fields in a query string or a body.

mod arguments;
mod clock;
mod computer;
mod event;
mod fault;
mod fixture;
mod journal;
mod outcome;
mod person;
mod request;
mod software;

use std::borrow::Cow;

pub use arguments::{InstanceBang, PartitionArguments, Publish, Register, Rename, ReportInstance, Titles};
pub use clock::ClockArguments;
pub use computer::{ComputerArguments, ComputerBang, Format, Import, RequestComputer, Use};
pub use event::Follow;
pub use fault::FaultArguments;
pub use fixture::{SeedArguments, SnapshotArguments, SnapshotName};
pub use journal::JournalArguments;
pub use outcome::{Outcome, read_outcome, unknown_partition, waiting};
pub use person::{PersonArguments, PersonRequestComputer, TOKEN_LIFETIME, TokenArguments};
pub use request::RequestArguments;
pub use software::{Installation, Product, ReportRelease, Supply};

pub(crate) use arguments::printable;

use super::percent;
use super::xml::{Value, WriteError, dumps};
use crate::domain::error::Refusal;

/// Decoded form fields, in the order of the wire. When a name repeats, the first value counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Decodes `application/x-www-form-urlencoded` text: UTF-8, `+` for a blank, `%XX` for a byte.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] naming the field whose text is not UTF-8.
    pub fn parse(encoded: &[u8]) -> Result<Self, Refusal> {
        let mut fields = Vec::new();
        for pair in encoded.split(|&byte| byte == b'&').filter(|pair| !pair.is_empty()) {
            let (name, value) = match pair.iter().position(|&byte| byte == b'=') {
                Some(at) => (&pair[..at], &pair[at + 1..]),
                None => (pair, &[][..]),
            };
            let name = text("the name of a field", name)?;
            let value = text(&name, value)?;
            fields.push((name, value));
        }
        Ok(Self(fields))
    }

    /// Adds a field that was decoded otherwise.
    pub fn push(&mut self, name: String, value: String) {
        self.0.push((name, value));
    }

    /// Names and values, in the order of the wire.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The first value of a field; `None` when the field is absent.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(candidate, _)| candidate == name).map(|(_, value)| value.as_str())
    }

    /// Every value of a field.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(candidate, _)| candidate == name).map(|(_, value)| value.as_str())
    }

    /// The value of a field that must be there.
    ///
    /// # Errors
    /// [`Refusal::Missing`] naming the field and those that are there.
    pub fn required(&self, name: &str) -> Result<&str, Refusal> {
        self.get(name).ok_or_else(|| Refusal::Missing {
            field: name.into(),
            given: self.0.iter().map(|(name, _)| name.clone()).collect(),
        })
    }

    /// The value of a field that says nothing when it is absent, empty or `None`: the Python client sends that word
    /// for a value it does not have.
    #[must_use]
    pub fn said(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.is_empty() && !value.eq_ignore_ascii_case("none"))
    }

    /// The value of a field that must be there and say something.
    ///
    /// # Errors
    /// [`Refusal::Missing`] or [`Refusal::Invalid`] naming the field.
    pub fn required_said(&self, name: &str) -> Result<&str, Refusal> {
        let value = self.required(name)?;
        self.said(name).ok_or_else(|| Refusal::invalid(name, value, "a text other than None"))
    }
}

/// Fields that a client sends, in the order of the wire.
pub type FieldList = Vec<(&'static str, String)>;

/// Arguments that clients write; reading the fields gives the same arguments back.
pub trait ToFields {
    /// The fields. Those that would say nothing are left out.
    ///
    /// # Errors
    /// [`WriteError`] for parameters that no master would read.
    fn to_fields(&self) -> Result<FieldList, WriteError>;
}

/// Calls without arguments.
impl ToFields for () {
    fn to_fields(&self) -> Result<FieldList, WriteError> {
        Ok(Vec::new())
    }
}

/// A marshalled value as the text of a field.
fn marshal(value: &Value) -> Result<String, WriteError> {
    Ok(String::from_utf8_lossy(&dumps(value)?).into_owned())
}

fn text(name: &str, encoded: &[u8]) -> Result<String, Refusal> {
    let bytes = unescape(encoded);
    match String::from_utf8(bytes.into_owned()) {
        Ok(text) => Ok(text),
        Err(error) => {
            let shown = String::from_utf8_lossy(error.as_bytes()).into_owned();
            Err(Refusal::invalid(name, &shown, "text in UTF-8"))
        }
    }
}

fn unescape(encoded: &[u8]) -> Cow<'_, [u8]> {
    if !encoded.iter().any(|byte| matches!(byte, b'%' | b'+')) {
        return Cow::Borrowed(encoded);
    }
    let blanks: Vec<u8> = encoded.iter().map(|&byte| if byte == b'+' { b' ' } else { byte }).collect();
    Cow::Owned(percent::decode(&blanks))
}

/// Encodes fields as `application/x-www-form-urlencoded` text.
#[must_use]
pub fn encode<T: AsRef<str>>(fields: &[(&str, T)]) -> String {
    let mut encoded = String::new();
    for (name, value) in fields {
        if !encoded.is_empty() {
            encoded.push('&');
        }
        escape(name, &mut encoded);
        encoded.push('=');
        escape(value.as_ref(), &mut encoded);
    }
    encoded
}

fn escape(text: &str, out: &mut String) {
    out.push_str(&percent::encode(text).replace("%20", "+"));
}

#[cfg(test)]
mod round_trip;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_value_of_a_field_counts_and_odd_escapes_stay() {
        let fields = Fields::parse(b"a=1&a=2&b=x+y%2B%c3%a9&c&&d=100%&e=%zz&=empty").unwrap();
        assert_eq!(fields.get("a"), Some("1"));
        assert_eq!(fields.get("b"), Some("x y+é"));
        assert_eq!(fields.get("c"), Some(""));
        assert_eq!(fields.get("d"), Some("100%"));
        assert_eq!(fields.get("e"), Some("%zz"));
        assert_eq!(fields.get("f"), None);
        let refusal = Fields::parse(b"url=%ff").unwrap_err();
        assert_eq!(refusal.to_string(), "url: \"\u{fffd}\" is not accepted; expected text in UTF-8");
    }

    #[test]
    fn what_is_encoded_reads_back() {
        let value = "a&b=c +%é\r\n💥~";
        let encoded = encode(&[("x", value), ("y", "")]);
        assert_eq!(encoded, "x=a%26b%3Dc+%2B%25%C3%A9%0D%0A%F0%9F%92%A5~&y=");
        let fields = Fields::parse(encoded.as_bytes()).unwrap();
        assert_eq!((fields.get("x"), fields.get("y")), (Some(value), Some("")));
    }

    #[test]
    fn missing_fields_are_named_with_those_that_are_there() {
        let fields = Fields::parse(b"url=u&state=None&computer_id=NONE").unwrap();
        assert_eq!(
            fields.required("message").unwrap_err().to_string(),
            "message: the field is missing; given: url, state, computer_id"
        );
        assert_eq!(
            fields.required_said("computer_id").unwrap_err().to_string(),
            "computer_id: \"NONE\" is not accepted; expected a text other than None"
        );
    }
}
