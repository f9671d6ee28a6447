//! Detached signatures in minisign's form, prehashed Ed25519 (`ED`) only.
//!
//! A file is four lines: an untrusted comment, the signature over BLAKE2b-512 of the file with the key's id, the trusted comment, and a
//! signature over the first signature and that comment. The untrusted comment is not signed, is not read, and changes nothing.
//! INVARIANT: apart from it, of one signature there is one spelling, and what is behind the fourth line is refused.

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use blake2::{Blake2b512, Digest as _};

use crate::Refused;
use crate::key::{ED25519, KeyId, PublicKey, SigningKey, UNTRUSTED};

/// The largest signature file that is read, in bytes: what the longest comments of the tool come to.
pub const MAX_SIGNATURE: usize = 16_384;

/// What begins a signature over a hash.
const PREHASHED: [u8; 2] = *b"ED";

/// What stands before the comment in the third line.
const TRUSTED: &str = "trusted comment: ";

/// BLAKE2b-512 (RFC 7693) of a file: the message that is signed.
pub(crate) type Prehash = [u8; 64];

/// The prehash of these bytes.
pub(crate) fn prehash(bytes: &[u8]) -> Prehash {
    Blake2b512::digest(bytes).into()
}

/// A signature file that was read and not yet verified.
#[derive(Clone, PartialEq, Eq)]
pub struct Signature {
    key: KeyId,
    over_file: [u8; 64],
    comment: String,
    over_comment: [u8; 64],
}

impl Signature {
    /// Reads a signature file. `number` is its place among those given, from 1, for the problem that is told.
    ///
    /// # Errors
    /// If it is not exactly a prehashed signature of minisign.
    pub fn parse(bytes: &[u8], number: usize) -> Result<Self, Refused> {
        let form = |what| Refused::SignatureForm { signature: number, what };
        if bytes.len() > MAX_SIGNATURE {
            return Err(form("is larger than 16384 bytes"));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| form("is not text"))?;
        if text.contains('\r') {
            return Err(form("has line ends of another system: it was not copied byte for byte"));
        }
        let lines: Vec<&str> = text.split('\n').collect();
        let [untrusted, signature, trusted, over_comment, ""] = lines.as_slice() else {
            return Err(form("does not have exactly four lines"));
        };
        if !untrusted.starts_with(UNTRUSTED) {
            return Err(form("does not begin with an untrusted comment"));
        }
        let signature: [u8; 74] =
            decode(signature).ok_or(form("has a second line that is not a signature"))?;
        let comment = trusted
            .strip_prefix(TRUSTED)
            .ok_or(form("has a third line that is not a trusted comment"))?;
        if comment.chars().any(|c| c.is_control() && c != '\t') {
            return Err(form("has control characters in its trusted comment"));
        }
        let over_comment =
            decode(over_comment).ok_or(form("has a fourth line that is not a signature"))?;
        let (algorithm, rest) = signature.split_at(2);
        let (key, over_file) =
            rest.split_first_chunk::<8>().ok_or(form("has a second line that is too short"))?;
        let over_file =
            over_file.try_into().map_err(|_| form("has a second line that is too short"))?;
        match algorithm {
            a if a == PREHASHED => {}
            a if a == ED25519 => return Err(Refused::Legacy { signature: number }),
            _ => return Err(form("has an unknown algorithm")),
        }
        Ok(Self { key: KeyId(*key), over_file, comment: comment.to_owned(), over_comment })
    }

    /// The id of the key that it says it was made with.
    pub fn key(&self) -> KeyId {
        self.key
    }

    /// The trusted comment. It can be believed only after the signature was verified.
    pub fn comment(&self) -> &str {
        &self.comment
    }

    /// Verifies both signatures with a key, over a file given by its prehash.
    pub(crate) fn verify(
        &self,
        key: &PublicKey,
        file: &Prehash,
        number: usize,
    ) -> Result<(), Refused> {
        if !key.verifies(file, &self.over_file) {
            return Err(Refused::WrongSignature { signature: number, key: self.key });
        }
        if !key.verifies(&with_comment(&self.over_file, &self.comment), &self.over_comment) {
            return Err(Refused::WrongComment { signature: number, key: self.key });
        }
        Ok(())
    }

    /// The file.
    pub(crate) fn to_text(&self) -> String {
        let first = [&PREHASHED[..], &self.key.0, &self.over_file].concat();
        format!(
            "{UNTRUSTED}signature by {}\n{}\n{TRUSTED}{}\n{}\n",
            self.key,
            BASE64_STANDARD.encode(first),
            self.comment,
            BASE64_STANDARD.encode(self.over_comment),
        )
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signature({}, comment of {} bytes)", self.key, self.comment.len())
    }
}

/// Base64 with padding, in its one spelling, of exactly so many bytes.
fn decode<const N: usize>(line: &str) -> Option<[u8; N]> {
    BASE64_STANDARD.decode(line).ok()?.try_into().ok()
}

fn with_comment(over_file: &[u8; 64], comment: &str) -> Vec<u8> {
    [over_file, comment.as_bytes()].concat()
}

/// What makes plain Ed25519 signatures: a key in memory, or one in a device that never gives it away.
///
/// A device gets two short messages for a file: its BLAKE2b-512 and then the signature with the comment.
pub trait Signer {
    /// The key that verifies what it signs.
    fn public(&self) -> PublicKey;

    /// A plain Ed25519 signature over the message (RFC 8032 §5.1.6, not Ed25519ph).
    ///
    /// # Errors
    /// If the device did not sign.
    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignerError>;
}

impl Signer for SigningKey {
    fn public(&self) -> PublicKey {
        self.public()
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignerError> {
        Ok(self.sign(message))
    }
}

/// Nothing was signed; the words say why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignerError(pub String);

impl fmt::Display for SignerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "nothing was signed: {}", self.0)
    }
}

impl std::error::Error for SignerError {}

/// Signs a file: the text of its `.minisig`, with a comment of one line that is signed too.
///
/// What comes back was verified: a device that signs with another key than it says, or wrongly, is found here and not by a thousand gateways.
///
/// # Errors
/// If the signer fails, what it signed does not verify, or the comment could not be read back (control characters, too long).
pub fn sign(signer: &dyn Signer, bytes: &[u8], comment: &str) -> Result<String, SignerError> {
    let (file, key) = (prehash(bytes), signer.public());
    let over_file = signer.sign(&file)?;
    let over_comment = signer.sign(&with_comment(&over_file, comment))?;
    let signature =
        Signature { key: key.id(), over_file, comment: comment.to_owned(), over_comment };
    let text = signature.to_text();
    let wrong = |what: Refused| SignerError(what.to_string());
    Signature::parse(text.as_bytes(), 1).map_err(wrong)?.verify(&key, &file, 1).map_err(wrong)?;
    Ok(text)
}
