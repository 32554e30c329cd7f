//! `slapproxy show`

use std::fmt::Write as _;
use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Map, Value, json};

use super::{Home, Server, failed, files, printed, sample};
use crate::app::dictionary;

const SECTIONS: [&str; 10] =
    ["computers", "software", "partitions", "instances", "shared", "forwarded", "params", "network", "events", "usage"];

/// A journal of three movements.
const JOURNAL: &str = include_str!("../../../fixtures/wire/tioxml/valid-two-transactions-many-movements.xml");

/// Fills the database with one of everything.
fn filled(home: &Home) -> Server {
    let description = home.run(&["format", "--partitions", "2", "--computer-id", "COMP-1", "--ipv6="]).stdout;
    let server = home.start(&["--computer-id", "COMP-1"]);
    assert_eq!(home.run_with(&["import", "-"], &[], &description).code, Some(0));
    let post = |path, fields: &[(&str, &str)]| {
        let answer = server.post(path, fields);
        assert_eq!(answer.status, 200, "{}", answer.body);
    };
    post("/supplySupply", &[("url", "/sr"), ("computer_id", "COMP-1"), ("state", "available")]);
    post("/softwareReleaseError", &[("url", "/sr"), ("computer_id", "COMP-1"), ("error_log", "make: *** failed")]);
    let request = |title, parameters: &[(&str, &str)], shared: &str| {
        let fields = [
            ("software_release", "/sr"),
            ("software_type", "default"),
            ("partition_reference", title),
            ("partition_parameter_xml", &*dictionary(parameters)),
            ("filter_xml", &*dictionary(&[("computer_guid", "COMP-1")])),
            ("shared_xml", &*format!("<marshal><bool>{shared}</bool></marshal>")),
        ];
        post("/requestComputerPartition", &fields);
    };
    request("web", &[("_", "{\"size\": [1]}")], "0");
    request("site", &[("domain", "example.org")], "1");
    let key = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC7 user@example.org";
    let connection = dictionary(&[("url", "http://web/"), ("ssh-public-key", key)]);
    let publish = [("computer_id", "COMP-1"), ("computer_partition_id", "slappart0"), ("connection_xml", &*connection)];
    post("/setComputerPartitionConnectionXml", &publish);
    post("/startedComputerPartition", &publish[..2]);
    post("/useComputer", &[("computer_id", "COMP-1"), ("use_string", &JOURNAL.replacen("slappart0", "slappart1", 1))]);
    server
}

/// A JSON document with every time replaced by its name.
fn timeless(value: Value) -> Value {
    match value {
        Value::Array(list) => list.into_iter().map(timeless).collect(),
        Value::Object(map) => {
            let entry = |(key, value): (String, Value)| match key.as_str() {
                "at" | "last_at" | "timestamp" | "received_at" => {
                    assert!(value.as_i64().is_some_and(|time| time > 1_600_000_000_000_000), "{key}: {value}");
                    (key.clone(), Value::from(key))
                }
                _ => (key, timeless(value)),
            };
            map.into_iter().map(entry).collect::<Map<_, _>>().into()
        }
        other => other,
    }
}

/// A text with every date replaced, and blanks squeezed.
fn dateless(text: &str) -> String {
    let line = |line: &str| match line.split_once(" GMT ") {
        Some((_, rest)) => format!("  DATE {}\n", rest.split_whitespace().collect::<Vec<_>>().join(" ")),
        None => format!("{line}\n"),
    };
    versionless(&text.lines().map(line).collect::<String>())
}

fn versionless(text: &str) -> String {
    text.replace(env!("CARGO_PKG_VERSION"), "VERSION")
}

#[test]
fn everything_is_shown_in_tables() {
    let home = Home::new();
    let server = filled(&home);
    let running = home.run(&["show"]);
    assert_eq!(server.stop("TERM").code, Some(0));
    let stopped = home.run(&["show"]);
    assert_eq!(stopped, running);
    assert_eq!((stopped.code, stopped.stderr.as_str()), (Some(0), ""));
    insta::assert_snapshot!(dateless(&stopped.stdout), @r##"
    computers
      reference  title  address    netmask          description
      COMP-1     -      127.0.0.1  255.255.255.255  instance_root=/srv/slapgrid slapos_version=slapproxy VERSION

    software
      computer  software release  requested  status
      COMP-1    /sr               available  #error while installing /sr

    partitions
      computer  partition  state  instance  description
      COMP-1    slappart0  busy   web       ipv6_range={} path=/srv/slapgrid/slappart0
      COMP-1    slappart1  free   -         ipv6_range={} path=/srv/slapgrid/slappart1

    instances
      title  root  requester  place             software release  type     requested  status
      web    web   user       COMP-1/slappart0  /sr               default  started    #access Instance correctly started

    shared instances
      reference  host  title  root  requester  place             software release  type     requested  status
      _site      web   site   site  user       COMP-1/slappart0  /sr               default  started    -

    forwarded: none

    parameters
     web (type default)
       <- _ = {
            "size": [
              1
            ]
          }
       -> ssh-public-key = ssh-rsa AAAAB3NzaC1y...QC7 user@example.org
       -> url = http://web/
     site (type default, shared as _site)
       <- domain = example.org

    network
      computer  partition  addresses
      COMP-1    slappart0  127.0.0.1 on slappart0
      COMP-1    slappart1  127.0.0.1 on slappart1

    events
      when                           who     about                      what                                                                                  changes                                                                            repeated
      DATE COMP-1 COMP-1 useComputer: consumption report 1 of "local_computer": 1 of 3 movements do not count - -
      DATE COMP-1 COMP-1 slappart0 web /sr startedComputerPartition: #access Instance correctly started - -
      DATE COMP-1 COMP-1 slappart0 web /sr setComputerPartitionConnectionXml: published ssh-public-key, url connection ssh-public-key added: (not shown); connection url added: "http://web/" -
      DATE user COMP-1 slappart0 site /sr requestComputerPartition: shared, started - -
      DATE user COMP-1 slappart0 web /sr requestComputerPartition: started - -
      DATE COMP-1 COMP-1 /sr softwareReleaseError: make: *** failed - -
      DATE user COMP-1 /sr supplySupply: available - -
      DATE user COMP-1 loadComputerConfigurationFromXML: 2 partitions: 2 added, 0 kept, 0 removed - -

    usage
      report                     when                           from    used by  reference  resource         title                           quantity  price  since  until                   does not count
      DATE COMP-1 - slappart1 CPU Consumption Title Sale Packing List Line 1 42.42 0 - 2026-01-01 at 00:00:00 the partition slappart1 is free
      DATE COMP-1 web slappart0 CPU Consumption Title Sale Packing List Line 1 42.42 0 - 2026-01-01 at 00:00:00 -
      DATE COMP-1 web slappart0 CPU Consumption Title Sale Packing List Line 1 42.42 0 - 2026-01-01 at 00:00:00 -

    usage in all
      used by  resource         quantity  movements
      web      CPU Consumption  84.84     2
    "##);
}

#[test]
fn e6_everything_is_shown_as_json() {
    let home = Home::new();
    drop(filled(&home));
    let Value::Object(shown) = timeless(home.show(&[])) else { panic!("no object") };
    let mut lines = String::new();
    for (section, rows) in shown {
        for row in rows.as_array().unwrap() {
            writeln!(lines, "{section}: {row}").unwrap();
        }
    }
    insta::assert_snapshot!(versionless(&lines), @r##"
    computers: {"address":"127.0.0.1","description":{"instance_root":"/srv/slapgrid","slapos_version":"slapproxy VERSION"},"netmask":"255.255.255.255","reference":"COMP-1","title":null}
    events: {"at":"at","changes":[],"computer":"COMP-1","count":1,"instance":null,"kind":"useComputer","last_at":"last_at","partition":null,"reprocessed":[],"software_release":null,"text":"consumption report 1 of \"local_computer\": 1 of 3 movements do not count","user":"COMP-1"}
    events: {"at":"at","changes":[],"computer":"COMP-1","count":1,"instance":"web","kind":"startedComputerPartition","last_at":"last_at","partition":"slappart0","reprocessed":[],"software_release":"/sr","text":"#access Instance correctly started","user":"COMP-1"}
    events: {"at":"at","changes":["connection ssh-public-key added: (not shown)","connection url added: \"http://web/\""],"computer":"COMP-1","count":1,"instance":"web","kind":"setComputerPartitionConnectionXml","last_at":"last_at","partition":"slappart0","reprocessed":[],"software_release":"/sr","text":"published ssh-public-key, url","user":"COMP-1"}
    events: {"at":"at","changes":[],"computer":"COMP-1","count":1,"instance":"site","kind":"requestComputerPartition","last_at":"last_at","partition":"slappart0","reprocessed":["web"],"software_release":"/sr","text":"shared, started","user":"user"}
    events: {"at":"at","changes":[],"computer":"COMP-1","count":1,"instance":"web","kind":"requestComputerPartition","last_at":"last_at","partition":"slappart0","reprocessed":[],"software_release":"/sr","text":"started","user":"user"}
    events: {"at":"at","changes":[],"computer":"COMP-1","count":1,"instance":null,"kind":"softwareReleaseError","last_at":"last_at","partition":null,"reprocessed":[],"software_release":"/sr","text":"make: *** failed","user":"COMP-1"}
    events: {"at":"at","changes":[],"computer":"COMP-1","count":1,"instance":null,"kind":"supplySupply","last_at":"last_at","partition":null,"reprocessed":[],"software_release":"/sr","text":"available","user":"user"}
    events: {"at":"at","changes":[],"computer":"COMP-1","count":1,"instance":null,"kind":"loadComputerConfigurationFromXML","last_at":"last_at","partition":null,"reprocessed":[],"software_release":null,"text":"2 partitions: 2 added, 0 kept, 0 removed","user":"user"}
    instances: {"computer":"COMP-1","partition":"slappart0","requested_state":"started","requester":null,"root":"web","sla":{"computer_guid":"COMP-1"},"software_release":"/sr","software_type":"default","status":"#access Instance correctly started","timestamp":"timestamp","title":"web"}
    network: {"addresses":[{"address":"127.0.0.1","gateway":null,"interface":"slappart0","netmask":"255.255.255.255","network":null}],"computer":"COMP-1","partition":"slappart0"}
    network: {"addresses":[{"address":"127.0.0.1","gateway":null,"interface":"slappart1","netmask":"255.255.255.255","network":null}],"computer":"COMP-1","partition":"slappart1"}
    params: {"connection":{"ssh-public-key":"ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC7 user@example.org","url":"http://web/"},"parameters":{"_":"{\"size\": [1]}"},"root":"web","shared_reference":null,"title":"web"}
    params: {"connection":null,"parameters":{"domain":"example.org"},"root":"site","shared_reference":"_site","title":"site"}
    partitions: {"computer":"COMP-1","description":{"ipv6_range":{},"path":"/srv/slapgrid/slappart0"},"instance":"web","partition":"slappart0"}
    partitions: {"computer":"COMP-1","description":{"ipv6_range":{},"path":"/srv/slapgrid/slappart1"},"instance":null,"partition":"slappart1"}
    shared: {"computer":"COMP-1","host":"web","partition":"slappart0","reference":"_site","requested_state":"started","requester":null,"root":"site","sla":{"computer_guid":"COMP-1"},"software_release":"/sr","software_type":"default","status":null,"timestamp":"timestamp","title":"site"}
    software: {"computer":"COMP-1","requested_state":"available","software_release":"/sr","status":"#error while installing /sr"}
    usage: {"computer_guid":"COMP-1","id":1,"movement_list":[{"accepted":false,"price":0.0,"quantity":42.42,"reason":"the partition slappart1 is free","reference":"slappart1","resource":"CPU Consumption","start_date":"","stop_date":"2026-01-01 at 00:00:00","title":"Title Sale Packing List Line 1"},{"accepted":true,"instance":{"instance_title":"web"},"price":0.0,"quantity":42.42,"reference":"slappart0","resource":"CPU Consumption","start_date":"","stop_date":"2026-01-01 at 00:00:00","title":"Title Sale Packing List Line 1"},{"accepted":true,"instance":{"instance_title":"web"},"price":0.0,"quantity":42.42,"reference":"slappart0","resource":"CPU Consumption","start_date":"","stop_date":"2026-01-01 at 00:00:00","title":"Title Sale Packing List Line 1"}],"number":1,"received_at":"received_at","source_reference":"local_computer","user":"COMP-1"}
    "##);
}

#[test]
fn each_selection_shows_its_part() {
    let home = Home::new();
    let _server = filled(&home);
    let all = home.show(&[]);
    let texts: Vec<String> = SECTIONS
        .iter()
        .map(|section| {
            let option = format!("--{section}");
            assert_eq!(home.show(&[&option]), json!({ *section: all[section] }));
            home.run(&["show", &option]).stdout
        })
        .collect();
    assert_eq!(home.run(&["show"]), printed(texts.join("\n")));
    assert_eq!(home.run(&["proxy", "show", "--slaves", "--params"]), printed([&*texts[4], &*texts[6]].join("\n")));
    let environment = [("SLAPPROXY_FORMAT", "json")];
    let by_variable = home.run_with(&["show", "--software"], &environment, "");
    assert_eq!(by_variable, printed(format!("{:#}\n", json!({"software": all["software"]}))));
}

#[test]
fn e6_showing_changes_nothing() {
    let home = Home::new();
    let server = filled(&home);
    let state = || {
        let metadata = fs::metadata(home.database()).unwrap();
        let listed = files(home.database().parent().unwrap());
        (fs::read(home.database()).unwrap(), metadata.modified().unwrap(), metadata.len(), listed)
    };
    super::eventually("an empty log", || fs::metadata(home.path("data/slapproxy/proxy.db-wal")).unwrap().len() == 0);
    let before = state();
    assert_eq!(home.run(&["show"]).code, Some(0));
    assert!(state() == before);
    assert_eq!(server.stop("TERM").code, Some(0));
    let before = state();
    assert_eq!(before.3, ["proxy.db"]);
    assert_eq!(home.run(&["show"]).code, Some(0));
    assert!(state() == before);
}

#[test]
fn a_file_that_cannot_be_written_is_shown() {
    let home = Home::new();
    let server = filled(&home);
    assert_eq!(server.stop("TERM").code, Some(0));
    let expected = home.run(&["show"]);
    let directory = home.path("odd ?#% name");
    fs::create_dir(&directory).unwrap();
    let database = directory.join("pröxy.db");
    fs::copy(home.database(), &database).unwrap();
    let mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    mode(&home.path(""), 0o755);
    mode(&database, 0o444);
    mode(&directory, 0o555);
    let mut command = home.command(&["show", "-u"]);
    command.arg(&database);
    // Permissions bind only others than root.
    if fs::write(directory.join("probe"), "").is_ok() {
        fs::remove_file(directory.join("probe")).unwrap();
        command.uid(65534).gid(65534);
    }
    let output = command.output().unwrap();
    mode(&directory, 0o755);
    assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap()), (Some(0), String::new()));
    assert_eq!(String::from_utf8(output.stdout).unwrap(), expected.stdout);
}

#[test]
fn what_a_crash_left_in_the_log_is_shown() {
    let home = Home::new();
    let mut server = filled(&home);
    // A reader keeps the log from being emptied.
    let reader = rusqlite::Connection::open(home.database()).unwrap();
    reader.execute_batch("BEGIN; SELECT * FROM instance").unwrap();
    assert_eq!(server.request("late").status, 200);
    server.child.kill().unwrap();
    server.end();
    drop(reader);
    let titles = |home: &Home| {
        let shown = home.show(&["--instances"]);
        let titles = shown["instances"].as_array().unwrap().iter().map(|row| row["title"].as_str().unwrap().to_owned());
        titles.collect::<Vec<_>>()
    };
    assert_eq!(titles(&home), ["web", "late"]);
}

#[test]
fn e6_a_missing_file_is_not_made() {
    let home = Home::new();
    let database = home.database();
    let sentence = format!(
        "error: there is no database {}; `slapproxy start` makes it, and --database-uri or --cfg names another one\n",
        database.display()
    );
    assert_eq!(home.run(&["show"]), failed(1, sentence.clone()));
    assert_eq!(home.run(&["show", "--format", "json", "--events"]), failed(1, sentence));
    assert_eq!(files(&home.path("")), Vec::<String>::new());
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let home = Home::new();
    assert_eq!(home.run(&["import", &sample("100-partitions.xml")]).code, Some(0));
    let mut show = home.command(&["show", "--format", "json"]);
    let mut show = show.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(show.stdout.take());
    let mut stderr = String::new();
    show.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert_eq!((show.wait().unwrap().code(), stderr.as_str()), (Some(0), ""));

    let mut head = Command::new("sh");
    head.args(["-c", &format!("'{}' show | head -n 1", env!("CARGO_BIN_EXE_slapproxy"))]);
    let output = head.env("XDG_DATA_HOME", home.path("data")).output().unwrap();
    assert_eq!((output.stdout.as_slice(), output.stderr.as_slice()), (b"computers\n".as_slice(), b"".as_slice()));
}
