//! Where an instance may go: the places that are looked at, and why one is not taken.

use std::fmt;

use super::allocation::HostCriteria;
use super::ids::{Reference, SoftwareRelease, Title};
use super::instance::{ComputerId, InstanceId, PartitionId, Request};
use super::property::{ComputerProperties, PartitionProperties, PartitionType};
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
    /// The stable id of the computer.
    pub computer_id: ComputerId,
    /// The reference.
    pub partition: Reference,
    /// What its formatter says that it can do; `None` when that is not known.
    pub capabilities: Option<Vec<String>>,
    /// What it is like.
    pub properties: PartitionProperties,
    /// What its computer is like.
    pub computer_properties: ComputerProperties,
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
    /// Whether it stands for one that is moving, until that runs elsewhere.
    pub leaves: bool,
}

/// What an SLA demands of a place, besides the computer: of the partition for a software instance, of that of the host for a
/// shared one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Demand {
    /// What the partition must be made for.
    pub partition_type: Option<String>,
    /// The port that it must provide.
    pub port: Option<String>,
    /// The network that its computer must be in.
    pub network: Option<String>,
    /// What the partition must be able to do, where that is known.
    pub capability: Option<String>,
}

/// The computers that are looked at for a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// This one: the SLA names it, or it is the default one and others are not looked at.
    Only(String),
    /// All of them, this one first.
    All(Reference),
}

/// Whether requests that name no computer may go to others than the default one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Allocation {
    /// They go to the default computer.
    #[default]
    Default,
    /// They go where they find a place.
    Any,
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
    /// The instance in it serves the shared one, which is to go elsewhere.
    ServesAlready,
    /// It is closed for what is new.
    Closed,
    /// Its computer is closed for what is new.
    ComputerClosed,
    /// It is made for something else.
    OtherPartitionType(PartitionType),
    /// It does not provide the port that the SLA asks for.
    LacksPort(String),
    /// Its computer is in another network than the SLA asks for, or in none.
    OtherNetwork(Option<String>),
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

impl Demand {
    /// What the SLA of a request demands.
    #[must_use]
    pub fn of(request: &Request) -> Self {
        Self {
            partition_type: request.sla_text("partition_type"),
            port: request.sla_text("port"),
            network: request.sla_text("network_guid"),
            capability: request.sla_text("capability"),
        }
    }

    /// Whether every open partition is as good as another.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// What of the demands a place does not meet; `known` tells whether capabilities are.
    #[must_use]
    pub fn misses(&self, place: &Place, known: bool) -> Option<Obstacle> {
        let PartitionProperties { partition_type, ports, .. } = &place.properties;
        if self.partition_type.as_deref().is_some_and(|wanted| wanted != partition_type.as_str()) {
            return Some(Obstacle::OtherPartitionType(*partition_type));
        }
        if let Some(wanted) = &self.port
            && !ports.iter().any(|port| port.to_string() == *wanted)
        {
            return Some(Obstacle::LacksPort(wanted.clone()));
        }
        let network = &place.computer_properties.network;
        if self.network.is_some() && self.network != *network {
            return Some(Obstacle::OtherNetwork(network.clone()));
        }
        let wanted = self.capability.as_ref().filter(|_| known)?;
        let has = place.capabilities.as_ref().is_some_and(|has| has.contains(wanted));
        (!has).then(|| Obstacle::LacksCapability(wanted.clone()))
    }

    /// Why nothing new can go into a place, whatever is in it; `known` tells whether capabilities are.
    #[must_use]
    pub fn obstacle(&self, place: &Place, known: bool) -> Option<Obstacle> {
        if place.computer_properties.closed {
            return Some(Obstacle::ComputerClosed);
        }
        if place.properties.closed {
            return Some(Obstacle::Closed);
        }
        self.misses(place, known)
    }

    /// Why a software instance cannot go into a place; `known` tells whether capabilities are.
    #[must_use]
    pub fn obstacle_of_new(&self, place: &Place, known: bool) -> Option<Obstacle> {
        match &place.tenant {
            Some(_) => Some(Obstacle::Busy),
            None => self.obstacle(place, known),
        }
    }
}

impl Scope {
    /// The computers for a request.
    #[must_use]
    pub fn of(request: &Request, default: &Reference, allocation: Allocation) -> Self {
        match (request.sla_text("computer_guid"), allocation) {
            (Some(computer), _) => Self::Only(computer),
            (None, Allocation::Default) => Self::Only(default.to_string()),
            (None, Allocation::Any) => Self::All(default.clone()),
        }
    }

    /// Whether a place is looked at.
    #[must_use]
    pub fn has(&self, computer: &str) -> bool {
        match self {
            Self::Only(only) => only == computer,
            Self::All(_) => true,
        }
    }

    /// Why no place is taken for a software instance, given those that are not: those of other computers, too, that would do.
    #[must_use]
    pub fn reason(&self, candidates: &[Candidate]) -> String {
        let (here, elsewhere): (Vec<_>, Vec<_>) =
            candidates.iter().partition(|candidate| candidate.obstacle != Obstacle::OtherComputer);
        let busy = here.iter().all(|candidate| candidate.obstacle == Obstacle::Busy);
        let (of, named) = match self {
            Self::Only(computer) => (format!("of {computer}"), named(&here)),
            Self::All(_) => ("of all computers".to_owned(), named_with_computers(&here)),
        };
        let mut reason = match (here.len(), busy, self) {
            (0, _, Self::Only(computer)) => {
                format!("{computer} has no partition: format it, or import its description")
            }
            (0, _, Self::All(_)) => "no computer has a partition: format one, or import its description".to_owned(),
            (1, true, _) => format!("the only partition {of} is busy: {named}"),
            (count, true, _) => format!("all {count} partitions {of} are busy: {named}"),
            (1, false, _) => format!("the only partition {of} will not do: {named}"),
            (count, false, _) => format!("none of the {count} partitions {of} will do: {named}"),
        };
        if !elsewhere.is_empty() {
            reason = format!("{reason}; free on other computers: {}", self::named(&elsewhere));
        }
        reason
    }
}

impl HostCriteria {
    /// Why the instance in a place cannot be the host; `known` tells whether capabilities are. `None` also for a place
    /// without instance.
    #[must_use]
    pub fn obstacle(&self, place: &Place, known: bool) -> Option<Obstacle> {
        let tenant = place.tenant.as_ref()?;
        if self.software_release != tenant.software_release {
            return Some(Obstacle::OtherRelease(tenant.software_release.clone()));
        }
        if !self.software_type.is_empty() && self.software_type != tenant.software_type {
            return Some(Obstacle::OtherType(tenant.software_type.clone()));
        }
        if self.host.as_ref().is_some_and(|host| !host.is(&place.computer, &place.partition)) {
            return Some(Obstacle::NotNamed);
        }
        if tenant.state == RequestedState::Destroyed || tenant.leaves {
            return Some(Obstacle::ToBeDestroyed);
        }
        self.demand.obstacle(place, known)
    }

    /// Why no instance is the host, given those that are not.
    #[must_use]
    pub fn reason(&self, candidates: &[Candidate]) -> String {
        let on = match &self.scope {
            Scope::Only(computer) => format!("on {computer}"),
            Scope::All(_) => "on any computer".to_owned(),
        };
        let other =
            |candidate: &&Candidate| matches!(candidate.obstacle, Obstacle::OtherRelease(_) | Obstacle::OtherComputer);
        let head = if candidates.iter().all(|candidate| other(&candidate)) {
            format!("no instance {on} runs this software release")
        } else {
            format!("no instance of this software release {on} will do")
        };
        if candidates.is_empty() {
            return head;
        }
        let candidates: Vec<_> = candidates.iter().collect();
        let named = match &self.scope {
            Scope::Only(_) => named(&candidates),
            Scope::All(_) => named_with_computers(&candidates),
        };
        format!("{head}: {named}")
    }
}

/// Candidates for a host in the order of interest: those that run the release come first.
pub fn sort(candidates: &mut [Candidate]) {
    candidates.sort_by_key(|candidate| matches!(candidate.obstacle, Obstacle::OtherRelease(_)));
}

fn named(candidates: &[&Candidate]) -> String {
    listed(candidates, ToString::to_string)
}

fn named_with_computers(candidates: &[&Candidate]) -> String {
    listed(candidates, |candidate| candidate.told(&format!("{} of {}", candidate.partition, candidate.computer)))
}

fn listed(candidates: &[&Candidate], told: impl Fn(&Candidate) -> String) -> String {
    let shortened = |candidate: &&Candidate| {
        let text = told(candidate);
        match text.char_indices().nth(TOLD) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text,
        }
    };
    let mut texts: Vec<String> = candidates.iter().take(NAMED).map(shortened).collect();
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
            Self::ServesAlready => f.write_str("serves it already"),
            Self::Closed => f.write_str("is closed"),
            Self::ComputerClosed => f.write_str("is on a closed computer"),
            Self::OtherPartitionType(partition_type) => write!(f, "is of partition type {partition_type}"),
            Self::LacksPort(port) => write!(f, "does not provide the port {port}"),
            Self::OtherNetwork(None) => f.write_str("is in no network"),
            Self::OtherNetwork(Some(network)) => write!(f, "is in the network {network}"),
        }
    }
}

impl Candidate {
    /// The candidate in words, its partition being called so.
    fn told(&self, partition: &str) -> String {
        let Self { instance, obstacle, .. } = self;
        match (instance, obstacle) {
            (None, obstacle) => format!("{partition} {obstacle}"),
            (Some(instance), Obstacle::Busy) => format!("{partition} with {instance}"),
            (Some(instance), obstacle) => format!("{instance} in {partition} {obstacle}"),
        }
    }
}

impl fmt::Display for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { computer, partition, instance, obstacle } = self;
        let elsewhere = format!("{partition} of {computer}");
        match (instance, obstacle) {
            (None, Obstacle::OtherComputer) => f.write_str(&elsewhere),
            (Some(_), Obstacle::OtherComputer) => f.write_str(&self.told(&elsewhere)),
            _ => f.write_str(&self.told(partition)),
        }
    }
}
