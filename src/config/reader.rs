//! Looks for values, the command line first and then the file, and gathers what is wrong with them.

use std::path::{Path, PathBuf};

use super::fault::{Fault, Place};
use super::ini::{Document, Entry, Section};
use super::{interpolation, spelling};

/// The sections with the settings of the server. Both are read: node and server may share a file.
const SECTIONS: [&str; 2] = ["slapos", "slapproxy"];

/// A line of a value, and where it was written.
#[derive(Clone, Debug)]
pub(super) struct Text {
    pub(super) place: Place,
    pub(super) text: String,
}

/// Reads values one by one. A value that is wrong is reported and then counts as absent.
pub(super) struct Reader<'a> {
    pub(super) document: Option<&'a Document>,
    home: Option<&'a Path>,
    /// Every key that was asked for: what a misspelt one may have meant.
    keys: Vec<&'static str>,
    faults: Vec<Fault>,
    warnings: Vec<String>,
}

impl<'a> Reader<'a> {
    /// `faults` are those of the file itself.
    pub(super) fn new(document: Option<&'a Document>, home: Option<&'a Path>, faults: Vec<Fault>) -> Self {
        Self { document, home, keys: Vec::new(), faults, warnings: Vec::new() }
    }

    pub(super) fn fail(&mut self, place: &Place, text: impl Into<String>) {
        self.faults.push(Fault::new(place.clone(), text));
    }

    /// How many faults there are by now: whether something between two calls was reported.
    pub(super) fn fault_count(&self) -> usize {
        self.faults.len()
    }

    pub(super) fn warn(&mut self, place: &Place, text: &str) {
        self.warnings.push(format!("{place}: {text}"));
    }

    /// The lines of the first value that is not empty, without its blank lines.
    pub(super) fn lines<T: AsRef<str>>(&mut self, key: &'static str, given: &[T]) -> Vec<Text> {
        self.keys.push(key);
        let given = given.iter().flat_map(|text| text.as_ref().lines()).map(str::trim);
        let given: Vec<_> = given
            .filter(|text| !text.is_empty())
            .map(|text| Text { place: Place::Option(key), text: text.to_owned() })
            .collect();
        if !given.is_empty() {
            return given;
        }
        let sections = self.document.map_or(&[][..], |document| &document.sections);
        for section in sections.iter().filter(|section| SECTIONS.contains(&section.name.as_str())) {
            match self.section_lines(section, key) {
                Some(lines) if lines.is_empty() => {}
                Some(lines) => return lines,
                None => break,
            }
        }
        Vec::new()
    }

    /// The lines of a value in one section, without its blank lines; `None` when it was reported.
    pub(super) fn section_lines(&mut self, section: &Section, key: &str) -> Option<Vec<Text>> {
        let document = self.document?;
        let found = [section, &document.defaults].into_iter().find_map(|owner| {
            let entry = owner.entries.iter().find(|entry| entry.is(key))?;
            Some((owner, entry))
        });
        let Some((owner, entry)) = found else {
            return Some(Vec::new());
        };
        let other = owner.entries.iter().find(|other| other.is(key) && other.key != entry.key);
        if let Some(other) = other.filter(|other| !same_text(entry, other)) {
            let place = document.place(other.number(), Some(&owner.name), Some(&other.key));
            let text = format!(
                "this key was already set on line {}, as {}; expected only one of the two lines",
                entry.number(),
                entry.key
            );
            self.fail(&place, text);
            return None;
        }
        let place = document.place(entry.number(), Some(&owner.name), Some(&entry.key));
        match interpolation::expand(document, section, entry) {
            Ok(lines) => {
                let lines = lines
                    .into_iter()
                    .map(|line| Text { place: place.at_line(line.number), text: line.text.trim().to_owned() });
                Some(lines.filter(|line| !line.text.is_empty()).collect())
            }
            Err(bad) => {
                self.fail(&place.at_line(bad.line), bad.text);
                None
            }
        }
    }

    /// The only line of a value; several are reported.
    pub(super) fn single(&mut self, lines: Vec<Text>) -> Option<Text> {
        if let Some(second) = lines.get(1) {
            let text =
                format!("{:?} continues the value; expected a single line, and no blanks before a key", second.text);
            self.fail(&second.place.clone(), text);
            return None;
        }
        lines.into_iter().next()
    }

    /// A value of one line.
    pub(super) fn text(&mut self, key: &'static str, given: Option<&String>) -> Option<Text> {
        let lines = self.lines(key, given.as_slice());
        self.single(lines)
    }

    /// A value of one line that `parse` understands.
    pub(super) fn value<T>(
        &mut self,
        key: &'static str,
        given: Option<&String>,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let text = self.text(key, given)?;
        self.check(&text, parse)
    }

    /// A list with one item a line; items that `parse` does not understand are reported, each at its line.
    pub(super) fn list<T>(
        &mut self,
        key: &'static str,
        given: &[String],
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Vec<T> {
        let lines = self.lines(key, given);
        lines.iter().filter_map(|line| self.check(line, &parse)).collect()
    }

    /// A list with items between blanks, commas or line ends.
    pub(super) fn words<T>(
        &mut self,
        key: &'static str,
        given: &[String],
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Vec<T> {
        let mut items = Vec::new();
        for line in self.lines(key, given) {
            let words = line.text.split(|c: char| c.is_whitespace() || c == ',');
            for word in words.filter(|word| !word.is_empty()) {
                let parsed = parse(word);
                items.extend(self.check(&line, |_| parsed));
            }
        }
        items
    }

    /// A path that `parse` understands, and where it was written.
    pub(super) fn path(
        &mut self,
        key: &'static str,
        given: Option<&PathBuf>,
        parse: impl FnOnce(&str, Option<&Path>) -> Result<PathBuf, String>,
    ) -> Option<(Place, PathBuf)> {
        if let Some(raw) = given.filter(|path| path.to_str().is_none()) {
            self.keys.push(key);
            return Some((Place::Option(key), raw.clone()));
        }
        let given = given.and_then(|path| path.to_str()).map(str::to_owned);
        let text = self.text(key, given.as_ref())?;
        let path = self.check_path(&text, parse)?;
        Some((text.place, path))
    }

    pub(super) fn check_path(
        &mut self,
        text: &Text,
        parse: impl FnOnce(&str, Option<&Path>) -> Result<PathBuf, String>,
    ) -> Option<PathBuf> {
        let home = self.home;
        self.check(text, |text| parse(text, home))
    }

    /// What `parse` makes of a text; its error is reported.
    pub(super) fn check<T>(&mut self, text: &Text, parse: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        match parse(&text.text) {
            Ok(value) => Some(value),
            Err(error) => {
                self.fail(&text.place, error);
                None
            }
        }
    }

    /// Ends the reading with what was found on the way. Warns of keys that look like misspelt ones.
    pub(super) fn finish(mut self) -> (Vec<Fault>, Vec<String>) {
        let Some(document) = self.document else {
            return (self.faults, self.warnings);
        };
        let is_read = |section: &&Section| SECTIONS.contains(&section.name.as_str());
        if !document.sections.iter().any(|section| is_read(&section)) {
            let text = "neither a section [slapproxy] nor [slapos] is here; every setting takes its default";
            self.warnings.push(format!("{}: {text}", document.file.display()));
        }
        let section = document.sections.iter().find(|section| section.name == "slapproxy");
        for entry in section.map_or(&[][..], |section| &section.entries) {
            let meant = spelling::closest(&entry.key, self.keys.iter().copied());
            if let Some(meant) = meant {
                let place = document.place(entry.number(), Some("slapproxy"), Some(&entry.key));
                self.warn(&place, &format!("this key is not known and is ignored; perhaps {meant} is meant"));
            }
        }
        (self.faults, self.warnings)
    }
}

/// Whether two entries hold the same text: then it does no harm that a key stands there in both spellings.
fn same_text(left: &Entry, right: &Entry) -> bool {
    let texts = |entry: &Entry| entry.lines.iter().map(|line| line.text.clone()).collect::<Vec<_>>();
    texts(left) == texts(right)
}
