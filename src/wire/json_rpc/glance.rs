//! Experimental: everything at a glance, instances page by page, and documents that lie beside software releases.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::explanation::ReportEntry;
use super::methods;
use super::overview::{EventCursor, InstanceNameEntry};
use super::software_instance::guid;
use crate::domain::overview::{
    Colour, ComputerOverview, InstancePage, InstanceSummary, Overview, PartitionOverview, RefusedTitle, TreeOverview,
};
use crate::domain::software::SoftwareProduct;
use crate::domain::state::{RequestedState, SupplyState};

methods! {
    GetOverview = "slapos.get.WIP.overview" -> OverviewDocument;
    AllDocsInstanceList = "slapos.allDocs.WIP.instance_list" -> InstanceSummaryList;
    GetSoftwareDocument = "slapos.get.WIP.software_document" -> SoftwareDocument;
}

/// Asks how everything is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GetOverview {}

/// Everything at one moment, without parameters; shared instances are counted, and listed only where they failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OverviewDocument {
    /// The event that happened last: the stream of events goes on after it.
    pub last_event: EventCursor,
    /// The computers, sorted by reference.
    pub computer_list: Vec<ComputerEntry>,
    /// The trees whose root is a software instance, in the order of their first request.
    pub tree_list: Vec<TreeEntry>,
    /// How many shared instances are roots.
    pub shared_root_count: usize,
    /// The instances about which a failure was reported last, the latest first: at most 50.
    pub failed_list: Vec<InstanceSummaryEntry>,
    /// The requests that found no place, the latest first: at most 50.
    pub refused_list: Vec<RefusedTitleEntry>,
    /// The software products.
    pub product_list: Vec<ProductEntry>,
}

/// A computer and what is on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ComputerEntry {
    /// Its reference.
    pub computer_guid: String,
    /// The title given by the person who asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Whether nothing new may go to it.
    pub closed: bool,
    /// The latest report about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<ReportEntry>,
    /// Its partitions, in the order in which they were first formatted.
    pub partition_list: Vec<PartitionEntry>,
    /// The software releases supplied to it, in the order of their latest supply.
    pub software_list: Vec<SoftwareEntry>,
}

/// A partition and what is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PartitionEntry {
    /// Its reference.
    pub compute_partition_id: String,
    /// Its addresses: pairs of interface and address.
    pub ip_list: Vec<[String; 2]>,
    /// The instance in it; absent when it is free.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<InstanceSummaryEntry>,
}

/// A software release on a computer, and what was reported of it last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SoftwareEntry {
    /// The URL or path.
    pub software_release_uri: String,
    /// What is wanted.
    #[schema(value_type = String, pattern = "^(available|destroyed)$")]
    pub state: SupplyState,
    /// The latest report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<ReportEntry>,
}

/// An instance in a list, without its parameters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InstanceSummaryEntry {
    /// Its place in lists: they go on after it.
    pub id: i64,
    /// The identifier.
    pub instance_guid: String,
    /// Its name.
    #[serde(flatten)]
    pub name: InstanceNameEntry,
    /// Whether it is a shared instance.
    pub shared: bool,
    /// The software release.
    pub software_release_uri: String,
    /// The software type.
    pub software_type: String,
    /// What its requester wants it to be.
    #[schema(value_type = String, pattern = "^(started|stopped|destroyed)$")]
    pub state: RequestedState,
    /// The instance that requested it; absent for a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requester: Option<InstanceNameEntry>,
    /// The title of the host of a shared instance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host_title: Option<String>,
    /// The computer it is on, or its host is; absent while it has no place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub computer_guid: Option<String>,
    /// The partition it is in, or its host is; absent while it has no place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compute_partition_id: Option<String>,
    /// The latest report about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<ReportEntry>,
    /// How many shared instances it serves.
    pub served_count: usize,
    /// How many software instances it requested.
    pub requested_count: usize,
    /// How many shared instances it requested.
    pub requested_shared_count: usize,
}

/// A tree and how all of it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TreeEntry {
    /// Its root.
    pub root: InstanceSummaryEntry,
    /// The health of the tree: `red` when something failed, `orange` when something is being deployed or not all of it
    /// was heard of, `none` before the first report, else `green`.
    #[schema(pattern = "^(green|orange|red|none)$")]
    pub health: String,
    /// How many instances there are, shared ones too.
    pub instance_count: usize,
    /// How many shared instances there are.
    pub shared_count: usize,
    /// How many instances failed.
    pub failed_count: usize,
}

/// A request that found no place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RefusedTitleEntry {
    /// The title.
    pub title: String,
    /// Whether it is a shared instance.
    pub shared: bool,
    /// The software release.
    pub software_release_uri: String,
    /// Who asked: an instance, or `user`.
    pub user: String,
    /// What was answered last.
    pub reason: String,
    /// When it was refused last, in microseconds since the epoch.
    pub last_at: i64,
    /// How often it was refused.
    pub count: i64,
}

/// A software product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProductEntry {
    /// Its name.
    pub title: String,
    /// The URL of its release.
    pub software_release_uri: String,
}

/// Asks for instances, in the order of their first request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AllDocsInstanceList {
    /// Only those of the tree of this title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance_tree_title: Option<String>,
    /// Only shared ones that the instance of this identifier serves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host_guid: Option<String>,
    /// Only those that the instance of this identifier requested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requester_guid: Option<String>,
    /// Only those with this text in their titles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Only shared ones, or only others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared: Option<bool>,
    /// Only those whose latest report is an error, `red`, a deployment, `orange`, or says that all is well, `green`; or of
    /// which there is no report, `none`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health: Option<Health>,
    /// The `next` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<i64>,
    /// At most this many, 100 when absent and never more than 1000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// How an instance is, by the latest report about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// All is well.
    Green,
    /// It is being deployed.
    Orange,
    /// It failed.
    Red,
    /// There is no report.
    None,
}

/// A page of instances.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InstanceSummaryList {
    /// The instances.
    pub result_list: Vec<InstanceSummaryEntry>,
    /// How many there are on all pages.
    pub total: usize,
    /// Where the next page starts; absent after the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<i64>,
}

/// Asks for a JSON document that describes a software release: the one at its URL with `.json` behind it, or a schema
/// that this one names. Read are files under the root of local releases and of the public directory, and what lies on the
/// servers of releases that are known here, or that the HTTP proxy reaches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GetSoftwareDocument {
    /// The URL or the path of the document, which ends with `.json`.
    pub document_url: String,
}

/// A document that describes a software release.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SoftwareDocument {
    /// Its URL, to which those in it are relative.
    pub url: String,
    /// The document, as it is: its keys in their order.
    #[schema(value_type = Object)]
    pub document: Box<RawValue>,
}

impl SoftwareDocument {
    /// Reads a document that describes a software release, or a JSON schema; nothing else is one.
    ///
    /// # Errors
    /// Why the text is none.
    pub fn read(url: &str, text: &str) -> Result<Self, String> {
        /// One of these is in every document that is worth reading, and in no other file that is known to hold secrets.
        const SIGNS: [&str; 9] =
            ["software-type", "$schema", "$ref", "$defs", "definitions", "properties", "allOf", "anyOf", "oneOf"];
        let keys: BTreeMap<String, &RawValue> = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if !SIGNS.iter().any(|sign| keys.contains_key(*sign)) {
            return Err("it is another JSON document".into());
        }
        let document = serde_json::from_str(text).map_err(|error| error.to_string())?;
        Ok(Self { url: url.into(), document })
    }
}

impl From<Health> for Colour {
    fn from(health: Health) -> Self {
        match health {
            Health::Green => Self::Green,
            Health::Orange => Self::Orange,
            Health::Red => Self::Red,
            Health::None => Self::None,
        }
    }
}

impl From<InstanceSummary> for InstanceSummaryEntry {
    fn from(summary: InstanceSummary) -> Self {
        let (computer, partition) = summary.place.unzip();
        let root = summary.name.root.as_deref().unwrap_or_default();
        Self {
            id: summary.id.0,
            instance_guid: guid(&summary.name.title, root, summary.shared),
            name: summary.name.into(),
            shared: summary.shared,
            software_release_uri: summary.software_release.to_string(),
            software_type: summary.software_type,
            state: summary.state,
            requester: summary.requester.map(InstanceNameEntry::from),
            host_title: summary.host.map(|host| host.to_string()),
            computer_guid: computer,
            compute_partition_id: partition,
            report: summary.status.map(ReportEntry::from),
            served_count: summary.serves,
            requested_count: summary.requested,
            requested_shared_count: summary.requested_shared,
        }
    }
}

impl From<PartitionOverview> for PartitionEntry {
    fn from(overview: PartitionOverview) -> Self {
        Self {
            compute_partition_id: overview.partition.reference.to_string(),
            ip_list: overview.addresses.into_iter().map(|address| [address.interface, address.address]).collect(),
            instance: overview.instance.map(InstanceSummaryEntry::from),
        }
    }
}

impl From<ComputerOverview> for ComputerEntry {
    fn from(overview: ComputerOverview) -> Self {
        let software = overview.software.into_iter().map(|(installation, status)| SoftwareEntry {
            software_release_uri: installation.software_release.to_string(),
            state: installation.requested_state,
            report: status.map(ReportEntry::from),
        });
        Self {
            computer_guid: overview.reference.to_string(),
            title: overview.title,
            closed: overview.closed,
            report: overview.status.map(ReportEntry::from),
            partition_list: overview.partitions.into_iter().map(PartitionEntry::from).collect(),
            software_list: software.collect(),
        }
    }
}

impl From<TreeOverview> for TreeEntry {
    fn from(tree: TreeOverview) -> Self {
        let health = match tree.health.colour() {
            Colour::Green => "green",
            Colour::Orange => "orange",
            Colour::Red => "red",
            Colour::None => "none",
        };
        Self {
            root: tree.root.into(),
            health: health.into(),
            instance_count: tree.health.all,
            shared_count: tree.health.shared,
            failed_count: tree.health.failed,
        }
    }
}

impl From<RefusedTitle> for RefusedTitleEntry {
    fn from(refused: RefusedTitle) -> Self {
        Self {
            title: refused.title.to_string(),
            shared: refused.shared,
            software_release_uri: refused.software_release.to_string(),
            user: refused.refusals.user,
            reason: refused.refusals.reason,
            last_at: refused.refusals.last_at.0,
            count: refused.refusals.count,
        }
    }
}

impl From<SoftwareProduct> for ProductEntry {
    fn from(product: SoftwareProduct) -> Self {
        Self { title: product.name, software_release_uri: product.url }
    }
}

impl From<Overview> for OverviewDocument {
    fn from(overview: Overview) -> Self {
        let last = overview.last_event;
        Self {
            last_event: EventCursor { last_at: last.last_at.0, id: last.id },
            computer_list: overview.computers.into_iter().map(ComputerEntry::from).collect(),
            tree_list: overview.trees.into_iter().map(TreeEntry::from).collect(),
            shared_root_count: overview.shared_roots,
            failed_list: overview.failed.into_iter().map(InstanceSummaryEntry::from).collect(),
            refused_list: overview.refused.into_iter().map(RefusedTitleEntry::from).collect(),
            product_list: overview.products.into_iter().map(ProductEntry::from).collect(),
        }
    }
}

impl InstanceSummaryList {
    /// A page of at most `limit` instances.
    #[must_use]
    pub fn new(page: InstancePage, limit: u32) -> Self {
        let result_list: Vec<InstanceSummaryEntry> =
            page.instances.into_iter().map(InstanceSummaryEntry::from).collect();
        let full = u32::try_from(result_list.len()).is_ok_and(|count| count == limit);
        let next = result_list.last().filter(|_| full).map(|last| last.id);
        Self { result_list, total: page.total, next }
    }
}
