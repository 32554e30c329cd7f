//! Consumption: what instances used, and which reports of it count.

use std::fmt;

use super::ids::Reference;
use super::service::InstanceName;
use super::timestamp::Timestamp;

/// Nodes write their local time without its zone, which is at most this far ahead of UTC, in hours.
const ZONE_HOURS: i64 = 14;

/// One quantity of one resource, as it is reported.
#[derive(Debug, Clone, PartialEq)]
pub struct Movement {
    /// The resource, such as `CPU Consumption`.
    pub resource: String,
    /// The title.
    pub title: Option<String>,
    /// What used it: a partition of the computer, another identifier of an instance, or the computer.
    pub reference: Option<String>,
    /// How much.
    pub quantity: f64,
    /// At which price.
    pub price: f64,
    /// When the use started; may be empty.
    pub start_date: String,
    /// When the use stopped; may be empty.
    pub stop_date: String,
}

/// A report as it arrives.
#[derive(Debug, Clone, PartialEq)]
pub struct Consumption {
    /// The reference of its first transaction; may be empty.
    pub source_reference: String,
    /// The document as it was sent.
    pub document: String,
    /// What it says.
    pub movements: Vec<Movement>,
}

/// Whose use a movement reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// The computer itself.
    Computer,
    /// An instance that it hosts.
    Instance(InstanceName),
}

/// Why a movement does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It says nothing of what used it.
    NoReference,
    /// It says nothing of what was used.
    NoResource,
    /// It says that nothing was used.
    NoQuantity,
    /// It does not say how much was used.
    NoNumber,
    /// Its stop date is still to come.
    Future(String),
    /// Its stop date is no date.
    NoDate(String),
    /// Nothing of this name is on the computer.
    Unknown(String),
    /// The partition is free.
    Free(String),
}

/// A movement, and whose use it is or why it does not count.
#[derive(Debug, Clone, PartialEq)]
pub struct JudgedMovement {
    /// The movement.
    pub movement: Movement,
    /// Whose use it is; `None` when that is not known.
    pub item: Option<Item>,
    /// Why it does not count; `None` when it does.
    pub fault: Option<String>,
}

/// A report as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct ConsumptionReport {
    /// Its place among all reports.
    pub id: i64,
    /// Its number among those of the same computer and source reference.
    pub number: i64,
    /// The computer.
    pub computer: Reference,
    /// The reference of its first transaction; may be empty.
    pub source_reference: String,
    /// Who sent it.
    pub user: String,
    /// When it arrived.
    pub received_at: Timestamp,
    /// What it says.
    pub movements: Vec<JudgedMovement>,
}

/// Which reports are wanted. Newest come first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConsumptionQuery {
    /// Only those of this computer.
    pub computer: Option<String>,
    /// Only movements of instances of this title, and the reports that have one.
    pub instance: Option<String>,
    /// Only those before the report of this id.
    pub after: Option<i64>,
    /// At most this many.
    pub limit: u32,
}

/// What a reference of a movement leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// The computer, or an instance on it.
    Item(Item),
    /// A free partition of the computer.
    Free,
    /// Nothing on the computer.
    Nothing,
}

/// What a movement lacks to count, apart from what used it.
#[must_use]
pub fn fault(movement: &Movement, received_at: Timestamp) -> Option<Fault> {
    if movement.reference.as_ref().is_none_or(|reference| reference.trim().is_empty()) {
        return Some(Fault::NoReference);
    }
    if movement.resource.trim().is_empty() {
        return Some(Fault::NoResource);
    }
    if !movement.quantity.is_finite() {
        return Some(Fault::NoNumber);
    }
    if movement.quantity == 0.0 {
        return Some(Fault::NoQuantity);
    }
    let stop = movement.stop_date.trim();
    if stop.is_empty() {
        return None;
    }
    match seconds(stop) {
        None => Some(Fault::NoDate(stop.into())),
        Some(seconds) if seconds > received_at.0 / 1_000_000 + ZONE_HOURS * 3600 => Some(Fault::Future(stop.into())),
        Some(_) => None,
    }
}

/// Judges a movement whose reference leads to something.
#[must_use]
pub fn judge(movement: Movement, received_at: Timestamp, found: Found) -> JudgedMovement {
    let reference = movement.reference.clone().unwrap_or_default();
    let (item, missing) = match found {
        Found::Item(item) => (Some(item), None),
        Found::Free => (None, Some(Fault::Free(reference))),
        Found::Nothing => (None, Some(Fault::Unknown(reference))),
    };
    let fault = fault(&movement, received_at).or(missing).map(|fault| fault.to_string());
    JudgedMovement { movement, item, fault }
}

/// The seconds since the epoch of a date such as `2026-01-01 at 00:00:00` or `2026-01-01T00:00`, without its zone.
fn seconds(text: &str) -> Option<i64> {
    let (date, time) = match text.find([' ', 'T']) {
        Some(at) => (&text[..at], text[at + 1..].trim_start_matches("at ").trim()),
        None => (text, ""),
    };
    let numbers = |text: &str, separators: &[char]| -> Option<Vec<i64>> {
        text.split(separators).map(|part| part.parse().ok().filter(|_| part.len() <= 4)).collect()
    };
    let [year, month, day] = numbers(date, &['-', '/'])?.try_into().ok()?;
    let time = time.split(['.', '+', 'Z', ' ']).next().unwrap_or_default();
    let time = if time.is_empty() { vec![0, 0] } else { numbers(time, &[':'])? };
    let (hour, minute, second) = match *time.as_slice() {
        [hour, minute] => (hour, minute, 0),
        [hour, minute, second] => (hour, minute, second),
        _ => return None,
    };
    let valid = (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && (0..=24).contains(&hour)
        && (0..60).contains(&minute)
        && (0..=60).contains(&second);
    // Years begin in March: leap days end them.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1 - 719_468;
    valid.then_some(((days * 24 + hour) * 60 + minute) * 60 + second)
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoReference => f.write_str("it has no reference"),
            Self::NoResource => f.write_str("it has no resource"),
            Self::NoQuantity => f.write_str("its quantity is zero"),
            Self::NoNumber => f.write_str("its quantity is not a finite number"),
            Self::Future(date) => write!(f, "its stop date {date} is in the future"),
            Self::NoDate(date) => write!(f, "its stop date {date:?} is no date such as 2026-01-01 at 00:00:00"),
            Self::Unknown(reference) => write!(f, "the computer has nothing called {reference:?}"),
            Self::Free(reference) => write!(f, "the partition {reference} is free"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn movement() -> Movement {
        Movement {
            resource: "CPU Consumption".into(),
            title: None,
            reference: Some("slappart0".into()),
            quantity: 42.42,
            price: 0.0,
            start_date: String::new(),
            stop_date: "2026-01-01 at 00:00:00".into(),
        }
    }

    /// 2026-01-01 00:00:00 UTC.
    const NOW: Timestamp = Timestamp(1_767_225_600_000_000);

    #[test]
    fn a_movement_counts_when_it_says_who_used_how_much_of_what_until_when() {
        assert_eq!(fault(&movement(), NOW), None);
        let cases = [
            (Movement { reference: None, ..movement() }, Fault::NoReference),
            (Movement { reference: Some(" ".into()), ..movement() }, Fault::NoReference),
            (Movement { resource: String::new(), ..movement() }, Fault::NoResource),
            (Movement { quantity: -0.0, ..movement() }, Fault::NoQuantity),
            (Movement { quantity: f64::NAN, ..movement() }, Fault::NoNumber),
            (Movement { quantity: f64::INFINITY, ..movement() }, Fault::NoNumber),
            (Movement { stop_date: "soon".into(), ..movement() }, Fault::NoDate("soon".into())),
            (
                Movement { stop_date: "2026-01-01 at 14:00:01".into(), ..movement() },
                Fault::Future("2026-01-01 at 14:00:01".into()),
            ),
        ];
        for (movement, expected) in cases {
            assert_eq!(fault(&movement, NOW), Some(expected), "{movement:?}");
        }
        assert_eq!(fault(&Movement { stop_date: String::new(), ..movement() }, NOW), None);
        assert_eq!(fault(&Movement { stop_date: "2026-01-01 at 14:00:00".into(), ..movement() }, NOW), None);
    }

    #[test]
    fn what_used_it_must_be_on_the_computer() {
        let judged = judge(movement(), NOW, Found::Free);
        assert_eq!((judged.item, judged.fault), (None, Some("the partition slappart0 is free".into())));
        let judged = judge(movement(), NOW, Found::Nothing);
        assert_eq!(judged.fault, Some("the computer has nothing called \"slappart0\"".into()));
        let judged = judge(movement(), NOW, Found::Item(Item::Computer));
        assert_eq!((judged.item, judged.fault), (Some(Item::Computer), None));
        let empty = Movement { quantity: 0.0, ..movement() };
        let judged = judge(empty, NOW, Found::Item(Item::Computer));
        assert_eq!((judged.item, judged.fault), (Some(Item::Computer), Some("its quantity is zero".into())));
    }

    #[test]
    fn dates_are_read_as_nodes_and_people_write_them() {
        for (text, expected) in [
            ("1970-01-01 at 00:00:00", Some(0)),
            ("2000-02-29T12:00:00Z", Some(951_825_600)),
            ("2026/01/01", Some(1_767_225_600)),
            ("2026-01-01 00:01", Some(1_767_225_660)),
            ("2026-01-01T00:00:00.5+01:00", Some(1_767_225_600)),
            ("2026-13-01", None),
            ("2026-01-01 at noon", None),
            ("99999-01-01", None),
            ("at", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }
}
