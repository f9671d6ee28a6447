//! Signed policy bundles: verified before anything in them is parsed.
//!
//! Pure: bytes, the state and a reading of the clock come in as values, a verdict and a new state go out. No file, no clock, no
//! socket is touched here; who installs a bundle writes [`State`] to disk (with a sync) before the policy is swapped.
//!
//! ```text
//! bytes ── size ── signatures over these bytes, m of n for each role ── form of the tar ── header ── digests ── version, time, audience
//!          └────────────── nothing is parsed up to here ───────────┘
//! ```
//!
//! Reading order: `refused` (what is told) → `key`, `signature` (minisign's forms) → `root` (whose signatures count) → `signers`
//! (counting them) → `archive` (the one form of the file) → `json`, `header`, `required` → `bundle` (pack and read) → `state`, `install`.
//!
//! Invariants:
//! - There is no switch that turns verification off and no default key: without a [`Root`] nothing can be asked.
//! - Of one content and header there is one file: what [`pack`] would not write, byte for byte, is refused.
//! - All problems that can be known at once are told at once, in a list that is never empty; none quotes content.
//! - Any bytes whatsoever may be given without a panic, and no more memory is taken than a small multiple of [`MAX_BUNDLE`].
//!
//! Units: sizes in bytes, times in seconds since 1970-01-01 UTC, entries and signatures counted from 1.

mod archive;
mod bundle;
mod digest;
mod header;
mod install;
mod json;
mod key;
mod name;
mod refused;
mod required;
mod root;
mod signature;
mod signers;
mod state;
#[cfg(test)]
mod tests;
mod time;

pub use archive::{File, MAX_BUNDLE, MAX_FILE, MAX_FILES};
pub use bundle::{Bundle, HEADER, PROOF, pack};
pub use digest::Digest;
pub use header::{Header, MAX_LIFE};
pub use install::{Trust, Verified, install, open};
pub use key::{KeyError, KeyId, PublicKey, SigningKey};
pub use name::{file_name, signature_name};
pub use refused::{Document, Refused};
pub use required::{REQUIRED, Required, required_digest};
pub use root::{INVARIANTS, ROOT, Role, Root, rotate};
pub use signature::{MAX_SIGNATURE, Signature, Signer, SignerError, sign};
pub use signers::{MAX_SIGNATURES, Signed, Signing};
pub use state::{MAX_GAP, Mark, State};
pub use time::Time;
