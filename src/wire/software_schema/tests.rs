use super::*;
use crate::domain::parameters::{Parameters, Value};
use crate::wire::json::from_json;

const URL: &str = "https://sr.example/demo/software.cfg.json";

const DOCUMENT: &str = r#"{
    "name": "Demo", "serialisation": "json-in-xml",
    "software-type": {
        "default": {"request": "input.json", "response": "output.json"},
        "plain": {"request": "/schemas/plain.json#/definitions/p", "serialisation": "xml"},
        "default-shared": {"request": "shared.json", "shared": true, "software-type": "default"},
        "bare": {}
    }
}"#;

fn software() -> SoftwareSchema {
    SoftwareSchema::read(URL, DOCUMENT).unwrap()
}

/// Runs a check with the documents that it asks for.
fn check(documents: &[(&str, &str)], parameters: &str, serialisation: Serialisation) -> Result<Verdict, SchemaError> {
    let mut check = Check::new(documents[0].0);
    loop {
        let verdict = check.run(&from_json(parameters).unwrap(), serialisation)?;
        let Verdict::Needs(url) = &verdict else { return Ok(verdict) };
        let Some((_, text)) = documents.iter().find(|(known, _)| known == url) else { return Ok(verdict) };
        check.bring(url, text)?;
    }
}

fn faults(schema: &str, parameters: &str) -> Vec<String> {
    match check(&[("https://sr.example/input.json", schema)], parameters, Serialisation::JsonInXml).unwrap() {
        Verdict::Valid => Vec::new(),
        Verdict::Invalid(violations) => violations.iter().map(ToString::to_string).collect(),
        Verdict::Needs(url) => panic!("needs {url}"),
    }
}

#[test]
fn the_document_of_a_release_is_beside_it() {
    let cases = [
        ("https://sr.example/demo/software.cfg", Some(URL)),
        ("/opt/my demo/software.cfg", Some("file:///opt/my%20demo/software.cfg.json")),
        ("file:///opt/software.cfg", Some("file:///opt/software.cfg.json")),
        ("ftp://sr.example/software.cfg", None),
        ("software.cfg", None),
    ];
    for (release, expected) in cases {
        assert_eq!(SoftwareSchema::address(release).ok().as_deref(), expected, "{release}");
    }
}

#[test]
fn the_serialisation_is_that_of_the_type_or_else_of_the_document() {
    let software = software();
    let of = |software_type| software.serialisation(software_type, Sharing::Own);
    assert_eq!(of("plain"), Some(Serialisation::Xml));
    assert_eq!(of("default"), Some(Serialisation::JsonInXml));
    assert_eq!(of("unknown"), Some(Serialisation::JsonInXml));
    let silent = SoftwareSchema::read(URL, r#"{"software-type": {"default": {}}}"#).unwrap();
    assert_eq!(silent.serialisation("default", Sharing::Own), None);
}

#[test]
fn the_schema_of_a_type_is_found_beside_the_document() {
    let software = software();
    let of = |software_type, sharing| software.request_schema(software_type, sharing).unwrap();
    let input = Some("https://sr.example/demo/input.json".to_owned());
    for name in ["default", "", "RootSoftwareInstance"] {
        assert_eq!(of(name, Sharing::Own), input, "{name}");
    }
    assert_eq!(of("plain", Sharing::Own).as_deref(), Some("https://sr.example/schemas/plain.json#/definitions/p"));
    assert_eq!(of("default", Sharing::Shared).as_deref(), Some("https://sr.example/demo/shared.json"));
    for (name, sharing) in [
        ("plain", Sharing::Shared),
        ("default-shared", Sharing::Own),
        ("bare", Sharing::Own),
        ("unknown", Sharing::Own),
    ] {
        assert_eq!(of(name, sharing), None, "{name}");
    }
}

#[test]
fn a_document_of_another_form_is_told_by_its_place() {
    let fault = SoftwareSchema::read(URL, r#"{"software-type": {"default": {"serialisation": "yaml"}}}"#).unwrap_err();
    assert_eq!(
        fault.to_string(),
        "https://sr.example/demo/software.cfg.json: software-type.default.serialisation: unknown variant `yaml`, \
         expected `xml` or `json-in-xml` at line 1 column 54"
    );
}

#[test]
fn violations_point_at_the_parameter_and_say_what_was_expected() {
    let schema = r#"{
        "$schema": "http://json-schema.org/draft-04/schema#",
        "type": "object", "additionalProperties": false, "required": ["domain"],
        "properties": {
            "domain": {"type": "string", "description": "The name\n of the site"},
            "port": {"type": "integer", "minimum": 1, "maximum": 65535},
            "mode": {"enum": ["fast", "safe"]},
            "backends": {"type": "array", "items": {"type": "object", "properties": {"url": {"type": "string"}}}},
            "size": {"oneOf": [{"type": "integer"}, {"type": "string", "pattern": "^[0-9]+M$"}]}
        }
    }"#;
    assert_eq!(faults(schema, r#"{"domain": "a", "port": 80, "$schema": "x"}"#), [""; 0]);
    assert_eq!(
        faults(schema, r#"{"prot": 80, "mode": "quick", "backends": [{}, {"url": 3}], "size": "3G"}"#),
        [
            "backends[1].url: 3 is not accepted; expected string",
            "domain: is missing; expected string (The name of the site)",
            "mode: \"quick\" is not accepted; expected \"fast\", \"safe\"",
            "prot: is not known; expected one of backends, domain, mode, port, size",
            "size: fits none of the alternatives; expected one of them without fault\n  \
               1. size: \"3G\" is not accepted; expected integer\n  \
               2. size: '3G' does not match pattern '^[0-9]+M$'",
        ]
    );
    assert_eq!(faults(schema, r#"{"domain": "a", "port": 0}"#), ["port: must be >=1, but got 0"]);
    assert_eq!(
        faults(r#"{"type": "object", "minProperties": 1, "properties": {"a.b": {"type": "null"}}}"#, r#"{"a.b": 1}"#),
        ["[\"a.b\"]: 1 is not accepted; expected null"]
    );
    assert_eq!(
        faults(r#"{"minProperties": 1}"#, "{}"),
        ["parameters: minimum 1 properties required, but got 0 properties"]
    );
}

#[test]
fn parameters_of_json_in_xml_are_those_inside() {
    let schema = r#"{"properties": {"port": {"type": "integer"}}}"#;
    let with = |text: &str| {
        let map = [("_".to_owned(), Value::from(text))].into();
        Parameters::new("", map).unwrap()
    };
    let mut check = Check::new("file:///input.json");
    check.bring("file:///input.json", schema).unwrap();
    let run = |text: &str| check.run(&with(text), Serialisation::JsonInXml).unwrap();
    assert_eq!(run(r#"{"port": 80}"#), Verdict::Valid);
    let Verdict::Invalid(faults) = run(r#"{"port": "80"}"#) else { panic!() };
    assert_eq!(faults[0].to_string(), "port: \"80\" is not accepted; expected integer");
    let Verdict::Invalid(faults) = run("{port") else { panic!() };
    assert_eq!(
        faults[0].to_string(),
        "_: is not JSON (key must be a string at line 1 column 2); expected a JSON object"
    );
}

#[test]
fn texts_of_xml_may_be_numbers_where_the_schema_wants_numbers() {
    let schema = r#"{"properties": {"port": {"type": "integer"}, "name": {"type": "string"},
        "on": {"type": "boolean"}, "level": {"enum": [1, 2]}}}"#;
    let run = |parameters: &str| check(&[("file:///s.json", schema)], parameters, Serialisation::Xml).unwrap();
    assert_eq!(run(r#"{"port": "80", "name": "80", "on": "True", "level": "2"}"#), Verdict::Valid);
    let Verdict::Invalid(faults) = run(r#"{"port": "eighty", "level": "3"}"#) else { panic!() };
    let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(
        faults,
        ["level: 3 is not accepted; expected 1, 2", "port: \"eighty\" is not accepted; expected integer"]
    );
}

#[test]
fn a_schema_is_read_with_its_neighbours_in_every_dialect() {
    for dialect in [
        "http://json-schema.org/draft-04/schema#",
        "https://json-schema.org/draft-06/schema",
        "http://json-schema.org/draft-07/schema#",
        "https://json-schema.org/draft/2019-09/schema",
        "https://json-schema.org/draft/2020-12/schema",
        "https://dialect.example/own",
    ] {
        let schema = format!(
            r##"{{"$schema": "{dialect}", "allOf": [{{"$ref": "../common.json#/definitions/site"}}, {{"$ref": "#/definitions/a"}}],
            "definitions": {{"a": {{"type": "object"}}}}}}"##
        );
        let documents = [
            ("https://sr.example/demo/input.json", schema.as_str()),
            ("https://sr.example/common.json", r#"{"definitions": {"site": {"required": ["domain"]}}}"#),
        ];
        let verdict = check(&documents, "{}", Serialisation::JsonInXml).unwrap();
        let Verdict::Invalid(faults) = verdict else { panic!("{dialect}: {verdict:?}") };
        assert_eq!(faults[0].to_string(), "domain: is missing", "{dialect}");
        assert_eq!(check(&documents, r#"{"domain": ""}"#, Serialisation::JsonInXml).unwrap(), Verdict::Valid);
    }
}

#[test]
fn a_document_that_is_not_there_is_asked_for_and_a_broken_schema_is_told() {
    let of = |schema: &str| check(&[("file:///s.json", schema)], "{}", Serialisation::JsonInXml);
    assert_eq!(of(r#"{"$ref": "other.json#/x"}"#).unwrap(), Verdict::Needs("file:///other.json".into()));
    assert_eq!(
        of(r#"{"type": "text"}"#).unwrap_err().to_string(),
        "file:///s.json# is not valid against metaschema: jsonschema validation failed with \
         https://json-schema.org/draft/2020-12/schema# - at '/type': anyOf failed - at '/type': value must be one of \
         'array', 'boolean', 'integer', 'null', 'number', 'object', 'string' - at '/type': want array, but got string"
    );
    assert_eq!(of("{").unwrap_err().to_string(), "file:///s.json: EOF while parsing an object at line 1 column 1");
}
