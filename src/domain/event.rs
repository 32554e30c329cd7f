//! Events: who did what, when, to what.

use super::difference::Difference;
use super::instance::Instance;
use super::partition::Partition;
use super::service::InstanceName;
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
    /// What changed.
    pub changes: Vec<Difference>,
    /// Other instances that their nodes process again because of it.
    pub woken: Vec<InstanceName>,
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

    /// It changed something.
    #[must_use]
    pub fn changes(self, changes: Vec<Difference>) -> Self {
        Self { changes, ..self }
    }

    /// It makes other instances be processed again.
    #[must_use]
    pub fn wakes(mut self, instances: impl IntoIterator<Item = InstanceName>) -> Self {
        self.woken.extend(instances);
        self
    }
}

/// Which events are wanted. Newest come first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventQuery {
    /// Only those about this computer.
    pub computer: Option<String>,
    /// Only those about instances of this title, or that make one be processed again.
    pub instance: Option<String>,
    /// Only those that last happened at this time or later.
    pub since: Option<Timestamp>,
    /// Only those that come after this place of the list.
    pub after: Option<EventPlace>,
    /// At most this many.
    pub limit: u32,
}

/// Which events are followed, in the order in which they happen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// Only those about this computer.
    pub computer: Option<String>,
    /// Only those about instances of this title, or that make one be processed again.
    pub instance: Option<String>,
}

/// The place of an event in the list of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
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
    /// What changed.
    pub changes: Vec<Difference>,
    /// Other instances that their nodes process again because of it.
    pub woken: Vec<InstanceName>,
}

impl Event {
    /// Its place in the list of events, which moves when it is counted again.
    #[must_use]
    pub fn place(&self) -> EventPlace {
        EventPlace { last_at: self.last_at, id: self.id }
    }

    /// Whether it is a report of a node about an instance that it processes.
    #[must_use]
    pub fn is_report(&self) -> bool {
        const REPORTS: [&str; 5] = [
            "buildingComputerPartition",
            "availableComputerPartition",
            "startedComputerPartition",
            "stoppedComputerPartition",
            "softwareInstanceError",
        ];
        REPORTS.contains(&self.kind.as_str())
    }

    /// Whether it made the node of an instance, which changed last at `changed_at`, process it.
    #[must_use]
    pub fn causes_processing(&self, name: &InstanceName, changed_at: Timestamp) -> bool {
        const NOTED: [&str; 2] = ["requester", "sla"];
        let own = self.instance.as_deref() == Some(name.title.as_str());
        let visible =
            self.changes.is_empty() || self.changes.iter().any(|change| !NOTED.contains(&change.what.as_str()));
        self.last_at == changed_at
            || self.woken.contains(name)
            || (own && self.kind == "softwareInstanceBang")
            || (own && self.kind == "requestComputerPartition" && visible)
    }
}
