//! Addresses of partitions.

use super::error::Refusal;
use super::parameters::check_text;

/// One address of a partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The network interface: the name of the partition's tap, or `route_` and that name for a routed address.
    pub interface: String,
    /// The IPv4 or IPv6 address.
    pub address: String,
    /// The netmask in address form.
    pub netmask: Option<String>,
    /// The route of an address that is reached through the tap; such addresses are listed apart.
    pub route: Option<Route>,
}

impl Address {
    /// Refuses texts that XML cannot carry.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] naming the part.
    pub fn check(&self) -> Result<(), Refusal> {
        let route = self.route.as_ref();
        for (part, text) in [
            ("interface", Some(&self.interface)),
            ("address", Some(&self.address)),
            ("netmask", self.netmask.as_ref()),
            ("gateway", route.map(|route| &route.gateway)),
            ("network", route.map(|route| &route.network)),
        ] {
            text.map_or(Ok(()), |text| check_text(part, text))?;
        }
        Ok(())
    }
}

/// How a routed address is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The gateway's address.
    pub gateway: String,
    /// The network's address.
    pub network: String,
}
