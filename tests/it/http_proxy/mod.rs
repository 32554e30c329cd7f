//! The HTTP proxy: what it reaches, what it passes on and back, and what it says when it cannot.

mod allowed;
mod failures;
mod passing;
mod recorded;
mod redirects;
mod streams;

use slapproxy::config::Overrides;

use crate::app::TestApp;
use crate::client::scripted::Scripted;
use crate::replay::http::{Message, send};

/// A server whose proxy reaches everything, and waits this many seconds for it.
pub fn open(seconds: &str) -> TestApp {
    let allow = vec!["*".to_owned()];
    TestApp::with(Overrides {
        http_proxy_allow: allow,
        http_proxy_timeout: Some(seconds.into()),
        ..Overrides::default()
    })
}

/// The path that leads to a URL.
fn through(url: &str) -> String {
    format!("/http_proxy/{}", url.replacen("://", "/", 1))
}

/// The host and port of an upstream server.
fn authority(upstream: &Scripted) -> &str {
    upstream.url.split_once("://").unwrap().1
}

/// The answer to a request with these headers.
fn ask(app: &TestApp, method: &str, path: &str, headers: &[(&str, &str)]) -> Message {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    send(app, &Message { start: format!("{method} {path} HTTP/1.1"), headers, body: String::new() })
}

/// The headers of a message, but for those of the connection and of its framing, sorted.
fn headers(message: &Message) -> Vec<String> {
    let framing = ["connection", "date", "host", "accept-encoding"];
    let headers = message.headers.iter().map(|(name, value)| (name.to_lowercase(), value));
    let headers = headers.filter(|(name, _)| !framing.contains(&name.as_str()));
    let mut lines: Vec<String> = headers.map(|(name, value)| format!("{name}: {value}")).collect();
    lines.sort();
    lines
}
