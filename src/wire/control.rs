//! What a server says of itself: the ready file, `GET /-/ready`, the lock of the database, `POST /-/import`
//! and `POST /-/seed`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::computer::FormatOutcome;
use crate::domain::seed::Seeding;

/// Where a server is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Ready {
    /// Its URL, with a slash at the end.
    pub url: String,
    /// Its URL without TLS, where it has one beside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_url: Option<String>,
    /// Its process.
    pub pid: u32,
    /// Its database file.
    pub database: String,
}

/// What the import of a computer description changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FormatReport {
    /// The computer.
    pub computer: String,
    /// Whether the computer was not known before.
    pub new_computer: bool,
    /// New partitions.
    pub added: Vec<String>,
    /// Partitions that were there already and stay.
    pub kept: Vec<String>,
    /// Partitions that are gone.
    pub removed: Vec<RemovedPartition>,
}

/// A partition that a smaller description removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RemovedPartition {
    /// The partition.
    pub partition: String,
    /// The title of the instance that lost its place.
    pub instance: Option<String>,
}

impl FormatReport {
    /// The report of an outcome.
    #[must_use]
    pub fn new(computer: &str, outcome: &FormatOutcome) -> Self {
        let removed = outcome.removed.iter();
        Self {
            computer: computer.into(),
            new_computer: outcome.new_computer,
            added: outcome.added.iter().map(ToString::to_string).collect(),
            kept: outcome.kept.iter().map(ToString::to_string).collect(),
            removed: removed
                .map(|(partition, instance)| RemovedPartition {
                    partition: partition.to_string(),
                    instance: instance.clone(),
                })
                .collect(),
        }
    }
}

/// What became of a seed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SeedReport {
    /// The computers of the seed.
    pub computers: usize,
    /// The software instances of the seed.
    pub instances: usize,
    /// The shared instances of the seed.
    pub shared: usize,
    /// How many things were made or changed; none when everything was so already.
    pub changes: usize,
}

impl From<Seeding> for SeedReport {
    fn from(seeding: Seeding) -> Self {
        let Seeding { computers, instances, shared, changes } = seeding;
        Self { computers, instances, shared, changes }
    }
}

/// A snapshot that a server keeps in memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SnapshotEntry {
    /// Its name.
    pub name: String,
    /// When it was kept, by the clock of the master, in microseconds since the epoch.
    pub saved: i64,
}

/// Where a server is, as JSON.
#[must_use]
pub fn ready(ready: &Ready) -> String {
    serde_json::to_string(ready).unwrap_or_default()
}

/// Reads where a server is.
///
/// # Errors
/// When the text is something else.
pub fn read_ready(text: &str) -> Result<Ready, serde_json::Error> {
    serde_json::from_str(text)
}

/// What the lock of a database says: where the server is, and the secret by which the owner of the database proves to
/// it that he is.
#[derive(Serialize, Deserialize)]
struct LockNote {
    #[serde(flatten)]
    ready: Ready,
    token: String,
}

/// The text of a lock.
#[must_use]
pub fn lock_note(ready: &Ready, token: &str) -> String {
    serde_json::to_string(&LockNote { ready: ready.clone(), token: token.to_owned() }).unwrap_or_default()
}

/// Reads the text of a lock: where the server is, and the secret.
///
/// # Errors
/// When the text is something else.
pub fn read_lock_note(text: &str) -> Result<(Ready, String), serde_json::Error> {
    serde_json::from_str(text).map(|LockNote { ready, token }| (ready, token))
}

/// The reports of an import, as JSON.
#[must_use]
pub fn format_reports(reports: &[FormatReport]) -> String {
    serde_json::to_string(reports).unwrap_or_default()
}

/// Reads the reports of an import.
///
/// # Errors
/// When the text is something else.
pub fn read_format_reports(text: &str) -> Result<Vec<FormatReport>, serde_json::Error> {
    serde_json::from_str(text)
}

/// The report of a seed, as JSON.
#[must_use]
pub fn seed_report(report: &SeedReport) -> String {
    serde_json::to_string(report).unwrap_or_default()
}

/// Reads the report of a seed.
///
/// # Errors
/// When the text is something else.
pub fn read_seed_report(text: &[u8]) -> Result<SeedReport, serde_json::Error> {
    serde_json::from_slice(text)
}
