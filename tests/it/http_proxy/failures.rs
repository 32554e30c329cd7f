//! What is answered when nothing is passed on, and when no answer comes.

use std::io::Read;
use std::net::TcpListener;
use std::thread;

use super::{ask, authority, open, through};
use crate::app::{Answer, TestApp};
use crate::client::scripted::{Reply, Scripted, ok};
use crate::client::tls::{Authority, master};

#[test]
fn what_is_no_server_is_refused() {
    let app = open("60");
    for (path, refusal) in [
        ("ftp/127.0.0.1/", "url: \"ftp\" is not accepted; expected a scheme: \"url\" must be http or https"),
        ("HTTP/127.0.0.1/", "url: \"HTTP\" is not accepted; expected a scheme: \"url\" must be http or https"),
        ("", "url: \"\" is not accepted; expected a scheme: \"url\" must be http or https"),
        ("http", "url: \"\" is not accepted; expected a host with or without a port, such as [::1]:8080"),
        ("http//x/", "url: \"\" is not accepted; expected a host with or without a port, such as [::1]:8080"),
        ("http/h:port/", "url: \"h:port\" is not accepted; expected a host with or without a port, such as [::1]:8080"),
        ("http/u%40h/", "url: \"u@h\" is not accepted; expected a host with or without a port, such as [::1]:8080"),
        ("http/h%2Fx/", "url: \"h/x\" is not accepted; expected a host with or without a port, such as [::1]:8080"),
        (
            "http/h%0d%0aX:y/",
            "url: \"h\\r\\nX:y\" is not accepted; expected a host with or without a port, such as [::1]:8080",
        ),
        ("http/%ff/", "url: \"%ff\" is not accepted; expected a host, percent-encoded"),
    ] {
        assert_eq!(app.get(&format!("/http_proxy/{path}")).refusal(), (400, refusal.into()), "{path}");
    }
    assert_eq!(app.get("/http_proxy").status, 404);
}

#[test]
fn other_methods_are_not_passed_on() {
    let (app, upstream) = (open("60"), Scripted::new(|_| ok("")));
    for method in ["POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"] {
        let answer = ask(&app, method, &through(&format!("{}/x", upstream.url)), &[]);
        assert_eq!((answer.status(), answer.header("Allow")), (405, Some("GET, HEAD, OPTIONS")), "{method}");
        let path = format!("/http_proxy/http/{}/x", authority(&upstream));
        let refusal = format!("{path} does not take {method}; it takes GET, HEAD, OPTIONS.");
        assert_eq!(answer.description(), refusal);
    }
    assert_eq!(upstream.lines(), [""; 0]);
}

#[test]
fn a_failure_there_is_not_one_here() {
    let (app, upstream) = (open("60"), Scripted::new(|_| Reply::Status(500, "boom".into())));
    let answer = ask(&app, "GET", &through(&upstream.url), &[]);
    assert_eq!((answer.start.as_str(), answer.body.as_str()), ("HTTP/1.1 520 UNKNOWN", "boom"));
    for status in [201, 400, 404, 501, 502, 503, 599, 999] {
        let upstream = Scripted::new(move |_| Reply::Status(status, "x".into()));
        assert_eq!(app.get(&through(&upstream.url)), Answer { status, body: "x".into() });
    }
}

#[test]
fn who_does_not_answer_is_named() {
    let app = open("60");
    let hangs_up = Scripted::new(|_| Reply::Bytes(String::new()));
    let talks_nonsense = Scripted::new(|_| Reply::Bytes("220 ready for mail\r\n".into()));
    for url in ["http://127.0.0.1:9/x?y", "http://backend.invalid/x?y"] {
        let (status, text) = app.get(&through(url)).refusal();
        assert!(status == 523 && text.starts_with(&format!("{url} (")), "{status} {text}");
    }
    for upstream in [hangs_up, talks_nonsense] {
        let (status, text) = app.get(&through(&upstream.url)).refusal();
        assert!(status == 523 && text.starts_with(&format!("{}/ (", upstream.url)), "{status} {text}");
    }
    let answer = ask(&app, "GET", "/http_proxy/http/127.0.0.1:9/", &[]);
    assert_eq!(answer.start, "HTTP/1.1 523 UNKNOWN");
    assert!(answer.body.starts_with("<!doctype html>\n<html lang=en>\n<title>523 Unknown Error</title>\n"));
}

#[test]
fn who_takes_too_long_is_named() {
    let (app, upstream) = (open("0.3"), Scripted::new(|_| Reply::Silence));
    let refusal = format!("{}/x?y (the time is over)", upstream.url);
    assert_eq!(app.get(&through(&format!("{}/x?y", upstream.url))).refusal(), (524, refusal));
}

#[test]
fn every_certificate_is_believed_and_who_has_none_is_named() {
    let (app, plain) = (open("60"), Scripted::new(|_| ok("")));
    let unknown = master(&Authority::new(), "other.example", None);
    assert_eq!(app.get(&through(&unknown.url)), Answer::text("OK"));
    let hangs_up = TcpListener::bind("127.0.0.1:0").unwrap();
    let also_plain = hangs_up.local_addr().unwrap().to_string();
    let greeted = thread::spawn(move || hangs_up.accept().unwrap().0.read(&mut [0; 4096]).unwrap());
    for server in [authority(&plain), &also_plain] {
        let (status, text) = app.get(&format!("/http_proxy/https/{server}/x")).refusal();
        assert!(status == 526 && text.starts_with(&format!("https://{server}/x (")), "{status} {text}");
    }
    assert!(greeted.join().unwrap() > 0);
}

#[test]
fn who_must_say_who_he_is_gets_nothing_without() {
    let app = TestApp::secured();
    assert_eq!(
        crate::access::client(&app, None).get(format!("{}/http_proxy/http/h/", app.url)).send().unwrap().status(),
        401
    );
    assert_eq!(app.get("/http_proxy/http/h/").status, 403);
}
