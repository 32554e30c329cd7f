//! `slapproxy journal`, and `GET /-/journal`

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use slapproxy::wire::form;

use super::{Home, Server, failed};
use crate::app::{answer, dictionary, http_client};

/// The entries of the journal, oldest first.
fn entries(server: &Server, query: &str) -> Vec<Value> {
    let answer = server.get(&format!("/-/journal{query}"));
    assert_eq!(answer.status, 200, "{}", answer.body);
    serde_json::from_str(&answer.body).unwrap()
}

/// An entry without what is new each time.
fn timeless(mut entry: Value) -> Value {
    assert!(entry["at"].as_i64().unwrap() > 1_600_000_000_000_000 && entry["duration"].as_u64().is_some());
    let object = entry.as_object_mut().unwrap();
    object.remove("at");
    object.remove("duration");
    entry
}

/// The numbers and paths of entries.
fn paths(entries: &[Value]) -> Vec<(u64, &str)> {
    entries.iter().map(|entry| (entry["number"].as_u64().unwrap(), entry["path"].as_str().unwrap())).collect()
}

fn request(server: &Server, parameters: &str) -> u16 {
    let fields = [
        ("software_release", "/sr"),
        ("software_type", "default"),
        ("partition_reference", "web"),
        ("partition_parameter_xml", parameters),
    ];
    server.post("/requestComputerPartition", &fields).status
}

#[test]
fn requests_are_told_with_their_answers_and_what_they_changed_but_without_secrets() {
    let home = Home::new();
    let server = home.formatted(1);
    let before = entries(&server, "").last().unwrap()["number"].as_u64().unwrap();
    let json = r#"{"port": 80, "db": {"password": "hidden1"}}"#;
    let parameters = dictionary(&[("_", json), ("api-key", "hidden2"), ("name", "ö")]);
    assert_eq!(request(&server, &parameters), 200);
    let query = form::encode(&[("computer_id", "nowhere")]);
    assert_eq!(server.get(&format!("/getComputerStatus?{query}")).status, 404);
    let told = server.get(&format!("/-/journal?after={before}"));
    assert!(!told.body.contains("hidden"), "{}", told.body);
    let told: Vec<Value> = serde_json::from_str(&told.body).unwrap();
    let request = timeless(told[0].clone());
    assert_eq!((&request["method"], &request["path"]), (&json!("POST"), &json!("/requestComputerPartition")));
    let arguments = json!({
        "software_release": "/sr",
        "software_type": "default",
        "partition_reference": "web",
        "partition_parameter_xml": {
            "_": { "port": 80, "db": { "password": "(not shown)" } }, "api-key": "(not shown)", "name": "ö",
        },
    });
    assert_eq!(request["arguments"], arguments);
    assert_eq!((&request["status"], &request["speaker"]), (&json!(200), &Value::Null));
    assert_eq!(request["answer"]["_parameter_dict"]["api-key"], "(not shown)");
    assert_eq!(request["answer"]["slap_computer_partition_id"], "slappart0");
    let events = request["event_list"].as_array().unwrap();
    let event = |event: &Value| [event["kind"].clone(), event["text"].clone(), event["instance_title"].clone()];
    assert_eq!(
        events.iter().map(event).collect::<Vec<_>>(),
        [[json!("requestComputerPartition"), json!("started"), json!("web")]]
    );
    let refused = timeless(told[1].clone());
    let expected = json!({
        "number": before + 2,
        "method": "GET",
        "path": "/getComputerStatus",
        "speaker": null,
        "arguments": { "computer_id": "nowhere" },
        "status": 404,
        "size": refused["size"],
        "answer": "computer_id: there is no computer \"nowhere\"; known: local_computer",
        "event_list": [],
    });
    assert_eq!(refused, expected);
    assert_eq!(told.len(), 2);
}

#[test]
fn the_journal_keeps_the_latest_and_is_read_from_a_number_on() {
    let home = Home::new();
    let server = home.start(&["--journal", "3", "--fault", "endpoint=getHateoasUrl status=503"]);
    for path in ["/getRunId", "/nowhere", "/getHateoasUrl", "/getRunId"] {
        server.get(path);
    }
    let all = entries(&server, "");
    assert_eq!(paths(&all), [(2, "/nowhere"), (3, "/getHateoasUrl"), (4, "/getRunId")]);
    assert_eq!(all[1]["fault"], "endpoint=getHateoasUrl status=503");
    assert_eq!(paths(&entries(&server, "?limit=1")), [(4, "/getRunId")]);
    assert_eq!(paths(&entries(&server, "?after=2&limit=1")), [(3, "/getHateoasUrl")]);
    assert_eq!(entries(&server, "?after=4"), [] as [Value; 0]);
    let refused = server.get("/-/journal?limit=0").refusal();
    assert_eq!(refused, (400, "limit: \"0\" is not accepted; expected a whole number from 1 to 1000".into()));
    let url = format!("{}/-/journal?after=4&wait=20", server.url);
    let waiting = std::thread::spawn(move || answer(http_client().build().unwrap().get(url)));
    server.get("/getRunId");
    let waiting: Vec<Value> = serde_json::from_str(&waiting.join().unwrap().body).unwrap();
    assert_eq!(paths(&waiting), [(5, "/getRunId")]);
}

#[test]
fn a_server_keeps_no_journal_when_it_shall_not() {
    let home = Home::new();
    let server = home.start(&["--journal", "0"]);
    let refusal = "no requests are kept: the server was started with --journal 0";
    assert_eq!(server.get("/-/journal").refusal(), (404, refusal.into()));
    assert_eq!(home.run(&["journal"]), failed(1, format!("error: {refusal}\n")));
    assert_eq!(server.stop("TERM").code, Some(0));
    let stderr = format!(
        "error: no server uses the database {}, and only a running one knows what it was asked\n\
         hint: start one with `slapproxy start`; with --record FILE it writes requests to a file\n",
        home.database().display()
    );
    assert_eq!(home.run(&["journal"]), failed(1, stderr));
}

/// A line without its date.
fn dateless(line: &str) -> String {
    line.split_once(" GMT  ").map_or(line, |(_, rest)| rest).to_owned()
}

#[test]
fn the_journal_is_printed_and_followed() {
    let home = Home::new();
    let server = home.start(&["--fault", "endpoint=nowhere latency=1ms"]);
    server.post("/computerBang", &[("computer_id", "local_computer"), ("message", "please")]);
    server.get("/nowhere");
    let printed = home.run(&["journal"]);
    assert_eq!((printed.code, printed.stderr.as_str()), (Some(0), ""));
    let lines: Vec<String> = printed.stdout.lines().map(dateless).collect();
    assert_eq!(lines[0], "POST /computerBang computer_id=local_computer message=please");
    assert!(lines[1].starts_with("  200, 36 bytes, ") && lines[1].ends_with(" ms: "), "{lines:?}");
    assert_eq!(lines[2], "local_computer  computerBang: please  [local_computer]");
    assert_eq!(lines[3], "GET /nowhere");
    assert!(lines[4].starts_with("  404, ") && lines[4].contains(" ms: There is no /nowhere; see"), "{lines:?}");
    assert_eq!(lines[5..], ["  failed on purpose: endpoint=nowhere latency=0.001s"]);

    let mut command: Command = home.command(&["journal", "--follow", "--limit", "1", "--format", "json"]);
    let mut follower = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut output = BufReader::new(follower.stdout.take().unwrap()).lines();
    let mut path = || serde_json::from_str::<Value>(&output.next().unwrap().unwrap()).unwrap()["path"].clone();
    assert_eq!(path(), "/nowhere");
    server.get("/getRunId");
    assert_eq!(path(), "/getRunId");
    follower.kill().unwrap();
    follower.wait().unwrap();
}
