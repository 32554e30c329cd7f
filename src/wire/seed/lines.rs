//! Where the parts of a document stand.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;

use super::SeedFault;
use crate::wire::software_schema::push_name;

/// The lines of the parts of a document, by their paths: `instances[0].state`.
#[derive(Debug, Clone, Default)]
pub struct Lines(BTreeMap<String, u64>);

impl Lines {
    /// Finds the parts of a document.
    ///
    /// # Errors
    /// Where it is no YAML, or has a key twice.
    pub(super) fn of(text: &str) -> Result<Self, SeedFault> {
        let options = serde_saphyr::options! {
            duplicate_keys: serde_saphyr::DuplicateKeyPolicy::Error,
            with_snippet: false,
        };
        let root: Spanned<Part> = serde_saphyr::from_str_with_options(text, options).map_err(|error| SeedFault {
            line: error.location().map(|location| location.line()),
            problem: format!("not YAML: {error}"),
        })?;
        let mut lines = Self::default();
        lines.add("", root.value);
        Ok(lines)
    }

    fn add(&mut self, path: &str, part: Part) {
        match part {
            Part::Scalar => {}
            Part::List(items) => {
                for (index, item) in items.into_iter().enumerate() {
                    let path = format!("{path}[{index}]");
                    self.0.insert(path.clone(), item.referenced.line());
                    self.add(&path, item.value);
                }
            }
            Part::Map(entries) => {
                for (key, value) in entries {
                    let mut path = path.to_owned();
                    push_name(&mut path, &key.value);
                    self.0.insert(path.clone(), key.referenced.line());
                    self.add(&path, value.value);
                }
            }
        }
    }

    /// The line of the part that a sentence begins with, `instances[0].state: …`; or of what is around it.
    #[must_use]
    pub fn line(&self, problem: &str) -> Option<u64> {
        let path = problem.split_once(": ").map_or(problem, |(path, _)| path);
        let ends = path.char_indices().filter(|(_, character)| ['.', '['].contains(character)).map(|(at, _)| at);
        let mut ends: Vec<usize> = ends.chain([path.len()]).collect();
        ends.reverse();
        ends.into_iter().find_map(|end| self.0.get(&path[..end]).copied())
    }

    /// The fault with its line.
    #[must_use]
    pub fn fault(&self, problem: String) -> SeedFault {
        SeedFault { line: self.line(&problem), problem }
    }
}

enum Part {
    Scalar,
    List(Vec<Spanned<Part>>),
    Map(Vec<(Spanned<String>, Spanned<Part>)>),
}

impl<'de> Deserialize<'de> for Part {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Parts)
    }
}

struct Parts;

impl<'de> Visitor<'de> for Parts {
    type Value = Part;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<Part, E> {
        Ok(Part::Scalar)
    }

    fn visit_none<E: Error>(self) -> Result<Part, E> {
        Ok(Part::Scalar)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Part, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Part, E> {
        Ok(Part::Scalar)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Part, E> {
        Ok(Part::Scalar)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Part, E> {
        Ok(Part::Scalar)
    }

    fn visit_i128<E: Error>(self, _: i128) -> Result<Part, E> {
        Ok(Part::Scalar)
    }

    fn visit_u128<E: Error>(self, _: u128) -> Result<Part, E> {
        Ok(Part::Scalar)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Part, E> {
        Ok(Part::Scalar)
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Part, E> {
        Ok(Part::Scalar)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Part, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Part::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Part, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Part::Map(entries))
    }
}
