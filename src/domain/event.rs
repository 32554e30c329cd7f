//! Events: who did what, when, to what.

use super::instance::Instance;
use super::partition::Partition;
use super::timestamp::Timestamp;

/// An event as it is recorded. Subjects are kept as text, so that events outlive what they speak of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewEvent {
    /// Who: a computer, an instance, or `user`.
    pub user: String,
    /// What: the call of the protocol, or what followed from it (`allocated`, `removed`).
    pub kind: &'static str,
    /// The computer it is about.
    pub computer: Option<String>,
    /// The partition it is about.
    pub partition: Option<String>,
    /// The title of the instance it is about.
    pub instance: Option<String>,
    /// The software release it is about.
    pub software_release: Option<String>,
    /// The message, log or state.
    pub text: String,
}

impl NewEvent {
    /// Who did what, and the message, log or state that goes with it. The subjects follow.
    #[must_use]
    pub fn new(user: impl Into<String>, kind: &'static str, text: impl Into<String>) -> Self {
        Self { user: user.into(), kind, text: text.into(), ..Self::default() }
    }

    /// It is about a computer.
    #[must_use]
    pub fn computer(self, computer: &str) -> Self {
        Self { computer: Some(computer.into()), ..self }
    }

    /// It is about a partition and its computer.
    #[must_use]
    pub fn partition(self, partition: &Partition) -> Self {
        Self { partition: Some(partition.reference.to_string()), ..self.computer(&partition.computer) }
    }

    /// It is about an instance and its software release.
    #[must_use]
    pub fn instance(self, instance: &Instance) -> Self {
        Self { instance: Some(instance.title.to_string()), ..self.software_release(&instance.wish.software_release) }
    }

    /// It is about a software release.
    #[must_use]
    pub fn software_release(self, software_release: &str) -> Self {
        Self { software_release: Some(software_release.into()), ..self }
    }
}

/// Which events are wanted. Newest come first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventQuery {
    /// Only those about this computer.
    pub computer: Option<String>,
    /// Only those about instances of this title.
    pub instance: Option<String>,
    /// Only those that last happened at this time or later.
    pub since: Option<Timestamp>,
    /// Only those that come after this place of the list.
    pub after: Option<EventPlace>,
    /// At most this many.
    pub limit: u32,
}

/// The place of an event in the list of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventPlace {
    /// When the event last happened.
    pub last_at: Timestamp,
    /// The number of the event.
    pub id: i64,
}

/// An event as it is kept. An event repeated without another in between is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its number, in the order of first happening.
    pub id: i64,
    /// When it first happened.
    pub at: Timestamp,
    /// When it last happened.
    pub last_at: Timestamp,
    /// How often it happened.
    pub count: i64,
    /// Who: a computer, an instance, or `user`.
    pub user: String,
    /// What.
    pub kind: String,
    /// The computer it is about.
    pub computer: Option<String>,
    /// The partition it is about.
    pub partition: Option<String>,
    /// The title of the instance it is about.
    pub instance: Option<String>,
    /// The software release it is about.
    pub software_release: Option<String>,
    /// The message, log or state.
    pub text: String,
}
