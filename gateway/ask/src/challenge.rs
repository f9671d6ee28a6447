//! The challenge: what a client is given when something is asked for, and sends back.

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::hmac;

use crate::Matter;
use crate::matter::framed;

/// The key that seals challenges. It lives with the memory of what was used, so that a challenge is only good where its
/// use is remembered. `Debug` shows nothing.
#[derive(Clone)]
pub struct Key(hmac::Key);

impl Key {
    /// A key of 32 random bytes.
    #[must_use]
    pub fn new(secret: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(..)")
    }
}

/// One challenge. Its seal is not in here: it is made from the key and the matter whenever it is needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// The exchange that was refused: 26 characters of Crockford base32.
    pub id: String,
    /// The last second of its term.
    pub until: u64,
}

/// Why a challenge does not fit the request that it came with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// Not of the form of a challenge.
    Form,
    /// Altered, of another node, or for another caller, destination, policy or other data.
    Foreign,
    /// Its term is over.
    Expired,
}

/// What begins a challenge: name and version of its form.
const FORM: &str = "sw1";

/// Characters of an id.
const ID: usize = 26;

impl Challenge {
    /// The challenge as the client gets it: `sw1.ID.UNTIL.SEAL`, letters, digits, `-`, `_` and dots.
    #[must_use]
    pub fn sealed(&self, key: &Key, matter: &Matter) -> String {
        let seal = hmac::sign(&key.0, &self.bound(matter));
        format!("{FORM}.{}.{:x}.{}", self.id, self.until, BASE64_URL_SAFE_NO_PAD.encode(seal))
    }

    /// Reads a challenge that came with a request of this matter. `now` must never be before the latest reading that was
    /// ever made, so that a clock that was set back brings nothing back.
    ///
    /// # Errors
    /// Why it does not fit. Whether it was altered or is for something else is not told apart.
    pub fn open(text: &str, key: &Key, matter: &Matter, now: u64) -> Result<Self, Unfit> {
        let (challenge, seal) = Self::parse(text).ok_or(Unfit::Form)?;
        hmac::verify(&key.0, &challenge.bound(matter), &seal).map_err(|_| Unfit::Foreign)?;
        if now > challenge.until { Err(Unfit::Expired) } else { Ok(challenge) }
    }

    fn parse(text: &str) -> Option<(Self, Vec<u8>)> {
        let mut parts = text.split('.');
        let (form, id, until, seal) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let is_whole = parts.next().is_none() && form == FORM && is_id(id);
        let until = u64::from_str_radix(until, 16).ok()?;
        let seal = BASE64_URL_SAFE_NO_PAD.decode(seal).ok()?;
        let challenge = Self { id: id.to_owned(), until };
        is_whole.then_some((challenge, seal))
    }

    fn bound(&self, matter: &Matter) -> Vec<u8> {
        framed(&[
            b"seawall.challenge/1",
            self.id.as_bytes(),
            &self.until.to_be_bytes(),
            &matter.digest(),
        ])
    }
}

/// Whether a text can be the id of a challenge, and so a part of the name of a file.
pub(crate) fn is_id(text: &str) -> bool {
    text.len() == ID && text.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::matter::tests::{any, sample};

    const NOW: u64 = 1_795_219_200;

    fn challenge() -> Challenge {
        Challenge { id: "01KABCDEFGHJKMNPQRSTVWXYZ0".to_owned(), until: NOW + 900 }
    }

    #[test]
    fn it_fits_the_request_it_was_given_for_until_its_term_is_over() {
        let (key, matter) = (Key::new(&[7; 32]), sample());
        let text = challenge().sealed(&key, &matter);
        assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)), "{text}");
        assert_eq!(Challenge::open(&text, &key, &matter, NOW), Ok(challenge()));
        assert_eq!(Challenge::open(&text, &key, &matter, NOW + 900), Ok(challenge()));
        assert_eq!(Challenge::open(&text, &key, &matter, NOW + 901), Err(Unfit::Expired));
        let other = Key::new(&[8; 32]);
        assert_eq!(Challenge::open(&text, &other, &matter, NOW), Err(Unfit::Foreign));
    }

    #[test]
    fn a_text_of_another_form_is_none() {
        let (key, matter) = (Key::new(&[7; 32]), sample());
        for text in [
            "",
            "sw1",
            "sw1...",
            "sw1.x.1.AA",
            "sw2.01KABCDEFGHJKMNPQRSTVWXYZ0.1.AA",
            "sw1.01KABCDEFGHJKMNPQRSTVWXY/.1.AA",
        ] {
            assert_eq!(Challenge::open(text, &key, &matter, NOW), Err(Unfit::Form), "{text}");
        }
    }

    #[test]
    fn no_changed_character_passes() {
        let (key, matter) = (Key::new(&[7; 32]), sample());
        let text = challenge().sealed(&key, &matter);
        for at in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[at] = if bytes[at] == b'1' { b'2' } else { b'1' };
            let changed = String::from_utf8(bytes).unwrap_or_default();
            assert!(Challenge::open(&changed, &key, &matter, NOW).is_err(), "{changed}");
        }
    }

    proptest! {
        #[test]
        fn a_challenge_of_one_matter_passes_no_other(one in any(), other in any()) {
            let key = Key::new(&[7; 32]);
            let text = challenge().sealed(&key, &one);
            prop_assert_eq!(Challenge::open(&text, &key, &other, NOW).is_ok(), one == other);
        }

        #[test]
        fn any_text_is_read_without_a_panic(text in ".{0,120}") {
            prop_assert!(Challenge::open(&text, &Key::new(&[7; 32]), &sample(), NOW).is_err());
        }
    }
}
