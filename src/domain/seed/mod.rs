//! Seeds: what a master is to hold, as one value. A document of a person describes one, and the state of a database is
//! one, apart from what happened: times, events, reports of consumption, people and former names are not part of it.

mod difference;
mod report;

use super::description::ComputerDescription;
use super::fault::FaultRule;
use super::ids::{Reference, SoftwareRelease, Title};
use super::instance::Wish;
use super::parameters::Parameters;
use super::property::PropertyChange;
use super::service::InstanceName;
use super::state::SupplyState;

pub use difference::differences;
pub use report::{SaidReport, said_of_computer, said_of_installation, said_of_instance};

/// What a master is to hold.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Seed {
    /// Computers, in the order of their arrival.
    pub computers: Vec<SeededComputer>,
    /// The roots of the instance trees.
    pub instances: Vec<SeededInstance>,
    /// The requests that fail on purpose. They are of a running server, and no part of what a database holds.
    pub faults: Vec<FaultRule>,
}

/// A computer.
#[derive(Debug, Clone, PartialEq)]
pub struct SeededComputer {
    /// Its reference.
    pub reference: Reference,
    /// The title under which it was requested.
    pub title: Option<Title>,
    /// What its formatter says of it; `None` says nothing, and changes nothing.
    pub description: Option<ComputerDescription>,
    /// What is said of it besides: its network, and whether it is closed for what is new.
    pub property: PropertyChange,
    /// What is said besides of partitions of it.
    pub allocation: Vec<SeededPartition>,
    /// What is supplied to it, in this order.
    pub software: Vec<SeededSoftware>,
    /// What was reported about it, the latest last.
    pub reports: Vec<SaidReport>,
    /// Whether it has a certificate.
    pub certificate: bool,
}

/// A partition that is not as its formatter says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeededPartition {
    /// Its reference.
    pub partition: Reference,
    /// What is said of it; what is `None` stays.
    pub property: PropertyChange,
}

/// A software release on a computer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeededSoftware {
    /// The release.
    pub software_release: SoftwareRelease,
    /// What is wanted.
    pub state: SupplyState,
    /// What was reported about it, the latest last.
    pub reports: Vec<SaidReport>,
}

/// An instance.
#[derive(Debug, Clone, PartialEq)]
pub struct SeededInstance {
    /// Its title.
    pub title: Title,
    /// What is asked for it.
    pub wish: Wish,
    /// Where it is, or who serves it.
    pub place: Place,
    /// What it published; `None` says nothing, and changes nothing.
    pub connection: Option<Parameters>,
    /// What was reported about it, the latest last.
    pub reports: Vec<SaidReport>,
    /// Whether it has a certificate.
    pub certificate: bool,
    /// What it requested.
    pub instances: Vec<SeededInstance>,
}

/// Where an instance is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In any free partition of a computer, or of the default one; where it is already, if it is there.
    Anywhere(Option<Reference>),
    /// In this partition of a computer, or of the default one.
    Partition(Option<Reference>, Reference),
    /// It lost its place.
    Nowhere,
    /// It is a shared instance.
    Shared {
        /// The computer that it lives on, if it is not that of its host.
        computer: Option<Reference>,
        /// Who serves it; `None` is whoever can.
        host: Option<InstanceName>,
        /// The name that its host knows it by, if it is not the natural one.
        reference: Option<String>,
    },
}

impl SeededInstance {
    /// Whether it is a shared instance.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        matches!(self.place, Place::Shared { .. })
    }

    /// Where it is, for people.
    #[must_use]
    pub fn place_text(&self) -> String {
        let on = |computer: &Option<Reference>| computer.as_ref().map_or_else(String::new, |on| format!(" of {on}"));
        match &self.place {
            Place::Anywhere(computer) => format!("any partition{}", on(computer)),
            Place::Partition(computer, partition) => format!("{partition}{}", on(computer)),
            Place::Nowhere => "no partition".into(),
            Place::Shared { host: Some(host), .. } => format!("served by {host}"),
            Place::Shared { host: None, .. } => "served by any host".into(),
        }
    }
}

/// What became of a seed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seeding {
    /// The computers of the seed.
    pub computers: usize,
    /// The software instances of the seed.
    pub instances: usize,
    /// The shared instances of the seed.
    pub shared: usize,
    /// How many things were made or changed; none when everything was so already.
    pub changes: usize,
}
