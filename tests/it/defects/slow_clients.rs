//! Clients that do not finish what they begin.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use slapproxy::config::Overrides;

use crate::app::{Answer, TestApp};
use crate::calls::LOCAL;

fn patient(seconds: &str) -> TestApp {
    TestApp::with(Overrides { client_timeout: Some(seconds.into()), ..Overrides::default() })
}

/// A connection on which only this was sent so far.
fn begin(app: &TestApp, bytes: &str) -> TcpStream {
    let mut stream = TcpStream::connect(app.url.strip_prefix("http://").unwrap()).unwrap();
    stream.write_all(bytes.as_bytes()).unwrap();
    stream
}

/// What the server says: an error page, or all until it ends the connection. It lingers after an early answer, so
/// that slow clients can read it.
fn rest(mut stream: TcpStream) -> String {
    let mut text = Vec::new();
    let mut buffer = [0; 4096];
    while !text.ends_with(b"</p>\n") {
        match stream.read(&mut buffer).unwrap() {
            0 => break,
            count => text.extend_from_slice(&buffer[..count]),
        }
    }
    String::from_utf8(text).unwrap()
}

const HALF: &str = "POST /supplySupply HTTP/1.1\r\nHost: localhost\r\n\
                    Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nurl=/sr&comp";

#[test]
fn d6_a_body_that_does_not_come_is_not_waited_for() {
    let app = patient("0.2");
    let text = rest(begin(&app, HALF));
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert_eq!(head.lines().next().unwrap(), "HTTP/1.1 408 Request Timeout");
    let answer = Answer { status: 408, body: body.into() };
    let refusal = "the body did not arrive within 0.2 s; the limit is set by client_timeout";
    assert_eq!(answer.refusal(), (408, refusal.into()));
}

#[test]
fn d6_a_body_that_drips_is_not_waited_for_either() {
    let app = patient("0.2");
    let mut stream = begin(&app, HALF);
    stream.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
    let mut first = [0];
    // There is always another byte within the time.
    while let Err(silence) = stream.read_exact(&mut first) {
        assert_eq!(silence.kind(), ErrorKind::WouldBlock);
        stream.write_all(b"x").unwrap();
    }
    stream.set_read_timeout(None).unwrap();
    let text = rest(stream);
    assert!(text.starts_with("TTP/1.1 408 "), "{text}");
}

#[test]
fn d6_headers_that_do_not_come_are_not_waited_for() {
    let app = patient("0.2");
    let text = rest(begin(&app, "POST /supplySupply HTTP/1.1\r\nHost: loc"));
    assert!(text.starts_with("HTTP/1.1 408 "), "{text}");
}

#[test]
fn d6_hundreds_of_unfinished_requests_block_nobody() {
    let app = patient("600");
    let unfinished: Vec<TcpStream> = (0..300).map(|_| begin(&app, HALF)).collect();
    assert_eq!(app.supply("/sr", "available"), Answer::text("Supplied '/sr' to be available"));
    assert_eq!(app.supplied(LOCAL), ["/sr available"]);
    drop(unfinished);
}

#[test]
fn d6_a_body_that_breaks_off_is_not_taken_for_whole() {
    let app = TestApp::empty();
    let half = "POST /supplySupply HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n\
                Content-Length: 100\r\n\r\nurl=/sr&computer_id=local_computer&state=available";
    let stream = begin(&app, half);
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let text = rest(stream);
    assert!(text.is_empty() || text.starts_with("HTTP/1.1 400 "), "{text}");
    assert_eq!(app.supplied(LOCAL), Vec::<String>::new());
}
