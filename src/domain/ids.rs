//! Names that travel on the wire. Each is made by `parse`, so a value of these types can always be shown again.

use std::fmt;
use std::ops::Deref;

use super::error::Refusal;
use super::parameters::check_text;

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl Deref for $name {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name!(
    /// The reference of a computer (`COMP-1234`) or of a partition (`slappart0`).
    Reference
);
name!(
    /// The title of an instance, which the classic API calls `partition_reference`.
    Title
);
name!(
    /// The URL or absolute path of a software release, compared as opaque text.
    SoftwareRelease
);

impl Reference {
    /// Checks a reference: not empty, without blanks at its ends, and without `,`, since the `Authorization` header
    /// lists references separated by commas and has no quoting.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] naming `field`.
    pub fn parse(field: &str, text: &str) -> Result<Self, Refusal> {
        if text.is_empty() || text.trim() != text || text.contains(',') || text.chars().any(char::is_control) {
            return Err(Refusal::invalid(
                field,
                text,
                "a reference such as \"slappart0\": not empty, no comma, no control character, no blank at its ends",
            ));
        }
        check_text(field, text)?;
        Ok(Self(text.into()))
    }
}

impl Title {
    /// Checks a title: any printable text, but not an empty one.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] naming `field`.
    pub fn parse(field: &str, text: &str) -> Result<Self, Refusal> {
        printable(field, text, "a title: printable text, not empty").map(Self)
    }
}

impl SoftwareRelease {
    /// Checks the URL or path of a software release: any printable text, but not an empty one.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] naming `field`.
    pub fn parse(field: &str, text: &str) -> Result<Self, Refusal> {
        printable(field, text, "the URL or path of a software release").map(Self)
    }
}

fn printable(field: &str, text: &str, expected: &str) -> Result<String, Refusal> {
    if text.trim().is_empty() || text.chars().any(char::is_control) {
        return Err(Refusal::invalid(field, text, expected));
    }
    check_text(field, text)?;
    Ok(text.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_can_stand_in_an_authorization_header() {
        for good in ["slappart0", "COMP-1234", "ordinateur é", "a=b"] {
            assert_eq!(
                Reference::parse("computer_id", good).map(|reference| reference.to_string()),
                Ok(good.to_owned())
            );
        }
        for bad in ["", " a", "a ", "a,b", "a\nb", "\u{fffe}"] {
            assert!(Reference::parse("computer_id", bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn titles_hold_any_printable_text() {
        for good in ["my___inst", "a/b", "quo\"te", "💥", "two words", "<a>&amp;"] {
            assert_eq!(Title::parse("partition_reference", good).map(|title| title.to_string()), Ok(good.to_owned()));
        }
        let refusal = Title::parse("partition_reference", "bad\u{1}title").unwrap_err();
        assert_eq!(
            refusal.to_string(),
            "partition_reference: \"bad\\u{1}title\" is not accepted; expected a title: printable text, not empty"
        );
        assert!(Title::parse("partition_reference", " ").is_err());
    }
}
