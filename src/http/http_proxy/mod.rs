//! The HTTP proxy: a browser that reached this server over https reads the backends of instances through it.
//!
//! Whoever may call this server must not reach through it whatever it can reach itself: it passes on only what is about URLs
//! that instances published, that frontends were requested for, or that the configuration names.

mod error;

use std::io;
use std::pin::pin;

use actix_web::body::SizedStream;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE, LOCATION, TRANSFER_ENCODING};
use actix_web::http::{Method, Uri};
use actix_web::middleware::Next;
use actix_web::web::{self, Bytes};
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse, rt};
use futures_util::future::{Either, select};
use futures_util::{Stream, StreamExt, stream};
use tokio::sync::mpsc;
use url::Url;

use self::error::NotPassed;
use super::error::{build, unofficial};
use super::extract::Front;
use super::failure::Failure;
use super::guard::is_own;
use super::route::pass;
use super::state::State;
use crate::client::{RelayError, Relayed};
use crate::domain::access::Callers::Everybody;
use crate::domain::error::Refusal;
use crate::domain::http_proxy::{Target, path_of};
use crate::wire::percent;

/// The path below which targets are.
const PREFIX: &str = "/http_proxy/";

/// The headers of requests that are passed on.
const REQUEST_HEADERS: [&str; 9] = [
    "content-type",
    "accept",
    "accept-language",
    "range",
    "if-modified-since",
    "if-none-match",
    "user-agent",
    "authorization",
    "origin",
];

/// The headers of answers that are passed back.
const RESPONSE_HEADERS: [&str; 14] = [
    "date",
    "last-modified",
    "vary",
    "cache-control",
    "etag",
    "accept-ranges",
    "content-range",
    "www-authenticate",
    "access-control-allow-origin",
    "access-control-allow-methods",
    "access-control-expose-headers",
    "access-control-allow-headers",
    "access-control-allow-credentials",
    // Nothing is decompressed here: browsers do it.
    "content-encoding",
];

/// How many parts of a body of a request wait to be passed on.
const WAITING: usize = 4;

/// The path and the query as they came.
#[derive(Debug, Clone)]
struct AsSent(Uri);

/// Mounts the route.
pub fn configure(config: &mut web::ServiceConfig) {
    config.service(pass("/http_proxy/{tail:.*}", Everybody).to(http_proxy));
}

/// Keeps the path of a request for the HTTP proxy, before slashes are merged: it is somebody else's.
pub async fn remember_path<B>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error>
where
    B: actix_web::body::MessageBody,
{
    if request.path().starts_with(PREFIX) {
        let uri = request.uri().clone();
        request.extensions_mut().insert(AsSent(uri));
    }
    next.call(request).await
}

/// `GET`, `HEAD` and `OPTIONS` of `/http_proxy/SCHEME/NETLOC[/PATH][?QUERY]`
async fn http_proxy(
    state: web::Data<State>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, NotPassed> {
    let (target, url) = allowed(&state, &request).await?;
    let headers = REQUEST_HEADERS.into_iter().flat_map(|name| {
        request.headers().get_all(name).map(move |value| (name.to_owned(), value.as_bytes().to_vec()))
    });
    let end = body_end(&request);
    let headers = headers.chain(end.clone());
    let body = end.map(|_| passed_on(payload.into_inner()));
    let answer = state.relay.send(request.method().as_str(), url.clone(), headers, body).await;
    let answer = answer.map_err(|error| NotPassed::Upstream { url: url.clone(), error })?;
    log::debug!("{} {} answered {}", request.method(), target.host(), answer.status());
    Ok(passed_back(&request, &Front::of(&state, &request), &url, answer))
}

/// The target of a request, if it may be reached.
async fn allowed(state: &State, request: &HttpRequest) -> Result<(Target, Url), NotPassed> {
    let uri = request.extensions().get::<AsSent>().map_or_else(|| request.uri().clone(), |AsSent(uri)| uri.clone());
    let path = uri.path().strip_prefix(PREFIX).unwrap_or_default();
    let (scheme, rest) = path.split_once('/').unwrap_or((path, ""));
    let (netloc, path) = rest.find('/').map_or((rest, "/"), |at| rest.split_at(at));
    let decoded = String::from_utf8(percent::decode(netloc.as_bytes()));
    let netloc = decoded.map_err(|_| Refusal::invalid("url", netloc, "a host, percent-encoded"))?;
    let target = Target::parse(scheme, &netloc)?;
    let url = target.url(path, uri.query());
    let forbid = |reason: &str| NotPassed::Forbidden { url: url.clone(), reason: reason.to_owned() };
    if is_own(state, request, target.host(), target.port()) {
        return Err(forbid("this is the server itself"));
    }
    let configured = state.http_proxy_allow.iter().any(|allowed| target.is_allowed_by(allowed));
    if configured || state.master.is_published(target.clone()).await.map_err(Failure::from)? {
        return Ok((target, url));
    }
    Err(forbid(&format!(
        "no instance published it and no frontend was requested for it; allow it with --http-proxy-allow {}",
        target.authority()
    )))
}

/// The header that says where the body of a request ends, if it has one.
fn body_end(request: &HttpRequest) -> Option<(String, Vec<u8>)> {
    if request.headers().contains_key(TRANSFER_ENCODING) {
        return Some((TRANSFER_ENCODING.to_string(), b"chunked".to_vec()));
    }
    let length: u64 = request.headers().get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()?;
    (length > 0).then(|| (CONTENT_LENGTH.to_string(), length.to_string().into_bytes()))
}

/// The body of a request on its way to the target, part by part.
fn passed_on(mut payload: Payload) -> impl Stream<Item = io::Result<Vec<u8>>> + Send + 'static {
    let (sender, receiver) = mpsc::channel(WAITING);
    rt::spawn(async move {
        // A client may stop sending when nobody wants the rest any more.
        while let Either::Left((Some(part), _)) = select(payload.next(), pin!(sender.closed())).await {
            let part = part.map(|bytes| bytes.to_vec()).map_err(io::Error::other);
            if sender.send(part).await.is_err() {
                break;
            }
        }
    });
    stream::unfold(receiver, |mut receiver| async move { receiver.recv().await.map(|part| (part, receiver)) })
}

/// The answer of the target on its way back, part by part.
fn passed_back(request: &HttpRequest, front: &Front, url: &Url, answer: Relayed) -> HttpResponse {
    let status = match answer.status() {
        500 => unofficial(520),
        status => unofficial(status),
    };
    let mut response = build(status);
    response.insert_header((CONTENT_DISPOSITION, "attachment"));
    let kind = answer.headers("content-type").next().unwrap_or(b"application/octet-stream");
    response.insert_header((CONTENT_TYPE, kind));
    for name in RESPONSE_HEADERS {
        for value in answer.headers(name) {
            response.append_header((name, value));
        }
    }
    if let Some(location) = answer.headers("location").next().and_then(|location| redirected(front, url, location)) {
        response.insert_header((LOCATION, location));
    }
    let length = answer.length();
    if matches!(status.as_u16(), 204 | 304) {
        return response.finish();
    }
    let parts = stream::unfold(Some(answer), |answer| async move {
        let mut answer = answer?;
        match answer.chunk().await {
            Ok(Some(part)) => Some((Ok(Bytes::from(part.into())), Some(answer))),
            Ok(None) => None,
            Err(error) => Some((Err(error), None)),
        }
    });
    match length {
        Some(length) if request.method() == Method::HEAD => {
            response.body(SizedStream::new(length, stream::empty::<Result<Bytes, RelayError>>()))
        }
        Some(length) => response.body(SizedStream::new(length, Box::pin(parts))),
        None => response.streaming(Box::pin(parts)),
    }
}

/// Where a redirect leads through this server, without fragment; nothing when it leads out of HTTP.
fn redirected(front: &Front, url: &Url, location: &[u8]) -> Option<String> {
    let to = url.join(std::str::from_utf8(location).ok()?).ok()?;
    let netloc = to.port().map_or_else(
        || to.host_str().map(ToOwned::to_owned),
        |port| to.host_str().map(|host| format!("{host}:{port}")),
    )?;
    let query = to.query().map(|query| format!("?{query}")).unwrap_or_default();
    let http = matches!(to.scheme(), "http" | "https");
    http.then(|| front.url(&path_of(to.scheme(), &netloc, &format!("{}{query}", to.path()))))
}
