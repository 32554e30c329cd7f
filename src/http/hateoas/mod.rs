//! The HATEOAS API: a root, searches, and documents, for the lists and information of people.

mod document;
mod error;
mod root;
mod search;

use actix_web::http::header::ContentType;
use actix_web::{HttpResponse, web};

use self::error::Error;
use super::route::read;
use super::state::State;
use crate::domain::access::Callers::People;
use crate::http::failure::Failure;

/// Mounts the routes.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .service(read("/hateoas", People).to(root::slash))
        .service(read("/hateoas/", People).to(root::root))
        .service(read("/hateoas/computer_module/Base_getComputerToken", People).to(root::base_get_computer_token))
        .service(read("/hateoas/{tail:.*}", People).to(document::document));
}

/// The state of the server.
type App = web::Data<State>;

/// The outcome of a handler.
type Answer = Result<HttpResponse, Error>;

/// A document, written on a thread that may take its time.
async fn json(write: impl FnOnce() -> String + Send + 'static) -> Answer {
    let body = web::block(write).await.map_err(|error| Failure::Internal(error.to_string()))?;
    Ok(HttpResponse::Ok().content_type(ContentType::json()).body(body))
}
