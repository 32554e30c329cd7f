//! `slapproxy start --record`, and `slapproxy replay`

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;
use slapproxy::wire::form;

use super::{Home, Server, failed, noted};
use crate::app::{answer, description, dictionary, http_client};

/// A session of a person, a node and an instance. Its computer has some partitions.
fn session(server: &Server, partitions: usize) {
    let post = |path: &str, fields: &[(&str, &str)]| server.post(path, fields).status;
    post("/loadComputerConfigurationFromXML", &[("xml", &description("local_computer", partitions))]);
    let parameters = dictionary(&[("password", "open sesame")]);
    let fields = [
        ("software_release", "/sr"),
        ("software_type", "default"),
        ("partition_reference", "web"),
        ("partition_parameter_xml", parameters.as_str()),
    ];
    post("/requestComputerPartition", &fields);
    server.get("/getFullComputerInformation?computer_id=local_computer");
    server.get("/getComputerStatus?computer_id=nowhere");
    server.get("/getRunId");
    server.get("/hateoas/?mode=search&query=portal_type%3A%22Hosting%20Subscription%22&select_list=title");
    server.get("/panel/");
    let child = [("software_release", "/sr"), ("software_type", "default"), ("partition_reference", "kid")];
    let http = http_client().build().unwrap();
    let request = http.post(format!("{}/requestComputerPartition", server.url)).body(form::encode(&child));
    let request = request.header("Content-Type", "application/x-www-form-urlencoded");
    answer(
        request.header("Authorization", "X-SlapPartition computer_id=local_computer, computer_partition_id=slappart0"),
    );
    let rpc = http.post(format!("{}/slapos.get.v0.instance_tree", server.url)).body(r#"{"title": "web"}"#);
    answer(rpc.header("Content-Type", "application/json"));
}

#[test]
fn a_recorded_session_is_answered_alike_by_a_master_of_the_same_kind() {
    let home = Home::new();
    let server = home.start(&["--record", "requests.jsonl"]);
    session(&server, 2);
    assert_eq!(server.stop("TERM").code, Some(0));
    let metadata = fs::metadata(home.path("requests.jsonl")).unwrap();
    assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
    let record = fs::read_to_string(home.path("requests.jsonl")).unwrap();
    let targets: Vec<String> = record
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["target"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(targets.len(), 8, "{targets:?}");
    assert!(record.contains("open+sesame"), "what is replayed needs every value");

    let other = Home::new();
    let server = other.start(&[]);
    let file = home.name("requests.jsonl");
    let replay = ["replay", file.as_str(), "--master-url", &server.url];
    assert_eq!(other.run(&replay), noted("8 requests are answered as recorded\n"));
    assert_eq!(server.titles("local_computer")[1], ("slappart1".into(), Some("kid".into())));
}

#[test]
fn what_is_answered_differently_is_told_in_words() {
    let home = Home::new();
    let server = home.start(&["--record", "requests.jsonl"]);
    session(&server, 2);
    assert_eq!(server.stop("TERM").code, Some(0));
    let other = Home::new();
    let server = other.start(&["--fault", "endpoint=getComputerStatus status=503"]);
    let file = home.name("requests.jsonl");
    // The second computer has instances already, so that the first free partition is another one.
    session(&server, 3);
    server.post(
        "/softwareInstanceRename",
        &[("computer_id", "local_computer"), ("computer_partition_id", "slappart0"), ("new_name", "other")],
    );
    let replayed = other.run(&["replay", &file, "--master-url", &server.url, "--format", "json"]);
    assert_eq!(replayed.code, Some(1));
    let told: Vec<Value> = replayed.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let found = |number: u64| told.iter().find(|entry| entry["number"] == number).unwrap();
    assert_eq!(found(4)["request"], "GET /getComputerStatus computer_id=nowhere");
    let reason = "the status was 404, and is 503: \"computer_id: there is no computer \\\"nowhere\\\"; known: \
                  local_computer\" was answered, and now \"This request fails on purpose: endpoint=getComputerStatus \
                  status=503\"";
    assert_eq!(found(4)["differences"], serde_json::json!([reason]));
    assert!(!replayed.stdout.contains("sesame"), "{}", replayed.stdout);
    let count = told.len();
    assert_eq!(replayed.stderr, format!("{count} of 8 requests are answered differently\n"));
}

#[test]
fn a_record_that_cannot_be_read_or_written_is_told() {
    let home = Home::new();
    home.write("wrong.jsonl", "{}\n");
    let refused = home.run(&["replay", "wrong.jsonl"]);
    let stderr = "error: wrong.jsonl:1: this is no recorded request: missing field `at` at line 1 column 2\n";
    assert_eq!(refused, failed(1, stderr));
    let refused = home.run(&["replay", "none.jsonl"]);
    assert_eq!(
        refused,
        failed(1, "error: cannot read the record none.jsonl: No such file or directory (os error 2)\n")
    );
    let refused = home.run(&["start", "--port", "0", "--record", "no/such/requests.jsonl"]);
    let stderr = "error: cannot record requests to no/such/requests.jsonl: No such file or directory (os error 2)\n";
    assert_eq!(refused, failed(1, stderr));
}
