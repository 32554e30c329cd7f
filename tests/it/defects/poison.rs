//! Values that must not make a node unusable.

use crate::app::{Answer, TestApp, dictionary, request, text};
use crate::calls::{LOCAL, connection};

#[test]
fn a7_control_characters_are_refused_by_the_name_of_their_field() {
    let app = TestApp::formatted(1);
    request("root").place(&app);
    let before = app.information(LOCAL);
    let title = "expected a title: printable text, not empty";
    let release = "expected the URL or path of a software release";
    let reference = |text: &str| format!("expected text without the character U+{text}, which XML cannot carry");
    let of_partition = [("computer_id", LOCAL), ("computer_partition_id", "slappart0")];
    let request = [("software_release", "/sr"), ("software_type", "t"), ("partition_reference", "x")];
    let with = |fields: &[(&'static str, &'static str)], name: &str, value: &'static str| {
        let mut fields = fields.to_vec();
        for field in &mut fields {
            if field.0 == name {
                field.1 = value;
            }
        }
        fields
    };
    let supply = [("url", "u"), ("computer_id", LOCAL), ("state", "available")];
    let rename = [&of_partition[..], &[("new_name", "")]].concat();
    for (path, fields, refusal) in [
        (
            "/supplySupply",
            with(&supply, "url", "http://x/\u{1}"),
            format!("url: \"http://x/\\u{{1}}\" is not accepted; {release}"),
        ),
        (
            "/requestComputerPartition",
            with(&request, "partition_reference", "bad\u{1}title"),
            format!("partition_reference: \"bad\\u{{1}}title\" is not accepted; {title}"),
        ),
        (
            "/requestComputerPartition",
            with(&request, "partition_reference", "bad\u{fffe}title"),
            format!("partition_reference: \"bad\\u{{fffe}}title\" is not accepted; {}", reference("FFFE")),
        ),
        (
            "/requestComputerPartition",
            with(&request, "software_type", "\u{0}"),
            format!("software_type: \"\\0\" is not accepted; {}", reference("0000")),
        ),
        (
            "/requestComputerPartition",
            with(&request, "software_release", "\n"),
            format!("software_release: \"\\n\" is not accepted; {release}"),
        ),
        (
            "/softwareInstanceRename",
            with(&rename, "new_name", "\u{1b}"),
            format!("new_name: \"\\u{{1b}}\" is not accepted; {title}"),
        ),
        (
            "/requestComputer",
            vec![("computer_title", "\u{7}")],
            format!("computer_title: \"\\u{{7}}\" is not accepted; {title}"),
        ),
    ] {
        assert_eq!(app.post(path, &fields).refusal(), (400, refusal), "{path}");
    }
    assert_eq!(app.information(LOCAL), before);
}

#[test]
fn a7_no_marshalled_text_can_smuggle_a_control_character_in() {
    let app = TestApp::formatted(1);
    request("root").place(&app);
    let before = app.information(LOCAL);
    for text in ["\u{1}", "&#1;", "&#0;", "&#xFFFE;", "&#xD800;"] {
        let xml = format!("<marshal><dictionary><string>k</string><string>{text}</string></dictionary></marshal>");
        let fields = [("software_release", "/sr"), ("partition_reference", "x"), ("partition_parameter_xml", &xml)];
        let (status, refusal) = app.post("/requestComputerPartition", &fields).refusal();
        assert_eq!(status, 400, "{text}: {refusal}");
        assert!(refusal.starts_with("partition_parameter_xml: "), "{text}: {refusal}");
        let (status, refusal) =
            app.report("/setComputerPartitionConnectionXml", "slappart0", &[("connection_xml", &xml)]).refusal();
        assert_eq!(status, 400, "{text}: {refusal}");
        assert!(refusal.starts_with("connection_xml: "), "{text}: {refusal}");
    }
    assert_eq!(app.information(LOCAL), before);
}

#[test]
fn a7_a_log_with_control_characters_is_stored_readably() {
    let app = TestApp::formatted(1);
    request("root").place(&app);
    let log = [("error_log", "\u{1b}[31mred\u{1b}[0m")];
    assert_eq!(app.report("/softwareInstanceError", "slappart0", &log), Answer::text("Ignored"));
    let information = app.information(LOCAL);
    let partition = &information.get("_computer_partition_list").unwrap().as_list().unwrap()[0];
    assert_eq!(text(partition, "_access_status"), "#error while instanciating: \u{fffd}[31mred\u{fffd}[0m");
}

#[test]
fn a7_e10_huge_values_are_stored_and_listed() {
    let app = TestApp::formatted(1);
    let huge = "0123456789abcdef".repeat(90_000);
    let answer = request("root").parameters(&[("huge", &huge)]).value(&app);
    assert_eq!(text(answer.get("_parameter_dict").unwrap(), "huge"), huge);
    let xml = dictionary(&[("huge", &huge)]);
    let published = app.report("/setComputerPartitionConnectionXml", "slappart0", &[("connection_xml", &xml)]);
    assert_eq!(published, Answer::text("done"));
    let information = app.information(LOCAL);
    let partition = &information.get("_computer_partition_list").unwrap().as_list().unwrap()[0];
    assert_eq!(text(partition.get("_parameter_dict").unwrap(), "huge"), huge);
    assert_eq!(connection(partition)["huge"], huge);
}

/// What is left of the listing when one stored value is damaged: everything but what holds it.
#[test]
fn a7_a_damaged_row_does_not_break_the_listing() {
    let app = TestApp::formatted(3);
    for title in ["first", "second", "third"] {
        request(title).place(&app);
        app.supply(&format!("/of {title}"), "available");
    }
    request("shared").shared().filter(&[("instance_guid", "local_computer-slappart0")]).place(&app);
    request("whole").shared().filter(&[("instance_guid", "local_computer-slappart0")]).place(&app);
    app.report("/startedComputerPartition", "slappart1", &[]);
    app.publish(LOCAL, "slappart1", &[]);
    let whole = (app.listing(LOCAL), app.supplied(LOCAL), app.served("slappart0"));
    let of_second = "WHERE title = 'second'";
    for (table, column, damaged, rows, lost) in [
        ("instance", "title", "char(1)", of_second, "partition"),
        ("instance", "software_release", "''", of_second, "partition"),
        ("instance", "software_type", "char(1)", of_second, "partition"),
        ("instance", "parameters", "'no JSON'", of_second, "partition"),
        ("instance", "parameters", "'{\"a\":\"\\u0001\"}'", of_second, "partition"),
        ("instance", "sla", "'[]'", of_second, "partition"),
        ("instance", "connection", "'{'", of_second, "partition"),
        ("partition", "reference", "char(1)", "WHERE reference = 'slappart1'", "partition"),
        ("partition_address", "address", "char(1)", "WHERE address = '10.0.0.2'", "partition"),
        ("partition_address", "interface", "char(1)", "WHERE address = '10.0.0.2'", "partition"),
        ("status", "text", "char(1)", "WHERE text LIKE '%started'", "nothing"),
        ("software_installation", "software_release", "char(1)", "WHERE software_release = '/of second'", "release"),
        ("instance", "parameters", "'no JSON'", "WHERE title = 'shared'", "shared"),
        ("instance", "software_type", "char(1)", "WHERE title = 'shared'", "shared"),
        ("instance", "shared_reference", "char(1)", "WHERE title = 'shared'", "shared"),
    ] {
        let sqlite = app.sqlite();
        let id = if table == "partition_address" { "partition_id" } else { "id" };
        let (row, value): (i64, Option<String>) = sqlite
            .query_row(&format!("SELECT {id}, {column} FROM {table} {rows}"), [], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap();
        sqlite.execute(&format!("UPDATE {table} SET {column} = {damaged} {rows}"), []).unwrap();
        // What is already encoded holds until the server writes something.
        app.post("/computerBang", &[("computer_id", LOCAL)]);
        let mut expected = whole.clone();
        match lost {
            "partition" => drop(expected.0.remove(1)),
            "release" => drop(expected.1.remove(1)),
            "shared" => drop(expected.2.remove(0)),
            _ => {}
        }
        let found = (app.listing(LOCAL), app.supplied(LOCAL), app.served("slappart0"));
        assert_eq!(found, expected, "{table}.{column} = {damaged}");
        sqlite.execute(&format!("UPDATE {table} SET {column} = ?1 WHERE {id} = ?2"), (value, row)).unwrap();
    }
    app.post("/computerBang", &[("computer_id", LOCAL)]);
    assert_eq!((app.listing(LOCAL), app.supplied(LOCAL), app.served("slappart0")), whole);
}
