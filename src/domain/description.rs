//! What a computer says about itself when it is formatted: its partitions and their addresses.

use super::address::{Address, Route};
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

impl ComputerDescription {
    /// The same description without taps: their addresses are among the others.
    #[must_use]
    pub fn without_taps(self) -> Self {
        let plain = |partition: PartitionDescription| {
            let addresses = partition.all_addresses();
            PartitionDescription::of_addresses(partition.reference, addresses, partition.details)
        };
        Self { partitions: self.partitions.into_iter().map(plain).collect(), ..self }
    }
}

impl PartitionDescription {
    /// The addresses, and the address of the tap if that is routed.
    #[must_use]
    pub fn all_addresses(&self) -> Vec<Address> {
        let plain = self.addresses.iter().map(|address| Address {
            interface: address.interface.as_ref().unwrap_or(&self.interface).clone(),
            address: address.address.clone(),
            netmask: address.netmask.clone(),
            route: address.route.clone(),
        });
        let tap = self.tap.as_ref().filter(|tap| !tap.ipv4_addr.is_empty() && !tap.ipv4_gateway.is_empty());
        let routed = tap.map(|tap| Address {
            interface: format!("route_{}", tap.name),
            address: tap.ipv4_addr.clone(),
            netmask: Some(tap.ipv4_netmask.clone()),
            route: Some(Route { gateway: tap.ipv4_gateway.clone(), network: tap.ipv4_network.clone() }),
        });
        plain.chain(routed).collect()
    }

    /// A partition with these addresses.
    #[must_use]
    pub fn of_addresses(reference: String, addresses: Vec<Address>, details: Parameters) -> Self {
        let addresses = addresses.into_iter().map(|Address { interface, address, netmask, route }| {
            let interface = Some(interface).filter(|interface| *interface != reference);
            AddressDescription { address, netmask, interface, route }
        });
        Self { addresses: addresses.collect(), interface: reference.clone(), reference, tap: None, details }
    }
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
