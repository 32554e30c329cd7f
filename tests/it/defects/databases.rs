//! Database files: what is in them, who else uses them, what happens when writing fails.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::app::{Answer, TestApp, answer, refused_start, request};
use crate::calls::{LOCAL, eventually, latest_version};

fn sqlite_file(path: &Path, sql: &str) {
    Connection::open(path).unwrap().execute_batch(sql).unwrap();
}

#[test]
fn a3_a_format_that_fails_changes_nothing_and_says_why() {
    let app = TestApp::formatted(3);
    let before = app.information(LOCAL);
    let sabotage = "CREATE TRIGGER sabotage BEFORE INSERT ON partition_address WHEN NEW.address = '10.7.0.3' \
                    BEGIN SELECT RAISE(ABORT, 'no room left'); END";
    app.sqlite().execute_batch(sabotage).unwrap();
    assert_eq!(app.format_in(LOCAL, 4, "10.7.").refusal(), (500, "database: no room left".into()));
    assert_eq!(app.information(LOCAL), before);
    app.sqlite().execute_batch("DROP TRIGGER sabotage").unwrap();
    assert_eq!(app.format_in(LOCAL, 4, "10.7."), Answer::text("done"));
    assert_eq!(app.listing(LOCAL).len(), 4);
}

#[test]
fn a4b_a_newer_database_is_refused_and_left_as_it_is() {
    let mut app = TestApp::formatted(1);
    let directory = app.stop().unwrap();
    let path = directory.path().join("proxy.db");
    sqlite_file(&path, "PRAGMA user_version = 99; ALTER TABLE instance ADD COLUMN new_thing TEXT;");
    let before = fs::read(&path).unwrap();
    let known = latest_version();
    let expected = format!(
        "{} has schema version 99, and this program knows versions up to {known}; use the newer program that wrote it, or \
         choose another file with --database-uri",
        path.display()
    );
    assert_eq!(refused_start(&path), expected);
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn an_older_database_of_ours_is_brought_up_to_date_and_keeps_what_it_holds() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("proxy.db");
    sqlite_file(&path, include_str!("../../../fixtures/legacy/schema-1.sql"));
    sqlite_file(
        &path,
        "PRAGMA application_id = 0x534c4150; PRAGMA user_version = 1; \
         INSERT INTO computer (id, reference) VALUES (1, 'local_computer'); \
         INSERT INTO partition (computer_id, reference) VALUES (1, 'part0'); \
         INSERT INTO event (id, at, last_at, count, user, kind, computer, text) \
         VALUES (7, 1, 2, 3, 'user', 'computerBang', 'local_computer', 'old'); \
         INSERT INTO consumption (computer_id, source_reference, number, document, user, received_at) \
         VALUES (1, '', 1, '<journal><transaction type=\"\"><start_date/><stop_date/><reference/><currency/><payment_mode/>\
         <arrow type=\"\"/><movement><resource>r</resource><quantity>1</quantity><price>0</price><VAT/></movement>\
         </transaction></journal>', 'local_computer', 1)",
    );
    let app = TestApp::on(directory);
    assert_eq!(app.listing(LOCAL), ["part0 free"]);
    app.post("/computerBang", &[("computer_id", LOCAL), ("message", "new")]);
    let mut events = app.sqlite();
    let events = events.transaction().unwrap();
    let mut events = events.prepare("SELECT id || ' ' || count || ' ' || text || changes || woken FROM event").unwrap();
    let events: Vec<String> = events.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert_eq!((events[0].as_str(), events.last().unwrap().as_str()), ("7 3 old", "8 1 new"));
    let listed = app.http.post(format!("{}/slapos.allDocs.WIP.consumption_list", app.url));
    let listed = answer(listed.header("Content-Type", "application/json").body("{}")).body;
    assert!(listed.contains("\"reason\":\"it arrived before movements were judged\""), "{listed}");
    let version: i64 = app.sqlite().query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    assert_eq!(version, latest_version());
}

#[test]
fn a4c_a_foreign_table_in_the_database_disturbs_nobody() {
    let app = TestApp::formatted(1);
    app.sqlite().execute_batch("CREATE TABLE mynotes (note TEXT); INSERT INTO mynotes VALUES ('keep me')").unwrap();
    assert_eq!(request("root").place(&app), "slappart0");
    let app = app.restart();
    assert_eq!(app.listing(LOCAL), ["slappart0 started root"]);
    let note: String = app.sqlite().query_row("SELECT note FROM mynotes", [], |row| row.get(0)).unwrap();
    assert_eq!(note, "keep me");
}

#[test]
fn a4c_a_foreign_database_is_refused_and_left_as_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("notes.db");
    sqlite_file(&path, "CREATE TABLE mynotes (note TEXT)");
    let before = fs::read(&path).unwrap();
    let expected = format!(
        "{} is not a database of slapproxy: it holds other tables: mynotes; choose another file with --database-uri",
        path.display()
    );
    assert_eq!(refused_start(&path), expected);
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a6_who_reads_the_database_blocks_no_writer() {
    /// A writer that waits for readers waits for this long, or for ever.
    const BUSY: Duration = Duration::from_secs(5);
    let app = TestApp::formatted(1);
    let start = Instant::now();
    let mut browser = app.sqlite();
    let reading = browser.transaction().unwrap();
    let count = || reading.query_row("SELECT count(*) FROM instance", [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(count(), 0);
    assert_eq!(request("root").place(&app), "slappart0");
    assert_eq!(app.format_in(LOCAL, 2, "10.0."), Answer::text("done"));
    assert_eq!(count(), 0);
    assert_eq!(app.listing(LOCAL), ["slappart0 started root", "slappart1 free"]);
    assert!(start.elapsed() < BUSY, "{:?}", start.elapsed());
}

#[test]
fn a_plain_copy_of_the_file_holds_everything_when_nothing_is_in_flight() {
    let app = TestApp::formatted(1);
    let first = request("root").send(&app);
    let log = app.database.with_extension("db-wal");
    eventually("the log is emptied into the file", || fs::metadata(&log).map_or(0, |log| log.len()) == 0);
    let directory = tempfile::tempdir().unwrap();
    fs::copy(&app.database, directory.path().join("proxy.db")).unwrap();
    let copy = TestApp::on(directory);
    assert_eq!(request("root").send(&copy), first);
}

#[test]
fn c9_a_failure_inside_is_told_and_the_server_goes_on() {
    let app = TestApp::formatted(1);
    let sabotage = "CREATE TRIGGER sabotage BEFORE INSERT ON instance BEGIN SELECT RAISE(ABORT, 'disk on fire'); END";
    app.sqlite().execute_batch(sabotage).unwrap();
    assert_eq!(request("root").send(&app).refusal(), (500, "database: disk on fire".into()));
    assert_eq!(app.listing(LOCAL), ["slappart0 free"]);
    app.sqlite().execute_batch("DROP TRIGGER sabotage").unwrap();
    assert_eq!(request("root").place(&app), "slappart0");
}

#[test]
fn d4_only_its_owner_reads_the_database() {
    let app = TestApp::formatted(1);
    let reading = app.sqlite();
    reading.execute_batch("BEGIN; SELECT * FROM instance").unwrap();
    assert_eq!(request("root").place(&app), "slappart0");
    for suffix in ["db", "db-wal", "db-shm", "db.lock"] {
        let file = app.database.with_extension(suffix);
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", file.display());
    }
}

#[test]
fn e5_a_corrupt_database_is_refused_before_anything_is_served() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("proxy.db");
    fs::write(&path, "This is no database, whatever its name says.").unwrap();
    let expected = format!(
        "{} is not a database of slapproxy: it is not an SQLite database; choose another file with --database-uri",
        path.display()
    );
    assert_eq!(refused_start(&path), expected);

    let mut app = TestApp::formatted(200);
    let directory = app.stop().unwrap();
    let path = directory.path().join("proxy.db");
    let mut bytes = fs::read(&path).unwrap();
    let half = bytes.len() / 2;
    bytes[half..].fill(0xff);
    fs::write(&path, bytes).unwrap();
    let refusal = refused_start(&path);
    let (start, end) = (
        format!("the database {} is damaged (", path.display()),
        "); restore a copy of it, or move it away to start with an empty one",
    );
    assert!(refusal.starts_with(&start) && refusal.ends_with(end), "{refusal}");
}

#[test]
fn e5_two_servers_never_share_a_database() {
    let app = TestApp::formatted(1);
    let expected = format!(
        "the database {} is in use by the server at {}/ (pid {}); stop it first, or choose another file with --database-uri",
        app.database.display(),
        app.url,
        std::process::id()
    );
    assert_eq!(refused_start(&app.database), expected);
    assert_eq!(request("root").place(&app), "slappart0");
}
