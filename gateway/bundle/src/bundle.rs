//! A bundle: its header, its files, and that they belong together.

use crate::archive::{self, File, MAX_BUNDLE};
use crate::name::is_source;
use crate::refused::too_large;
use crate::{Digest, Header, REQUIRED, Refused, required_digest};

/// The first entry of a bundle.
pub const HEADER: &str = "header.json";

/// The last entry of a bundle: the report of the prover. What is in it is not read here; a gateway proves anew.
pub const PROOF: &str = "proof.json";

/// The content of a bundle whose signatures, form and digests were checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    /// What it says of itself.
    pub header: Header,
    /// The sources by name, then the proof report. None of them was parsed.
    pub files: Vec<File>,
    /// The digest of the whole file: what the next one names as `previous`.
    pub digest: Digest,
}

impl Bundle {
    /// Reads a bundle: form, header, and that the header belongs to the files. Says nothing of signatures: a gateway gets one from
    /// [`crate::install`] or [`crate::open`] only. An author's tools may look into an unsigned one with this.
    ///
    /// # Errors
    /// All problems that can be seen at once.
    pub fn read(bytes: &[u8]) -> Result<Self, Vec<Refused>> {
        if let Some(problem) = too_large(bytes, MAX_BUNDLE) {
            return Err(vec![problem]);
        }
        let mut files = archive::read(bytes)?;
        let mut problems = wrong_order(&files);
        if files.first().is_none_or(|file| file.name != HEADER) {
            problems.push(Refused::NoHeader);
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let header = Header::read(&files.remove(0).bytes);
        match header {
            Ok(header) => {
                problems.extend(wrong_digests(&header, &files));
                let digest = Digest::of(bytes);
                if problems.is_empty() { Ok(Self { header, files, digest }) } else { Err(problems) }
            }
            Err(of_header) => Err([of_header, problems].concat()),
        }
    }

    /// The sources: everything but header and proof.
    pub fn sources(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.name != PROOF)
    }
}

/// Packs a bundle: the same header and files give the same bytes, in whatever order the files come. They are sources
/// (`*.policy`, `*.toml`) and [`PROOF`].
///
/// # Errors
/// Everything for which [`Bundle::read`] would refuse it: so what is packed can be read. Entries are counted as in the bundle,
/// the header being 1 and the others sorted.
pub fn pack(header: &Header, files: &[File]) -> Result<Vec<u8>, Vec<Refused>> {
    let mut sorted = files.to_vec();
    sorted.sort_by(|a, b| (a.name == PROOF, &a.name).cmp(&(b.name == PROOF, &b.name)));
    sorted.insert(0, File::new(HEADER, header.to_json()));
    let bytes = archive::write(&sorted);
    // A name that is too long is cut by the form, and would be read back as another.
    let long = |(n, file): (usize, &File)| {
        crate::name::wrong_in_entry(file.name.as_bytes())
            .map(|what| Refused::EntryName { entry: n + 1, what })
    };
    let problems: Vec<Refused> = sorted.iter().enumerate().filter_map(long).collect();
    if !problems.is_empty() {
        return Err(problems);
    }
    Bundle::read(&bytes).map(|_| bytes)
}

/// Header, sources by name, proof: each in its place, and nothing else.
fn wrong_order(files: &[File]) -> Vec<Refused> {
    let mut problems = Vec::new();
    let last = files.len();
    if files.last().is_none_or(|file| file.name != PROOF) {
        problems.push(Refused::NoProof);
    }
    let mut before = "";
    for (n, file) in (1..).zip(files) {
        let name = file.name.as_str();
        if (name == HEADER && n == 1) || (name == PROOF && n == last) {
            continue;
        }
        if name == HEADER || name == PROOF {
            problems.push(Refused::Order { entry: n });
        } else if !is_source(name) {
            let what = "is neither a policy (`.policy`) nor detectors or an allow-list (`.toml`)";
            problems.push(Refused::EntryName { entry: n, what });
        } else if !name.starts_with(REQUIRED) && name.to_ascii_lowercase().starts_with(REQUIRED) {
            let what = "is in the folder `required` in another case";
            problems.push(Refused::EntryName { entry: n, what });
        } else if name < before {
            problems.push(Refused::Order { entry: n });
        } else {
            before = name;
        }
    }
    problems
}

/// Whether the header names the files that are there.
fn wrong_digests(header: &Header, files: &[File]) -> Vec<Refused> {
    let mut problems = Vec::new();
    let proof = files.last().map_or(Digest::of(b""), |file| Digest::of(&file.bytes));
    if proof != header.proof {
        problems.push(Refused::ProofDiffers { header: header.proof, found: proof });
    }
    let required = required_digest(files);
    if required != header.required_invariants {
        problems
            .push(Refused::RequiredDiffers { header: header.required_invariants, found: required });
    }
    problems
}
