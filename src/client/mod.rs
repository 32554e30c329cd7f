//! Calls to a running master over HTTP.

mod transport;

use std::time::Duration;

pub use transport::Error;

use crate::wire::control::{FormatReport, Ready, read_format_reports, read_ready};
use crate::wire::form;

/// The connection to a master.
#[derive(Debug, Clone)]
pub struct Slap {
    transport: transport::Transport,
}

impl Slap {
    /// A connection to the master at a URL; nothing is sent yet. No call takes longer than `timeout`.
    ///
    /// # Errors
    /// When the HTTP client cannot be made.
    pub fn new(url: &str, timeout: Duration) -> Result<Self, Error> {
        Ok(Self { transport: transport::Transport::new(url, timeout)? })
    }

    /// Where the server is (`GET /-/ready`).
    ///
    /// # Errors
    /// [`Error`] when the server cannot be reached or is not slapproxy.
    pub async fn ready(&self) -> Result<Ready, Error> {
        let text = self.transport.get("-/ready").await?;
        read_ready(&text).map_err(|error| self.transport.unexpected("-/ready", &error))
    }

    /// Takes over computer descriptions, all of them or none (`POST /-/import`).
    ///
    /// # Errors
    /// [`Error`] when the server cannot be reached or refuses one.
    pub async fn import(&self, documents: &[String]) -> Result<Vec<FormatReport>, Error> {
        let fields: Vec<(&str, &str)> = documents.iter().map(|document| ("xml", document.as_str())).collect();
        let text = self.transport.post("-/import", form::encode(&fields)).await?;
        read_format_reports(&text).map_err(|error| self.transport.unexpected("-/import", &error))
    }
}
