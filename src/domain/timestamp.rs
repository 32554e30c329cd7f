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

    /// Reads RFC 3339 in UTC (`2026-01-31T12:00:00.5Z`), or seconds since the epoch; `None` for any other text, and for
    /// times before the epoch.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(seconds) = text.parse::<f64>() {
            return (seconds.is_finite() && seconds >= 0.0).then(|| Self::from_seconds(seconds));
        }
        let (date, time) = text.strip_suffix(['Z', 'z'])?.split_once(['T', 't', ' '])?;
        let number = |text: &str, length: usize| {
            let plain = text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| text.parse::<i64>().ok()).flatten()
        };
        let mut date = date.splitn(3, '-');
        let (year, month, day) = (number(date.next()?, 4)?, number(date.next()?, 2)?, number(date.next()?, 2)?);
        let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
        let mut time = time.splitn(3, ':');
        let (hour, minute, second) = (number(time.next()?, 2)?, number(time.next()?, 2)?, number(time.next()?, 2)?);
        let digits: String = fraction.chars().chain("000000".chars()).take(6).collect();
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let length = match month {
            2 => 28 + i64::from(leap),
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        let real = year >= 1970 && (1..=12).contains(&month) && (1..=length).contains(&day);
        if !real || hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        // Years begin in March, so that the day of the leap year is their last one.
        let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
        let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1 - 719_468;
        let seconds = ((days * 24 + hour) * 60 + minute) * 60 + second;
        Some(Self(seconds * 1_000_000 + number(&digits, 6)?))
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
    fn times_are_read_as_dates_and_as_seconds() {
        for (text, micros) in [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("2026-01-01T00:00:00Z", Some(1_767_225_600_000_000)),
            ("2024-02-29T23:59:59.25Z", Some(1_709_251_199_250_000)),
            ("2000-03-01 00:00:00Z", Some(951_868_800_000_000)),
            ("1767225600.5", Some(1_767_225_600_500_000)),
            ("2025-02-29T00:00:00Z", None),
            ("2026-01-01T24:00:00Z", None),
            ("2026-1-1T00:00:00Z", None),
            ("2026-01-01T00:00:00", None),
            ("-5", None),
            ("NaN", None),
            ("yesterday", None),
        ] {
            assert_eq!(Timestamp::parse(text), micros.map(Timestamp), "{text}");
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
