//! What a computer says about itself when it is formatted: its partitions and their addresses.

use super::address::Route;
use super::parameters::Parameters;

/// The description that `slapos node format` posts.
#[derive(Debug, Clone, PartialEq)]
pub struct ComputerDescription {
    /// The computer's reference, `COMP-1234`.
    pub reference: String,
    /// The IP address of its interface.
    pub address: Option<String>,
    /// The netmask of that address.
    pub netmask: Option<String>,
    /// Its partitions, in the order of the description.
    pub partitions: Vec<PartitionDescription>,
    /// Every other key of the description (`os_type`, `slapos_version`, `public_ipv4_address`, …), with its type.
    pub details: Parameters,
}

/// One partition of a description.
#[derive(Debug, Clone, PartialEq)]
pub struct PartitionDescription {
    /// The partition's reference, `slappart0`; no two partitions of a computer have the same.
    pub reference: String,
    /// Its addresses, in the order of the description.
    pub addresses: Vec<AddressDescription>,
    /// The interface name of its addresses: the tap's name, or the partition's reference when there is none.
    pub interface: String,
    /// The tap, if it has one.
    pub tap: Option<TapDescription>,
    /// Every other key of the description (`user`, `path`, `tun`, `ipv6_range`, `capability_list`, …), with its type,
    /// and the complete `tap`.
    pub details: Parameters,
}

/// One address of a partition.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AddressDescription {
    /// An IPv4 or IPv6 address, as it was written.
    pub address: String,
    /// Its netmask, in address form.
    pub netmask: Option<String>,
    /// Its interface, if it is not that of the partition.
    pub interface: Option<String>,
    /// How it is reached, if it is routed.
    pub route: Option<Route>,
}

impl AddressDescription {
    /// An address of the partition's own interface.
    #[must_use]
    pub fn new(address: impl Into<String>, netmask: Option<String>) -> Self {
        Self { address: address.into(), netmask, ..Self::default() }
    }
}

/// The tap of a partition. Texts are empty when unused.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TapDescription {
    /// The interface name.
    pub name: String,
    /// The IPv4 address, which is routed through the gateway.
    pub ipv4_addr: String,
    /// The netmask of the IPv4 address.
    pub ipv4_netmask: String,
    /// The gateway of the IPv4 address.
    pub ipv4_gateway: String,
    /// The IPv4 network.
    pub ipv4_network: String,
    /// The IPv6 address.
    pub ipv6_addr: String,
    /// The netmask of the IPv6 address.
    pub ipv6_netmask: String,
    /// The gateway of the IPv6 address.
    pub ipv6_gateway: String,
    /// The IPv6 network.
    pub ipv6_network: String,
}
