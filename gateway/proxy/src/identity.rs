//! Who is calling, as far as the network and a presented key tell. What that means is said in the policy.

mod signatures;
mod token;

pub use token::{Bearer, Keys, Trusted, Unfit};

use std::collections::BTreeSet;
use std::net::IpAddr;

use geo::Prefix;
use sha2::{Digest, Sha256};

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

/// A named list of people and applications.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct People {
    /// The name that the policy's `people NAME` refers to.
    pub name: String,
    /// Who is on it: names of keys, of persons as their tokens name them, and SPIFFE ids.
    pub members: BTreeSet<String>,
}

/// All networks, keys and lists of people of a node.
#[derive(Default)]
pub struct Identities {
    networks: Vec<(String, Prefix)>,
    keys: Vec<KnownKey>,
    people: Vec<People>,
    trusted: Option<Trusted>,
}

impl Identities {
    /// Networks may nest, and one name may stand for several. No list stands both in a file and with the identity provider.
    #[must_use]
    pub fn new(
        networks: Vec<(String, Prefix)>,
        mut keys: Vec<KnownKey>,
        people: Vec<People>,
        trusted: Option<Trusted>,
    ) -> Self {
        keys.sort_by_key(|key| key.sha256);
        Self { networks, keys, people, trusted }
    }

    /// All lists, each with whether the caller is on it: of those in files by the names that it goes by, of those of the identity
    /// provider by its token. Of one who has neither nobody knows: no list. Where tokens are believed and none names a person, a key
    /// may be that of many, so nobody knows of any list that its holder is not on it: leaving a token out must gain nothing.
    #[must_use]
    pub fn lists(&self, names: &[&str], bearer: Option<&Bearer>) -> Vec<(String, bool)> {
        let is_on = |list: &People| names.iter().any(|name| list.members.contains(*name));
        let one = self.trusted.is_none() || bearer.is_some_and(|bearer| bearer.person.is_some());
        let known = self.people.iter().filter(|list| is_on(list) || one && !names.is_empty());
        let told = self.trusted.iter().flat_map(|trusted| trusted.lists(bearer));
        known.map(|list| (list.name.clone(), is_on(list))).chain(told).collect()
    }

    /// Whom the caller's token speaks for, if an identity provider is believed and there is one; names of headers are lower case.
    ///
    /// # Errors
    /// As [`Trusted::bearer`].
    pub fn bearer<'h>(
        &self,
        headers: impl Iterator<Item = (&'h str, &'h str)>,
        now: i64,
    ) -> Result<Option<Bearer>, Unfit> {
        self.trusted.as_ref().map_or(Ok(None), |trusted| trusted.bearer(headers, now))
    }

    /// Whether what comes in this header as a credential is a token for the gateway, which never leaves.
    #[must_use]
    pub fn takes_tokens_in(&self, header: &str) -> bool {
        self.trusted.as_ref().is_some_and(|trusted| trusted.header == header)
    }

    /// The names of all networks that hold an address. An IPv4 address written as IPv6 is the IPv4 address.
    #[must_use]
    pub fn networks(&self, address: IpAddr) -> Vec<String> {
        let address = address.to_canonical();
        self.networks
            .iter()
            .filter(|(_, prefix)| prefix.contains(address))
            .map(|(name, _)| name.clone())
            .collect()
    }

    /// Whether there are keys that the gateway issued.
    #[must_use]
    pub fn issue_keys(&self) -> bool {
        self.keys.iter().any(|key| key.issued_here)
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
    #![expect(clippy::unwrap_used, reason = "a failed test should stop here")]

    use super::*;

    fn check(networks: &[(&str, &str)], address: &str, expect: &[&str]) {
        let networks = networks
            .iter()
            .map(|(name, cidr)| ((*name).to_owned(), cidr.parse().unwrap()))
            .collect();
        let identities = Identities::new(networks, Vec::new(), Vec::new(), None);
        assert_eq!(identities.networks(address.parse().unwrap()), expect, "{address}");
    }

    #[test]
    fn all_networks_that_hold_an_address_are_named() {
        let networks =
            [("all", "10.0.0.0/8"), ("benefits", "10.20.0.0/16"), ("six", "2001:db8::/32")];
        check(&networks, "10.20.1.1", &["all", "benefits"]);
        check(&networks, "10.21.1.1", &["all"]);
        check(&networks, "2001:db8::1", &["six"]);
        check(&networks, "192.0.2.1", &[]);
    }

    #[test]
    fn a_mapped_address_is_its_ipv4_address() {
        check(&[("all", "10.0.0.0/8")], "::ffff:10.1.1.1", &["all"]);
    }

    #[test]
    fn a_key_is_known_by_its_digest() {
        let sha256 = Sha256::digest(b"a key").into();
        let known = Identities::new(
            Vec::new(),
            vec![KnownKey { name: "app".into(), sha256, issued_here: true }],
            vec![People { name: "cleared".into(), members: BTreeSet::from(["app".into()]) }],
            None,
        );
        assert_eq!(known.key("a key").map(|key| key.name.as_str()), Some("app"));
        assert!(known.key("another").is_none());
        assert_eq!(known.lists(&["app"], None), [("cleared".to_owned(), true)]);
        assert_eq!(known.lists(&["other"], None), [("cleared".to_owned(), false)]);
        assert_eq!(known.lists(&[], None), []);
    }
}
