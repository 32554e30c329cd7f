//! What methods are about: a caller who proves who he is may only speak about what belongs to him.

use crate::domain::access::Subject;
use crate::wire::json_rpc::{
    AllDocsComputeNodeInstanceList, AllDocsComputeNodeList, AllDocsComputeNodeSoftwareInstallationList,
    AllDocsComputePartitionList, AllDocsConsumptionList, AllDocsEventList, AllDocsExplanationList,
    AllDocsForwardedInstanceList, AllDocsInstanceNodeInstanceList, AllDocsInstanceTreeInstanceList,
    AllDocsInstanceTreeList, AllDocsSoftwareInstallationList, GetComputeNodeStatus, GetComputePartition, GetHateoasUrl,
    GetInstanceTree, GetSoftwareInstance, GetSoftwareInstanceCertificate, PostComputeNodeCertificate,
    PostComputeNodeUsage, PostSoftwareInstallation, PostSoftwareInstance, PostSoftwareInstanceMove,
    PutComputeNodeAllocation, PutComputeNodeBang, PutComputeNodeFormat, PutSoftwareInstallationError,
    PutSoftwareInstallationReportedState, PutSoftwareInstanceBang, PutSoftwareInstanceConnectionParameter,
    PutSoftwareInstanceError, PutSoftwareInstanceReportedState, PutSoftwareInstanceTitle, RemoveComputeNodeCertificate,
};

/// A request that says what it is about.
pub trait About {
    /// What the request is about.
    fn about(&self) -> Subject;
}

macro_rules! about_computers {
    ($($request:ty),* $(,)?) => {
        $(impl About for $request {
            fn about(&self) -> Subject {
                Subject::Computer(self.computer_guid.to_string())
            }
        })*
    };
}

macro_rules! about_instances {
    ($($request:ty),* $(,)?) => {
        $(impl About for $request {
            fn about(&self) -> Subject {
                Subject::Instance(self.instance_guid.clone())
            }
        })*
    };
}

macro_rules! about_everything {
    ($($request:ty),* $(,)?) => {
        $(impl About for $request {
            fn about(&self) -> Subject {
                Subject::Nothing
            }
        })*
    };
}

about_computers!(
    AllDocsComputeNodeInstanceList,
    AllDocsComputeNodeSoftwareInstallationList,
    AllDocsComputePartitionList,
    AllDocsSoftwareInstallationList,
    GetComputeNodeStatus,
    PostComputeNodeCertificate,
    PostComputeNodeUsage,
    PostSoftwareInstallation,
    PutComputeNodeAllocation,
    PutComputeNodeBang,
    PutComputeNodeFormat,
    PutSoftwareInstallationError,
    PutSoftwareInstallationReportedState,
    RemoveComputeNodeCertificate,
);

about_instances!(
    AllDocsInstanceNodeInstanceList,
    GetSoftwareInstance,
    GetSoftwareInstanceCertificate,
    PostSoftwareInstanceMove,
    PutSoftwareInstanceBang,
    PutSoftwareInstanceConnectionParameter,
    PutSoftwareInstanceError,
    PutSoftwareInstanceReportedState,
    PutSoftwareInstanceTitle,
);

about_everything!(
    AllDocsComputeNodeList,
    AllDocsConsumptionList,
    AllDocsEventList,
    AllDocsExplanationList,
    AllDocsForwardedInstanceList,
    AllDocsInstanceTreeInstanceList,
    AllDocsInstanceTreeList,
    GetHateoasUrl,
    GetInstanceTree,
    PostSoftwareInstance,
);

impl About for GetComputePartition {
    fn about(&self) -> Subject {
        Subject::Partition(self.computer_guid.clone(), self.compute_partition_id.clone())
    }
}
