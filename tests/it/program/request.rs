//! `slapproxy request`

use serde_json::{Value, json};

use super::{Finished, Home, failed};

/// What is noted of a release without schema.
fn unchecked(release: &str) -> String {
    format!(
        "note: the parameters are not checked: cannot read {release}.json: No such file or directory (os error 2)\n"
    )
}

/// The instances with their types, states, parameters and places, as the master holds them.
fn held(home: &Home) -> Value {
    let shown = home.show(&["--instances", "--params"]);
    let instances = shown["instances"].as_array().unwrap().iter().zip(shown["params"].as_array().unwrap());
    let held = |(instance, params): (&Value, &Value)| {
        json!([
            instance["title"],
            instance["software_release"],
            instance["software_type"],
            instance["requested_state"],
            instance["partition"],
            params["parameters"],
            instance["sla"],
        ])
    };
    instances.map(held).collect()
}

#[test]
fn an_instance_is_requested_changed_and_asked_about() {
    let home = Home::new();
    let server = home.formatted(2);
    assert_eq!(
        home.run(&["request", "my instance", "/sr", "--parameters", "a=1", "b=x=y"]),
        Finished {
            code: Some(0),
            stdout: "my instance: started on local_computer slappart0\nconnection parameters: none yet\n".into(),
            stderr: unchecked("/sr"),
        }
    );
    assert_eq!(
        held(&home),
        json!([["my instance", "/sr", "default", "started", "slappart0", {"a": "1", "b": "x=y"}, {}]])
    );
    let connection =
        "<marshal><dictionary><string>url</string><string>http://10.0.0.1/</string></dictionary></marshal>";
    let place = [("computer_id", "local_computer"), ("computer_partition_id", "slappart0")];
    server.post(
        "/setComputerPartitionConnectionXml",
        &[&place[..], &[("slave_reference", "None"), ("connection_xml", connection)]].concat(),
    );
    assert_eq!(
        home.run(&["request", "--state", "stopped", "--type", "big", "my instance", "/sr", "--no-validate"]),
        Finished {
            code: Some(0),
            stdout: "my instance: stopped on local_computer slappart0\n\
                     connection parameters\n  url  http://10.0.0.1/\n"
                .into(),
            stderr: String::new(),
        }
    );
    assert_eq!(held(&home), json!([["my instance", "/sr", "big", "stopped", "slappart0", {}, {}]]));
    assert_eq!(
        home.json(&["request", "my instance", "/sr", "--no-validate"]),
        json!({
            "title": "my instance", "software-url": "/sr", "shared": false, "requested-state": "stopped",
            "computer": "local_computer", "partition": "slappart0",
            "connection-parameters": {"url": "http://10.0.0.1/"},
        })
    );
}

#[test]
fn words_may_stand_in_any_order_and_options_may_be_shortened_as_in_python() {
    let home = Home::new();
    let _server = home.formatted(1);
    let words = [
        "--debug",
        "request",
        "--node",
        "computer_guid=local_computer",
        "retention=1",
        "--ty=big",
        "t",
        "--no-validate",
        "/sr",
        "--parameters",
        "a=b",
        "--sta",
        "stopped",
    ];
    let finished = home.run(&words);
    assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""));
    let sla = json!({"computer_guid": "local_computer", "retention": "1"});
    assert_eq!(held(&home), json!([["t", "/sr", "big", "stopped", "slappart0", {"a": "b"}, sla]]));
}

#[test]
fn a_shared_instance_is_requested_of_its_host() {
    let home = Home::new();
    let _server = home.formatted(1);
    home.run(&["request", "host", "/sr", "--no-validate"]);
    for option in ["--slave", "--shared"] {
        let finished = home.run(&["request", "s", "/sr", option, "--parameters", "who=me", "--no-validate"]);
        assert_eq!(
            finished.stdout, "s: started on local_computer slappart0\nconnection parameters: none yet\n",
            "{option}: {}",
            finished.stderr
        );
    }
    let shared = &home.show(&["--shared"])["shared"];
    assert_eq!(shared.as_array().unwrap().iter().map(|one| &one["title"]).collect::<Vec<_>>(), [&json!("s")]);
}

#[test]
fn what_a_master_answers_without_an_instance_is_told_without_a_place() {
    let home = Home::new();
    let _server = home.formatted(1);
    let frontend = "http://git.erp5.org/gitweb/slapos.git/blob_plain/HEAD:/software/apache-frontend/software.cfg";
    let words = ["request", "f", frontend, "--slave", "--parameters", "url=http://10.0.0.1:80/x", "--no-validate"];
    let words = [&words[..], &["--wait", "--timeout", "10"]].concat();
    let finished = home.run(&words);
    assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""));
    assert!(finished.stdout.starts_with("f: started\nconnection parameters\n"), "{}", finished.stdout);
    let document = home.json(&words);
    assert_eq!((&document["computer"], &document["requested-state"]), (&json!(null), &json!("started")));
}

#[test]
fn wrong_words_are_refused_before_anything_is_sent() {
    let home = Home::new();
    let _server = home.formatted(1);
    let run = |words: &[&str]| home.run(&[&["request", "t", "/sr"], words].concat());
    assert_eq!(
        run(&["--node", "abc"]),
        failed(
            1,
            "error: --node: \"abc\" has no \"=\"; expected KEY=VALUE\n\
             hint: --node takes every word behind it; put the title and the software release before it\n"
        )
    );
    assert_eq!(
        run(&["--parameters", "a=1", "a=2"]),
        failed(1, "error: --parameters: the key \"a\" has two values, \"1\" and \"2\"; expected one\n")
    );
    assert_eq!(
        run(&["--state", "bogus"]),
        failed(1, "error: --state: \"bogus\" is not accepted; expected started, stopped or destroyed\n")
    );
    let missing = failed(2, "error: --parameters-file: nope.json: No such file or directory (os error 2)\n");
    assert_eq!(run(&["--parameters-file", "nope.json", "--no-validate"]), missing);
    for usage in [&["--force-serialisation", "yaml"][..], &["--parameters", "a=b", "--parameters-file", "f"]] {
        assert_eq!(run(usage).code, Some(2), "{usage:?}");
    }
    assert_eq!(held(&home), json!([]));
}

#[test]
fn what_the_master_refuses_is_told_in_its_words() {
    let home = Home::new();
    let _server = home.formatted(1);
    home.run(&["request", "first", "/sr", "--no-validate"]);
    let refused = home.run(&["request", "second", "/sr", "--no-validate"]);
    assert_eq!((refused.code, refused.stdout.as_str()), (Some(1), ""));
    assert!(refused.stderr.starts_with("error: No free computer partition found for: second ("), "{}", refused.stderr);
    let gone = home.run(&["request", "third", "/sr", "--no-validate", "--state", "destroyed"]);
    assert_eq!(gone, failed(1, "error: partition_reference: there is no instance \"third\" to destroy\n"));
}
