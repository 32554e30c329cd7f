//! Experimental: where instances may go, and moving them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Instance, Success, methods};

methods! {
    PutComputeNodeAllocation = "slapos.put.WIP.compute_node_allocation" -> Success;
    PostSoftwareInstanceMove = "slapos.post.WIP.software_instance_move" -> Instance;
}

/// Changes what may go to a computer, or into some of its partitions. What is absent stays; what is placed already stays where
/// it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutComputeNodeAllocation {
    /// The reference of the computer.
    pub computer_guid: String,
    /// The partitions; without any, it is about the whole computer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub compute_partition_id_list: Vec<String>,
    /// Whether nothing new may go there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<bool>,
    /// What the partitions are made for: what `partition_type` of an SLA names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^(virtio|slave|full|limited)$")]
    pub partition_type: Option<String>,
    /// The ports that the partitions provide, one of which `port` of an SLA names; an empty list is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port_list: Option<Vec<u16>>,
    /// The network of the computer, which `network_guid` of an SLA names; an empty text is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network_guid: Option<String>,
}

/// Gives an instance another place. A software instance keeps running in its former partition, under another title, until its
/// node reports that it is there; then it is destroyed in the former one. A shared instance is served by another host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostSoftwareInstanceMove {
    /// The identifier of the instance.
    pub instance_guid: String,
    /// The computer that it is to go to, which its SLA names from now on; where its SLA leads when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub computer_guid: Option<String>,
}
