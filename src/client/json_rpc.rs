//! The JSON-RPC API, method by method.

use super::call::{Call, Identity};
use super::error::Error;
use super::transport::{Api, Transport};
use crate::wire::json_rpc::{self, Method};

/// The media type of requests.
const JSON: &str = "application/json";

/// The methods of the JSON-RPC API, each under the name that its handler has, and [`call`](Self::call) for any of them.
#[derive(Debug, Clone)]
pub struct JsonRpc<'a> {
    pub(super) transport: &'a Transport,
    pub(super) identity: Option<Identity>,
}

impl JsonRpc<'_> {
    /// Calls the method of a request.
    ///
    /// # Errors
    /// [`Error`], of the kind [`NotFound`](super::ErrorKind::NotFound) for most of what the master refuses.
    pub async fn call<M: Method>(&self, request: &M) -> Result<M::Response, Error> {
        let body = json_rpc::write(request).map_err(Error::invalid)?;
        let body = String::from_utf8_lossy(&body).into_owned();
        let call = Call::post(self.transport.url(M::NAME), JSON, body).by(self.identity.as_ref());
        let body = self.transport.send(Api::JsonRpc, call).await?;
        json_rpc::read(&body).map_err(|error| self.transport.unexpected(M::NAME, &error))
    }
}

/// Gives methods their names.
macro_rules! named {
    ($($name:ident: $request:ident;)*) => {
        /// Each method fails as [`JsonRpc::call`] does.
        impl JsonRpc<'_> {
            $(
                #[doc = concat!("The method of [`", stringify!($request), "`](json_rpc::", stringify!($request), ").")]
                ///
                /// # Errors
                /// As [`JsonRpc::call`].
                pub async fn $name(
                    &self,
                    request: &json_rpc::$request,
                ) -> Result<<json_rpc::$request as Method>::Response, Error> {
                    self.call(request).await
                }
            )*
        }
    };
}

named! {
    put_compute_node_format: PutComputeNodeFormat;
    put_compute_node_bang: PutComputeNodeBang;
    get_compute_node_status: GetComputeNodeStatus;
    post_compute_node_usage: PostComputeNodeUsage;
    post_compute_node_certificate: PostComputeNodeCertificate;
    remove_compute_node_certificate: RemoveComputeNodeCertificate;
    all_docs_compute_node_instance_list: AllDocsComputeNodeInstanceList;
    all_docs_compute_node_software_installation_list: AllDocsComputeNodeSoftwareInstallationList;
    all_docs_compute_node_list: AllDocsComputeNodeList;
    post_software_installation: PostSoftwareInstallation;
    put_software_installation_reported_state: PutSoftwareInstallationReportedState;
    put_software_installation_error: PutSoftwareInstallationError;
    post_software_instance: PostSoftwareInstance;
    get_software_instance: GetSoftwareInstance;
    get_compute_partition: GetComputePartition;
    get_software_instance_certificate: GetSoftwareInstanceCertificate;
    put_software_instance_connection_parameter: PutSoftwareInstanceConnectionParameter;
    put_software_instance_reported_state: PutSoftwareInstanceReportedState;
    put_software_instance_error: PutSoftwareInstanceError;
    put_software_instance_bang: PutSoftwareInstanceBang;
    put_software_instance_title: PutSoftwareInstanceTitle;
    get_instance_tree: GetInstanceTree;
    all_docs_instance_tree_list: AllDocsInstanceTreeList;
    all_docs_instance_node_instance_list: AllDocsInstanceNodeInstanceList;
    all_docs_compute_partition_list: AllDocsComputePartitionList;
    all_docs_software_installation_list: AllDocsSoftwareInstallationList;
    all_docs_instance_tree_instance_list: AllDocsInstanceTreeInstanceList;
    all_docs_event_list: AllDocsEventList;
    all_docs_explanation_list: AllDocsExplanationList;
    put_compute_node_allocation: PutComputeNodeAllocation;
    post_software_instance_move: PostSoftwareInstanceMove;
    all_docs_forwarded_instance_list: AllDocsForwardedInstanceList;
    all_docs_consumption_list: AllDocsConsumptionList;
    get_hateoas_url: GetHateoasUrl;
}
