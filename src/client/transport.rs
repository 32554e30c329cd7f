//! HTTP, and what its statuses mean.

use std::fs::File;
use std::io::{self, Read};
use std::time::Duration;

use futures_util::{Stream, stream};
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue, USER_AGENT, VIA};
use reqwest::{Body, Certificate, Identity, RequestBuilder, Response, StatusCode, redirect};

use super::call::Call;
use super::error::{Error, ErrorKind};
use super::url::same_origin;
use crate::wire::json_rpc::{ErrorDocument, NotReady, read};

/// The header that carries an access token.
const ACCESS_TOKEN: HeaderName = HeaderName::from_static("x-access-token");

/// How much of a file is in memory at once, in bytes.
const PORTION: u64 = 256 * 1024;

/// The time-out of an answer that has no end, or whose pieces have time-outs of their own.
const ENDLESS: Duration = Duration::from_secs(u32::MAX as u64);

/// How many redirects are followed.
const REDIRECTS: usize = 10;

/// The API of a call: each tells failures in its own way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Api {
    /// The classic API, and what belongs to no API.
    Classic,
    /// The JSON-RPC API.
    JsonRpc,
    /// The HATEOAS API.
    Hateoas,
}

/// How masters are verified.
#[derive(Clone)]
pub(super) enum Trust {
    /// By the certificates that the system trusts.
    System,
    /// By these certificates, in PEM.
    Authority(Vec<u8>),
    /// By no certificate: none is believed.
    Nobody,
    /// Not at all.
    Anyone,
}

/// What the connection to a master is made of.
#[derive(Clone)]
pub(super) struct Settings {
    pub(super) timeout: Duration,
    pub(super) trust: Trust,
    /// The key and the certificate of the caller, in PEM.
    pub(super) identity: Option<Vec<u8>>,
    pub(super) access_token: Option<String>,
    /// Where the access token may go, besides the master: the configured root of the HATEOAS API.
    pub(super) rest_url: Option<String>,
    /// The masters that a request came through.
    pub(super) via: Option<String>,
    pub(super) environment_proxy: EnvironmentProxy,
    pub(super) sending: Sending,
}

/// Whether proxies that the environment names are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EnvironmentProxy {
    Unused,
    Used,
}

/// Whether calls are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sending {
    Sent,
    Shown,
}

/// Sends requests to one master.
#[derive(Debug, Clone)]
pub(super) struct Transport {
    base: String,
    timeout: Duration,
    http: reqwest::Client,
    access_token: Option<(HeaderValue, Option<String>)>,
    via: Option<String>,
    sending: Sending,
}

impl Transport {
    pub(super) fn new(base: String, settings: Settings) -> Result<Self, Error> {
        // Whoever comes first installs it.
        let _installed = rustls::crypto::ring::default_provider().install_default();
        let http = match http(&settings, &settings.trust) {
            // Where the system trusts nobody there is no master behind HTTPS, but others are not concerned.
            Err(_) if matches!(settings.trust, Trust::System) && !base.starts_with("https:") => {
                http(&settings, &Trust::Nobody)?
            }
            http => http?,
        };
        let access_token = settings.access_token.map(|token| -> Result<_, Error> {
            let mut token = HeaderValue::from_str(&token)
                .map_err(|_| Error::invalid("the access token holds a character that a header cannot carry"))?;
            token.set_sensitive(true);
            Ok((token, settings.rest_url))
        });
        Ok(Self {
            base,
            timeout: settings.timeout,
            http,
            access_token: access_token.transpose()?,
            via: settings.via,
            sending: settings.sending,
        })
    }

    /// The same connection, which sends nothing.
    pub(super) fn without_sending(&self) -> Self {
        Self { sending: Sending::Shown, ..self.clone() }
    }

    /// The URL of a path.
    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// An answer to a path that cannot be read.
    pub(super) fn unexpected(&self, path: &str, reason: &dyn std::error::Error) -> Error {
        Error::new(ErrorKind::Unexpected, Some(self.url(path)), reason.to_string())
    }

    /// Sends a call and returns the body of its success.
    pub(super) async fn send(&self, api: Api, call: Call) -> Result<Vec<u8>, Error> {
        if self.sending == Sending::Shown {
            return Err(Error::not_sent(call));
        }
        let url = call.url.clone();
        let connection = |error: reqwest::Error| Error::new(ErrorKind::Connection, Some(url.clone()), root(&error));
        let response = self.request(api, call).send().await.map_err(connection)?;
        self.body(api, url, response).await
    }

    /// Sends a call, and returns the status and the body of its answer whatever it is.
    pub(super) async fn exchange(&self, call: Call) -> Result<(u16, Vec<u8>), Error> {
        if self.sending == Sending::Shown {
            return Err(Error::not_sent(call));
        }
        let url = call.url.clone();
        let connection = |error: reqwest::Error| Error::new(ErrorKind::Connection, Some(url.clone()), root(&error));
        let response = self.request(Api::Classic, call).send().await.map_err(connection)?;
        let status = response.status().as_u16();
        Ok((status, response.bytes().await.map_err(connection)?.into()))
    }

    /// Sends a call whose body is the rest of a file, which may take as long as it does.
    pub(super) async fn send_file(&self, call: Call, file: File) -> Result<Vec<u8>, Error> {
        if self.sending == Sending::Shown {
            return Err(Error::not_sent(call));
        }
        let url = call.url.clone();
        let length = file.metadata().map_err(Error::invalid)?.len();
        let request = self.request(Api::Classic, call).timeout(ENDLESS).header(CONTENT_LENGTH, length);
        let response = request.body(Body::wrap_stream(portions(file))).send().await;
        let response = response.map_err(|error| Error::new(ErrorKind::Connection, Some(url.clone()), root(&error)))?;
        self.body(Api::Classic, url, response).await
    }

    /// Begins a read whose answer is taken piece by piece. Each piece may take as long as a whole call otherwise.
    pub(super) async fn download(&self, call: Call) -> Result<Download, Error> {
        let url = call.url.clone();
        let response = self.open(call).await?;
        Ok(Download { response, url, patience: self.timeout })
    }

    /// The body of a successful answer.
    async fn body(&self, api: Api, url: String, response: Response) -> Result<Vec<u8>, Error> {
        let connection = |error: reqwest::Error| Error::new(ErrorKind::Connection, Some(url.clone()), root(&error));
        let status = response.status();
        let body = response.bytes().await.map_err(connection)?;
        if api == Api::JsonRpc
            && status == StatusCode::OK
            && let Some(message) = not_ready(&body)
        {
            return Err(Error::new(ErrorKind::ResourceNotReady, Some(url), message).with_status(status.as_u16()));
        }
        if status.is_success() {
            return Ok(body.into());
        }
        Err(refused(api, url, status, &body))
    }

    /// Begins a read whose answer has no end. The time-out limits how long it may take to begin.
    pub(super) async fn open(&self, call: Call) -> Result<Response, Error> {
        if self.sending == Sending::Shown {
            return Err(Error::not_sent(call));
        }
        let url = call.url.clone();
        let sent = self.request(Api::Classic, call).timeout(ENDLESS).send();
        let response = in_time(self.timeout, &url, sent).await?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let body = in_time(self.timeout, &url, response.bytes()).await?;
        Err(refused(Api::Classic, url, status, &body))
    }

    fn request(&self, api: Api, call: Call) -> RequestBuilder {
        let accept = if api == Api::JsonRpc { "application/json" } else { "*/*" };
        let request = match call.method {
            "GET" => self.http.get(&call.url),
            "HEAD" => self.http.head(&call.url),
            "PUT" => self.http.put(&call.url),
            "DELETE" => self.http.delete(&call.url),
            _ => self.http.post(&call.url),
        };
        let mut request = request
            .header(ACCEPT, HeaderValue::from_static(accept))
            .header(USER_AGENT, HeaderValue::from_static(concat!("slapproxy/", env!("CARGO_PKG_VERSION"))));
        if let Some(authorization) = call.authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        if let Some(via) = &self.via {
            request = request.header(VIA, via);
        }
        if let Some((token, rest_url)) = &self.access_token {
            let trusted = rest_url.iter().chain([&self.base]).any(|known| same_origin(known, &call.url));
            request = if trusted { request.header(ACCESS_TOKEN, token) } else { request };
        }
        match call.content_type {
            Some(content_type) => request.header(CONTENT_TYPE, HeaderValue::from_static(content_type)).body(call.body),
            None => request,
        }
    }
}

/// An answer that is taken piece by piece.
#[derive(Debug)]
pub(crate) struct Download {
    response: Response,
    url: String,
    patience: Duration,
}

impl Download {
    /// The next piece; `None` after the last one.
    pub(crate) async fn chunk(&mut self) -> Result<Option<impl AsRef<[u8]> + use<>>, Error> {
        in_time(self.patience, &self.url, self.response.chunk()).await
    }
}

/// Waits for a piece of an answer.
async fn in_time<T>(
    patience: Duration,
    url: &str,
    piece: impl Future<Output = Result<T, reqwest::Error>>,
) -> Result<T, Error> {
    let failed = |message: String| Error::new(ErrorKind::Connection, Some(url.to_owned()), message);
    let piece = tokio::time::timeout(patience, piece).await;
    let piece = piece.map_err(|_| failed(format!("nothing came within {} s", patience.as_secs_f64())))?;
    piece.map_err(|error| failed(root(&error)))
}

/// The rest of a file, portion by portion.
fn portions(file: File) -> impl Stream<Item = io::Result<Vec<u8>>> + Send {
    stream::try_unfold(file, |mut file| async {
        let read = tokio::task::spawn_blocking(move || {
            let mut portion = Vec::new();
            let length = (&mut file).take(PORTION).read_to_end(&mut portion)?;
            Ok((length > 0).then_some((portion, file)))
        });
        read.await.unwrap_or_else(|error| Err(io::Error::other(error)))
    })
}

/// What sends the requests.
fn http(settings: &Settings, trust: &Trust) -> Result<reqwest::Client, Error> {
    // One connection for each call: an idle one may be gone by the next call, and not every call can be repeated.
    let builder = reqwest::Client::builder().pool_max_idle_per_host(0).timeout(settings.timeout);
    let mut builder = builder.redirect(follow(settings.access_token.is_some()));
    builder = match trust {
        Trust::System => builder,
        Trust::Authority(pem) => builder.tls_certs_only(authorities(pem)?),
        Trust::Nobody => builder.tls_certs_only([]),
        Trust::Anyone => builder.tls_danger_accept_invalid_certs(true),
    };
    if let Some(pem) = &settings.identity {
        let unusable = |error| Error::invalid(format!("the key or the certificate: {}", root(&error)));
        builder = builder.identity(Identity::from_pem(pem).map_err(unusable)?);
    }
    if settings.environment_proxy == EnvironmentProxy::Unused {
        builder = builder.no_proxy();
    }
    builder.build().map_err(|error| Error::new(ErrorKind::Connection, None, root(&error)))
}

/// Redirects are followed. A call with an access token stays on its server, since that token would be told to the other.
fn follow(stay: bool) -> redirect::Policy {
    redirect::Policy::custom(move |attempt| {
        let Some(previous) = attempt.previous().last() else { return attempt.follow() };
        if attempt.previous().len() > REDIRECTS {
            return attempt.error("too many redirects");
        }
        let upgraded = previous.scheme() == "http" && attempt.url().scheme() == "https";
        let stays = previous.origin() == attempt.url().origin() || upgraded && previous.host() == attempt.url().host();
        if stays || !stay {
            return attempt.follow();
        }
        let elsewhere = format!("redirected to another server, which must not see the access token: {}", attempt.url());
        attempt.error(elsewhere)
    })
}

/// The certificates of a PEM document.
fn authorities(pem: &[u8]) -> Result<Vec<Certificate>, Error> {
    let unusable = |reason: String| Error::invalid(format!("the certificates of the authority: {reason}"));
    let certificates = Certificate::from_pem_bundle(pem).map_err(|error| unusable(root(&error)))?;
    if certificates.is_empty() {
        return Err(unusable("no certificate found".into()));
    }
    Ok(certificates)
}

/// The error that a status and its body are.
fn refused(api: Api, url: String, status: StatusCode, body: &[u8]) -> Error {
    let (kind, message) = failure(api, status, body);
    Error::new(kind, Some(url), message).with_status(status.as_u16())
}

/// What a status and its body mean.
fn failure(api: Api, status: StatusCode, body: &[u8]) -> (ErrorKind, String) {
    let document = if api == Api::JsonRpc { read::<ErrorDocument>(body).ok() } else { None };
    let of_type = |name: &str| document.as_ref().is_some_and(|document| document.r#type.eq_ignore_ascii_case(name));
    let kind = match status {
        // The JSON-RPC API says it of whatever it does not find.
        StatusCode::FORBIDDEN if document.is_some() && !of_type("Unauthorized") => ErrorKind::NotFound,
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => ErrorKind::Unauthorized,
        StatusCode::NOT_FOUND => ErrorKind::NotFound,
        StatusCode::REQUEST_TIMEOUT => ErrorKind::ResourceNotReady,
        status if status.is_client_error() => ErrorKind::InvalidRequest,
        _ => ErrorKind::Server,
    };
    let message =
        document.map_or_else(|| explanation(status, &String::from_utf8_lossy(body)), |document| document.title);
    (kind, message)
}

/// The message of a success that says that there is nothing yet.
fn not_ready(body: &[u8]) -> Option<String> {
    let document = read::<NotReady>(body).ok()?;
    (document.status == NotReady::STATUS).then_some(document.message)
}

/// The innermost cause, which says what happened.
fn root(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

/// The description of an error page, the text itself, or the name of the status.
fn explanation(status: StatusCode, page: &str) -> String {
    let description = page.split_once("<p>").and_then(|(_, rest)| rest.split_once("</p>")).map(|(inside, _)| inside);
    let text = description.unwrap_or(page).trim();
    if text.is_empty() {
        return status.canonical_reason().unwrap_or("no explanation").to_owned();
    }
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#34;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    entities.into_iter().fold(text.to_owned(), |text, (entity, character)| text.replace(entity, character))
}
