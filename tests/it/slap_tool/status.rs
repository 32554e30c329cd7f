//! Status records.

use std::time::{Duration, SystemTime};

use slapproxy::wire::xml::Value;

use crate::app::{Answer, TestApp, request, text};
use crate::calls::LOCAL;

const PARTITION: &str = "/getComputerPartitionStatus?computer_id=local_computer&computer_partition_id=slappart0";

/// A record without its dates, which must be those of a report made lately.
fn record(app: &TestApp, path: &str) -> Vec<(String, Value)> {
    let record = app.get(path).value();
    for key in ["created_at", "since"] {
        let date = httpdate::parse_http_date(&text(&record, key)).unwrap();
        let age = SystemTime::now().duration_since(date).unwrap();
        assert!(age < Duration::from_secs(10), "{key}: {age:?}");
    }
    let entries = record.as_dictionary().unwrap().iter();
    let entries = entries.map(|(key, value)| (key.as_str().unwrap().to_owned(), value.clone()));
    entries.filter(|(key, _)| key != "created_at" && key != "since").collect()
}

fn expected(entries: &[(&str, &str)], flags: &[(&str, i64)]) -> Vec<(String, Value)> {
    let texts = entries.iter().map(|(key, text)| ((*key).to_owned(), (*text).into()));
    let flags = flags.iter().map(|(key, flag)| ((*key).to_owned(), (*flag).into()));
    let mut all: Vec<(String, Value)> = texts.chain(flags).collect();
    all.sort_by(|one, other| one.0.cmp(&other.0));
    all
}

const SILENT: [(&str, i64); 2] = [("no_data_since_15_minutes", 0), ("no_data_since_5_minutes", 0)];

#[test]
fn without_a_report_there_is_no_data() {
    let app = TestApp::formatted(2);
    request("root").place(&app);
    app.supply("/sr", "available");
    for (path, portal_type, reference) in [
        ("/getComputerStatus?computer_id=local_computer", "Compute Node", LOCAL),
        (PARTITION, "Software Instance", "local_computer-slappart0"),
        ("/getSoftwareInstallationStatus?computer_id=local_computer&url=/sr", "Software Installation", "/sr"),
    ] {
        let text = format!("#error no data found for {reference}");
        let entries = [
            ("portal_type", portal_type),
            ("reference", reference),
            ("state", ""),
            ("text", text.as_str()),
            ("user", "SlapOS Master"),
        ];
        assert_eq!(record(&app, path), expected(&entries, &[("no_data", 1)]));
    }
}

#[test]
fn a_free_partition_has_no_data() {
    let app = TestApp::formatted(1);
    let entries = [
        ("portal_type", "Software Instance"),
        ("reference", ""),
        ("state", ""),
        ("text", "#error no data found!"),
        ("user", "SlapOS Master"),
    ];
    let no_data = expected(&entries, &[("no_data", 1)]);
    assert_eq!(record(&app, PARTITION), no_data);
    // Nodes report the end of what is already forgotten.
    assert_eq!(app.report("/stoppedComputerPartition", "slappart0", &[]), Answer::text("Ignored"));
    assert_eq!(record(&app, PARTITION), no_data);
}

#[test]
fn a_record_is_whole() {
    let app = TestApp::formatted(1);
    request("root").place(&app);
    let fields = [("computer_id", LOCAL), ("computer_partition_id", "slappart0")];
    let by = Some((LOCAL, "slappart0"));
    assert_eq!(app.post_as("/startedComputerPartition", &fields, by), Answer::text("Ignored"));
    let entries = [
        ("portal_type", "Software Instance"),
        ("reference", "local_computer-slappart0"),
        ("state", "started"),
        ("text", "#access Instance correctly started"),
        ("user", "local_computer-slappart0"),
    ];
    assert_eq!(record(&app, PARTITION), expected(&entries, &SILENT));
}

#[test]
fn since_stays_as_long_as_the_kind_does() {
    let app = TestApp::formatted(1);
    request("root").place(&app);
    let started = || assert_eq!(app.report("/startedComputerPartition", "slappart0", &[]), Answer::text("Ignored"));
    let dates = || {
        let record = app.get(PARTITION).value();
        ["created_at", "since"].map(|key| httpdate::parse_http_date(&text(&record, key)).unwrap())
    };
    let age = |seconds: u64| {
        let micros = i64::try_from(seconds * 1_000_000).unwrap();
        let sql = "UPDATE status SET created_at = created_at - ?1, since = since - ?1";
        app.sqlite().execute(sql, [micros]).unwrap();
    };
    started();
    let [_, first] = dates();
    age(600);
    let back = |date: SystemTime| date - Duration::from_secs(600);
    assert_eq!(dates(), [back(first); 2]);
    // The same kind: said again now, since then.
    assert_eq!(app.report("/stoppedComputerPartition", "slappart0", &[]), Answer::text("Ignored"));
    let [created_at, since] = dates();
    assert!(created_at >= first);
    assert_eq!(since, back(first));
    // Another kind: since now.
    assert_eq!(app.report("/softwareInstanceError", "slappart0", &[("error_log", "x")]), Answer::text("Ignored"));
    let [created_at, since] = dates();
    assert!(created_at >= first && since == created_at);
}

#[test]
fn silence_is_flagged_after_the_thresholds_of_the_production_master() {
    let app = TestApp::formatted(1);
    request("root").place(&app);
    app.report("/startedComputerPartition", "slappart0", &[]);
    // 3 min 36 s and 7 min 12 s, whatever the names say.
    for (age, flags) in [(206, [0, 0]), (20, [0, 1]), (196, [0, 1]), (20, [1, 1])] {
        let sql = "UPDATE status SET created_at = created_at - ?1";
        app.sqlite().execute(sql, [age * 1_000_000_i64]).unwrap();
        let record = app.get(PARTITION).value();
        let found = ["no_data_since_15_minutes", "no_data_since_5_minutes"].map(|key| record.get(key).cloned());
        assert_eq!(found, flags.map(|flag: i64| Some(flag.into())), "{age}");
    }
}

#[test]
fn a_report_without_state_keeps_the_state() {
    let app = TestApp::formatted(1);
    request("root").place(&app);
    app.report("/startedComputerPartition", "slappart0", &[]);
    for (path, said) in [
        ("/softwareInstanceError", "#error while instanciating: x"),
        ("/buildingComputerPartition", "#building Instance is being deployed"),
        ("/softwareInstanceBang", "#error bang called: "),
    ] {
        assert_eq!(app.report(path, "slappart0", &[("error_log", "x")]).status, 200);
        let record = app.get(PARTITION).value();
        assert_eq!(["text", "state"].map(|key| text(&record, key)), [said, "started"]);
    }
}

#[test]
fn an_error_shows_the_end_of_its_log() {
    let app = TestApp::formatted(1);
    request("root").place(&app);
    let log = format!("{}{}", "é".repeat(100), "0123456789".repeat(8));
    app.report("/softwareInstanceError", "slappart0", &[("error_log", &log)]);
    let shown = format!("#error while instanciating: {}", "0123456789".repeat(8));
    assert_eq!(text(&app.get(PARTITION).value(), "text"), shown);
}

#[test]
fn a_report_about_a_shared_instance_is_not_one_about_its_host() {
    let app = TestApp::formatted(1);
    request("host").place(&app);
    request("s").shared().place(&app);
    app.report("/startedComputerPartition", "slappart0", &[]);
    let error = [("slave_reference", "_s"), ("error_log", "of the shared one")];
    assert_eq!(app.report("/softwareInstanceError", "slappart0", &error), Answer::text("Ignored"));
    assert_eq!(text(&app.get(PARTITION).value(), "text"), "#access Instance correctly started");
    let unknown = "slave_reference: there is no shared instance of this host called \"_t\"; known: _s";
    let error = [("slave_reference", "_t"), ("error_log", "x")];
    assert_eq!(app.report("/softwareInstanceError", "slappart0", &error).refusal(), (404, unknown.into()));
    for nobody in ["None", "none", ""] {
        let error = [("slave_reference", nobody), ("error_log", nobody)];
        assert_eq!(app.report("/softwareInstanceError", "slappart0", &error), Answer::text("Ignored"));
        assert_eq!(text(&app.get(PARTITION).value(), "text"), format!("#error while instanciating: {nobody}"));
    }
}

#[test]
fn a_computer_that_asks_what_to_do_is_there() {
    let app = TestApp::formatted(1);
    app.get("/getFullComputerInformation?computer_id=local_computer");
    let entries = [
        ("portal_type", "Compute Node"),
        ("reference", LOCAL),
        ("state", ""),
        ("text", "#access local_computer"),
        ("user", LOCAL),
    ];
    let path = "/getComputerStatus?computer_id=local_computer";
    assert_eq!(record(&app, path), expected(&entries, &SILENT));
    app.post("/computerBang", &[("computer_id", LOCAL)]);
    assert_eq!(text(&app.get(path).value(), "text"), "#error bang");
    app.get("/getFullComputerInformation?computer_id=local_computer");
    assert_eq!(text(&app.get(path).value(), "text"), "#access local_computer");
}

#[test]
fn the_node_reads_what_it_reported_last() {
    let app = TestApp::formatted(2);
    request("root").place(&app);
    request("silent").place(&app);
    let statuses = || {
        let information = app.information(LOCAL);
        let partitions = information.get("_computer_partition_list").unwrap().as_list().unwrap();
        partitions.iter().map(|partition| partition.get("_access_status").cloned()).collect::<Vec<_>>()
    };
    assert_eq!(statuses(), [None, None]);
    app.report("/softwareInstanceError", "slappart0", &[("error_log", "x")]);
    assert_eq!(statuses(), [Some("#error while instanciating: x".into()), None]);
    app.report("/startedComputerPartition", "slappart0", &[]);
    assert_eq!(statuses(), [Some("#access Instance correctly started".into()), None]);
}
