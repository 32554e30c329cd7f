//! Marshalled dictionaries to and from parameters.

use crate::domain::parameters::Value as Typed;

use super::super::{Class, Dictionary, Value, parameters, text_dictionary, to_value};

#[test]
fn a_dictionary_becomes_parameters_with_their_types() {
    let inner = Value::dictionary([("k", Value::list(vec![1.into()]))]);
    let value = Value::dictionary([
        ("none", Value::None),
        ("bool", true.into()),
        ("int", 3.into()),
        ("float", 1.0.into()),
        ("inf", f64::INFINITY.into()),
        ("text", "é".into()),
        ("tuple", Value::Tuple(vec!["eth0".into(), "::1".into()])),
        ("map", inner.clone()),
    ]);
    let parameters = parameters("partition_parameter_xml", &value).unwrap();
    let expected = [
        ("bool", Typed::Bool(true)),
        ("float", Typed::Float(1.0)),
        ("inf", "inf".into()),
        ("int", Typed::Integer(3.into())),
        ("map", Typed::Map([("k".into(), Typed::List(vec![Typed::Integer(3.into())]))].into())),
        ("none", Typed::Null),
        ("text", "é".into()),
        ("tuple", Typed::List(vec!["eth0".into(), "::1".into()])),
    ];
    assert_eq!(parameters.as_map().len(), expected.len());
    for (key, typed) in expected.into_iter().filter(|(key, _)| *key != "map") {
        assert_eq!(parameters.as_map().get(key), Some(&typed), "{key}");
    }
    assert_eq!(to_value(&parameters.as_map()["map"]), inner);
    let texts = [
        ("bool", "True"),
        ("float", "1.0"),
        ("inf", "inf"),
        ("int", "3"),
        ("map", "{\"k\": [1]}"),
        ("none", "None"),
        ("text", "é"),
        ("tuple", "[\"eth0\", \"::1\"]"),
    ];
    assert_eq!(text_dictionary(&parameters), Value::dictionary(texts.map(|(key, text)| (key, text.into()))));
}

#[test]
fn what_parameters_cannot_hold_is_refused_with_its_place() {
    let object = Value::object(Class::SoftwareInstance, vec![], Dictionary::default());
    let number_key = Value::from(Dictionary::new(vec![(1.into(), Value::None)]));
    let cases = [
        (Value::list(vec![]), "filter_xml: a list is not accepted; expected a dictionary of parameters"),
        (object.clone(), "filter_xml: an object is not accepted; expected a dictionary of parameters"),
        (number_key.clone(), "filter_xml: an int is not accepted; expected a string as key"),
        (
            Value::dictionary([("a", Value::list(vec![Value::None, object]))]),
            "filter_xml.a[1]: an object is not accepted; expected a parameter value",
        ),
        (
            Value::dictionary([("a b", number_key)]),
            "filter_xml[\"a b\"]: an int is not accepted; expected a string as key",
        ),
        (
            Value::dictionary([("a", Value::from("\u{1}"))]),
            "filter_xml: \"\\u{1}\" is not accepted; expected text without the character U+0001, which XML cannot carry",
        ),
    ];
    for (value, message) in cases {
        assert_eq!(parameters("filter_xml", &value).unwrap_err().to_string(), message);
    }
}
