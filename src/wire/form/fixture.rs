//! The arguments of calls about seeds and snapshots.

use utoipa::ToSchema;

use super::{FieldList, Fields, ToFields};
use crate::domain::error::Refusal;
use crate::wire::xml::WriteError;

/// A seed with two partitions.
const SEED: &str = "computers:\n  - reference: local_computer\n    partitions: 2\n";

/// A seed, which names no other file: `-/seed`.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
pub struct SeedArguments {
    /// The document, in YAML or JSON; `slapproxy schema seed` prints its schema.
    #[schema(example = json!(SEED))]
    pub seed: String,
}

/// A snapshot: `-/snapshot/load`.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
pub struct SnapshotArguments {
    /// The absolute path of its file, on the machine of the server.
    #[schema(min_length = 1, example = "/srv/slapproxy/proxy.db.snapshots/before.db")]
    pub path: String,
}

/// A snapshot that the server keeps: `-/snapshot/keep`, `-/snapshot/restore` and `-/snapshot/dump`.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
pub struct SnapshotName {
    /// Its name.
    #[schema(min_length = 1, example = "before")]
    pub name: String,
}

impl TryFrom<&Fields> for SeedArguments {
    type Error = Refusal;

    fn try_from(fields: &Fields) -> Result<Self, Refusal> {
        Ok(Self { seed: fields.required("seed")?.into() })
    }
}

impl TryFrom<&Fields> for SnapshotArguments {
    type Error = Refusal;

    fn try_from(fields: &Fields) -> Result<Self, Refusal> {
        Ok(Self { path: fields.required_said("path")?.into() })
    }
}

impl TryFrom<&Fields> for SnapshotName {
    type Error = Refusal;

    fn try_from(fields: &Fields) -> Result<Self, Refusal> {
        Ok(Self { name: fields.required_said("name")?.into() })
    }
}

impl ToFields for SeedArguments {
    fn to_fields(&self) -> Result<FieldList, WriteError> {
        Ok(vec![("seed", self.seed.clone())])
    }
}

impl ToFields for SnapshotArguments {
    fn to_fields(&self) -> Result<FieldList, WriteError> {
        Ok(vec![("path", self.path.clone())])
    }
}

impl ToFields for SnapshotName {
    fn to_fields(&self) -> Result<FieldList, WriteError> {
        Ok(vec![("name", self.name.clone())])
    }
}
