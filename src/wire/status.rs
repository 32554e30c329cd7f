//! Status records, as the classic API marshals them and the JSON-RPC API tells them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::status::StatusRecord;
use crate::domain::timestamp::Timestamp;

/// The thresholds of the two silence flags, in microseconds: 0.0025 and 0.005 day, as the production master has them,
/// whatever the names of the flags say.
const SILENCE: [i64; 2] = [216_000_000, 432_000_000];

/// The latest report about a computer, an instance or a software installation. The Python proxy tells the text only.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StatusDocument {
    /// What it is about: `Compute Node`, `Software Instance` or `Software Installation`.
    #[serde(default)]
    pub portal_type: String,
    /// The name of what it is about.
    #[serde(default)]
    pub reference: String,
    /// Who reported; `SlapOS Master` when nobody did.
    #[serde(default)]
    pub user: String,
    /// When it was reported, an RFC 1123 date; now when nothing was.
    #[serde(default)]
    pub created_at: String,
    /// Since when the first word of the text has been the same.
    #[serde(default)]
    pub since: String,
    /// The last reported state; empty when none was.
    #[serde(default)]
    pub state: String,
    /// The report: its first word is `#access`, `#error` or `#building`.
    pub text: String,
    /// 1 when nothing was reported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_data: Option<i64>,
    /// Whether (1) or not (0) the report is older than 216 seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_data_since_5_minutes: Option<i64>,
    /// Whether (1) or not (0) the report is older than 432 seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_data_since_15_minutes: Option<i64>,
}

impl StatusDocument {
    /// The document of a record. Without data it is dated `now` and speaks in the name of the master.
    #[must_use]
    pub fn new(record: &StatusRecord, now: Timestamp) -> Self {
        let date = |timestamp: Timestamp| httpdate::fmt_http_date(timestamp.to_system_time());
        let portal_type = record.subject.portal_type().to_owned();
        let reference = record.reference.clone().unwrap_or_default();
        match &record.status {
            None => Self {
                text: match &record.reference {
                    Some(reference) => format!("#error no data found for {reference}"),
                    None => "#error no data found!".into(),
                },
                portal_type,
                reference,
                user: "SlapOS Master".into(),
                created_at: date(now),
                since: date(now),
                state: String::new(),
                no_data: Some(1),
                no_data_since_5_minutes: None,
                no_data_since_15_minutes: None,
            },
            Some(status) => {
                let silent = |threshold: i64| Some(i64::from(now.0 - status.created_at.0 > threshold));
                Self {
                    portal_type,
                    reference,
                    user: status.user.clone(),
                    created_at: date(status.created_at),
                    since: date(status.since),
                    state: status.state.clone(),
                    text: status.text.clone(),
                    no_data: None,
                    no_data_since_5_minutes: silent(SILENCE[0]),
                    no_data_since_15_minutes: silent(SILENCE[1]),
                }
            }
        }
    }
}
