//! Passing requests on to servers that are no masters, as they come, and answers back.

use std::error::Error as _;
use std::fmt;
use std::io;
use std::time::Duration;

use futures_util::Stream;
use reqwest::header::{ACCEPT_ENCODING, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Body, Client, Method, Response, redirect};
use url::Url;

use super::error::{Error, ErrorKind};

/// How long a connection may take to be there.
const CONNECT: Duration = Duration::from_secs(5);

/// Why no answer came, or not all of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RelayError {
    /// There is no such server, it cannot be reached, or it hung up.
    Unreachable(String),
    /// The connection cannot be made secure.
    Tls(String),
    /// The time was over.
    TimedOut,
}

impl fmt::Display for RelayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(reason) | Self::Tls(reason) => f.write_str(reason),
            Self::TimedOut => f.write_str("the time is over"),
        }
    }
}

impl std::error::Error for RelayError {}

/// Passes requests on. It follows no redirect, tells nothing of its own, and believes every certificate.
#[derive(Debug, Clone)]
pub struct Relay {
    http: Client,
}

/// An answer whose body is still to come.
#[derive(Debug)]
pub struct Relayed {
    response: Response,
    is_head: bool,
}

impl Relay {
    /// A relay whose answers may each take so long, to the last byte.
    ///
    /// # Errors
    /// [`Error`] when the system gives no means to connect.
    pub fn new(timeout: Duration) -> Result<Self, Error> {
        // Whoever comes first installs it.
        let _installed = rustls::crypto::ring::default_provider().install_default();
        let http = Client::builder()
            .connect_timeout(CONNECT.min(timeout))
            .timeout(timeout)
            .pool_max_idle_per_host(0)
            .no_proxy()
            .redirect(redirect::Policy::none())
            .tls_danger_accept_invalid_certs(true)
            .build();
        let http = http.map_err(|error| Error::new(ErrorKind::Connection, None, error.to_string()))?;
        Ok(Self { http })
    }

    /// Passes a request on with these headers, and with a body if there is one, of which the headers say where it ends.
    ///
    /// # Errors
    /// [`RelayError`]
    pub async fn send<S>(
        &self,
        method: &str,
        url: Url,
        headers: impl IntoIterator<Item = (String, Vec<u8>)>,
        body: Option<S>,
    ) -> Result<Relayed, RelayError>
    where
        S: Stream<Item = io::Result<Vec<u8>>> + Send + 'static,
    {
        let method = Method::from_bytes(method.as_bytes()).unwrap_or(Method::GET);
        let mut sent = HeaderMap::new();
        for (name, value) in headers {
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
                sent.append(name, value);
            }
        }
        // What is compressed all the same passes as it is.
        sent.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        let is_head = method == Method::HEAD;
        let mut request = self.http.request(method, url).headers(sent);
        if let Some(body) = body {
            request = request.body(Body::wrap_stream(body));
        }
        Ok(Relayed { response: request.send().await.map_err(|error| failure(&error))?, is_head })
    }
}

impl Relayed {
    /// The status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.response.status().as_u16()
    }

    /// The headers of a name.
    pub fn headers(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        self.response.headers().get_all(name).into_iter().map(HeaderValue::as_bytes)
    }

    /// How many bytes the body has, if the server says it; of an answer to `HEAD`, what `GET` would have.
    #[must_use]
    pub fn length(&self) -> Option<u64> {
        if !self.is_head {
            // What the connection goes by, where the headers contradict each other.
            return self.response.content_length();
        }
        let text = std::str::from_utf8(self.headers("content-length").next()?).ok()?;
        text.parse().ok()
    }

    /// The next part of the body.
    ///
    /// # Errors
    /// [`RelayError`]
    pub async fn chunk(&mut self) -> Result<Option<impl Into<Vec<u8>> + use<>>, RelayError> {
        self.response.chunk().await.map_err(|error| failure(&error))
    }
}

fn failure(error: &reqwest::Error) -> RelayError {
    let mut causes = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        causes.push(cause);
        next = cause.source();
    }
    let reason = causes.last().map_or_else(|| error.to_string(), ToString::to_string);
    // Of a connection that is not there yet, nothing is read but what makes it secure.
    let insecure = causes.iter().any(|cause| is_insecure(*cause, error.is_connect()));
    match insecure {
        true => RelayError::Tls(reason),
        // That there is no connection in time is that there is none.
        false if error.is_timeout() && !error.is_connect() => RelayError::TimedOut,
        false => RelayError::Unreachable(reason),
    }
}

/// Whether an error, or one that it wraps, is that a connection cannot be made secure.
fn is_insecure(error: &(dyn std::error::Error + 'static), is_connecting: bool) -> bool {
    let system = error.downcast_ref::<io::Error>();
    let ends = is_connecting && system.is_some_and(|system| system.kind() == io::ErrorKind::UnexpectedEof);
    let inner = || system.and_then(io::Error::get_ref).is_some_and(|inner| is_insecure(inner, is_connecting));
    ends || error.is::<rustls::Error>() || inner()
}
