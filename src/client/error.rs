//! Why calls fail.

use std::fmt;

use super::call::Call;
use crate::domain::error::Refusal;

/// What kind of failure it is: what the caller can do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The master does not have what was asked for, or cannot give it: status 404, and 403 of the JSON-RPC API.
    NotFound,
    /// The caller may not do this: status 401, 403 of the other APIs, and 403 of type `Unauthorized`.
    Unauthorized,
    /// It was asked for and is not there yet: status 408, and status 102 of the JSON-RPC API. Try again later.
    ResourceNotReady,
    /// The call is wrong; some wrong calls are not even sent.
    InvalidRequest,
    /// The master failed: any other status.
    Server,
    /// The master cannot be reached, does not answer in time, or is not the one that its certificate should name.
    Connection,
    /// What answered is no SlapOS master, or one that says what this library does not know.
    Unexpected,
    /// The call was not sent, as [`Builder::without_sending`](super::Builder::without_sending) asks;
    /// [`Error::unsent`] is what would have been.
    NotSent,
}

/// A failed call: what kind of failure, what was called, and what the master says about it.
#[derive(Debug, Clone)]
pub struct Error(Box<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    kind: ErrorKind,
    url: Option<String>,
    status: Option<u16>,
    message: String,
    unsent: Option<Call>,
}

impl Error {
    pub(super) fn new(kind: ErrorKind, url: Option<String>, message: impl Into<String>) -> Self {
        Self(Box::new(Inner { kind, url, status: None, message: message.into(), unsent: None }))
    }

    pub(super) fn with_status(self, status: u16) -> Self {
        Self(Box::new(Inner { status: Some(status), ..*self.0 }))
    }

    pub(super) fn not_sent(call: Call) -> Self {
        let url = Some(call.url.clone());
        let message = "not sent".to_owned();
        Self(Box::new(Inner { kind: ErrorKind::NotSent, url, status: None, message, unsent: Some(call) }))
    }

    /// Something that has not got what was asked of it; nothing was sent.
    pub(super) fn not_found(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::NotFound, None, message)
    }

    /// Something that the master has not told yet; nothing was sent.
    pub(super) fn not_ready(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::ResourceNotReady, None, message)
    }

    /// Something in an answer that this library does not know.
    pub(super) fn unexpected(reason: &dyn std::error::Error) -> Self {
        Self::new(ErrorKind::Unexpected, None, reason.to_string())
    }

    /// A call that is not worth sending.
    pub(super) fn invalid(message: impl fmt::Display) -> Self {
        Self::new(ErrorKind::InvalidRequest, None, message.to_string())
    }

    /// What kind of failure it is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The URL that was called; `None` when nothing was.
    #[must_use]
    pub fn url(&self) -> Option<&str> {
        self.0.url.as_deref()
    }

    /// The HTTP status of the answer; `None` without an answer.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The master's own explanation, or what happened on the way to it.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What would have been sent, if nothing was to be sent.
    #[must_use]
    pub fn unsent(&self) -> Option<&Call> {
        self.0.unsent.as_ref()
    }

    /// Whether it is [`ErrorKind::NotFound`].
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.kind() == ErrorKind::NotFound
    }

    /// Whether it is [`ErrorKind::Unauthorized`].
    #[must_use]
    pub fn is_unauthorized(&self) -> bool {
        self.kind() == ErrorKind::Unauthorized
    }

    /// Whether it is [`ErrorKind::ResourceNotReady`].
    #[must_use]
    pub fn is_resource_not_ready(&self) -> bool {
        self.kind() == ErrorKind::ResourceNotReady
    }

    /// Whether it is [`ErrorKind::InvalidRequest`].
    #[must_use]
    pub fn is_invalid_request(&self) -> bool {
        self.kind() == ErrorKind::InvalidRequest
    }

    /// Whether it is [`ErrorKind::Server`].
    #[must_use]
    pub fn is_server(&self) -> bool {
        self.kind() == ErrorKind::Server
    }

    /// Whether it is [`ErrorKind::Connection`].
    #[must_use]
    pub fn is_connection(&self) -> bool {
        self.kind() == ErrorKind::Connection
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { kind, url, status, message, .. } = &*self.0;
        let Some(url) = url else { return f.write_str(message) };
        match (kind, status) {
            (ErrorKind::Connection, _) => write!(f, "cannot reach {url}: {message}"),
            (ErrorKind::NotFound, _) => write!(f, "{url}: not found: {message}"),
            (ErrorKind::Unauthorized, _) => write!(f, "{url}: not permitted: {message}"),
            (ErrorKind::ResourceNotReady, _) => write!(f, "{url}: not ready yet: {message}"),
            (ErrorKind::Unexpected, _) => write!(f, "{url}: the answer is not one of a SlapOS master: {message}"),
            (_, Some(status)) => write!(f, "{url}: status {status}: {message}"),
            (_, None) => write!(f, "{url}: {message}"),
        }
    }
}

impl std::error::Error for Error {}

/// A wrong call, which is not sent.
impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::invalid(refusal)
    }
}
