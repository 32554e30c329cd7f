//! A client that costs little: one connection, requests prepared beforehand.

use std::io::{self, Read, Write};
use std::net::TcpStream;

/// A connection that is kept open.
pub struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Client {
    pub fn new(port: u16) -> io::Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: vec![0; 1 << 16] })
    }

    /// Sends a prepared request and reads the whole answer: status and length of the body.
    pub fn call(&mut self, request: &[u8]) -> io::Result<(u16, usize)> {
        self.stream.write_all(request)?;
        let mut filled = 0;
        let head = loop {
            if filled == self.buffer.len() {
                self.buffer.resize(filled * 2, 0);
            }
            let read = self.stream.read(&mut self.buffer[filled..])?;
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            filled += read;
            if let Some(end) = self.buffer[..filled].windows(4).position(|window| window == b"\r\n\r\n") {
                break end + 4;
            }
        };
        let text = String::from_utf8_lossy(&self.buffer[..head]).to_ascii_lowercase();
        let status = text.get(9..12).and_then(|status| status.parse().ok()).unwrap_or(0);
        let length = text.split("content-length: ").nth(1).and_then(|rest| rest.split("\r\n").next());
        let length: usize = length.and_then(|length| length.parse().ok()).unwrap_or(0);
        let mut missing = (head + length).saturating_sub(filled);
        while missing > 0 {
            let room = missing.min(self.buffer.len());
            let read = self.stream.read(&mut self.buffer[..room])?;
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            missing -= read;
        }
        Ok((status, length))
    }

    /// Calls and insists on success.
    pub fn expect(&mut self, request: &[u8]) -> usize {
        let (status, length) = self.call(request).expect("the server answers");
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(request));
        length
    }
}

/// A `GET`, as bytes.
pub fn get(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").into_bytes()
}

/// A form `POST`, as bytes.
pub fn post(path: &str, fields: &[(&str, &str)]) -> Vec<u8> {
    post_as("application/x-www-form-urlencoded", path, &slapproxy::wire::form::encode(fields))
}

/// A JSON `POST`, as bytes.
pub fn post_json(path: &str, body: &str) -> Vec<u8> {
    post_as("application/json", path, body)
}

fn post_as(content_type: &str, path: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}
