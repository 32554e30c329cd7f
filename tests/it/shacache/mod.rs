//! The content cache over HTTP: what is kept, what is refused, and what upstream has.

mod bundles;
mod recorded;
mod upstream;

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;

use slapproxy::config::Overrides;

use crate::app::{Answer, TestApp, answer};

/// The SHA-512 of `some content`.
pub const SOME: &str = "65c256c639bd6dd483be341831c19a3996954901bb2a07f79593f3e3af5692559bdb124d099c2b92ced7e59b7ed02d3b7f4\
                        2d50740d999bebd91983db2842762";

pub fn app() -> TestApp {
    TestApp::with_shacache(Overrides::default())
}

pub fn created(body: &str) -> Answer {
    Answer { status: 201, body: body.into() }
}

pub fn entry(sha512: &str, url: &str) -> String {
    let metadata = serde_json::json!({ "sha512": sha512, "url": url }).to_string();
    serde_json::json!([metadata, ""]).to_string()
}

impl TestApp {
    pub fn upload(&self, content: &str) -> Answer {
        answer(self.http.post(format!("{}/shacache/cache", self.url)).body(content.to_owned()))
    }

    pub fn put_content(&self, name: &str, content: &str) -> Answer {
        answer(self.http.put(format!("{}/shacache/cache/{name}", self.url)).body(content.to_owned()))
    }

    pub fn put_entry(&self, key: &str, entry: &str) -> Answer {
        let request = self.http.put(format!("{}/shacache/dir/{key}", self.url));
        answer(request.header("Content-Type", "application/json").body(entry.to_owned()))
    }

    pub fn statistics(&self) -> serde_json::Value {
        serde_json::from_str(&self.get("/-/shacache").body).unwrap()
    }

    /// The names of the files beside the database in a directory.
    pub fn files(&self, directory: &str) -> Vec<String> {
        let entries = fs::read_dir(self.database.with_file_name(directory)).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

#[test]
fn contents_are_kept_under_their_digests() {
    let app = app();
    assert_eq!(app.get(&format!("/shacache/cache/{SOME}")).status, 404);
    assert_eq!(app.upload("some content"), created(SOME));
    assert_eq!(app.put_content(SOME, "some content"), created(SOME));
    assert_eq!(app.put_content(SOME, "other content").refusal().1.split(':').next(), Some("Checksum mismatch"));
    assert_eq!(app.get(&format!("/shacache/cache/{SOME}")), Answer::text("some content"));
    assert_eq!(app.files("shacache"), [SOME]);
    let statistics = app.statistics();
    assert_eq!(
        statistics["content"],
        serde_json::json!({"count": 1, "bytes": 12, "hits": 1, "misses": 1, "upstream_fetches": 0, "failures": 1})
    );
}

#[test]
fn contents_are_given_in_parts_and_only_to_who_does_not_have_them() {
    let app = app();
    app.upload("some content");
    let ask = |name: &str, value: &str| {
        let request = app.http.get(format!("{}/shacache/cache/{SOME}", app.url)).header(name, value);
        let response = request.send().unwrap();
        (response.status().as_u16(), response.headers().clone(), response.text().unwrap())
    };
    let (status, headers, body) = ask("Range", "bytes=5-8");
    assert_eq!((status, headers["content-range"].to_str().unwrap(), body.as_str()), (206, "bytes 5-8/12", "cont"));
    assert_eq!(headers["content-type"], "application/octet-stream");
    assert_eq!(headers["content-disposition"].to_str().unwrap(), format!("attachment; filename={SOME}"));
    let etag = headers["etag"].to_str().unwrap().to_owned();
    assert_eq!(ask("If-None-Match", &etag).0, 304);
    assert_eq!(ask("If-None-Match", "\"other\"").0, 200);
    let modified = headers["last-modified"].to_str().unwrap().to_owned();
    assert_eq!(ask("If-Modified-Since", &modified).0, 304);
    assert_eq!(ask("Range", "bytes=100-").0, 416);
}

#[test]
fn names_that_are_none_are_refused() {
    let app = app();
    for name in ["..%2f", "abc", &SOME.to_uppercase(), &format!("{SOME}0")] {
        assert_eq!(app.get(&format!("/shacache/cache/{name}")).status, 400, "{name}");
        assert_eq!(app.put_content(name, "some content").status, 400, "{name}");
    }
    let long = "x".repeat(256);
    for key in ["%2e%2e%2fx", ".hidden", "a%2Fb", "a%5Cb", "a%00b", long.as_str()] {
        assert_eq!(app.get(&format!("/shacache/dir/{key}")).status, 400, "{key}");
        assert_eq!(app.put_entry(key, &entry(SOME, "u")).status, 400, "{key}");
    }
    assert_eq!(app.files("shadir"), [""; 0]);
    assert_eq!(app.files("shacache"), [""; 0]);
}

#[test]
fn entries_accumulate_with_the_newest_first() {
    let app = app();
    let (one, two) = (entry(SOME, "one"), entry(SOME, "two"));
    assert_eq!(app.put_entry("file-urlmd5:abc", &one), created(""));
    assert_eq!(app.put_entry("file-urlmd5:abc", &two), created(""));
    assert_eq!(app.put_entry("file-urlmd5:abc", &one), created(""));
    assert_eq!(app.get("/shacache/dir/file-urlmd5:abc"), Answer::text(&format!("[{two},{one}]")));
    for wrong in ["{\"a\": 1}", "[1,2]", "[\"{}\",\"\"]", "x", ""] {
        let refusal = app.put_entry("file-urlmd5:abc", wrong).refusal();
        assert!(refusal.0 == 400 && refusal.1.starts_with("Invalid entry format"), "{wrong}: {refusal:?}");
    }
    assert_eq!(app.get("/shacache/dir/nope").status, 404);
}

#[test]
fn a_refresh_removes_entries_whose_contents_are_gone() {
    let app = app();
    app.upload("some content");
    let gone = entry(&"0".repeat(128), "gone");
    let kept = entry(SOME, "kept");
    app.put_entry("orphan", &gone);
    app.put_entry("half", &gone);
    app.put_entry("half", &kept);
    app.put_entry("whole", &kept);
    let directory = app.database.with_file_name("shadir");
    fs::write(directory.join("no-list"), "{}").unwrap();
    fs::write(directory.join("strange"), "[1,2]").unwrap();
    fs::write(directory.join("empty"), "[]").unwrap();
    let report = app.post("/shacache/update", &[]);
    assert_eq!(report, Answer::text(r#"{"removed":["no-list","orphan"],"updated":["half"]}"#));
    assert_eq!(app.get("/shacache/dir/half"), Answer::text(&format!("[{kept}]")));
    assert_eq!(app.files("shadir"), [".lock", "empty", "half", "strange", "whole"]);
}

#[test]
fn half_an_upload_leaves_nothing_and_damaged_files_are_not_given_out() {
    let app = app();
    let mut stream = TcpStream::connect(app.url.strip_prefix("http://").unwrap()).unwrap();
    let head = format!("PUT /shacache/cache/{SOME} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 12\r\n\r\nsome");
    stream.write_all(head.as_bytes()).unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut answered = String::new();
    stream.read_to_string(&mut answered).unwrap();
    assert_eq!(app.get(&format!("/shacache/cache/{SOME}")).status, 404);
    fs::write(app.database.with_file_name("shacache").join(SOME), "some").unwrap();
    assert_eq!(app.get(&format!("/shacache/cache/{SOME}")).status, 404);
    assert_eq!(app.upload("some content"), created(SOME));
    assert_eq!(app.get(&format!("/shacache/cache/{SOME}")), Answer::text("some content"));
}

#[test]
fn without_directories_there_is_no_cache() {
    let app = TestApp::empty();
    for path in ["/shacache/cache/x", "/shacache/dir/x", "/-/shacache"] {
        let (status, text) = app.get(path).refusal();
        assert!(status == 503 && text.starts_with("Shacache not configured"), "{path}: {text}");
    }
    for answer in
        [app.upload("x"), app.put_content(SOME, "x"), app.put_entry("k", "x"), app.post("/shacache/update", &[])]
    {
        assert_eq!(answer.status, 503);
    }
}
