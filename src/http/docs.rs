//! The OpenAPI document, and the page that shows it.

use std::sync::LazyLock;
use std::thread;

use actix_web::http::header::{CONTENT_SECURITY_POLICY, ContentType, X_CONTENT_TYPE_OPTIONS};
use actix_web::web::{self, Bytes};
use actix_web::{HttpResponse, Responder};

use super::route::read;
use crate::domain::access::Callers::Everybody;
use crate::wire::openapi;

/// Made when it is asked for first, in a thread of its own: the memory that this takes goes away with the thread.
static DOCUMENT: LazyLock<Bytes> = LazyLock::new(|| {
    let made = thread::spawn(openapi::document).join().unwrap_or_default();
    Bytes::copy_from_slice(made.as_bytes())
});

/// The page, with its own style and script; it loads nothing but the document.
const PAGE: &str = include_str!("docs.html");

/// What the page may do: what is in it, and asking this server.
const POLICY: &str = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Mounts the routes.
pub fn configure(config: &mut web::ServiceConfig) {
    config.service(read("/openapi.json", Everybody).to(document)).service(read("/docs", Everybody).to(page));
}

/// The OpenAPI document.
async fn document() -> impl Responder {
    HttpResponse::Ok().content_type(ContentType::json()).body(DOCUMENT.clone())
}

/// The page that shows it.
async fn page() -> impl Responder {
    HttpResponse::Ok()
        .content_type(ContentType::html())
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(PAGE)
}
