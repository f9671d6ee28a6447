//! Why a bundle, root, statement or state was not taken.
//!
//! INVARIANT: no content is quoted. What is told are numbers, digests, ids of keys, names that have the form of a name
//! (see `name.rs`), and our own words.

use std::fmt;

use crate::{Digest, KeyId, MAX_BUNDLE, MAX_FILE, MAX_FILES, MAX_GAP, Time};

/// Which JSON file a problem stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Document {
    /// `header.json`, the first entry of a bundle.
    Header,
    /// `root.json`: whose signatures count.
    Root,
    /// The statement of the required invariants.
    Required,
    /// The state that a gateway keeps.
    State,
}

impl Document {
    /// What it is called in problems.
    pub fn name(self) -> &'static str {
        match self {
            Self::Header => "header.json",
            Self::Root => "root.json",
            Self::Required => "required.json",
            Self::State => "state.json",
        }
    }
}

/// One reason for which nothing was taken; what was in force stays.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each field is named after what the variant says it is")]
pub enum Refused {
    /// More bytes than are read at all; nothing of it was hashed or parsed.
    TooLarge { bytes: usize, most: usize },
    /// More signature files than are looked at.
    TooManySignatures { count: usize, most: usize },
    /// A signature file is not in minisign's form.
    SignatureForm { signature: usize, what: &'static str },
    /// A signature is of the old kind, not over a hash.
    Legacy { signature: usize },
    /// A signature of a known key is not over these bytes.
    WrongSignature { signature: usize, key: KeyId },
    /// The trusted comment of a signature is not the one that was signed.
    WrongComment { signature: usize, key: KeyId },
    /// Too few keys of a role have signed. `unknown` signatures were by keys that the root does not name.
    TooFewSigners { role: String, needed: usize, of: usize, signed: usize, unknown: usize },
    /// The tar is broken, cut or claims more than is there, at this byte.
    Form { at: usize, what: &'static str },
    /// An entry that is not a regular file: link, folder, device or extension.
    NotAFile { entry: usize },
    /// An entry whose name is unsafe, or not one that a bundle has.
    EntryName { entry: usize, what: &'static str },
    /// Two entries with one name, also if only the case differs or one would be the folder of the other.
    Duplicate { entry: usize, of: usize },
    /// An entry out of order.
    Order { entry: usize },
    /// An entry whose tar header is not spelled as [`crate::pack`] spells it: owner, mode, time, padding.
    Spelling { entry: usize },
    /// An entry that claims more bytes than one may have.
    EntryTooLarge { entry: usize, bytes: u64 },
    /// More entries than a bundle may have.
    TooManyEntries,
    /// Bytes behind the end.
    Trailing { bytes: usize },
    /// The first entry is not the header, or there is none.
    NoHeader,
    /// The last entry is not the proof report, or there is none.
    NoProof,
    /// A JSON file is not as it must be, at this JSON path.
    Field { of: Document, path: String, what: String },
    /// The proof report is not the one that the header names.
    ProofDiffers { header: Digest, found: Digest },
    /// The files under `required/` are not those that the header names.
    RequiredDiffers { header: Digest, found: Digest },
    /// The root asks for a signed statement of the required invariants, and none was given.
    NoRequired,
    /// The header's required invariants are not those that the keys of the role `invariants` signed.
    RequiredNotSigned { signed: Digest, header: Digest },
    /// A statement of required invariants that is older than one already seen, or another one of the same version.
    RequiredOld { version: u64, highest: u64 },
    /// A statement of required invariants that is for other agencies.
    RequiredAudience { expected: String },
    /// A bundle whose version is not higher than the highest already taken.
    Old { version: u64, highest: u64 },
    /// A version so much higher that it would use up the numbers.
    Jump { version: u64, highest: u64 },
    /// The next version, which does not follow from the one that was taken.
    Previous { expected: Digest, found: Option<Digest> },
    /// Not yet valid.
    Early { not_before: Time, now: Time },
    /// No longer valid. `ahead` is by how many seconds the latest time ever seen is ahead of the clock.
    Expired { expires: Time, now: Time, ahead: i64 },
    /// For another agency.
    Audience { expected: String, found: String },
    /// Another policy.
    Name { expected: String, found: String },
    /// Written for a newer gateway.
    Gateway { needed: String, this: String },
    /// Not the bundle that the state says is installed.
    NotInstalled { expected: Option<Digest>, found: Digest },
    /// Not the root that the state says is installed.
    RootDiffers { version: u64, expected: u64 },
    /// Not the next version of the root.
    RootVersion { version: u64, expected: u64 },
}

impl Refused {
    /// A stable word for metrics, records and scripts.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "too-large",
            Self::TooManySignatures { .. } => "too-many-signatures",
            Self::SignatureForm { .. } => "signature-form",
            Self::Legacy { .. } => "signature-legacy",
            Self::WrongSignature { .. } => "signature-wrong",
            Self::WrongComment { .. } => "comment-wrong",
            Self::TooFewSigners { .. } => "too-few-signers",
            Self::Form { .. } => "form",
            Self::NotAFile { .. } => "not-a-file",
            Self::EntryName { .. } => "entry-name",
            Self::Duplicate { .. } => "duplicate",
            Self::Order { .. } => "order",
            Self::Spelling { .. } => "spelling",
            Self::EntryTooLarge { .. } => "entry-too-large",
            Self::TooManyEntries => "too-many-entries",
            Self::Trailing { .. } => "trailing",
            Self::NoHeader => "no-header",
            Self::NoProof => "no-proof",
            Self::Field { of, .. } => match of {
                Document::Header => "header",
                Document::Root => "root",
                Document::Required => "required",
                Document::State => "state",
            },
            Self::ProofDiffers { .. } => "proof-differs",
            Self::RequiredDiffers { .. } => "required-differs",
            Self::NoRequired => "no-required",
            Self::RequiredNotSigned { .. } => "required-not-signed",
            Self::RequiredOld { .. } => "required-old",
            Self::RequiredAudience { .. } => "required-audience",
            Self::Old { .. } => "old",
            Self::Jump { .. } => "jump",
            Self::Previous { .. } => "previous",
            Self::Early { .. } => "early",
            Self::Expired { .. } => "expired",
            Self::Audience { .. } => "audience",
            Self::Name { .. } => "name",
            Self::Gateway { .. } => "gateway",
            Self::NotInstalled { .. } => "not-installed",
            Self::RootDiffers { .. } => "root-differs",
            Self::RootVersion { .. } => "root-version",
        }
    }

    /// What to do about it.
    pub fn mend(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } | Self::EntryTooLarge { .. } | Self::TooManyEntries => {
                "leave out what is no policy; large lists belong into holdings"
            }
            Self::TooManySignatures { .. } => "give one signature file for each signer",
            Self::SignatureForm { .. } => {
                "fetch the .minisig file again byte for byte, or sign again with `seawall rules sign` or `minisign -S`"
            }
            Self::Legacy { .. } => "sign again without `-l`, with minisign 0.10 or newer",
            Self::WrongSignature { .. } => {
                "fetch file and signature again; if they stay so, the file was changed after it was signed, or it is another file's signature"
            }
            Self::WrongComment { .. } => {
                "fetch the signature again; if it stays so, somebody changed its comment"
            }
            Self::TooFewSigners { .. } => {
                "have it signed by more keys of this role that the root names, and give all signature files together"
            }
            Self::Form { .. }
            | Self::NotAFile { .. }
            | Self::Order { .. }
            | Self::Spelling { .. }
            | Self::Trailing { .. }
            | Self::NoHeader
            | Self::NoProof => {
                "pack it with `seawall rules sign`; other tools write other forms of tar"
            }
            Self::EntryName { .. } => {
                "name sources like `rules/10-baseline.policy` or `detectors/se.toml`"
            }
            Self::Duplicate { .. } => "rename one of the two files",
            Self::Field { of: Document::State, .. } => {
                "restore the state from a backup that is not older; without one the gateway must be set up again"
            }
            Self::Field { .. } => "correct it at this place and have it signed again",
            Self::ProofDiffers { .. } | Self::RequiredDiffers { .. } => {
                "pack and sign again: the header belongs to other files"
            }
            Self::NoRequired => "give the statement with its signatures beside the bundle",
            Self::RequiredNotSigned { .. } => {
                "put the national files under `required/` unchanged, in the version that was signed last"
            }
            Self::RequiredOld { .. } => "give the newest statement of the required invariants",
            Self::RequiredAudience { .. } => "give the statement that names this agency",
            Self::Old { .. } => {
                "to go back, sign the old content under a new higher version with `seawall rules revert`"
            }
            Self::Jump { .. } => "install a version in between first",
            Self::Previous { .. } => {
                "two bundles were signed for one place in the line: sign again with the digest of the one that is installed"
            }
            Self::Early { .. } => "install it when its time has come, or set the clock right",
            Self::Expired { .. } => "sign a new version; setting the clock back does not help",
            Self::Audience { .. } | Self::Name { .. } => "install it where it belongs",
            Self::Gateway { .. } => "update the gateway first",
            Self::NotInstalled { .. } => {
                "start from the bundle that was installed last, or install a higher version"
            }
            Self::RootDiffers { .. } => {
                "put back the root that was installed last; a new one is taken by rotation only"
            }
            Self::RootVersion { .. } => "take the versions of the root one after the other",
        }
    }
}

impl fmt::Display for Refused {
    /// What was found and what was expected; one line, without [`Refused::mend`]. Long because it is a table.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { bytes, most } => write!(f, "it has {bytes} bytes, more than {most}"),
            Self::TooManySignatures { count, most } => {
                write!(f, "there are {count} signatures, more than {most}")
            }
            Self::SignatureForm { signature, what } => write!(f, "signature {signature} {what}"),
            Self::Legacy { signature } => write!(
                f,
                "signature {signature} has the old algorithm `Ed`, expected is `ED` over a hash"
            ),
            Self::WrongSignature { signature, key } => {
                write!(f, "signature {signature} by key {key} is not over these bytes")
            }
            Self::WrongComment { signature, key } => write!(
                f,
                "the trusted comment of signature {signature} by key {key} is not the one that was signed"
            ),
            Self::TooFewSigners { role, needed, of, signed, unknown } => {
                write!(f, "{signed} of {of} keys of the role `{role}` have signed, {needed} must")?;
                match unknown {
                    0 => Ok(()),
                    n => write!(f, "; {n} signed with keys that the root does not name"),
                }
            }
            Self::Form { at, what } => write!(f, "at byte {at} {what}"),
            Self::NotAFile { entry } => write!(f, "entry {entry} is not a regular file"),
            Self::EntryName { entry, what } => write!(f, "entry {entry} {what}"),
            Self::Duplicate { entry, of } => {
                write!(f, "entry {entry} would overwrite entry {of} where case does not count")
            }
            Self::Order { entry } => write!(
                f,
                "entry {entry} is out of order: header.json, then sources by name, then proof.json"
            ),
            Self::Spelling { entry } => write!(
                f,
                "entry {entry} has another owner, mode, time or padding than a bundle has"
            ),
            Self::EntryTooLarge { entry, bytes } => {
                write!(f, "entry {entry} claims {bytes} bytes, more than {MAX_FILE}")
            }
            Self::TooManyEntries => write!(f, "it has more than {MAX_FILES} entries"),
            Self::Trailing { bytes } => write!(f, "{bytes} bytes stand behind its end"),
            Self::NoHeader => f.write_str("its first entry is not header.json"),
            Self::NoProof => f.write_str("its last entry is not proof.json"),
            Self::Field { of, path, what } => write!(f, "{} {path}: {what}", of.name()),
            Self::ProofDiffers { header, found } => {
                write!(f, "the header names the proof {header}, proof.json is {found}")
            }
            Self::RequiredDiffers { header, found } => write!(
                f,
                "the header names the required invariants {header}, the files under required/ are {found}"
            ),
            Self::NoRequired => {
                f.write_str("the root asks for signed required invariants, and none were given")
            }
            Self::RequiredNotSigned { signed, header } => {
                write!(f, "the required invariants signed are {signed}, the header has {header}")
            }
            Self::RequiredOld { version, highest } => write!(
                f,
                "the statement of required invariants has version {version}, and version {highest} was seen already"
            ),
            Self::RequiredAudience { expected } => {
                write!(f, "the statement of required invariants is not for {expected}")
            }
            Self::Old { version, highest } => {
                write!(f, "it has version {version}, expected is more than {highest}")
            }
            Self::Jump { version, highest } => write!(
                f,
                "it has version {version}, expected is at most {}",
                highest.saturating_add(MAX_GAP)
            ),
            Self::Previous { expected, found: Some(found) } => {
                write!(f, "it follows {found}, installed is {expected}")
            }
            Self::Previous { expected, found: None } => {
                write!(f, "it follows no bundle, installed is {expected}")
            }
            Self::Early { not_before, now } => {
                write!(f, "it holds from {not_before}, now is {now}")
            }
            Self::Expired { expires, now, ahead: 0 } => {
                write!(f, "it held until {expires}, now is {now}")
            }
            Self::Expired { expires, now, ahead } => write!(
                f,
                "it held until {expires}, the latest time seen is {now}, {ahead} seconds ahead of the clock"
            ),
            Self::Audience { expected, found } => {
                write!(f, "it is for {found}, this gateway is of {expected}")
            }
            Self::Name { expected, found } => {
                write!(f, "it is the policy {found}, this gateway has {expected}")
            }
            Self::Gateway { needed, this } => {
                write!(f, "it needs a gateway {needed} or newer, this is {this}")
            }
            Self::NotInstalled { expected: Some(expected), found } => {
                write!(f, "it is {found}, installed is {expected}")
            }
            Self::NotInstalled { expected: None, found } => {
                write!(f, "it is {found}, and none is installed")
            }
            Self::RootDiffers { version, expected } if version == expected => {
                write!(f, "it is another root of version {version} than was installed")
            }
            Self::RootDiffers { version, expected } => {
                write!(f, "the root has version {version}, installed is version {expected}")
            }
            Self::RootVersion { version, expected } => {
                write!(f, "the root has version {version}, expected is {expected}")
            }
        }
    }
}

impl std::error::Error for Refused {}

/// One problem if a size is beyond its bound.
pub(crate) fn too_large(bytes: &[u8], most: usize) -> Option<Refused> {
    (bytes.len() > most).then_some(Refused::TooLarge { bytes: bytes.len(), most })
}

const _: () = assert!(MAX_FILE <= MAX_BUNDLE, "a file is smaller than what holds it");
