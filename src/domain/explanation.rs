//! Why an instance is where it is and as it is, or why it is nowhere.

use super::delay::ACCEPTED;
use super::difference::Difference;
use super::event::Event;
use super::ids::{Reference, SoftwareRelease};
use super::instance::{InstanceId, Request};
use super::placement::Candidate;
use super::service::InstanceName;
use super::state::RequestedState;
use super::status::Status;
use super::timestamp::Timestamp;

/// A request that found no place, or is accepted and waits for one, as it is kept until it finds one or is given up.
#[derive(Debug, Clone, PartialEq)]
pub struct RefusedRequest {
    /// The root of the tree; `None` for a root.
    pub root: Option<InstanceId>,
    /// The instance that requested it; `None` for a person.
    pub requester: Option<InstanceId>,
    /// The request.
    pub request: Request,
    /// Its refusals.
    pub refusals: Refusals,
}

/// The refusals of the same request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusals {
    /// Who asked: an instance, or `user`.
    pub user: String,
    /// What was answered last.
    pub reason: String,
    /// When it was refused first.
    pub at: Timestamp,
    /// When it was refused last.
    pub last_at: Timestamp,
    /// How often it was refused.
    pub count: i64,
}

impl Refusals {
    /// Whether they are none: the request is accepted, and waits for its place.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        self.reason == ACCEPTED
    }
}

/// What is known of an instance or of a refused request.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// Its name.
    pub name: InstanceName,
    /// Whether it is a shared instance.
    pub shared: bool,
    /// What is asked of it.
    pub wanted: Wanted,
    /// Where it is; `None` when it has no place.
    pub whereabouts: Option<Whereabouts>,
    /// What the same request would get now; only of what has no place and of a refused request.
    pub outlook: Option<Outlook>,
    /// The refusals of the latest request that was refused.
    pub refusals: Option<Refusals>,
    /// What that request asked to change, if the instance is there.
    pub refused_changes: Vec<Difference>,
    /// The latest report about it.
    pub reported: Option<Status>,
    /// What the node has to do for it; `None` without a place.
    pub processing: Option<Processing>,
}

/// What is asked of an instance. Values are shortened, and hidden where they may be secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The software release.
    pub software_release: SoftwareRelease,
    /// The software type.
    pub software_type: String,
    /// The state.
    pub state: RequestedState,
    /// The instance that asks for it; `None` for a person.
    pub requester: Option<InstanceName>,
    /// The parameters.
    pub parameters: Vec<(String, String)>,
    /// The SLA.
    pub sla: Vec<(String, String)>,
}

/// Where an instance is, and why there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whereabouts {
    /// The computer.
    pub computer: Reference,
    /// The partition.
    pub partition: Reference,
    /// The host of a shared instance.
    pub host: Option<InstanceName>,
    /// Why there.
    pub reason: String,
    /// What of its SLA this place does not meet any more, in a sentence; `None` when it meets all.
    pub misfit: Option<String>,
}

/// What a request would get now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outlook {
    /// A place.
    Place {
        /// The computer.
        computer: Reference,
        /// The partition.
        partition: Reference,
        /// The host, for a shared instance.
        host: Option<InstanceName>,
    },
    /// A refusal.
    Refusal {
        /// What would be answered.
        reason: String,
        /// The places that are looked at, and why each is not taken.
        candidates: Vec<Candidate>,
    },
}

/// What the node of an instance, or of its host, has to do and did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Processing {
    /// The instance that the node processes: the host, for a shared one.
    pub instance: InstanceName,
    /// When something changed last that the node must process.
    pub changed_at: Timestamp,
    /// The latest report about that instance.
    pub reported: Option<Status>,
    /// What changed since that report, newest first.
    pub causes: Vec<Event>,
}

impl Explanation {
    /// Where it is, or why it is nowhere and what to do, in a sentence.
    #[must_use]
    pub fn summary(&self) -> String {
        let what = if self.shared { "the shared instance" } else { "the instance" };
        let name = &self.name;
        let mut text = match (&self.whereabouts, &self.refusals) {
            (Some(Whereabouts { computer, partition, host: None, .. }), _) => {
                format!("{what} {name} is in {partition} of {computer}")
            }
            (Some(Whereabouts { computer, partition, host: Some(host), .. }), _) => {
                format!("{what} {name} is served by {host} in {partition} of {computer}")
            }
            (None, Some(refusals)) if refusals.is_accepted() => {
                format!("the request of {name} is accepted, and has no place yet")
            }
            (None, Some(_)) if self.reported.is_none() => format!("the request of {name} was refused"),
            (None, _) => format!("{what} {name} has no partition"),
        };
        if self.whereabouts.is_some() && self.refusals.is_some() {
            text.push_str("; a later request that changes it was refused");
        }
        match &self.outlook {
            None => {}
            Some(Outlook::Refusal { reason, .. }) => text = format!("{text}; now it would be refused: {reason}"),
            Some(Outlook::Place { computer, partition, host }) => {
                let host = host.as_ref().map_or_else(String::new, |host| format!("{host} in "));
                let accepted = self.refusals.as_ref().is_some_and(Refusals::is_accepted);
                let when = if accepted { "when its time comes" } else { "now: ask again" };
                text = format!("{text}; it would be placed in {host}{partition} of {computer} {when}");
            }
        }
        text
    }
}

impl Processing {
    /// Whether the node has not reported since the last change.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        self.reported.as_ref().is_none_or(|reported| reported.is_bang() || reported.created_at < self.changed_at)
    }
}

/// The computer of a placed software instance, and the one that its SLA names now, in a sentence.
#[must_use]
pub fn why_there(computer: &str, named: Option<&str>, default: &str) -> String {
    match named {
        Some(named) if named == computer => format!("the SLA names {computer}, where this partition was free"),
        None if computer == default => {
            format!("no computer is named, so {computer} is the default; this partition was free there")
        }
        Some(other) => format!("it was placed before its SLA named {other}; a placed instance is not moved"),
        None => format!("it was placed while its SLA named {computer}; a placed instance is not moved"),
    }
}
