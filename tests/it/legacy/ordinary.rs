//! Files in good order, of each version.

use rstest::rstest;

use super::*;
use crate::app::request;

const TREES: &str = "SELECT computer_reference, reference, partition_reference, requested_by, requester_id, \
                     requested_state, software_type FROM partition18";

const COMPUTER_TREES: [&str; 7] = [
    "computer|slappart2|root||user|started|default",
    "computer|slappart1|child|root|slappart2|started|default",
    "computer|slappart0|grand child|root|slappart1|stopped|other",
    "computer|slappart10|provider||user|started|default",
    "computer|slappart3|Ünïcode 💥 & <b> 'q' \"z\"||user|destroyed|default",
    "computer|slappart4|-|||started|-",
    "computer|slappart5|-|||started|-",
];

const OTHER_TREES: [&str; 3] = [
    "other ü|opart0|second||user|started|default",
    "other ü|opart1|child|second|opart0|started|default",
    "other ü|opart2|-|||started|-",
];

#[rstest]
fn every_version_is_imported_whole(#[values(10, 11, 12, 13, 14, 15, 16, 17, 18)] version: u32) {
    let app = served(&format!("v{version}.db"));
    let db = app.sqlite();
    let mut trees = COMPUTER_TREES.to_vec();
    if version >= 11 {
        trees.extend(OTHER_TREES);
    }
    // The direct requester is not known in version 17: the root stands for it.
    let trees = trees.iter().map(|line| match version {
        17 => line.replace("grand child|root|slappart1", "grand child|root|slappart2"),
        _ => (*line).to_owned(),
    });
    assert_eq!(rows(&db, TREES), trees.collect::<Vec<_>>());

    let software = [
        ("/sr/root/software.cfg|computer|available", 10),
        (
            if version < 12 {
                "https://sr.example/b%20ü.cfg|computer|available"
            } else {
                "https://sr.example/b%20ü.cfg|computer|destroyed"
            },
            10,
        ),
        ("/sr/root/software.cfg|other ü|available", 11),
    ];
    let since = |rows: &[(&str, u32)]| -> Vec<String> {
        rows.iter().filter(|(_, first)| version >= *first).map(|(row, _)| (*row).to_owned()).collect()
    };
    assert_eq!(rows(&db, "SELECT * FROM software18"), since(&software));
    let computers = [("computer|10.0.0.1|255.255.255.0", 10), ("other ü|10.0.0.2|255.255.255.0", 11)];
    assert_eq!(rows(&db, "SELECT * FROM computer18"), since(&computers));
    let addresses = rows(&db, "SELECT partition_reference, reference, address, netmask FROM partition_network18");
    assert_eq!(addresses.len(), if version >= 11 { 15 } else { 14 });
    assert_eq!(
        addresses[2..4],
        ["slappart1|slaptap1|10.0.1.1|255.255.255.255", "slappart1|slaptap1|2001:db8::1|ffff:ffff::"]
    );
    let forwarded = [("2|slappart2_cdn|https://slap.example/", 11), ("3|user_frontend ü|https://slap.example/", 11)];
    let numbered = "SELECT rowid, partition_reference, master_url FROM forwarded_partition_request18";
    assert_eq!(rows(&db, numbered), since(&forwarded));

    let timestamps = rows(&db, "SELECT timestamp FROM partition18 WHERE slap_state = 'busy' LIMIT 3");
    if version >= 14 {
        assert_eq!(timestamps, ["1700000000.25", "1795424399.5256677", "1795424400.1234567"]);
    }
    let shared =
        rows(&db, "SELECT reference, computer_reference, hosted_by, requester_id, connection_xml FROM slave18");
    let ext = "<?xml version='1.0' encoding='utf-8'?>\n<instance>\n  <parameter id=\"url\">http://ext/</parameter>\n</instance>\n";
    let requester = if version == 17 { "slappart2" } else { "slappart1" };
    assert_eq!(
        shared,
        [format!("_ext|computer|slappart10|user|{ext}"), format!("root_db|computer|slappart10|{requester}|-")]
    );
    let renamed = "the shared instance \"slappart1_db\" is \"root_db\" for its host now, after the title of its root";
    assert_eq!(notes(&app), if version < 17 { vec![renamed.to_owned()] } else { vec![] });
    assert_eq!(rows(&db, "SELECT value FROM config18"), [ROOT]);
}

#[test]
fn a_host_is_still_understood_by_the_former_name_of_a_shared_instance() {
    let app = served("v16.db");
    let answer = app.publish_shared(COMPUTER, "slappart10", "slappart1_db", &[("url", "http://db/")]);
    assert_eq!(answer, crate::app::Answer::text("done"));
    let shown =
        rows(&app.sqlite(), "SELECT connection_xml LIKE '%http://db/%' FROM slave18 WHERE reference = 'root_db'");
    assert_eq!(shown, ["1"]);
}

#[test]
fn a_repeated_request_finds_what_was_imported_and_a_new_one_takes_the_first_free_partition() {
    let app = served("v18.db");
    let child = request("child").release("/sr/root/software.cfg").parameters(&[("a", "b")]);
    assert_eq!(child.clone().by(COMPUTER, "slappart2").place(&app), "slappart1");
    assert_eq!(app.timestamp(COMPUTER, "slappart1"), "1795424399.5256677");
    // The same title below another root, and a partition that was formatted before others.
    assert_eq!(child.by("other ü", "opart0").place(&app), "opart1");
    assert_eq!(request("new").place(&app), "slappart4");
    let changed = request("child").release("/sr/root/software.cfg").parameters(&[("a", "c")]);
    assert_eq!(changed.by(COMPUTER, "slappart2").place(&app), "slappart1");
    assert_ne!(app.timestamp(COMPUTER, "slappart1"), "1795424399.5256677");
    let app = app.restart();
    assert_eq!(rows(&app.sqlite(), "SELECT count(*) FROM event WHERE text LIKE 'from schema version%'"), ["1"]);
}

#[test]
fn an_older_database_of_ours_shows_its_instances_to_foreign_readers() {
    let directory = tempfile::tempdir().unwrap();
    let db = Connection::open(directory.path().join("proxy.db")).unwrap();
    db.execute_batch(include_str!("../../../fixtures/legacy/schema-1.sql")).unwrap();
    db.execute_batch(
        r#"PRAGMA application_id = 0x534c4150; PRAGMA user_version = 1;
        INSERT INTO computer (id, reference) VALUES (1, 'computer');
        INSERT INTO instance (id, title, software_release, software_type, requested_state, parameters, connection, sla,
            timestamp, created_at, shared, host_id, shared_reference, host_computer_id) VALUES
            (1, 'host', '/sr', 'default', 'started', '{"a":1}', '{"b":"é"}', '{}', 1500000, 1, 0, NULL, NULL, NULL),
            (2, 'shared', '/sr', 'default', 'stopped', '{"c":[true]}', NULL, '{}', 1, 1, 1, 1, '_shared', 1);
        INSERT INTO partition (computer_id, reference, instance_id) VALUES (1, 'part0', 1);"#,
    )
    .unwrap();
    db.close().unwrap();
    let app = TestApp::start(overrides(), directory);
    let xml =
        |parameter: &str| format!("<?xml version='1.0' encoding='utf-8'?>\n<instance>\n  {parameter}\n</instance>\n");
    let (own, published) = (xml("<parameter id=\"a\">1</parameter>"), xml("<parameter id=\"b\">é</parameter>"));
    // As the Python proxy, which has no other state of shared instances, whatever the host sees.
    let list = "<marshal><list id=\"i2\"><dictionary id=\"i3\"><string>c</string><list id=\"i4\"><bool>1</bool></list>\
                <string>slap_software_type</string><string>default</string><string>slave_reference</string>\
                <string>_shared</string><string>slave_title</string><string>_shared</string></dictionary></list></marshal>";
    let shown = rows(&app.sqlite(), "SELECT xml, connection_xml, slave_instance_list, timestamp FROM partition18");
    assert_eq!(shown, [format!("{own}|{published}|{list}|1.5")]);
}
