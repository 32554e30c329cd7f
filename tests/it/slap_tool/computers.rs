//! Computers: asking for new ones, their certificates, their consumption.

use std::fs;
use std::path::Path;

use slapproxy::config::Overrides;

use crate::app::{Answer, TestApp, text};
use crate::calls::{LOCAL, concurrently};

#[test]
fn a_computer_is_requested_once_for_each_title() {
    let app = TestApp::empty();
    let ask = |title: &str| {
        let answer = app.post("/requestComputer", &[("computer_title", title), ("project_reference", "None")]).value();
        assert_eq!(answer.as_object().unwrap().class.name(), "Computer");
        text(&answer, "_computer_id")
    };
    assert_eq!([ask("my laptop"), ask("büro"), ask("my laptop")], ["COMP-1", "COMP-2", "COMP-1"]);
    app.format("COMP-3", 1);
    assert_eq!(ask("third"), "COMP-4");
    assert_eq!(app.listing("COMP-1"), Vec::<String>::new());
    app.format("COMP-1", 1);
    assert_eq!(ask("my laptop"), "COMP-1");
    let app = app.restart();
    let answer = app.post("/requestComputer", &[("computer_title", "büro")]).value();
    assert_eq!(text(&answer, "_computer_id"), "COMP-2");
}

#[test]
fn concurrent_requests_of_one_computer_make_one() {
    let app = TestApp::empty();
    let answers = concurrently(10, |_| app.post("/requestComputer", &[("computer_title", "one")]));
    assert!(answers.iter().all(|answer| text(&answer.value(), "_computer_id") == "COMP-1"), "{answers:?}");
}

#[test]
fn without_an_authority_there_are_no_certificates() {
    let app = TestApp::with(Overrides { no_certificates: Some("true".into()), ..Overrides::default() });
    app.format(LOCAL, 1);
    for path in ["/generateComputerCertificate", "/revokeComputerCertificate"] {
        let refusal = (404, "Certificate authority not configured".to_owned());
        assert_eq!(app.post(path, &[("computer_id", LOCAL)]).refusal(), refusal);
    }
    let path = "/getComputerPartitionCertificate?computer_id=local_computer&computer_partition_id=slappart0";
    let empty = "<marshal><dictionary id=\"i2\"><string>certificate</string><string></string><string>key</string>\
                 <string></string></dictionary></marshal>";
    assert_eq!(app.get(path), Answer::text(empty));
}

#[test]
fn the_list_of_related_instances_is_checked_and_has_no_effect() {
    let app = TestApp::formatted(1);
    let list = "<marshal><list><string>kid</string></list></marshal>";
    let answer =
        app.report("/updateComputerPartitionRelatedInstanceList", "slappart0", &[("instance_reference_xml", list)]);
    assert_eq!(answer, Answer::text(""));
}

#[test]
fn consumption_reports_are_checked_numbered_and_stored() {
    let app = TestApp::empty();
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/wire/tioxml");
    let mut names: Vec<_> = fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    let mut valid = Vec::new();
    for path in names {
        let document = fs::read_to_string(&path).unwrap();
        let name = path.file_stem().unwrap().to_str().unwrap();
        let answer = app.post("/useComputer", &[("computer_id", LOCAL), ("use_string", &document)]);
        // Reports of partitions are merged by the node, never posted as they are.
        if name.starts_with("valid") {
            assert_eq!(answer, Answer::text("OK"), "{name}");
            valid.push(document);
        } else {
            let (status, refusal) = answer.refusal();
            assert_eq!(status, 400, "{name}");
            let journal = " is not accepted; expected a TioXML journal: ";
            assert!(refusal.starts_with("use_string: \"") && refusal.contains(journal), "{name}: {refusal}");
        }
    }
    assert_eq!(valid.len(), 4);
    let again = app.post("/useComputer", &[("computer_id", LOCAL), ("use_string", &valid[0])]);
    assert_eq!(again, Answer::text("OK"));
    let sqlite = app.sqlite();
    let mut rows =
        sqlite.prepare("SELECT source_reference, number, document, user FROM consumption ORDER BY id").unwrap();
    let rows: Vec<(String, i64, String, String)> = rows
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .and_then(Iterator::collect)
        .unwrap();
    let documents: Vec<&String> = rows.iter().map(|row| &row.2).collect();
    assert_eq!(documents, valid.iter().chain([&valid[0]]).collect::<Vec<_>>());
    assert!(rows.iter().all(|row| row.3 == LOCAL));
    for (index, row) in rows.iter().enumerate() {
        let number = rows[..=index].iter().filter(|earlier| earlier.0 == row.0).count();
        assert_eq!(row.1, i64::try_from(number).unwrap(), "{index}");
    }
    let unknown = "computer_id: there is no computer \"nope\"; known: local_computer";
    let answer = app.post("/useComputer", &[("computer_id", "nope"), ("use_string", &valid[0])]);
    assert_eq!(answer.refusal(), (404, unknown.into()));
}
