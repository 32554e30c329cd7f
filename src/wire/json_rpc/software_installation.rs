//! Software releases on computers.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::values::message;
use super::{Success, methods};
use crate::domain::error::Refusal;
use crate::domain::ids::SoftwareRelease;
use crate::domain::state::SupplyState;

methods! {
    PostSoftwareInstallation = "slapos.post.v0.software_installation" -> Success;
    PutSoftwareInstallationReportedState = "slapos.put.v0.software_installation_reported_state" -> Success;
    PutSoftwareInstallationError = "slapos.put.v0.software_installation_error" -> Success;
}

/// Wants a software release to be on a computer, or to be removed from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostSoftwareInstallation {
    /// The reference of the computer.
    pub computer_guid: String,
    /// The URL or path of the release.
    #[schema(value_type = String)]
    pub software_release_uri: SoftwareRelease,
    /// `available`, also when absent, or `destroyed`.
    #[serde(default = "available")]
    #[schema(value_type = String, pattern = "^(available|destroyed)$", default = "available")]
    pub state: SupplyState,
}

fn available() -> SupplyState {
    SupplyState::Available
}

/// Reports how far a software release on a computer is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutSoftwareInstallationReportedState {
    /// The reference of the computer.
    pub computer_guid: String,
    /// The URL or path of the release.
    #[schema(value_type = String)]
    pub software_release_uri: SoftwareRelease,
    /// How far it is.
    pub reported_state: ReportedSoftware,
}

/// How far a software release is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase", try_from = "String")]
pub enum ReportedSoftware {
    /// Being built.
    Building,
    /// Built.
    Available,
    /// Removed.
    Destroyed,
}

impl TryFrom<String> for ReportedSoftware {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.as_str() {
            "building" => Ok(Self::Building),
            "available" => Ok(Self::Available),
            "destroyed" => Ok(Self::Destroyed),
            _ => Err(super::text::reason(Refusal::invalid("", &text, "building, available or destroyed"))),
        }
    }
}

/// Reports that a software release failed to build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutSoftwareInstallationError {
    /// The reference of the computer.
    pub computer_guid: String,
    /// The URL or path of the release.
    #[schema(value_type = String)]
    pub software_release_uri: SoftwareRelease,
    /// The error, or the log.
    #[serde(deserialize_with = "message")]
    pub message: String,
}
