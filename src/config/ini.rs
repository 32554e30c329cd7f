//! The dialect of Python's `ConfigParser`, with the line number of everything.

use std::path::{Path, PathBuf};

use super::fault::{Fault, Place};

/// Name of the section whose keys every other section inherits.
const DEFAULT: &str = "DEFAULT";

/// One line of a value, without the blanks around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Line number in the file, counted from 1.
    pub(super) number: usize,
    pub(super) text: String,
}

/// One key with its value; the value has at least one line, possibly empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// The key in lower case, hyphens and underscores as written.
    pub(super) key: String,
    pub(super) lines: Vec<Line>,
}

impl Entry {
    /// The line of the key.
    pub(super) fn number(&self) -> usize {
        self.lines[0].number
    }

    /// Whether this entry answers to `key`: a hyphen is as good as an underscore.
    pub(super) fn is(&self, key: &str) -> bool {
        self.key.len() == key.len() && self.key.replace('-', "_") == key.replace('-', "_")
    }
}

/// One section with its keys in the order of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Section {
    pub(super) name: String,
    /// The line of the section header.
    pub(super) number: usize,
    pub(super) entries: Vec<Entry>,
}

impl Section {
    fn new(name: &str, number: usize) -> Self {
        Self { name: name.to_owned(), number, entries: Vec::new() }
    }
}

/// A parsed configuration file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Document {
    pub(super) file: PathBuf,
    /// Every section in the order of the file, `[DEFAULT]` excepted.
    pub(super) sections: Vec<Section>,
    /// The section `[DEFAULT]`, empty when the file has none.
    pub(super) defaults: Section,
}

impl Document {
    /// Parses a whole file. The document holds what could be understood; it is good only when there is no fault.
    pub(super) fn parse(file: &Path, text: &str) -> (Self, Vec<Fault>) {
        let mut parser = Parser::new(file);
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        for (index, line) in text.split('\n').enumerate() {
            parser.line(index + 1, line);
        }
        parser.finish()
    }

    /// The place of a line in this file.
    pub(super) fn place(&self, line: usize, section: Option<&str>, key: Option<&str>) -> Place {
        place(&self.file, line, section, key)
    }
}

/// What an indented line continues.
enum Current {
    /// Nothing: an indented line is an ordinary one.
    Nothing,
    /// The last entry of the section.
    Entry,
    /// A line that was refused: its continuation is skipped, or it would be refused again.
    Refused,
}

struct Parser {
    file: PathBuf,
    /// `[DEFAULT]` is the first one, and later set apart.
    sections: Vec<Section>,
    faults: Vec<Fault>,
    /// Index of the section that the line belongs to, absent before the first header.
    section: Option<usize>,
    current: Current,
    indent: usize,
    /// Whether text before the first section was reported.
    homeless: bool,
}

impl Parser {
    fn new(file: &Path) -> Self {
        Self {
            file: file.to_owned(),
            sections: vec![Section::new(DEFAULT, 0)],
            faults: Vec::new(),
            section: None,
            current: Current::Nothing,
            indent: 0,
            homeless: false,
        }
    }

    fn line(&mut self, number: usize, line: &str) {
        let text = line.trim();
        if text.starts_with(['#', ';']) {
            return;
        }
        if text.is_empty() {
            self.carry_on(number, text);
            return;
        }
        let indent = line.chars().take_while(|c| c.is_whitespace()).count();
        if indent > self.indent && !matches!(self.current, Current::Nothing) {
            self.carry_on(number, text);
            return;
        }
        self.indent = indent;
        if let Some(name) = header(text) {
            self.header(number, name);
        } else if let Some(section) = self.section {
            self.entry(number, section, text);
        } else {
            self.outside(number);
        }
    }

    /// Adds a line to the value above it.
    fn carry_on(&mut self, number: usize, text: &str) {
        let entry = self.section.and_then(|section| self.sections[section].entries.last_mut());
        if let Some(entry) = entry.filter(|_| matches!(self.current, Current::Entry)) {
            let text = text.to_owned();
            entry.lines.push(Line { number, text });
        }
    }

    fn header(&mut self, number: usize, name: &str) {
        self.current = Current::Nothing;
        let known = self.sections.iter().position(|section| section.name == name);
        self.section = known.or(Some(self.sections.len()));
        match known {
            None => self.sections.push(Section::new(name, number)),
            Some(0) => {}
            Some(index) => {
                let first = self.sections[index].number;
                let text =
                    format!("this section already began on line {first}; expected one section with all its keys");
                self.refuse(number, Some(name), None, text);
            }
        }
    }

    fn outside(&mut self, number: usize) {
        self.current = Current::Nothing;
        if !self.homeless {
            self.homeless = true;
            let text = "text before the first section; expected a line such as [slapproxy] above it";
            self.refuse(number, None, None, text);
        }
    }

    fn entry(&mut self, number: usize, section: usize, text: &str) {
        let section = &mut self.sections[section];
        let name = section.name.clone();
        let split = text.split_once(['=', ':']).filter(|_| !text.starts_with('['));
        let Some((key, value)) = split else {
            self.current = Current::Refused;
            let text = if text.starts_with('[') {
                format!("{text:?} is not a section header; expected a name in brackets, such as [slapproxy]")
            } else {
                format!(
                    "{text:?} has neither \"=\" nor \":\"; expected key = value, \
                     or blanks before a line that continues a value"
                )
            };
            self.refuse(number, Some(&name), None, text);
            return;
        };
        let key = key.trim_end().to_lowercase();
        if key.is_empty() {
            self.current = Current::Refused;
            let text = format!("{text:?} has no key; expected key = value");
            self.refuse(number, Some(&name), None, text);
            return;
        }
        let first = section.entries.iter().find(|entry| entry.key == key);
        let first = first.map(Entry::number);
        section.entries.push(Entry { key: key.clone(), lines: vec![Line { number, text: value.trim().to_owned() }] });
        self.current = Current::Entry;
        if let Some(first) = first {
            let text = format!("this key was already set on line {first}; expected only one of the two lines");
            self.refuse(number, Some(&name), Some(&key), text);
        }
    }

    fn refuse(&mut self, line: usize, section: Option<&str>, key: Option<&str>, text: impl Into<String>) {
        let place = place(&self.file, line, section, key);
        self.faults.push(Fault::new(place, text));
    }

    fn finish(mut self) -> (Document, Vec<Fault>) {
        for entry in self.sections.iter_mut().flat_map(|section| &mut section.entries) {
            let blank = entry.lines.iter().rev().take_while(|line| line.text.is_empty());
            let kept = (entry.lines.len() - blank.count()).max(1);
            entry.lines.truncate(kept);
        }
        let document = Document { file: self.file, defaults: self.sections.remove(0), sections: self.sections };
        (document, self.faults)
    }
}

fn place(file: &Path, line: usize, section: Option<&str>, key: Option<&str>) -> Place {
    Place::File {
        file: file.to_owned(),
        line: Some(line),
        section: section.map(str::to_owned),
        key: key.map(str::to_owned),
    }
}

/// The name in a section header. Like Python: up to the last bracket, whatever stands behind it.
fn header(text: &str) -> Option<&str> {
    let (name, _) = text.strip_prefix('[')?.rsplit_once(']')?;
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests;
