//! `%(key)s` in values: Python's `BasicInterpolation`.

use super::ini::{Document, Entry, Line, Section};
use super::spelling;

/// How many values deep a reference may lead, the first value included.
const DEPTH: usize = 10;

/// A `%` that cannot be replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BadReference {
    /// The line of the `%`, which may be that of another key than the one asked for.
    pub(super) line: usize,
    pub(super) text: String,
}

/// The value of an entry with its references replaced. Further lines of another
/// key's value keep their own numbers.
pub(super) fn expand(document: &Document, section: &Section, entry: &Entry) -> Result<Vec<Line>, BadReference> {
    let mut expansion = Expansion { document, section, lines: Vec::new() };
    expansion.break_line(entry.number());
    expansion.value(entry, 1)?;
    Ok(expansion.lines)
}

struct Expansion<'a> {
    document: &'a Document,
    section: &'a Section,
    lines: Vec<Line>,
}

impl<'a> Expansion<'a> {
    fn value(&mut self, entry: &Entry, depth: usize) -> Result<(), BadReference> {
        for (index, line) in entry.lines.iter().enumerate() {
            if index > 0 {
                self.break_line(line.number);
            }
            self.line(line, depth)?;
        }
        Ok(())
    }

    fn line(&mut self, line: &Line, depth: usize) -> Result<(), BadReference> {
        let fail = |text| Err(BadReference { line: line.number, text });
        let mut rest = line.text.as_str();
        while let Some((before, after)) = rest.split_once('%') {
            self.append(before);
            if let Some(after) = after.strip_prefix('%') {
                self.append("%");
                rest = after;
                continue;
            }
            let Some((name, after)) = reference(after) else {
                let start: String = after.chars().take(20).collect();
                return fail(format!(
                    "{:?} is not a reference; expected %(key)s for the value of another key, or %% for a percent sign",
                    format!("%{start}")
                ));
            };
            let Some(target) = self.find(name) else {
                return fail(self.unknown(name));
            };
            if depth == DEPTH && target.lines.iter().any(|line| line.text.contains('%')) {
                return fail(format!(
                    "%({name})s leads more than {DEPTH} references deep; \
                     expected fewer, and none that leads back to itself"
                ));
            }
            self.value(target, depth + 1)?;
            rest = after;
        }
        self.append(rest);
        Ok(())
    }

    /// The entry a reference means: the very spelling first, then the other kind of hyphen; own keys, then `[DEFAULT]`.
    fn find(&self, name: &str) -> Option<&'a Entry> {
        let name = name.to_lowercase();
        let entries = || self.section.entries.iter().chain(&self.document.defaults.entries);
        let exact = entries().find(|entry| entry.key == name);
        exact.or_else(|| entries().find(|entry| entry.is(&name)))
    }

    fn unknown(&self, name: &str) -> String {
        let entries = self.section.entries.iter().chain(&self.document.defaults.entries);
        let close = spelling::closest(name, entries.map(|entry| entry.key.as_str()));
        let hint = close.map_or_else(String::new, |key| format!(", perhaps %({key})s"));
        format!("%({name})s is not known; expected the name of a key of [{}] or [DEFAULT]{hint}", self.section.name)
    }

    fn break_line(&mut self, number: usize) {
        self.lines.push(Line { number, text: String::new() });
    }

    /// Appends to the last line.
    fn append(&mut self, text: &str) {
        if let Some(last) = self.lines.last_mut() {
            last.text.push_str(text);
        }
    }
}

/// Splits `(name)s…`, which follows a percent sign, into the name and the rest.
fn reference(text: &str) -> Option<(&str, &str)> {
    let (name, rest) = text.strip_prefix('(')?.split_once(')')?;
    let rest = rest.strip_prefix('s')?;
    (!name.is_empty()).then_some((name, rest))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn expand_key(text: &str, key: &str) -> Result<Vec<(usize, String)>, BadReference> {
        let (document, faults) = Document::parse(Path::new("x.cfg"), text);
        assert_eq!(faults, []);
        let section = &document.sections[0];
        let entry = section.entries.iter().find(|entry| entry.key == key).unwrap();
        let lines = expand(&document, section, entry)?;
        Ok(lines.into_iter().map(|line| (line.number, line.text)).collect())
    }

    fn failure(text: &str, key: &str) -> (usize, String) {
        let bad = expand_key(text, key).unwrap_err();
        (bad.line, bad.text)
    }

    #[test]
    fn references_are_replaced_from_the_section_then_from_default() {
        let text =
            "[DEFAULT]\nbase = /srv\nname = d\n[s]\nname = own\npath = %(BASE)s/%(name)s/100%%/%(my-key)s\nmy_key = k";
        assert_eq!(expand_key(text, "path"), Ok(vec![(6, "/srv/own/100%/k".to_owned())]));
    }

    #[test]
    fn the_very_spelling_wins_over_the_other_hyphen() {
        let text = "[s]\na-b = hyphen\na_b = underscore\nx = %(a_b)s %(a-b)s";
        assert_eq!(expand_key(text, "x"), Ok(vec![(4, "underscore hyphen".to_owned())]));
    }

    #[test]
    fn lines_of_another_key_keep_their_numbers() {
        let text = "[s]\nlist =\n  %(more)s\n  last\nmore =\n  one\n\n  two";
        assert_eq!(
            expand_key(text, "list"),
            Ok(vec![
                (2, String::new()),
                (3, String::new()),
                (6, "one".to_owned()),
                (7, String::new()),
                (8, "two".to_owned()),
                (4, "last".to_owned()),
            ])
        );
    }

    #[test]
    fn a_lone_percent_sign_is_refused() {
        let expected = " is not a reference; expected %(key)s for the value of another key, or %% for a percent sign";
        for (value, shown) in [
            ("50% off", "\"% off\""),
            ("a%", "\"%\""),
            ("%(open", "\"%(open\""),
            ("%(open) s", "\"%(open) s\""),
            ("%()s", "\"%()s\""),
        ] {
            assert_eq!(failure(&format!("[s]\nx =\n  {value}"), "x"), (3, format!("{shown}{expected}")));
        }
    }

    #[test]
    fn an_unknown_reference_is_refused_with_the_nearest_key() {
        assert_eq!(
            failure("[s]\nx = %(prot)s\nport = 1", "x"),
            (2, "%(prot)s is not known; expected the name of a key of [s] or [DEFAULT], perhaps %(port)s".to_owned())
        );
        assert_eq!(
            failure("[s]\nx = %(y)s\ny = %(elsewhere)s", "x"),
            (3, "%(elsewhere)s is not known; expected the name of a key of [s] or [DEFAULT]".to_owned())
        );
    }

    #[test]
    fn references_may_go_ten_values_deep() {
        let chain = |length: usize| {
            let link = |key: usize| format!("k{key} = %(k{})s", key + 1);
            let links = (1..length).map(link).collect::<Vec<_>>().join("\n");
            format!("[s]\n{links}\nk{length} = end\n")
        };
        assert_eq!(expand_key(&chain(11), "k1"), Ok(vec![(2, "end".to_owned())]));
        assert_eq!(
            failure(&chain(12), "k1"),
            (
                11,
                "%(k11)s leads more than 10 references deep; expected fewer, and none that leads back to itself"
                    .to_owned()
            )
        );
        assert_eq!(
            failure("[s]\nx = %(x)s", "x"),
            (
                2,
                "%(x)s leads more than 10 references deep; expected fewer, and none that leads back to itself"
                    .to_owned()
            )
        );
    }
}
