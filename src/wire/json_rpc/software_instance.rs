//! Instances, software and shared.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::values::{message, plain, sla, title};
use super::{Certificate, Success, methods};
use crate::domain::address::Address;
use crate::domain::frontend::Shortcut;
use crate::domain::ids::{SoftwareRelease, Title};
use crate::domain::instance::{self, Request};
use crate::domain::parameters::Parameters;
use crate::domain::partition::Partition;
use crate::domain::state::RequestedState;
use crate::domain::timestamp::Timestamp;
use crate::wire::xml::objects::Answered;

methods! {
    PostSoftwareInstance = "slapos.post.v0.software_instance" -> Instance;
    GetSoftwareInstance = "slapos.get.v0.software_instance" -> Instance;
    GetComputePartition = "slapos.get.v0.compute_partition" -> Instance;
    GetSoftwareInstanceCertificate = "slapos.get.v0.software_instance_certificate" -> Certificate;
    PutSoftwareInstanceConnectionParameter = "slapos.put.v0.software_instance_connection_parameter" -> Success;
    PutSoftwareInstanceReportedState = "slapos.put.v0.software_instance_reported_state" -> Success;
    PutSoftwareInstanceError = "slapos.put.v0.software_instance_error" -> Success;
    PutSoftwareInstanceBang = "slapos.put.v0.software_instance_bang" -> Success;
    PutSoftwareInstanceTitle = "slapos.put.v0.software_instance_title" -> Success;
}

/// Requests an instance: creates, updates, reads, stops or destroys it. The requester is the partition of the
/// `Authorization` header, or else a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostSoftwareInstance {
    /// The title, unique in its tree.
    #[serde(deserialize_with = "title")]
    #[schema(value_type = String, max_length = 200)]
    pub title: Title,
    /// The URL or path of the software release.
    #[schema(value_type = String)]
    pub software_release_uri: SoftwareRelease,
    /// The software type; an empty one is `default`.
    #[serde(deserialize_with = "plain")]
    pub software_type: String,
    /// The instance parameters, of any JSON type.
    #[serde(default)]
    #[schema(value_type = Object, required = false)]
    pub parameters: Parameters,
    /// `started`, also when absent, `stopped` or `destroyed`.
    #[serde(default = "started")]
    #[schema(value_type = String, pattern = "^(started|stopped|destroyed)$", default = "started")]
    pub state: RequestedState,
    /// Whether a shared instance is wanted.
    #[serde(default)]
    pub shared: bool,
    /// Where it wants to be: `computer_guid`, `instance_guid`, `project_guid`, `network_guid` and any other key are
    /// texts, `retention_delay` is a number.
    #[serde(default, deserialize_with = "sla")]
    #[schema(value_type = Object, required = false)]
    pub sla_parameters: Parameters,
}

fn started() -> RequestedState {
    RequestedState::Started
}

impl From<PostSoftwareInstance> for Request {
    fn from(request: PostSoftwareInstance) -> Self {
        Self {
            title: request.title,
            software_release: request.software_release_uri,
            software_type: request.software_type,
            state: Some(request.state),
            shared: request.shared,
            parameters: request.parameters,
            sla: request.sla_parameters,
        }
    }
}

/// Asks for an instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GetSoftwareInstance {
    /// Any identifier that was ever handed out for it.
    pub instance_guid: String,
}

/// Asks for the instance in a partition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GetComputePartition {
    /// The reference of the computer.
    pub computer_guid: String,
    /// The reference of the partition.
    pub compute_partition_id: String,
}

/// Asks for the certificate of an instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GetSoftwareInstanceCertificate {
    /// The identifier of the instance.
    pub instance_guid: String,
}

/// Publishes the connection parameters of an instance, in place of those before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutSoftwareInstanceConnectionParameter {
    /// The identifier of the instance.
    pub instance_guid: String,
    /// What is published, of any JSON type.
    #[schema(value_type = Object)]
    pub connection_parameter_dict: Parameters,
}

/// Reports what an instance is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutSoftwareInstanceReportedState {
    /// The identifier of the instance.
    pub instance_guid: String,
    /// `started`, `stopped`, or `destroyed`, which ends the instance.
    #[schema(value_type = String, pattern = "^(started|stopped|destroyed)$")]
    pub reported_state: RequestedState,
}

/// Reports that an instance failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutSoftwareInstanceError {
    /// The identifier of the instance.
    pub instance_guid: String,
    /// The error, or the log.
    #[serde(deserialize_with = "message")]
    pub message: String,
}

/// Makes the whole tree of an instance be processed again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutSoftwareInstanceBang {
    /// The identifier of the instance.
    pub instance_guid: String,
    /// Why.
    #[serde(deserialize_with = "message")]
    pub message: String,
}

/// Gives an instance a new title. Its identifier follows; the former one is still accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutSoftwareInstanceTitle {
    /// The identifier of the instance.
    pub instance_guid: String,
    /// The new title, which nothing else in its tree has.
    #[serde(deserialize_with = "title")]
    #[schema(value_type = String, max_length = 200)]
    pub title: Title,
}

/// An instance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Instance {
    /// The title.
    pub title: String,
    /// The identifier: `TITLE___ROOT TITLE___0`, or `1` for a shared instance; the root title of a root is empty.
    pub instance_guid: String,
    /// The software release.
    pub software_release_uri: String,
    /// The software type.
    pub software_type: String,
    /// What its requester wants it to be: `started`, `stopped` or `destroyed`.
    #[schema(value_type = String, pattern = "^(started|stopped|destroyed)$")]
    pub state: RequestedState,
    /// What it published, with the types of the publication.
    #[schema(value_type = Object)]
    pub connection_parameters: Parameters,
    /// Its parameters, with the types of the request.
    #[schema(value_type = Object)]
    pub parameters: Parameters,
    /// Whether it is a shared instance.
    pub shared: bool,
    /// The title of the root of its tree: its own for a root.
    pub root_instance_title: String,
    /// Its addresses, as pairs of interface and address.
    pub ip_list: Vec<[String; 2]>,
    /// Its routed addresses: interface, address, gateway, netmask and network.
    pub full_ip_list: Vec<Vec<String>>,
    /// Where it wants to be.
    #[schema(value_type = Object)]
    pub sla_parameters: Parameters,
    /// The computer it is on, or its host is; empty while it has no place.
    pub computer_guid: String,
    /// The partition it is in, or its host is; empty while it has no place.
    pub compute_partition_id: String,
    /// A number that changes whenever the node has to process it, or its host: opaque.
    pub processing_timestamp: i64,
    /// The text of the latest report about it; empty when there is none.
    pub access_status_message: String,
}

/// Where an instance is, and what its node and its reporters say.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// Its partition, or its host's.
    pub partition: Option<&'a Partition>,
    /// The addresses to tell.
    pub addresses: &'a [Address],
    /// When its node last had to process it, or its host.
    pub timestamp: Timestamp,
    /// The latest report about it.
    pub access_status: Option<&'a str>,
}

impl Instance {
    /// An instance at its place.
    #[must_use]
    pub fn new(instance: &instance::Instance, place: Place<'_>) -> Self {
        let plain = place.addresses.iter().filter(|address| address.route.is_none());
        Self {
            title: instance.title.to_string(),
            instance_guid: instance_guid(instance),
            software_release_uri: instance.wish.software_release.to_string(),
            software_type: instance.wish.software_type.clone(),
            state: instance.wish.state,
            connection_parameters: instance.connection.clone().unwrap_or_default(),
            parameters: instance.wish.parameters.clone(),
            shared: instance.sharing.is_some(),
            root_instance_title: instance.root_title.to_string(),
            ip_list: plain.map(|address| [address.interface.clone(), address.address.clone()]).collect(),
            full_ip_list: place.addresses.iter().filter_map(routed).collect(),
            sla_parameters: instance.wish.sla.clone(),
            computer_guid: place.partition.map(|partition| partition.computer.to_string()).unwrap_or_default(),
            compute_partition_id: place.partition.map(|partition| partition.reference.to_string()).unwrap_or_default(),
            processing_timestamp: place.timestamp.0,
            access_status_message: place.access_status.unwrap_or_default().to_owned(),
        }
    }

    /// The answer to a request that another master fulfilled: what was requested, and where that master says it is.
    #[must_use]
    pub fn of_forwarded(request: Request, answered: &Answered) -> Self {
        let told = answered.told();
        let title = request.title.to_string();
        let wish = request.wish(None, None);
        Self {
            instance_guid: guid(&title, "", request.shared),
            root_instance_title: title.clone(),
            title,
            software_release_uri: wish.software_release.to_string(),
            software_type: request.software_type,
            state: wish.state,
            connection_parameters: told.connection.clone().unwrap_or_default(),
            parameters: wish.parameters,
            shared: request.shared,
            ip_list: Vec::new(),
            full_ip_list: Vec::new(),
            sla_parameters: wish.sla,
            computer_guid: told.computer.clone().unwrap_or_default(),
            compute_partition_id: told.partition.clone().unwrap_or_default(),
            processing_timestamp: 0,
            access_status_message: String::new(),
        }
    }

    /// The answer of a frontend shortcut, which is nowhere and was not stored, to the request for it.
    #[must_use]
    pub fn of_shortcut(request: Request, shortcut: Shortcut) -> Self {
        let title = request.title.to_string();
        let wish = request.wish(None, None);
        Self {
            instance_guid: guid(&title, "", true),
            root_instance_title: title.clone(),
            title,
            software_release_uri: wish.software_release.to_string(),
            software_type: request.software_type,
            state: wish.state,
            connection_parameters: shortcut.connection,
            parameters: wish.parameters,
            shared: true,
            ip_list: Vec::new(),
            full_ip_list: Vec::new(),
            sla_parameters: wish.sla,
            computer_guid: String::new(),
            compute_partition_id: shortcut.partition,
            processing_timestamp: 0,
            access_status_message: String::new(),
        }
    }
}

fn routed(address: &Address) -> Option<Vec<String>> {
    let route = address.route.as_ref()?;
    let netmask = address.netmask.as_deref().unwrap_or_default();
    let texts = [&*address.interface, &*address.address, &*route.gateway, netmask, &*route.network];
    Some(texts.map(ToOwned::to_owned).into())
}

/// The identifier of an instance in this API: `TITLE___ROOT TITLE___0`, or `1` for a shared instance.
#[must_use]
pub fn instance_guid(instance: &instance::Instance) -> String {
    let root = if instance.is_root() { "" } else { &*instance.root_title };
    guid(&instance.title, root, instance.sharing.is_some())
}

pub(super) fn guid(title: &str, root: &str, shared: bool) -> String {
    format!("{title}___{root}___{}", u8::from(shared))
}
