//! Requests that fail on purpose.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use super::{Home, Server, failed};
use crate::app::{Answer, answer, http_client};

fn rules(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.status, 200, "{}", answer.body);
    serde_json::from_str(&answer.body).unwrap()
}

/// What each rule is and how often it struck.
fn struck(answer: &Answer) -> Vec<(String, u64)> {
    let told = |rule: Value| (rule["rule"].as_str().unwrap().to_owned(), rule["struck"].as_u64().unwrap());
    rules(answer).into_iter().map(told).collect()
}

/// Everything that comes back on a connection of its own.
fn raw(server: &Server, request: &str) -> String {
    let mut stream: TcpStream = server.connect();
    stream.write_all(request.as_bytes()).unwrap();
    let mut bytes = Vec::new();
    // A connection may also be closed by a reset.
    let _closed = stream.read_to_end(&mut bytes);
    String::from_utf8(bytes).unwrap()
}

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
}

#[test]
fn requests_fail_by_the_rules_of_the_command_line() {
    let home = Home::new();
    let server = home.start(&[
        "--fault",
        "endpoint=getComputerStatus computer=local_computer count=2 status=503",
        "--fault",
        "computer=local_computer method=POST count=1 status=504",
        "--fault",
        "endpoint=slapos.* method=POST status=500",
    ]);
    let status = |computer: &str| server.get(&format!("/getComputerStatus?computer_id={computer}"));
    let reason = "This request fails on purpose: endpoint=getComputerStatus computer=local_computer count=2 status=503";
    for _ in 0..2 {
        assert_eq!(status("local_computer").refusal(), (503, reason.into()));
        assert_eq!(status("other").status, 404);
    }
    assert_eq!(status("local_computer").status, 200);
    let bang = |computer: &str| server.post("/computerBang", &[("computer_id", computer), ("message", "x")]).status;
    assert_eq!([bang("local_computer"), bang("local_computer"), bang("other")], [504, 200, 404]);
    let rpc = http_client().build().unwrap().post(format!("{}/slapos.get.v0.hateoas_url", server.url));
    let title = "This request fails on purpose: endpoint=slapos.* method=POST status=500";
    let document = json!({ "status": 500, "type": "Internal Server Error", "title": title });
    let told = answer(rpc.header("Content-Type", "application/json").body("{}"));
    assert_eq!((told.status, serde_json::from_str::<Value>(&told.body).unwrap()), (500, document));
    // Nobody may change the rules of a server that was not started so.
    let refused = "This call changes how the server behaves, and is there only when it is started with --control.";
    assert_eq!(server.get("/-/faults").refusal(), (403, refused.into()));
    assert_eq!(server.post("/-/faults", &[("rule", "status=500")]).refusal(), (403, refused.into()));
}

#[test]
fn rules_come_and_go_while_the_server_runs() {
    let home = Home::new();
    let server = home.start(&["--control"]);
    assert_eq!(rules(&server.get("/-/faults")), [] as [Value; 0]);
    let added = server.post("/-/faults", &[("rule", "endpoint=getRunId status=404"), ("rule", "latency=1ms")]);
    let expected = json!([
        {
            "rule": "endpoint=getRunId status=404",
            "fault": {
                "endpoint": "getRunId", "method": null, "computer": null, "probability": null, "seed": null, "count": null,
                "latency": null, "status": 404, "drop": null, "truncate": null,
            },
            "fitted": 0,
            "struck": 0,
        },
        {
            "rule": "latency=0.001s",
            "fault": {
                "endpoint": null, "method": null, "computer": null, "probability": null, "seed": null, "count": null,
                "latency": 0.001, "status": null, "drop": null, "truncate": null,
            },
            "fitted": 0,
            "struck": 0,
        },
    ]);
    assert_eq!(json!(rules(&added)), expected);
    assert_eq!(server.get("/getRunId").status, 404);
    assert_eq!(server.get("/-/ready").status, 200);
    assert_eq!(server.get("/getHateoasUrl").status, 200);
    let told = [("endpoint=getRunId status=404".to_owned(), 1), ("latency=0.001s".to_owned(), 1)];
    assert_eq!(struck(&server.get("/-/faults")), told);
    let cleared = http_client().build().unwrap().delete(format!("{}/-/faults", server.url));
    assert_eq!(rules(&answer(cleared)), [] as [Value; 0]);
    assert_eq!(server.get("/getRunId").status, 200);
    let wrong = server.post("/-/faults", &[("rule", "status=200")]);
    let expected = "rule: \"status=200\" is not accepted; expected a rule: status 200 is not accepted; expected one from \
                    400 to 599";
    assert_eq!(wrong.refusal(), (400, expected.into()));
}

#[test]
fn the_same_seed_strikes_the_same_requests() {
    let sequence = |seed: u64| {
        let home = Home::new();
        let server = home.start(&["--fault", &format!("endpoint=getRunId probability=0.5 seed={seed} status=503")]);
        (0..16).map(|_| server.get("/getRunId").status).collect::<Vec<_>>()
    };
    let first = sequence(1);
    assert_eq!(first, sequence(1));
    assert_ne!(first, sequence(2));
    assert!(first.contains(&200) && first.contains(&503), "{first:?}");
}

#[test]
fn connections_are_dropped_and_answers_cut() {
    let home = Home::new();
    let server = home.start(&["--control"]);
    let rule = |rule: &str| assert_eq!(server.post("/-/faults", &[("rule", rule)]).status, 200);
    let supply = |url: &str| {
        let body = format!("url={url}&computer_id=local_computer&state=available");
        let head = "POST /supplySupply HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded";
        raw(&server, &format!("{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len()))
    };
    rule("endpoint=supplySupply drop=request count=1");
    assert_eq!(supply("/never"), "");
    rule("endpoint=supplySupply drop=answer count=1");
    assert_eq!(supply("/silent"), "");
    let information = server.get("/getFullComputerInformation?computer_id=local_computer").body;
    assert!(information.contains("/silent") && !information.contains("/never"), "{information}");
    rule("endpoint=getRunId truncate=5 count=1");
    let cut = raw(&server, &get("/getRunId"));
    let run_id = server.get("/getRunId").body;
    let (head, body) = cut.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK") && head.contains("content-length: 32"), "{head}");
    assert_eq!(body, &run_id[..5]);
}

#[test]
fn a_rule_that_says_nothing_sensible_is_refused_at_the_start() {
    let home = Home::new();
    let stderr = "--fault: \"soon\" is not a span of time; expected a number with ms, s, m or h, such as 2s or 150ms\n\
                  hint: README.md lists every key of the configuration with its meaning and default\n";
    assert_eq!(home.run(&["start", "--fault", "latency=soon"]), failed(2, stderr));
}
