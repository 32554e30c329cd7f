//! Bodies of answers: they are passed back as they come, and what is not whole does not look so.

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Mutex;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use super::{open, through};
use crate::app::TestApp;
use crate::client::scripted::{Reply, Scripted};

/// A server that answers what is sent here.
fn streaming() -> (Scripted, SyncSender<String>) {
    let (sender, receiver) = sync_channel(1);
    let receiver = Mutex::new(Some(receiver));
    (Scripted::new(move |_| Reply::Stream(receiver.lock().unwrap().take().unwrap())), sender)
}

/// A connection on which a URL was asked for.
fn ask(app: &TestApp, url: &str) -> TcpStream {
    let own = app.url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(own).unwrap();
    let path = through(url);
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {own}\r\nConnection: close\r\n\r\n").unwrap();
    stream
}

/// Reads until an end came.
fn until(stream: &mut TcpStream, end: &str) -> String {
    let mut received = Vec::new();
    while !received.ends_with(end.as_bytes()) {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        received.push(byte[0]);
    }
    String::from_utf8(received).unwrap()
}

/// Everything that comes until the connection ends.
fn rest(stream: &mut TcpStream) -> String {
    let mut received = Vec::new();
    // It may end in a reset.
    let _end = stream.read_to_end(&mut received);
    String::from_utf8(received).unwrap()
}

#[test]
fn each_part_is_passed_back_before_the_next_one_comes() {
    let (app, (upstream, parts)) = (open("60"), streaming());
    let mut client = ask(&app, &upstream.url);
    let part = "x".repeat(1 << 20);
    parts.send(format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", 32 << 20)).unwrap();
    assert!(until(&mut client, "\r\n\r\n").contains(&format!("content-length: {}\r\n", 32 << 20)));
    let mut received = vec![0; part.len()];
    for _ in 0..32 {
        parts.send(part.clone()).unwrap();
        client.read_exact(&mut received).unwrap();
        assert!(received == part.as_bytes());
    }
    assert_eq!(rest(&mut client), "");
}

#[test]
fn no_more_is_fetched_than_the_client_takes() {
    let app = open("60");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let _client = ask(&app, &url);
    let (mut upstream, _) = listener.accept().unwrap();
    until(&mut upstream, "\r\n\r\n");
    // What the system takes on the way is less than this.
    let (part, most) = (vec![b'x'; 1 << 20], 64);
    upstream.set_write_timeout(Some(Duration::from_secs(1))).unwrap();
    write!(upstream, "HTTP/1.1 200 OK\r\n\r\n").unwrap();
    let end = (0..most).find_map(|_| upstream.write_all(&part).err()).map(|error| error.kind());
    assert!(matches!(end, Some(ErrorKind::WouldBlock | ErrorKind::TimedOut)), "{end:?}");
}

#[test]
fn a_body_of_unknown_length_is_passed_back_in_parts() {
    for head in ["HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.0 200 OK\r\n\r\n"] {
        let (app, (upstream, parts)) = (open("60"), streaming());
        let mut client = ask(&app, &upstream.url);
        parts.send(head.into()).unwrap();
        assert!(until(&mut client, "\r\n\r\n").contains("transfer-encoding: chunked\r\n"));
        for part in ["first", "second"] {
            parts.send(part.into()).unwrap();
            until(&mut client, &format!("\r\n{part}\r\n"));
        }
        drop(parts);
        assert_eq!(rest(&mut client), "0\r\n\r\n");
    }
}

#[test]
fn what_breaks_off_does_not_look_whole() {
    let app = open("60");
    for (answer, passed) in [
        ("Content-Length: 12\r\n\r\nsome", "some"),
        ("Transfer-Encoding: chunked\r\n\r\n4\r\nsome\r\n", "4\r\nsome\r\n"),
        ("Transfer-Encoding: chunked\r\n\r\n4\r\nsome\r\nx\r\n", "4\r\nsome\r\n"),
    ] {
        let upstream = Scripted::new(move |_| Reply::Bytes(format!("HTTP/1.1 200 OK\r\n{answer}")));
        let received = rest(&mut ask(&app, &upstream.url));
        let (head, body) = received.split_once("\r\n\r\n").unwrap_or(("", ""));
        let whole = head.to_lowercase().contains("content-length: 4\r") || body.ends_with("0\r\n\r\n");
        assert!(!whole && passed.starts_with(body), "{received}");
    }
}

#[test]
fn contradictions_about_the_length_are_not_passed_on() {
    let app = open("60");
    let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nsome\r\n0\r\n\r\n";
    let upstream = Scripted::new(move |_| Reply::Bytes(answer.into()));
    let received = rest(&mut ask(&app, &upstream.url));
    let (head, body) = received.split_once("\r\n\r\n").unwrap();
    assert!(!head.to_lowercase().contains("content-length"), "{received}");
    assert_eq!(body, "4\r\nsome\r\n0\r\n\r\n");
}

#[test]
fn a_body_without_end_ends_with_the_time() {
    let (app, (upstream, parts)) = (open("0.5"), streaming());
    let mut client = ask(&app, &upstream.url);
    parts.send("HTTP/1.1 200 OK\r\n\r\n".into()).unwrap();
    let start = Instant::now();
    thread::scope(|scope| {
        // There is always something to read.
        scope.spawn(move || while parts.send("x".repeat(1000)).is_ok() {});
        assert!(!rest(&mut client).ends_with("0\r\n\r\n"));
    });
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}

#[test]
fn nothing_more_is_fetched_for_a_client_that_left() {
    let (app, (upstream, parts)) = (open("600"), streaming());
    let mut client = ask(&app, &upstream.url);
    parts.send("HTTP/1.1 200 OK\r\n\r\nfirst".into()).unwrap();
    until(&mut client, "first");
    drop(client);
    // Nobody takes it any more once the connection is closed.
    while parts.send("x".repeat(1000)).is_ok() {}
}
