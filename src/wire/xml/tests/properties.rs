//! What holds for every value.

use proptest::collection::vec;
use proptest::prelude::*;

use crate::domain::parameters::Integer;

use super::super::{Class, Dictionary, Value, dumps, loads, parameters, to_value};

fn text() -> BoxedStrategy<String> {
    let character = prop_oneof![
        4 => prop::char::range(' ', '~'),
        2 => prop::sample::select(vec!['&', '<', '>', '"', '\'', '\r', '\n', '\t', ';', ']', '\u{7f}', '\u{85}']),
        1 => prop::sample::select(vec!['é', 'П', '\u{a0}', '\u{2028}', '\u{d7ff}', '\u{e000}', '\u{fffd}', '\u{1f4a9}']),
    ];
    prop_oneof![
        vec(character, 0..12).prop_map(|characters| characters.into_iter().collect()),
        prop::sample::select(vec!["&lt;", "&amp;", "&amp;lt;", "]]>", "<![CDATA[", "&#13;", "&quot;"])
            .prop_map(str::to_owned),
    ]
    .boxed()
}

fn scalar() -> BoxedStrategy<Value> {
    prop_oneof![
        Just(Value::None),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "-?[1-9][0-9]{20,40}".prop_map(|digits| Value::Int(Integer::parse(&digits).unwrap())),
        any::<f64>().prop_filter("equal to itself", |float| !float.is_nan()).prop_map(Value::from),
        text().prop_map(Value::from),
    ]
    .boxed()
}

/// Some of the elements again, sharing what can be shared.
fn repeated(mut values: Vec<Value>, again: &[usize]) -> Vec<Value> {
    for index in again {
        if !values.is_empty() {
            let index = index % values.len();
            values.push(values[index].clone());
        }
    }
    values
}

fn value() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(4, 40, 5, |inner| {
        let values = (vec(inner.clone(), 0..5), vec(any::<usize>(), 0..3))
            .prop_map(|(values, again)| repeated(values, &again))
            .boxed();
        let state =
            vec((text(), inner.clone()), 0..4).prop_map(|entries| entries.into_iter().collect::<Dictionary>()).boxed();
        prop_oneof![
            values.clone().prop_map(Value::list),
            values.clone().prop_map(Value::Tuple),
            (vec(scalar(), 8), values)
                .prop_map(|(keys, values)| { Value::from(Dictionary::new(keys.into_iter().zip(values).collect())) }),
            state.clone().prop_map(|state| Value::object(Class::SoftwareInstance, vec![], state)),
            (text(), inner, state).prop_map(|(id, request, state)| {
                let request = Value::list(vec![request, id.into()]);
                Value::object(Class::ComputerPartition, vec![Value::None, Value::None, request], state)
            }),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_reads_back_and_is_written_the_same_again(value in value()) {
        let written = dumps(&value).unwrap();
        prop_assert!(written.is_ascii());
        let read = loads(&written).unwrap();
        prop_assert_eq!(&read, &value);
        prop_assert_eq!(String::from_utf8(dumps(&read).unwrap()).unwrap(), String::from_utf8(written).unwrap());
    }

    #[test]
    fn parameters_survive_their_marshalled_form(entries in vec((text(), value()), 0..5)) {
        let value = Value::dictionary(entries);
        if let Ok(first) = parameters("xml", &value) {
            let again = Value::dictionary(first.as_map().iter().map(|(key, value)| (key, to_value(value))));
            prop_assert_eq!(parameters("xml", &again), Ok(first));
        }
    }

    #[test]
    fn no_document_makes_the_reader_panic(bytes in vec(any::<u8>(), 0..200)) {
        let _ = loads(&bytes);
    }

    #[test]
    fn no_mixture_of_markup_makes_the_reader_panic(parts in vec(prop::sample::select(vec![
        "<marshal>", "</marshal>", "<list id='a'>", "</list>", "<dictionary id='b'>", "</dictionary>", "<tuple>",
        "</tuple>", "<string>", "</string>", "x", "&amp;", "&#9;", "<reference id='a'/>", "<none/>", "<int>1</int>",
        "<!--", "-->", "<![CDATA[", "]]>", "<?x", "?>", "<", ">", "'", "xmlns:a='b'", "<object module='slapos.slap.slap' \
         class='SoftwareInstance'>", "</object>", "\u{feff}", "é",
    ]), 0..30)) {
        let _ = loads(parts.concat().as_bytes());
        let _ = loads(format!("<marshal>{}</marshal>", parts.concat()).as_bytes());
    }
}
