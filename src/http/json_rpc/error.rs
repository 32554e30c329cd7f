//! The statuses and documents that the JSON-RPC API gives to failures.

use actix_web::http::header::{ALLOW, ContentType, HeaderValue};
use actix_web::http::{ConnectionType, StatusCode};
use actix_web::{HttpResponse, ResponseError};
use thiserror::Error;

use crate::domain::error::{Kind, Refusal};
use crate::http::error::{build, origin_unreachable};
use crate::http::failure::Failure;
use crate::master;
use crate::wire::json_rpc::{ErrorDocument, NotReady, RequestError, write};
use crate::wire::tioxml::TioXmlError;

/// The fields of the classic API that refusals name, and what this API calls them.
const FIELDS: [(&str, &str); 6] = [
    ("computer_id", "computer_guid"),
    ("computer_partition_id", "compute_partition_id"),
    ("partition_reference", "title"),
    ("new_name", "title"),
    ("url", "software_release_uri"),
    ("partition_parameter_xml", "parameters"),
];

/// A failure as the JSON-RPC API tells it.
#[derive(Debug, Error)]
pub enum Error {
    /// What can happen in every API.
    #[error("{}", title(.0))]
    Failure(#[from] Failure),
    /// The client does not take JSON.
    #[error("the answer is application/json, which the Accept header does not take")]
    NotAcceptable,
    /// The client does not send JSON.
    #[error("Content-Type: {content_type:?} is not accepted; expected application/json")]
    NotJson {
        /// The media type that it sends.
        content_type: String,
    },
    /// The body is not what the method takes.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The consumption report breaks a rule of its format.
    #[error("The tioxml does not validate the xsd: {0}")]
    TioXml(#[from] TioXmlError),
    /// The instance waits for others, whose titles these are.
    #[error("Not destroying yet because this partition has child partitions: {}", .0.join(", "))]
    NotDestroyed(Vec<String>),
    /// There is no such method.
    #[error("there is no method {name}")]
    UnknownMethod {
        /// The name that was called.
        name: String,
    },
    /// The request fails on purpose.
    #[error("{title}")]
    Disturbed {
        /// The status.
        status: u16,
        /// Why.
        title: String,
    },
    /// Methods are called with `POST`.
    #[error("{method} is not allowed here; expected POST")]
    NotPost {
        /// The HTTP method that was used.
        method: String,
    },
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

/// A failure in the words of this API.
fn title(failure: &Failure) -> String {
    match failure {
        Failure::Refused(Refusal::Unknown { field, value, .. }) if field == "computer_id" => {
            format!("{value} is not registered.")
        }
        Failure::Refused(Refusal::Unknown { field, value: partition, .. }) if field == "computer_partition_id" => {
            format!("No instance on partition {partition} found.")
        }
        Failure::Refused(Refusal::Free { partition, .. }) => format!("No instance on partition {partition} found."),
        Failure::Refused(Refusal::UnknownInstance { guid }) => match guid.rsplit_once("___") {
            Some((_, "1")) => format!("No shared instance {guid} found."),
            Some((_, "0")) => format!("No software instance {guid} found."),
            _ => format!("instance_guid {guid} not handled."),
        },
        Failure::Refused(refusal) => {
            let text = refusal.to_string();
            let field = text.split_once(": ").and_then(|(field, rest)| {
                let (_, name) = FIELDS.iter().find(|(classic, _)| *classic == field)?;
                Some(format!("{name}: {rest}"))
            });
            field.unwrap_or(text)
        }
        failure => failure.to_string(),
    }
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Failure(Failure::Refused(refusal)) => match refusal.kind() {
                Kind::WrongCall => StatusCode::BAD_REQUEST,
                // Never 404: clients rely on the status of the Python proxy. So 403 is not there for what is forbidden.
                Kind::NotThere => StatusCode::FORBIDDEN,
                Kind::Unauthenticated | Kind::Forbidden => StatusCode::UNAUTHORIZED,
                // As the production master: the document says that there is nothing yet.
                Kind::NotReady => StatusCode::OK,
            },
            Self::NotDestroyed(_) => StatusCode::FORBIDDEN,
            Self::Failure(Failure::TooLarge { .. }) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Failure(Failure::TooSlow { .. }) => StatusCode::REQUEST_TIMEOUT,
            Self::Failure(Failure::Unreachable { .. }) => origin_unreachable(),
            Self::Failure(Failure::RemoteFailed { .. } | Failure::Internal(_)) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Failure(Failure::BrokenBody(_)) | Self::Request(_) | Self::TioXml(_) => StatusCode::BAD_REQUEST,
            Self::Disturbed { status, .. } => {
                StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
            }
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::NotJson { .. } => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::UnknownMethod { .. } => StatusCode::NOT_FOUND,
            Self::NotPost { .. } => StatusCode::METHOD_NOT_ALLOWED,
        }
    }

    fn error_response(&self) -> HttpResponse {
        if let Self::Failure(Failure::Internal(reason)) = self {
            log::error!("{reason}");
        }
        let status = self.status_code();
        let r#type = match self {
            Self::TioXml(_) => "INVALIDATE_TIOXML",
            _ => status.canonical_reason().unwrap_or("Unknown Error"),
        };
        if let Self::Failure(Failure::Refused(refusal)) = self
            && refusal.kind() == Kind::NotReady
        {
            let body = write(&NotReady::new(refusal.to_string())).unwrap_or_default();
            return HttpResponse::build(status).content_type(ContentType::json()).body(body);
        }
        let document = ErrorDocument { status: status.as_u16(), r#type: r#type.into(), title: self.to_string() };
        let mut response = build(status).content_type(ContentType::json()).body(write(&document).unwrap_or_default());
        match self {
            Self::NotPost { .. } => response.headers_mut().append(ALLOW, HeaderValue::from_static("POST")),
            Self::NotAcceptable
            | Self::NotJson { .. }
            | Self::Failure(Failure::TooLarge { .. } | Failure::TooSlow { .. } | Failure::BrokenBody(_)) => {
                // What is left of the body is not worth reading.
                response.head_mut().set_connection_type(ConnectionType::Close);
            }
            _ => {}
        }
        response
    }
}
