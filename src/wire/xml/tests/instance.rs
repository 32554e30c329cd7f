//! The stored `<instance>` documents.

use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::domain::parameters::{Parameters, Value as Typed};

use super::super::{read_parameters, write_parameters};

fn map<const N: usize>(entries: [(&str, Typed); N]) -> Parameters {
    Parameters::new("xml", entries.map(|(key, value)| (key.to_owned(), value)).into()).unwrap()
}

fn texts(parameters: &Parameters) -> Vec<(&str, String)> {
    parameters.texts().collect()
}

#[test]
fn parameters_are_written_byte_for_byte() {
    let scalars = map([
        ("a", Typed::Integer(1.into())),
        ("b", Typed::Bool(true)),
        ("c", Typed::Null),
        ("d", Typed::Float(1.0)),
        ("g", "".into()),
    ]);
    let cases = [
        (Parameters::default(), "<instance/>\n"),
        (
            scalars,
            "<instance>\n  <parameter id=\"a\">1</parameter>\n  <parameter id=\"b\">True</parameter>\n  \
             <parameter id=\"c\">None</parameter>\n  <parameter id=\"d\">1.0</parameter>\n  \
             <parameter id=\"g\"></parameter>\n</instance>\n",
        ),
        (map([("a", "x\ny\tz\r".into())]), "<instance>\n  <parameter id=\"a\">x\ny\tz&#13;</parameter>\n</instance>\n"),
        (
            map([("a\"<&>", "\"<&>'".into())]),
            "<instance>\n  <parameter id=\"a&quot;&lt;&amp;&gt;\">\"&lt;&amp;&gt;'</parameter>\n</instance>\n",
        ),
        (map([("é", "ü".into())]), "<instance>\n  <parameter id=\"é\">ü</parameter>\n</instance>\n"),
        (
            map([("a\nb\tc\rd\"", "".into())]),
            "<instance>\n  <parameter id=\"a&#10;b&#9;c&#13;d&quot;\"></parameter>\n</instance>\n",
        ),
    ];
    for (parameters, text) in cases {
        let document = format!("<?xml version='1.0' encoding='utf-8'?>\n{text}");
        assert_eq!(write_parameters(&parameters), document);
        assert!(read_parameters(&document).unwrap().same_texts(&parameters), "{document}");
    }
}

#[test]
fn reading_follows_the_rules_of_the_original() {
    let cases: [(&str, &[(&str, &str)]); 9] = [
        ("", &[]),
        (" \n", &[]),
        ("<instance/>", &[]),
        ("<other><parameter id='a'>1</parameter></other>", &[("a", "1")]),
        (
            "<i><parameter id='a'> x <b>no</b> no</parameter><x><parameter id='b'>no</parameter></x></i>",
            &[("a", " x ")],
        ),
        ("<i><parameter id='a'>1</parameter><parameter id='a'>2</parameter></i>", &[("a", "1 2")]),
        ("<i><parameter id='a'/><parameter id='a'>2</parameter><parameter id='a'></parameter></i>", &[("a", "2")]),
        ("<i>text<parameter id='a'>1<![CDATA[<]]>&#233;</parameter></i>", &[("a", "1<é")]),
        ("<i xmlns:n='urn:n'><n:parameter id='a'>1</n:parameter><parameter id='b'/></i>", &[("b", "")]),
    ];
    for (document, expected) in cases {
        let read = read_parameters(document).unwrap_or_else(|error| panic!("{document}: {error}"));
        let expected: Vec<_> = expected.iter().map(|(key, text)| (*key, (*text).to_owned())).collect();
        assert_eq!(texts(&read), expected, "{document}");
    }
}

#[test]
fn what_is_no_document_is_refused() {
    let cases = [
        ("<instance><parameter>1</parameter></instance>", "A <parameter> has no attribute id (line 1, column 11)"),
        ("<instance>", "The document ends inside an element (line 1, column 11)"),
        ("x", "There is text outside of the root element (line 1, column 1)"),
        ("<!DOCTYPE a><instance/>", "A DOCTYPE is not accepted (line 1, column 1)"),
    ];
    for (document, message) in cases {
        assert_eq!(read_parameters(document).unwrap_err().to_string(), message);
    }
    assert!(read_parameters(&"<a>".repeat(200_000)).is_err());
}

proptest! {
    #[test]
    fn texts_survive(entries in prop::collection::btree_map("[ -~é\t\n\r<&\"]{0,8}", "[ -~П\t\n\r<&>]{0,12}", 0..5)) {
        let map: BTreeMap<_, _> = entries.into_iter().map(|(key, text)| (key, Typed::Text(text))).collect();
        let parameters = Parameters::new("xml", map).unwrap();
        let document = write_parameters(&parameters);
        let read = read_parameters(&document).unwrap();
        prop_assert_eq!(&read, &parameters);
        prop_assert_eq!(write_parameters(&read), document);
    }
}
