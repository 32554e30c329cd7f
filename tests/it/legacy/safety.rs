//! An import happens wholly or not at all, and never without a copy.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Stdio;

use super::*;
use crate::app::refused_start;
use crate::program::{Home, eventually};

#[test]
fn the_copy_is_the_old_file_page_by_page_and_for_its_owner_alone() {
    let directory = copied("v16.db");
    let database = directory.path().join("proxy.db");
    let app = TestApp::start(overrides(), directory);
    let found = copies(&database);
    assert_eq!(found.len(), 1);
    // SQLite counts the changes of each file and of its schema, and writes its own version.
    let pages = |path: &Path| {
        let mut bytes = fs::read(path).unwrap();
        for counter in [24..28, 40..44, 92..100] {
            bytes[counter].fill(0);
        }
        bytes
    };
    assert!(pages(&found[0]) == pages(&fixture("v16.db")));
    assert_eq!(fs::metadata(&found[0]).unwrap().permissions().mode() & 0o777, 0o600);
    let name = found[0].file_name().unwrap().to_string_lossy().into_owned();
    assert!(name.starts_with("proxy.db-backup-v16-20") && name.ends_with("Z.db"), "{name}");
    let told = rows(&app.sqlite(), "SELECT text FROM event WHERE text LIKE 'from schema version 16: %'");
    assert!(told[0].ends_with(&format!("; copy: {}", found[0].display())), "{told:?}");
}

#[test]
fn the_program_says_what_it_imported_and_where_the_copy_is() {
    let home = Home::new();
    fs::copy(fixture("v18.db"), home.path("old.db")).unwrap();
    let shown = home.run(&["show", "-u", "old.db"]);
    let sentence =
        "error: old.db is a database of the Python proxy, of schema version 18; `slapproxy start` imports it\n";
    assert_eq!((shown.code, shown.stderr.as_str()), (Some(1), sentence));
    let server = home.start(&["-u", "old.db", "--computer-id", COMPUTER, "--local-software-release-root", ROOT]);
    let said = server.stop("TERM").stderr;
    let copy = copies(&fs::canonicalize(home.path("old.db")).unwrap()).pop().unwrap();
    let summary = "2 computers, 3 software releases, 10 partitions, 7 instances, 2 shared instances, \
                   2 forwarded requests; 0 notes";
    for line in [
        format!("  imported    from the Python proxy, schema version 18: {summary}"),
        format!("  copy        {}", copy.display()),
    ] {
        assert!(said.lines().any(|said| said == line), "{line}\n{said}");
    }
}

#[test]
fn any_command_that_writes_imports_first() {
    let home = Home::new();
    fs::copy(fixture("v17.db"), home.path("old.db")).unwrap();
    assert_eq!(home.run(&["format", "--partitions", "1", "--computer-id", "new", "-o", "new.xml"]).code, Some(0));
    let imported = home.run(&["import", "new.xml", "-u", "old.db", "--computer-id", COMPUTER]);
    assert!(imported.stderr.ends_with("\nnew: 1 partitions added, 0 kept, 0 removed\n"), "{}", imported.stderr);
    assert_eq!(copies(&home.path("old.db")).len(), 1);
    let server = home.start(&["-u", "old.db", "--computer-id", COMPUTER, "--local-software-release-root", ROOT]);
    assert_eq!(server.titles(COMPUTER)[0], ("slappart2".into(), Some("root".into())));
    let computers = rows(&Connection::open(home.path("old.db")).unwrap(), "SELECT reference FROM computer18");
    assert_eq!(computers, [COMPUTER, "other ü", "new"]);
}

#[test]
fn a_damaged_file_is_refused_and_left_as_it_is() {
    let directory = copied("v18.db");
    let path = directory.path().join("proxy.db");
    let mut bytes = fs::read(&path).unwrap();
    let half = bytes.len() / 2;
    bytes[half..].fill(0xff);
    fs::write(&path, &bytes).unwrap();
    let refusal = refused_start(&path);
    assert!(refusal.contains(" is damaged ("), "{refusal}");
    assert!(fs::read(&path).unwrap() == bytes && copies(&path).is_empty());
}

#[test]
fn a_file_that_somebody_is_writing_is_left_as_it_is() {
    let directory = copied("v18.db");
    let path = directory.path().join("proxy.db");
    let writer = Connection::open(&path).unwrap();
    writer.execute_batch("BEGIN IMMEDIATE; UPDATE partition18 SET software_type = 'changed'").unwrap();
    assert!(refused_start(&path).ends_with("database is locked"), "{}", path.display());
    writer.execute_batch("COMMIT").unwrap();
    let app = TestApp::start(overrides(), directory);
    assert_eq!(
        rows(&app.sqlite(), "SELECT DISTINCT software_type FROM partition18 WHERE slap_state = 'busy'"),
        ["changed"]
    );
}

#[test]
fn a_kill_in_the_middle_leaves_the_old_database_or_the_new_one() {
    const PARTITIONS: usize = 3000;
    let home = Home::new();
    fs::copy(fixture("v16.db"), home.path("old.db")).unwrap();
    let db = Connection::open(home.path("old.db")).unwrap();
    db.execute_batch(&format!(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {PARTITIONS}) \
         INSERT INTO partition16 (reference, computer_reference, slap_state, software_release, partition_reference) \
         SELECT 'more' || i, 'computer', 'busy', '/sr', 'title ' || i FROM n"
    ))
    .unwrap();
    db.close().unwrap();
    let whole = PARTITIONS + 10;
    let mut kills = 0;
    let arguments = ["start", "--port", "0", "-u", "old.db", "--computer-id", COMPUTER, "--ready-file", "ready.json"];
    loop {
        let copies_before = copies(&home.path("old.db")).len();
        let mut child = home.command(&arguments).stderr(Stdio::null()).spawn().unwrap();
        // The copy is made when all is read: what follows are the writes.
        eventually("a copy, or the end of the import", || {
            copies(&home.path("old.db")).len() > copies_before || home.path("ready.json").exists()
        });
        let done = home.path("ready.json").exists();
        child.kill().unwrap();
        child.wait().unwrap();
        // SQLite takes back what was not committed.
        let db = Connection::open(home.path("old.db")).unwrap();
        let ours = rows(&db, "PRAGMA application_id") != ["0"];
        let count = if ours { "SELECT count(*) FROM partition" } else { "SELECT count(*) FROM partition16" };
        assert_eq!(rows(&db, count), [whole.to_string()]);
        if done || kills == 3 {
            break;
        }
        kills += 1;
    }
    let server = home.start(&["-u", "old.db", "--computer-id", COMPUTER]);
    let titles = server.titles(COMPUTER);
    assert_eq!(titles.len(), whole - 3);
    assert_eq!(titles.iter().filter(|(_, title)| title.is_some()).count(), whole - 5);
    assert!(kills > 0, "the import was never interrupted");
}

#[test]
fn the_file_stays_the_same_one_for_all_its_names() {
    let directory = copied("v17.db");
    let other = directory.path().join("other");
    fs::create_dir(&other).unwrap();
    let (real, link) = (other.join("real.db"), directory.path().join("proxy.db"));
    fs::rename(&link, &real).unwrap();
    symlink(&real, &link).unwrap();
    let app = TestApp::start(overrides(), directory);
    assert!(link.is_symlink());
    assert_eq!(rows(&Connection::open(&real).unwrap(), "SELECT count(*) FROM partition18"), ["10"]);
    assert_eq!(app.listing(COMPUTER)[0], "slappart2 started root");
}
