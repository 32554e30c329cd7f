//! The end of the server.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use slapproxy::wire::form;

use super::{Home, Server, files, rest_of, titles_in_copy};

/// A server whose computer has two partitions.
fn formatted(home: &Home, arguments: &[&str]) -> Server {
    assert_eq!(home.run(&["format", "--partitions", "2", "-o", "computer.xml"]).code, Some(0));
    home.start(&[&["--import", "computer.xml"], arguments].concat())
}

fn ends_in_order(signal: &str) {
    let home = Home::new();
    let server = formatted(&home, &["--ready-file", "data/slapproxy/ready.json"]);
    assert_eq!(server.request("web").status, 200);

    let mut idle = server.connect();
    idle.write_all(b"GET /none HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let mut answered = [0; 12];
    idle.read_exact(&mut answered).unwrap();
    assert_eq!(&answered, b"HTTP/1.1 404");
    let mut half = server.connect();
    half.write_all(b"POST /requestComputerPartition HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nsoft")
        .unwrap();
    let mut begun = server.connect();
    begun.write_all(b"GET /getRun").unwrap();
    let silent = server.connect();

    let port = server.port();
    let start = Instant::now();
    let stopped = server.stop(signal);
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    assert_eq!(stopped.code, Some(0), "{}", stopped.stderr);
    assert_eq!(files(&home.path("data/slapproxy")), ["proxy.db"]);
    assert_eq!(titles_in_copy(&home.database()), Some(vec!["web".into()]));

    let again = Server::greeted(home.command(&["start", "--port", &port.to_string()]));
    assert_eq!(again.port(), port);
    let expected = [("slappart0".into(), Some("web".into())), ("slappart1".into(), None)];
    assert_eq!(again.titles("local_computer"), expected);
    drop((idle, half, begun, silent));
}

#[test]
fn e7_term_ends_it_in_order_whoever_is_connected() {
    ends_in_order("TERM");
}

#[test]
fn e7_an_interrupt_ends_it_in_order_whoever_is_connected() {
    ends_in_order("INT");
}

#[test]
fn a_request_in_flight_is_answered_and_stored() {
    let home = Home::new();
    let mut server = formatted(&home, &[]);
    let body = form::encode(&[
        ("software_release", "/sr"),
        ("software_type", "default"),
        ("partition_reference", "in flight"),
    ]);
    let (first, last) = body.split_at(20);
    let mut stream = server.connect();
    let head = format!(
        "POST /requestComputerPartition HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nExpect: 100-continue\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    // The server asks for the body: it is at work on the request.
    let mut go = [0; "HTTP/1.1 100 Continue\r\n\r\n".len()];
    stream.read_exact(&mut go).unwrap();
    assert_eq!(str::from_utf8(&go), Ok("HTTP/1.1 100 Continue\r\n\r\n"));
    stream.write_all(first.as_bytes()).unwrap();
    server.signal("TERM");
    server.line_with("stopping");
    let answer = rest_of(stream, last.as_bytes());
    assert_eq!(answer.lines().next(), Some("HTTP/1.1 200 OK"));
    assert_eq!(server.end().code, Some(0));
    assert_eq!(titles_in_copy(&home.database()), Some(vec!["in flight".into()]));
}

#[test]
fn a_stop_while_a_reader_holds_the_database_is_as_quick() {
    let home = Home::new();
    let server = formatted(&home, &[]);
    assert_eq!(server.request("first").status, 200);
    let reader = rusqlite::Connection::open(home.database()).unwrap();
    reader.execute_batch("BEGIN; SELECT * FROM instance").unwrap();
    assert_eq!(server.request("second").status, 200);
    let start = Instant::now();
    assert_eq!(server.stop("TERM").code, Some(0));
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    reader.execute_batch("COMMIT").unwrap();
    drop(reader);
    let shown = home.show(&["--instances"]);
    let titles: Vec<_> = shown["instances"].as_array().unwrap().iter().map(|row| row["title"].as_str()).collect();
    assert_eq!(titles, [Some("first"), Some("second")]);
}
