//! The HATEOAS API: searches and documents.

use super::call::Call;
use super::error::{Error, ErrorKind};
use super::transport::{Api, Transport};
use crate::wire::hateoas::{
    Extracted, Root, Row, Search, expand, read_access_token, read_document, read_root, read_rows,
};

/// The view of a document that has the fields.
const VIEW: &str = "slaposjs_view";

/// Where an access token is asked for, below the root.
const ACCESS_TOKEN: &str = "computer_module/Base_getComputerToken";

/// The HATEOAS API of a master.
#[derive(Debug, Clone)]
pub struct Hateoas<'a> {
    pub(super) transport: &'a Transport,
    pub(super) root: &'a Root,
}

impl Hateoas<'_> {
    /// Reads the root at a URL.
    pub(super) async fn root(transport: &Transport, url: &str) -> Result<Root, Error> {
        read(transport, url, read_root).await
    }

    /// The results of a search, with the columns of a list: masters may tell others too.
    ///
    /// # Errors
    /// [`Error`] when the master cannot be reached, or refuses.
    pub async fn search(&self, search: &Search, select_list: &[&str]) -> Result<Vec<Row>, Error> {
        let query = search.to_string();
        let template = &self.root.links.raw_search.href;
        let url = expand(template, &[("query", &[&query]), ("select_list", select_list)]);
        read(self.transport, &url, read_rows).await
    }

    /// The document behind the `relative_url` of a result.
    ///
    /// # Errors
    /// [`Error`], of the kind [`NotFound`](ErrorKind::NotFound) when it is gone.
    pub async fn traverse(&self, relative_url: &str) -> Result<Extracted, Error> {
        let template = &self.root.links.traverse.href;
        let url = expand(template, &[("relative_url", &[relative_url]), ("view", &[VIEW])]);
        read(self.transport, &url, read_document).await
    }

    /// The document of the one result of a search that satisfies a condition; `what` names it in messages.
    pub(super) async fn find(
        &self,
        search: &Search,
        select_list: &[&str],
        is_wanted: impl Fn(&Row) -> bool,
        what: &str,
    ) -> Result<Extracted, Error> {
        let rows = self.search(search, select_list).await?;
        let wanted = rows.iter().find(|row| is_wanted(row));
        match (rows.len(), wanted.and_then(|row| row.relative_url.as_deref())) {
            (0 | 1, None) => Err(Error::not_found(format!("there is no {what}"))),
            (1, Some(relative_url)) => self.traverse(relative_url).await,
            (results, _) => {
                let message = format!("{results} results for one {what}");
                Err(Error::new(ErrorKind::Unexpected, Some(self.root.links.raw_search.href.clone()), message))
            }
        }
    }

    /// A new access token for a computer.
    ///
    /// # Errors
    /// [`Error`] when the master gives none.
    pub async fn access_token(&self) -> Result<String, Error> {
        let own = self.root.links.own.as_ref().ok_or_else(|| Error::not_found("the master gives no access tokens"))?;
        read(self.transport, &format!("{}/{ACCESS_TOKEN}", own.href.trim_end_matches('/')), read_access_token).await
    }
}

async fn read<T, E: std::error::Error>(
    transport: &Transport,
    url: &str,
    read: impl Fn(&[u8]) -> Result<T, E>,
) -> Result<T, Error> {
    let body = transport.send(Api::Hateoas, Call::get(url.to_owned())).await?;
    read(&body).map_err(|error| Error::new(ErrorKind::Unexpected, Some(url.to_owned()), error.to_string()))
}
