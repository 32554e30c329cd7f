//! Which instance may serve a shared one.

use super::ids::{Reference, SoftwareRelease};
use super::instance::{Instance, Request};
use super::parameters::Value;

/// What a shared instance demands of its host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostCriteria {
    /// The computer it must be on.
    pub computer: Reference,
    /// The release it must run.
    pub software_release: SoftwareRelease,
    /// The type it must be of, unless empty.
    pub software_type: String,
    /// The partition it must be in, if the SLA names the host by `instance_guid`.
    pub partition: Option<String>,
    /// What its partition must be able to do, where that is known.
    pub capability: Option<String>,
}

impl HostCriteria {
    /// The criteria of a request on a computer. `host` is the partition of the instance that the SLA's `instance_guid`
    /// identifies; without one, the text itself may name a partition.
    #[must_use]
    pub fn new(request: &Request, computer: &Reference, host: Option<&Reference>) -> Self {
        let prefix = format!("{computer}-");
        Self {
            computer: computer.clone(),
            software_release: request.software_release.clone(),
            software_type: request.software_type.clone(),
            partition: request
                .sla_text("instance_guid")
                .map(|guid| guid.strip_prefix(&prefix).map_or(guid.clone(), ToOwned::to_owned))
                .map(|named| host.map_or(named, ToString::to_string)),
            capability: request.sla_text("capability"),
        }
    }

    /// Whether an instance in a partition of a computer is what the criteria describe.
    #[must_use]
    pub fn fit(&self, host: &Instance, computer: &Reference, partition: &Reference) -> bool {
        self.computer == *computer
            && self.software_release == host.wish.software_release
            && (self.software_type.is_empty() || self.software_type == host.wish.software_type)
            && self.partition.as_deref().is_none_or(|wanted| wanted == &**partition)
    }
}

impl std::fmt::Display for HostCriteria {
    /// The criteria in the list notation of the protocol's refusal: `['SR', 'COMPUTER', 'TYPE']`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "['{}', '{}'", self.software_release, self.computer)?;
        if !self.software_type.is_empty() {
            write!(f, ", '{}'", self.software_type)?;
        }
        if let Some(partition) = &self.partition {
            write!(f, ", '{partition}'")?;
        }
        f.write_str("]")
    }
}

/// Texts in the notation of a list, for messages.
#[must_use]
pub fn known(values: &[String]) -> String {
    match values {
        [] => "none".into(),
        values => values.join(", "),
    }
}

/// Whether a parameter of a shared instance would hide a key of the entry that its host reads.
#[must_use]
pub fn reserved_key(request: &Request) -> Option<(&str, &Value)> {
    super::instance::RESERVED_SHARED_KEYS
        .iter()
        .find_map(|key| request.parameters.as_map().get_key_value(*key))
        .map(|(key, value)| (key.as_str(), value))
}
