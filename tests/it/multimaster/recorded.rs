//! The recorded session with the Python proxy and another one behind it, against two of these servers.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use slapproxy::config::{Overrides, RemoteMaster};
use slapproxy::wire::form::Fields;
use slapproxy::wire::xml::{Value, loads};

use super::lists;
use crate::app::TestApp;
use crate::client::scripted::{Reply, Scripted};
use crate::replay::compare::{Clock, with};
use crate::replay::deviations::afterwards;
use crate::replay::http::{Exchange, Message, authority, directory, exchanges, send};
use crate::replay::value_of;

/// What these servers tell besides: all addresses of a partition, and what an instance demands of its place.
const ADDITIONS: [&str; 2] = ["full_ip_list", "_filter_dict"];

/// The place of an instance that is fulfilled here: the Python proxy gives any free partition, this server the one that was
/// formatted first.
const PLACE: [(&str, &str); 3] = [
    ("_instance_guid", "<string>local_computer-slappart0</string>"),
    ("slap_computer_partition_id", "<string>slappart0</string>"),
    (
        "ip_list",
        "<list><tuple><string>slaptap0</string><string>10.0.0.10</string></tuple>\
         <tuple><string>slaptap0</string><string>2001:db8:0::2</string></tuple></list>",
    ),
];

/// The two servers of the recording, and what stands between them.
struct Session {
    near: TestApp,
    far: Arc<TestApp>,
    between: Scripted,
}

impl Session {
    fn new() -> Self {
        let far = TestApp::with(Overrides { computer_id: Some("external_computer".into()), ..Overrides::default() });
        let far = Arc::new(far);
        let passed_on = Arc::clone(&far);
        let between = Scripted::new(move |request| Reply::Bytes(pass_on(&passed_on, request)));
        let (slash, plain) = (format!("{}/", between.url), between.url.clone());
        let listing = |url: &str, release: &str| lists(url, &format!("https://sr.example/{release}/software.cfg"));
        let masters = vec![
            listing(&slash, "forwarded"),
            RemoteMaster {
                computer: Some("external_computer".into()),
                partition: Some("extpart0".into()),
                ..listing(&plain, "forwarded-from-partition")
            },
            listing("http://127.0.0.1:9/", "dead"),
            listing("https://tls.example/", "tls"),
        ];
        let yes = || Some("true".to_owned());
        let cfg = Some(directory("slap-tool").join("proxy.cfg"));
        let overrides = Overrides { cfg, multimaster: masters, no_certificates: yes(), ..Overrides::default() };
        let near = TestApp::with(overrides);
        for exchange in exchanges("slap-tool") {
            send(&near, &exchange.request);
            afterwards(&near, &exchange.name);
        }
        Self { near, far, between }
    }

    /// A recorded text with the addresses of these servers.
    fn here(&self, text: &str) -> String {
        let far = self.between.url.strip_prefix("http://").unwrap();
        let mut text = text.to_owned();
        for (recorded, own) in [("127.0.0.1:5001", far), ("127.0.0.1:5000", &authority(&self.near))] {
            text = text.replace(recorded, own).replace(&recorded.replace(':', "%3A"), &own.replace(':', "%3A"));
        }
        text
    }

    /// A recorded request to these servers.
    fn request(&self, exchange: &Exchange) -> Message {
        Message { body: self.here(&exchange.request.body), ..exchange.request.clone() }
    }

    /// Sends a recorded request, and tells what it made the other server be asked.
    fn replay(&self, exchange: &Exchange) -> (Message, Vec<Message>) {
        let before = self.between.requests().len();
        let to = if exchange.name.starts_with("remote-") { &self.far } else { &self.near };
        let answer = send(to, &self.request(exchange));
        (answer, self.between.requests().split_off(before))
    }
}

/// Sends a request as it is to a server, which is called by another name then; the answer as it comes.
fn pass_on(app: &TestApp, request: &Message) -> String {
    let mut request = request.clone();
    request.headers.push(("Connection".into(), "close".into()));
    let mut stream = TcpStream::connect(authority(app)).unwrap();
    stream.write_all(request.write().as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn fields(message: &Message) -> BTreeMap<String, String> {
    let fields = Fields::parse(message.body.as_bytes()).unwrap();
    fields.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// The requests of instances among messages: their fields and who says that he asks.
fn asked(messages: &[Message]) -> Vec<(BTreeMap<String, String>, Option<&str>)> {
    let posts = messages.iter().filter(|message| message.start.starts_with("POST "));
    posts.map(|message| (fields(message), message.header("Authorization"))).collect()
}

/// A recorded value as this server answers it.
fn expected(session: &Session, recorded: &Message, answered: &Value) -> Value {
    let value = loads(session.here(&recorded.body).as_bytes()).unwrap();
    ADDITIONS.iter().fold(value, |value, key| match answered.get(key) {
        Some(added) if value.get(key).is_none() => with(&value, key, Some(added)),
        _ => value,
    })
}

#[test]
fn the_recorded_session_is_answered_and_forwarded_as_recorded() {
    let session = Session::new();
    let mut clock = Clock::new();
    let golden = exchanges("multimaster");
    let mut faults = Vec::new();
    for exchange in &golden {
        let Exchange { name, response: recorded, .. } = exchange;
        let nested = name.starts_with("remote-forward-") || name.starts_with("self-check-");
        if nested {
            continue;
        }
        let (answer, passed) = session.replay(exchange);
        let own = format!("remote-{name}");
        let recorded_passed: Vec<Message> = golden
            .iter()
            .filter(|other| other.name == own || other.name.strip_prefix(&own).is_some_and(is_number))
            .map(|other| session.request(other))
            .collect();
        if asked(&passed) != asked(&recorded_passed) {
            faults.push(format!("{name}: {:?} is asked {:?}", asked(&recorded_passed), asked(&passed)));
        }
        if answer.status() != recorded.status() {
            faults.push(format!("{name}: {} is {} {}", recorded.status(), answer.status(), answer.body));
        } else if !recorded.body.starts_with("<marshal>") {
            // That nobody answers is said in other words.
            let same = recorded.status() == 523
                || recorded.body == answer.body
                || answer.description() == recorded.description();
            faults.extend((!same).then(|| format!("{name}: {:?} is {:?}", recorded.body, answer.body)));
        } else {
            let answered = loads(answer.body.as_bytes()).unwrap();
            let mut expected = expected(&session, recorded, &answered);
            if name == "forward-master-url-self" {
                expected = PLACE.iter().fold(expected, |value, (key, place)| with(&value, key, Some(&value_of(place))));
            }
            faults.extend(clock.differences(&expected, &answered).into_iter().map(|fault| format!("{name}: {fault}")));
        }
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

fn is_number(rest: &str) -> bool {
    rest.strip_prefix('-').is_some_and(|digits| digits.parse::<u32>().is_ok())
}
