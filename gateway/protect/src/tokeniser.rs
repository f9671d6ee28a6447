//! The keyed codes of one scope.
//!
//! Key derivation: HKDF-SHA256 (RFC 5869) from the master key, without salt, with the scope as its info. Each field of the
//! scope is written with its length before it, so that no two scopes give the same info.
//! Code of a value: HMAC-SHA256 (RFC 2104) of its bytes as they stand. They are not normalised: two spellings of one name
//! must come back as two spellings.

use std::fmt;

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::code::{CODE_LENGTHS, class_word, cut};
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
    /// If the vault already holds another value under the same code, the code is longer. If the vault is full, the value
    /// is masked: it does not leave, and it does not come back ([`Vault::refused`] counts).
    pub fn token(&self, class: &str, value: &str, vault: &mut Vault) -> String {
        let word = class_word(class);
        let hash = self
            .mac
            .clone()
            .map(|mac| <[u8; 32]>::from(mac.chain_update(value).finalize().into_bytes()));
        let codes = hash
            .into_iter()
            .flat_map(|hash| CODE_LENGTHS.into_iter().map(move |length| cut(&hash, length)));
        match vault.keep(&word, value, codes) {
            Some(code) => format!("[{word}-{code}]"),
            None => mask(class),
        }
    }
}

impl fmt::Debug for Tokeniser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokeniser")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCOPE: Scope<'_> =
        Scope { tenant: "t", destination: "d", application: "a", period: "2026-11" };

    fn token(scope: &Scope<'_>, class: &str, value: &str) -> String {
        Tokeniser::new(&[7; 32], scope).token(class, value, &mut Vault::default())
    }

    #[test]
    fn tokens_are_the_same_everywhere() {
        // Computed apart from this code; a change here unlinks every token that is still in a conversation.
        assert_eq!(token(&SCOPE, "email", "ann@example.org"), "[EMAIL-FPQ6S1M6KV]");
        assert_eq!(token(&SCOPE, "national-id", "811218-9876"), "[NATIONALID-3YWR4TJ132]");
    }

    #[test]
    fn each_part_of_the_scope_counts() {
        let same = token(&SCOPE, "email", "ann@example.org");
        let others = [
            Scope { tenant: "u", ..SCOPE },
            Scope { destination: "e", ..SCOPE },
            Scope { application: "b", ..SCOPE },
            Scope { period: "2026-12", ..SCOPE },
            // The same letters, divided otherwise.
            Scope { tenant: "td", destination: "", ..SCOPE },
        ];
        let codes: std::collections::BTreeSet<String> = others
            .iter()
            .map(|scope| token(scope, "email", "ann@example.org"))
            .chain([same.clone()])
            .collect();
        assert_eq!(codes.len(), 1 + others.len());
        assert_eq!(token(&SCOPE, "email", "ann@example.org"), same);
        let other_key = Tokeniser::new(&[8; 32], &SCOPE).token(
            "email",
            "ann@example.org",
            &mut Vault::default(),
        );
        assert_ne!(other_key, same);
    }

    #[test]
    fn spellings_are_values_of_their_own() {
        assert_ne!(token(&SCOPE, "name", "Jose\u{301}"), token(&SCOPE, "name", "Jos\u{e9}"));
        assert_ne!(token(&SCOPE, "name", "ann"), token(&SCOPE, "name", "Ann"));
    }

    #[test]
    fn nothing_shows_in_debug() {
        assert_eq!(format!("{:?}", Tokeniser::new(&[7; 32], &SCOPE)), "Tokeniser");
    }
}
