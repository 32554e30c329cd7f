//! Partitions: places that hold at most one instance.

use super::ids::Reference;
use super::instance::{ComputerId, InstanceId, PartitionId};

/// A partition and what it holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Partition {
    /// The stable id.
    pub id: PartitionId,
    /// The computer it is on.
    pub computer_id: ComputerId,
    /// The reference of that computer.
    pub computer: Reference,
    /// The reference, unique on the computer (`slappart0`).
    pub reference: Reference,
    /// The instance in it; `None` when it is free.
    pub instance: Option<InstanceId>,
}

impl Partition {
    /// The classic identifier of what is in the partition: `<computer>-<partition>`.
    #[must_use]
    pub fn guid(&self) -> String {
        format!("{}-{}", self.computer, self.reference)
    }
}
