//! Files that are no database of this program.

use std::fs;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use rusqlite::Connection;

use super::{Home, failed, files, printed};
use crate::calls::latest_version;

/// Checks that all that opens a database refuses it with a sentence, and leaves it as it is.
fn is_refused(home: &Home, name: &str, sentence: &str) {
    let before = fs::read(home.path(name)).unwrap();
    let around = files(&home.path(""));
    let error = failed(1, format!("error: {sentence}\n"));
    for arguments in [&["start", "--port", "0"][..], &["import", "computer.xml"], &["show"]] {
        let finished = home.run(&[arguments, &["--database-uri", name]].concat());
        assert_eq!(finished, error, "{arguments:?}");
        assert!(fs::read(home.path(name)).unwrap() == before, "{arguments:?} changes the file");
        assert_eq!(files(&home.path("")), around, "{arguments:?} leaves files behind");
    }
}

/// A home with a description, and a database that holds it.
fn with_database() -> Home {
    let home = Home::new();
    assert_eq!(home.run(&["format", "-o", "computer.xml", "--partitions", "50"]).code, Some(0));
    assert_eq!(home.run(&["import", "computer.xml", "-u", "own.db"]).code, Some(0));
    home
}

fn sql(file: &Path, statements: &str) {
    let connection = Connection::open(file).unwrap();
    connection.execute_batch(statements).unwrap();
    connection.close().unwrap();
}

#[test]
fn a_newer_schema() {
    let home = with_database();
    sql(&home.path("own.db"), "PRAGMA user_version = 1000");
    let sentence = format!(
        "own.db has schema version 1000, and this program knows versions up to {}; use the newer program that wrote it, \
         or choose another file with --database-uri",
        latest_version()
    );
    is_refused(&home, "own.db", &sentence);
}

#[test]
fn a_database_of_another_program() {
    let home = with_database();
    sql(&home.path("notes.db"), "CREATE TABLE mynotes (a); CREATE TABLE other (b); INSERT INTO mynotes VALUES (1)");
    let sentence = "notes.db is not a database of slapproxy: it holds other tables: mynotes, other; \
                    choose another file with --database-uri";
    is_refused(&home, "notes.db", sentence);
    sql(&home.path("views.db"), "CREATE VIEW myview AS SELECT 1; PRAGMA journal_mode = WAL");
    let sentence = "views.db is not a database of slapproxy: it holds other tables: myview; \
                    choose another file with --database-uri";
    is_refused(&home, "views.db", sentence);
}

#[test]
fn a_database_of_the_python_proxy_of_an_unknown_version() {
    let home = with_database();
    for version in [9, 19] {
        sql(
            &home.path(&format!("{version}.db")),
            &format!("CREATE TABLE computer{version} (a); CREATE TABLE partition{version} (b)"),
        );
        let sentence = format!(
            "{version}.db is a database of the Python proxy and cannot be imported, so it was left as it is: \
             it has schema version {version}, and versions 10 to 18 can be imported"
        );
        is_refused(&home, &format!("{version}.db"), &sentence);
    }
}

#[test]
fn a_file_that_is_no_database() {
    let home = with_database();
    home.write("short.txt", "hello");
    home.write("long.txt", "hello world\n".repeat(2000));
    for name in ["short.txt", "long.txt"] {
        let sentence = format!(
            "{name} is not a database of slapproxy: it is not an SQLite database; \
             choose another file with --database-uri"
        );
        is_refused(&home, name, &sentence);
    }
    let directory = "--database-uri: \"data\" is a directory; expected the path of a file, such as \"data/proxy.db\"\n\
                     hint: README.md lists every key of the configuration with its meaning and default\n";
    fs::create_dir(home.path("data")).unwrap();
    assert_eq!(home.run(&["start", "--port", "0", "-u", "data"]), failed(2, directory));
}

#[test]
fn e5_a_damaged_database() {
    let home = with_database();
    let page = 4096;
    let pages = fs::metadata(home.path("own.db")).unwrap().len() / page;
    fs::copy(home.path("own.db"), home.path("short.db")).unwrap();
    let mut file = fs::OpenOptions::new().write(true).open(home.path("own.db")).unwrap();
    file.seek(SeekFrom::Start(5 * page)).unwrap();
    file.write_all(&[0xff; 4096]).unwrap();
    let sentence = "the database own.db is damaged (Tree 6 page 6: btreeInitPage() returns error code 11); \
                    restore a copy of it, or move it away to start with an empty one";
    is_refused(&home, "own.db", sentence);

    let file = fs::OpenOptions::new().write(true).open(home.path("short.db")).unwrap();
    file.set_len(page * (pages / 2) + 100).unwrap();
    let sentence = "the database short.db is damaged (database disk image is malformed); \
                    restore a copy of it, or move it away to start with an empty one";
    is_refused(&home, "short.db", sentence);
}

#[test]
fn an_empty_file_becomes_a_database() {
    let home = Home::new();
    home.write("empty.db", "");
    let sentence = "empty.db is not a database of slapproxy: it is empty; choose another file with --database-uri";
    assert_eq!(home.run(&["show", "-u", "empty.db"]), failed(1, format!("error: {sentence}\n")));
    let server = home.start(&["-u", "empty.db"]);
    assert_eq!(server.titles("local_computer"), []);
    assert_eq!(server.stop("TERM").code, Some(0));
    let shown = "computers\n  reference       title  address  netmask  description\n  local_computer  -      -        -        -\n";
    assert_eq!(home.run(&["show", "--computers", "-u", "empty.db"]), printed(shown));
}
