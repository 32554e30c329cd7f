//! `slapproxy request`: parameters against the schema of the release

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::thread;

use serde_json::json;

use super::{Finished, Home, failed};

const SOFTWARE: &str = r#"{
    "serialisation": "json-in-xml",
    "software-type": {
        "default": {"request": "input.json"},
        "plain": {"request": "plain.json", "serialisation": "xml"},
        "default-shared": {"request": "shared.json", "shared": true, "software-type": "default"},
        "broken": {"request": "broken.json"},
        "lost": {"request": "lost.json"}
    }
}"#;

const FILES: [(&str, &str); 5] = [
    ("software.cfg.json", SOFTWARE),
    (
        "input.json",
        r#"{"$schema": "http://json-schema.org/draft-04/schema#", "type": "object", "required": ["domain"],
            "properties": {"domain": {"type": "string", "description": "The name of the site"},
                           "port": {"$ref": "common/types.json#/port"}}}"#,
    ),
    ("common/types.json", r#"{"port": {"type": "integer", "minimum": 1}}"#),
    ("plain.json", r#"{"properties": {"port": {"type": "integer"}}, "additionalProperties": false}"#),
    ("shared.json", r#"{"required": ["url"]}"#),
];

/// Serves files over HTTP; returns the URL of their directory, with a slash.
fn serve(files: &'static [(&str, &str)]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let files: BTreeMap<String, &str> = files.iter().map(|(name, content)| (format!("/{name}"), *content)).collect();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
            let start = lines.next().unwrap_or_default();
            lines.take_while(|line| !line.is_empty()).for_each(drop);
            let path = start.split(' ').nth(1).unwrap_or_default();
            let (status, body) = files.get(path).map_or(("404 Not Found", "nothing here"), |body| ("200 OK", *body));
            let _gone = write!(
                stream,
                "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            );
        }
    });
    url
}

/// A release on the disk.
fn local(home: &Home) -> String {
    for (name, content) in FILES {
        home.write(&format!("sr/{name}"), content);
    }
    home.write("sr/broken.json", r#"{"type": "text"}"#);
    home.name("sr/software.cfg")
}

const GOOD: &str = r#"{"domain": "a.example", "port": 80}"#;
const BAD: &str = r#"{"port": "80"}"#;

fn requested(home: &Home) -> usize {
    home.show(&["--instances"])["instances"].as_array().unwrap().len()
}

fn refused(schema: &str, lines: &[&str]) -> Finished {
    let lines: Vec<String> = lines.iter().map(|line| format!("  {line}\n")).collect();
    failed(
        1,
        format!(
            "error: nothing was requested, since the parameters are not as {schema} wants them:\n{}\
             hint: --no-validate requests it nevertheless\n",
            lines.concat()
        ),
    )
}

#[test]
fn parameters_that_violate_the_schema_are_refused_before_anything_is_sent() {
    let home = Home::new();
    let _server = home.formatted(1);
    let disk = local(&home);
    home.write("good.json", GOOD);
    home.write("bad.json", BAD);
    let web = serve(&FILES);
    let faults = [
        "domain: is missing; expected string (The name of the site)",
        "port: \"80\" is not accepted; expected integer",
    ];
    for (release, schema) in [
        (disk.clone(), format!("file://{}", home.name("sr/input.json"))),
        (format!("file://{disk}"), format!("file://{}", home.name("sr/input.json"))),
        ("sr/software.cfg".to_owned(), format!("file://{}", home.name("sr/input.json"))),
        (format!("{web}software.cfg"), format!("{web}input.json")),
    ] {
        let bad = home.run(&["request", "t", &release, "--parameters-file", "bad.json"]);
        assert_eq!(bad, refused(&schema, &faults), "{release}");
        assert_eq!(requested(&home), 0, "{release}");
    }
    let good = home.run(&["request", "t", &disk, "--parameters-file", "good.json"]);
    assert_eq!((good.code, good.stderr.as_str()), (Some(0), ""));
    let gone = home.run(&["request", "t", &disk, "--state", "destroyed"]);
    assert_eq!((gone.code, gone.stderr.as_str()), (Some(0), ""));
    let forced = home.run(&["request", "t", &disk, "--parameters-file", "bad.json", "--no-validate"]);
    assert_eq!((forced.code, forced.stderr.as_str()), (Some(0), ""));
}

#[test]
fn the_schema_and_the_serialisation_are_those_of_the_software_type() {
    let home = Home::new();
    let _server = home.formatted(1);
    let disk = local(&home);
    let plain = home.run(&["request", "t", &disk, "--type", "plain", "--parameters", "port=80"]);
    assert_eq!((plain.code, plain.stderr.as_str()), (Some(0), ""));
    assert_eq!(home.show(&["--params"])["params"][0]["parameters"], json!({"port": "80"}));
    home.write("p.yaml", "port: 80\n");
    let file = home.run(&["request", "t", &disk, "--type", "plain", "--parameters-file", "p.yaml"]);
    assert_eq!((file.code, file.stderr.as_str()), (Some(0), ""));
    assert_eq!(home.show(&["--params"])["params"][0]["parameters"], json!({"port": 80}));
    let schema = format!("file://{}", home.name("sr/plain.json"));
    assert_eq!(
        home.run(&["request", "t", &disk, "--type", "plain", "--parameters", "prot=80"]),
        refused(&schema, &["prot: is not known; expected one of port"])
    );
    let shared = format!("file://{}", home.name("sr/shared.json"));
    assert_eq!(home.run(&["request", "s", &disk, "--shared"]), refused(&shared, &["url: is missing"]));
}

#[test]
fn plain_texts_for_a_release_that_wants_json_are_sent_with_a_hint() {
    let home = Home::new();
    let _server = home.formatted(1);
    let disk = local(&home);
    let finished = home.run(&["request", "t", &disk, "--parameters", "domain=a.example"]);
    assert_eq!(
        (finished.code, finished.stderr.as_str()),
        (
            Some(0),
            "note: this release wants its parameters as JSON, but --parameters sends plain texts\n\
             hint: add --serialisation json-in-xml, or use --parameters-file, which also has numbers and lists\n"
        )
    );
    let words = ["request", "t", &disk, "--parameters", "domain=a.example", "--serialisation", "json-in-xml"];
    let finished = home.run(&words);
    assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""));
    let parameters = home.show(&["--params"])["params"][0]["parameters"].clone();
    assert_eq!(parameters, json!({"_": "{\n  \"domain\": \"a.example\"\n}"}));
}

#[test]
fn a_schema_that_cannot_be_had_is_a_note_and_no_obstacle() {
    let home = Home::new();
    let _server = home.formatted(1);
    let disk = local(&home);
    let web = serve(&FILES);
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let note = |words: &[&str], reason: &str| {
        let finished = home.run(&[&["request", "t"], words].concat());
        let expected = format!("note: the parameters are not checked: {reason}\n");
        assert_eq!((finished.code, finished.stderr), (Some(0), expected), "{words:?}");
    };
    note(&["/nowhere/sr"], "cannot read /nowhere/sr.json: No such file or directory (os error 2)");
    note(
        &[&format!("http://{closed}/sr")],
        &format!("cannot reach http://{closed}/sr.json: Connection refused (os error 111)"),
    );
    note(&[&format!("{web}other.cfg")], &format!("{web}other.cfg.json: not found: nothing here"));
    note(
        &[&disk, "--type", "unknown"],
        "the release has no schema for instances of the software type \"unknown\"; it has broken, default, \
         default-shared, lost, plain",
    );
    let lost = home.name("sr/lost.json");
    note(&[&disk, "--type", "lost"], &format!("cannot read {lost}: No such file or directory (os error 2)"));
    let broken = home.run(&["request", "t", &disk, "--type", "broken"]);
    assert_eq!(broken.code, Some(0));
    assert!(broken.stderr.contains("is not valid against metaschema"), "{}", broken.stderr);
    home.write("sr/software.cfg.json", "{");
    let document = format!("file://{disk}.json");
    note(&[&disk], &format!("{document}: EOF while parsing an object at line 1 column 1"));
}

#[test]
fn a_schema_of_another_machine_does_not_read_files_of_this_one() {
    const TRICK: [(&str, &str); 2] = [
        ("software.cfg.json", r#"{"software-type": {"default": {"request": "input.json"}}}"#),
        ("input.json", r#"{"$ref": "file:///etc/hostname"}"#),
    ];
    let home = Home::new();
    let _server = home.formatted(1);
    let web = serve(&TRICK);
    let finished = home.run(&["request", "t", &format!("{web}software.cfg")]);
    let reason = format!("{web}input.json refers to file:///etc/hostname, which is on another machine");
    assert_eq!(
        (finished.code, finished.stderr),
        (Some(0), format!("note: the parameters are not checked: {reason}\n"))
    );
}
