//! Required invariants: files that an agency cannot remove or change, because another key signed their digest.
//!
//! They stand under `required/` in every bundle. The keys of the root's role `invariants` sign a small statement of their digest; it
//! lives beside the bundle, so the agency packs as often as it likes without those keys, and only what they signed is taken.

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::header::to_json;
use crate::json::{Object, Problems};
use crate::name::is_agency;
use crate::{Digest, Document, File, Refused};

/// The folder of the required files.
pub const REQUIRED: &str = "required/";

/// The most agencies that a statement can name.
const MAX_AUDIENCE: usize = 1000;

/// The digest of the required files among these: what `sha256sum required/… | sha256sum` prints, the files in the order of their names
/// (`LC_ALL=C sort`). Of no files it is the digest of nothing.
pub fn required_digest(files: &[File]) -> Digest {
    let mut files: Vec<&File> = files.iter().filter(|f| f.name.starts_with(REQUIRED)).collect();
    files.sort_by(|a, b| a.name.cmp(&b.name));
    let mut state = Sha256::new();
    for file in files {
        state.update(format!("{}  {}\n", Digest::of(&file.bytes), file.name));
    }
    Digest(state.finalize().into())
}

/// The statement that the keys of the role `invariants` sign: `required.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Required {
    /// Its place in the line of statements, from 1; higher is newer, and an older one is never taken again.
    pub version: u64,
    /// The ids of the agencies that it is for: so one that was written for another, with less in it, does not count.
    pub audience: Vec<String>,
    /// [`required_digest`] of the files.
    pub invariants: Digest,
}

impl Required {
    /// Reads a statement.
    ///
    /// # Errors
    /// All problems at once, each with its JSON path.
    pub fn read(bytes: &[u8]) -> Result<Self, Vec<Refused>> {
        let mut problems = Problems::new(Document::Required);
        let required = Self::read_fields(bytes, &mut problems);
        problems.or(required)
    }

    fn read_fields(bytes: &[u8], problems: &mut Problems) -> Option<Self> {
        let mut fields = Object::parse(bytes, problems)?;
        let version = fields.number("version", 1, problems);
        let audience = fields.texts("audience", "ids of agencies", is_agency, problems);
        let invariants =
            fields.text("invariants", "64 hexadecimal digits", Digest::parse, problems);
        let path = fields.at("audience");
        fields.done(problems);
        let audience = audience?;
        if audience.is_empty() || audience.len() > MAX_AUDIENCE {
            problems.add(&path, "expected 1 to 1000 agencies");
        }
        Some(Self { version: version?, audience, invariants: invariants? })
    }

    /// The bytes of `required.json`, to be signed.
    pub fn to_json(&self) -> Vec<u8> {
        to_json(self)
    }
}
