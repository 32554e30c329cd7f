//! Values keep their types, while the classic API shows their texts.

use serde_json::{Value, from_str, json};
use slapproxy::config::Overrides;

use super::{bad, get, instance, rpc, success, wanted, with};
use crate::app::{TestApp, text};
use crate::calls::{LOCAL, map, texts};

const TYPED: &str = r#"{"a":"b","big":123456789012345678901234567890,"e":"","f":1.5,"n":1,"o":{"k":[1,null]},
    "t":true,"timestamp":"mine","z":null}"#;

/// The classic texts of [`TYPED`], but for the one that the classic API has another use for.
const TEXTS: [(&str, &str); 8] = [
    ("a", "b"),
    ("big", "123456789012345678901234567890"),
    ("e", ""),
    ("f", "1.5"),
    ("n", "1"),
    ("o", r#"{"k": [1, null]}"#),
    ("t", "True"),
    ("z", "None"),
];

fn typed() -> Value {
    from_str(TYPED).unwrap()
}

#[test]
fn instance_parameters_keep_their_types() {
    let app = TestApp::formatted(1);
    let request = with(&wanted("root"), &json!({"parameters": typed(), "sla_parameters": {"retention_delay": 7.5}}));
    let requested = get(&app, "post.v0.software_instance", &request);
    assert_eq!((&requested["parameters"], &requested["sla_parameters"]), (&typed(), &json!({"retention_delay": 7.5})));
    assert_eq!(instance(&app, "root______0"), requested);
    let classic = app.partition(LOCAL, "slappart0");
    let classic = classic.get("_parameter_dict").unwrap();
    for (key, expected) in TEXTS {
        assert_eq!(text(classic, key), expected, "{key}");
    }
}

#[test]
fn another_type_of_the_same_text_is_kept_and_wakes_nobody() {
    let app = TestApp::formatted(1);
    let request = |n: Value| with(&wanted("root"), &json!({"parameters": {"n": n}}));
    let first = get(&app, "post.v0.software_instance", &request(json!(1)));
    let second = get(&app, "post.v0.software_instance", &request(json!("1")));
    assert_eq!(second, with(&first, &json!({"parameters": {"n": "1"}})));
}

#[test]
fn connection_parameters_keep_their_types() {
    let app = TestApp::formatted(1);
    get(&app, "post.v0.software_instance", &wanted("root"));
    let request = json!({"instance_guid": "root______0", "connection_parameter_dict": typed()});
    assert_eq!(rpc(&app, "put.v0.software_instance_connection_parameter", &request), success("Updated"));
    assert_eq!(instance(&app, "root______0")["connection_parameters"], typed());
    let classic = texts(app.partition(LOCAL, "slappart0").get("_connection_dict").unwrap());
    let mut expected = map(&TEXTS);
    expected.insert("timestamp".into(), "mine".into());
    assert_eq!(classic, expected);
}

#[test]
fn what_cannot_be_kept_is_refused() {
    let app = TestApp::formatted(1);
    let digits = "9".repeat(5000);
    for (parameters, fault) in [
        (
            r#"{"k":["\u0001"]}"#,
            "parameters: \"\\u{1}\" is not accepted; expected text without the character U+0001, which XML cannot \
             carry",
        ),
        (
            r#"{"\ufffe":1}"#,
            "parameters: \"\\u{fffe}\" is not accepted; expected text without the character U+FFFE, which XML cannot \
             carry",
        ),
        (r#"{"k":1e400}"#, "parameters: the number 1e+400 is too large"),
        (&format!(r#"{{"k":{digits}}}"#), &format!("parameters: the number {} is too large", &digits[..40])),
        ("[]", "parameters: invalid type: sequence, expected an object"),
    ] {
        let body = wanted("root").to_string().replace('}', &format!(r#","parameters":{parameters}}}"#));
        let call = super::call(&app, "post.v0.software_instance", &json!({}));
        assert_eq!(super::send(call.body(body)), bad(fault), "{parameters}");
    }
    assert_eq!(app.listing(LOCAL), ["slappart0 free"]);
}

#[test]
fn the_processing_timestamp_is_the_classic_one() {
    let app = TestApp::with(Overrides { timestamp_format: Some("microseconds".into()), ..Overrides::default() });
    app.format(LOCAL, 1);
    get(&app, "post.v0.software_instance", &wanted("root"));
    let both = || {
        let classic = app.parameter("slappart0", "timestamp");
        let instance = instance(&app, "root______0");
        assert_eq!(classic, instance["processing_timestamp"].as_i64().unwrap().into());
        classic
    };
    let first = both();
    get(&app, "post.v0.software_instance", &wanted("root"));
    assert_eq!(both(), first);
    let bang = json!({"instance_guid": "root______0", "message": "now"});
    assert_eq!(rpc(&app, "put.v0.software_instance_bang", &bang), success("Bang handled"));
    assert_ne!(both(), first);
}
