//! Everything that can go wrong while a request is answered. Each API gives its own statuses to it.

use thiserror::Error;

use crate::domain::error::Refusal;
use crate::federation;
use crate::fixtures;
use crate::master;
use crate::pki;
use crate::storage;

/// What stopped a request.
#[derive(Debug, Error)]
pub enum Failure {
    /// The rules of the protocol.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The body is larger than the configured limit.
    #[error("the body is larger than {limit} bytes; the limit is set by form_limit")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// The body did not arrive in time.
    #[error("the body did not arrive within {seconds} s; the limit is set by client_timeout")]
    TooSlow {
        /// The time that was allowed.
        seconds: f64,
    },
    /// The body broke off or is not what its headers say.
    #[error("the body cannot be read: {0}")]
    BrokenBody(String),
    /// Another master cannot be reached, or does not answer in time.
    #[error("{url} cannot be reached: {reason}")]
    Unreachable {
        /// The URL of the master.
        url: String,
        /// What happened.
        reason: String,
    },
    /// Another master fails, or does not let this one in.
    #[error("{url} fails: {reason}")]
    RemoteFailed {
        /// The URL of the master.
        url: String,
        /// What it says.
        reason: String,
    },
    /// The database, or an internal error.
    #[error("{0}")]
    Internal(String),
}

impl From<master::Error> for Failure {
    fn from(error: master::Error) -> Self {
        match error {
            master::Error::Refused(refusal) => Self::Refused(refusal),
            master::Error::Storage(error) => error.into(),
            master::Error::Authority(reason) => Self::Internal(reason),
        }
    }
}

impl From<federation::Error> for Failure {
    fn from(error: federation::Error) -> Self {
        match error {
            federation::Error::Refused(refusal) => Self::Refused(refusal),
            federation::Error::Unreachable { url, reason } => Self::Unreachable { url, reason },
            federation::Error::Failed { url, reason } => Self::RemoteFailed { url, reason },
        }
    }
}

impl From<fixtures::Error> for Failure {
    fn from(error: fixtures::Error) -> Self {
        match error {
            fixtures::Error::Master(error) => error.into(),
            faults @ fixtures::Error::Faults(_) => Refusal::Seeds { faults: faults.to_string() }.into(),
        }
    }
}

impl From<pki::Error> for Failure {
    fn from(error: pki::Error) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<storage::Error> for Failure {
    fn from(error: storage::Error) -> Self {
        Self::Internal(error.to_string())
    }
}
