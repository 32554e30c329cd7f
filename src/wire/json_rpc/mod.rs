//! The documents of the JSON-RPC API: one pair of types for each method, read and written by server and client alike.
//!
//! Requests are closed: a field that a method does not have is refused, as are missing fields and wrong types.

mod compute_node;
mod consumption;
mod explanation;
mod forwarding;
mod instance_tree;
mod open;
mod overview;
mod placement;
mod software_installation;
mod software_instance;
mod text;
mod values;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::certificate::Pair;

pub use compute_node::{
    AllDocsComputeNodeInstanceList, AllDocsComputeNodeList, AllDocsComputeNodeSoftwareInstallationList,
    ComputeNodeEntry, ComputeNodeList, GetComputeNodeStatus, InstallationEntry, InstallationList, InstanceEntry,
    InstanceList, PostComputeNodeCertificate, PostComputeNodeUsage, PutComputeNodeBang, PutComputeNodeFormat,
    RemoveComputeNodeCertificate,
};
pub use consumption::{AllDocsConsumptionList, ConsumptionEntry, ConsumptionList, MovementEntry};
pub use explanation::{
    AllDocsExplanationList, CandidateEntry, ExplanationEntry, ExplanationList, OutlookEntry, PlaceEntry,
    ProcessingEntry, RefusedEntry, ReportEntry,
};
pub use forwarding::{AllDocsForwardedInstanceList, ForwardedEntry, ForwardedInstanceEntry, ForwardedInstanceList};
pub use instance_tree::{
    AllDocsInstanceNodeInstanceList, AllDocsInstanceTreeList, GetInstanceTree, InstanceTreeEntry, InstanceTreeList,
    SharedInstanceEntry, SharedInstanceList,
};
pub use open::{ComputePartition, PartitionAddress};
pub use overview::{
    AllDocsComputePartitionList, AllDocsEventList, AllDocsInstanceTreeInstanceList, AllDocsSoftwareInstallationList,
    ComputePartitionEntry, ComputePartitionList, EventCursor, EventEntry, EventList, InstanceNameEntry,
    ReportedInstallation, ReportedInstallationList, TreeInstanceList,
};
pub use placement::{PostSoftwareInstanceMove, PutComputeNodeAllocation};
pub use software_installation::{
    PostSoftwareInstallation, PutSoftwareInstallationError, PutSoftwareInstallationReportedState, ReportedSoftware,
};
pub use software_instance::{
    GetComputePartition, GetSoftwareInstance, GetSoftwareInstanceCertificate, Instance, Place, PostSoftwareInstance,
    PutSoftwareInstanceBang, PutSoftwareInstanceConnectionParameter, PutSoftwareInstanceError,
    PutSoftwareInstanceReportedState, PutSoftwareInstanceTitle, instance_guid,
};
pub use text::{RequestError, read, write};
pub(super) use values::Key;

/// A method: its request, which is the implementing type, and its response.
pub trait Method: Serialize + DeserializeOwned {
    /// The name, which is the path of its URL.
    const NAME: &'static str;

    /// What is answered with status 200.
    type Response: Serialize + DeserializeOwned;
}

macro_rules! methods {
    ($($request:ident = $name:literal -> $response:ty;)*) => {
        $(impl $crate::wire::json_rpc::Method for $request {
            const NAME: &'static str = $name;

            type Response = $response;
        })*
    };
}
use methods;

methods! {
    GetHateoasUrl = "slapos.get.v0.hateoas_url" -> HateoasUrl;
}

/// Asks where the HATEOAS API is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GetHateoasUrl {}

/// Where the HATEOAS API is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HateoasUrl {
    /// The absolute URL of its root, as the client reaches it.
    pub hateoas_url: String,
}

/// Says that a call took effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Success {
    /// Always `success`.
    pub r#type: SuccessType,
    /// What happened, for people.
    pub title: String,
}

impl Success {
    /// A success with its title.
    #[must_use]
    pub fn new(title: impl Into<String>) -> Self {
        Self { r#type: SuccessType::Success, title: title.into() }
    }

    /// The answer to a report. Its title is that of the Python proxy, which clients compare: here reports are stored.
    #[must_use]
    pub fn reported() -> Self {
        Self::new("Ignored")
    }
}

/// The constant by which a success is recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum SuccessType {
    /// The only value.
    Success,
}

/// A key and its certificate; both texts are empty where there is no certificate authority.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Certificate {
    /// The private key in PEM.
    pub key: String,
    /// The certificate in PEM.
    pub certificate: String,
}

impl From<Pair> for Certificate {
    fn from(pair: Pair) -> Self {
        let Pair { key, certificate } = pair;
        Self { key, certificate }
    }
}

/// What is answered instead of a response when a call fails.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ErrorDocument {
    /// The HTTP status.
    pub status: u16,
    /// The standard name of the status, or a symbol of the protocol.
    pub r#type: String,
    /// What was wrong, with the field or the name that it is about.
    pub title: String,
}

/// What the production master answers with status 200 while an instance has no place yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NotReady {
    /// Why, for people.
    pub message: String,
    /// `SoftwareInstanceNotReady`.
    pub name: String,
    /// [`NotReady::STATUS`].
    pub status: u16,
}

impl NotReady {
    /// The status inside of the document.
    pub const STATUS: u16 = 102;

    /// The document that says why.
    #[must_use]
    pub fn new(message: String) -> Self {
        Self { message, name: "SoftwareInstanceNotReady".into(), status: Self::STATUS }
    }
}

#[cfg(test)]
mod tests;
