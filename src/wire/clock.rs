//! What `/-/clock` answers.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::clock::ClockState;

/// The time of the master.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ClockEntry {
    /// The time, in microseconds since the epoch.
    pub now: i64,
    /// Whether it stands still. What is written then gets one microsecond after the other.
    pub frozen: bool,
}

impl From<ClockState> for ClockEntry {
    fn from(state: ClockState) -> Self {
        let ClockState { now, frozen } = state;
        Self { now: now.0, frozen }
    }
}
