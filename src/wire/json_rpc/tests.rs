use std::collections::BTreeMap;

use super::*;
use crate::domain::parameters::{Integer, Parameters, Value};

/// Parameters as they are read from JSON and written again.
fn again(json: &str) -> String {
    let parameters: Parameters = read(json.as_bytes()).unwrap();
    String::from_utf8(write(&parameters).unwrap()).unwrap()
}

#[test]
fn parameters_keep_their_types_and_every_key_is_a_key() {
    let json = concat!(
        r#"{"$$serde_json::private::Number":"2","$serde_json::private::Number":"1","#,
        r#""big":123456789012345678901234567890,"f":1.0,"l":[null,true,{"k":[]}],"n":1,"s":"\u00e9\ud83d\udca9\"\n"}"#
    );
    assert_eq!(again(json), json);
    let read: Parameters = read(br#"{"o":{"$serde_json::private::Number":"1"},"n":-0}"#).unwrap();
    let map = BTreeMap::from([("$serde_json::private::Number".to_owned(), Value::from("1"))]);
    assert_eq!(read.as_map()["o"], Value::Map(map));
    assert_eq!(read.as_map()["n"], Value::Integer(Integer::from(0)));
}

#[test]
fn faults_name_their_field() {
    let start = r#"{"title":"t","software_release_uri":"/sr","software_type":"#;
    let deep = format!(r#"{start}"","parameters":{{"a":{}1{}}}}}"#, "[".repeat(1000), "]".repeat(1000));
    for (document, fault) in [
        ("", "the body is not JSON: EOF while parsing a value at line 1 column 0"),
        ("{", "the body is not JSON: EOF while parsing an object at line 1 column 1"),
        ("[]", "invalid type: sequence, expected an object"),
        ("null", "invalid type: null, expected an object"),
        ("{}", "missing field `title`"),
        (r#"{"title":1}"#, "title: invalid type: integer `1`, expected a string"),
        (r#"{"title":" "}"#, "title: \" \" is not accepted; expected a title: printable text, not empty"),
        (
            r#"{"foo":1}"#,
            "unknown field `foo`, expected one of `title`, `software_release_uri`, `software_type`, `parameters`, `state`, `shared`, `sla_parameters`",
        ),
        (r#"{"state":"foo"}"#, "state: \"foo\" is not accepted; expected started, stopped or destroyed"),
        (r#"{"state":null}"#, "state: invalid type: null, expected a string"),
        (r#"{"state":{"started":null}}"#, "state: invalid type: map, expected a string"),
        (r#"{"shared":"yes"}"#, "shared: invalid type: string \"yes\", expected a boolean"),
        (r#"{"parameters":[]}"#, "parameters: invalid type: sequence, expected an object"),
        (r#"{"parameters":1}"#, "parameters: invalid type: integer `1`, expected an object"),
        (r#"{"parameters":{"a":1e999}}"#, "parameters: the number 1e+999 is too large"),
        (
            r#"{"parameters":{"a":["\u0001"]}}"#,
            "parameters: \"\\u{1}\" is not accepted; expected text without the character U+0001, which XML cannot carry",
        ),
        (
            r#"{"sla_parameters":{"computer_guid":1}}"#,
            "sla_parameters.computer_guid: invalid type: integer `1`, expected a string",
        ),
        (
            r#"{"sla_parameters":{"retention_delay":"7"}}"#,
            "sla_parameters.retention_delay: invalid type: string \"7\", expected a JSON number",
        ),
        (r#"{"title":"\ud800"}"#, "the body is not JSON: unexpected end of hex escape at line 1 column 17"),
        (&deep, "the body is not JSON: recursion limit exceeded at line 1 column 205"),
    ] {
        let error = read::<PostSoftwareInstance>(document.as_bytes()).unwrap_err().to_string();
        assert_eq!(error, fault, "{document}");
    }
}

#[test]
fn a_description_is_open_and_its_faults_are_placed() {
    let partition = |rest: &str| format!(r#"{{"computer_guid":"C","compute_partition_list":[{rest}]}}"#);
    let json = partition(
        r#"{"partition_id":"p0","ip_list":[{"ip-address":"::1","gateway-ip-address":"::2","x":1}],"capability_list":["a",1]}"#,
    );
    let request: PutComputeNodeFormat = read(json.as_bytes()).unwrap();
    assert_eq!(String::from_utf8(write(&request).unwrap()).unwrap(), json.replace(r#","x":1"#, ""));
    for (rest, fault) in [
        ("[]", "compute_partition_list[0]: invalid type: sequence, expected an object describing a partition"),
        ("{}", "compute_partition_list[0]: missing field `partition_id`"),
        (
            r#"{"partition_id":"a/b"}"#,
            "compute_partition_list[0].partition_id: \"a/b\" is not accepted; expected a reference without slash",
        ),
        (
            r#"{"partition_id":"a","ip_list":[["::1"]]}"#,
            "compute_partition_list[0].ip_list[0]: invalid type: sequence, expected an object",
        ),
        (r#"{"partition_id":"a","ip_list":[{}]}"#, "compute_partition_list[0].ip_list[0]: missing field `ip-address`"),
        (
            r#"{"partition_id":"a","ip_list":[{"ip-address":"x"}]}"#,
            "compute_partition_list[0].ip_list[0].ip-address: \"x\" is not accepted; expected an IP address such as \"10.0.0.1\"",
        ),
        (
            r#"{"partition_id":"a","ip_list":[{"ip-address":"::1","netmask":null}]}"#,
            "compute_partition_list[0].ip_list[0].netmask: invalid type: null, expected a string",
        ),
        (
            r#"{"partition_id":"a"},{"partition_id":"a"}"#,
            "compute_partition_list: two partitions have the partition_id \"a\"",
        ),
    ] {
        let error = read::<PutComputeNodeFormat>(partition(rest).as_bytes()).unwrap_err().to_string();
        assert_eq!(error, fault, "{rest}");
    }
}

#[test]
fn a_request_is_read_as_it_is_written() {
    let json = concat!(
        r#"{"title":"t","software_release_uri":"/sr","software_type":"","parameters":{"n":1},"state":"stopped","#,
        r#""shared":true,"sla_parameters":{"computer_guid":"C","retention_delay":7.5}}"#
    );
    let request: PostSoftwareInstance = read(json.as_bytes()).unwrap();
    assert_eq!(String::from_utf8(write(&request).unwrap()).unwrap(), json);
}

#[test]
fn schemas_are_closed_and_say_what_is_required() {
    let schema = serde_json::to_value(<PutSoftwareInstanceTitle as utoipa::PartialSchema>::schema()).unwrap();
    let expected = serde_json::json!({
        "type": "object",
        "description": "Gives an instance a new title. Its identifier follows; the former one is still accepted.",
        "required": ["instance_guid", "title"],
        "properties": {
            "instance_guid": {"type": "string", "description": "The identifier of the instance."},
            "title": {
                "type": "string",
                "description": "The new title, which nothing else in its tree has.",
                "maxLength": 200,
            },
        },
        "additionalProperties": false,
    });
    assert_eq!(schema, expected);
    let schema = serde_json::to_value(<PostSoftwareInstance as utoipa::PartialSchema>::schema()).unwrap();
    assert_eq!(schema["required"], serde_json::json!(["title", "software_release_uri", "software_type"]));
    let schema = serde_json::to_value(<PutComputeNodeFormat as utoipa::PartialSchema>::schema()).unwrap();
    assert_eq!(schema["required"], serde_json::json!(["computer_guid", "compute_partition_list"]));
}
