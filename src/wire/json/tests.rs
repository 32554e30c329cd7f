use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use super::*;

fn value() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(|integer| Value::Integer(integer.into())),
        "-?[1-9][0-9]{18,40}".prop_map(|digits| Value::Integer(Integer::parse(&digits).unwrap())),
        any::<f64>().prop_filter("finite", |float| float.is_finite()).prop_map(Value::Float),
        text().prop_map(Value::Text),
    ];
    scalar.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![vec(inner.clone(), 0..5).prop_map(Value::List), btree_map(text(), inner, 0..5).prop_map(Value::Map)]
    })
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[ -~é\t\n\r\u{7f}\u{85}\u{2028}\u{1f4a9}]{0,10}", "\\${0,3}serde_json::private::(Number|RawValue)",]
}

proptest! {
    #[test]
    fn nothing_is_lost(map in btree_map(text(), value(), 0..6)) {
        let parameters = Parameters::new("xml", map).unwrap();
        let json = to_json(&parameters);
        prop_assert_eq!(from_json(&json).unwrap(), parameters);
    }
}

#[test]
fn the_text_is_compact_and_keeps_types() {
    let text = concat!(
        r#"{"big":123456789012345678901234567890,"empty":{},"float":1.0,"int":1,"large":1e+22,"list":[null,true,[]],"#,
        r#""text":"é\"\\\n\t\r/","zero":-0.0}"#
    );
    let parameters = from_json(text).unwrap();
    assert_eq!(to_json(&parameters), text);
    assert_eq!(parameters.as_map()["float"], Value::Float(1.0));
    assert_eq!(parameters.as_map()["int"], Value::Integer(1.into()));
    assert_eq!(to_json(&Parameters::default()), "{}");
}

#[test]
fn other_json_is_read_too() {
    let parameters = from_json(" {\"a\" : -0, \"b\": 1E2, \"c\": \"\\u00e9\", \"a\": 2} ").unwrap();
    assert_eq!(to_json(&parameters), r#"{"a":2,"b":100.0,"c":"é"}"#);
}

#[test]
fn what_holds_no_parameters_is_refused() {
    let digits = "9".repeat(5000);
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let cases = [
        ("", "not JSON: EOF while parsing a value at line 1 column 0"),
        ("{", "not JSON: EOF while parsing an object at line 1 column 1"),
        ("[]", "not a JSON object"),
        ("{\"a\":1e999}", "the number 1e+999 is too large"),
        (&format!("{{\"a\":{digits}}}"), "the number 9999999999999999999999999999999999999999 is too large"),
        (
            "{\"a\":\"\\u0001\"}",
            "json: \"\\u{1}\" is not accepted; expected text without the character U+0001, which XML \
                                cannot carry",
        ),
        (&deep, "not JSON: recursion limit exceeded at line 1 column 132"),
    ];
    for (text, message) in cases {
        let error = from_json(text).unwrap_err().to_string();
        assert!(error.starts_with(message), "{error}");
    }
}
