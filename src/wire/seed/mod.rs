//! Documents of seeds, in YAML or JSON. Every fault is told at once, with its line and its field.

mod lines;
mod read;
mod write;
mod yaml;

use std::fmt;

use serde_json::Value as Json;

use super::ordered::{Document, from_json, from_yaml};
use super::software_schema::{Check, Violation};
use crate::domain::seed::Seed;

pub use lines::Lines;
pub use write::write;

/// The JSON Schema of the format.
pub const SCHEMA: &str = include_str!("schema.json");

const SCHEMA_URL: &str = "seed:schema";

/// What stands for the whole document, in place of what the schema calls it.
const WHOLE: &str = "the document";

/// A seed with where its parts stand, and the files that it names.
#[derive(Debug, Clone)]
pub struct SeedDocument {
    /// The seed, without the computers' descriptions that are in files.
    pub seed: Seed,
    /// The files of slapformat: the place of the computer in the seed, and the path as it is written.
    pub slapformat: Vec<(usize, String)>,
    /// Where everything stands.
    pub lines: Lines,
}

/// What is wrong with a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeedFault {
    /// The line, from 1.
    pub line: Option<u64>,
    /// What is wrong, with the field: `instances[0].state: …`.
    pub problem: String,
}

impl SeedFault {
    /// The fault with the name of the file.
    #[must_use]
    pub fn in_file(&self, file: &str) -> String {
        format!("{file}:{self}")
    }
}

impl fmt::Display for SeedFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{line}: {}", self.problem),
            None => write!(f, " {}", self.problem),
        }
    }
}

/// Reads a document.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read(text: &str) -> Result<SeedDocument, Vec<SeedFault>> {
    let lines = Lines::of(text);
    // What is JSON is read as that: YAML knows fewer escapes.
    let document = match (from_json(text), &lines) {
        (Ok(document), _) => document,
        (Err(_), Err(fault)) => return Err(vec![fault.clone()]),
        (Err(_), Ok(_)) => from_yaml(text).map_err(|problem| vec![SeedFault { line: None, problem }])?,
    };
    let lines = lines.unwrap_or_default();
    let faults = violations(&document);
    if !faults.is_empty() {
        return Err(faults.into_iter().map(|problem| lines.fault(problem)).collect());
    }
    let (seed, slapformat) = read::read(&document)
        .map_err(|faults| faults.into_iter().map(|problem| lines.fault(problem)).collect::<Vec<_>>())?;
    Ok(SeedDocument { seed, slapformat, lines })
}

/// What the schema has against a document.
fn violations(document: &Document) -> Vec<String> {
    let json = match document {
        // An empty file is a seed of nothing.
        Document::Null => return Vec::new(),
        document => document.to_string(),
    };
    let Ok(value) = serde_json::from_str::<Json>(&json) else {
        return vec![format!("{WHOLE}: holds a number that is infinite or none; expected finite ones")];
    };
    let mut check = Check::new(SCHEMA_URL);
    match check.bring(SCHEMA_URL, SCHEMA).and_then(|()| check.document(&value)) {
        Ok(found) => found.into_iter().map(told).collect(),
        Err(error) => vec![error.to_string()],
    }
}

/// A fault of the whole document has no field.
fn told(violation: Violation) -> String {
    let Violation { path, problem } = violation;
    format!("{}: {problem}", if path == "parameters" { WHOLE } else { &path })
}

#[cfg(test)]
mod tests;
