//! Ed25519 keys in minisign's forms (jedisct1.github.io/minisign, "Key formats").
//!
//! INVARIANT: a [`PublicKey`] is a point on the curve and not a weak one; nothing prints a private key.

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use blake2::digest::consts::U32;
use blake2::{Blake2b, Digest as _};
use ed25519_dalek::Signer as _;
use zeroize::Zeroizing;

/// What begins a key of minisign: Ed25519. Signatures over a hash begin with `ED`.
pub(crate) const ED25519: [u8; 2] = *b"Ed";

/// What stands before the comment in the first line of each file of minisign.
pub(crate) const UNTRUSTED: &str = "untrusted comment: ";

/// The eight bytes by which minisign finds the key of a signature. Chosen by chance when the key is made; says who, proves nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub [u8; 8]);

impl fmt::Display for KeyId {
    /// As minisign prints it: 16 digits, last byte first.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016X}", u64::from_le_bytes(self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

/// The public key of a signer, with its id.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey {
    id: KeyId,
    point: ed25519_dalek::VerifyingKey,
}

impl PublicKey {
    /// Reads the second line of a `minisign.pub`, or the whole file of two lines.
    ///
    /// # Errors
    /// If it is neither, or the key is weak.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let wrong = KeyError("the public key is not the 56 characters of a minisign key, RW…");
        let text = text.trim_end();
        let line = match text.split_once('\n') {
            Some((first, second)) if first.starts_with(UNTRUSTED) => second,
            Some(_) => return Err(wrong),
            None => text,
        };
        let bytes: [u8; 42] =
            BASE64_STANDARD.decode(line).ok().and_then(|b| b.try_into().ok()).ok_or(wrong)?;
        let [e, d, rest @ ..] = bytes;
        let (Some((id, key)), ED25519) = (rest.split_first_chunk::<8>(), [e, d]) else {
            return Err(wrong);
        };
        Self::from_bytes(KeyId(*id), key.try_into().map_err(|_| wrong)?)
    }

    /// The key of 32 bytes in the encoding of RFC 8032, under this id.
    ///
    /// # Errors
    /// If the bytes are not a point on the curve, or a weak one.
    pub fn from_bytes(id: KeyId, bytes: &[u8; 32]) -> Result<Self, KeyError> {
        match ed25519_dalek::VerifyingKey::from_bytes(bytes) {
            Ok(point) if !point.is_weak() => Ok(Self { id, point }),
            _ => Err(KeyError("the public key is not an Ed25519 key, or a weak one")),
        }
    }

    /// Its id.
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// The 32 bytes of the key.
    pub fn to_bytes(&self) -> [u8; 32] {
        self.point.to_bytes()
    }

    /// The file `minisign.pub`: two lines.
    pub fn to_text(&self) -> String {
        format!("{UNTRUSTED}minisign public key {}\n{self}\n", self.id)
    }

    /// Strict verification (RFC 8032 §5.1.7 without cofactor; small-order points and spellings of S beyond the order are refused).
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        let signature = ed25519_dalek::Signature::from_bytes(signature);
        self.point.verify_strict(message, &signature).is_ok()
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [&ED25519[..], &self.id.0, &self.to_bytes()].concat();
        f.write_str(&BASE64_STANDARD.encode(bytes))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({self})")
    }
}

/// A private key that signs bundles. `Debug` shows only the public half.
#[derive(Clone)]
pub struct SigningKey {
    id: KeyId,
    key: ed25519_dalek::SigningKey,
}

/// Bytes of a private key file before base64: algorithms, salt, limits, id, key, checksum.
const SECRET: usize = 158;

impl SigningKey {
    /// The key of a 32-byte Ed25519 seed (RFC 8032 §5.1.5) under an id; both are random, and come in as values.
    pub fn from_seed(id: KeyId, seed: &[u8; 32]) -> Self {
        Self { id, key: ed25519_dalek::SigningKey::from_bytes(seed) }
    }

    /// Reads a `minisign.key` without a password, as `minisign -G -W` writes it.
    ///
    /// # Errors
    /// If the text is not such a key, or has a password. The message quotes nothing of it.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let wrong = KeyError("the signing key is not a private key of minisign");
        let line = text
            .strip_prefix(UNTRUSTED)
            .and_then(|rest| rest.split_once('\n'))
            .map(|(_, line)| line.trim_end())
            .ok_or(wrong)?;
        let bytes = Zeroizing::new(BASE64_STANDARD.decode(line).map_err(|_| wrong)?);
        let fields: &[u8; SECRET] = bytes.as_slice().try_into().map_err(|_| wrong)?;
        let (head, rest) = fields.split_at(54);
        match head {
            [b'E', b'd', 0, 0, b'B', b'2', ..] => {}
            [b'E', b'd', b'S', b'c', b'B', b'2', ..] => {
                return Err(KeyError(
                    "the signing key has a password; `minisign -C -W` takes it off a copy",
                ));
            }
            _ => return Err(wrong),
        }
        let (keys, checksum) = rest.split_at(72);
        let (id, pair) = keys.split_first_chunk::<8>().ok_or(wrong)?;
        let (seed, public) = pair.split_first_chunk::<32>().ok_or(wrong)?;
        let key = Self::from_seed(KeyId(*id), seed);
        // The tool leaves the checksum of a key without a password empty; others fill it in.
        let summed = checksum == [0; 32] || checksum == checksum_of(keys);
        if key.public().to_bytes() == public && summed { Ok(key) } else { Err(wrong) }
    }

    /// The file `minisign.key` without a password: two lines, readable by the tool with `-W`.
    pub fn to_text(&self) -> Zeroizing<String> {
        let pair = Zeroizing::new(self.key.to_keypair_bytes());
        let keys = Zeroizing::new([&self.id.0[..], &pair[..]].concat());
        let mut bytes = Zeroizing::new(Vec::with_capacity(SECRET));
        bytes.extend(b"Ed\0\0B2");
        bytes.extend([0; 48]);
        bytes.extend(keys.iter());
        bytes.extend(checksum_of(&keys));
        let line = Zeroizing::new(BASE64_STANDARD.encode(&*bytes));
        let mut text = Zeroizing::new(String::with_capacity(300));
        for part in [UNTRUSTED, "minisign secret key without a password\n", &line, "\n"] {
            text.push_str(part);
        }
        text
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        PublicKey { id: self.id, point: self.key.verifying_key() }
    }

    /// A plain Ed25519 signature (RFC 8032 §5.1.6).
    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.key.sign(message).to_bytes()
    }
}

/// BLAKE2b-256 over algorithm, id and key pair.
fn checksum_of(keys: &[u8]) -> [u8; 32] {
    Blake2b::<U32>::new().chain_update(ED25519).chain_update(keys).finalize().into()
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({:?})", self.public())
    }
}

/// A key could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyError(&'static str);

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for KeyError {}
