//! Points in time, and the change marker that the node compares as text.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::parameters::float_text;

/// Microseconds since the epoch (UTC).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

/// How a processing timestamp is written in classic answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TimestampFormat {
    /// The text of float seconds, which existing test suites compare with the clock.
    #[default]
    Seconds,
    /// Integer microseconds, as the production master sends and the agent's watchdog needs.
    Microseconds,
}

impl Timestamp {
    /// The text of float seconds, as Python prints it (`1795425767.581774`): different for each microsecond.
    #[must_use]
    pub fn to_seconds_text(self) -> String {
        #[expect(clippy::cast_precision_loss, reason = "53 bits hold the microseconds of this millennium")]
        let seconds = self.0 as f64 / 1e6;
        float_text(seconds)
    }

    /// The same instant for the standard library.
    #[must_use]
    pub fn to_system_time(self) -> SystemTime {
        UNIX_EPOCH + Duration::from_micros(u64::try_from(self.0).unwrap_or(0))
    }

    /// The microseconds of an instant; times before the epoch become the epoch.
    #[must_use]
    pub fn from_system_time(time: SystemTime) -> Self {
        let micros = time.duration_since(UNIX_EPOCH).unwrap_or_default().as_micros();
        Self(i64::try_from(micros).unwrap_or(i64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbouring_microseconds_have_different_texts() {
        let start = 1_795_425_767_581_774;
        assert_eq!(Timestamp(start).to_seconds_text(), "1795425767.581774");
        assert_eq!(Timestamp(1_795_425_767_000_000).to_seconds_text(), "1795425767.0");
        for micros in start..start + 2000 {
            assert_ne!(Timestamp(micros).to_seconds_text(), Timestamp(micros + 1).to_seconds_text());
        }
    }
}
