//! Documents that lie beside software releases, on servers that are no masters.

use std::time::Duration;

use super::call::Call;
use super::error::Error;
use super::transport::{Api, EnvironmentProxy, Sending, Settings, Transport, Trust};

/// Fetches the document at a URL, through the proxies that the environment names. Nobody is told who asks.
///
/// # Errors
/// [`Error`], of the kind [`NotFound`](super::ErrorKind::NotFound) when it is not there.
pub async fn fetch_document(url: &str, timeout: Duration) -> Result<String, Error> {
    let settings = Settings {
        timeout,
        trust: Trust::System,
        identity: None,
        access_token: None,
        rest_url: None,
        via: None,
        environment_proxy: EnvironmentProxy::Used,
        sending: Sending::Sent,
    };
    let transport = Transport::new(url.to_owned(), settings)?;
    let body = transport.send(Api::Classic, Call::get(url.to_owned())).await?;
    String::from_utf8(body).map_err(|error| Error::unexpected(&error))
}
