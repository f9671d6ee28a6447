//! Whose signatures count, and for which roles: m of n, each key once.
//!
//! A signature by a key that the root does not name is passed over: another agency may have signed the same file. One that is
//! malformed, or names a known key and does not verify, refuses the whole, because nobody honest makes one.

use std::collections::BTreeMap;

use crate::refused::too_large;
use crate::signature::prehash;
use crate::{KeyId, PublicKey, Refused, Role, Root, Signature};

/// The most signature files that are looked at for one file.
pub const MAX_SIGNATURES: usize = 64;

/// A file with the signature files that came with it; nothing of it was believed yet.
#[derive(Clone, Copy)]
pub struct Signed<'a> {
    /// The file.
    pub bytes: &'a [u8],
    /// The `.minisig` files, in any order.
    pub signatures: &'a [&'a [u8]],
}

impl std::fmt::Debug for Signed<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Signed({} bytes, {} signatures)", self.bytes.len(), self.signatures.len())
    }
}

/// A verified signature, for the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signing {
    /// The signer's name in the root.
    pub signer: String,
    /// The key.
    pub key: KeyId,
    /// The trusted comment, which the signer signed too; for people.
    pub comment: String,
}

/// What the signatures of a file come to.
#[derive(Debug, Default)]
pub(crate) struct Signers {
    /// Verified, each key once.
    valid: BTreeMap<KeyId, Signing>,
    /// Signatures by keys that the root does not name.
    unknown: usize,
}

impl Signers {
    /// Verifies all signatures of a file of at most `most` bytes with the keys of a root, and parses nothing of the file.
    pub(crate) fn of(signed: &Signed<'_>, most: usize, root: &Root) -> Result<Self, Vec<Refused>> {
        let count = signed.signatures.len();
        let mut problems: Vec<Refused> = too_large(signed.bytes, most).into_iter().collect();
        if count > MAX_SIGNATURES {
            problems.push(Refused::TooManySignatures { count, most: MAX_SIGNATURES });
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let file = prehash(signed.bytes);
        let mut signers = Self::default();
        for (number, bytes) in (1..).zip(signed.signatures) {
            let verified = Signature::parse(bytes, number).and_then(|signature| {
                let Some((name, key)) = root.key(signature.key()) else { return Ok(None) };
                signature.verify(key, &file, number)?;
                Ok(Some((name, signature)))
            });
            match verified {
                Ok(Some((name, signature))) => signers.add(name, &signature),
                Ok(None) => signers.unknown += 1,
                Err(problem) => problems.push(problem),
            }
        }
        if problems.is_empty() { Ok(signers) } else { Err(problems) }
    }

    fn add(&mut self, name: &str, signature: &Signature) {
        self.valid.entry(signature.key()).or_insert_with(|| Signing {
            signer: name.to_owned(),
            key: signature.key(),
            comment: signature.comment().to_owned(),
        });
    }

    /// The problem if fewer keys of a role have signed than must; none for a role that the root does not have. The ids of a root's keys are distinct, so counting ids counts keys.
    pub(crate) fn missing(&self, role: &str, root: &Root) -> Option<Refused> {
        let Role { keys, threshold } = root.role(role)?;
        let has_signed = |name: &&String| {
            root.public(name).map(PublicKey::id).is_some_and(|id| self.valid.contains_key(&id))
        };
        let signed = keys.iter().filter(has_signed).count();
        (signed < *threshold).then(|| Refused::TooFewSigners {
            role: role.to_owned(),
            needed: *threshold,
            of: keys.len(),
            signed,
            unknown: self.unknown,
        })
    }

    /// The signatures that counted.
    pub(crate) fn into_list(self) -> Vec<Signing> {
        self.valid.into_values().collect()
    }
}
