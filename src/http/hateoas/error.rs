//! The statuses that the HATEOAS API gives to failures.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use thiserror::Error;

use crate::domain::error::{Kind, Refusal};
use crate::http::error::page;
use crate::http::failure::Failure;
use crate::master;
use crate::wire::hateoas::Unhandled;

/// A failure as the HATEOAS API tells it.
#[derive(Debug, Error)]
pub enum Error {
    /// A mode, query or address that means nothing.
    #[error(transparent)]
    Unhandled(#[from] Unhandled),
    /// A document that is not there.
    #[error("There is no {what} {name:?}.")]
    Unknown {
        /// What kind of thing it is.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// Any other failure.
    #[error(transparent)]
    Failure(#[from] Failure),
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Failure(refusal.into())
    }
}

impl From<master::Error> for Error {
    fn from(error: master::Error) -> Self {
        Self::Failure(error.into())
    }
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Failure(Failure::Refused(refusal)) => match refusal.kind() {
                Kind::Unauthenticated => StatusCode::UNAUTHORIZED,
                Kind::Forbidden => StatusCode::FORBIDDEN,
                Kind::WrongCall | Kind::NotThere | Kind::NotReady => StatusCode::BAD_REQUEST,
            },
            Self::Unhandled(_) | Self::Failure(Failure::BrokenBody(_)) => StatusCode::BAD_REQUEST,
            Self::Unknown { .. } => StatusCode::NOT_FOUND,
            Self::Failure(Failure::TooLarge { .. }) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Failure(Failure::TooSlow { .. }) => StatusCode::REQUEST_TIMEOUT,
            // Nothing here asks another master.
            Self::Failure(Failure::Internal(_) | Failure::Unreachable { .. } | Failure::RemoteFailed { .. }) => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
        }
    }

    fn error_response(&self) -> HttpResponse {
        if let Self::Failure(Failure::Internal(reason)) = self {
            log::error!("{reason}");
        }
        let status = self.status_code();
        let mut response = page(status, &self.to_string());
        if status == StatusCode::BAD_REQUEST {
            // As the Python proxy writes it: existing tests look for the whole status line.
            response.head_mut().reason = Some("BAD REQUEST");
        }
        response
    }
}
