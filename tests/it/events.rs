//! The stream of events.

use std::io::Read;
use std::thread;
use std::time::Duration;

use slapproxy::client::{Follow, Slap};
use slapproxy::http::block_on;
use slapproxy::wire::event_stream::{HEARTBEAT, Reader};
use slapproxy::wire::json_rpc::EventEntry;

use crate::app::{Answer, TestApp, request};
use crate::calls::LOCAL;

/// A reader of the stream.
struct Stream {
    response: reqwest::blocking::Response,
    reader: Reader,
}

impl Stream {
    fn open(app: &TestApp, query: &str, last: Option<&str>) -> Self {
        let request = app.http.get(format!("{}/-/events{query}", app.url)).timeout(Duration::from_secs(60));
        let request = last.iter().fold(request, |request, last| request.header("Last-Event-ID", *last));
        let response = request.send().unwrap();
        assert_eq!(
            (response.status().as_u16(), &response.headers()["cache-control"]),
            (200, &"no-cache".parse().unwrap())
        );
        assert_eq!(response.headers()["content-type"], "text/event-stream; charset=utf-8");
        Self { response, reader: Reader::default() }
    }

    /// The bytes that come next; none at the end.
    fn bytes(&mut self) -> Vec<u8> {
        let mut bytes = vec![0; 4096];
        let length = self.response.read(&mut bytes).unwrap();
        bytes.truncate(length);
        bytes
    }

    fn next(&mut self) -> EventEntry {
        loop {
            if let Some(event) = self.reader.next_event().unwrap() {
                return event;
            }
            let bytes = self.bytes();
            assert!(!bytes.is_empty(), "the stream ends");
            self.reader.push(&bytes);
        }
    }

    /// The next event in a few words, and its id in the stream.
    fn told(&mut self) -> (String, String) {
        let EventEntry { id, last_at, count, kind, text, .. } = self.next();
        (format!("{kind} {text} {count}"), format!("{last_at}-{id}"))
    }
}

fn bang(app: &TestApp, computer: &str, message: &str) {
    app.post("/computerBang", &[("computer_id", computer), ("message", message)]).value();
}

#[test]
fn events_come_as_they_happen_and_again_when_they_are_counted_again() {
    let app = TestApp::formatted(1);
    let mut stream = Stream::open(&app, "", None);
    bang(&app, LOCAL, "a");
    assert_eq!(stream.told().0, "computerBang a 1");
    bang(&app, LOCAL, "a");
    bang(&app, LOCAL, "b");
    assert_eq!(stream.told().0, "computerBang a 2");
    assert_eq!(stream.told().0, "computerBang b 1");
}

#[test]
fn a_reader_goes_on_where_it_was_without_gap_or_repetition() {
    let app = TestApp::formatted(1);
    bang(&app, LOCAL, "a");
    let mut all = Stream::open(&app, "?after=0-0", None);
    assert_eq!(all.told().0, "loadComputerConfigurationFromXML 1 partitions: 1 added, 0 kept, 0 removed 1");
    let (told, id) = all.told();
    assert_eq!(told, "computerBang a 1");
    drop(all);
    bang(&app, LOCAL, "b");
    bang(&app, LOCAL, "c");
    for mut stream in [Stream::open(&app, &format!("?after={id}"), None), Stream::open(&app, "?after=0-0", Some(&id))] {
        assert_eq!([stream.told().0, stream.told().0], ["computerBang b 1", "computerBang c 1"]);
    }
    let refused = |field: &str| {
        (400, format!("{field}: \"yesterday\" is not accepted; expected the id of an event, such as 0-0"))
    };
    assert_eq!(app.get("/-/events?after=yesterday").refusal(), refused("after"));
    let wrong = app.http.get(format!("{}/-/events", app.url)).header("Last-Event-ID", "yesterday");
    assert_eq!(crate::app::answer(wrong).refusal(), refused("last-event-id"));
}

#[test]
fn a_stream_is_about_a_computer_or_an_instance() {
    let app = TestApp::formatted(2);
    app.format("node2", 1);
    request("root").place(&app);
    request("kid").by(LOCAL, "slappart0").place(&app);
    let mut node2 = Stream::open(&app, "?computer_guid=node2", None);
    let mut root = Stream::open(&app, "?instance_title=root", None);
    app.publish(LOCAL, "slappart1", &[("a", "b")]);
    app.publish(LOCAL, "slappart0", &[("c", "d")]);
    bang(&app, "node2", "x");
    assert_eq!(node2.told().0, "computerBang x 1");
    let told = [root.told().0, root.told().0];
    assert_eq!(
        told,
        ["setComputerPartitionConnectionXml published a 1", "setComputerPartitionConnectionXml published c 1"]
    );
}

#[test]
fn a_reader_that_is_slow_gets_everything_and_holds_up_nobody() {
    let app = TestApp::formatted(1);
    let mut slow = Stream::open(&app, "", None);
    let log = "x".repeat(200_000);
    for n in 0..50 {
        bang(&app, LOCAL, &format!("{n} {log}"));
    }
    for n in 0..50 {
        let text = slow.next().text;
        assert!(text.starts_with(&format!("{n} x")) && text.len() > log.len(), "{}", &text[..10]);
    }
}

#[test]
fn a_stream_ends_when_the_server_stops() {
    let mut app = TestApp::formatted(1);
    let mut stream = Stream::open(&app, "", None);
    bang(&app, LOCAL, "last");
    assert_eq!(stream.told().0, "computerBang last 1");
    let _directory = app.stop();
    assert_eq!(stream.bytes(), b"");
}

#[test]
fn a_silent_stream_says_that_it_goes_on() {
    let app = TestApp::formatted(1);
    let mut stream = Stream::open(&app, "", None);
    let mut said = Vec::new();
    while !said.ends_with(HEARTBEAT.as_bytes()) {
        said.extend(stream.bytes());
    }
    assert_eq!(String::from_utf8(said).unwrap(), format!("retry: 1000\n\n{HEARTBEAT}"));
}

#[test]
fn a_head_request_has_no_end_to_wait_for() {
    let app = TestApp::formatted(1);
    let head = crate::app::answer(app.http.head(format!("{}/-/events", app.url)));
    assert_eq!(head, Answer::text(""));
}

#[test]
fn the_client_follows_events() {
    let app = TestApp::formatted(1);
    let slap = Slap::builder(&app.url).build().unwrap();
    let mut follow = Follow { computer: Some(LOCAL.into()), ..Follow::default() };
    // What blocks may not do so where others wait.
    let elsewhere = |call: fn(&TestApp)| thread::scope(|scope| scope.spawn(|| call(&app)).join().unwrap());
    block_on(async {
        let mut stream = slap.follow_events(&follow).await.unwrap();
        elsewhere(|app| bang(app, LOCAL, "a"));
        let event = stream.next_event().await.unwrap().unwrap();
        assert_eq!((event.kind.as_str(), event.text.as_str()), ("computerBang", "a"));
        elsewhere(|app| bang(app, LOCAL, "b"));
        follow.after = stream.after();
        let mut again = slap.follow_events(&follow).await.unwrap();
        assert_eq!(again.next_event().await.unwrap().unwrap().text, "b");
        let refused = Slap::builder(&format!("{}/nowhere", app.url)).build().unwrap();
        let refused = refused.follow_events(&follow).await.unwrap_err();
        assert!(refused.is_not_found() && refused.message().starts_with("There is no /nowhere/-/events"), "{refused}");
    });
}
