//! Answers that belong to no API: error pages, and what the guard refuses.

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, ContentType};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};

/// An error page: the HTML of a status with a description, escaped.
pub fn page(status: StatusCode, description: &str) -> HttpResponse {
    let reason = status.canonical_reason().unwrap_or("Unknown Error");
    let body = format!(
        "<!doctype html>\n<html lang=en>\n<title>{} {reason}</title>\n<h1>{reason}</h1>\n<p>{}</p>\n",
        status.as_u16(),
        escape(description)
    );
    build(status).content_type(ContentType::html()).body(body)
}

/// An answer of a status, also of one that HTTP has no words for.
pub fn build(status: StatusCode) -> HttpResponseBuilder {
    let mut response = HttpResponse::build(status);
    if status.canonical_reason().is_none() {
        response.reason("UNKNOWN");
    }
    response
}

/// The status that tells that the server behind this one cannot be reached.
pub fn origin_unreachable() -> StatusCode {
    unofficial(523)
}

/// A status that HTTP does not know, and clients of the protocol do.
pub fn unofficial(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The answer to an unknown path.
pub async fn not_found(request: HttpRequest) -> HttpResponse {
    page(StatusCode::NOT_FOUND, &format!("There is no {}; see README.md for the calls of this server.", request.path()))
}

/// The answer to a known path with a method that it does not have.
pub fn method_not_allowed(request: &HttpRequest, allowed: &'static str) -> HttpResponse {
    let description = format!("{} does not take {}; it takes {allowed}.", request.path(), request.method());
    let mut response = page(StatusCode::METHOD_NOT_ALLOWED, &description);
    response.headers_mut().insert(ALLOW, actix_web::http::header::HeaderValue::from_static(allowed));
    response
}

/// The answer to a request that fails on purpose. A status that HTTP does not have is that of an internal error.
pub fn disturbed(status: u16, description: &str) -> HttpResponse {
    page(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), description)
}

/// What the guard answers to a request that does not come from where it may.
pub fn forbidden(description: &str) -> HttpResponse {
    page(StatusCode::FORBIDDEN, description)
}
