//! Another cache, which has what this one does not have.

use super::error::Error;
use crate::client::{self, Download, Shacache};
use crate::wire::shacache::{Entry, Key, Sha512};

/// Another cache, or why it cannot be asked.
#[derive(Debug, Clone)]
pub struct Upstream(Result<Shacache, Error>);

impl Upstream {
    /// The cache whose contents, or entries, are below a URL.
    pub fn at(url: &str) -> Self {
        Self(Shacache::below(url).map_err(|error| Error::Upstream(error.to_string())))
    }

    /// Begins the download of a content.
    pub async fn content(&self, sha512: &Sha512) -> Result<Download, Error> {
        self.0.clone()?.download(sha512).await.map_err(|error| failure(&error, "content", sha512))
    }

    /// The entries of a key.
    pub async fn entries(&self, key: &Key) -> Result<Vec<Entry>, Error> {
        self.0.clone()?.get_entries(key.as_str()).await.map_err(|error| failure(&error, "key", key))
    }
}

/// What a failure of the other cache is.
pub fn failure(error: &client::Error, what: &'static str, name: &impl ToString) -> Error {
    match error.status() {
        Some(_) if error.is_not_found() => Error::missing(what, name),
        Some(status) if !(200..300).contains(&status) => Error::UpstreamStatus(status),
        _ => Error::Upstream(error.to_string()),
    }
}
