//! `/-/clock`, and `slapproxy start --deterministic`

use serde_json::{Value, json};

use super::{Home, Server, without_times};
use crate::app::Answer;

/// What the clock shows after a change.
fn change(server: &Server, fields: &[(&str, &str)]) -> Value {
    let answer = server.post("/-/clock", fields);
    assert_eq!(answer.status, 200, "{}", answer.body);
    serde_json::from_str(&answer.body).unwrap()
}

/// When the latest event happened.
fn latest(home: &Home) -> i64 {
    let events = home.run(&["events", "--format", "json", "--limit", "1"]);
    serde_json::from_str::<Value>(&events.stdout).unwrap()["last_at"].as_i64().unwrap()
}

fn bang(server: &Server) {
    let fields = [("computer_id", "local_computer"), ("message", "please")];
    assert_eq!(server.post("/computerBang", &fields).status, 200);
}

#[test]
fn the_clock_is_set_frozen_moved_and_goes_on() {
    const NOON: i64 = 4_925_966_400_000_000;
    let home = Home::new();
    let server = home.start(&["--control"]);
    let before: Value = serde_json::from_str(&server.get("/-/clock").body).unwrap();
    assert!(before["now"].as_i64().unwrap() > 1_600_000_000_000_000 && before["frozen"] == false);
    let noon = change(&server, &[("set", "2126-02-05T12:00:00Z"), ("frozen", "yes")]);
    assert_eq!(noon["frozen"], true);
    let noon = noon["now"].as_i64().unwrap();
    // It went on for a moment between the two.
    assert!((0..1_000_000).contains(&(noon - NOON)), "{noon}");
    let set = change(&server, &[("set", "4925966401")]);
    assert_eq!(set, json!({ "now": NOON + 1_000_000, "frozen": true }));
    bang(&server);
    assert_eq!(latest(&home), NOON + 1_000_000);
    let status = |server: &Server| {
        let status = server.get("/getComputerStatus?computer_id=local_computer").value();
        (crate::app::text(&status, "created_at"), status.get("no_data_since_5_minutes").cloned())
    };
    assert_eq!(status(&server), ("Tue, 05 Feb 2126 12:00:01 GMT".into(), Some(0_i64.into())));
    // What is written gets one microsecond after the other: the event, and the status of the computer.
    let moved = change(&server, &[("advance", "5m")]);
    assert_eq!(moved, json!({ "now": NOON + 301_000_001, "frozen": true }));
    assert_eq!(status(&server), ("Tue, 05 Feb 2126 12:00:01 GMT".into(), Some(1_i64.into())));
    let going = change(&server, &[("frozen", "no")]);
    assert_eq!(going["frozen"], false);
    assert!(going["now"].as_i64().unwrap() >= NOON + 301_000_001);
    bang(&server);
    assert!(latest(&home) > NOON + 301_000_001);
}

#[test]
fn the_clock_refuses_what_cannot_be() {
    let home = Home::new();
    let server = home.start(&["--control"]);
    let refused = |fields: &[(&str, &str)]| server.post("/-/clock", fields).refusal();
    let missing = "set, advance or frozen: the field is missing; given: x";
    assert_eq!(refused(&[("x", "y")]), (400, missing.into()));
    let expected = "a time such as 2026-01-31T12:00:00Z, or seconds since the epoch";
    assert_eq!(refused(&[("set", "noon")]), (400, format!("set: \"noon\" is not accepted; expected {expected}")));
    let expected = "a number with ms, s, m or h, such as 90s";
    assert_eq!(refused(&[("advance", "-1s")]), (400, format!("advance: \"-1s\" is not accepted; expected {expected}")));
    assert_eq!(
        refused(&[("frozen", "maybe")]),
        (400, "frozen: \"maybe\" is not accepted; expected yes or no, or true or false".into())
    );
    bang(&server);
    let (status, told) = refused(&[("set", "1")]);
    let last = told.strip_prefix("set: \"1000000\" is not accepted; expected no time before ").unwrap();
    let last: i64 = last.strip_suffix(", which something already has").unwrap().parse().unwrap();
    assert!(status == 400 && last >= latest(&home), "{told}");
    drop(server);

    let server = home.start(&[]);
    let refusal = "This call changes how the server behaves, and is there only when it is started with --control.";
    assert_eq!(server.get("/-/clock").refusal(), (403, refusal.into()));
    assert_eq!(server.post("/-/clock", &[("advance", "1s")]).refusal(), (403, refusal.into()));
}

/// What a server that does the same things says.
fn session(home: &Home) -> (Vec<Answer>, String, String) {
    let server = home.start(&["--deterministic"]);
    let format = ["computer", "format", "--partitions", "2"];
    assert_eq!(home.run(&format).code, Some(0));
    let requested = server.request("web");
    let computer = server.post("/requestComputer", &[("computer_title", "my node")]);
    bang(&server);
    let paths = [
        "/getRunId",
        "/getFullComputerInformation?computer_id=local_computer",
        "/getComputerStatus?computer_id=local_computer",
    ];
    let mut answers = vec![requested, computer];
    answers.extend(paths.map(|path| server.get(path)));
    let events = home.run(&["events", "--format", "json"]).stdout;
    (answers, events, without_times(&server.stop("TERM").stderr))
}

#[test]
fn a_deterministic_server_says_the_same_each_time() {
    let homes = [Home::new(), Home::new()];
    let [(first, events, _), (second, others, _)] = [session(&homes[0]), session(&homes[1])];
    assert_eq!(first, second);
    assert_eq!(events, others);
    assert_eq!(first[2], Answer::text("00000000000000000000000000000000"));
    assert!(first[0].body.contains("1767225600.0"), "{}", first[0].body);
    let times: Vec<i64> =
        events.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["at"].as_i64().unwrap()).collect();
    assert!(times.is_sorted_by(|a, b| a < b) && times[0] == 1_767_225_600_000_000, "{times:?}");
    // The next start goes on after what is there.
    let server = homes[0].start(&["--deterministic"]);
    bang(&server);
    assert!(latest(&homes[0]) > *times.last().unwrap() && latest(&homes[0]) < 1_767_225_600_000_100);
}
