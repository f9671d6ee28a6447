//! Who is calling, as far as the network and a presented key tell. What that means is said in the policy.

use std::net::IpAddr;

use sha2::{Digest, Sha256};

/// A named source network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    name: String,
    base: u128,
    bits: u8,
}

impl Network {
    /// Reads `address/bits`; IPv4 networks are held as IPv4-mapped IPv6. `None` if it is no network.
    #[must_use]
    pub fn parse(name: &str, cidr: &str) -> Option<Self> {
        let (address, bits) = cidr.split_once('/')?;
        let address: IpAddr = address.parse().ok()?;
        let bits: u8 = bits.parse().ok()?;
        let bits = match address {
            IpAddr::V4(_) => (bits <= 32).then_some(bits + 96)?,
            IpAddr::V6(_) => (bits <= 128).then_some(bits)?,
        };
        Some(Self { name: name.to_owned(), base: mapped(address) & mask(bits), bits })
    }

    fn holds(&self, address: u128) -> bool {
        address & mask(self.bits) == self.base
    }
}

fn mapped(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => u128::from(v4.to_ipv6_mapped()),
        IpAddr::V6(v6) => u128::from(v6),
    }
}

fn mask(bits: u8) -> u128 {
    match bits {
        0 => 0,
        bits => u128::MAX << (128 - u32::from(bits)),
    }
}

/// A client key that the node knows, by its digest.
#[derive(Clone, PartialEq, Eq)]
pub struct KnownKey {
    /// The name that the policy's `clients key NAME` refers to.
    pub name: String,
    /// SHA-256 of the key.
    pub sha256: [u8; 32],
    /// Whether the gateway itself issued it; such a key never leaves.
    pub issued_here: bool,
}

/// All networks and keys of a node.
#[derive(Default)]
pub struct Identities {
    networks: Vec<Network>,
    keys: Vec<KnownKey>,
}

impl Identities {
    /// Networks may nest; the longest prefix wins.
    #[must_use]
    pub fn new(mut networks: Vec<Network>, mut keys: Vec<KnownKey>) -> Self {
        networks.sort_by_key(|network| std::cmp::Reverse(network.bits));
        keys.sort_by_key(|key| key.sha256);
        Self { networks, keys }
    }

    /// The name of the smallest network that holds an address.
    #[must_use]
    pub fn network(&self, address: IpAddr) -> Option<&str> {
        let address = mapped(address);
        self.networks.iter().find(|network| network.holds(address)).map(|network| network.name.as_str())
    }

    /// The key that was presented, if the node knows it.
    #[must_use]
    pub fn key(&self, presented: &str) -> Option<&KnownKey> {
        if self.keys.is_empty() {
            return None;
        }
        let digest: [u8; 32] = Sha256::digest(presented.as_bytes()).into();
        let at = self.keys.binary_search_by_key(&digest, |key| key.sha256).ok()?;
        self.keys.get(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identities(networks: &[(&str, &str)]) -> Identities {
        Identities::new(networks.iter().filter_map(|(name, cidr)| Network::parse(name, cidr)).collect(), Vec::new())
    }

    fn check(networks: &[(&str, &str)], address: &str, expect: Option<&str>) {
        assert_eq!(identities(networks).network(address.parse().expect("an address")), expect, "{address}");
    }

    #[test]
    fn the_smallest_network_wins() {
        let networks = [("all", "10.0.0.0/8"), ("benefits", "10.20.0.0/16"), ("six", "2001:db8::/32")];
        check(&networks, "10.20.1.1", Some("benefits"));
        check(&networks, "10.21.1.1", Some("all"));
        check(&networks, "2001:db8::1", Some("six"));
        check(&networks, "192.0.2.1", None);
    }

    #[test]
    fn a_mapped_address_is_its_ipv4_address() {
        check(&[("all", "10.0.0.0/8")], "::ffff:10.1.1.1", Some("all"));
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for cidr in ["10.0.0.0", "10.0.0.0/33", "x/8", "2001:db8::/129", "10.0.0.0/"] {
            assert_eq!(Network::parse("n", cidr), None, "{cidr}");
        }
    }

    #[test]
    fn a_key_is_known_by_its_digest() {
        let sha256 = Sha256::digest(b"a key").into();
        let known = Identities::new(Vec::new(), vec![KnownKey { name: "app".into(), sha256, issued_here: true }]);
        assert_eq!(known.key("a key").map(|key| key.name.as_str()), Some("app"));
        assert!(known.key("another").is_none());
    }
}
