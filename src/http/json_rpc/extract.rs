//! What a call carries, and how it is answered: the headers are checked before anything else happens.

use std::future::Future;
use std::pin::Pin;

use actix_web::body::BoxBody;
use actix_web::dev::Payload;
use actix_web::http::header::{ACCEPT, ContentType, HeaderMap};
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse, Responder, ResponseError, web};

use super::about::About;
use super::error::Error;
use crate::http::extract::body;
use crate::http::failure::Failure;
use crate::http::identity::{check, speaker, state};
use crate::http::journal::leave;
use crate::http::state::State;
use crate::master::Speaker;
use crate::wire::json_rpc::{self, Method};

/// The shared state, in every handler.
pub type App = web::Data<State>;

/// A request, and who says that he is asking.
pub struct Call<M>(pub M, pub Speaker);

/// The response to a request.
pub struct Response<M: Method>(pub M::Response);

/// The outcome of a handler.
pub type Answer<M> = Result<Response<M>, Error>;

impl<M: Method + About + 'static> FromRequest for Call<M> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let state = state(&request)?;
            if !accepts_json(request.headers()) {
                return Err(Error::NotAcceptable);
            }
            if !is_json(request.content_type()) {
                return Err(Error::NotJson { content_type: request.content_type().to_owned() });
            }
            let bytes = body(state, &mut payload).await?;
            let call = json_rpc::read(&bytes);
            leave(state, &request, bytes);
            let call: M = call?;
            check(state, &request, &call.about())?;
            Ok(Self(call, speaker(state, &request, None)?))
        })
    }
}

impl<M: Method> Responder for Response<M> {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        encode::<M>(&self.0).map_or_else(|error| error.error_response(), json)
    }
}

/// A response as it is sent.
pub fn encode<M: Method>(response: &M::Response) -> Result<Bytes, Error> {
    let written = json_rpc::write(response).map(Bytes::from);
    written.map_err(|error| Failure::Internal(format!("an answer cannot be written: {error}")).into())
}

/// An encoded response.
pub fn json(body: Bytes) -> HttpResponse {
    HttpResponse::Ok().content_type(ContentType::json()).body(body)
}

/// Whether a media type is JSON.
fn is_json(content_type: &str) -> bool {
    let content_type = content_type.trim().to_ascii_lowercase();
    content_type == "application/json" || (content_type.starts_with("application/") && content_type.ends_with("+json"))
}

/// Whether the client takes JSON, as far as it says.
fn accepts_json(headers: &HeaderMap) -> bool {
    let mut ranges = headers.get_all(ACCEPT).flat_map(|value| value.to_str().unwrap_or("*/*").split(',')).peekable();
    ranges.peek().is_none()
        || ranges.any(|range| {
            let mut parts = range.split(';').map(str::trim);
            let media = parts.next().unwrap_or_default().to_ascii_lowercase();
            let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(Ok(1.0), str::parse::<f32>);
            matches!(media.as_str(), "*/*" | "application/*" | "application/json") && weight.unwrap_or(0.0) > 0.0
        })
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    #[test]
    fn json_is_accepted_unless_only_something_else_is() {
        let accepted = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(ACCEPT, HeaderValue::from_static(value));
            }
            accepts_json(&headers)
        };
        for yes in [
            &[][..],
            &["*/*"],
            &["application/json"],
            &["text/html, Application/JSON;q=0.1"],
            &["text/html", "application/*; charset=utf-8"],
        ] {
            assert!(accepted(yes), "{yes:?}");
        }
        for no in [&["text/html"][..], &["application/json;q=0"], &[""], &["application/xml, text/*"]] {
            assert!(!accepted(no), "{no:?}");
        }
    }

    #[test]
    fn vendor_types_are_json_too() {
        for yes in ["application/json", "application/vnd.x+json", "Application/JSON"] {
            assert!(is_json(yes), "{yes}");
        }
        for no in ["", "text/json", "application/jsonp", "text/x+json", "application/x-www-form-urlencoded"] {
            assert!(!is_json(no), "{no}");
        }
    }
}
