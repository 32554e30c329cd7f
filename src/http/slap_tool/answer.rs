//! The two kinds of bodies that the classic API answers.

use actix_web::HttpResponse;
use actix_web::web::Bytes;

use super::error::Error;
use crate::http::failure::Failure;
use crate::wire::xml::{Value, dumps};

/// The outcome of a handler.
pub type Answer = Result<HttpResponse, Error>;

/// A plain text.
pub fn text(body: impl Into<String>) -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(body.into())
}

/// A marshalled value.
pub fn marshalled(value: &Value) -> Answer {
    Ok(xml(encode(value)?))
}

/// A value, marshalled.
pub fn encode(value: &Value) -> Result<Bytes, Error> {
    // Everything was checked at the door: what cannot be written now is damage.
    dumps(value)
        .map(Bytes::from)
        .map_err(|error| Failure::Internal(format!("an answer cannot be written: {error}")).into())
}

/// A marshalled document.
pub fn xml(body: Bytes) -> HttpResponse {
    HttpResponse::Ok().content_type("text/xml; charset=utf-8").body(body)
}
