//! Experimental: what other masters fulfil.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::methods;
use crate::domain::forwarding::{ForwardedDetails, ForwardedRequest};
use crate::domain::parameters::Parameters;

methods! {
    AllDocsForwardedInstanceList = "slapos.allDocs.WIP.forwarded_instance_list" -> ForwardedInstanceList;
}

/// Asks for the instances that other masters fulfil.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AllDocsForwardedInstanceList {}

/// Instances on other masters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ForwardedInstanceList {
    /// In the order of their first requests.
    pub result_list: Vec<ForwardedInstanceEntry>,
}

/// An instance on another master. Of one that was requested before this server kept more, only the first two are known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ForwardedInstanceEntry {
    /// The URL of the master.
    pub master_url: String,
    /// The title there.
    pub remote_title: String,
    /// What was requested here, and what the master answered last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<ForwardedEntry>,
}

/// A forwarded request and its last answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ForwardedEntry {
    /// The title here.
    pub title: String,
    /// The title of the root of its tree here.
    pub instance_tree_title: String,
    /// The title of the instance that requested it; absent when a person did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requester_title: Option<String>,
    /// The URL or path of the software release.
    pub software_release_uri: String,
    /// The software type.
    pub software_type: String,
    /// Whether it is a shared instance.
    pub shared: bool,
    /// The computer there; absent when the master did not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compute_node_id: Option<String>,
    /// The partition there; absent when the master did not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compute_partition_id: Option<String>,
    /// What it is wanted to be there; absent when the master did not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// What it published; absent when the master did not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub connection_parameters: Option<Parameters>,
    /// When the master answered, in microseconds since the epoch.
    pub answered_at: i64,
}

impl From<ForwardedRequest> for ForwardedInstanceEntry {
    fn from(forwarded: ForwardedRequest) -> Self {
        Self {
            master_url: forwarded.master_url,
            remote_title: forwarded.partition_reference,
            request: forwarded.details.map(ForwardedEntry::from),
        }
    }
}

impl From<ForwardedDetails> for ForwardedEntry {
    fn from(details: ForwardedDetails) -> Self {
        Self {
            title: details.title,
            instance_tree_title: details.root_title,
            requester_title: details.requester,
            software_release_uri: details.software_release,
            software_type: details.software_type,
            shared: details.shared,
            compute_node_id: details.answer.computer,
            compute_partition_id: details.answer.partition,
            state: details.answer.state,
            connection_parameters: details.answer.connection,
            answered_at: details.answered_at.0,
        }
    }
}
