//! Databases of the Python proxy, written from ours.

use std::os::unix::fs::PermissionsExt;

use super::*;
use crate::program::{Home, failed};

/// Every row of a table of a file.
fn table(file: &Path, name: &str, columns: &str) -> Vec<String> {
    rows(&Connection::open(file).unwrap(), &format!("SELECT {columns} FROM {name}"))
}

#[test]
fn what_was_imported_is_exported_as_it_was() {
    let home = Home::new();
    fs::copy(fixture("v18.db"), home.path("own.db")).unwrap();
    let options = ["-u", "own.db", "--computer-id", COMPUTER];
    let server = home.start(&[&options[..], &["--local-software-release-root", ROOT]].concat());
    // Also while the server runs.
    let export = [&["export"][..], &options, &["--slapos-db", "exported.db"]].concat();
    let counts = "exported.db, schema version 18: software 3, computer 2, partition 10, slave 2, partition_network 15, \
                  forwarded_partition_request 2, config 1\n  reports, events, SLA and the states of shared instances are \
                  not part of it\n";
    assert_eq!(home.run(&export), crate::program::noted(counts));
    let exported = home.path("exported.db");
    assert_eq!(fs::metadata(&exported).unwrap().permissions().mode() & 0o777, 0o600);
    for (name, columns) in [
        ("software18", "rowid, *"),
        ("computer18", "rowid, *"),
        (
            "partition18",
            "rowid, reference, computer_reference, slap_state, software_release, xml, connection_xml, \
                         slave_instance_list, software_type, partition_reference, requested_by, requester_id, timestamp",
        ),
        ("partition_network18", "*"),
        ("slave18", "rowid, *"),
        ("forwarded_partition_request18", "rowid, *"),
        ("config18", "*"),
    ] {
        assert_eq!(table(&exported, name, columns), table(&fixture("v18.db"), name, columns), "{name}");
    }
    let again = home.run(&export);
    assert_eq!(again, failed(1, "error: exported.db exists already; --force replaces it\n"));
    let before = fs::read(&exported).unwrap();
    let force = [&export[..], &["--force", "--schema-version", "17"]].concat();
    assert_eq!(home.run(&force).code, Some(0));
    assert!(fs::read(&exported).unwrap() != before);
    assert_eq!(
        table(&exported, "slave17", "reference, asked_by, hosted_by"),
        ["_ext||slappart10", "root_db|root|slappart10"]
    );
    let itself = home.run(&[&["export"][..], &options, &["--slapos-db", "./own.db", "--force"]].concat());
    assert_eq!(itself, failed(1, "error: ./own.db is the database that is to be exported\n"));
    drop(server);
    let wrong = home.run(&[&export[..], &["--schema-version", "16"]].concat());
    assert_eq!(wrong.code, Some(2));
    let names: Vec<_> =
        crate::program::files(&home.path("")).into_iter().filter(|name| name.contains("draft")).collect();
    assert_eq!(names, [""; 0]);
}

#[test]
fn what_has_no_place_is_left_out_by_name() {
    let home = Home::new();
    let server = home.start(&["-u", "own.db"]);
    server.post("/loadComputerConfigurationFromXML", &[("xml", &crate::app::description("local_computer", 2))]);
    for title in ["one", "two"] {
        assert_eq!(server.request(title).status, 200);
    }
    server.post("/loadComputerConfigurationFromXML", &[("xml", &crate::app::description("local_computer", 1))]);
    let finished = home.run(&["export", "-u", "own.db", "--slapos-db", "exported.db"]);
    assert!(finished.stderr.contains("\n  left out two, which has no partition\n"), "{}", finished.stderr);
    let names = table(&home.path("exported.db"), "partition18", "reference, partition_reference, requester_id");
    assert_eq!(names, ["slappart0|one|user"]);
}

#[test]
fn a_file_that_cannot_be_made_is_told() {
    let home = Home::new();
    home.start(&["-u", "own.db"]).stop("TERM");
    let finished = home.run(&["export", "-u", "own.db", "--slapos-db", "missing/exported.db"]);
    assert_eq!(finished.code, Some(1));
    assert!(finished.stderr.contains("No such file or directory"), "{}", finished.stderr);
}
