//! Why a request is not passed on, and how that is said.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use thiserror::Error;
use url::Url;

use crate::client::RelayError;
use crate::domain::error::Refusal;
use crate::http::error::{page, unofficial};
use crate::http::failure::Failure;

/// Why a request is not passed on, or not answered.
#[derive(Debug, Error)]
pub enum NotPassed {
    /// It is not understood, or something failed here.
    #[error(transparent)]
    Failure(#[from] Failure),
    /// What it is for may not be reached.
    #[error("{url}: {reason}")]
    Forbidden { url: String, reason: String },
    /// What it is for does not answer.
    #[error("{url} ({error})")]
    Upstream { url: Url, error: RelayError },
}

impl From<Refusal> for NotPassed {
    fn from(refusal: Refusal) -> Self {
        Self::Failure(refusal.into())
    }
}

impl ResponseError for NotPassed {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Failure(Failure::Refused(_)) => StatusCode::BAD_REQUEST,
            Self::Failure(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Forbidden { .. } => StatusCode::FORBIDDEN,
            Self::Upstream { error: RelayError::Unreachable(_), .. } => unofficial(523),
            Self::Upstream { error: RelayError::TimedOut, .. } => unofficial(524),
            Self::Upstream { error: RelayError::Tls(_), .. } => unofficial(526),
        }
    }

    fn error_response(&self) -> HttpResponse {
        page(self.status_code(), &self.to_string())
    }
}
