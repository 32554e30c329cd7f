//! Where an instance may go: the places that are looked at, and why one is not taken.

use std::fmt;

use super::allocation::HostCriteria;
use super::ids::{Reference, SoftwareRelease, Title};
use super::instance::{InstanceId, PartitionId, Request};
use super::service::InstanceName;
use super::state::RequestedState;

/// How many candidates a message names.
const NAMED: usize = 10;

/// How much a message tells of one, in characters.
const TOLD: usize = 160;

/// A partition as the search for a place sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The stable id.
    pub id: PartitionId,
    /// The computer.
    pub computer: Reference,
    /// The reference.
    pub partition: Reference,
    /// What its formatter says that it can do; `None` when that is not known.
    pub capabilities: Option<Vec<String>>,
    /// What is in it; `None` when it is free.
    pub tenant: Option<Tenant>,
}

/// The instance in a partition, as the search for a place sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    /// The instance.
    pub id: InstanceId,
    /// Its title.
    pub title: Title,
    /// The title of its root; `None` when it is one.
    pub root: Option<Title>,
    /// The release that it runs.
    pub software_release: SoftwareRelease,
    /// Its type.
    pub software_type: String,
    /// What it is to be.
    pub state: RequestedState,
}

/// What a software instance demands of its partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionCriteria {
    /// The computer it must be on.
    pub computer: String,
    /// What the partition must be able to do, where that is known.
    pub capability: Option<String>,
}

/// Why a place is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
    /// It holds an instance.
    Busy,
    /// It, or the instance in it, would do, but is on another computer than the request is for.
    OtherComputer,
    /// The instance in it runs another release.
    OtherRelease(SoftwareRelease),
    /// The instance in it is of another type.
    OtherType(String),
    /// The SLA names another instance as the host.
    NotNamed,
    /// The instance in it is to be destroyed.
    ToBeDestroyed,
    /// The computer says what its partitions can do, and this one cannot do what the SLA asks for.
    LacksCapability(String),
}

/// A place that was looked at and is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The computer.
    pub computer: Reference,
    /// The partition.
    pub partition: Reference,
    /// The instance in it; `None` when it is free.
    pub instance: Option<InstanceName>,
    /// Why it is not taken.
    pub obstacle: Obstacle,
}

impl Tenant {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> InstanceName {
        InstanceName { root: self.root.as_ref().map(ToString::to_string), title: self.title.to_string() }
    }
}

impl Place {
    /// The candidate that this place is with an obstacle.
    #[must_use]
    pub fn with(&self, obstacle: Obstacle) -> Candidate {
        Candidate {
            computer: self.computer.clone(),
            partition: self.partition.clone(),
            instance: self.tenant.as_ref().map(Tenant::name),
            obstacle,
        }
    }
}

/// Whether a formatter said of any of these places what it can do. Otherwise capabilities are not known, and not asked for.
#[must_use]
pub fn capabilities_known(places: &[Place]) -> bool {
    places.iter().any(|place| place.capabilities.is_some())
}

fn lacks(place: &Place, capability: Option<&String>, known: bool) -> Option<Obstacle> {
    let wanted = capability.filter(|_| known)?;
    let has = place.capabilities.as_ref().is_some_and(|has| has.contains(wanted));
    (!has).then(|| Obstacle::LacksCapability(wanted.clone()))
}

impl PartitionCriteria {
    /// The criteria of a request on a computer.
    #[must_use]
    pub fn new(request: &Request, computer: String) -> Self {
        Self { computer, capability: request.sla_text("capability") }
    }

    /// Why an instance cannot go into a place of the computer; `known` tells whether capabilities are.
    #[must_use]
    pub fn obstacle(&self, place: &Place, known: bool) -> Option<Obstacle> {
        match &place.tenant {
            Some(_) => Some(Obstacle::Busy),
            None => lacks(place, self.capability.as_ref(), known),
        }
    }

    /// Why none of the places of the computer is taken, given those of all computers that are not.
    #[must_use]
    pub fn reason(&self, candidates: &[Candidate]) -> String {
        let computer = &self.computer;
        let (here, elsewhere): (Vec<_>, Vec<_>) =
            candidates.iter().partition(|candidate| candidate.obstacle != Obstacle::OtherComputer);
        let busy = here.iter().all(|candidate| candidate.obstacle == Obstacle::Busy);
        let mut reason = match (here.len(), busy) {
            (0, _) => format!("{computer} has no partition: format it, or import its description"),
            (1, true) => format!("the only partition of {computer} is busy: {}", named(&here)),
            (count, true) => format!("all {count} partitions of {computer} are busy: {}", named(&here)),
            (1, false) => format!("the only partition of {computer} will not do: {}", named(&here)),
            (count, false) => format!("none of the {count} partitions of {computer} will do: {}", named(&here)),
        };
        if !elsewhere.is_empty() {
            reason = format!("{reason}; free on other computers: {}", named(&elsewhere));
        }
        reason
    }
}

impl HostCriteria {
    /// Why the instance in a place of the computer cannot be the host; `known` tells whether capabilities are.
    #[must_use]
    pub fn obstacle(&self, place: &Place, known: bool) -> Option<Obstacle> {
        let tenant = place.tenant.as_ref()?;
        if self.software_release != tenant.software_release {
            return Some(Obstacle::OtherRelease(tenant.software_release.clone()));
        }
        if !self.software_type.is_empty() && self.software_type != tenant.software_type {
            return Some(Obstacle::OtherType(tenant.software_type.clone()));
        }
        if self.partition.as_deref().is_some_and(|wanted| wanted != &*place.partition) {
            return Some(Obstacle::NotNamed);
        }
        if tenant.state == RequestedState::Destroyed {
            return Some(Obstacle::ToBeDestroyed);
        }
        lacks(place, self.capability.as_ref(), known)
    }

    /// Why no instance is the host, given those that are not.
    #[must_use]
    pub fn reason(&self, candidates: &[Candidate]) -> String {
        let computer = &self.computer;
        let other =
            |candidate: &&Candidate| matches!(candidate.obstacle, Obstacle::OtherRelease(_) | Obstacle::OtherComputer);
        let head = if candidates.iter().all(|candidate| other(&candidate)) {
            format!("no instance on {computer} runs this software release")
        } else {
            format!("no instance of this software release on {computer} will do")
        };
        if candidates.is_empty() {
            return head;
        }
        format!("{head}: {}", named(&candidates.iter().collect::<Vec<_>>()))
    }
}

/// Candidates for a host in the order of interest: those that run the release come first.
pub fn sort(candidates: &mut [Candidate]) {
    candidates.sort_by_key(|candidate| matches!(candidate.obstacle, Obstacle::OtherRelease(_)));
}

fn named(candidates: &[&Candidate]) -> String {
    let told = |candidate: &&Candidate| {
        let text = candidate.to_string();
        match text.char_indices().nth(TOLD) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text,
        }
    };
    let mut texts: Vec<String> = candidates.iter().take(NAMED).map(told).collect();
    if candidates.len() > NAMED {
        texts.push(format!("and {} more", candidates.len() - NAMED));
    }
    texts.join(", ")
}

impl fmt::Display for Obstacle {
    /// The obstacle after the word for what has it: `web in slappart0` `runs /web`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy => f.write_str("is busy"),
            Self::OtherComputer => f.write_str("is on another computer"),
            Self::OtherRelease(release) => write!(f, "runs {release}"),
            Self::OtherType(software_type) => write!(f, "is of type {software_type}"),
            Self::NotNamed => f.write_str("is not the one that instance_guid names"),
            Self::ToBeDestroyed => f.write_str("is to be destroyed"),
            Self::LacksCapability(capability) => write!(f, "lacks the capability {capability:?}"),
        }
    }
}

impl fmt::Display for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { computer, partition, instance, obstacle } = self;
        match (instance, obstacle) {
            (None, Obstacle::OtherComputer) => write!(f, "{partition} of {computer}"),
            (None, obstacle) => write!(f, "{partition} {obstacle}"),
            (Some(instance), Obstacle::Busy) => write!(f, "{partition} with {instance}"),
            (Some(instance), Obstacle::OtherComputer) => {
                write!(f, "{instance} in {partition} of {computer} {obstacle}")
            }
            (Some(instance), obstacle) => write!(f, "{instance} in {partition} {obstacle}"),
        }
    }
}
