//! Which instance may serve a shared one.

use super::ids::{Reference, SoftwareRelease};
use super::instance::{Instance, Request};
use super::parameters::Value;
use super::placement::{Demand, Scope};

/// What a shared instance demands of its host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostCriteria {
    /// The computers it may be on.
    pub scope: Scope,
    /// The release it must run.
    pub software_release: SoftwareRelease,
    /// The type it must be of, unless empty.
    pub software_type: String,
    /// The host that the SLA names by `instance_guid`.
    pub host: Option<NamedHost>,
    /// What else the SLA demands of its place.
    pub demand: Demand,
}

/// The host that an SLA names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NamedHost {
    /// By an identifier: it is in this partition of this computer.
    At(Reference, Reference),
    /// By what is the name of its partition, alone or after that of its computer.
    In(String),
}

impl NamedHost {
    /// Whether it is in a partition of a computer.
    #[must_use]
    pub fn is(&self, computer: &Reference, partition: &Reference) -> bool {
        match self {
            Self::At(on, named) => on == computer && named == partition,
            Self::In(named) => **partition == **named || *named == format!("{computer}-{partition}"),
        }
    }
}

impl HostCriteria {
    /// The criteria of a request. `host` is the place of the instance that the SLA's `instance_guid` identifies; without one,
    /// the text itself may name a partition.
    #[must_use]
    pub fn new(request: &Request, scope: Scope, host: Option<(Reference, Reference)>) -> Self {
        let named = request.sla_text("instance_guid");
        Self {
            scope,
            software_release: request.software_release.clone(),
            software_type: request.software_type.clone(),
            host: named.map(|named| {
                host.map_or(NamedHost::In(named), |(computer, partition)| NamedHost::At(computer, partition))
            }),
            demand: Demand::of(request),
        }
    }

    /// Whether the instance in a partition of a computer, which serves the shared one already, may go on doing so: a host is
    /// not given up because another would be better, or because it would not be taken again.
    #[must_use]
    pub fn fit(&self, host: &Instance, computer: &Reference, partition: &Reference) -> bool {
        self.software_release == host.wish.software_release
            && (self.software_type.is_empty() || self.software_type == host.wish.software_type)
            && self.host.as_ref().is_none_or(|host| host.is(computer, partition))
    }
}

impl std::fmt::Display for HostCriteria {
    /// The criteria in the list notation of the protocol's refusal: `['SR', 'COMPUTER', 'TYPE']`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "['{}'", self.software_release)?;
        if let Scope::Only(computer) = &self.scope {
            write!(f, ", '{computer}'")?;
        }
        if !self.software_type.is_empty() {
            write!(f, ", '{}'", self.software_type)?;
        }
        match &self.host {
            None => {}
            Some(NamedHost::At(_, partition)) => write!(f, ", '{partition}'")?,
            Some(NamedHost::In(named)) => {
                let only = match &self.scope {
                    Scope::Only(computer) => named.strip_prefix(&format!("{computer}-")),
                    Scope::All(_) => None,
                };
                write!(f, ", '{}'", only.unwrap_or(named))?;
            }
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
