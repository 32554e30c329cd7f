//! URLs and redirects behind reverse proxies.

use slapproxy::config::Overrides;

use super::json;
use crate::app::{TestApp, answer};

/// The root and the place that `/hateoas` leads to, for a request with headers.
fn urls(app: &TestApp, headers: &[(&str, &str)]) -> [String; 4] {
    let ask = |path: &str| {
        let request = app.http.get(format!("{}{path}", app.url));
        headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))
    };
    let root = json(&answer(ask("/hateoas/")));
    let href = |link: &str| root["_links"][link]["href"].as_str().unwrap().to_owned();
    let redirect = ask("/hateoas").send().unwrap();
    assert_eq!(redirect.status(), 308);
    [href("raw_search"), href("self"), href("traverse"), redirect.headers()["location"].to_str().unwrap().into()]
}

fn expected(base: &str) -> [String; 4] {
    [
        format!("{base}/hateoas/?mode=search&query={{query}}&select_list={{select_list}}"),
        format!("{base}/hateoas"),
        format!("{base}/hateoas/?mode=traverse&relative_url={{relative_url}}&view={{view}}"),
        format!("{base}/hateoas/"),
    ]
}

#[test]
fn urls_are_those_of_the_proxy_in_front() {
    let app = TestApp::empty();
    let front = [
        ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-Host", "master.example:8443"),
        ("X-Forwarded-Prefix", "/slapproxy/"),
    ];
    assert_eq!(urls(&app, &[]), expected(&app.url));
    assert_eq!(urls(&app, &[("Host", "localhost:1")]), expected("http://localhost:1"));
    assert_eq!(urls(&app, &front), expected("https://master.example:8443/slapproxy"));
    assert_eq!(urls(&app, &[("X-Forwarded-Host", "far.example, [::1]:80")]), expected("http://[::1]:80"));
    let traverse = app.http.get(format!("{}/hateoas/?mode=traverse&relative_url=/hateoas/shared/x", app.url));
    let traverse = traverse.header("X-Forwarded-Prefix", "/slapproxy").send().unwrap();
    assert_eq!(traverse.headers()["location"], "/slapproxy/hateoas/shared/x");
}

#[test]
fn the_redirect_to_the_slash_keeps_the_query() {
    let app = TestApp::empty();
    let response = app.http.get(format!("{}/hateoas?mode=search&query=a%20b", app.url)).send().unwrap();
    let location = format!("{}/hateoas/?mode=search&query=a%20b", app.url);
    assert_eq!((response.status().as_u16(), response.headers()["location"].to_str().unwrap()), (308, &*location));
}

#[test]
fn what_would_spoil_a_url_is_ignored() {
    let app = TestApp::empty();
    for (name, value) in [
        ("X-Forwarded-Host", "evil.example/path"),
        ("X-Forwarded-Host", "user@evil.example"),
        ("X-Forwarded-Host", "a{b}"),
        ("X-Forwarded-Host", "a b"),
        ("X-Forwarded-Host", ""),
        ("X-Forwarded-Proto", "javascript"),
        ("X-Forwarded-Prefix", "//evil.example"),
        ("X-Forwarded-Prefix", "/a{b}"),
        ("X-Forwarded-Prefix", "/a?b"),
    ] {
        assert_eq!(urls(&app, &[(name, value)]), expected(&app.url), "{name}: {value}");
    }
}

#[test]
fn strangers_are_not_believed() {
    let app = TestApp::with(Overrides { trusted_proxies: vec!["192.0.2.7".into()], ..Overrides::default() });
    let forged =
        [("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "evil.example"), ("X-Forwarded-Prefix", "/forged")];
    assert_eq!(urls(&app, &forged), expected(&app.url));
}
