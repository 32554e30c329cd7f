//! `slapproxy events`

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;

use super::{Home, failed, printed};

/// The texts of printed events, one JSON object a line.
fn texts(lines: &str) -> Vec<String> {
    let text = |line: &str| serde_json::from_str::<Value>(line).unwrap()["text"].as_str().unwrap().to_owned();
    lines.lines().map(text).collect()
}

#[test]
fn events_are_printed_latest_last_through_the_server_and_from_the_file() {
    let home = Home::new();
    let server = home.start(&[]);
    let bang = |message: &str| {
        server.post("/computerBang", &[("computer_id", "local_computer"), ("message", message)]);
    };
    for message in ["a", "b", "b"] {
        bang(message);
    }
    server.request("x");
    let events = |arguments: &[&str]| home.run(&[&["events"], arguments].concat());
    let calls: [&[&str]; 3] =
        [&[], &["--format", "json", "--limit", "2"], &["--instance", "x", "--computer", "local_computer"]];
    let running = calls.map(events);
    assert_eq!(server.stop("TERM").code, Some(0));
    assert_eq!(calls.map(events), running);
    let line = |line: &str| {
        let (date, rest) = line.split_once("  ").unwrap();
        assert!(date.ends_with(" GMT"), "{line}");
        rest.to_owned()
    };
    let lines: Vec<String> = running[0].stdout.lines().map(line).collect();
    let refused = "user  refused: No free computer partition found for: x (local_computer has no partition: format it, or \
                   import its description)  [local_computer x /sr]";
    let expected = [
        "local_computer  computerBang: a  [local_computer]",
        "local_computer  computerBang: b  [local_computer]  (2 times)",
        refused,
    ];
    assert_eq!(lines, expected);
    assert_eq!(texts(&running[1].stdout)[0], "b");
    assert_eq!(running[2].stdout.lines().map(line).collect::<Vec<_>>(), [refused]);
    assert_eq!(events(&["--computer", "nope"]), printed(""));
    let sentence = format!(
        "error: no server uses the database {}, so nothing happens that could be followed\nhint: start one with \
         `slapproxy start`\n",
        home.database().display()
    );
    assert_eq!(events(&["--follow"]), failed(1, sentence));
}

/// A program that follows.
struct Follower(Child, Option<BufReader<ChildStdout>>);

impl Follower {
    fn new(home: &Home) -> Self {
        let mut command = home.command(&["events", "--follow", "--format", "json"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        Self(child, Some(stdout))
    }

    fn text(&mut self) -> String {
        let mut line = String::new();
        self.1.as_mut().unwrap().read_line(&mut line).unwrap();
        texts(&line).remove(0)
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        let _ended = self.0.kill();
        let _status = self.0.wait();
    }
}

#[test]
fn following_goes_on_over_a_restart_of_the_server_until_it_is_interrupted() {
    let home = Home::new();
    let bang = |server: &super::Server, message: &str| {
        server.post("/computerBang", &[("computer_id", "local_computer"), ("message", message)]);
    };
    let server = home.start(&[]);
    bang(&server, "before");
    let mut follower = Follower::new(&home);
    assert_eq!(follower.text(), "before");
    bang(&server, "live");
    assert_eq!(follower.text(), "live");
    assert_eq!(server.stop("TERM").code, Some(0));
    let server = home.start(&[]);
    bang(&server, "after");
    assert_eq!(follower.text(), "after");
    let kill = format!("kill -INT {}", follower.0.id());
    assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    assert_eq!(follower.0.wait().unwrap().code(), Some(0));
}

#[test]
fn following_ends_when_nobody_reads_what_is_printed() {
    let home = Home::new();
    let server = home.start(&[]);
    let bang = |message: &str| {
        server.post("/computerBang", &[("computer_id", "local_computer"), ("message", message)]);
    };
    bang("before");
    let mut follower = Follower::new(&home);
    assert_eq!(follower.text(), "before");
    let Follower(child, stdout) = &mut follower;
    *stdout = None;
    bang("nobody reads this");
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
