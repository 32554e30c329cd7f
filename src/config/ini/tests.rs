use std::fmt::Write as _;

use super::*;

/// The document as nested texts, each value line as `number text`.
fn outline(document: &Document) -> String {
    let mut text = String::new();
    for section in [&document.defaults].into_iter().chain(&document.sections) {
        writeln!(text, "{} [{}]", section.number, section.name).unwrap();
        for entry in &section.entries {
            writeln!(text, "  {}", entry.key).unwrap();
            for line in &entry.lines {
                writeln!(text, "    {} {:?}", line.number, line.text).unwrap();
            }
        }
    }
    text
}

fn parse(text: &str) -> String {
    let (document, faults) = Document::parse(Path::new("x.cfg"), text);
    assert_eq!(faults, []);
    outline(&document)
}

fn faults(text: &str) -> Vec<String> {
    let (_, faults) = Document::parse(Path::new("x.cfg"), text);
    faults.iter().map(ToString::to_string).collect()
}

#[test]
fn both_delimiters_split_at_the_first_one() {
    assert_eq!(
        parse("[s]\nA = 1\nb:2\nc d = x = y : z\ne : f = g\nurl=http://h/\nempty =\n"),
        "0 [DEFAULT]\n1 [s]\n  a\n    2 \"1\"\n  b\n    3 \"2\"\n  c d\n    4 \"x = y : z\"\n  e\n    5 \"f = g\"\n  \
         url\n    6 \"http://h/\"\n  empty\n    7 \"\"\n"
    );
}

#[test]
fn comments_stand_on_their_own_line() {
    assert_eq!(
        parse("# one\n; two\n[s] ; behind a header\n  # three\na = 1 # kept\nb = 2 ; kept"),
        "0 [DEFAULT]\n3 [s]\n  a\n    5 \"1 # kept\"\n  b\n    6 \"2 ; kept\"\n"
    );
}

#[test]
fn indented_lines_continue_a_value_over_blank_lines_and_comments() {
    assert_eq!(
        parse("[s]\na =\n  one\n\n# comment\n  # comment\n\ttwo = 2\n  [three]\n\n\nb = x\n"),
        "0 [DEFAULT]\n1 [s]\n  a\n    2 \"\"\n    3 \"one\"\n    4 \"\"\n    \
         7 \"two = 2\"\n    8 \"[three]\"\n  b\n    11 \"x\"\n"
    );
}

#[test]
fn an_indented_section_continues_only_with_deeper_lines() {
    assert_eq!(
        parse("  [s]\n  a = 1\n   more\n  b = 2\n c = 3"),
        "0 [DEFAULT]\n1 [s]\n  a\n    2 \"1\"\n    3 \"more\"\n  b\n    4 \"2\"\n  c\n    5 \"3\"\n"
    );
}

#[test]
fn a_line_after_a_header_continues_nothing() {
    assert_eq!(parse("[s]\na = 1\n[t]\n  b = 2\n"), "0 [DEFAULT]\n1 [s]\n  a\n    2 \"1\"\n3 [t]\n  b\n    4 \"2\"\n");
}

#[test]
fn defaults_are_kept_apart_and_may_be_split() {
    assert_eq!(
        parse("[DEFAULT]\na = 1\n[s]\nb = 2\n[DEFAULT]\nc = 3\n[default]\nd = 4"),
        "0 [DEFAULT]\n  a\n    2 \"1\"\n  c\n    6 \"3\"\n3 [s]\n  b\n    4 \"2\"\n7 [default]\n  d\n    8 \"4\"\n"
    );
}

#[test]
fn section_names_reach_to_the_last_bracket() {
    assert_eq!(
        parse("[multimaster/http://[::1]:5000/]\nkey = a\n[ s ] trailing"),
        "0 [DEFAULT]\n1 [multimaster/http://[::1]:5000/]\n  key\n    2 \"a\"\n3 [ s ]\n"
    );
}

#[test]
fn byte_order_marks_and_foreign_line_ends_are_tolerated() {
    let expected = "0 [DEFAULT]\n1 [s]\n  a\n    2 \"1\"\n    3 \"x\"\n  b\n    4 \"2\"\n";
    assert_eq!(parse("\u{feff}[s]\r\na = 1\r\n  x\r\nb = 2\r\n"), expected);
    assert_eq!(parse("[s]\ra = 1\r  x\rb = 2\r"), expected);
}

#[test]
fn an_empty_file_is_no_fault() {
    for text in ["", "\n\n", "# nothing\n"] {
        assert_eq!(parse(text), "0 [DEFAULT]\n");
    }
}

#[test]
fn hyphens_and_underscores_are_the_same() {
    let (document, _) = Document::parse(Path::new("x.cfg"), "[s]\nA-b_c = 1");
    let entry = &document.sections[0].entries[0];
    assert_eq!(["a-b_c", "a_b_c", "a-b-c", "a_b", "a_b_d"].map(|key| entry.is(key)), [true, true, true, false, false]);
}

#[test]
fn duplicates_are_refused_with_both_lines() {
    assert_eq!(
        faults("[s]\nport = 1\nPort = 2\n  still 2\n[t]\nport = 3\n[s]\nport = 4\n[DEFAULT]\na = 1\n[DEFAULT]\na = 2"),
        [
            "x.cfg:3: [s] port: this key was already set on line 2; expected only one of the two lines",
            "x.cfg:7: [s]: this section already began on line 1; expected one section with all its keys",
            "x.cfg:8: [s] port: this key was already set on line 2; expected only one of the two lines",
            "x.cfg:12: [DEFAULT] a: this key was already set on line 10; expected only one of the two lines",
        ]
    );
}

#[test]
fn text_before_the_first_section_is_refused_once() {
    assert_eq!(
        faults("\n# comment\nport = 1\n  more\nhost = x\n[s]\na = 1"),
        ["x.cfg:3: text before the first section; expected a line such as [slapproxy] above it"]
    );
}

#[test]
fn lines_without_key_or_delimiter_are_refused_together_with_their_continuation() {
    assert_eq!(
        faults("[s]\na = 1\nport\n  5000\nkvm https\n= x\n[]\n[multimaster/http://x/\n"),
        [
            "x.cfg:3: [s]: \"port\" has neither \"=\" nor \":\"; expected key = value, \
             or blanks before a line that continues a value",
            "x.cfg:5: [s]: \"kvm https\" has neither \"=\" nor \":\"; expected key = value, \
             or blanks before a line that continues a value",
            "x.cfg:6: [s]: \"= x\" has no key; expected key = value",
            "x.cfg:7: [s]: \"[]\" is not a section header; expected a name in brackets, such as [slapproxy]",
            "x.cfg:8: [s]: \"[multimaster/http://x/\" is not a section header; \
             expected a name in brackets, such as [slapproxy]",
        ]
    );
}
