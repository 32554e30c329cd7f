//! `slapproxy request --parameters-file`

use serde_json::{Value, json};

use super::{Home, failed};

/// The parameters of the only instance, as the master holds them.
fn held(home: &Home) -> Value {
    home.show(&["--params"])["params"][0]["parameters"].clone()
}

fn request(home: &Home, words: &[&str]) {
    let finished = home.run(&[&["request", "t", "/sr", "--no-validate"], words].concat());
    assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""), "{words:?}");
}

#[test]
fn json_and_yaml_travel_as_json_unless_said_otherwise() {
    let home = Home::new();
    let _server = home.formatted(1);
    home.write("p.json", r#"{"z": 1, "a": ["é", true]}"#);
    home.write("p.yaml", "z: 1\na: [é, yes]\n");
    home.write("p.txt", r#"{"z": 1, "a": ["é", true]}"#);
    home.write("wrapped.json", r#"{"_": "{\"z\": 1}"}"#);
    let travels = json!({"_": "{\n  \"z\": 1,\n  \"a\": [\n    \"\\u00e9\",\n    true\n  ]\n}"});
    for file in ["p.json", "p.yaml", "p.txt"] {
        request(&home, &["--parameters-file", file]);
        assert_eq!(held(&home), travels, "{file}");
    }
    for option in ["--serialisation", "--force-serialisation"] {
        request(&home, &["--parameters-file", "p.yaml", option, "xml"]);
        assert_eq!(held(&home), json!({"z": 1, "a": ["é", true]}), "{option}");
    }
    request(&home, &["--parameters-file", "wrapped.json"]);
    assert_eq!(held(&home), json!({"_": "{\"z\": 1}"}));
    request(&home, &["--parameters", "z=1", "--serialisation", "json-in-xml"]);
    assert_eq!(held(&home), json!({"_": "{\n  \"z\": \"1\"\n}"}));
    request(&home, &["--parameters", "z=1", "--force-serialisation", "json-in-xml"]);
    assert_eq!(held(&home), json!({"z": "1"}));
}

#[test]
fn xml_is_taken_as_it_is_and_standard_input_is_json() {
    let home = Home::new();
    let _server = home.formatted(1);
    let xml = "<?xml version='1.0' encoding='utf-8'?>\n\
               <instance><parameter id=\"a\">1</parameter><parameter id=\"b\"></parameter></instance>";
    home.write("p.xml", xml);
    request(&home, &["--parameters-file", "p.xml"]);
    assert_eq!(held(&home), json!({"a": "1", "b": ""}));
    let words = ["request", "t", "/sr", "--no-validate", "--parameters-file", "-"];
    assert_eq!(home.run_with(&words, &[], r#"{"a": 1.0}"#).code, Some(0));
    assert_eq!(held(&home), json!({"_": "{\n  \"a\": 1.0\n}"}));
}

#[test]
fn a_file_that_holds_no_parameters_is_refused_by_its_name() {
    let home = Home::new();
    let _server = home.formatted(1);
    let run = |file: &str, content: &str| {
        home.write(file, content);
        home.run(&["request", "t", "/sr", "--no-validate", "--parameters-file", file])
    };
    let fault = |text: &str| failed(1, format!("error: --parameters-file: {text}\n"));
    assert_eq!(run("a.json", "[]"), fault("a.json: holds a list; expected a map of parameters"));
    assert_eq!(run("a.yml", "a: ["), fault("a.yml: not YAML: unclosed bracket '[' at line 1, column 4"));
    assert_eq!(run("b.json", "{"), fault("b.json: not JSON: EOF while parsing an object at line 1 column 1"));
    assert_eq!(home.show(&["--instances"])["instances"], json!([]));
}
