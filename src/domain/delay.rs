//! How long a master takes to give a new instance its place.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::timestamp::{Timestamp, span};

/// When a new instance gets its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AllocationDelay {
    /// This long after it was requested.
    After(Duration),
    /// When it was asked for as often in vain.
    Polls(u32),
}

/// What stands as reason with a request that is accepted and has no place yet.
pub const ACCEPTED: &str = "it is accepted, and has no place yet";

impl AllocationDelay {
    /// Whether a request gets its place now that was made first at a time, and as often as that.
    #[must_use]
    pub fn is_over(self, since: Timestamp, count: i64, now: Timestamp) -> bool {
        match self {
            Self::After(span) => u128::try_from(now.0.saturating_sub(since.0)).unwrap_or(0) >= span.as_micros(),
            Self::Polls(number) => count >= i64::from(number),
        }
    }
}

/// `2s`, `500ms`, or `3polls`.
impl FromStr for AllocationDelay {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected =
            || format!("{text:?} is no delay; expected a time such as 2s, or a number of requests such as 3polls");
        match text.strip_suffix("polls").or_else(|| text.strip_suffix("poll")) {
            Some(number) => number.trim_end().parse().map(Self::Polls).map_err(|_| expected()),
            None => span(text).map(Self::After).map_err(|_| expected()),
        }
    }
}

impl fmt::Display for AllocationDelay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::After(span) => write!(f, "{}s", span.as_secs_f64()),
            Self::Polls(number) => write!(f, "{number}polls"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delay_is_over_after_its_time_or_its_number_of_requests() {
        let over = |text: &str, since, count, now| {
            text.parse::<AllocationDelay>().unwrap().is_over(Timestamp(since), count, Timestamp(now))
        };
        assert!(!over("2s", 5, 9, 2_000_004) && over("2s", 5, 1, 2_000_005) && over("0s", 5, 0, 5));
        assert!(!over("3polls", 0, 2, 9) && over("3polls", 0, 3, 0) && over("0polls", 0, 0, 0));
    }

    #[test]
    fn delays_are_times_or_numbers_of_requests() {
        let read = |text: &str| text.parse::<AllocationDelay>();
        assert_eq!(read("2s"), Ok(AllocationDelay::After(Duration::from_secs(2))));
        assert_eq!(read("250ms").unwrap().to_string(), "0.25s");
        assert_eq!(read("3polls").unwrap().to_string(), "3polls");
        assert_eq!(read("1poll"), Ok(AllocationDelay::Polls(1)));
        let expected = "\"soon\" is no delay; expected a time such as 2s, or a number of requests such as 3polls";
        assert_eq!(read("soon"), Err(expected.into()));
    }
}
