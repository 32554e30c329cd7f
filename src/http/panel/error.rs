//! The statuses that the panel gives to failures.

use std::io;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use thiserror::Error;

use crate::http::error::page;

/// A failure of the panel.
#[derive(Debug, Error)]
pub enum Error {
    /// No directory is public.
    #[error("The public directory path is not configured.")]
    NotConfigured,
    /// The panel has no file of this name.
    #[error("The panel has no file {0:?}.")]
    NoAsset(String),
    /// No file of the public directory has this name.
    #[error("There is no file {0:?} in the public directory.")]
    NoFile(String),
    /// A file that cannot be read.
    #[error("{0}")]
    Unreadable(io::Error),
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        match self {
            // Not 404: existing clients tell the two apart.
            Self::NotConfigured => StatusCode::FORBIDDEN,
            Self::NoAsset(_) | Self::NoFile(_) => StatusCode::NOT_FOUND,
            Self::Unreadable(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        if let Self::Unreadable(error) = self {
            log::error!("public_directory_path: {error}");
        }
        page(self.status_code(), &self.to_string())
    }
}
