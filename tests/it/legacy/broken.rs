//! Files that contradict themselves: what is consistent is imported, and the rest is told.

use super::*;

const TREES: &str =
    "SELECT computer_reference, reference, partition_reference, requested_by, requester_id FROM partition18";

#[test]
fn an_upgrade_that_failed_in_the_middle_is_read_from_where_the_rows_are() {
    let (whole, broken) = (served("v16.db"), served("interrupted.db"));
    for table in
        ["partition", "slave", "computer", "software", "partition_network", "forwarded_partition_request", "config"]
    {
        // Timestamps of rows without one differ by the moment of the import.
        let columns = match table {
            "partition" => {
                "reference, computer_reference, slap_state, software_release, xml, connection_xml, \
                            slave_instance_list, software_type, partition_reference, requested_by, requester_id, requested_state"
            }
            _ => "*",
        };
        let sql = format!("SELECT {columns} FROM {table}18");
        assert_eq!(rows(&broken.sqlite(), &sql), rows(&whole.sqlite(), &sql), "{table}");
    }
    assert_eq!(
        notes(&broken),
        [
            "an upgrade of the Python proxy to version 18 did not come to its end; each table was read where its rows still were",
            "tables of other versions were left out: partition18, partition_network18, slave18, software18",
            "the shared instance \"slappart1_db\" is \"root_db\" for its host now, after the title of its root",
        ]
    );
}

#[test]
fn of_several_versions_side_by_side_the_highest_counts() {
    let app = served("leftover.db");
    assert_eq!(rows(&app.sqlite(), "SELECT partition_reference FROM partition18 LIMIT 2"), ["root", "child"]);
    assert_eq!(rows(&app.sqlite(), "SELECT DISTINCT url FROM software18 WHERE url = '/old'"), [""; 0]);
    let stale = "tables of other versions were left out: computer11, forwarded_partition_request11, partition11, \
                 partition_network11, slave11, software11";
    assert_eq!(notes(&app)[0], stale);
    assert_eq!(rows(&app.sqlite(), "SELECT name FROM sqlite_schema WHERE name GLOB '*1[0-6]'"), [""; 0]);
}

#[test]
fn trees_without_an_end_get_roots_and_requesters_are_looked_for_on_the_same_computer() {
    let app = served("cyclic.db");
    assert_eq!(
        rows(&app.sqlite(), TREES),
        [
            "computer|slappart0|root||user",
            "computer|slappart1|a||user",
            "computer|slappart2|b||user",
            "computer|slappart3|below a|a|slappart1",
            "computer|slappart4|self||user",
            "computer|slappart5|orphan||user",
            "computer|slappart6|child|root|slappart0",
            "other|slappart0|other root||user",
            "other|slappart1|child|other root|slappart0",
        ]
    );
    assert_eq!(
        notes(&app),
        [
            "orphan becomes the root of a tree: its requester slappart99 is gone",
            "a becomes the root of a tree: it requested itself, directly or not",
            "b becomes the root of a tree: it requested itself, directly or not",
            "self becomes the root of a tree: it requested itself, directly or not",
        ]
    );
    // What was there without a value is the default.
    assert_eq!(rows(&app.sqlite(), "SELECT * FROM config18"), [format!("local_software_release_root|{ROOT}")]);
}

#[test]
fn what_contradicts_itself_is_imported_as_far_as_possible_and_told() {
    let app = served("inconsistent.db");
    let db = app.sqlite();
    assert_eq!(
        rows(&db, TREES),
        [
            "computer|part0|twice||user",
            "computer|part1|twice_2||user",
            "computer|part2|part2||user",
            "computer|part3|bad\u{fffd}title\u{fffd}||user",
            "computer|part4|kid|renamed|part5",
            "computer|part5|renamed||user",
            "computer|part6|lost kid||user",
            "computer|part7|unknown requester|renamed|part5",
            "computer|part8|host||user",
            "computer|part9|-||",
            "computer|part10|damaged||user",
            "computer|part11|-||",
        ]
    );
    assert_eq!(
        rows(&db, "SELECT * FROM slave18"),
        [
            "_kept|computer|-|part8|user",
            "renamed_old name|computer|-|part8|part4",
            "gone_x|computer|-|part8|user",
            "_only in the list|computer|-|part8|user",
        ]
    );
    assert_eq!(
        notes(&app),
        [
            "other tables stay as they are: partition17, busy, mynotes",
            "/sr is to be available: requested_state: \"foo\" is not accepted; expected available or destroyed",
            "a software release was dropped: url: \"http://x/\\u{1}\" is not accepted; expected the URL or path of a software release",
            "the instance in part2 has the title \"part2\" instead of \"\"",
            "the instance in part3 has the title \"bad\u{fffd}title\u{fffd}\" instead of \"bad\\u{1}title\\n\"",
            "bad\u{fffd}title\u{fffd} is to be started: requested_state: \"bogus\" is not accepted; expected started, stopped or destroyed",
            "part9 was busy without a software release; it is free now",
            "the xml of damaged was dropped: The document is not well-formed XML: syntax error: tag not closed: `>` not found before end of input (line 1, column 1)",
            "the connection_xml of damaged was dropped: There is text outside of the root element (line 1, column 1)",
            "url was dropped and part11 is free now: software_release: \"http://x/\\u{1}\" is not accepted; expected the URL or path of a software release",
            "a partition was dropped: reference: \"part,12\" is not accepted; expected a reference such as \"slappart0\": not empty, no comma, no control character, no blank at its ends",
            "kid belongs to the tree of renamed, which its requester is in, and not to \"renamed away\", which is gone",
            "lost kid becomes the root of a tree: the root of its tree, \"gone\", is gone",
            "the title \"twice\" was given twice; the instance in part1 is \"twice_2\" now",
            "the list of shared instances of part10 was dropped: The document ends inside an element (line 1, column 10)",
            "the shared instance \"_destroyed\" was dropped: no host has it in its list, as after its destruction",
            "the shared instance \"_only in the list\" is only known to its host",
            "the shared instance \"part4_old name\" is \"renamed_old name\" for its host now, after the title of its root",
            "the shared instance \"renamed_old name\" is another name of \"old name\"",
            "the shared instance \"gone_x\" becomes a tree of its own: who requested it is gone",
            "an address of \"part99\" was dropped, which is no partition of \"computer\"",
            "an address of part0 was changed to \"10.0.0.\u{fffd}\"",
        ]
    );
    let list = rows(&db, "SELECT slave_instance_list FROM partition18 WHERE reference = 'part8'");
    assert!(list[0].contains("<string>new</string><int>1</int>") && !list[0].contains("old</string>"), "{list:?}");
    let addresses = rows(&db, "SELECT address FROM partition_network18");
    assert_eq!(addresses, ["10.0.0.10", "10.0.0.\u{fffd}"]);
    // Tables and views of others stay, and work on.
    assert_eq!(rows(&db, "SELECT note FROM mynotes"), ["keep me"]);
    assert_eq!(rows(&db, "SELECT count(*) FROM busy"), ["10"]);
    assert_eq!(rows(&db, "SELECT count(*) FROM partition17"), ["12"]);
    // The node is told again what changed; the others are not.
    assert_eq!(app.timestamp(COMPUTER, "part0"), "1795424400.5");
    assert_ne!(app.timestamp(COMPUTER, "part8"), "1795424400.5");
    assert_ne!(app.timestamp(COMPUTER, "part10"), "1795424400.5");
    assert_eq!(
        rows(&db, "SELECT url, computer_reference, requested_state FROM software18"),
        ["/sr|unknown computer|available"]
    );
}

#[test]
fn tables_that_are_none_of_the_python_proxy_are_refused_with_a_reason() {
    for (sql, reason) in [
        ("CREATE TABLE computer18 (reference)", "it has no table partition18"),
        ("CREATE TABLE partition18 (name)", "its table partition18 has no column reference"),
        (
            "CREATE TABLE partition18 (reference); CREATE TABLE event (note)",
            "its table event has the name of one of ours; rename it first",
        ),
    ] {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("proxy.db");
        Connection::open(&path).unwrap().execute_batch(sql).unwrap();
        let before = fs::read(&path).unwrap();
        let expected = format!(
            "{} is a database of the Python proxy and cannot be imported, so it was left as it is: {reason}",
            path.display()
        );
        assert_eq!(crate::app::refused_start(&path), expected);
        assert!(fs::read(&path).unwrap() == before && copies(&path).is_empty(), "{sql}");
    }
}
