//! The statuses that the classic API gives to failures.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use thiserror::Error;

use crate::domain::error::{Kind, Refusal};
use crate::http::error::{origin_unreachable, page};
use crate::http::failure::Failure;
use crate::master;
use crate::pki;

/// A failure as the classic API tells it.
#[derive(Debug, Error)]
#[error(transparent)]
pub struct Error(Failure);

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        Self(failure)
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self(refusal.into())
    }
}

impl From<pki::Error> for Error {
    fn from(error: pki::Error) -> Self {
        Self(error.into())
    }
}

impl From<master::Error> for Error {
    fn from(error: master::Error) -> Self {
        Self(error.into())
    }
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        match &self.0 {
            Failure::Refused(refusal) => match refusal.kind() {
                Kind::WrongCall => StatusCode::BAD_REQUEST,
                // A condition of one partition must not stop the node: of all statuses only 404 stays local.
                Kind::NotThere => StatusCode::NOT_FOUND,
                Kind::Unauthenticated => StatusCode::UNAUTHORIZED,
                Kind::Forbidden => StatusCode::FORBIDDEN,
                Kind::NotReady => StatusCode::REQUEST_TIMEOUT,
            },
            Failure::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Failure::TooSlow { .. } => StatusCode::REQUEST_TIMEOUT,
            Failure::BrokenBody(_) => StatusCode::BAD_REQUEST,
            Failure::Unreachable { .. } => origin_unreachable(),
            Failure::RemoteFailed { .. } | Failure::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        if let Failure::Internal(reason) = &self.0 {
            log::error!("{reason}");
        }
        let mut response = page(self.status_code(), &self.to_string());
        if matches!(self.0, Failure::TooLarge { .. } | Failure::TooSlow { .. } | Failure::BrokenBody(_)) {
            // What is left of the body is not worth reading.
            response.head_mut().set_connection_type(actix_web::http::ConnectionType::Close);
        }
        response
    }
}
