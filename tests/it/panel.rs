//! The page at the root, and the directory with files for everybody.

use std::fs;
use std::path::Path;

use slapproxy::config::Overrides;

use crate::app::{Answer, TestApp};
use crate::replay::http::{authority, exchanges, send};

fn app() -> TestApp {
    TestApp::with_shacache(Overrides::default())
}

#[test]
fn files_of_the_public_directory_are_attachments() {
    let app = app();
    let response = app.http.get(format!("{}/panel/public/inside/schema.json", app.url)).send().unwrap();
    let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(response.status(), 200);
    assert_eq!(header("content-disposition"), "attachment; filename=schema.json");
    assert_eq!((header("content-type"), header("cache-control")), ("application/json".into(), "no-cache".into()));
    assert_eq!(header("accept-ranges"), "bytes");
    let ask = |name: &str, value: &str| {
        app.http.get(format!("{}/panel/public/inside/schema.json", app.url)).header(name, value).send().unwrap()
    };
    assert_eq!(ask("If-None-Match", &header("etag")).status(), 304);
    assert_eq!(ask("If-Modified-Since", &header("last-modified")).status(), 304);
    let part = ask("Range", "bytes=0-0");
    assert_eq!((part.status().as_u16(), part.text().unwrap().as_str()), (206, "{"));
    assert_eq!(app.get("/panel/public/in"), Answer::text("{}"));
}

#[test]
fn nothing_else_is_given_out() {
    let app = app();
    for path in [
        "",
        "nope.txt",
        "inside",
        "inside/",
        "out",
        "..%2Fsecret",
        "%2e%2e/secret",
        "%2e%2e%2fsecret",
        "inside/..%2f..%2fsecret",
        "%2Fetc%2Fhostname",
        "file%00",
        "file/",
        "file%2F",
        "./%2e%2e/secret",
    ] {
        let status = app.get(&format!("/panel/public/{path}")).status;
        assert_eq!(status, 404, "{path}");
    }
    assert_eq!(
        TestApp::empty().get("/panel/public/file").refusal(),
        (403, "The public directory path is not configured.".into())
    );
}

#[test]
fn the_root_leads_to_the_page() {
    let app = app();
    let ask = |path: &str| {
        let request = app.http.get(format!("{}{path}", app.url)).header("X-Forwarded-Proto", "https");
        request.header("X-Forwarded-Prefix", "/evil, /proxy").send().unwrap()
    };
    let response = ask("/panel");
    let host = app.url.strip_prefix("http://").unwrap();
    let location = response.headers()["location"].to_str().unwrap();
    assert_eq!((response.status().as_u16(), location), (308, format!("https://{host}/proxy/panel/").as_str()));
    let response = ask("/");
    assert_eq!((response.status().as_u16(), response.headers()["location"].to_str().unwrap()), (302, "/proxy/panel/"));
    let response = ask("/panel/");
    assert_eq!(response.status(), 200);
    assert!(response.headers()["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'; "));
    assert_eq!(response.text().unwrap(), include_str!("../../src/http/panel/web/index.html"));
}

#[test]
fn the_panel_is_all_in_the_program_and_travels_small_and_once() {
    let app = TestApp::empty();
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http/panel");
    let mut files = Vec::new();
    for directory in ["web", "vendor/json-editor"] {
        let entries = fs::read_dir(sources.join(directory)).unwrap();
        files.extend(entries.map(|entry| format!("{directory}/{}", entry.unwrap().file_name().to_str().unwrap())));
    }
    assert!(files.len() > 20, "{files:?}");
    for file in files {
        let url = format!("{}/panel/{file}", app.url);
        let plain = app.http.get(&url).send().unwrap();
        let header = |name: &str| plain.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(
            (plain.status().as_u16(), header("cache-control"), header("vary")),
            (200, "no-cache".into(), "Accept-Encoding".into()),
            "{file}"
        );
        assert_eq!(header("x-content-type-options"), "nosniff", "{file}");
        let tag = header("etag");
        assert_eq!(plain.bytes().unwrap(), fs::read(sources.join(&file)).unwrap(), "{file}");
        let small = app.http.get(&url).header("Accept-Encoding", "br, gzip").send().unwrap();
        assert_eq!(
            (small.headers()["content-encoding"].to_str().unwrap(), small.headers()["etag"].to_str().unwrap()),
            ("gzip", tag.as_str())
        );
        assert!(small.bytes().unwrap().starts_with(b"\x1f\x8b"), "{file}");
        let known = app.http.get(&url).header("If-None-Match", format!("W/\"x\", {tag}")).send().unwrap();
        assert_eq!((known.status().as_u16(), known.text().unwrap().as_str()), (304, ""), "{file}");
    }
    for path in ["web/nope.js", "web/", "web/../error.rs", "vendor/"] {
        assert_eq!(app.get(&format!("/panel/{path}")).status, 404, "{path}");
    }
}

#[test]
fn the_recorded_session_of_the_python_proxy_is_answered_as_recorded() {
    let (app, without) = (app(), TestApp::empty());
    fs::write(app.database.with_file_name("public").join("file.txt"), "public content\n").unwrap();
    for exchange in exchanges("panel") {
        let (name, recorded) = (exchange.name.as_str(), &exchange.response);
        let asked = if name.ends_with("not-configured") { &without } else { &app };
        let answer = send(asked, &exchange.request);
        assert_eq!(answer.status(), recorded.status(), "{name}");
        let location = answer.header("Location").map(|url| url.replace(&authority(asked), "127.0.0.1:5000"));
        assert_eq!(location.as_deref(), recorded.header("Location"), "{name}");
        if name.ends_with("not-configured") {
            assert_eq!(answer.description(), recorded.description());
        }
        if recorded.status() < 300 {
            for header in ["Content-Type", "Content-Disposition", "Content-Range", "Accept-Ranges", "Cache-Control"] {
                assert_eq!(answer.header(header), recorded.header(header), "{name}: {header}");
            }
            assert_eq!(answer.body, recorded.body, "{name}");
        }
    }
}
