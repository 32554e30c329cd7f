//! Reports are stored, and status calls answer from them.

use crate::app::{Answer, TestApp, request, text};
use crate::calls::LOCAL;

#[test]
fn b20_reports_about_instances_are_answered_by_the_status_call() {
    let app = TestApp::formatted(1);
    request("root").place(&app);
    let path = "/getComputerPartitionStatus?computer_id=local_computer&computer_partition_id=slappart0";
    for (report, fields, expected, state) in [
        ("/buildingComputerPartition", vec![], "#building Instance is being deployed", ""),
        ("/availableComputerPartition", vec![], "#access Instance available", ""),
        ("/startedComputerPartition", vec![], "#access Instance correctly started", "started"),
        ("/softwareInstanceError", vec![("error_log", "no disk")], "#error while instanciating: no disk", "started"),
        ("/stoppedComputerPartition", vec![], "#access Instance correctly stopped", "stopped"),
    ] {
        assert_eq!(app.report(report, "slappart0", &fields), Answer::text("Ignored"));
        let record = app.get(path).value();
        let found = ["user", "text", "state"].map(|key| text(&record, key));
        assert_eq!(found, [LOCAL, expected, state], "{report}");
    }
    assert_eq!(app.report("/softwareInstanceBang", "slappart0", &[("message", "wake up")]), Answer::text("OK"));
    let record = app.get(path).value();
    let found = ["text", "state"].map(|key| text(&record, key));
    assert_eq!(found, ["#error bang called: wake up", "stopped"]);
    let app = app.restart();
    assert_eq!(text(&app.get(path).value(), "text"), "#error bang called: wake up");
}

#[test]
fn b20_reports_about_software_releases_are_answered_by_the_status_call() {
    let app = TestApp::empty();
    app.supply("/sr", "available");
    let fields = [("computer_id", LOCAL), ("url", "/sr"), ("error_log", "the whole log")];
    for (report, expected, state) in [
        ("/buildingSoftwareRelease", "#building software release /sr", "building"),
        ("/softwareReleaseError", "#error while installing /sr", "building"),
        ("/availableSoftwareRelease", "#access software release /sr available", "available"),
    ] {
        assert_eq!(app.post(report, &fields), Answer::text("Ignored"));
        let record = app.get("/getSoftwareInstallationStatus?computer_id=local_computer&url=/sr").value();
        let found = ["user", "text", "state"].map(|key| text(&record, key));
        assert_eq!(found, [LOCAL, expected, state], "{report}");
    }
}

#[test]
fn b20_a_bang_of_a_computer_is_answered_by_its_status_call() {
    let app = TestApp::formatted(1);
    let bang = |fields: &[(&str, &str)]| app.post("/computerBang", &[&[("computer_id", LOCAL)], fields].concat());
    for (fields, expected) in [(&[("message", "smoke")][..], "#error bang: smoke"), (&[], "#error bang")] {
        assert_eq!(bang(fields), Answer::text("<marshal><string></string></marshal>"));
        let record = app.get("/getComputerStatus?computer_id=local_computer").value();
        assert_eq!(["user", "text"].map(|key| text(&record, key)), [LOCAL, expected]);
    }
}

#[test]
fn b20_every_report_is_kept_with_who_when_and_what() {
    let app = TestApp::formatted(1);
    request("root").place(&app);
    let started = [("computer_id", LOCAL), ("computer_partition_id", "slappart0")];
    let by = Some((LOCAL, "slappart0"));
    assert_eq!(app.post_as("/startedComputerPartition", &started, by), Answer::text("Ignored"));
    let log = "x".repeat(500);
    app.report("/softwareInstanceError", "slappart0", &[("error_log", &log)]);
    app.report("/softwareInstanceError", "slappart0", &[("error_log", &log)]);
    let connection = app.sqlite();
    let mut events = connection
        .prepare("SELECT user, kind, partition, instance, text, count FROM event WHERE kind LIKE '%Partition' OR kind LIKE '%Error' ORDER BY id")
        .unwrap();
    let events: Vec<(String, String, String, String, String, i64)> = events
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?)))
        .and_then(Iterator::collect)
        .unwrap();
    let event = |user: &str, kind: &str, text: &str, count: i64| {
        (user.to_owned(), kind.to_owned(), "slappart0".to_owned(), "root".to_owned(), text.to_owned(), count)
    };
    assert_eq!(
        events,
        [
            event("user", "requestComputerPartition", "started", 1),
            event("local_computer-slappart0", "startedComputerPartition", "#access Instance correctly started", 1),
            event(LOCAL, "softwareInstanceError", &log, 2),
        ]
    );
}
