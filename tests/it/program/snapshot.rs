//! Snapshots: states of a database to come back to.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::seed::seed;
use super::{Home, failed, files, noted, printed};

/// The file of a named snapshot of the default database.
fn file(home: &Home, name: &str) -> String {
    home.name(&format!("data/slapproxy/proxy.db.snapshots/{name}.db"))
}

#[test]
fn a_snapshot_is_saved_and_loaded_whether_the_server_runs_or_not() {
    let home = Home::new();
    assert_eq!(home.run(&["seed", &seed("demo")]).code, Some(0));
    let demo = home.run(&["dump"]);
    let saved = noted(format!("{}: saved\n", file(&home, "demo")));
    assert_eq!(home.run(&["snapshot", "save", "demo"]), saved);
    let mode = |path: &str| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&file(&home, "demo")), mode(&home.name("data/slapproxy/proxy.db.snapshots"))), (0o600, 0o700));

    let server = home.start(&["--seed", &seed("two-computers")]);
    let both = home.run(&["dump"]);
    assert_ne!(both, demo);
    let saved = noted(format!("{}: saved\n", home.name("both.db")));
    assert_eq!(home.run(&["snapshot", "save", &home.name("both.db")]), saved);
    let loaded = noted(format!("{}: loaded\n", file(&home, "demo")));
    assert_eq!(home.run(&["snapshot", "load", "demo"]), loaded);
    assert_eq!(server.get("/-/dump").body, demo.stdout);
    assert_eq!(server.titles("local_computer")[3], ("slappart3".into(), Some("frontend".into())));
    // What foreign readers see is of it too.
    let views = rusqlite::Connection::open(home.database()).unwrap();
    let count: i64 = views.query_row("SELECT count(*) FROM slave18", [], |row| row.get(0)).unwrap();
    assert_eq!(count, 2);
    drop(views);
    assert_eq!(home.run(&["snapshot", "load", "both.db"]).code, Some(0));
    assert_eq!(server.get("/-/dump").body, both.stdout);
    assert_eq!(server.stop("TERM").code, Some(0));
    assert_eq!(home.run(&["dump"]), both);

    assert_eq!(home.run(&["snapshot", "load", "demo"]), loaded);
    assert_eq!(home.run(&["dump"]), demo);
    assert_eq!(files(&home.path("data/slapproxy/proxy.db.snapshots")), ["demo.db"]);
}

#[test]
fn what_is_no_snapshot_is_refused_and_nothing_is_changed() {
    let home = Home::new();
    home.write("text.db", "something else");
    let whole = home.name("whole.db");
    assert_eq!(home.run(&["seed", &seed("ten-partitions")]).code, Some(0));
    assert_eq!(home.run(&["snapshot", "save", &whole]).code, Some(0));
    let bytes = fs::read(&whole).unwrap();
    home.write("torn.db", &bytes[..bytes.len() / 2]);
    let before = home.run(&["dump"]);
    let text = home.name("text.db");
    let not_ours = format!(
        "error: path: \"{text}\" is not accepted; expected a snapshot: {text} is not a database of slapproxy: it is not an \
         SQLite database; choose another file with --database-uri\n"
    );
    let missing = format!("error: there is no snapshot {}; known by name: none\n", file(&home, "none"));
    for running in [false, true] {
        let server = running.then(|| home.start(&[]));
        assert_eq!(home.run(&["snapshot", "load", "text.db"]), failed(1, &not_ours));
        let torn = home.run(&["snapshot", "load", "torn.db"]);
        assert!(torn.code == Some(1) && torn.stderr.contains("torn.db"), "{torn:?}");
        assert_eq!(home.run(&["snapshot", "load", "none"]), failed(2, &missing));
        assert_eq!(home.run(&["dump"]), before);
        drop(server);
    }
    let exists = format!("error: {whole} exists already\nhint: --force replaces it\n");
    assert_eq!(home.run(&["snapshot", "save", &whole]), failed(1, exists));
    assert_eq!(home.run(&["snapshot", "save", "--force", &whole]), noted(format!("{whole}: saved\n")));
    let refused = home.run(&["snapshot", "save", ".hidden"]);
    let told = "error: NAME: \".hidden\" is not accepted; expected a name without a dot at its beginning, or the path of a \
                file\n";
    assert_eq!(refused, failed(1, told));
}

#[test]
fn a_snapshot_of_an_earlier_version_is_brought_up_to_date_and_stays_as_it_is() {
    let home = Home::new();
    let old = home.path("old.db");
    let connection = rusqlite::Connection::open(&old).unwrap();
    connection.execute_batch(include_str!("../../../fixtures/legacy/schema-1.sql")).unwrap();
    let marks =
        "PRAGMA application_id = 0x534c4150; PRAGMA user_version = 1; INSERT INTO computer (reference) VALUES ('OLD')";
    connection.execute_batch(marks).unwrap();
    connection.close().unwrap();
    let bytes = fs::read(&old).unwrap();
    let server = home.start(&["--computer-id", "NEW", "--seed", &seed("ten-partitions")]);
    assert_eq!(home.run(&["snapshot", "load", "old.db"]).code, Some(0));
    assert_eq!(server.get("/-/dump").body, "computers:\n  - reference: OLD\n  - reference: NEW\n");
    assert_eq!(server.request("refused").status, 404);
    let differences = home.run(&["snapshot", "diff", "old.db"]);
    assert_eq!(differences, printed("computer NEW: added\n"));
    assert_eq!(fs::read(&old).unwrap(), bytes);
}

#[test]
fn only_the_owner_of_the_database_loads_a_snapshot() {
    let home = Home::new();
    let server = home.start(&[]);
    let refused = server.post("/-/snapshot/load", &[("path", "/etc/passwd")]);
    assert_eq!(
        refused.refusal(),
        (403, "an unknown caller cannot make this call, which is for the owner of the database".into())
    );
}

#[test]
fn differences_are_told_in_words() {
    let home = Home::new();
    let server = home.start(&["--seed", &seed("demo")]);
    assert_eq!(home.run(&["snapshot", "save", "before"]).code, Some(0));
    assert_eq!(home.run(&["snapshot", "diff", "before"]), printed("no difference\n"));
    let changed = "https://sr.example/shop/software.cfg";
    let fields = [
        ("software_release", changed),
        ("software_type", "cluster"),
        ("partition_reference", "shop"),
        ("state", "<marshal><string>stopped</string></marshal>"),
    ];
    assert_eq!(server.post("/requestComputerPartition", &fields).status, 200);
    assert_eq!(server.request("new").status, 200);
    let destroy = [
        ("software_release", "https://sr.example/frontend/software.cfg"),
        ("partition_reference", "wiki-frontend"),
        ("shared_xml", "<marshal><bool>1</bool></marshal>"),
        ("state", "<marshal><string>destroyed</string></marshal>"),
    ];
    assert_eq!(server.post("/requestComputerPartition", &destroy).status, 200);
    let supply = [("url", "/sr"), ("computer_id", "local_computer"), ("state", "available")];
    assert_eq!(server.post("/supplySupply", &supply).status, 200);
    let bang = [("computer_id", "local_computer"), ("message", "look")];
    assert_eq!(server.post("/computerBang", &bang).status, 200);
    assert_eq!(home.run(&["snapshot", "save", "after"]).code, Some(0));
    let told = "computer local_computer: software /sr: added\n\
                computer local_computer: report: #access local_computer → #error bang: look\n\
                instance new: added\n\
                instance shop: state: started → stopped\n\
                instance shop: parameter domain removed: \"shop.example\"\n\
                instance shop: parameter port removed: 8080\n\
                shared instance wiki-frontend: removed\n";
    assert_eq!(home.run(&["snapshot", "diff", "before"]), printed(told));
    assert_eq!(home.run(&["snapshot", "diff", "before", "after"]), printed(told));
    let back = home.json(&["snapshot", "diff", "after", "before"]);
    assert_eq!(back[2], "instance new: removed");
    let list = home.json(&["snapshot", "list"]);
    let names: Vec<&str> = list.as_array().unwrap().iter().map(|entry| entry["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["after", "before"]);
    assert_eq!(list[0]["file"], file(&home, "after"));
    assert!(home.run(&["snapshot", "list"]).stdout.starts_with("snapshots\n"));
}
