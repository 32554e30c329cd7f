//! The journal of requests: what `GET /-/journal` answers.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use utoipa::ToSchema;

use super::decoded::{arguments, body, shortened, without_secrets};
use super::json_rpc::EventEntry;

/// How much of the arguments and of the answer is told, in characters.
const TOLD: usize = 2000;

/// A request and its answer. Values that may be secrets are not shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct JournalEntry {
    /// Its number, in the order of the answers; numbers begin anew when the server starts.
    pub number: u64,
    /// When it came, in microseconds since the epoch.
    pub at: i64,
    /// How long it took to be answered, in microseconds.
    pub duration: u64,
    /// The HTTP method.
    pub method: String,
    /// The path.
    pub path: String,
    /// Who spoke, as far as it is known: the partition of the `Authorization` header, or whom a certificate or token
    /// names.
    pub speaker: Option<String>,
    /// The arguments, decoded. What is long is cut; of a body that is too large nothing is kept.
    #[schema(value_type = Object)]
    pub arguments: Json,
    /// The status of the answer.
    pub status: u16,
    /// The bytes of the answer; none when it had no end.
    pub size: Option<u64>,
    /// The answer, decoded and cut; none when it was empty or too large to be kept.
    #[schema(value_type = Value)]
    pub answer: Json,
    /// The rule by which it failed on purpose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// What it changed: the events that it recorded.
    pub event_list: Vec<EventEntry>,
}

/// The arguments of a request, decoded and cut, without what may be secret.
#[must_use]
pub fn shown_arguments(query: &str, body: &[u8]) -> Json {
    shortened(without_secrets(arguments(query, body).into()), TOLD)
}

/// An answer, decoded and cut, without what may be secret.
#[must_use]
pub fn shown_answer(answer: Option<&[u8]>) -> Json {
    let answer = answer.filter(|answer| !answer.is_empty()).map_or(Json::Null, body);
    shortened(without_secrets(answer), TOLD)
}
