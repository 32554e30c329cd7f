//! What computers and partitions are like, beyond what their formatter says.

use std::fmt;

use super::error::Refusal;

/// What a partition is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum PartitionType {
    /// Virtual machines.
    Virtio,
    /// Shared instances.
    Slave,
    /// Everything: what a partition is unless somebody says otherwise.
    #[default]
    Full,
    /// A part of it.
    Limited,
}

impl PartitionType {
    /// All types.
    pub const ALL: [Self; 4] = [Self::Virtio, Self::Slave, Self::Full, Self::Limited];

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Virtio => "virtio",
            Self::Slave => "slave",
            Self::Full => "full",
            Self::Limited => "limited",
        }
    }

    /// The type of a word.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] for any other word.
    pub fn parse(field: &str, text: &str) -> Result<Self, Refusal> {
        let found = Self::ALL.into_iter().find(|one| one.as_str() == text);
        found.ok_or_else(|| Refusal::invalid(field, text, "virtio, slave, full or limited"))
    }
}

impl fmt::Display for PartitionType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What of a partition matters for who may go into it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PartitionProperties {
    /// What it is made for.
    pub partition_type: PartitionType,
    /// The ports that it provides.
    pub ports: Vec<u16>,
    /// Whether nothing new may go into it.
    pub closed: bool,
}

/// What of a computer matters for who may go to it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ComputerProperties {
    /// The network that it is in.
    pub network: Option<String>,
    /// Whether nothing new may go to it.
    pub closed: bool,
}

/// What is to be different about the properties of a computer or of some of its partitions; what is `None` stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PropertyChange {
    /// What the partitions are made for.
    pub partition_type: Option<PartitionType>,
    /// The ports that the partitions provide.
    pub ports: Option<Vec<u16>>,
    /// The network of the computer; an empty one is none.
    pub network: Option<String>,
    /// Whether nothing new may go there.
    pub closed: Option<bool>,
}

impl fmt::Display for PropertyChange {
    /// The change in words: `closed, partition type slave, ports 80 443`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ports =
            self.ports.as_ref().map(|ports| ports.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "));
        let words = [
            self.closed.map(|closed| if closed { "closed".to_owned() } else { "open".to_owned() }),
            self.partition_type.map(|partition_type| format!("partition type {partition_type}")),
            ports.map(|ports| if ports.is_empty() { "no ports".into() } else { format!("ports {ports}") }),
            self.network.as_ref().map(|network| match network.as_str() {
                "" => "in no network".to_owned(),
                network => format!("in the network {network}"),
            }),
        ];
        let words: Vec<String> = words.into_iter().flatten().collect();
        f.write_str(&if words.is_empty() { "nothing is different".into() } else { words.join(", ") })
    }
}
