//! Instance trees, and the shared instances of a host.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::values::short;
use super::{Instance, methods};
use crate::domain::instance;
use crate::domain::parameters::Parameters;
use crate::domain::partition::Partition;
use crate::domain::state::RequestedState;

methods! {
    GetInstanceTree = "slapos.get.v0.instance_tree" -> Instance;
    AllDocsInstanceTreeList = "slapos.allDocs.v0.instance_tree_list" -> InstanceTreeList;
    AllDocsInstanceNodeInstanceList = "slapos.allDocs.v0.instance_node_instance_list" -> SharedInstanceList;
}

/// Asks for the root of an instance tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GetInstanceTree {
    /// The title of the root.
    #[serde(deserialize_with = "short")]
    #[schema(max_length = 200)]
    pub title: String,
}

/// Asks for all instance trees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AllDocsInstanceTreeList {}

/// All instance trees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InstanceTreeList {
    /// Those of software instances in the order of their partitions, then those of shared instances.
    pub result_list: Vec<InstanceTreeEntry>,
}

/// An instance tree in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InstanceTreeEntry {
    /// The title of its root.
    pub title: String,
}

/// Asks for the shared instances that an instance serves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AllDocsInstanceNodeInstanceList {
    /// The identifier of the host.
    pub instance_guid: String,
}

/// The shared instances of a host.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SharedInstanceList {
    /// In the order of their first request.
    pub result_list: Vec<SharedInstanceEntry>,
}

/// A shared instance as its host sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SharedInstanceEntry {
    /// Its title.
    pub title: String,
    /// Its identifier.
    pub instance_guid: String,
    /// Its software type.
    pub software_type: String,
    /// What its requester wants it to be.
    #[schema(value_type = String, pattern = "^(started|stopped|destroyed)$")]
    pub state: RequestedState,
    /// Its parameters, with the types of the request.
    #[schema(value_type = Object)]
    pub parameters: Parameters,
    /// The partition of its host.
    pub compute_partition_id: String,
}

impl SharedInstanceEntry {
    /// The entry of a shared instance whose host is in a partition.
    #[must_use]
    pub fn new(instance: &instance::Instance, partition: Option<&Partition>) -> Self {
        Self {
            title: instance.title.to_string(),
            instance_guid: super::instance_guid(instance),
            software_type: instance.wish.software_type.clone(),
            state: instance.wish.state,
            parameters: instance.wish.parameters.clone(),
            compute_partition_id: partition.map(|partition| partition.reference.to_string()).unwrap_or_default(),
        }
    }
}
