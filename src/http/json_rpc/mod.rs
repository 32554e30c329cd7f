//! The JSON-RPC API: one path for each method, a JSON object in and a JSON object out. Handlers carry the names of their
//! methods in snake case, without version.

mod compute_node;
mod error;
mod extract;
mod hateoas;
mod instance_tree;
mod overview;
mod software_installation;
mod software_instance;

use actix_web::{FromRequest, Handler, HttpRequest, HttpResponse, Resource, Responder, web};

use self::error::Error;
use crate::wire::json_rpc::{
    AllDocsComputeNodeInstanceList, AllDocsComputeNodeList, AllDocsComputeNodeSoftwareInstallationList,
    AllDocsComputePartitionList, AllDocsEventList, AllDocsInstanceNodeInstanceList, AllDocsInstanceTreeInstanceList,
    AllDocsInstanceTreeList, AllDocsSoftwareInstallationList, GetComputeNodeStatus, GetComputePartition, GetHateoasUrl,
    GetInstanceTree, GetSoftwareInstance, GetSoftwareInstanceCertificate, Method, PostComputeNodeCertificate,
    PostComputeNodeUsage, PostSoftwareInstallation, PostSoftwareInstance, PutComputeNodeBang, PutComputeNodeFormat,
    PutSoftwareInstallationError, PutSoftwareInstallationReportedState, PutSoftwareInstanceBang,
    PutSoftwareInstanceConnectionParameter, PutSoftwareInstanceError, PutSoftwareInstanceReportedState,
    PutSoftwareInstanceTitle, RemoveComputeNodeCertificate,
};

/// Mounts the routes.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .service(method::<PutComputeNodeFormat>().to(compute_node::put_compute_node_format))
        .service(method::<PutComputeNodeBang>().to(compute_node::put_compute_node_bang))
        .service(method::<GetComputeNodeStatus>().to(compute_node::get_compute_node_status))
        .service(method::<PostComputeNodeUsage>().to(compute_node::post_compute_node_usage))
        .service(method::<PostComputeNodeCertificate>().to(compute_node::post_compute_node_certificate))
        .service(method::<RemoveComputeNodeCertificate>().to(compute_node::remove_compute_node_certificate))
        .service(method::<AllDocsComputeNodeInstanceList>().to(compute_node::all_docs_compute_node_instance_list))
        .service(
            method::<AllDocsComputeNodeSoftwareInstallationList>()
                .to(compute_node::all_docs_compute_node_software_installation_list),
        )
        .service(method::<AllDocsComputeNodeList>().to(compute_node::all_docs_compute_node_list))
        .service(method::<PostSoftwareInstallation>().to(software_installation::post_software_installation))
        .service(
            method::<PutSoftwareInstallationReportedState>()
                .to(software_installation::put_software_installation_reported_state),
        )
        .service(method::<PutSoftwareInstallationError>().to(software_installation::put_software_installation_error))
        .service(method::<PostSoftwareInstance>().to(software_instance::post_software_instance))
        .service(method::<GetSoftwareInstance>().to(software_instance::get_software_instance))
        .service(method::<GetComputePartition>().to(software_instance::get_compute_partition))
        .service(method::<GetSoftwareInstanceCertificate>().to(software_instance::get_software_instance_certificate))
        .service(
            method::<PutSoftwareInstanceConnectionParameter>()
                .to(software_instance::put_software_instance_connection_parameter),
        )
        .service(
            method::<PutSoftwareInstanceReportedState>().to(software_instance::put_software_instance_reported_state),
        )
        .service(method::<PutSoftwareInstanceError>().to(software_instance::put_software_instance_error))
        .service(method::<PutSoftwareInstanceBang>().to(software_instance::put_software_instance_bang))
        .service(method::<PutSoftwareInstanceTitle>().to(software_instance::put_software_instance_title))
        .service(method::<GetInstanceTree>().to(instance_tree::get_instance_tree))
        .service(method::<AllDocsInstanceTreeList>().to(instance_tree::all_docs_instance_tree_list))
        .service(method::<AllDocsInstanceNodeInstanceList>().to(instance_tree::all_docs_instance_node_instance_list))
        .service(method::<AllDocsComputePartitionList>().to(overview::all_docs_compute_partition_list))
        .service(method::<AllDocsSoftwareInstallationList>().to(overview::all_docs_software_installation_list))
        .service(method::<AllDocsInstanceTreeInstanceList>().to(overview::all_docs_instance_tree_instance_list))
        .service(method::<AllDocsEventList>().to(overview::all_docs_event_list))
        .service(method::<GetHateoasUrl>().to(hateoas::get_hateoas_url))
        .service(web::resource("/slapos.{method:.*}").to(unknown));
}

/// The path of a method.
fn method<M: Method>() -> Path {
    Path(M::NAME)
}

struct Path(&'static str);

impl Path {
    /// Gives the path its handler, which only `POST` reaches.
    fn to<F, Args>(self, handler: F) -> Resource
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        web::resource(format!("/{}", self.0)).route(web::post().to(handler)).default_service(web::to(not_post))
    }
}

async fn not_post(request: HttpRequest) -> Result<HttpResponse, Error> {
    Err(Error::NotPost { method: request.method().to_string() })
}

async fn unknown(request: HttpRequest) -> Result<HttpResponse, Error> {
    Err(Error::UnknownMethod { name: request.path().trim_start_matches('/').to_owned() })
}
