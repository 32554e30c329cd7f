//! What people see of their orders: services, which are the roots of instance trees, and the news of what runs.

use std::fmt;

use super::ids::{Reference, SoftwareRelease, Title};
use super::instance::{Instance, SharedInstance};
use super::partition::Partition;
use super::software::SoftwareInstallation;
use super::status::{Status, StatusRecord, Subject};

/// An instance with what is known of its running.
#[derive(Debug, Clone, PartialEq)]
pub struct Service {
    /// The instance.
    pub instance: Instance,
    /// The release that runs: of a shared instance, the one of its host.
    pub software_release: SoftwareRelease,
    /// Where it is, or where its host is; `None` when that lost its place.
    pub partition: Option<Partition>,
    /// The latest report about it.
    pub status: Option<Status>,
}

/// A root instance in a list.
#[derive(Debug, Clone, PartialEq)]
pub struct RootInstance {
    /// The instance.
    pub service: Service,
    /// The shared instances that it serves: the started ones.
    pub shared: Vec<SharedInstance>,
}

/// A shared root instance in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedRoot {
    /// The title.
    pub title: Title,
    /// The release of its host.
    pub software_release: SoftwareRelease,
}

/// What a search for instance trees finds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct InstanceTrees {
    /// The software instances among the roots.
    pub roots: Vec<RootInstance>,
    /// The shared instances among the roots.
    pub shared: Vec<SharedRoot>,
}

/// An instance, and the reports about it and all that belongs to its tree.
#[derive(Debug, Clone, PartialEq)]
pub struct ServiceNews {
    /// The instance.
    pub service: Service,
    /// The records of those of the tree of which there is a report.
    pub news: Vec<StatusRecord>,
}

/// A computer in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComputerEntry {
    /// The reference.
    pub reference: Reference,
    /// The title given by the person who asked for it.
    pub title: Option<String>,
    /// The address of the computer itself.
    pub address: Option<String>,
    /// The netmask of that address.
    pub netmask: Option<String>,
}

/// A computer, and the reports about it and what is in its partitions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComputerNews {
    /// The computer.
    pub computer: ComputerEntry,
    /// The record of the computer itself.
    pub news: StatusRecord,
    /// The records of its partitions that hold an instance, by their references.
    pub partitions: Vec<(Reference, StatusRecord)>,
}

/// A supplied software release, and the latest report about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstallationNews {
    /// The supply.
    pub installation: SoftwareInstallation,
    /// The latest report.
    pub status: Option<Status>,
}

/// The name of an instance: its title, and the title of its root when it is not one itself. A title alone means a root
/// if there is one of that title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstanceName {
    /// The title of the root; `None` when it was not said.
    pub root: Option<String>,
    /// The title.
    pub title: String,
}

impl Service {
    /// The status record of the instance.
    #[must_use]
    pub fn record(&self) -> StatusRecord {
        let (subject, reference) = match &self.instance.sharing {
            Some(sharing) => (Subject::SharedInstance, Some(sharing.reference.clone())),
            None => (Subject::SoftwareInstance, self.partition.as_ref().map(Partition::guid)),
        };
        StatusRecord { subject, reference, status: self.status.clone() }
    }
}

impl InstallationNews {
    /// The status record of the installation.
    #[must_use]
    pub fn record(&self) -> StatusRecord {
        StatusRecord {
            subject: Subject::SoftwareInstallation,
            reference: Some(self.installation.software_release.to_string()),
            status: self.status.clone(),
        }
    }
}

/// The title, and of which tree it is: `kid of root`.
impl fmt::Display for InstanceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.title)?;
        self.root.as_ref().map_or(Ok(()), |root| write!(f, " of {root}"))
    }
}

impl InstanceName {
    /// How an instance is named so that it is found again.
    #[must_use]
    pub fn of(instance: &Instance) -> Self {
        let root = (!instance.is_root()).then(|| instance.root_title.to_string());
        Self { root, title: instance.title.to_string() }
    }
}
