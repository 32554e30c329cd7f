//! A server that answers what a test says, and keeps what it was asked.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use rustls::{ServerConfig, ServerConnection, StreamOwned};
use slapproxy::client::blocking::Slap;

use crate::replay::http::Message;

/// What is answered to a request.
pub enum Reply {
    /// A status and a body.
    Status(u16, String),
    /// A redirect.
    Redirect(String),
    /// These bytes, after which the connection is closed.
    Bytes(String),
    /// What comes, as it comes, until nothing more can come or the client is gone.
    Stream(Receiver<String>),
    /// Nothing, until the client gives up.
    Silence,
}

/// A reply of status 200.
pub fn ok(body: impl Into<String>) -> Reply {
    Reply::Status(200, body.into())
}

/// The server. It stops when it is dropped.
pub struct Scripted {
    /// Its URL, without a slash at the end.
    pub url: String,
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Message>>>,
    stopped: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Scripted {
    /// A server over HTTP.
    pub fn new(script: impl Fn(&Message) -> Reply + Send + 'static) -> Self {
        Self::start("http", script, |stream: TcpStream| Some(stream))
    }

    /// A server over HTTPS; connections whose handshake fails are dropped.
    pub fn with_tls(config: ServerConfig, script: impl Fn(&Message) -> Reply + Send + 'static) -> Self {
        let config = Arc::new(config);
        Self::start("https", script, move |mut stream: TcpStream| {
            let mut connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            while connection.is_handshaking() {
                connection.complete_io(&mut stream).ok()?;
            }
            Some(StreamOwned::new(connection, stream))
        })
    }

    fn start<S: Read + Write>(
        scheme: &str,
        script: impl Fn(&Message) -> Reply + Send + 'static,
        open: impl Fn(TcpStream) -> Option<S> + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (requests, stopped) = (Arc::<Mutex<Vec<Message>>>::default(), Arc::<AtomicBool>::default());
        let (kept, stop) = (Arc::clone(&requests), Arc::clone(&stopped));
        let serve = move || {
            for stream in listener.incoming() {
                if stop.load(Ordering::SeqCst) {
                    break;
                }
                let Some(mut stream) = open(stream.unwrap()) else { continue };
                let Some(request) = read(&mut stream) else {
                    write(&mut stream, Reply::Status(400, String::new()));
                    continue;
                };
                let reply = script(&request);
                kept.lock().unwrap().push(request);
                write(&mut stream, reply);
            }
        };
        let url = format!("{scheme}://127.0.0.1:{}", address.port());
        Self { url, address, requests, stopped, thread: Some(thread::spawn(serve)) }
    }

    /// A client of it.
    pub fn slap(&self) -> Slap {
        Slap::builder(&self.url).no_instance_root().build_blocking().unwrap()
    }

    /// What it was asked, in order.
    pub fn requests(&self) -> Vec<Message> {
        self.requests.lock().unwrap().clone()
    }

    /// The request lines of what it was asked: `GET /getRunId`.
    pub fn lines(&self) -> Vec<String> {
        self.requests().iter().map(|request| request.start.replace(" HTTP/1.1", "")).collect()
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        let _woken = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

/// Reads a whole request; nothing if it is none, such as the greeting of a client that wants TLS.
fn read(stream: &mut impl Read) -> Option<Message> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length =
                head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return Some(Message::parse(&bytes));
            }
        }
        let count = stream.read(&mut buffer).ok()?;
        if count == 0 || bytes.is_empty() && !buffer[0].is_ascii_uppercase() {
            return None;
        }
        bytes.extend(&buffer[..count]);
    }
}

/// Writes a reply, after which the connection is closed without notice. A client that does not listen is left alone.
fn write(stream: &mut (impl Read + Write), reply: Reply) {
    let bytes = match reply {
        Reply::Status(status, body) => {
            format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n\r\n{body}", body.len())
        }
        Reply::Redirect(to) => {
            format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n")
        }
        Reply::Bytes(bytes) => bytes,
        Reply::Stream(parts) => {
            let mut written = |part: String| stream.write_all(part.as_bytes()).and_then(|()| stream.flush());
            let _last = parts.into_iter().find_map(|part| written(part).err());
            return;
        }
        Reply::Silence => {
            // It ends with the client's connection.
            let _end = stream.read(&mut [0]);
            return;
        }
    };
    let _written = stream.write_all(bytes.as_bytes()).and_then(|()| stream.flush());
}
