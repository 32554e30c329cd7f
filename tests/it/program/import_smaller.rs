//! Descriptions that have fewer partitions than before.

use std::fs;

use rstest::rstest;
use serde_json::json;

use super::{Home, Server, noted, without_times};
use crate::app::text;

fn description(home: &Home, partitions: &str) -> String {
    home.run(&["format", "--partitions", partitions, "--computer-id", "COMP-1"]).stdout
}

/// A home whose database has three partitions: `one` is in the first, `two` in the second, the third is free.
fn occupied() -> (Home, Server) {
    let home = Home::new();
    let imported = home.run_with(&["import", "-"], &[], &description(&home, "3"));
    assert_eq!(imported, noted("COMP-1: 3 partitions added, 0 kept, 0 removed\n"));
    let server = home.start(&["--computer-id", "COMP-1", "--log-file", "proxy.log"]);
    for (title, partition) in [("one", "slappart0"), ("two", "slappart1")] {
        assert_eq!(text(&server.request(title).value(), "slap_computer_partition_id"), partition);
    }
    (home, server)
}

const REMOVED: &str = "COMP-1: 0 partitions added, 1 kept, 2 removed
  removed slappart1; two has no partition now
  removed slappart2, which was free
";

const LOG: &str = "[WARN ] slappart1 of COMP-1 is removed by a smaller format; two has no partition now
[INFO ] slappart2 of COMP-1 is removed by a smaller format
";

/// What is told about the removed partitions: on standard error, and in the log.
fn import_one(home: &Home, running: bool) -> (String, String) {
    let imported = home.run_with(&["import", "-"], &[], &description(home, "1"));
    assert_eq!((imported.code, imported.stdout.as_str()), (Some(0), ""));
    if running {
        let log = without_times(&fs::read_to_string(home.path("proxy.log")).unwrap());
        return (imported.stderr, log);
    }
    let (log, told) = imported.stderr.split_at(imported.stderr.find("COMP-1: ").unwrap());
    (told.to_owned(), without_times(log))
}

#[rstest]
fn what_is_removed_is_told_and_recorded(#[values(false, true)] running: bool) {
    let (home, server) = occupied();
    let server = if running {
        Some(server)
    } else {
        assert_eq!(server.stop("TERM").code, Some(0));
        None
    };
    assert_eq!(import_one(&home, running), (REMOVED.to_owned(), LOG.to_owned()));

    let shown = home.show(&["--events", "--instances"]);
    let events: Vec<_> =
        shown["events"].as_array().unwrap().iter().filter(|event| event["kind"] == "removed").collect();
    let expected = [(json!("slappart2"), json!(null)), (json!("slappart1"), json!("two"))];
    assert_eq!(events.len(), expected.len());
    for (event, (partition, instance)) in events.iter().zip(&expected) {
        assert_eq!((&event["partition"], &event["instance"]), (partition, instance));
        assert_eq!((&event["computer"], &event["user"]), (&json!("COMP-1"), &json!("user")));
        assert_eq!(event["text"], "the partition is not in the computer description any more");
    }
    let instances = shown["instances"].as_array().unwrap();
    let places: Vec<_> =
        instances.iter().map(|row| (row["title"].as_str().unwrap(), row["partition"].as_str())).collect();
    assert_eq!(places, [("two", None), ("one", Some("slappart0"))]);
    assert_eq!(
        home.run(&["show", "--instances"]).stdout,
        "instances
  title  root  requester  place             software release  type     requested  status
  two    two   user       not allocated     /sr               default  started    -
  one    one   user       COMP-1/slappart0  /sr               default  started    -
"
    );
    if let Some(server) = server {
        assert_eq!(server.titles("COMP-1"), [("slappart0".into(), Some("one".into()))]);
    }
}

#[test]
fn an_instance_that_lost_its_place_gets_another_one_with_the_next_request() {
    let (home, server) = occupied();
    let before = home.show(&["--params"]);
    assert_eq!(import_one(&home, true).0, REMOVED);
    let full = "No free computer partition found for: two (the only partition of COMP-1 is busy: slappart0 with \
                one)";
    assert_eq!(server.request("two").refusal(), (404, full.into()));

    let grown = home.run_with(&["import", "-"], &[], &description(&home, "2"));
    assert_eq!(grown, noted("COMP-1: 1 partitions added, 1 kept, 0 removed\n"));
    assert_eq!(server.titles("COMP-1"), [("slappart0".into(), Some("one".into())), ("slappart1".into(), None)]);
    assert_eq!(text(&server.request("two").value(), "slap_computer_partition_id"), "slappart1");
    let titles = [("slappart0".into(), Some("one".into())), ("slappart1".into(), Some("two".into()))];
    assert_eq!(server.titles("COMP-1"), titles);
    assert_eq!(home.show(&["--params"]), before);
}

#[test]
fn the_report_for_programs_names_what_is_removed() {
    let (home, _server) = occupied();
    let imported = home.run_with(&["import", "-", "--format", "json"], &[], &description(&home, "1"));
    let report = "[{\"computer\":\"COMP-1\",\"new_computer\":false,\"added\":[],\"kept\":[\"slappart0\"],\"removed\":[\
                  {\"partition\":\"slappart1\",\"instance\":\"two\"},{\"partition\":\"slappart2\",\"instance\":null}]}]\n";
    assert_eq!(imported, super::printed(report));
}
