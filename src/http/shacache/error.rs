//! The statuses that the content cache gives to failures.

use actix_web::http::{ConnectionType, StatusCode};
use actix_web::{HttpResponse, ResponseError};
use thiserror::Error;

use crate::domain::error::{Kind, Refusal};
use crate::http::error::page;
use crate::http::failure::Failure;
use crate::shacache;
use crate::wire::shacache::InvalidEntry;

/// A failure of the content cache.
#[derive(Debug, Error)]
pub enum Error {
    /// There is none.
    #[error("Shacache not configured: shacache_content_directory and shacache_metadata_directory say where it is")]
    NotConfigured,
    /// An entry of another media type.
    #[error("Content-Type: {0:?} is not accepted; expected application/json")]
    MediaType(String),
    /// An entry that is none.
    #[error(transparent)]
    Entry(#[from] InvalidEntry),
    /// The cache itself.
    #[error(transparent)]
    Cache(#[from] shacache::Error),
    /// Any other failure.
    #[error(transparent)]
    Failure(#[from] Failure),
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Failure(refusal.into())
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::Failure(Failure::Internal(error.to_string()))
    }
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NotConfigured => StatusCode::SERVICE_UNAVAILABLE,
            Self::MediaType(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Entry(_) | Self::Cache(shacache::Error::Checksum { .. }) | Self::Failure(Failure::BrokenBody(_)) => {
                StatusCode::BAD_REQUEST
            }
            Self::Cache(shacache::Error::Missing { .. }) => StatusCode::NOT_FOUND,
            Self::Cache(shacache::Error::UpstreamStatus(_) | shacache::Error::Upstream(_)) => StatusCode::BAD_GATEWAY,
            Self::Cache(shacache::Error::Full(_)) => StatusCode::INSUFFICIENT_STORAGE,
            Self::Failure(Failure::Refused(refusal)) => match refusal.kind() {
                Kind::WrongCall => StatusCode::BAD_REQUEST,
                Kind::NotThere | Kind::NotReady => StatusCode::NOT_FOUND,
                Kind::Unauthenticated => StatusCode::UNAUTHORIZED,
                Kind::Forbidden => StatusCode::FORBIDDEN,
            },
            Self::Failure(Failure::TooLarge { .. }) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Failure(Failure::TooSlow { .. }) => StatusCode::REQUEST_TIMEOUT,
            Self::Failure(Failure::Unreachable { .. } | Failure::RemoteFailed { .. } | Failure::Internal(_))
            | Self::Cache(shacache::Error::File(_) | shacache::Error::Bundle(_)) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let status = self.status_code();
        if status.is_server_error() && status != StatusCode::SERVICE_UNAVAILABLE {
            log::error!("{self}");
        }
        page(status, &self.to_string())
    }
}

/// What a request that carries something is answered. After a failure, what is left of the body is not worth reading.
pub fn written(result: Result<HttpResponse, Error>) -> HttpResponse {
    result.unwrap_or_else(|error| {
        let mut response = error.error_response();
        response.head_mut().set_connection_type(ConnectionType::Close);
        response
    })
}
