//! Documents that lie beside software releases, read for those who cannot read them themselves: local files, and what lies
//! on servers that the HTTP proxy reaches or where releases are that are known here.

use std::fs;
use std::path::{Path, PathBuf};

use actix_web::web;
use futures_util::stream::Empty;
use url::Url;

use super::failure::Failure;
use super::state::State;
use crate::client::Relayed;
use crate::domain::error::Refusal;
use crate::domain::http_proxy::Target;
use crate::wire::json_rpc::SoftwareDocument;

/// The largest document, in bytes.
const LIMIT: usize = 4 << 20;

/// Reads a document by its URL or path.
pub async fn read(state: &State, url: &str) -> Result<SoftwareDocument, Failure> {
    let place = match Path::new(url) {
        path if path.is_absolute() => Url::from_file_path(path).ok(),
        _ => Url::parse(url).ok(),
    };
    let named = |place: &Url| Path::new(place.path()).extension().is_some_and(|extension| extension == "json");
    let place = place.filter(named).ok_or_else(|| wrong(url))?;
    let text = match place.scheme() {
        "file" => local(state, &place).await?,
        "http" | "https" => match public(state, &place) {
            Some((path, root)) => beneath(path, vec![root], url).await?,
            None => remote(state, &place).await?,
        },
        _ => return Err(wrong(url)),
    };
    let read = SoftwareDocument::read(place.as_str(), &text);
    read.map_err(|reason| refused(place.as_str(), &format!("it describes no software release: {reason}")))
}

fn refused(url: &str, reason: &str) -> Failure {
    Refusal::NoDocument { url: url.into(), reason: reason.into() }.into()
}

fn wrong(url: &str) -> Failure {
    Refusal::invalid("document_url", url, "the URL (http, https or file) or the absolute path of a file *.json").into()
}

/// The file of the public directory that a URL of this server is about.
fn public(state: &State, url: &Url) -> Option<(PathBuf, PathBuf)> {
    let own = url.as_str().strip_prefix(&state.url)?.strip_prefix("panel/public/")?;
    let name = String::from_utf8(crate::wire::percent::decode(own.as_bytes())).ok()?;
    let root = state.public_directory.clone()?;
    Some((root.join(name), root))
}

async fn local(state: &State, url: &Url) -> Result<String, Failure> {
    let path = url.to_file_path().map_err(|()| wrong(url.as_str()))?;
    let roots = [Some(state.local_software_release_root.clone()), state.public_directory.clone()];
    beneath(path, roots.into_iter().flatten().collect(), url.as_str()).await
}

/// A file beneath one of some directories; links do not lead out of them.
async fn beneath(path: PathBuf, roots: Vec<PathBuf>, url: &str) -> Result<String, Failure> {
    let found = web::block(move || {
        let real = fs::canonicalize(&path).map_err(|error| error.to_string())?;
        let granted = roots.iter().filter_map(|root| fs::canonicalize(root).ok()).any(|root| real.starts_with(root));
        let small = |path: &Path| fs::metadata(path).is_ok_and(|data| data.is_file() && data.len() <= LIMIT as u64);
        if !granted || !small(&real) {
            return Err("only files of at most 4 MB in the directory of local releases are".into());
        }
        fs::read_to_string(&real).map_err(|error| error.to_string())
    });
    let found = found.await.map_err(|error| Failure::Internal(error.to_string()))?;
    found.map_err(|expected| refused(url, &expected))
}

async fn remote(state: &State, url: &Url) -> Result<String, Failure> {
    let host = url.host_str().unwrap_or_default();
    let netloc = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    let target = Target::parse(url.scheme(), &netloc)?;
    let configured = state.http_proxy_allow.iter().any(|allowed| target.is_allowed_by(allowed));
    let master = &state.master;
    if !configured && !master.is_known_release_server(target.clone()).await? && !master.is_published(target).await? {
        let reason = "no release of that server is supplied or requested here";
        return Err(refused(url.as_str(), &format!("{reason}; allow it with --http-proxy-allow {netloc}")));
    }
    let fault = |reason: &dyn ToString| refused(url.as_str(), &reason.to_string());
    let nothing: Option<Empty<_>> = None;
    let accept = [("accept".to_owned(), b"application/json".to_vec())];
    let answer = state.relay.send("GET", url.clone(), accept, nothing).await.map_err(|error| fault(&error))?;
    if answer.status() != 200 {
        return Err(fault(&format!("{host} answers {}", answer.status())));
    }
    String::from_utf8(whole(answer).await.map_err(|reason| fault(&reason))?).map_err(|error| fault(&error))
}

async fn whole(mut answer: Relayed) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    while let Some(part) = answer.chunk().await.map_err(|error| error.to_string())? {
        body.extend::<Vec<u8>>(part.into());
        if body.len() > LIMIT {
            return Err("it is larger than 4 MB".into());
        }
    }
    Ok(body)
}
