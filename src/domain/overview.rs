//! What people look at first: every place and what is in it, every tree and how it is, and what needs attention.

use super::address::Address;
use super::event::EventPlace;
use super::explanation::Refusals;
use super::ids::{Reference, SoftwareRelease, Title};
use super::instance::InstanceId;
use super::partition::Partition;
use super::service::InstanceName;
use super::software::{SoftwareInstallation, SoftwareProduct};
use super::state::RequestedState;
use super::status::Status;

/// Everything at one moment. Shared instances are counted, and listed only where they failed.
#[derive(Debug, Clone, PartialEq)]
pub struct Overview {
    /// The event that happened last.
    pub last_event: EventPlace,
    /// The computers, sorted by reference.
    pub computers: Vec<ComputerOverview>,
    /// The trees whose root is a software instance, in the order of their first request.
    pub trees: Vec<TreeOverview>,
    /// How many shared instances are roots.
    pub shared_roots: usize,
    /// The instances about which a failure was reported last, the latest first: at most [`Overview::LISTED`].
    pub failed: Vec<InstanceSummary>,
    /// The requests that found no place, the latest first: at most [`Overview::LISTED`].
    pub refused: Vec<RefusedTitle>,
    /// The software products.
    pub products: Vec<SoftwareProduct>,
}

impl Overview {
    /// How many failures and refusals are listed.
    pub const LISTED: u32 = 50;
}

/// A computer and what is on it.
#[derive(Debug, Clone, PartialEq)]
pub struct ComputerOverview {
    /// The reference.
    pub reference: Reference,
    /// The title given by the person who asked for it.
    pub title: Option<String>,
    /// Whether nothing new may go to it.
    pub closed: bool,
    /// The latest report about it.
    pub status: Option<Status>,
    /// The partitions, in the order in which they were first formatted.
    pub partitions: Vec<PartitionOverview>,
    /// The supplied releases, in the order of their latest supply, each with the latest report about it.
    pub software: Vec<(SoftwareInstallation, Option<Status>)>,
}

/// A partition and what is in it.
#[derive(Debug, Clone, PartialEq)]
pub struct PartitionOverview {
    /// The partition.
    pub partition: Partition,
    /// Its addresses, in the order of the description.
    pub addresses: Vec<Address>,
    /// The instance in it.
    pub instance: Option<InstanceSummary>,
}

/// An instance in a list, without its parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct InstanceSummary {
    /// The stable id.
    pub id: InstanceId,
    /// Its name.
    pub name: InstanceName,
    /// Whether it is a shared instance.
    pub shared: bool,
    /// The software release.
    pub software_release: SoftwareRelease,
    /// The software type.
    pub software_type: String,
    /// What its requester wants it to be.
    pub state: RequestedState,
    /// The instance that requested it; `None` for a person.
    pub requester: Option<InstanceName>,
    /// The host of a shared instance.
    pub host: Option<Title>,
    /// The computer and the partition it is in, or its host is; `None` while it has no place.
    pub place: Option<(String, String)>,
    /// The latest report about it.
    pub status: Option<Status>,
    /// How many shared instances it serves.
    pub serves: usize,
    /// How many software instances it requested.
    pub requested: usize,
    /// How many shared instances it requested.
    pub requested_shared: usize,
}

/// A tree and how it is.
#[derive(Debug, Clone, PartialEq)]
pub struct TreeOverview {
    /// Its root.
    pub root: InstanceSummary,
    /// All of it, shared instances too.
    pub health: Health,
}

/// How many instances there are, by the latest reports about them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Health {
    /// All.
    pub all: usize,
    /// The shared ones among them.
    pub shared: usize,
    /// Those that failed.
    pub failed: usize,
    /// Those that are being deployed.
    pub building: usize,
    /// Those about which there is no report.
    pub silent: usize,
}

impl Health {
    /// The colour: that of the worst report; a tree that is partly silent is not all green, and a silent one has none.
    #[must_use]
    pub const fn colour(&self) -> Colour {
        if self.failed > 0 {
            Colour::Red
        } else if self.building > 0 || (self.silent > 0 && self.silent < self.all) {
            Colour::Orange
        } else if self.silent == self.all {
            Colour::None
        } else {
            Colour::Green
        }
    }
}

/// The health of a tree or an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// All is well.
    Green,
    /// Something is being deployed, or has not been heard of.
    Orange,
    /// Something failed.
    Red,
    /// Nothing was reported.
    None,
}

/// A title whose request found no place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedTitle {
    /// The title.
    pub title: Title,
    /// Whether it is a shared instance.
    pub shared: bool,
    /// The software release.
    pub software_release: SoftwareRelease,
    /// The refusals.
    pub refusals: Refusals,
}

/// Which instances are wanted, in the order of their first request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InstanceQuery {
    /// Only those of the tree of this root.
    pub tree: Option<InstanceId>,
    /// Only shared ones that this instance serves.
    pub host: Option<InstanceId>,
    /// Only those that this instance requested.
    pub requester: Option<InstanceId>,
    /// Only those with this in their titles, large and small letters of English being the same.
    pub text: Option<String>,
    /// Only shared ones, or only others.
    pub shared: Option<bool>,
    /// Only those of this health.
    pub colour: Option<Colour>,
    /// Only those after this one.
    pub after: Option<InstanceId>,
    /// At most this many.
    pub limit: u32,
}

/// A page of instances.
#[derive(Debug, Clone, PartialEq)]
pub struct InstancePage {
    /// The instances.
    pub instances: Vec<InstanceSummary>,
    /// How many there are on all pages.
    pub total: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_report_gives_the_colour() {
        let health = |failed, building, silent| Health { all: 3, shared: 0, failed, building, silent }.colour();
        assert_eq!(health(1, 1, 1), Colour::Red);
        assert_eq!(health(0, 1, 0), Colour::Orange);
        assert_eq!(health(0, 0, 2), Colour::Orange);
        assert_eq!(health(0, 0, 3), Colour::None);
        assert_eq!(health(0, 0, 0), Colour::Green);
    }
}
