//! The JSON-RPC API: one path for each method, a JSON object in and a JSON object out. Handlers carry the names of their
//! methods in snake case, without version.

mod about;
mod compute_node;
mod error;
mod extract;
mod hateoas;
mod instance_tree;
mod overview;
mod placement;
mod software_installation;
mod software_instance;

use actix_web::dev::HttpServiceFactory;
use actix_web::middleware::from_fn;
use actix_web::{FromRequest, Handler, HttpRequest, HttpResponse, Responder, ResponseError, web};

use self::error::Error;
use super::route::admit;
use crate::domain::access::Callers::{self, Everybody, Nodes, NodesAndInstances, People, PeopleAndNodes};
use crate::http::failure::Failure;
use crate::wire::json_rpc::{
    AllDocsComputeNodeInstanceList, AllDocsComputeNodeList, AllDocsComputeNodeSoftwareInstallationList,
    AllDocsComputePartitionList, AllDocsConsumptionList, AllDocsEventList, AllDocsExplanationList,
    AllDocsForwardedInstanceList, AllDocsInstanceNodeInstanceList, AllDocsInstanceTreeInstanceList,
    AllDocsInstanceTreeList, AllDocsSoftwareInstallationList, GetComputeNodeStatus, GetComputePartition, GetHateoasUrl,
    GetInstanceTree, GetSoftwareInstance, GetSoftwareInstanceCertificate, Method, PostComputeNodeCertificate,
    PostComputeNodeUsage, PostSoftwareInstallation, PostSoftwareInstance, PostSoftwareInstanceMove,
    PutComputeNodeAllocation, PutComputeNodeBang, PutComputeNodeFormat, PutSoftwareInstallationError,
    PutSoftwareInstallationReportedState, PutSoftwareInstanceBang, PutSoftwareInstanceConnectionParameter,
    PutSoftwareInstanceError, PutSoftwareInstanceReportedState, PutSoftwareInstanceTitle, RemoveComputeNodeCertificate,
};

/// Mounts the routes.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .service(method::<PutComputeNodeFormat>(PeopleAndNodes).to(compute_node::put_compute_node_format))
        .service(method::<PutComputeNodeBang>(PeopleAndNodes).to(compute_node::put_compute_node_bang))
        .service(method::<GetComputeNodeStatus>(PeopleAndNodes).to(compute_node::get_compute_node_status))
        .service(method::<PostComputeNodeUsage>(Nodes).to(compute_node::post_compute_node_usage))
        .service(method::<PostComputeNodeCertificate>(PeopleAndNodes).to(compute_node::post_compute_node_certificate))
        .service(
            method::<RemoveComputeNodeCertificate>(PeopleAndNodes).to(compute_node::remove_compute_node_certificate),
        )
        .service(
            method::<AllDocsComputeNodeInstanceList>(PeopleAndNodes)
                .to(compute_node::all_docs_compute_node_instance_list),
        )
        .service(
            method::<AllDocsComputeNodeSoftwareInstallationList>(PeopleAndNodes)
                .to(compute_node::all_docs_compute_node_software_installation_list),
        )
        .service(method::<AllDocsComputeNodeList>(People).to(compute_node::all_docs_compute_node_list))
        .service(method::<PostSoftwareInstallation>(People).to(software_installation::post_software_installation))
        .service(
            method::<PutSoftwareInstallationReportedState>(Nodes)
                .to(software_installation::put_software_installation_reported_state),
        )
        .service(
            method::<PutSoftwareInstallationError>(Nodes).to(software_installation::put_software_installation_error),
        )
        .service(method::<PostSoftwareInstance>(Everybody).to(software_instance::post_software_instance))
        .service(method::<GetSoftwareInstance>(Everybody).to(software_instance::get_software_instance))
        .service(method::<GetComputePartition>(Everybody).to(software_instance::get_compute_partition))
        .service(
            method::<GetSoftwareInstanceCertificate>(NodesAndInstances)
                .to(software_instance::get_software_instance_certificate),
        )
        .service(
            method::<PutSoftwareInstanceConnectionParameter>(NodesAndInstances)
                .to(software_instance::put_software_instance_connection_parameter),
        )
        .service(
            method::<PutSoftwareInstanceReportedState>(NodesAndInstances)
                .to(software_instance::put_software_instance_reported_state),
        )
        .service(
            method::<PutSoftwareInstanceError>(NodesAndInstances).to(software_instance::put_software_instance_error),
        )
        .service(method::<PutSoftwareInstanceBang>(Everybody).to(software_instance::put_software_instance_bang))
        .service(method::<PutSoftwareInstanceTitle>(Everybody).to(software_instance::put_software_instance_title))
        .service(method::<GetInstanceTree>(People).to(instance_tree::get_instance_tree))
        .service(method::<AllDocsInstanceTreeList>(People).to(instance_tree::all_docs_instance_tree_list))
        .service(
            method::<AllDocsInstanceNodeInstanceList>(Everybody)
                .to(instance_tree::all_docs_instance_node_instance_list),
        )
        .service(method::<AllDocsComputePartitionList>(PeopleAndNodes).to(overview::all_docs_compute_partition_list))
        .service(
            method::<AllDocsSoftwareInstallationList>(PeopleAndNodes).to(overview::all_docs_software_installation_list),
        )
        .service(method::<AllDocsInstanceTreeInstanceList>(People).to(overview::all_docs_instance_tree_instance_list))
        .service(method::<AllDocsEventList>(People).to(overview::all_docs_event_list))
        .service(method::<AllDocsExplanationList>(People).to(overview::all_docs_explanation_list))
        .service(method::<PutComputeNodeAllocation>(People).to(placement::put_compute_node_allocation))
        .service(method::<PostSoftwareInstanceMove>(People).to(placement::post_software_instance_move))
        .service(method::<AllDocsForwardedInstanceList>(People).to(overview::all_docs_forwarded_instance_list))
        .service(method::<AllDocsConsumptionList>(People).to(overview::all_docs_consumption_list))
        .service(method::<GetHateoasUrl>(Everybody).to(hateoas::get_hateoas_url))
        .service(web::resource("/slapos.{method:.*}").to(unknown));
}

/// The path of a method, and whom it is for.
fn method<M: Method>(callers: Callers) -> Path {
    Path(M::NAME, callers)
}

struct Path(&'static str, Callers);

impl Path {
    /// Gives the path its handler, which only `POST` reaches.
    fn to<F, Args>(self, handler: F) -> impl HttpServiceFactory + 'static
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        let Self(name, callers) = self;
        web::resource(format!("/{name}"))
            .route(web::post().to(handler))
            .default_service(web::to(not_post))
            .wrap(from_fn(move |request, next| admit(callers, refused, request, next)))
    }
}

/// The answer to a caller for whom a method is not.
pub fn refused(failure: Failure) -> HttpResponse {
    Error::from(failure).error_response()
}

/// The answer to a request that fails on purpose.
pub fn disturbed(status: u16, title: String) -> HttpResponse {
    Error::Disturbed { status, title }.error_response()
}

async fn not_post(request: HttpRequest) -> Result<HttpResponse, Error> {
    Err(Error::NotPost { method: request.method().to_string() })
}

async fn unknown(request: HttpRequest) -> Result<HttpResponse, Error> {
    Err(Error::UnknownMethod { name: request.path().trim_start_matches('/').to_owned() })
}
