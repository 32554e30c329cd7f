//! `slapproxy computer`

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::json;

use super::{Home, failed, noted, printed};

const UNKNOWN: &str = "Computer nope does not exist.\nhint: `slapproxy computer list` shows those that do\n";

#[test]
fn computers_are_listed_as_the_python_client_does_unless_a_person_asks() {
    let home = Home::new();
    let _server = home.formatted(1);
    home.run(&["computer", "format", "--computer-id", "COMP-2"]);
    assert_eq!(
        home.run(&["computer", "list"]),
        printed("List of Computers:\nCOMP-2 COMP-2\nlocal_computer local_computer\n")
    );
    assert_eq!(
        home.run(&["computer", "list", "--format", "text"]),
        printed("computers\n  reference       title\n  COMP-2          COMP-2\n  local_computer  local_computer\n")
    );
    assert_eq!(
        home.json(&["computer", "list"]),
        json!([{"reference": "COMP-2", "title": "COMP-2"}, {"reference": "local_computer", "title": "local_computer"}])
    );
}

#[test]
fn a_computer_is_told_with_the_reports_about_it() {
    let home = Home::new();
    let server = home.formatted(1);
    assert_eq!(
        home.run(&["computer", "info", "local_computer"]),
        printed("Computer Reference: local_computer\nComputer Title    : local_computer\n")
    );
    home.run(&["request", "t", "/sr", "--no-validate"]);
    server.get("/getFullComputerInformation?computer_id=local_computer");
    let place = [("computer_id", "local_computer"), ("computer_partition_id", "slappart0")];
    server.post("/startedComputerPartition", &place);
    assert_eq!(
        home.json(&["computer", "info", "local_computer"]),
        json!({
            "reference": "local_computer", "title": "local_computer", "report": "#access local_computer",
            "partition-reports": {"slappart0": "#access Instance correctly started"}, "closed": false, "network": null,
            "partitions": [{
                "compute_partition_id": "slappart0", "slap_state": "busy", "instance_guid": "t______0",
                "ip_list": [["slappart0", "127.0.0.1"], ["slappart0", "::1"]],
            }],
        })
    );
    let text = home.run(&["computer", "info", "local_computer", "--format", "text"]).stdout;
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!((lines[0], lines[1], lines[3]), ("local_computer", "  reference    local_computer", "busy partitions"));
    assert!(lines[2].starts_with("  last report  ok: local_computer ("), "{text}");
    assert!(lines[5].starts_with("  slappart0 ") && lines[5].ends_with("ok: Instance correctly started"), "{text}");
    assert_eq!(home.run(&["computer", "info", "nope"]), failed(2, UNKNOWN));
}

#[test]
fn a_computer_gets_partitions_from_options_and_from_a_file() {
    let home = Home::new();
    let _server = home.start(&[]);
    let partitions = || {
        let shown = home.show(&["--network"])["network"].clone();
        let line = |one: &serde_json::Value| {
            let addresses = one["addresses"].as_array().unwrap().iter().map(|one| one["address"].as_str().unwrap());
            let words = [one["computer"].as_str().unwrap(), one["partition"].as_str().unwrap()];
            words.into_iter().chain(addresses).collect::<Vec<_>>().join(" ")
        };
        shown.as_array().unwrap().iter().map(line).collect::<Vec<_>>()
    };
    let options = ["--partitions", "2", "--ipv4", "10.0.0.0/24", "--ipv6", "", "--partition-base-name", "p"];
    let posted = home.json(&[&["computer", "format"], &options[..]].concat());
    assert_eq!(posted, json!({"computer": "local_computer", "partitions": ["p0", "p1"]}));
    assert_eq!(partitions(), ["local_computer p0 10.0.0.2", "local_computer p1 10.0.0.3"]);

    home.run(&["format", "--computer-id", "COMP-2", "--partitions", "1", "-o", "computer.xml"]);
    assert_eq!(home.run(&["computer", "format", "--file", "computer.xml"]), noted("COMP-2 has 1 partitions\n"));
    assert_eq!(partitions()[2], "COMP-2 slappart0 127.0.0.1 ::1");
    assert_eq!(home.run(&["computer", "format", "--file", "computer.xml", "--partitions", "3"]).code, Some(2));
    let missing = home.run(&["computer", "format", "--file", "nope.xml"]);
    assert_eq!(missing, failed(1, "error: nothing is imported:\nnope.xml: No such file or directory (os error 2)\n"));
}

#[test]
fn a_bang_wakes_every_instance_of_a_computer() {
    let home = Home::new();
    let _server = home.formatted(1);
    home.run(&["request", "t", "/sr", "--no-validate"]);
    let timestamp = || home.show(&["--instances"])["instances"][0]["timestamp"].clone();
    let before = timestamp();
    let said = noted("local_computer will process all its instances again\n");
    assert_eq!(home.run(&["computer", "bang", "local_computer", "--message", "why"]), said);
    assert_ne!(timestamp(), before);
    assert_eq!(home.run(&["computer", "bang", "nope"]), failed(2, UNKNOWN));
}

#[test]
fn a_computer_gets_one_certificate_until_it_is_revoked() {
    let home = Home::new();
    let _server = home.formatted(1);
    let get = |words: &[&str]| home.run(&[&["computer", "certificate", "local_computer"], words].concat());
    let printed_pair = get(&[]);
    assert_eq!((printed_pair.code, printed_pair.stderr.as_str()), (Some(0), ""));
    let starts = ["-----BEGIN PRIVATE KEY-----", "-----BEGIN CERTIFICATE-----"];
    assert!(starts.iter().all(|start| printed_pair.stdout.contains(start)), "{}", printed_pair.stdout);
    let again = get(&[]);
    assert_eq!((again.code, again.stdout.as_str()), (Some(1), ""));
    assert!(again.stderr.starts_with("error: local_computer: "), "{}", again.stderr);
    assert_eq!(get(&["--revoke"]), noted("local_computer: its certificate is revoked\n"));
    let gone = get(&["--revoke"]);
    assert_eq!(gone.code, Some(1));
    assert!(gone.stderr.starts_with("error: local_computer: "), "{}", gone.stderr);

    assert_eq!(get(&["-o", "ssl"]), noted("local_computer: ssl/computer.key and ssl/computer.crt\n"));
    for (file, start) in ["computer.key", "computer.crt"].iter().zip(starts) {
        let path = home.path("ssl").join(file);
        assert!(fs::read_to_string(&path).unwrap().contains(start), "{file}");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600, "{file}");
    }
    assert_eq!(home.run(&["computer", "certificate", "nope"]), failed(2, UNKNOWN));
    assert_eq!(home.run(&["computer", "certificate", "nope", "--revoke"]), failed(2, UNKNOWN));
}

#[test]
fn a_master_without_authority_says_that_it_gives_no_certificates() {
    let home = Home::new();
    let _server = home.start(&["--no-certificates"]);
    let refused = failed(1, "error: local_computer: Certificate authority not configured\n");
    assert_eq!(home.run(&["computer", "certificate", "local_computer"]), refused);
    assert_eq!(home.run(&["computer", "certificate", "local_computer", "--revoke"]), refused);
}
