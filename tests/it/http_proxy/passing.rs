//! What is passed on to a server, and what is passed back.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use super::{ask, authority, headers, open, through};
use crate::client::scripted::{Reply, Scripted, ok};
use crate::replay::http::{Message, send};

/// The headers of requests that are passed on.
const PASSED: [(&str, &str); 9] = [
    ("accept", "text/html"),
    ("accept-language", "fr"),
    ("authorization", "Basic Zm9v"),
    ("content-type", "text/x"),
    ("if-modified-since", "Mon, 01 Jan 2024 00:00:00 GMT"),
    ("if-none-match", "\"x\", \"y\""),
    ("origin", "http://ORIGIN"),
    ("range", "bytes=0-4"),
    ("user-agent", "browser"),
];

/// Headers of requests that are not.
const DROPPED: [(&str, &str); 13] = [
    ("cookie", "secret"),
    ("referer", "https://r.example"),
    ("accept-encoding", "br"),
    ("if-range", "\"x\""),
    ("x-access-token", "TOKEN"),
    ("x-forwarded-for", "10.0.0.1"),
    ("x-forwarded-host", "other.example"),
    ("x-forwarded-proto", "https"),
    ("forwarded", "for=10.0.0.1"),
    ("proxy-authorization", "Basic Zm9v"),
    ("upgrade", "websocket"),
    ("te", "trailers"),
    ("sec-fetch-site", "same-origin"),
];

#[test]
fn the_headers_of_requests_are_those_that_are_listed() {
    let (app, upstream) = (open("60"), Scripted::new(|_| ok("")));
    let own = app.url.strip_prefix("http://").unwrap();
    let token = app.operator_token();
    let sent: Vec<(String, String)> = PASSED
        .iter()
        .chain(&DROPPED)
        .map(|(name, value)| ((*name).into(), value.replace("ORIGIN", own).replace("TOKEN", &token)))
        .collect();
    let sent: Vec<(&str, &str)> = sent.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(ask(&app, "GET", &through(&upstream.url), &sent).status(), 200);
    let passed = PASSED.iter().map(|(name, value)| format!("{name}: {}", value.replace("ORIGIN", own)));
    let mut expected: Vec<String> = passed.collect();
    expected.sort();
    let request = &upstream.requests()[0];
    assert_eq!(headers(request), expected);
    assert_eq!(request.header("Host"), Some(authority(&upstream)));
    assert_eq!(request.header("Accept-Encoding"), Some("identity"));
}

#[test]
fn the_headers_of_answers_are_those_that_are_listed() {
    let listed = "Accept-Ranges: bytes\r\n\
        Access-Control-Allow-Credentials: true\r\n\
        Access-Control-Allow-Headers: X-A\r\n\
        Access-Control-Allow-Methods: GET\r\n\
        Access-Control-Allow-Origin: *\r\n\
        Access-Control-Expose-Headers: X-B\r\n\
        Cache-Control: max-age=3\r\n\
        Content-Encoding: gzip\r\n\
        Content-Range: bytes 0-2/9\r\n\
        Content-Type: text/html\r\n\
        ETag: \"abc\"\r\n\
        Last-Modified: Mon, 01 Jan 2024 00:00:00 GMT\r\n\
        Vary: Accept\r\n\
        Vary: Origin\r\n\
        WWW-Authenticate: Basic realm=\"x\"\r\n\
        WWW-Authenticate: Bearer\r\n";
    let dropped = "Set-Cookie: a=b\r\nServer: s\r\nX-Other: x\r\nAccess-Control-Max-Age: 10\r\nRefresh: 0; url=/\r\n\
        Content-Disposition: inline\r\nLink: </x>; rel=preload\r\nStrict-Transport-Security: max-age=1\r\n\
        Alt-Svc: h3=\":443\"\r\nService-Worker-Allowed: /\r\nKeep-Alive: timeout=5\r\nDate: Mon, 01 Jan 2024 01:02:03 GMT\r\n";
    let answer = format!("HTTP/1.1 206 Part\r\nContent-Length: 3\r\n{listed}{dropped}\r\nabc");
    let (app, upstream) = (open("60"), Scripted::new(move |_| Reply::Bytes(answer.clone())));
    let answer = ask(&app, "GET", &through(&upstream.url), &[]);
    let mut expected: Vec<String> = listed
        .lines()
        .map(|line| {
            let (name, value) = line.split_once(": ").unwrap();
            format!("{}: {value}", name.to_lowercase())
        })
        .chain(["content-disposition: attachment".into(), "content-length: 3".into()])
        .collect();
    expected.sort();
    assert_eq!((answer.status(), answer.body.as_str()), (206, "abc"));
    assert_eq!(headers(&answer), expected);
    let dates: Vec<&str> =
        answer.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("date")).map(|(_, date)| &**date).collect();
    assert_eq!(dates, ["Mon, 01 Jan 2024 01:02:03 GMT"]);
}

#[test]
fn heads_have_the_length_of_what_they_are_of() {
    let bytes = |head: &str| Reply::Bytes(format!("HTTP/1.1 {head}\r\n\r\n"));
    let upstream = Scripted::new(move |request| match request.path() {
        "/known" => bytes("200 OK\r\nContent-Length: 26"),
        "/unknown" => bytes("200 OK\r\nTransfer-Encoding: chunked"),
        "/same" => bytes("304 Not Modified\r\nETag: \"x\""),
        _ => bytes("204 No Content"),
    });
    let app = open("60");
    for (method, path, status, length) in [
        ("HEAD", "/known", 200, Some("26")),
        ("HEAD", "/unknown", 200, None),
        ("HEAD", "/same", 304, None),
        ("GET", "/same", 304, None),
        ("GET", "/none", 204, None),
        ("OPTIONS", "/none", 204, None),
    ] {
        let answer = ask(&app, method, &through(&format!("{}{path}", upstream.url)), &[]);
        assert_eq!((answer.status(), answer.header("Content-Length")), (status, length), "{method} {path}");
        assert_eq!(answer.body, "", "{method} {path}");
    }
    assert_eq!(
        upstream.lines(),
        ["HEAD /known", "HEAD /unknown", "HEAD /same", "GET /same", "GET /none", "OPTIONS /none"]
    );
}

#[test]
fn paths_and_queries_pass_as_they_are() {
    let (app, upstream) = (open("60"), Scripted::new(|_| ok("")));
    for (asked, passed) in [
        ("", "/"),
        ("/", "/"),
        ("?", "/?"),
        ("?x=%2F&y=a+b", "/?x=%2F&y=a+b"),
        ("/a%20b/c%2Fd//e/?a=b&c=%20d?", "/a%20b/c%2Fd//e/?a=b&c=%20d?"),
        ("//x/", "//x/"),
        ("/%c3%A9;p=1/@:!$&'()*+,=~", "/%c3%A9;p=1/@:!$&'()*+,=~"),
        ("/http_proxy/http/other/", "/http_proxy/http/other/"),
    ] {
        assert_eq!(ask(&app, "GET", &through(&format!("{}{asked}", upstream.url)), &[]).status(), 200, "{asked}");
        assert_eq!(upstream.lines().last().unwrap(), &format!("GET {passed}"), "{asked}");
    }
}

#[test]
fn bodies_of_requests_pass() {
    let (app, upstream) = (open("60"), Scripted::new(|_| ok("")));
    for method in ["GET", "OPTIONS"] {
        let start = format!("{method} {} HTTP/1.1", through(&upstream.url));
        let headers = vec![("Content-Type".to_owned(), "text/x".to_owned())];
        let request = Message { start, headers, body: "some content".into() };
        assert_eq!(send(&app, &request).status(), 200);
        let passed = upstream.requests().pop().unwrap();
        assert_eq!((passed.body.as_str(), passed.header("Content-Type")), ("some content", Some("text/x")), "{method}");
    }
}

#[test]
fn bodies_of_requests_pass_while_they_come() {
    let app = open("60");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let to = listener.local_addr().unwrap();
    let own = app.url.strip_prefix("http://").unwrap();
    let mut client = TcpStream::connect(own).unwrap();
    let head = format!("GET /http_proxy/http/{to}/ HTTP/1.1\r\nHost: {own}\r\nConnection: close\r\n");
    write!(client, "{head}Transfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n").unwrap();
    thread::scope(|scope| {
        scope.spawn(move || {
            let (mut upstream, _) = listener.accept().unwrap();
            let mut received = String::new();
            let mut until = |end: &str| {
                while !received.ends_with(end) {
                    let mut byte = [0];
                    upstream.read_exact(&mut byte).unwrap();
                    received.push(char::from(byte[0]));
                }
            };
            until("\r\n5\r\nfirst\r\n");
            write!(client, "6\r\nsecond\r\n0\r\n\r\n").unwrap();
            until("6\r\nsecond\r\n0\r\n\r\n");
            assert!(received.to_lowercase().contains("\r\ntransfer-encoding: chunked\r\n"), "{received}");
            write!(upstream, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone").unwrap();
            let mut answer = String::new();
            client.read_to_string(&mut answer).unwrap();
            assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("\r\n\r\ndone"), "{answer}");
        });
    });
}
