//! Addresses for the partitions of a computer that no formatter has described.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::error::Refusal;

/// How many bits longer than the interface's prefix a partition's IPv6 range is, as slapformat has it by default.
const PREFIX_SHIFT: u32 = 16;

/// An address, or a network to take one address for each partition from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AddressPlan {
    base: u128,
    length: Option<u32>,
    width: u32,
}

/// An IPv6 range of a partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    /// Its first address.
    pub address: String,
    /// Its netmask in address form.
    pub netmask: String,
    /// The length of its prefix.
    pub prefix_length: u32,
}

impl AddressPlan {
    /// Reads `ADDRESS`, which all partitions share, or `NETWORK/LENGTH`, of which each gets its own.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] naming `field`.
    pub fn parse(field: &str, text: &str) -> Result<Self, Refusal> {
        let refuse = || Refusal::invalid(field, text, "an address, or a network such as 10.0.0.0/16 or 2001:db8::/48");
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length.parse::<u32>().map_err(|_| refuse())?)),
            None => (text, None),
        };
        let (base, width) = match address.parse::<IpAddr>().map_err(|_| refuse())? {
            IpAddr::V4(address) => (u128::from(u32::from(address)), 32),
            IpAddr::V6(address) => (u128::from(address), 128),
        };
        if length.is_some_and(|length| length > width) {
            return Err(refuse());
        }
        Ok(Self { base, length, width })
    }

    /// Whether it is of IPv6.
    #[must_use]
    pub fn is_ipv6(&self) -> bool {
        self.width == 128
    }

    /// Refuses a network that has not an address for each of `partitions` and one for the computer.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] naming `field`.
    pub fn check_room(&self, field: &str, partitions: u32) -> Result<(), Refusal> {
        let Some(length) = self.length else { return Ok(()) };
        let host_bits = self.width - length;
        if host_bits < 64 && (1_u128 << host_bits) < u128::from(partitions) + 2 {
            let expected = format!("a network with room for {partitions} partitions");
            return Err(Refusal::invalid(field, &format!("{}/{length}", self.address(0)), expected));
        }
        Ok(())
    }

    /// The address of the computer itself.
    #[must_use]
    pub fn computer_address(&self) -> String {
        self.address(1)
    }

    /// The address of the partition with this index, from 0.
    #[must_use]
    pub fn partition_address(&self, index: u32) -> String {
        self.address(u128::from(index) + 2)
    }

    fn address(&self, host: u128) -> String {
        match self.length {
            None => self.text(self.base),
            Some(length) => self.text((self.base & self.mask(length)) | host),
        }
    }

    /// The netmask of the computer's address, in address form.
    #[must_use]
    pub fn netmask(&self) -> String {
        self.text(self.mask(self.length.unwrap_or(self.width)))
    }

    /// The netmask of a partition's address: that of the network for IPv6, of the single address for IPv4.
    #[must_use]
    pub fn partition_netmask(&self) -> String {
        if self.is_ipv6() { self.netmask() } else { self.text(self.mask(self.width)) }
    }

    /// The IPv6 range of the partition with this index, where the network is large enough for ranges.
    #[must_use]
    pub fn range(&self, index: u32) -> Option<Range> {
        let prefix_length = self.length.filter(|_| self.is_ipv6())? + PREFIX_SHIFT;
        if prefix_length >= self.width {
            return None;
        }
        let subnet = (1_u128 << (PREFIX_SHIFT - 2)) + u128::from(index) + 1;
        let network = self.base & self.mask(prefix_length - PREFIX_SHIFT);
        let address = network | (subnet << (self.width - prefix_length));
        Some(Range { address: self.text(address), netmask: self.text(self.mask(prefix_length)), prefix_length })
    }

    fn mask(&self, length: u32) -> u128 {
        let all = u128::MAX >> (128 - self.width);
        let hosts = all.checked_shr(length).unwrap_or(0);
        all & !hosts
    }

    fn text(&self, address: u128) -> String {
        if self.is_ipv6() {
            Ipv6Addr::from(address).to_string()
        } else {
            Ipv4Addr::from(u32::try_from(address & u128::from(u32::MAX)).unwrap_or_default()).to_string()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(text: &str) -> AddressPlan {
        AddressPlan::parse("--ipv6", text).unwrap()
    }

    #[test]
    fn each_partition_gets_an_address_and_a_range_of_an_ipv6_network() {
        let plan = plan("2001:db8:aaaa::/48");
        assert_eq!(plan.computer_address(), "2001:db8:aaaa::1");
        assert_eq!(plan.partition_address(1), "2001:db8:aaaa::3");
        assert_eq!(plan.netmask(), "ffff:ffff:ffff::");
        let range = Range {
            address: "2001:db8:aaaa:4002::".into(),
            netmask: "ffff:ffff:ffff:ffff::".into(),
            prefix_length: 64,
        };
        assert_eq!(plan.range(1), Some(range));
        assert_eq!(self::plan("2001:db8::/112").range(0), None);
    }

    #[test]
    fn an_ipv4_partition_has_a_single_address_and_a_plain_address_is_shared() {
        let plan = plan("10.0.0.0/16");
        assert_eq!(
            (plan.partition_address(300), plan.partition_netmask()),
            ("10.0.1.46".into(), "255.255.255.255".into())
        );
        assert_eq!(plan.netmask(), "255.255.0.0");
        let shared = self::plan("::1");
        assert_eq!((shared.computer_address(), shared.partition_address(7)), ("::1".into(), "::1".into()));
        assert_eq!(shared.netmask(), "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
        assert_eq!(self::plan("0.0.0.0/0").netmask(), "0.0.0.0");
    }

    #[test]
    fn networks_without_room_and_texts_that_are_no_address_are_refused() {
        assert_eq!(
            plan("10.0.0.0/30").check_room("--ipv4", 3).unwrap_err().to_string(),
            "--ipv4: \"10.0.0.0/30\" is not accepted; expected a network with room for 3 partitions"
        );
        assert_eq!(plan("10.0.0.0/30").check_room("--ipv4", 2), Ok(()));
        for wrong in ["", "10.0.0", "10.0.0.0/33", "10.0.0.0/x", "localhost"] {
            assert!(AddressPlan::parse("--ipv4", wrong).is_err(), "{wrong}");
        }
    }
}
