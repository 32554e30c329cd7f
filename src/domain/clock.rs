//! The time of a master, which may be another one than that of its machine.

use std::time::Duration;

use super::timestamp::Timestamp;

/// When everything begins that is to be the same each time: 1 January 2026, in microseconds since the epoch.
pub const BEGINNING: Timestamp = Timestamp(1_767_225_600_000_000);

/// What is asked of a clock: first it is set, then moved on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ClockChange {
    /// The time that it is to show.
    pub set: Option<Timestamp>,
    /// How much later it is to be.
    pub advance: Option<Duration>,
    /// Whether it is to stand still, or to go.
    pub frozen: Option<bool>,
}

/// What a clock shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockState {
    /// The time.
    pub now: Timestamp,
    /// Whether it stands still.
    pub frozen: bool,
}
