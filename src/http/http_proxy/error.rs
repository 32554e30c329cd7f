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
    #[error("{}: {reason}", logged(url))]
    Forbidden { url: Url, reason: String },
    /// What it is for does not answer.
    #[error("{} ({error})", logged(url))]
    Upstream { url: Url, error: RelayError },
}

/// What the log may hold of a URL: queries have secrets.
fn logged(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_query(None);
    url
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
        let description = match self {
            Self::Failure(failure) => failure.to_string(),
            Self::Forbidden { url, reason } => format!("{url}: {reason}"),
            Self::Upstream { url, error } => format!("{url} ({error})"),
        };
        page(self.status_code(), &description)
    }
}
