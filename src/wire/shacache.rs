//! The content cache (shacache) and its directory (shadir): names, entries, and what is told about them.
//!
//! Contents are named by their SHA-512. The directory has lists of entries under keys; an entry is a pair of texts: a JSON
//! object that names a content by `sha512`, and the signature of that text, which may be empty.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use utoipa::ToSchema;

use crate::domain::error::Refusal;

pub use super::person::{from_json, to_json};

/// The longest key: keys are names of files.
const LONGEST_KEY: usize = 255;

/// The name of a content: its SHA-512.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sha512([u8; 64]);

impl Sha512 {
    /// Reads the name of a content.
    ///
    /// # Errors
    /// When it is anything but 128 lower-case hexadecimal digits.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        Self::read(text).ok_or_else(|| Refusal::invalid("sha512", text, "128 lower-case hexadecimal digits"))
    }

    fn read(text: &str) -> Option<Self> {
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'a'..=b'f' => Some(byte - b'a' + 10),
            _ => None,
        };
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        if pairs.len() != 64 || !rest.is_empty() {
            return None;
        }
        let mut bytes = [0; 64];
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            *byte = digit(*high)? * 16 + digit(*low)?;
        }
        Some(Self(bytes))
    }
}

impl From<[u8; 64]> for Sha512 {
    fn from(digest: [u8; 64]) -> Self {
        Self(digest)
    }
}

impl fmt::Display for Sha512 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Sha512 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A key of the directory, such as `file-urlmd5:3c2d…`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(String);

impl Key {
    /// Reads a key. Names that begin with a dot are for unfinished files.
    ///
    /// # Errors
    /// When it cannot be the name of a file.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let is_name = !text.is_empty() && text.len() <= LONGEST_KEY && !text.starts_with('.');
        if is_name && !text.contains(['/', '\\']) && !text.chars().any(char::is_control) {
            return Ok(Self(text.to_owned()));
        }
        let expected = "1 to 255 bytes without slash, backslash and control characters that do not begin with a dot";
        Err(Refusal::invalid("key", text, expected))
    }

    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An entry of the directory: metadata as JSON text, and its signature.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct Entry(pub String, pub String);

/// What an entry must know.
#[derive(Deserialize)]
struct Metadata {
    sha512: String,
}

impl Entry {
    /// The content that the entry names; `None` when it names none.
    #[must_use]
    pub fn sha512(&self) -> Option<Sha512> {
        let metadata: Metadata = serde_json::from_str(&self.0).ok()?;
        Sha512::read(&metadata.sha512)
    }
}

/// Why something is not kept as an entry.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidEntry {
    /// It is not JSON.
    #[error("Invalid entry format: it is not JSON: {0}")]
    Json(String),
    /// It is another document.
    #[error("Invalid entry format: expected a list of two texts, the metadata as JSON and its signature")]
    Pair,
    /// It does not name a content.
    #[error(
        "Invalid entry format: the metadata must be the text of a JSON object whose sha512 is 128 lower-case hexadecimal \
         digits"
    )]
    Metadata,
}

/// Reads an entry that is to be kept.
///
/// # Errors
/// When it is none.
pub fn read_entry(bytes: &[u8]) -> Result<Entry, InvalidEntry> {
    let document: serde_json::Value =
        serde_json::from_slice(bytes).map_err(|error| InvalidEntry::Json(error.to_string()))?;
    let entry: Entry = serde_json::from_value(document).map_err(|_| InvalidEntry::Pair)?;
    if entry.sha512().is_none() {
        return Err(InvalidEntry::Metadata);
    }
    Ok(entry)
}

/// An entry, as JSON.
#[must_use]
pub fn entry(entry: &Entry) -> String {
    serde_json::to_string(entry).unwrap_or_default()
}

/// Reads a list of entries; what is no entry is left out.
///
/// # Errors
/// When it is no list.
pub fn read_entries(bytes: &[u8]) -> Result<Vec<Entry>, serde_json::Error> {
    let list: Vec<serde_json::Value> = serde_json::from_slice(bytes)?;
    Ok(list.into_iter().filter_map(|item| serde_json::from_value(item).ok()).collect())
}

/// A list of entries, as JSON.
#[must_use]
pub fn entries(entries: &[Entry]) -> String {
    serde_json::to_string(entries).unwrap_or_default()
}

/// What a refresh of the directory changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UpdateReport {
    /// The keys that are gone.
    pub removed: Vec<String>,
    /// The keys whose entries are others now, or were fetched again.
    pub updated: Vec<String>,
}

/// How much is in the cache, and what was asked of it since the server started.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Statistics {
    /// The contents.
    pub content: StoreStatistics,
    /// The directory, whose keys are counted.
    pub directory: StoreStatistics,
}

/// The same of one of the two stores.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StoreStatistics {
    /// How many there are.
    pub count: u64,
    /// How large they are together.
    pub bytes: u64,
    /// How often something was asked for that was there.
    pub hits: u64,
    /// How often something was asked for that was not there.
    pub misses: u64,
    /// How often it was looked for upstream.
    pub upstream_fetches: u64,
    /// How often something failed: upstream, an upload, or a file.
    pub failures: u64,
}

/// What a bundle ends with: without it, it is not whole.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundleEnd {
    /// How many contents it has.
    pub content: u64,
    /// How many keys it has.
    pub directory: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY: &str = "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce\
                         47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e";

    #[test]
    fn names_of_contents_are_lower_case_digits() {
        assert_eq!(Sha512::parse(EMPTY).unwrap().to_string(), EMPTY);
        for wrong in ["", "..", &EMPTY[1..], &format!("{EMPTY}00"), &EMPTY.to_uppercase(), &EMPTY.replace('c', "é")] {
            let refusal = Sha512::parse(wrong).unwrap_err().to_string();
            assert!(refusal.ends_with("is not accepted; expected 128 lower-case hexadecimal digits"), "{refusal}");
        }
    }

    #[test]
    fn keys_are_names_of_files() {
        for key in ["file-urlmd5:abc", "a b", "ö", &"x".repeat(255)] {
            assert_eq!(Key::parse(key).unwrap().as_str(), key);
        }
        for wrong in ["", ".", "..", ".hidden", "a/b", "a\\b", "a\0b", "a\nb", &"x".repeat(256)] {
            assert!(Key::parse(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn an_entry_names_a_content() {
        let metadata = format!("{{\"sha512\": \"{EMPTY}\"}}");
        let text = entry(&Entry(metadata.clone(), "c2ln".into()));
        assert_eq!(read_entry(text.as_bytes()).unwrap(), Entry(metadata, "c2ln".into()));
        for wrong in ["x", "{}", "[1, 2]", "[\"{}\", \"\"]", "[\"x\", \"\"]", "[\"\", \"\", \"\"]", "[\"[]\", \"\"]"] {
            let refusal = read_entry(wrong.as_bytes()).unwrap_err().to_string();
            assert!(refusal.starts_with("Invalid entry format: "), "{wrong}: {refusal}");
        }
    }

    #[test]
    fn what_is_no_entry_is_left_out_of_a_list() {
        assert_eq!(read_entries(b"[[1, 2], [\"a\", \"b\"], 3]").unwrap(), [Entry("a".into(), "b".into())]);
        assert_eq!(read_entries(b"[]").unwrap(), []);
        assert!(read_entries(b"{}").is_err());
    }
}
