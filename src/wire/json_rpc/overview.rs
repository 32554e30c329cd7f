//! Experimental lists for people's eyes: places, reports, trees and events.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Instance, methods};
use crate::domain::computer::PartitionInformation;
use crate::domain::event::Event;
use crate::domain::property::{PartitionProperties, PartitionType};
use crate::domain::service::InstanceName;
use crate::domain::software::SoftwareInstallation;
use crate::domain::state::SupplyState;
use crate::domain::status::Status;
use crate::wire::change::ChangeEntry;

methods! {
    AllDocsComputePartitionList = "slapos.allDocs.WIP.compute_partition_list" -> ComputePartitionList;
    AllDocsSoftwareInstallationList = "slapos.allDocs.WIP.software_installation_list" -> ReportedInstallationList;
    AllDocsInstanceTreeInstanceList = "slapos.allDocs.WIP.instance_tree_instance_list" -> TreeInstanceList;
    AllDocsEventList = "slapos.allDocs.WIP.event_list" -> EventList;
}

/// Asks for the partitions of a computer, free and busy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AllDocsComputePartitionList {
    /// The reference of the computer.
    pub computer_guid: String,
}

/// The partitions of a computer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ComputePartitionList {
    /// In the order in which they were first formatted, which is that of allocation.
    pub result_list: Vec<ComputePartitionEntry>,
    /// Whether nothing new may go to the computer; absent when it may.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub closed: bool,
    /// The network of the computer; absent when it is in none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network_guid: Option<String>,
}

/// A partition in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ComputePartitionEntry {
    /// Its reference.
    pub compute_partition_id: String,
    /// Whether it is `free` or `busy`.
    #[schema(pattern = "^(free|busy)$")]
    pub slap_state: String,
    /// Its addresses: pairs of interface and address.
    pub ip_list: Vec<[String; 2]>,
    /// The identifier of the instance in it; absent when it is free.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance_guid: Option<String>,
    /// What it is made for: `virtio`, `slave` or `limited`; absent when it is `full`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^(virtio|slave|limited)$")]
    pub partition_type: Option<String>,
    /// The ports that it provides; absent when there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub port_list: Vec<u16>,
    /// Whether nothing new may go into it; absent when it may.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub closed: bool,
}

impl ComputePartitionEntry {
    /// The entry of a partition with its properties.
    #[must_use]
    pub fn new(information: &PartitionInformation, properties: PartitionProperties) -> Self {
        let PartitionProperties { partition_type, ports, closed } = properties;
        let instance = information.occupant.as_ref().map(|occupant| &occupant.instance);
        let pair = |address: &crate::domain::address::Address| [address.interface.clone(), address.address.clone()];
        Self {
            compute_partition_id: information.partition.reference.to_string(),
            slap_state: if information.partition.instance.is_some() { "busy" } else { "free" }.into(),
            ip_list: information.addresses.iter().map(pair).collect(),
            instance_guid: instance.map(super::instance_guid),
            partition_type: (partition_type != PartitionType::Full).then(|| partition_type.to_string()),
            port_list: ports,
            closed,
        }
    }
}

/// Asks for the software releases supplied to a computer, with what was reported of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AllDocsSoftwareInstallationList {
    /// The reference of the computer.
    pub computer_guid: String,
}

/// Software releases on a computer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReportedInstallationList {
    /// In the order of their latest supply.
    pub result_list: Vec<ReportedInstallation>,
}

/// A software release on a computer, as it is wanted and as it was reported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReportedInstallation {
    /// The URL or path of the release.
    pub software_release_uri: String,
    /// What is wanted.
    #[schema(value_type = String, pattern = "^(available|destroyed)$")]
    pub state: SupplyState,
    /// The last reported state: `building` or `available`; empty when none was.
    pub reported_state: String,
    /// The text of the latest report; empty when there is none.
    pub access_status_message: String,
}

impl ReportedInstallation {
    /// An installation and the latest report about it.
    #[must_use]
    pub fn new(installation: &SoftwareInstallation, status: Option<Status>) -> Self {
        let (reported_state, access_status_message) =
            status.map(|status| (status.state, status.text)).unwrap_or_default();
        Self {
            software_release_uri: installation.software_release.to_string(),
            state: installation.requested_state,
            reported_state,
            access_status_message,
        }
    }
}

/// Asks for everything in an instance tree, shared instances too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AllDocsInstanceTreeInstanceList {
    /// The title of the root.
    pub title: String,
}

/// The instances of a tree.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TreeInstanceList {
    /// The root first, then the others in the order of their first request.
    pub result_list: Vec<Instance>,
    /// Who requested each of them: a place in the list, counted from 0, or `null` for the root.
    #[serde(default)]
    pub requester_list: Vec<Option<usize>>,
}

/// Asks for events, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AllDocsEventList {
    /// Only those about this computer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub computer_guid: Option<String>,
    /// Only those about instances of this title, or that make one be processed again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance_title: Option<String>,
    /// Only those that last happened at this time or later, in microseconds since the epoch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<i64>,
    /// The `next` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<EventCursor>,
    /// At most this many, 100 when absent and never more than 1000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// A place in the list of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EventCursor {
    /// When the event at this place last happened, in microseconds since the epoch.
    pub last_at: i64,
    /// The number of the event.
    pub id: i64,
}

/// A page of events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EventList {
    /// The events, newest first.
    pub result_list: Vec<EventEntry>,
    /// Where the next page starts; absent after the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<EventCursor>,
}

/// Who did what, when, to what. An event repeated without another one about the same in between is counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EventEntry {
    /// Its number.
    pub id: i64,
    /// When it first happened, in microseconds since the epoch.
    pub at: i64,
    /// When it last happened, in microseconds since the epoch.
    pub last_at: i64,
    /// How often it happened.
    pub count: i64,
    /// Who: a computer, an instance, or `user`.
    pub user: String,
    /// What: the call of the classic API, or what followed from it.
    pub kind: String,
    /// The computer it is about.
    pub computer_guid: Option<String>,
    /// The partition it is about.
    pub compute_partition_id: Option<String>,
    /// The title of the instance it is about.
    pub instance_title: Option<String>,
    /// The software release it is about.
    pub software_release_uri: Option<String>,
    /// The message, log or state.
    pub text: String,
    /// What changed; absent when nothing did, or it is not known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub change_list: Vec<ChangeEntry>,
    /// Other instances that their nodes process again because of it; absent when there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reprocessed_list: Vec<InstanceNameEntry>,
}

/// The name of an instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InstanceNameEntry {
    /// The title.
    pub instance_title: String,
    /// The title of its root; absent when it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance_tree_title: Option<String>,
}

impl From<InstanceName> for InstanceNameEntry {
    fn from(name: InstanceName) -> Self {
        Self { instance_title: name.title, instance_tree_title: name.root }
    }
}

impl From<InstanceNameEntry> for InstanceName {
    fn from(entry: InstanceNameEntry) -> Self {
        Self { title: entry.instance_title, root: entry.instance_tree_title }
    }
}

impl From<Event> for EventEntry {
    fn from(event: Event) -> Self {
        Self {
            id: event.id,
            at: event.at.0,
            last_at: event.last_at.0,
            count: event.count,
            user: event.user,
            kind: event.kind,
            computer_guid: event.computer,
            compute_partition_id: event.partition,
            instance_title: event.instance,
            software_release_uri: event.software_release,
            text: event.text,
            change_list: event.changes.iter().map(ChangeEntry::from).collect(),
            reprocessed_list: event.woken.into_iter().map(InstanceNameEntry::from).collect(),
        }
    }
}
