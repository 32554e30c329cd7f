//! A cache that has another one upstream.

use std::thread;

use slapproxy::config::Overrides;

use super::{SOME, app, entry};
use crate::app::{Answer, TestApp};
use crate::client::scripted::{Reply, Scripted, ok};

fn below(url: &str) -> TestApp {
    TestApp::with_shacache(Overrides {
        shacache_upstream_cache_url: Some(format!("{url}/shacache/cache")),
        shacache_upstream_dir_url: Some(format!("{url}/shacache/dir/")),
        ..Overrides::default()
    })
}

#[test]
fn what_is_not_here_is_fetched_once_and_kept() {
    let upstream = app();
    upstream.upload("some content");
    upstream.put_entry("key", &entry(SOME, "u"));
    let app = below(&upstream.url);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| assert_eq!(app.get(&format!("/shacache/cache/{SOME}")), Answer::text("some content")));
        }
    });
    let list = Answer::text(&format!("[{}]", entry(SOME, "u")));
    assert_eq!(app.get("/shacache/dir/key"), list);
    assert_eq!(app.get("/shacache/dir/key"), list);
    assert_eq!(app.get("/shacache/dir/nope").status, 404);
    assert_eq!(app.get(&format!("/shacache/cache/{}", "0".repeat(128))).status, 404);
    assert_eq!(app.statistics()["directory"]["upstream_fetches"], 2);
    assert_eq!(app.statistics()["content"]["failures"], 0);
    assert_eq!(app.files("shacache"), [SOME]);

    upstream.put_entry("key", &entry(SOME, "v"));
    app.put_entry("own", &entry(SOME, "own"));
    assert_eq!(app.post("/shacache/update", &[]), Answer::text(r#"{"removed":["own"],"updated":["key"]}"#));
    assert_eq!(app.get("/shacache/dir/key"), Answer::text(&format!("[{},{}]", entry(SOME, "v"), entry(SOME, "u"))));
    drop(upstream);
    assert_eq!(app.post("/shacache/update", &[]), Answer::text(r#"{"removed":[],"updated":[]}"#));
    assert_eq!(app.get(&format!("/shacache/cache/{}", "0".repeat(128))).status, 502);
}

#[test]
fn many_who_ask_at_once_wait_for_one_download() {
    let (sender, receiver) = std::sync::mpsc::channel::<()>();
    let upstream = Scripted::new(move |_| {
        // The answer comes when all have asked.
        receiver.recv().unwrap();
        ok("some content")
    });
    let app = below(&upstream.url);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| assert_eq!(app.get(&format!("/shacache/cache/{SOME}")), Answer::text("some content")));
        }
        crate::calls::eventually("eight misses", || app.statistics()["content"]["misses"] == 8);
        sender.send(()).unwrap();
    });
    assert_eq!(upstream.requests().len(), 1);
}

#[test]
fn what_upstream_does_wrong_is_told_and_not_kept() {
    for (reply, told) in [
        (ok as fn(&'static str) -> Reply, "Upstream error: "),
        (|_| Reply::Status(500, "no".into()), "Upstream returned 500"),
        (|_| Reply::Bytes("HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nsome".into()), "Upstream error: "),
    ] {
        let upstream = Scripted::new(move |_| reply("other content"));
        let app = below(&upstream.url);
        for path in [format!("/shacache/cache/{SOME}"), "/shacache/dir/key".to_owned()] {
            let (status, text) = app.get(&path).refusal();
            assert!(status == 502 && text.starts_with(told), "{path}: {status} {text}");
        }
        assert_eq!((app.files("shacache"), app.files("shadir")), (vec![], vec![]));
        assert_eq!(app.statistics()["content"]["failures"], 1);
    }
}
