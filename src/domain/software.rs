//! Software releases on computers.

use super::ids::{Reference, SoftwareRelease};
use super::instance::InstallationId;
use super::state::SupplyState;

/// The wish that a software release be present on, or removed from, one computer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SoftwareInstallation {
    /// The stable id.
    pub id: InstallationId,
    /// The reference of the computer.
    pub computer: Reference,
    /// The URL or path of the release.
    pub software_release: SoftwareRelease,
    /// What is wanted.
    pub requested_state: SupplyState,
}

/// A short name that stands for software releases, best first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SoftwareProduct {
    /// The name (`kvm`).
    pub name: String,
    /// The URL of its release.
    pub url: String,
}
