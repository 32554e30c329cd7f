//! Computers: their partitions, what is on them, and what is told about them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::open::{ComputePartition, partitions};
use super::values::{message, plain};
use super::{Certificate, Success, methods};
use crate::domain::ids::Reference;
use crate::domain::instance;
use crate::domain::partition::Partition;
use crate::domain::software::SoftwareInstallation;
use crate::domain::state::{RequestedState, SupplyState};
use crate::wire::status::StatusDocument;

methods! {
    PutComputeNodeFormat = "slapos.put.v0.compute_node_format" -> Success;
    PutComputeNodeBang = "slapos.put.v0.compute_node_bang" -> Success;
    GetComputeNodeStatus = "slapos.get.v0.compute_node_status" -> StatusDocument;
    PostComputeNodeUsage = "slapos.post.v0.compute_node_usage" -> Success;
    PostComputeNodeCertificate = "slapos.post.v0.compute_node_certificate" -> Certificate;
    RemoveComputeNodeCertificate = "slapos.remove.v0.compute_node_certificate" -> Success;
    AllDocsComputeNodeInstanceList = "slapos.allDocs.v0.compute_node_instance_list" -> InstanceList;
    AllDocsComputeNodeSoftwareInstallationList =
        "slapos.allDocs.v0.compute_node_software_installation_list" -> InstallationList;
    AllDocsComputeNodeList = "slapos.allDocs.WIP.compute_node_list" -> ComputeNodeList;
}

/// Gives a computer its partitions. Those that are not described any more are removed; those that stay keep what is in
/// them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutComputeNodeFormat {
    /// The reference of the computer, which becomes known if it was not.
    #[schema(value_type = String)]
    pub computer_guid: Reference,
    /// All its partitions, in order.
    #[serde(deserialize_with = "partitions")]
    pub compute_partition_list: Vec<ComputePartition>,
}

/// Makes every instance tree with an instance on a computer be processed again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutComputeNodeBang {
    /// The reference of the computer.
    pub computer_guid: String,
    /// Why.
    #[serde(deserialize_with = "message")]
    pub message: String,
}

/// Asks for the latest report about a computer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GetComputeNodeStatus {
    /// The reference of the computer.
    pub computer_guid: String,
}

/// Reports what a computer consumed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostComputeNodeUsage {
    /// The reference of the computer.
    pub computer_guid: String,
    /// The report, a TioXML document.
    #[serde(deserialize_with = "plain")]
    pub tioxml: String,
}

/// Asks for a new certificate of a computer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostComputeNodeCertificate {
    /// The reference of the computer.
    pub computer_guid: String,
}

/// Revokes the certificate of a computer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveComputeNodeCertificate {
    /// The reference of the computer.
    pub computer_guid: String,
}

/// Asks for the instances in the partitions of a computer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AllDocsComputeNodeInstanceList {
    /// The reference of the computer.
    pub computer_guid: String,
}

/// The instances in the partitions of a computer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InstanceList {
    /// In the order of the partitions.
    pub result_list: Vec<InstanceEntry>,
}

/// An instance in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InstanceEntry {
    /// Its title.
    pub title: String,
    /// Its identifier.
    pub instance_guid: String,
    /// What its requester wants it to be.
    #[schema(value_type = String, pattern = "^(started|stopped|destroyed)$")]
    pub state: RequestedState,
    /// The reference of its partition.
    #[serde(default)]
    pub compute_partition_id: String,
    /// Its software release.
    #[serde(default)]
    pub software_release_uri: String,
}

impl InstanceEntry {
    /// The entry of an instance in a partition.
    #[must_use]
    pub fn new(instance: &instance::Instance, partition: Option<&Partition>) -> Self {
        Self {
            title: instance.title.to_string(),
            instance_guid: super::instance_guid(instance),
            state: instance.wish.state,
            compute_partition_id: partition.map(|partition| partition.reference.to_string()).unwrap_or_default(),
            software_release_uri: instance.wish.software_release.to_string(),
        }
    }
}

/// Asks for the software releases that were supplied to a computer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AllDocsComputeNodeSoftwareInstallationList {
    /// The reference of the computer.
    pub computer_guid: String,
}

/// The software releases that were supplied to a computer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InstallationList {
    /// In the order of their latest supply.
    pub result_list: Vec<InstallationEntry>,
}

/// A software release in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InstallationEntry {
    /// The URL or path.
    pub software_release_uri: String,
    /// What is wanted: `available` or `destroyed`.
    #[schema(value_type = String, pattern = "^(available|destroyed)$")]
    pub state: SupplyState,
}

impl From<SoftwareInstallation> for InstallationEntry {
    fn from(installation: SoftwareInstallation) -> Self {
        Self { software_release_uri: installation.software_release.to_string(), state: installation.requested_state }
    }
}

/// Asks for all computers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AllDocsComputeNodeList {}

/// All computers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ComputeNodeList {
    /// Sorted by reference.
    pub result_list: Vec<ComputeNodeEntry>,
}

/// A computer in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ComputeNodeEntry {
    /// Its reference.
    pub computer_guid: String,
}
