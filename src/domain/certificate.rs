//! Certificates: whom they are given to, how long they hold, when there are new ones.

use std::fmt;

use super::instance::{ComputerId, InstanceId};
use super::timestamp::Timestamp;

const DAY: i64 = 24 * 60 * 60 * 1_000_000;

/// How long a certificate of a computer, an instance or a person holds.
pub const LIFETIME_DAYS: i64 = 365;

/// How long before its end a certificate may be replaced by a new one.
pub const RENEWAL_DAYS: i64 = 30;

/// The stable id of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonId(pub i64);

/// A person in the list of people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The name.
    pub name: String,
    /// Until when the latest certificate holds that was not revoked.
    pub certificate_until: Option<Timestamp>,
}

/// Whom a certificate is given to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Owner {
    /// A computer.
    Computer(ComputerId),
    /// An instance.
    Instance(InstanceId),
    /// A person.
    Person(PersonId),
}

/// A private key and its certificate, as they are handed out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pair {
    /// The private key in PEM.
    pub key: String,
    /// The certificate: a few lines of text that name its owner, and PEM.
    pub certificate: String,
}

/// A certificate that an authority has just made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// Its serial number in hexadecimal digits.
    pub serial: String,
    /// The key and the certificate.
    pub pair: Pair,
    /// Since when it holds.
    pub not_before: Timestamp,
    /// Until when it holds.
    pub not_after: Timestamp,
}

/// A certificate that was given out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Its serial number in hexadecimal digits.
    pub serial: String,
    /// The name of its owner at that time: its common name.
    pub name: String,
    /// Its owner; `None` when that is gone.
    pub owner: Option<Owner>,
    /// The certificate.
    pub certificate: String,
    /// The private key, where it is kept.
    pub key: Option<String>,
    /// Until when it holds.
    pub not_after: Timestamp,
    /// Since when it is revoked.
    pub revoked_at: Option<Timestamp>,
}

impl Certificate {
    /// Whether it proves an identity.
    #[must_use]
    pub fn is_valid(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && now < self.not_after
    }

    /// Whether it is valid and no new one is due.
    #[must_use]
    pub fn is_current(&self, now: Timestamp) -> bool {
        self.is_valid(now) && now.0 < self.not_after.0 - RENEWAL_DAYS * DAY
    }

    /// The serial number of a revoked certificate, and when it was revoked.
    #[must_use]
    pub fn revocation(&self) -> Option<(String, Timestamp)> {
        Some((self.serial.clone(), self.revoked_at?))
    }

    /// The pair, if it is current and the key was kept.
    #[must_use]
    pub fn current_pair(self, now: Timestamp) -> Option<Pair> {
        if self.is_current(now) { Some(Pair { key: self.key?, certificate: self.certificate }) } else { None }
    }
}

/// The end of a certificate that is made now.
#[must_use]
pub fn end_of_lifetime(now: Timestamp) -> Timestamp {
    Timestamp(now.0 + LIFETIME_DAYS * DAY)
}

/// The name of an instance in its certificate, which neither a rename nor another partition changes.
#[must_use]
pub fn instance_name(id: InstanceId) -> String {
    format!("SOFTINST-{}", id.0)
}

/// What makes certificates.
pub trait Authority: fmt::Debug + Send + Sync {
    /// Makes a key and a certificate for a name, which holds until [`end_of_lifetime`].
    ///
    /// # Errors
    /// A sentence, when the authority cannot be read or made.
    fn issue(&self, name: &str, now: Timestamp) -> Result<Issued, String>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_valid_until_its_end_and_current_until_a_month_before() {
        let made = Timestamp(7);
        let certificate = Certificate {
            serial: "01".into(),
            name: "COMP-1".into(),
            owner: None,
            certificate: "C".into(),
            key: Some("K".into()),
            not_after: end_of_lifetime(made),
            revoked_at: None,
        };
        for (days, valid, current) in [(0, true, true), (334, true, true), (335, true, false), (365, false, false)] {
            let now = Timestamp(made.0 + days * DAY);
            assert_eq!((certificate.is_valid(now), certificate.is_current(now)), (valid, current), "{days}");
        }
        let pair = Pair { key: "K".into(), certificate: "C".into() };
        assert_eq!(certificate.clone().current_pair(made), Some(pair));
        let revoked = Certificate { revoked_at: Some(made), ..certificate };
        assert_eq!((revoked.is_valid(made), revoked.current_pair(made)), (false, None));
    }
}
