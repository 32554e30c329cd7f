//! What the HTTP proxy reaches, as far as the database knows.

use super::{Error, Master};
use crate::domain::frontend::{Shortcut, backend_url};
use crate::domain::http_proxy::Target;
use crate::domain::instance::Request;

impl Master {
    /// Whether an instance published a URL of a server, or a frontend was requested for one. `netloc` is how the server
    /// is spelled there.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_published(&self, target: Target, netloc: String) -> Result<bool, Error> {
        self.db
            .read(move |tx| {
                let requested = tx.frontend_urls(&netloc)?.iter().any(|url| target.is_named_in(url));
                if requested || tx.published_with(&netloc)?.iter().any(|connection| target.is_published_in(connection))
                {
                    return Ok(true);
                }
                let shared = tx.shared_parameters_with(&netloc)?;
                let urls = shared.iter().filter_map(|parameters| parameters.text("url"));
                Ok(urls.into_iter().any(|url| target.is_named_in(&url)))
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
    pub(super) async fn keep_frontend_url(&self, request: &Request, shortcut: &Shortcut) -> Result<(), Error> {
        let Some(url) = backend_url(request, shortcut) else { return Ok(()) };
        let is_kept = self.db.look(|tx| Ok::<_, Error>(tx.frontend_urls(&url)?.contains(&url)))?;
        let ends = request.is_destruction();
        if is_kept != ends {
            return Ok(());
        }
        self.db
            .write(move |tx| {
                if ends { tx.delete_frontend_url(&url) } else { tx.insert_frontend_url(&url) }.map_err(Error::from)
            })
            .await
    }
}
