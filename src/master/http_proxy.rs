//! What the HTTP proxy reaches, as far as the database knows.

use super::requester::requester;
use super::{Error, Master, Speaker};
use crate::domain::frontend::{Shortcut, backend_url, ended};
use crate::domain::http_proxy::Target;
use crate::domain::instance::{InstanceId, Request};
use crate::storage::ReadTx;

impl Master {
    /// Whether an instance published a URL of a server, or a frontend was requested for one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_published(&self, target: Target) -> Result<bool, Error> {
        self.db
            .read(move |tx| {
                for trace in target.traces() {
                    if is_found(tx, &target, trace)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            })
            .await
    }

    /// Whether a release that is supplied, requested, or stands behind a product lies on a server.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_known_release_server(&self, target: Target) -> Result<bool, Error> {
        if self.settings.software_products.iter().any(|product| target.is_named_in(&product.url)) {
            return Ok(true);
        }
        self.db.read(move |tx| Ok(tx.known_releases()?.iter().any(|url| target.is_named_in(url)))).await
    }

    /// Keeps the URL that a frontend which needs no host leads to, as long as the frontend is wanted.
    pub(super) async fn keep_frontend_url(
        &self,
        request: &Request,
        speaker: &Speaker,
        shortcut: &Shortcut,
    ) -> Result<(), Error> {
        let url = backend_url(request, shortcut).filter(|_| !request.is_destruction());
        if self.kept_url(request, speaker)? == url {
            return Ok(());
        }
        self.save_url(request, speaker, url).await
    }

    /// Forgets a frontend which needs no host, when a request ends it without saying its parameters again.
    pub(super) async fn end_frontend(&self, request: &Request, speaker: &Speaker) -> Result<Option<Shortcut>, Error> {
        if !request.is_destruction() {
            return Ok(None);
        }
        let shortcut = self.kept_url(request, speaker)?.and_then(|url| ended(request, &url));
        if shortcut.is_some() {
            self.save_url(request, speaker, None).await?;
        }
        Ok(shortcut)
    }

    fn kept_url(&self, request: &Request, speaker: &Speaker) -> Result<Option<String>, Error> {
        self.db.look(|tx| Ok(tx.frontend_url(whose(tx, speaker)?, &request.title)?))
    }

    async fn save_url(&self, request: &Request, speaker: &Speaker, url: Option<String>) -> Result<(), Error> {
        let (title, speaker) = (request.title.clone(), speaker.clone());
        self.db.write(move |tx| Ok(tx.save_frontend_url(whose(**tx, &speaker)?, &title, url.as_deref())?)).await
    }
}

/// Whether a server is named where a text is part of what was published or requested.
fn is_found(tx: ReadTx<'_>, target: &Target, part: &str) -> Result<bool, Error> {
    if tx.frontend_urls(part)?.iter().any(|url| target.is_named_in(url))
        || tx.published_with(part)?.iter().any(|connection| target.is_published_in(connection))
    {
        return Ok(true);
    }
    let shared = tx.shared_parameters_with(part)?;
    let mut urls = shared.iter().filter_map(|parameters| parameters.text("url"));
    Ok(urls.any(|url| target.is_named_in(&url)))
}

/// The instance that requests a frontend; nobody for a person, and for who is not known.
fn whose(tx: ReadTx<'_>, speaker: &Speaker) -> Result<Option<InstanceId>, Error> {
    match requester(tx, speaker) {
        Ok(requester) => Ok(requester.map(|requester| requester.id)),
        // Compatible with the Python proxy, which answers these requests whoever makes them.
        Err(Error::Refused(_)) => Ok(None),
        Err(error) => Err(error),
    }
}
