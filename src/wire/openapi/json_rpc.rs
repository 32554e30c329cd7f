//! The methods of the JSON-RPC API.

use serde_json::Value;
use utoipa::openapi::path::{HttpMethod, OperationBuilder, PathItem};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{OneOfBuilder, Schema};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Required, Response, ResponseBuilder, ResponsesBuilder};
use utoipa::{PartialSchema, ToSchema};

use super::operation::{Schemas, page_content, speaker};
use crate::wire::json_rpc::{
    AllDocsComputeNodeInstanceList, AllDocsComputeNodeList, AllDocsComputeNodeSoftwareInstallationList,
    AllDocsComputePartitionList, AllDocsConsumptionList, AllDocsEventList, AllDocsExplanationList,
    AllDocsForwardedInstanceList, AllDocsInstanceNodeInstanceList, AllDocsInstanceTreeInstanceList,
    AllDocsInstanceTreeList, AllDocsSoftwareInstallationList, ErrorDocument, GetComputeNodeStatus, GetComputePartition,
    GetHateoasUrl, GetInstanceTree, GetSoftwareInstance, GetSoftwareInstanceCertificate, Method, NotReady,
    PostComputeNodeCertificate, PostComputeNodeUsage, PostSoftwareInstallation, PostSoftwareInstance,
    PostSoftwareInstanceMove, PutComputeNodeAllocation, PutComputeNodeBang, PutComputeNodeFormat,
    PutSoftwareInstallationError, PutSoftwareInstallationReportedState, PutSoftwareInstanceBang,
    PutSoftwareInstanceConnectionParameter, PutSoftwareInstanceError, PutSoftwareInstanceReportedState,
    PutSoftwareInstanceTitle, RemoveComputeNodeCertificate,
};

const JSON: &str = "application/json";
const COMPUTERS: &str = "JSON-RPC: computers";
const SOFTWARE: &str = "JSON-RPC: software";
const INSTANCES: &str = "JSON-RPC: instances";

/// The failures that every method tells, by their statuses.
const FAILURES: [(&str, &str); 8] = [
    ("400", "The body is not what the method takes, or the `Authorization` header names an unknown partition."),
    (
        "401",
        "A certificate or token is demanded, and there is none, it does not hold any more, or the call is not for who \
         proves by it who he is.",
    ),
    (
        "403",
        "What is named is not there, is refused, or has no place; the title says which. As HTML: the request does not \
         come from where it may.",
    ),
    ("406", "The `Accept` header does not take JSON. Nothing was done."),
    ("408", "The request took too long to arrive."),
    ("413", "The body is larger than the server accepts."),
    ("415", "The body is not called JSON: `application/json`, or `application/…+json`."),
    (UNREACHABLE, "The master that the request goes on to cannot be reached. Nothing has changed."),
];

/// The status of a request that goes on to another master, where that one cannot be reached.
const UNREACHABLE: &str = "523";

/// Methods that may answer that there is nothing yet.
const NOT_READY: [&str; 2] = [PostSoftwareInstance::NAME, GetInstanceTree::NAME];

/// A method under its path.
type Item = fn(&mut Schemas) -> (String, PathItem);

/// A report of a use, where the golden one is refused.
const USAGE: &str = r#"{"computer_guid": "local_computer", "tioxml": "<journal><transaction type=\"Sale Packing List\"><title>Resource consumptions</title><start_date></start_date><stop_date>2026-01-01 at 00:00:00</stop_date><reference>local_computer</reference><currency></currency><payment_mode></payment_mode><category></category><arrow type=\"Administration\"><source></source><destination></destination></arrow><movement><resource>CPU Consumption</resource><title>CPU</title><reference>slappart0</reference><quantity>42.42</quantity><price>0.00</price><VAT></VAT><category></category></movement></transaction></journal>"}"#;

/// A status record, where the golden one is a pretence.
const STATUS: &str = r##"{"user": "local_computer", "created_at": "Tue, 19 May 2020 10:00:00 GMT",
    "since": "Tue, 19 May 2020 10:00:00 GMT", "state": "", "text": "#access local_computer",
    "reference": "local_computer", "portal_type": "Compute Node", "no_data_since_5_minutes": 0,
    "no_data_since_15_minutes": 0}"##;

macro_rules! request {
    ($golden:literal) => {
        include_str!(concat!("../../../fixtures/wire/json-rpc/", $golden, ".request.http"))
    };
}

macro_rules! response {
    ($golden:literal) => {
        include_str!(concat!("../../../fixtures/wire/json-rpc/", $golden, ".response.http"))
    };
}

/// A method with its group and its examples: a golden exchange, or a request and a response.
macro_rules! method {
    ($group:ident $request:ident, own $golden:literal) => {
        method!(
            $group $request,
            include_str!(concat!("../../../fixtures/wire/own/", $golden, ".request.http")),
            include_str!(concat!("../../../fixtures/wire/own/", $golden, ".response.http"))
        )
    };
    ($group:ident $request:ident, $golden:literal) => {
        method!($group $request, request!($golden), response!($golden))
    };
    ($group:ident $request:ident, $asked:expr, $answered:expr) => {
        |schemas| item::<$request>($group, $asked, $answered, schemas)
    };
}

/// All of them.
pub const METHODS: &[Item] = &[
    method!(COMPUTERS PutComputeNodeFormat, "put.compute_node_format"),
    method!(COMPUTERS PutComputeNodeBang, "put.compute_node_bang"),
    method!(COMPUTERS GetComputeNodeStatus, request!("get.compute_node_status"), STATUS),
    method!(COMPUTERS PostComputeNodeUsage, USAGE, response!("post.compute_node_usage")),
    method!(COMPUTERS PostComputeNodeCertificate, "post.compute_node_certificate"),
    method!(COMPUTERS RemoveComputeNodeCertificate, "remove.compute_node_certificate"),
    method!(COMPUTERS AllDocsComputeNodeInstanceList, "allDocs.compute_node_instance_list"),
    method!(COMPUTERS AllDocsComputeNodeSoftwareInstallationList, "allDocs.compute_node_software_installation_list"),
    method!(COMPUTERS AllDocsComputeNodeList, "allDocs.WIP.compute_node_list"),
    method!(COMPUTERS AllDocsComputePartitionList, own "slapos.allDocs.WIP.compute_partition_list"),
    method!(COMPUTERS PutComputeNodeAllocation, own "slapos.put.WIP.compute_node_allocation"),
    method!(COMPUTERS AllDocsConsumptionList, own "slapos.allDocs.WIP.consumption_list"),
    method!(COMPUTERS GetHateoasUrl, "get.hateoas_url"),
    method!(SOFTWARE PostSoftwareInstallation, "post.software_installation"),
    method!(SOFTWARE PutSoftwareInstallationReportedState, "put.software_installation_reported_state-available"),
    method!(SOFTWARE PutSoftwareInstallationError, "put.software_installation_error"),
    method!(SOFTWARE AllDocsSoftwareInstallationList, own "slapos.allDocs.WIP.software_installation_list"),
    method!(INSTANCES AllDocsInstanceTreeInstanceList, own "slapos.allDocs.WIP.instance_tree_instance_list"),
    method!(INSTANCES AllDocsEventList, own "slapos.allDocs.WIP.event_list"),
    method!(INSTANCES AllDocsExplanationList, own "slapos.allDocs.WIP.explanation_list"),
    method!(INSTANCES PostSoftwareInstanceMove, own "slapos.post.WIP.software_instance_move"),
    method!(INSTANCES AllDocsForwardedInstanceList, own "slapos.allDocs.WIP.forwarded_instance_list"),
    method!(INSTANCES PostSoftwareInstance, "post.software_instance-from-partition"),
    method!(INSTANCES GetSoftwareInstance, "get.software_instance"),
    method!(INSTANCES GetComputePartition, "get.compute_partition"),
    method!(INSTANCES GetSoftwareInstanceCertificate, "get.software_instance_certificate"),
    method!(INSTANCES PutSoftwareInstanceConnectionParameter, "put.software_instance_connection_parameter"),
    method!(INSTANCES PutSoftwareInstanceReportedState, "put.software_instance_reported_state-started"),
    method!(INSTANCES PutSoftwareInstanceError, "put.software_instance_error"),
    method!(INSTANCES PutSoftwareInstanceBang, "put.software_instance_bang"),
    method!(INSTANCES PutSoftwareInstanceTitle, "put.software_instance_title"),
    method!(INSTANCES GetInstanceTree, "get.instance_tree"),
    method!(INSTANCES AllDocsInstanceTreeList, "allDocs.instance_tree_list"),
    method!(INSTANCES AllDocsInstanceNodeInstanceList, "allDocs.instance_node_instance_list"),
];

fn item<M>(group: &str, request: &str, response: &str, schemas: &mut Schemas) -> (String, PathItem)
where
    M: Method + ToSchema,
    M::Response: ToSchema,
{
    let about = description::<M>();
    let (summary, more) = about.split_once(". ").unwrap_or((about.trim_end_matches('.'), ""));
    let content =
        |schema: RefOr<Schema>, golden: &str| ContentBuilder::new().schema(Some(schema)).example(body(golden)).build();
    let asked = RequestBodyBuilder::new()
        .required(Some(Required::True))
        .content(JSON, content(schemas.take::<M>().into(), request))
        .build();
    let response_schema = schemas.take::<M::Response>();
    let answer = if NOT_READY.contains(&M::NAME) {
        let not_ready = schemas.take::<NotReady>();
        Schema::OneOf(OneOfBuilder::new().item(response_schema).item(not_ready).build()).into()
    } else {
        response_schema.into()
    };
    let answered = ResponseBuilder::new()
        .description(description::<M::Response>())
        .content(JSON, content(answer, response))
        .build();
    let has = |status: &str| status != UNREACHABLE || M::NAME == PostSoftwareInstance::NAME;
    let failures = FAILURES.iter().filter(|(status, _)| has(status));
    let failures = failures.fold(ResponsesBuilder::new().response("200", answered), |responses, (status, _)| {
        responses.response(*status, Ref::from_response_name(name(status)))
    });
    let operation = OperationBuilder::new()
        .operation_id(Some(M::NAME))
        .tag(group)
        .summary(Some(summary))
        .description((!more.is_empty()).then_some(more))
        .request_body(Some(asked))
        .responses(failures)
        .securities(Some([SecurityRequirement::default(), speaker()]))
        .build();
    (format!("/{}", M::NAME), PathItem::new(HttpMethod::Post, operation))
}

/// The failures, by their names.
pub fn failures(schemas: &mut Schemas) -> Vec<(String, Response)> {
    let document = schemas.take::<ErrorDocument>();
    let failure = |(status, description): &(&str, &str)| {
        let content = ContentBuilder::new().schema(Some(document.clone()));
        let response = ResponseBuilder::new().description(*description).content(JSON, content.build());
        let response = if *status == "403" { response.content("text/html", page_content()) } else { response };
        (name(status), response.build())
    };
    FAILURES.iter().map(failure).collect()
}

fn name(status: &str) -> String {
    format!("json-rpc-{status}")
}

/// The JSON of an example, or after the headers of a golden message.
fn body(example: &str) -> Option<Value> {
    let body = example.split_once("\r\n\r\n").map_or(example, |(_, body)| body);
    serde_json::from_str(body).ok()
}

/// What a type says of itself, on one line.
fn description<T: PartialSchema>() -> String {
    match T::schema() {
        RefOr::T(Schema::Object(object)) => object.description.unwrap_or_default().replace('\n', " "),
        _ => String::new(),
    }
}
