//! HTTP, and what its statuses mean.

use std::time::Duration;

use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use reqwest::{RequestBuilder, StatusCode};
use thiserror::Error as ThisError;

/// Why a call failed.
#[derive(Debug, ThisError)]
pub enum Error {
    /// The master cannot be reached, or did not answer in time.
    #[error("cannot reach {url}: {reason}")]
    Connection {
        /// What was called.
        url: String,
        /// What happened.
        reason: String,
    },
    /// The master does not have what was asked for.
    #[error("{url}: not found: {message}")]
    NotFound {
        /// What was called.
        url: String,
        /// What the master says.
        message: String,
    },
    /// The master refused or failed.
    #[error("{url}: status {status}: {message}")]
    Server {
        /// What was called.
        url: String,
        /// The HTTP status.
        status: u16,
        /// What the master says.
        message: String,
    },
    /// The answer is not one of this protocol.
    #[error("{url}: the answer is not one of a slapproxy server: {reason}")]
    Unexpected {
        /// What was called.
        url: String,
        /// Why it cannot be read.
        reason: String,
    },
}

/// Sends requests to one master.
#[derive(Debug, Clone)]
pub(super) struct Transport {
    base: String,
    http: reqwest::Client,
}

impl Transport {
    pub(super) fn new(base: &str, timeout: Duration) -> Result<Self, Error> {
        let base = format!("{}/", base.trim_end_matches('/'));
        let fault = |reason| Error::Connection { url: base.clone(), reason };
        reqwest::Url::parse(&base).map_err(|error| fault(error.to_string()))?;
        // Whoever comes first installs it.
        let _installed = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().timeout(timeout).no_proxy().build();
        let http = client.map_err(|error| fault(error.to_string()))?;
        Ok(Self { base, http })
    }

    pub(super) async fn get(&self, path: &str) -> Result<String, Error> {
        let url = format!("{}{path}", self.base);
        self.send(self.http.get(&url), url).await
    }

    pub(super) async fn post(&self, path: &str, form: String) -> Result<String, Error> {
        let url = format!("{}{path}", self.base);
        let form_type = HeaderValue::from_static("application/x-www-form-urlencoded");
        self.send(self.http.post(&url).header(CONTENT_TYPE, form_type).body(form), url).await
    }

    pub(super) fn unexpected(&self, path: &str, reason: &dyn std::error::Error) -> Error {
        Error::Unexpected { url: format!("{}{path}", self.base), reason: reason.to_string() }
    }

    async fn send(&self, request: RequestBuilder, url: String) -> Result<String, Error> {
        let connection = |error: reqwest::Error| Error::Connection { url: url.clone(), reason: root(&error) };
        let response = request.header(ACCEPT, HeaderValue::from_static("*/*")).send().await.map_err(connection)?;
        let status = response.status();
        let text = response.text().await.map_err(connection)?;
        if status.is_success() {
            return Ok(text);
        }
        let message = message(&text);
        Err(match status {
            StatusCode::NOT_FOUND => Error::NotFound { url, message },
            status => Error::Server { url, status: status.as_u16(), message },
        })
    }
}

/// The innermost cause, which says what happened.
fn root(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

/// The description of an error page, or the text itself.
fn message(page: &str) -> String {
    let description = page.split_once("<p>").and_then(|(_, rest)| rest.split_once("</p>")).map(|(inside, _)| inside);
    let text = description.unwrap_or(page).trim();
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}
