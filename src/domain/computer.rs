//! Computers as a node sees itself.

use super::address::Address;
use super::ids::Reference;
use super::instance::{Instance, SharedInstance};
use super::parameters::Parameters;
use super::partition::Partition;
use super::software::SoftwareInstallation;

/// All that a node needs to know: its software, its partitions, and what is in them.
#[derive(Debug, Clone, PartialEq)]
pub struct ComputerInformation {
    /// The reference of the computer.
    pub reference: Reference,
    /// The supplied software releases, in the order of their latest supply.
    pub software: Vec<SoftwareInstallation>,
    /// Every partition, in the order in which they were first formatted.
    pub partitions: Vec<PartitionInformation>,
}

/// A partition with the instance in it and all that the instance is told.
#[derive(Debug, Clone, PartialEq)]
pub struct PartitionInformation {
    /// The place.
    pub partition: Partition,
    /// Its addresses, in the order of the computer description.
    pub addresses: Vec<Address>,
    /// What is in it; `None` when it is free.
    pub occupant: Option<Occupant>,
}

/// An instance as its partition sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Occupant {
    /// The instance.
    pub instance: Instance,
    /// The shared instances that it serves: the started ones, in the order of their first request.
    pub shared: Vec<SharedInstance>,
    /// The text of the latest report about it.
    pub access_status: Option<String>,
}

/// What a formatter changed, by reference.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FormatOutcome {
    /// Whether the computer was not known before.
    pub new_computer: bool,
    /// New partitions.
    pub added: Vec<Reference>,
    /// Partitions that were there already and stay.
    pub kept: Vec<Reference>,
    /// Partitions that are gone, each with the title of the instance that lost its place.
    pub removed: Vec<(Reference, Option<String>)>,
}

/// A computer as it was described.
#[derive(Debug, Clone, PartialEq)]
pub struct ComputerSummary {
    /// The reference.
    pub reference: Reference,
    /// The title given by the person who asked for it.
    pub title: Option<String>,
    /// The address of the computer itself.
    pub address: Option<String>,
    /// The netmask of that address.
    pub netmask: Option<String>,
    /// Every other key of the computer description.
    pub description: Parameters,
}
