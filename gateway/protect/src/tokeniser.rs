//! The keyed codes of one scope.
//!
//! Key derivation: HKDF-SHA256 (RFC 5869) from the master key, without salt, with the scope as its info. Each field of the
//! scope is written with its length before it, so that no two scopes give the same info.
//! Code of a value: HMAC-SHA256 (RFC 2104) of its bytes as they stand. They are not normalised: two spellings of one name
//! must come back as two spellings. Only the groups of a number are left out (see [`crate::grouping`]): which of its places an
//! answer means cannot be known, and it is one number. What comes back is what stood first.

use std::fmt;

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::code::{CODE_LENGTHS, class_word, cut};
use crate::grouping::Grouped;
use crate::replace::mask;
use crate::vault::Vault;

/// Within what the same value has the same token. Outside of it, tokens cannot be linked without the master key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope<'a> {
    /// Whose data it is.
    pub tenant: &'a str,
    /// Who sees the tokens. Two providers with the same tokens could join what they know of a person.
    pub destination: &'a str,
    /// On whose behalf they are sent.
    pub application: &'a str,
    /// For how long, for example a month.
    pub period: &'a str,
}

/// Makes the tokens of one scope. Cheap to make, so that one can be made for each exchange; shows nothing of its key.
pub struct Tokeniser {
    /// `None` only if the derivation fails, which it cannot at this key length; then values are masked.
    mac: Option<Hmac<Sha256>>,
}

impl Tokeniser {
    /// Derives the key of the scope from the master key, which must be 32 random bytes.
    pub fn new(master: &[u8; 32], scope: &Scope<'_>) -> Self {
        let mut info = Vec::from(b"seawall token 1");
        for field in [scope.tenant, scope.destination, scope.application, scope.period] {
            info.extend((field.len() as u64).to_be_bytes());
            info.extend(field.as_bytes());
        }
        let mut key = Zeroizing::new([0u8; 32]);
        let derived = Hkdf::<Sha256>::new(None, master).expand(&info, key.as_mut_slice());
        Self { mac: derived.ok().and_then(|()| Hmac::new_from_slice(key.as_slice()).ok()) }
    }

    /// The token of a value, such as `[EMAIL-7F3K9Q2MXA]`, which the vault can then put back.
    ///
    /// If the vault already holds another value under the same code, the code is one of the value as it stands, or longer. If the
    /// vault is full, the value is masked: it does not leave, and it does not come back ([`Vault::refused`] counts).
    pub fn token(&self, class: &str, value: &str, vault: &mut Vault) -> String {
        let word = class_word(class);
        let compact = Grouped::of(value).map(|grouped| grouped.compact);
        let number = compact.iter().flat_map(|compact| self.codes(compact).take(1));
        match vault.keep(&word, value, number.chain(self.codes(value))) {
            Some(code) => format!("[{word}-{code}]"),
            None => mask(class),
        }
    }

    /// The codes of some bytes, shortest first.
    fn codes(&self, bytes: &str) -> impl Iterator<Item = String> + use<> {
        let mac = self.mac.clone().map(|mac| mac.chain_update(bytes));
        let hash = mac.map(|mac| <[u8; 32]>::from(mac.finalize().into_bytes()));
        hash.into_iter()
            .flat_map(|hash| CODE_LENGTHS.into_iter().map(move |length| cut(&hash, length)))
    }
}

impl fmt::Debug for Tokeniser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokeniser")
    }
}

#[cfg(test)]
mod tests;
