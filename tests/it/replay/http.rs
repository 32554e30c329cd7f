//! Golden exchanges: the bytes of a request and of its answer in fixtures/wire, and how to send such a request again.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;

use slapproxy::wire::form::Fields;
use slapproxy::wire::xml::{Value, loads};

use crate::app::TestApp;

/// A request or an answer.
#[derive(Debug, Clone)]
pub struct Message {
    /// The request or status line.
    pub start: String,
    /// The headers, in order.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl Message {
    /// Reads the bytes of a whole message.
    pub fn parse(bytes: &[u8]) -> Self {
        let message = Self::without_length(bytes);
        let length = message.header("Content-Length").map_or(0, |length| length.parse().unwrap());
        assert_eq!(message.body.len(), length, "{message:?}");
        message
    }

    /// Reads the bytes of an answer to a request: to `HEAD`, its length is that of another one.
    pub fn answer(request: &Self, bytes: &[u8]) -> Self {
        let parse = if request.start.starts_with("HEAD ") { Self::without_length } else { Self::parse };
        parse(bytes)
    }

    /// Reads the bytes of a message whose end is where they end.
    fn without_length(bytes: &[u8]) -> Self {
        let text = str::from_utf8(bytes).unwrap();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { panic!("no end of headers: {text}") };
        let mut lines = head.split("\r\n");
        let start = lines.next().unwrap().to_owned();
        let headers = lines.map(|line| {
            let (name, value) = line.split_once(": ").unwrap();
            (name.to_owned(), value.to_owned())
        });
        Self { start, headers: headers.collect(), body: body.to_owned() }
    }

    /// The bytes of the message.
    pub fn write(&self) -> String {
        let headers = self.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n"));
        format!("{}\r\n{}\r\n{}", self.start, headers.collect::<String>(), self.body)
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The status, of an answer.
    pub fn status(&self) -> u16 {
        self.start.split(' ').nth(1).unwrap().parse().unwrap()
    }

    /// The path without its query, of a request.
    pub fn path(&self) -> &str {
        self.start.split([' ', '?']).nth(1).unwrap()
    }

    /// The form fields, of a request.
    pub fn fields(&self) -> Fields {
        Fields::parse(self.body.as_bytes()).unwrap()
    }

    /// The marshalled value of a form field of a request.
    pub fn value(&self, field: &str) -> Value {
        loads(self.fields().get(field).unwrap().as_bytes()).unwrap()
    }

    /// The unescaped description of an error page.
    pub fn description(&self) -> String {
        let Some((_, rest)) = self.body.split_once("<p>") else { panic!("not an error page: {self:?}") };
        let description = rest.split_once("</p>").unwrap().0;
        let quotes = description.replace("&#39;", "'").replace("&#34;", "\"");
        quotes.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    }
}

/// A request and its answer.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// The name of its files.
    pub name: String,
    /// What was sent.
    pub request: Message,
    /// What was answered.
    pub response: Message,
}

/// A directory of golden documents.
pub fn directory(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/wire").join(name)
}

/// The exchanges of a directory, in the order of its `order.txt`.
pub fn exchanges(name: &str) -> Vec<Exchange> {
    let directory = directory(name);
    let read = |name: &str| {
        let path = directory.join(name);
        fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    let order = String::from_utf8(read("order.txt")).unwrap();
    let exchange = |name: &str| {
        let request = Message::parse(&read(&format!("{name}.request.http")));
        let response = Message::answer(&request, &read(&format!("{name}.response.http")));
        Exchange { name: name.to_owned(), request, response }
    };
    order.lines().map(exchange).collect()
}

/// Sends a request as it is, except for the connection and the name of the server.
pub fn send(app: &TestApp, request: &Message) -> Message {
    let authority = authority(app);
    let mut message = request.clone();
    message
        .headers
        .retain(|(name, _)| !["Host", "Connection", "Content-Length"].iter().any(|own| own.eq_ignore_ascii_case(name)));
    let own = [("Host", authority.clone()), ("Connection", "close".into())];
    message.headers.splice(0..0, own.map(|(name, value)| (name.to_owned(), value)));
    if !message.body.is_empty() {
        message.headers.push(("Content-Length".into(), message.body.len().to_string()));
    }
    let mut stream = TcpStream::connect(authority).unwrap();
    stream.write_all(message.write().as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    Message::answer(request, &answer)
}

/// The host and port of a server.
pub fn authority(app: &TestApp) -> String {
    app.url.strip_prefix("http://").unwrap().to_owned()
}
