//! How commands end that do not end well.

use std::fmt;

use super::output::reason;
use super::settings::Misconfigured;
use crate::client::{self, ErrorKind};

/// The status of wrong usage, of what is not ready yet, and of what is asked about and is not there.
pub const SECOND: u8 = 2;

/// An end with a status of its own, and what is said about it.
#[derive(Debug)]
pub struct Exit {
    status: u8,
    text: String,
}

impl Exit {
    /// Something is asked about that is not there, or not ready yet.
    pub fn not_there(text: impl Into<String>) -> anyhow::Error {
        Self { status: SECOND, text: text.into() }.into()
    }

    /// The command line cannot be followed.
    pub fn usage(text: impl Into<String>) -> anyhow::Error {
        Self { status: SECOND, text: text.into() }.into()
    }

    /// A failure that is no error of this program: what it tells about was printed, or is the text.
    pub fn failed(text: impl Into<String>) -> anyhow::Error {
        Self { status: 1, text: text.into() }.into()
    }
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Exit {}

/// The status of an end, and what is said about it.
pub fn told(error: &anyhow::Error) -> (u8, String) {
    if let Some(exit) = error.downcast_ref::<Exit>() {
        return (exit.status, exit.text.clone());
    }
    if error.is::<Misconfigured>() {
        return (SECOND, error.to_string());
    }
    match error.downcast_ref::<client::Error>().map(|error| (error.kind(), error)) {
        // The master says it in a sentence: where it was asked adds nothing.
        Some((ErrorKind::NotFound | ErrorKind::InvalidRequest, error)) => (1, format!("error: {}", error.message())),
        Some((ErrorKind::ResourceNotReady, error)) => (SECOND, error.to_string()),
        _ => (1, format!("error: {}", reason(error))),
    }
}
