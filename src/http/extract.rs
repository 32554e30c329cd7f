//! What requests carry: form fields, the speaker, and how a reverse proxy was reached.

use std::time::{Duration, Instant};

use actix_multipart::{Multipart, MultipartError};
use actix_web::error::PayloadError;
use actix_web::http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderMap};
use actix_web::web::Bytes;
use actix_web::{HttpMessage, HttpRequest, dev};
use futures_util::{Stream, StreamExt};

use super::failure::Failure;
use super::journal::leave;
use super::state::State;
use crate::domain::error::Refusal;
use crate::domain::frontend::HttpsFront;
use crate::master::Speaker;
use crate::wire::form::{Fields, encode};
use crate::wire::percent;

/// After the client's time is over, a body may still take a second for each of these many bytes.
const SLOWEST_BYTES_PER_SECOND: u64 = 16 * 1024;

/// The fields of a query string.
pub fn query(request: &HttpRequest) -> Result<Fields, Failure> {
    Ok(Fields::parse(request.query_string().as_bytes())?)
}

/// A part of the path that a route names, decoded.
pub fn parameter(request: &HttpRequest, name: &str) -> Result<String, Refusal> {
    // Slashes and percent signs are still encoded.
    let encoded = request.match_info().get(name).unwrap_or_default();
    String::from_utf8(percent::decode(encoded.as_bytes())).map_err(|_| Refusal::invalid(name, encoded, "text in UTF-8"))
}

/// A whole body, within the limits of size and time.
pub async fn body(state: &State, payload: &mut dev::Payload) -> Result<Vec<u8>, Failure> {
    Pace::new(state).collect(payload, 0, |error| Failure::BrokenBody(error.to_string())).await
}

/// A body of any size, within the limits of time.
pub struct Incoming {
    pace: Pace,
    payload: dev::Payload,
    received: usize,
}

impl Incoming {
    /// The body of a request.
    pub fn new(state: &State, payload: dev::Payload) -> Self {
        Self { pace: Pace::new(state), payload, received: 0 }
    }

    /// The next bytes; `None` after the last ones.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Failure> {
        let chunk = self.pace.next(&mut self.payload, self.received).await?.transpose();
        let chunk = chunk.map_err(|error| Failure::BrokenBody(error.to_string()))?;
        self.received += chunk.as_ref().map_or(0, Bytes::len);
        Ok(chunk)
    }
}

/// The fields of a body, url-encoded or multipart, within the limits of size and time.
pub async fn form(state: &State, request: &HttpRequest, payload: &mut dev::Payload) -> Result<Fields, Failure> {
    let pace = Pace::new(state);
    match request.content_type().to_ascii_lowercase().as_str() {
        "application/x-www-form-urlencoded" => {
            let body = pace.collect(payload, 0, |error| Failure::BrokenBody(error.to_string())).await?;
            let fields = Fields::parse(&body);
            leave(state, request, body);
            Ok(fields?)
        }
        "multipart/form-data" => {
            let fields = multipart(&pace, request.headers(), payload).await?;
            if state.journal.is_some() {
                leave(state, request, encode(&fields.iter().collect::<Vec<_>>()));
            }
            Ok(fields)
        }
        other => {
            let expected = "application/x-www-form-urlencoded or multipart/form-data";
            Err(Refusal::invalid(CONTENT_TYPE.as_str(), other, expected).into())
        }
    }
}

async fn multipart(pace: &Pace, headers: &HeaderMap, payload: &mut dev::Payload) -> Result<Fields, Failure> {
    let limit = pace.limit;
    let broken = |error| match error {
        MultipartError::Payload(PayloadError::Overflow) => Failure::TooLarge { limit },
        error => Failure::BrokenBody(error.to_string()),
    };
    // Boundaries and headers of parts are bytes too: the limit is for the body as it comes.
    let mut received = 0;
    let body = payload.take().map(move |chunk| {
        let chunk = chunk?;
        received += chunk.len();
        if received > limit { Err(PayloadError::Overflow) } else { Ok(chunk) }
    });
    let mut parts = Multipart::new(headers, body);
    let mut fields = Fields::default();
    let mut total = 0;
    while let Some(part) = pace.next(&mut parts, total).await? {
        let mut part = part.map_err(broken)?;
        let name = part.name().unwrap_or_default().to_owned();
        let bytes = pace.collect(&mut part, total, broken).await?;
        total += bytes.len();
        let value = String::from_utf8(bytes).map_err(|_| Refusal::invalid(&name, "(bytes)", "text in UTF-8"))?;
        fields.push(name, value);
    }
    Ok(fields)
}

/// The limits of one body.
struct Pace {
    limit: usize,
    patience: Duration,
    start: Instant,
}

impl Pace {
    fn new(state: &State) -> Self {
        Self { limit: state.form_limit, patience: state.client_timeout, start: Instant::now() }
    }

    /// The next item of a stream of which `received` bytes came already.
    async fn next<S: Stream + Unpin>(&self, stream: &mut S, received: usize) -> Result<Option<S::Item>, Failure> {
        let earned = u64::try_from(received).unwrap_or(u64::MAX) / SLOWEST_BYTES_PER_SECOND;
        let deadline = self.start + self.patience + Duration::from_secs(earned);
        tokio::time::timeout_at(deadline.into(), stream.next())
            .await
            .map_err(|_| Failure::TooSlow { seconds: self.patience.as_secs_f64() })
    }

    async fn collect<S, B, E>(
        &self,
        stream: &mut S,
        before: usize,
        broken: impl Fn(E) -> Failure,
    ) -> Result<Vec<u8>, Failure>
    where
        S: Stream<Item = Result<B, E>> + Unpin,
        B: AsRef<[u8]>,
    {
        let mut body = Vec::new();
        while let Some(chunk) = self.next(stream, before + body.len()).await? {
            let chunk = chunk.map_err(&broken)?;
            if before + body.len() + chunk.as_ref().len() > self.limit {
                return Err(Failure::TooLarge { limit: self.limit });
            }
            body.extend_from_slice(chunk.as_ref());
        }
        Ok(body)
    }
}

/// Who says that he is asking, by the `Authorization: X-SlapPartition` header. Another scheme, or a header without
/// `computer_id`, says nothing.
pub fn speaker(headers: &HeaderMap) -> Speaker {
    let text = headers.get(AUTHORIZATION).and_then(|value| std::str::from_utf8(value.as_bytes()).ok());
    let Some((scheme, rest)) = text.and_then(|text| text.trim_start().split_once(char::is_whitespace)) else {
        return Speaker::Person;
    };
    if !scheme.eq_ignore_ascii_case("X-SlapPartition") {
        return Speaker::Person;
    }
    let item = |wanted: &str| {
        let mut items = rest.split(',').filter_map(|item| item.split_once('='));
        items.find(|(key, _)| key.trim() == wanted).map(|(_, value)| value.trim().to_owned())
    };
    match item("computer_id") {
        Some(computer) => Speaker::Header { computer, partition: item("computer_partition_id") },
        None => Speaker::Person,
    }
}

/// How this server was reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Front {
    /// Whether the client used https.
    pub https: bool,
    /// The host that it used.
    pub host: String,
    /// The path prefix that a reverse proxy strips.
    pub prefix: String,
}

impl Front {
    /// Reads the `Host` and, from configured proxies only, one level of forwarded scheme, host and prefix.
    pub fn of(state: &State, request: &HttpRequest) -> Self {
        let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
        let trusted = request.peer_addr().is_some_and(|peer| state.trusted_proxies.contains(&peer.ip()));
        let forwarded = |name| header(name).filter(|_| trusted).and_then(|list| list.rsplit(',').next()).map(str::trim);
        // A prefix such as `//other.example` would lead elsewhere; browsers skip blanks in it and take `\` for `/`; and
        // URLs are templates too, in which braces mean something.
        let prefix = forwarded("x-forwarded-prefix").map(|prefix| prefix.trim_end_matches('/'));
        let path = |prefix: &&str| prefix.starts_with('/') && !prefix.starts_with("//");
        let plain =
            |prefix: &&str| prefix.bytes().all(|byte| byte.is_ascii_graphic() && !br#"\{}?#"<>"#.contains(&byte));
        let prefix = prefix.filter(path).filter(plain);
        let host = forwarded("x-forwarded-host").filter(|host| is_authority(host));
        let host = host.or_else(|| header(HOST.as_str()).filter(|host| is_authority(host)));
        Self {
            https: match forwarded("x-forwarded-proto") {
                Some(scheme) => scheme.eq_ignore_ascii_case("https"),
                None => request.app_config().secure(),
            },
            host: host.unwrap_or(&state.host).to_owned(),
            prefix: prefix.unwrap_or_default().to_owned(),
        }
    }

    /// The URL of a path of this server, as the client would write it.
    pub fn url(&self, path: &str) -> String {
        let scheme = if self.https { "https" } else { "http" };
        format!("{scheme}://{}{}{path}", self.host, self.prefix)
    }

    /// The front, if it is an https one.
    pub fn https(self) -> Option<HttpsFront> {
        self.https.then_some(HttpsFront { host: self.host, prefix: self.prefix })
    }
}

/// Whether a text is a name or an address with an optional port, and nothing that would end the authority of a URL.
fn is_authority(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':' | b'[' | b']');
    !text.is_empty() && text.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    #[test]
    fn the_speaker_is_read_as_leniently_as_ever() {
        let read = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(AUTHORIZATION, HeaderValue::from_static(text));
            speaker(&headers)
        };
        let header = |computer: &str, partition: Option<&str>| Speaker::Header {
            computer: computer.into(),
            partition: partition.map(Into::into),
        };
        assert_eq!(read("X-SlapPartition computer_id=C, computer_partition_id=P"), header("C", Some("P")));
        assert_eq!(read("x-slappartition  computer_partition_id = P ,computer_id = a=b"), header("a=b", Some("P")));
        assert_eq!(read("X-SlapPartition computer_id=C"), header("C", None));
        assert_eq!(read("X-SlapPartition computer_partition_id=P"), Speaker::Person);
        assert_eq!(read("X-SlapPartition"), Speaker::Person);
        assert_eq!(read("Basic computer_id=C"), Speaker::Person);
    }
}
