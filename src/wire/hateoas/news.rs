//! News: status records as JSON, with the keys that they have in the classic API.

use serde_json::Value as Json;

use crate::domain::status::StatusRecord;
use crate::domain::timestamp::Timestamp;
use crate::wire::status::StatusDocument;

/// A status record.
pub(super) fn record(record: &StatusRecord, now: Timestamp) -> Json {
    serde_json::to_value(StatusDocument::new(record, now)).unwrap_or_default()
}
