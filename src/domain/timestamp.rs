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

    /// The microsecond of float seconds, as the Python proxy keeps them; times that no clock shows become the epoch.
    #[must_use]
    pub fn from_seconds(seconds: f64) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "times beyond the range are no times")]
        let micros = (seconds * 1e6).round() as i64;
        Self(micros.max(0))
    }

    /// The text of float seconds: of `imported` ones, if they are the same microsecond, so that what a node has seen
    /// once stays the same text.
    #[must_use]
    pub fn to_seconds_text_of(self, imported: Option<f64>) -> String {
        match imported {
            Some(seconds) if Self::from_seconds(seconds) == self => float_text(seconds),
            _ => self.to_seconds_text(),
        }
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

/// A span of time: `2s`, `150ms`, `5m`, or a number of seconds.
///
/// # Errors
/// What is expected instead.
pub fn span(text: &str) -> Result<Duration, String> {
    let unit = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at(unit);
    let factor = match unit {
        "" | "s" => Some(1.0),
        "ms" => Some(1e-3),
        "m" => Some(60.0),
        "h" => Some(3600.0),
        _ => None,
    };
    let seconds = number.parse::<f64>().ok().zip(factor).map(|(number, factor)| number * factor);
    seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()).ok_or_else(|| {
        format!("{text:?} is not a span of time; expected a number with ms, s, m or h, such as 2s or 150ms")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imported_seconds_keep_their_text_until_the_timestamp_moves() {
        let imported = 1_795_424_399.525_667_7;
        let timestamp = Timestamp::from_seconds(imported);
        assert_eq!(timestamp.0, 1_795_424_399_525_668);
        assert_eq!(timestamp.to_seconds_text(), "1795424399.525668");
        assert_eq!(timestamp.to_seconds_text_of(Some(imported)), "1795424399.5256677");
        assert_eq!(Timestamp(timestamp.0 + 1).to_seconds_text_of(Some(imported)), "1795424399.525669");
        for wrong in [f64::NAN, -1.0, f64::NEG_INFINITY] {
            assert_eq!(Timestamp::from_seconds(wrong), Timestamp(0));
        }
    }

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
