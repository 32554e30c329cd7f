//! The log of the program.

use std::fs;

use serde_json::Value;

use super::{Home, Server, without_times};

#[test]
fn every_line_of_a_json_log_is_an_object() {
    let home = Home::new();
    let mut server = Server::spawned(home.command(&["start", "--port", "0", "--log-format", "json", "-v"]));
    let line = server.line_with("Running on http");
    let message = serde_json::from_str::<Value>(&line).unwrap()["message"].as_str().unwrap().to_owned();
    server.url = message.split(' ').nth(2).unwrap().trim_end_matches('/').to_owned();
    let url = server.url.clone();
    assert_eq!(server.get("/getRunId").status, 200);
    assert_eq!(server.get_with("/", &[("Host", "evil.example")]).status, 403);
    let stopped = server.stop("TERM");
    let lines: Vec<Value> = stopped.stderr.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let said: Vec<String> = lines
        .iter()
        .map(|line| {
            assert_eq!(line.as_object().unwrap().len(), 3);
            let time = line["time"].as_str().unwrap();
            assert!(time.len() == "2025-01-01T00:00:00.000Z".len() && time.ends_with('Z'), "{time}");
            format!("{} {}", line["level"].as_str().unwrap(), line["message"].as_str().unwrap())
        })
        .collect();
    let expected = [
        format!("INFO slapproxy {}: a SlapOS master for one machine", env!("CARGO_PKG_VERSION")),
        format!("INFO Running on {url}/ (Press CTRL+C to quit)"),
        format!("INFO database    {}", home.database().display()),
        "INFO computer    local_computer: 0 partitions, 0 free".into(),
        "INFO hint: give it partitions with `slapproxy format | slapproxy import -`, or with slapformat".into(),
        format!("INFO agent and client: master_url = {url}/"),
        "DEBUG GET /getRunId 200".into(),
        "WARN GET / refused: Host: \"evil.example\" is not a name of this server; \
         allow it with --allow-host evil.example"
            .into(),
        "INFO stopping".into(),
    ];
    assert_eq!((stopped.code, said), (Some(0), expected.to_vec()));
}

#[test]
fn a_log_file_takes_the_log_and_keeps_what_it_holds() {
    let home = Home::new();
    let log = home.write("proxy.log", "before\n");
    for arguments in [["--log-file", &log].as_slice(), &["--log-file", &log, "--log-format", "json"]] {
        let server = home.start(arguments);
        let stopped = server.stop("TERM");
        assert_eq!((stopped.code, stopped.stderr.lines().count()), (Some(0), 6), "{}", stopped.stderr);
    }
    let content = without_times(&fs::read_to_string(log).unwrap());
    let mut lines = content.lines();
    assert_eq!((lines.next(), lines.next()), (Some("before"), Some("[INFO ] stopping")));
    let last: Value = serde_json::from_str(lines.next().unwrap()).unwrap();
    assert_eq!((&last["message"], lines.next()), (&"stopping".into(), None));
}

#[test]
fn the_configuration_may_name_the_log_file_of_server_and_import() {
    let home = Home::new();
    let cfg = home.write("slapos.cfg", "[slapproxy]\nlog_file = proxy.log\n");
    assert_eq!(home.start(&["--cfg", &cfg]).stop("TERM").stderr.lines().count(), 6);
    let description = |partitions: &str| {
        let finished = home.run(&["format", "--partitions", partitions, "--output", "computer.xml"]);
        assert_eq!(finished, super::noted(format!("computer.xml: {partitions} partitions of local_computer\n")));
        home.run(&["import", "--cfg", &cfg, "computer.xml"])
    };
    assert_eq!(description("2"), super::noted("local_computer: 2 partitions added, 0 kept, 0 removed\n"));
    let removed = "local_computer: 0 partitions added, 1 kept, 1 removed\n  removed slappart1, which was free\n";
    assert_eq!(description("1"), super::noted(removed));
    let log = without_times(&fs::read_to_string(home.path("proxy.log")).unwrap());
    assert_eq!(log, "[INFO ] stopping\n[INFO ] slappart1 of local_computer is removed by a smaller format\n");
}
