//! Experimental: what was used, as nodes report it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::methods;
use super::overview::InstanceNameEntry;
use crate::domain::consumption::{ConsumptionReport, Item, JudgedMovement};

methods! {
    AllDocsConsumptionList = "slapos.allDocs.WIP.consumption_list" -> ConsumptionList;
}

/// Asks for consumption reports, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AllDocsConsumptionList {
    /// Only those of this computer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub computer_guid: Option<String>,
    /// Only movements of instances of this title, and the reports that have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance_title: Option<String>,
    /// The `next` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<i64>,
    /// At most this many, 100 when absent and never more than 1000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// A page of consumption reports.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ConsumptionList {
    /// The reports, newest first.
    pub result_list: Vec<ConsumptionEntry>,
    /// Where the next page starts; absent after the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<i64>,
}

/// A consumption report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ConsumptionEntry {
    /// Its place among all reports.
    pub id: i64,
    /// Its number among those of the same computer and source reference.
    pub number: i64,
    /// The computer.
    pub computer_guid: String,
    /// The reference of its first transaction; may be empty.
    pub source_reference: String,
    /// Who sent it.
    pub user: String,
    /// When it arrived, in microseconds since the epoch.
    pub received_at: i64,
    /// What it says.
    pub movement_list: Vec<MovementEntry>,
}

/// One quantity of one resource.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MovementEntry {
    /// The resource, such as `CPU Consumption`.
    pub resource: String,
    /// The title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What used it, as it was reported: a partition, an identifier of an instance, or the computer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// How much; absent when it is not a finite number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<f64>,
    /// At which price; absent when it is not a finite number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<f64>,
    /// When the use started; may be empty.
    pub start_date: String,
    /// When the use stopped; may be empty.
    pub stop_date: String,
    /// The instance that used it, as it was called; absent when it was the computer, or is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<InstanceNameEntry>,
    /// Whether it counts.
    pub accepted: bool,
    /// Why it does not count; absent when it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl From<ConsumptionReport> for ConsumptionEntry {
    fn from(report: ConsumptionReport) -> Self {
        Self {
            id: report.id,
            number: report.number,
            computer_guid: report.computer.to_string(),
            source_reference: report.source_reference,
            user: report.user,
            received_at: report.received_at.0,
            movement_list: report.movements.into_iter().map(MovementEntry::from).collect(),
        }
    }
}

impl From<JudgedMovement> for MovementEntry {
    fn from(judged: JudgedMovement) -> Self {
        let JudgedMovement { movement, item, fault } = judged;
        let finite = |number: f64| Some(number).filter(|number| number.is_finite());
        Self {
            resource: movement.resource,
            title: movement.title,
            reference: movement.reference,
            quantity: finite(movement.quantity),
            price: finite(movement.price),
            start_date: movement.start_date,
            stop_date: movement.stop_date,
            instance: match item {
                Some(Item::Instance(name)) => Some(name.into()),
                Some(Item::Computer) | None => None,
            },
            accepted: fault.is_none(),
            reason: fault,
        }
    }
}
