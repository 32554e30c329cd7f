//! The results of searches. Every row has all its columns, whatever columns were asked for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Number, Value as Json};

use super::address::Address;
use super::news;
use crate::domain::instance::Instance;
use crate::domain::parameters::Parameters;
use crate::domain::service::{ComputerEntry, InstallationNews, InstanceName, InstanceTrees, RootInstance, Service};
use crate::domain::timestamp::{Timestamp, TimestampFormat};
use crate::wire::xml::{dumps, objects, write_parameters};

/// The answer to a search.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SearchAnswer<T> {
    /// The results.
    #[serde(rename = "_embedded")]
    pub embedded: Contents<T>,
}

/// The results of a search.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Contents<T> {
    /// The rows.
    pub contents: Vec<T>,
}

/// A root instance, or a shared one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum TreeRow {
    /// A software instance.
    Instance(Box<InstanceRow>),
    /// A shared instance.
    Shared(SharedRow),
}

/// A root instance. Beside `title`, `url_string` and `relative_url` it has the columns of the Python proxy's table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InstanceRow {
    /// The computer; `None` when the instance lost its place.
    pub computer_reference: Option<String>,
    /// The document of the connection parameters; `None` until it published.
    pub connection_xml: Option<String>,
    /// The title.
    pub partition_reference: String,
    /// The partition; `None` when the instance lost its place.
    pub reference: Option<String>,
    /// Where its document is.
    pub relative_url: String,
    /// Always empty: a person requested it.
    pub requested_by: String,
    /// The requested state.
    pub requested_state: String,
    /// Always `user`.
    pub requester_id: String,
    /// `busy`; `None` when the instance lost its place.
    pub slap_state: Option<String>,
    /// The marshalled list of the shared instances that it serves; `None` without any.
    pub slave_instance_list: Option<String>,
    /// The release.
    pub software_release: String,
    /// The type.
    pub software_type: String,
    /// The change marker.
    pub timestamp: Number,
    /// The title.
    pub title: String,
    /// The release.
    pub url_string: String,
    /// The document of the instance parameters.
    pub xml: String,
}

/// A shared root instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedRow {
    /// Where its document is.
    pub relative_url: String,
    /// The title.
    pub title: String,
    /// The release of its host.
    pub url_string: String,
}

/// A member of a tree.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MemberRow {
    /// Its status record.
    #[serde(rename = "SoftwareInstance_getNewsDict")]
    pub news: Json,
    /// The connection parameters.
    #[serde(rename = "getConnectionXmlAsDict")]
    pub connection: BTreeMap<String, String>,
    /// `Software Instance` or `Slave Instance`.
    pub portal_type: String,
    /// Where its document is.
    pub relative_url: String,
    /// The document of the instance parameters.
    pub text_content: String,
    /// The title.
    pub title: String,
    /// Its number.
    pub uid: i64,
    /// The release; of a shared instance, the one of its host.
    pub url_string: String,
}

/// A computer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComputerRow {
    /// Its address.
    pub address: Option<String>,
    /// The netmask of the address.
    pub netmask: Option<String>,
    /// The reference.
    pub reference: String,
    /// Where its document is.
    pub relative_url: String,
    /// The title; the reference when it has none.
    pub title: String,
}

/// A software installation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InstallationRow {
    /// Its status record.
    #[serde(rename = "SoftwareInstallation_getNewsDict")]
    pub news: Json,
    /// The computer.
    pub aggregate_reference: String,
    /// Where its document is.
    pub relative_url: String,
    /// `available` or `destroyed`.
    pub requested_state: String,
    /// Its number.
    pub uid: i64,
    /// The release.
    pub url_string: String,
}

impl<T> SearchAnswer<T> {
    fn new(rows: impl Iterator<Item = T>) -> Self {
        Self { embedded: Contents { contents: rows.collect() } }
    }
}

/// The rows of instance trees.
#[must_use]
pub fn tree_rows(trees: &InstanceTrees, format: TimestampFormat) -> SearchAnswer<TreeRow> {
    let roots = trees.roots.iter().map(|root| TreeRow::Instance(Box::new(instance_row(root, format))));
    let shared = trees.shared.iter().map(|shared| {
        let name = InstanceName { root: None, title: shared.title.to_string() };
        TreeRow::Shared(SharedRow {
            relative_url: Address::Shared(name).to_string(),
            title: shared.title.to_string(),
            url_string: shared.software_release.to_string(),
        })
    });
    SearchAnswer::new(roots.chain(shared))
}

fn instance_row(root: &RootInstance, format: TimestampFormat) -> InstanceRow {
    let Service { instance, partition, .. } = &root.service;
    let title = instance.title.to_string();
    let marshalled = || dumps(&objects::shared_list(&root.shared)).ok().and_then(|list| String::from_utf8(list).ok());
    InstanceRow {
        computer_reference: partition.as_ref().map(|partition| partition.computer.to_string()),
        connection_xml: instance.connection.as_ref().map(write_parameters),
        partition_reference: title.clone(),
        reference: partition.as_ref().map(|partition| partition.reference.to_string()),
        relative_url: Address::Instance(InstanceName::of(instance)).to_string(),
        requested_by: String::new(),
        requested_state: instance.wish.state.to_string(),
        requester_id: "user".into(),
        slap_state: partition.as_ref().map(|_| "busy".into()),
        slave_instance_list: if root.shared.is_empty() { None } else { marshalled() },
        software_release: instance.wish.software_release.to_string(),
        software_type: instance.wish.software_type.clone(),
        timestamp: timestamp(instance, format),
        title,
        url_string: instance.wish.software_release.to_string(),
        xml: write_parameters(&instance.wish.parameters),
    }
}

fn timestamp(instance: &Instance, format: TimestampFormat) -> Number {
    let micros = instance.timestamp.0;
    match format {
        TimestampFormat::Seconds => instance.timestamp_seconds().parse().unwrap_or_else(|_| micros.into()),
        TimestampFormat::Microseconds => micros.into(),
    }
}

/// The rows of the members of a tree.
#[must_use]
pub fn member_rows(members: &[Service], now: Timestamp) -> SearchAnswer<MemberRow> {
    SearchAnswer::new(members.iter().map(|service| {
        let instance = &service.instance;
        let record = service.record();
        let name = InstanceName::of(instance);
        let address = if instance.sharing.is_some() { Address::Shared(name) } else { Address::Instance(name) };
        let connection = instance.connection.iter().flat_map(Parameters::texts);
        MemberRow {
            news: news::record(&record, now),
            connection: connection.map(|(key, text)| (key.to_owned(), text)).collect(),
            portal_type: record.subject.portal_type().into(),
            relative_url: address.to_string(),
            text_content: write_parameters(&instance.wish.parameters),
            title: instance.title.to_string(),
            uid: instance.id.0,
            url_string: service.software_release.to_string(),
        }
    }))
}

/// The rows of computers.
#[must_use]
pub fn computer_rows(computers: &[ComputerEntry]) -> SearchAnswer<ComputerRow> {
    SearchAnswer::new(computers.iter().map(|computer| ComputerRow {
        address: computer.address.clone(),
        netmask: computer.netmask.clone(),
        reference: computer.reference.to_string(),
        relative_url: Address::Computer(computer.reference.to_string()).to_string(),
        title: computer.title.clone().unwrap_or_else(|| computer.reference.to_string()),
    }))
}

/// The rows of software installations.
#[must_use]
pub fn installation_rows(installations: &[InstallationNews], now: Timestamp) -> SearchAnswer<InstallationRow> {
    SearchAnswer::new(installations.iter().map(|found| {
        let installation = &found.installation;
        let (computer, url) = (installation.computer.to_string(), installation.software_release.to_string());
        InstallationRow {
            news: news::record(&found.record(), now),
            aggregate_reference: computer.clone(),
            relative_url: Address::Installation(computer, url.clone()).to_string(),
            requested_state: installation.requested_state.to_string(),
            uid: installation.id.0,
            url_string: url,
        }
    }))
}
