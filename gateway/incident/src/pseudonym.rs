//! Keyed pseudonyms: HMAC-SHA256 (RFC 2104), domain separated, cut to 16 bytes. Whole bodies: keyed BLAKE3, because they are
//! long and SHA-256 would be the dearest step of a request.
//!
//! Who has no key can neither find the person behind a pseudonym nor test a guess. The same input gives the same
//! pseudonym within one key and period, and unrelated ones across them and across [`Domain`]s.

use std::fmt;

use ring::hmac;
use serde::{Deserialize, Serialize};

/// The key of pseudonyms, with the name by which records refer to it. `Debug` shows the name only.
#[derive(Clone)]
pub struct Key {
    id: String,
    /// The keyed state, so that the key itself is hashed once and not for every pseudonym.
    mac: hmac::Key,
    bodies: [u8; 32],
}

impl Key {
    /// A key of 32 random bytes and its name (up to 32 bytes of it are recorded).
    pub fn new(id: impl Into<String>, secret: [u8; 32]) -> Self {
        let mac = hmac::Key::new(hmac::HMAC_SHA256, &secret);
        Self { id: id.into(), mac, bodies: blake3::derive_key("seawall 2026 bodies", &secret) }
    }

    /// The name of the key.
    pub fn id(&self) -> &str {
        &self.id
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({})", self.id)
    }
}

/// What a keyed hash is of; equal bytes in different domains have unrelated hashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Domain<'d> {
    /// Who called: a user or key name.
    Identity,
    /// The network address the call came from.
    Source,
    /// A found value, of this data class.
    Value(&'d str),
    /// A value that identifies a person, for counters of persons.
    Person,
    /// A model name, as asked for.
    Model,
    /// All that was found in a request and all that could not be read of it.
    Findings,
}

/// A keyed hash that stands for a person or an address.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Pseudonym {
    /// The name of the key.
    pub key: String,
    /// The period it is valid in, such as `2026-11`; the same value has another pseudonym in the next.
    pub period: String,
    /// 16 bytes in hexadecimal.
    pub mac: String,
}

/// The pseudonym of a value within a period.
pub fn pseudonym(key: &Key, domain: Domain<'_>, period: &str, value: &[u8]) -> Pseudonym {
    Pseudonym {
        key: key.id.clone(),
        period: period.to_owned(),
        mac: keyed_hash(key, domain, period, value),
    }
}

/// The keyed hash alone: 16 bytes in hexadecimal. For correlation, where key and period stand elsewhere in the record.
pub fn keyed_hash(key: &Key, domain: Domain<'_>, period: &str, value: &[u8]) -> String {
    let (name, detail) = match domain {
        Domain::Identity => ("identity", ""),
        Domain::Source => ("source", ""),
        Domain::Value(class) => ("value", class),
        Domain::Person => ("person", ""),
        Domain::Model => ("model", ""),
        Domain::Findings => ("findings", ""),
    };
    let mut mac = hmac::Context::with_key(&key.mac);
    for part in
        [b"seawall.pseudonym/1", name.as_bytes(), detail.as_bytes(), period.as_bytes(), value]
    {
        // Lengths first: no two lists of parts give the same bytes.
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    let mut mac = hex::encode(mac.sign());
    mac.truncate(32);
    mac
}

/// The keyed hash of a whole body within a period: 16 bytes of keyed BLAKE3 in hexadecimal.
pub fn body_hash(key: &Key, period: &str, body: &[u8]) -> String {
    let mut hasher = blake3::Hasher::new_keyed(&key.bodies);
    hasher.update(&(period.len() as u64).to_be_bytes());
    hasher.update(period.as_bytes());
    hasher.update(body);
    let mut half = [0; 16];
    hasher.finalize_xof().fill(&mut half);
    hex::encode(half)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(secret: u8, domain: Domain<'_>, period: &str, value: &str) -> String {
        keyed_hash(&Key::new("k1", [secret; 32]), domain, period, value.as_bytes())
    }

    #[test]
    fn the_hash_is_that_of_the_definition() {
        // Computed with Python's hmac over the length-prefixed parts.
        assert_eq!(hash(7, Domain::Identity, "2026-11", "ada"), REFERENCE);
    }

    #[test]
    fn key_domain_period_and_value_all_count() {
        let all = [
            hash(7, Domain::Identity, "2026-11", "ada"),
            hash(8, Domain::Identity, "2026-11", "ada"),
            hash(7, Domain::Source, "2026-11", "ada"),
            hash(7, Domain::Value("email"), "2026-11", "ada"),
            hash(7, Domain::Value("phone"), "2026-11", "ada"),
            hash(7, Domain::Identity, "2026-12", "ada"),
            hash(7, Domain::Identity, "2026-1", "1ada"),
            hash(7, Domain::Identity, "2026-11", "adb"),
        ];
        let different: std::collections::BTreeSet<&String> = all.iter().collect();
        assert_eq!(different.len(), all.len());
        assert!(all.iter().all(|mac| mac.len() == 32));
    }

    #[test]
    fn a_body_has_one_hash_within_key_and_period() {
        let hash = |secret, period, body: &str| {
            body_hash(&Key::new("k1", [secret; 32]), period, body.as_bytes())
        };
        let all = [
            hash(7, "2026-11", "ada"),
            hash(8, "2026-11", "ada"),
            hash(7, "2026-12", "ada"),
            hash(7, "2026-1", "1ada"),
            hash(7, "2026-11", "adb"),
        ];
        let different: std::collections::BTreeSet<&String> = all.iter().collect();
        assert_eq!((different.len(), all[0].len()), (all.len(), 32));
        assert_eq!(hash(7, "2026-11", "ada"), all[0]);
    }

    #[test]
    fn debug_shows_no_secret() {
        assert_eq!(format!("{:?}", Key::new("k1", [0xAB; 32])), "Key(k1)");
    }

    const REFERENCE: &str = "1f92876601c12cdc8ea6baaa7ea70226";
}
