use proptest::prelude::*;

use super::*;
use crate::domain::parameters::{Integer, Value as Typed};

fn faults(text: &str) -> Vec<String> {
    read(text).unwrap_err().into_iter().map(|fault| fault.to_string()).collect()
}

#[test]
fn every_fault_is_told_with_its_line_and_field() {
    let text = "computers:\n  - reference: COMP-1\n    partitions: ten\n    ipv4: 10.0.0.0/24\n\
                instances:\n  - title: a\n    software_release: /sr\n    state: running\n  - software_release: /sr\n    \
                conection: {}\n";
    assert_eq!(
        faults(text),
        [
            "3: computers[0].partitions: \"ten\" is not accepted; expected integer or array (How many partitions, or a \
             list of them; with neither, nor slapformat, the computer stays as it is described)",
            "8: instances[0].state: \"running\" is not accepted; expected \"started\", \"stopped\", \"destroyed\" (What \
             is wanted; started when absent)",
            "10: instances[1].conection: is not known; expected one of certificate, computer, connection, host, instances, \
             parameters, partition, placed, reference, reports, shared, sla, software_release, software_type, state, title",
            "9: instances[1].title: is missing; expected string (Title of the instance)",
        ]
    );
    let text = "computers:\n  - reference: a,b\n    partitions: 3\n  - reference: C\n    partitions: 3\n    ipv4: \
                10.0.0.0/30\n    address: 10.0.0.1\n  - {reference: C, partitions: [{reference: p, addresses: [{address: \
                x}]}]}\ninstances:\n- {title: t, software_release: /sr, host: h}\n- title: t\n  software_release: /sr\n  \
                reports:\n    - {}\n";
    assert_eq!(
        faults(text),
        [
            "2: computers[0].reference: \"a,b\" is not accepted; expected a reference such as \"slappart0\": not empty, no \
             comma, no control character, no blank at its ends",
            "7: computers[1].address: is not accepted here; expected a list of partitions with it",
            "6: computers[1].ipv4: \"10.0.0.0/30\" is not accepted; expected a network with room for 3 partitions",
            "8: computers[2].partitions[0].addresses[0].address: \"x\" is not accepted; expected an IP address such as \
             \"10.0.0.1\"",
            "8: computers[2].reference: the computer C is there already",
            "10: instances[0].host: is not accepted here; expected shared: true with it",
            "14: instances[1].reports[0]: is no report; expected a word, or one of state, error and bang",
            "11: instances[1].title: there is a root \"t\" already",
        ]
    );
}

#[test]
fn what_is_no_document_is_refused_with_its_line() {
    assert_eq!(faults("a: 1\na: 2\n").len(), 1);
    assert!(faults("computers:\n  - [1\n")[0].starts_with("2: not YAML: "), "{:?}", faults("computers:\n  - [1\n"));
    assert!(faults("a: 1\na: 2\n")[0].starts_with("2: not YAML: "), "{:?}", faults("a: 1\na: 2\n"));
    assert_eq!(
        faults("[]\n"),
        [" the document: [] is not accepted; expected object (What a master is to hold: computers, \
        software releases, instances, and what was published and reported; and which requests fail on purpose.)"]
    );
    assert_eq!(read("").unwrap().seed, Seed::default());
}

#[test]
fn integers_of_any_size_read_back() {
    let long = Typed::Integer(Integer::parse("123456789012345678901234567890").unwrap());
    let text = yaml::write(&Document::Map(vec![("a".to_owned(), Document::Scalar(long))]));
    assert_eq!(text, "{\n  \"a\": 123456789012345678901234567890\n}\n");
}

fn value() -> impl Strategy<Value = Typed> {
    let text = prop_oneof![
        any::<String>(),
        "[a-z:# -]{0,8}",
        "([ a-z#-]{0,4}\n){0,3}[a-z ]{0,3}",
        Just("yes".to_owned()),
        Just("010".to_owned()),
        Just("😀 \u{85}\u{2028}".to_owned())
    ];
    let leaf = prop_oneof![
        Just(Typed::Null),
        any::<bool>().prop_map(Typed::Bool),
        any::<i64>().prop_map(|number| Typed::Integer(number.into())),
        any::<f64>().prop_filter("finite", |float| float.is_finite()).prop_map(Typed::Float),
        text.prop_filter("text that XML carries", |text| Typed::Text(text.clone()).check("").is_ok())
            .prop_map(Typed::Text),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        let key = "[a-zA-Z0-9_: #\"-]{0,6}";
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Typed::List),
            prop::collection::btree_map(key, inner, 0..4).prop_map(Typed::Map),
        ]
    })
}

proptest! {
    #[test]
    fn yaml_reads_back(value in value()) {
        let document = Document::Map(vec![("key".to_owned(), Document::List(vec![Document::from(value)]))]);
        let text = yaml::write(&document);
        let read = from_json(&text).or_else(|_| from_yaml(&text)).map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
        prop_assert_eq!(read.clone().into_value(), document.clone().into_value(), "{}", text);
    }
}
