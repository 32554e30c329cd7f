//! Experimental: why instances are where they are and as they are, and why requests were refused.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::methods;
use super::overview::{EventEntry, InstanceNameEntry};
use crate::domain::explanation::{Explanation, Outlook, Processing, Wanted};
use crate::domain::placement::{Candidate, Obstacle};
use crate::domain::state::RequestedState;
use crate::domain::status::Status;
use crate::wire::change::ChangeEntry;

methods! {
    AllDocsExplanationList = "slapos.allDocs.WIP.explanation_list" -> ExplanationList;
}

/// Asks why the instances of a title are where they are and as they are, and why requests of it were refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AllDocsExplanationList {
    /// The title; or any identifier of an instance.
    pub title: String,
}

/// Explanations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ExplanationList {
    /// Roots first.
    pub result_list: Vec<ExplanationEntry>,
}

/// What is known of an instance or of a refused request. Values are JSON, shortened; those that may be secrets are not
/// shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ExplanationEntry {
    /// Its name.
    #[serde(flatten)]
    pub name: InstanceNameEntry,
    /// Whether it is a shared instance.
    pub shared: bool,
    /// Where it is, or why it is nowhere and what to do, in a sentence.
    pub summary: String,
    /// The software release that is asked for.
    pub software_release_uri: String,
    /// The software type that is asked for.
    pub software_type: String,
    /// The state that is asked for.
    #[schema(value_type = String, pattern = "^(started|stopped|destroyed)$")]
    pub state: RequestedState,
    /// The instance that asks for it; absent for a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requester: Option<InstanceNameEntry>,
    /// The parameters, by their paths.
    pub parameters: BTreeMap<String, String>,
    /// The SLA, by its paths.
    pub sla_parameters: BTreeMap<String, String>,
    /// Where it is; absent when it has no place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<PlaceEntry>,
    /// Why there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place_reason: Option<String>,
    /// What of its SLA its place does not meet any more; absent when it meets all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub misfit: Option<String>,
    /// What the refused request would get now, or one that repeats what is asked of what has no place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outlook: Option<OutlookEntry>,
    /// The refusals of the latest request that was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<RefusedEntry>,
    /// The latest report about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<ReportEntry>,
    /// What its node has to do; absent when it has no place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub processing: Option<ProcessingEntry>,
}

/// A partition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlaceEntry {
    /// The computer.
    pub computer_guid: String,
    /// The partition.
    pub compute_partition_id: String,
    /// The host of a shared instance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<InstanceNameEntry>,
}

/// What a request would get now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OutlookEntry {
    /// The place that it would get; absent when it would be refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<PlaceEntry>,
    /// Why it would be refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The places that are looked at, and why each is not taken.
    pub candidate_list: Vec<CandidateEntry>,
}

/// A place that is not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CandidateEntry {
    /// The computer.
    pub computer_guid: String,
    /// The partition.
    pub compute_partition_id: String,
    /// The instance in it; absent when it is free.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<InstanceNameEntry>,
    /// Why it is not taken.
    #[schema(
        pattern = "^(busy|other_computer|other_release|other_type|not_named|to_be_destroyed|lacks_capability|serves_already|closed|computer_closed|other_partition_type|lacks_port|other_network)$"
    )]
    pub obstacle: String,
    /// The same in words.
    pub text: String,
}

/// The refusals of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RefusedEntry {
    /// Who asked: an instance, or `user`.
    pub user: String,
    /// What was answered last.
    pub reason: String,
    /// When it was refused first, in microseconds since the epoch.
    pub at: i64,
    /// When it was refused last, in microseconds since the epoch.
    pub last_at: i64,
    /// How often it was refused.
    pub count: i64,
    /// What it asked to change, if the instance is there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub change_list: Vec<ChangeEntry>,
}

/// A report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReportEntry {
    /// Who reported.
    pub user: String,
    /// The report, its first word being `#access`, `#error` or `#building`.
    pub text: String,
    /// The last reported state; empty when none was.
    pub state: String,
    /// When, in microseconds since the epoch.
    pub created_at: i64,
}

/// What a node has to do for an instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProcessingEntry {
    /// The instance that it processes: the host, for a shared one.
    #[serde(flatten)]
    pub name: InstanceNameEntry,
    /// Whether it has not reported since the last change.
    pub pending: bool,
    /// When something changed last that it must process, in microseconds since the epoch.
    pub changed_at: i64,
    /// The latest report about that instance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<ReportEntry>,
    /// What changed since that report, newest first.
    pub event_list: Vec<EventEntry>,
}

impl From<Explanation> for ExplanationEntry {
    fn from(explanation: Explanation) -> Self {
        let summary = explanation.summary();
        let Explanation { name, shared, wanted, whereabouts, outlook, refusals, refused_changes, reported, processing } =
            explanation;
        let Wanted { software_release, software_type, state, requester, parameters, sla } = wanted;
        let place_reason = whereabouts.as_ref().map(|place| place.reason.clone());
        Self {
            name: name.into(),
            shared,
            summary,
            software_release_uri: software_release.to_string(),
            software_type,
            state,
            requester: requester.map(InstanceNameEntry::from),
            parameters: parameters.into_iter().collect(),
            sla_parameters: sla.into_iter().collect(),
            misfit: whereabouts.as_ref().and_then(|place| place.misfit.clone()),
            place: whereabouts.map(|place| PlaceEntry {
                computer_guid: place.computer.to_string(),
                compute_partition_id: place.partition.to_string(),
                host: place.host.map(InstanceNameEntry::from),
            }),
            place_reason,
            outlook: outlook.map(OutlookEntry::from),
            refused: refusals.map(|refusals| RefusedEntry {
                user: refusals.user,
                reason: refusals.reason,
                at: refusals.at.0,
                last_at: refusals.last_at.0,
                count: refusals.count,
                change_list: refused_changes.iter().map(ChangeEntry::from).collect(),
            }),
            report: reported.map(ReportEntry::from),
            processing: processing.map(ProcessingEntry::from),
        }
    }
}

impl From<Outlook> for OutlookEntry {
    fn from(outlook: Outlook) -> Self {
        match outlook {
            Outlook::Place { computer, partition, host } => Self {
                place: Some(PlaceEntry {
                    computer_guid: computer.to_string(),
                    compute_partition_id: partition.to_string(),
                    host: host.map(InstanceNameEntry::from),
                }),
                reason: None,
                candidate_list: Vec::new(),
            },
            Outlook::Refusal { reason, candidates } => Self {
                place: None,
                reason: Some(reason),
                candidate_list: candidates.into_iter().map(CandidateEntry::from).collect(),
            },
        }
    }
}

impl From<Candidate> for CandidateEntry {
    fn from(candidate: Candidate) -> Self {
        let obstacle = match candidate.obstacle {
            Obstacle::Busy => "busy",
            Obstacle::OtherComputer => "other_computer",
            Obstacle::OtherRelease(_) => "other_release",
            Obstacle::OtherType(_) => "other_type",
            Obstacle::NotNamed => "not_named",
            Obstacle::ToBeDestroyed => "to_be_destroyed",
            Obstacle::LacksCapability(_) => "lacks_capability",
            Obstacle::ServesAlready => "serves_already",
            Obstacle::Closed => "closed",
            Obstacle::ComputerClosed => "computer_closed",
            Obstacle::OtherPartitionType(_) => "other_partition_type",
            Obstacle::LacksPort(_) => "lacks_port",
            Obstacle::OtherNetwork(_) => "other_network",
        };
        Self {
            obstacle: obstacle.into(),
            text: candidate.obstacle.to_string(),
            computer_guid: candidate.computer.to_string(),
            compute_partition_id: candidate.partition.to_string(),
            instance: candidate.instance.map(InstanceNameEntry::from),
        }
    }
}

impl From<Status> for ReportEntry {
    fn from(status: Status) -> Self {
        Self { user: status.user, text: status.text, state: status.state, created_at: status.created_at.0 }
    }
}

impl From<Processing> for ProcessingEntry {
    fn from(processing: Processing) -> Self {
        let pending = processing.is_pending();
        let Processing { instance, changed_at, reported, causes } = processing;
        Self {
            name: instance.into(),
            pending,
            changed_at: changed_at.0,
            report: reported.map(ReportEntry::from),
            event_list: causes.into_iter().map(EventEntry::from).collect(),
        }
    }
}
