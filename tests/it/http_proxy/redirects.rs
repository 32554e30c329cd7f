//! Redirects, which lead through the proxy again.

use slapproxy::config::Overrides;

use super::{ask, authority, open, through};
use crate::app::TestApp;
use crate::client::scripted::{Reply, Scripted};

/// What a reverse proxy says of where a request went.
const FORWARDED: [(&str, &str); 3] = [
    ("X-Forwarded-Proto", "https"),
    ("X-Forwarded-Host", "master.example:4443"),
    ("X-Forwarded-Prefix", "/slapproxy/"),
];

/// Where an answer leads that leads there, as asked by a request with these headers; `SELF` stands for the server that
/// redirects.
fn led(status: u16, location: &str, headers: &[(&str, &str)]) -> Option<String> {
    let answer = format!("HTTP/1.1 {status} X\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
    let (app, upstream) = (open("60"), Scripted::new(move |_| Reply::Bytes(answer.clone())));
    let answer = ask(&app, "GET", &through(&format!("{}/a/b?c", upstream.url)), headers);
    assert_eq!((answer.status(), upstream.requests().len()), (status, 1));
    let location = answer.header("Location")?;
    Some(location.replace(&app.url, "http://APP").replace(authority(&upstream), "SELF"))
}

#[test]
fn redirects_are_answered_and_lead_through_the_proxy() {
    for (location, expected) in [
        ("https://other.example:8443/a/b?c=d&e=f#frag", "http://APP/http_proxy/https/other.example:8443/a/b?c=d&e=f"),
        ("http://other.example", "http://APP/http_proxy/http/other.example/"),
        ("http://user:secret@other.example:80/", "http://APP/http_proxy/http/other.example/"),
        ("http://[2001:db8::9]:8080/x", "http://APP/http_proxy/http/%5B2001:db8::9%5D:8080/x"),
        ("//other.example//x", "http://APP/http_proxy/http/other.example//x"),
        ("/plain", "http://APP/http_proxy/http/SELF/plain"),
        ("plain?x#y", "http://APP/http_proxy/http/SELF/a/plain?x"),
        ("?x", "http://APP/http_proxy/http/SELF/a/b?x"),
        ("#y", "http://APP/http_proxy/http/SELF/a/b?c"),
        ("../x%2Fy", "http://APP/http_proxy/http/SELF/x%2Fy"),
    ] {
        assert_eq!(led(302, location, &[]).as_deref(), Some(expected), "{location}");
    }
    for status in [201, 301, 303, 307, 308] {
        assert_eq!(led(status, "/x", &[]).as_deref(), Some("http://APP/http_proxy/http/SELF/x"));
    }
}

#[test]
fn redirects_out_of_http_lead_nowhere() {
    for location in ["ftp://other.example/", "javascript:alert(1)", "data:,x", "http://", "http://a b/"] {
        assert_eq!(led(302, location, &[]), None, "{location}");
    }
}

#[test]
fn redirects_lead_where_the_client_came_from() {
    let expected = "https://master.example:4443/slapproxy/http_proxy/http/SELF/x";
    assert_eq!(led(302, "/x", &FORWARDED).as_deref(), Some(expected));

    let app = TestApp::secured();
    let upstream = Scripted::new(|_| Reply::Redirect("/x".into()));
    let answer = app.http.get(format!("{}{}", app.url, through(&upstream.url))).send().unwrap();
    let expected = format!("{}/http_proxy/http/{}/x", app.url, authority(&upstream));
    assert_eq!((answer.status().as_u16(), answer.headers()["location"].to_str().unwrap()), (302, expected.as_str()));
}

#[test]
fn nobody_but_a_configured_proxy_says_where_the_client_came_from() {
    let http_proxy_allow = vec!["*".to_owned()];
    let trusted_proxies = vec!["192.0.2.7".to_owned()];
    let app = TestApp::with(Overrides { http_proxy_allow, trusted_proxies, ..Overrides::default() });
    let upstream = Scripted::new(|_| Reply::Redirect("/x".into()));
    let answer = ask(&app, "GET", &through(&upstream.url), &FORWARDED);
    let expected = format!("{}/http_proxy/http/{}/x", app.url, authority(&upstream));
    assert_eq!(answer.header("Location"), Some(expected.as_str()));
}
