//! Other programs that read the database file.

use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};

use super::{Home, eventually, post, titles_in_copy};
use crate::app::http_client;

fn count(reader: &Connection) -> i64 {
    reader.query_row("SELECT count(*) FROM instance", [], |row| row.get(0)).unwrap()
}

#[test]
fn a_reader_in_a_transaction_holds_up_nobody() {
    let home = Home::new();
    assert_eq!(home.run(&["format", "--partitions", "40", "-o", "computer.xml"]).code, Some(0));
    let server = home.start(&["--import", "computer.xml"]);
    assert_eq!(server.request("0").status, 200);
    let reader = Connection::open_with_flags(home.database(), OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    reader.execute_batch("BEGIN").unwrap();
    assert_eq!(count(&reader), 1);

    let wal = home.path("data/slapproxy/proxy.db-wal");
    let start = Instant::now();
    let mut expected = vec!["0".to_owned()];
    for number in 1..20 {
        assert_eq!(server.request(&number.to_string()).status, 200);
        expected.push(number.to_string());
        // The listing takes long enough for the server to be idle in between.
        assert_eq!(server.titles("local_computer").len(), 40);
    }
    assert!(start.elapsed() < Duration::from_secs(4), "{:?}", start.elapsed());
    assert_eq!(count(&reader), 1);
    assert!(wal.metadata().unwrap().len() > 0);
    assert_ne!(titles_in_copy(&home.database()), Some(expected.clone()));

    reader.execute_batch("COMMIT").unwrap();
    assert_eq!(count(&reader), 20);
    eventually("an empty log", || wal.metadata().unwrap().len() == 0);
    assert_eq!(titles_in_copy(&home.database()), Some(expected));
}

#[test]
fn a_writer_of_another_program_is_waited_for() {
    let home = Home::new();
    assert_eq!(home.run(&["format", "--partitions", "1", "-o", "computer.xml"]).code, Some(0));
    let server = home.start(&["--import", "computer.xml"]);
    // The first listing records that the computer asked.
    assert_eq!(server.titles("local_computer").len(), 1);
    let writer = Connection::open(home.database()).unwrap();
    writer.execute_batch("BEGIN IMMEDIATE").unwrap();
    std::thread::scope(|scope| {
        let url = format!("{}/requestComputerPartition", server.url);
        let fields = [("software_release", "/sr"), ("software_type", "default"), ("partition_reference", "web")];
        let request = scope.spawn(move || post(&http_client().build().unwrap(), &url, &fields).unwrap());
        // The server goes on reading while its write waits.
        assert_eq!(server.titles("local_computer"), [("slappart0".into(), None)]);
        writer.execute_batch("COMMIT").unwrap();
        assert_eq!(request.join().unwrap().status, 200);
    });
    assert_eq!(server.titles("local_computer"), [("slappart0".into(), Some("web".into()))]);
}
