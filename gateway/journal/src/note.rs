//! Signed notes and checkpoints (C2SP signed-note v1.0.0, tlog-checkpoint v1.0.0), Ed25519 only.
//!
//! A checkpoint of ours has exactly three lines of text and no extension lines; its key name is its origin.
//! INVARIANT: a checkpoint that is read was signed by one of the keys given, and is spelled in the one way we spell it.

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ed25519_dalek::Signer as _;
use ed25519_dalek::pkcs8::DecodePrivateKey as _;

use crate::hash::{Hash, sha256};

/// The signature type byte of plain Ed25519 (signed-note, "Signature types").
const ED25519: u8 = 0x01;

/// The private key that signs checkpoints. `Debug` shows only the public half.
#[derive(Clone)]
pub struct SigningKey(ed25519_dalek::SigningKey);

impl SigningKey {
    /// The key of a 32-byte Ed25519 seed (RFC 8032 §5.1.5).
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(seed))
    }

    /// Reads a PKCS #8 private key in PEM (RFC 8410).
    ///
    /// # Errors
    /// If the text is not such a key. The message quotes nothing of it.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        ed25519_dalek::SigningKey::from_pkcs8_pem(pem)
            .map(Self)
            .map_err(|_| KeyError("the signing key is not an Ed25519 private key in PKCS #8 PEM"))
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({:?})", self.public())
    }
}

/// The public key that verifies checkpoints.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(ed25519_dalek::VerifyingKey);

impl PublicKey {
    /// The key of 32 bytes in the encoding of RFC 8032.
    ///
    /// # Errors
    /// If the bytes are not a point on the curve, or a weak one.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, KeyError> {
        match ed25519_dalek::VerifyingKey::from_bytes(bytes) {
            Ok(key) if !key.is_weak() => Ok(Self(key)),
            _ => Err(KeyError("the public key is not an Ed25519 key")),
        }
    }

    /// Reads 64 hexadecimal digits, base64 of 32 bytes, or a note verifier key `name+id+base64`.
    ///
    /// # Errors
    /// If the text is none of the three.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let wrong = KeyError(
            "the public key is neither 64 hexadecimal digits, nor base64 of 32 bytes, nor a note verifier key",
        );
        let text = text.trim();
        if text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit()) {
            let mut bytes = [0; 32];
            for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
                let pair = std::str::from_utf8(pair).map_err(|_| wrong)?;
                *byte = u8::from_str_radix(pair, 16).map_err(|_| wrong)?;
            }
            return Self::from_bytes(&bytes);
        }
        let encoded = text.splitn(3, '+').nth(2).filter(|_| text.len() > 50).unwrap_or(text);
        let bytes = BASE64_STANDARD
            .decode(encoded)
            .or_else(|_| BASE64_STANDARD.decode(text))
            .map_err(|_| wrong)?;
        let bytes = match bytes.as_slice() {
            [ED25519, key @ ..] if key.len() == 32 => key,
            key => key,
        };
        Self::from_bytes(bytes.try_into().map_err(|_| wrong)?)
    }

    /// The 32 bytes of the key.
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// The note verifier key for a log of this origin, as other C2SP tools take it: `origin+id+base64`.
    pub fn verifier_key(&self, origin: &str) -> String {
        let mut encoded = vec![ED25519];
        encoded.extend(self.to_bytes());
        format!("{origin}+{:08x}+{}", self.id(origin), BASE64_STANDARD.encode(encoded))
    }

    fn id(&self, name: &str) -> u32 {
        let digest = sha256(&[name.as_bytes(), &[b'\n', ED25519], &self.to_bytes()]);
        u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]])
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", BASE64_STANDARD.encode(self.to_bytes()))
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

/// What a log states of itself: who it is, how many entries it has, and their root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The name of the log: configured origin, `/`, epoch.
    pub origin: String,
    /// Entries in the tree.
    pub size: u64,
    /// The RFC 6962 root over them.
    pub root: Hash,
}

impl Checkpoint {
    /// The signed note.
    pub(crate) fn sign(&self, key: &SigningKey) -> String {
        let text = self.text();
        let mut signature = key.public().id(&self.origin).to_be_bytes().to_vec();
        signature.extend(key.0.sign(text.as_bytes()).to_bytes());
        format!("{text}\n\u{2014} {} {}\n", self.origin, BASE64_STANDARD.encode(signature))
    }

    /// Reads a signed note and verifies it. Signature lines of unknown keys (witnesses) are allowed and ignored.
    ///
    /// # Errors
    /// If it is not a checkpoint, or no key given has signed it, or one of them has signed something else.
    pub fn open(note: &str, keys: &[PublicKey]) -> Result<Self, NoteError> {
        if note.bytes().any(|b| b < 0x20 && b != b'\n') {
            return Err(NoteError::Form("has control characters"));
        }
        let blank = note.rfind("\n\n").ok_or(NoteError::Form("has no blank line"))?;
        let (text, signatures) = note.split_at(blank + 1);
        let checkpoint = Self::from_text(text)?;
        let mut signed = false;
        let lines = signatures.strip_prefix('\n').and_then(|s| s.strip_suffix('\n'));
        for line in lines.ok_or(NoteError::Form("does not end in a line"))?.split('\n') {
            let (name, signature) = signature_line(line)?;
            let (id, signature) = signature
                .split_first_chunk::<4>()
                .ok_or(NoteError::Form("has a signature that is too short"))?;
            let known = keys
                .iter()
                .find(|key| name == checkpoint.origin && key.id(name).to_be_bytes() == *id);
            let Some(key) = known else { continue };
            let signature = ed25519_dalek::Signature::from_slice(signature)
                .map_err(|_| NoteError::Form("has a signature of the wrong length"))?;
            key.0.verify_strict(text.as_bytes(), &signature).map_err(|_| NoteError::Signature)?;
            signed = true;
        }
        if signed { Ok(checkpoint) } else { Err(NoteError::Unsigned) }
    }

    /// The size a note states, unverified: good enough to read our own log, never to believe one.
    pub(crate) fn size_stated(note: &str) -> Option<u64> {
        let blank = note.rfind("\n\n")?;
        Self::from_text(note.get(..=blank)?).ok().map(|checkpoint| checkpoint.size)
    }

    fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, self.root.to_base64())
    }

    fn from_text(text: &str) -> Result<Self, NoteError> {
        let form = NoteError::Form("does not have the three lines origin, size, root");
        let lines: Vec<&str> = text.split('\n').collect();
        let [origin, size, root, ""] = lines.as_slice() else { return Err(form) };
        let size = size.parse().map_err(|_| form)?;
        let root = Hash::from_base64(root).ok_or(form)?;
        let checkpoint = Self { origin: (*origin).to_owned(), size, root };
        if checkpoint.text() == text && !origin.is_empty() { Ok(checkpoint) } else { Err(form) }
    }
}

fn signature_line(line: &str) -> Result<(&str, Vec<u8>), NoteError> {
    let form = NoteError::Form("has a malformed signature line");
    let (name, encoded) =
        line.strip_prefix("\u{2014} ").and_then(|rest| rest.split_once(' ')).ok_or(form)?;
    let bytes = BASE64_STANDARD.decode(encoded).map_err(|_| form)?;
    if name.is_empty() || name.contains('+') { Err(form) } else { Ok((name, bytes)) }
}

/// Why a note is not a checkpoint that can be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteError {
    /// It is not a checkpoint in the form of C2SP; the words say what is wrong.
    Form(&'static str),
    /// A signature that claims a known key does not verify.
    Signature,
    /// None of the known keys has signed it.
    Unsigned,
}

impl fmt::Display for NoteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form(what) => write!(f, "the checkpoint {what}"),
            Self::Signature => f.write_str("the signature of the checkpoint does not verify"),
            Self::Unsigned => f.write_str("the checkpoint is not signed by a known key"),
        }
    }
}

impl std::error::Error for NoteError {}

/// Whether a log can have this origin: it is also the key name, so no spaces, plus or control characters.
pub(crate) fn is_origin(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 200
        && !text.chars().any(|c| c.is_whitespace() || c.is_control() || c == '+')
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test should stop here")]
    use super::*;

    fn signed() -> (SigningKey, String) {
        let key = SigningKey::from_seed(&[7; 32]);
        let checkpoint =
            Checkpoint { origin: "gw.example/000001".into(), size: 12, root: Hash::of_leaf(b"x") };
        let note = checkpoint.sign(&key);
        assert_eq!(Checkpoint::open(&note, &[key.public()]), Ok(checkpoint));
        (key, note)
    }

    #[test]
    fn every_changed_bit_is_refused() {
        let (key, note) = signed();
        for bit in 0..note.len() * 8 {
            let mut bytes = note.clone().into_bytes();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let opened = std::str::from_utf8(&bytes)
                .ok()
                .and_then(|note| Checkpoint::open(note, &[key.public()]).ok());
            assert_eq!(opened, None, "bit {bit}");
        }
    }

    #[test]
    fn other_keys_are_refused() {
        let (_, note) = signed();
        let other = SigningKey::from_seed(&[8; 32]).public();
        assert_eq!(Checkpoint::open(&note, &[other]), Err(NoteError::Unsigned));
    }

    #[test]
    fn the_reference_implementation_reads_our_notes() {
        let (key, note) = signed();
        let verifier =
            signed_note::StandardVerifier::new(&key.public().verifier_key("gw.example/000001"))
                .unwrap();
        let list = signed_note::VerifierList::new(vec![Box::new(verifier)]);
        let parsed = signed_note::Note::from_bytes(note.as_bytes()).unwrap();
        let (verified, _) = parsed.verify(&list).unwrap();
        assert_eq!(verified.len(), 1);
        let text = tlog_tiles::Checkpoint::from_bytes(parsed.text()).unwrap();
        assert_eq!((text.origin(), text.size()), ("gw.example/000001", 12));
        assert_eq!(text.hash().0, Hash::of_leaf(b"x").0);
    }

    #[test]
    fn keys_are_read_in_three_spellings() {
        let key = SigningKey::from_seed(&[7; 32]).public();
        let hex: String = key.to_bytes().iter().map(|b| format!("{b:02x}")).collect();
        for text in [hex, BASE64_STANDARD.encode(key.to_bytes()), key.verifier_key("gw.example/1")]
        {
            assert_eq!(PublicKey::parse(&text), Ok(key), "{text}");
        }
        assert!(PublicKey::parse("").is_err());
        assert!(PublicKey::parse("0x12").is_err());
    }
}
