//! What is reached, and when it is not any more.

use slapproxy::config::Overrides;
use slapproxy::wire::xml::Value;

use super::{authority, open, through};
use crate::app::{Answer, Request, TestApp, request, text};
use crate::calls::LOCAL;
use crate::client::scripted::{Scripted, ok};
use crate::slap_tool::frontends::{HTTP, KVM};

fn backend() -> Scripted {
    Scripted::new(|_| ok("backend"))
}

fn frontend(title: &str, url: &str) -> Request {
    request(title).release(HTTP).shared().parameters(&[("url", url)])
}

/// Whether a server reaches a URL; what is refused is not asked anything.
fn reaches(app: &TestApp, upstream: &Scripted) -> bool {
    let asked = upstream.requests().len();
    let answer = app.get(&through(&format!("{}/page", upstream.url)));
    let is_reached = answer == Answer::text("backend");
    assert!(is_reached || answer.status == 403, "{answer:?}");
    assert_eq!(upstream.requests().len() - asked, usize::from(is_reached));
    is_reached
}

fn allowing(hosts: &[&str]) -> TestApp {
    let http_proxy_allow = hosts.iter().map(ToString::to_string).collect();
    TestApp::with(Overrides { http_proxy_allow, ..Overrides::default() })
}

#[test]
fn nothing_is_reached_that_nobody_named() {
    let (app, upstream) = (TestApp::formatted(1), backend());
    // What was asked for, and what was published without being a URL, names nothing.
    request("root").parameters(&[("url", &upstream.url)]).value(&app);
    app.publish(LOCAL, "slappart0", &[("host", authority(&upstream)), ("url", "http://127.0.0.1:1/")]);
    let answer = app.get(&through(&format!("{}/page?a=%3C", upstream.url)));
    let refusal = format!(
        "{}/page?a=%3C: no instance published it and no frontend was requested for it; allow it with \
         --http-proxy-allow {}",
        upstream.url,
        authority(&upstream)
    );
    assert_eq!(answer.refusal(), (403, refusal));
    assert!(!reaches(&app, &upstream));
}

#[test]
fn what_an_instance_published_is_reached_until_it_is_destroyed() {
    let (app, upstream) = (TestApp::formatted(1), backend());
    request("root").value(&app);
    app.publish(LOCAL, "slappart0", &[("url", &format!("{}/other?page", upstream.url))]);
    assert!(reaches(&app, &upstream));
    app.publish(LOCAL, "slappart0", &[("_", &format!(r#"{{"a": {{"monitor-url": "{}"}}}}"#, upstream.url))]);
    assert!(reaches(&app, &upstream));
    let other_scheme = upstream.url.replace("http:", "https:");
    app.publish(LOCAL, "slappart0", &[("url", &other_scheme)]);
    assert!(!reaches(&app, &upstream));
    app.publish(LOCAL, "slappart0", &[("url", &upstream.url)]);
    assert!(reaches(&app, &upstream));
    request("root").state("destroyed").value(&app);
    app.destroyed(LOCAL, "slappart0");
    assert!(!reaches(&app, &upstream));
}

#[test]
fn addresses_are_the_same_however_they_are_spelled() {
    let app = TestApp::formatted(1);
    request("root").value(&app);
    app.publish(LOCAL, "slappart0", &[("a", "http://[0:0::0001]:9/"), ("b", "https://user:x@[2001:DB8:0::9]/")]);
    for spelled in ["%5B::1%5D:9", "[::1]:9", "[0:0::1]:9", "%5b0::1%5d%3a9"] {
        let (status, text) = app.get(&format!("/http_proxy/http/{spelled}/")).refusal();
        assert!(status == 523 && text.starts_with("http://[::1]:9/ ("), "{spelled}: {status} {text}");
    }
    for other in ["http/[::1]:10", "https/[::1]:9", "http/[2001:db8::9]:443", "https/[2001:db8::9]:80"] {
        assert_eq!(app.get(&format!("/http_proxy/{other}/")).status, 403, "{other}");
    }
}

#[test]
fn a_frontend_that_needs_no_host_is_reached_as_long_as_it_is_wanted() {
    let (app, upstream, other) = (TestApp::formatted(1), backend(), backend());
    frontend("f", &upstream.url).value(&app);
    assert!(reaches(&app, &upstream) && !reaches(&app, &other));
    frontend("f", &other.url).value(&app);
    assert!(!reaches(&app, &upstream) && reaches(&app, &other));
    frontend("g", &other.url).value(&app);
    frontend("f", &other.url).state("destroyed").value(&app);
    assert!(reaches(&app, &other));
    frontend("g", &other.url).state("destroyed").value(&app);
    assert!(!reaches(&app, &other));
    frontend("f", &other.url).value(&app);
    let app = app.restart();
    assert!(reaches(&app, &other));
    // Whoever ends it need not say again what it was.
    let end = request("f").release(HTTP).shared().state("destroyed");
    assert_eq!(text(&end.value(&app), "_partition_id"), format!("Fake frontend for {}", other.url));
    assert!(!reaches(&app, &other));
    assert_eq!(end.send(&app).status, 404);
}

#[test]
fn a_frontend_goes_with_the_instance_that_requested_it() {
    let (app, upstream) = (TestApp::formatted(1), backend());
    request("root").value(&app);
    frontend("f", &upstream.url).by(LOCAL, "slappart0").value(&app);
    frontend("f", "http://127.0.0.1:1/").value(&app);
    assert!(reaches(&app, &upstream));
    request("root").state("destroyed").value(&app);
    app.destroyed(LOCAL, "slappart0");
    assert!(!reaches(&app, &upstream));
}

#[test]
fn a_console_that_needs_no_host_is_reached() {
    let app = TestApp::empty();
    let console = request("c").release(KVM).software_type("frontend").shared();
    let console = console.parameters(&[("host", "127.0.0.1"), ("port", "9")]);
    assert_eq!(app.get("/http_proxy/https/127.0.0.1:9/").status, 403);
    console.value(&app);
    assert_eq!(app.get("/http_proxy/https/127.0.0.1:9/").status, 523);
    console.state("destroyed").value(&app);
    assert_eq!(app.get("/http_proxy/https/127.0.0.1:9/").status, 403);
}

#[test]
fn the_url_of_a_shared_instance_is_reached_as_long_as_it_is_there() {
    let (app, upstream) = (TestApp::formatted(1), backend());
    request("host").value(&app);
    let shared = request("shared").shared();
    shared.clone().parameters(&[("backend", &upstream.url)]).value(&app);
    assert!(!reaches(&app, &upstream));
    shared.clone().parameters(&[("url", &upstream.url)]).value(&app);
    assert!(reaches(&app, &upstream));
    shared.clone().parameters(&[("url", "http://127.0.0.1:1/")]).value(&app);
    assert!(!reaches(&app, &upstream));
    let json = Value::dictionary([("_", Value::from(format!(r#"{{"url": "{}"}}"#, upstream.url).as_str()))]);
    shared.clone().typed_parameters(&json).value(&app);
    assert!(reaches(&app, &upstream));
    shared.state("destroyed").value(&app);
    assert!(!reaches(&app, &upstream));
}

#[test]
fn what_the_configuration_names_is_reached() {
    let upstream = backend();
    assert!(reaches(&allowing(&[authority(&upstream)]), &upstream));
    assert!(reaches(&allowing(&["backend.example", "127.0.0.1"]), &upstream));
    assert!(reaches(&open("60"), &upstream));
    assert!(!reaches(&allowing(&["127.0.0.1:1", "127.0.0.2", "localhost"]), &upstream));

    let directory = tempfile::tempdir().unwrap();
    let cfg = directory.path().join("slapos.cfg");
    std::fs::write(&cfg, format!("[slapproxy]\nhttp_proxy_allow = {}\n", authority(&upstream))).unwrap();
    assert!(reaches(&TestApp::with(Overrides { cfg: Some(cfg), ..Overrides::default() }), &upstream));
}

#[test]
fn the_server_does_not_reach_itself() {
    let app = open("60");
    let port = app.url.rsplit_once(':').unwrap().1;
    for host in
        ["127.0.0.1", "127.1", "0", "0.0.0.0", "localhost", "LocalHost", "localhost.", "[::1]", "[::ffff:7f00:1]"]
    {
        let (status, text) = app.get(&format!("/http_proxy/http/{host}:{port}/getRunId")).refusal();
        assert!(status == 403 && text.ends_with(": this is the server itself"), "{host}: {status} {text}");
    }
}
