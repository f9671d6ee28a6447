//! The format: header, six sections, digest.
//!
//! ```text
//! 0    magic, version, length of the file, check value of the key, six times (offset, length)      256 bytes
//!      facts      JSON: name, kind, options, counts                               what `seawall holdings check` prints
//!      rows       records only: a u32 for each column of each record              is this value in that column of that record?
//!      postings   u32: a count, then that many record numbers or word positions   values that occur more than once
//!      entries    16 bytes each, sorted: 96 bits of hash, 32 bits of payload      see `table`
//!      directory  u32: where the entries with the same leading bits begin         see `table`
//!      filters    blocked Bloom filters, one for each domain                      see `table`
//! end  BLAKE3 with the key over all before                                                            32 bytes
//! ```
//!
//! Integers are little-endian, sections begin at multiples of 64. The digest is checked once, when the file is opened; nothing is
//! unpacked or copied. It proves that the holder of the key wrote the file; what reads the sections still trusts no number in them.

use std::io::{self, Write};
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::key::Key;
use crate::problem::Problem;
use crate::rules::{Column, RecordRule};
use crate::scratch::Level;
use crate::table::DOMAINS;

const MAGIC: [u8; 8] = *b"\x89SWHOLD\n";
/// Another one than 1 since words are spelled otherwise: what an older file holds would not be found.
const VERSION: u32 = 2;
pub(crate) const HEADER: usize = 256;
const DIGEST: usize = 32;
const ALIGN: u64 = 64;
const SECTIONS: usize = 6;

/// What a file says of itself, without a key: names and counts, nothing of its content.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// The name that the author gave.
    pub name: String,
    /// Blocks of 64 bytes of each filter.
    pub(crate) filters: [u32; DOMAINS],
    /// Most words of one term or value.
    pub(crate) longest: u32,
    /// Which kind, with what belongs to it.
    pub(crate) kind: Kind,
}

/// What belongs to one kind of holdings.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub(crate) enum Kind {
    Dictionary {
        terms: u32,
        level: Level,
        keep_case: bool,
        keep_accents: bool,
    },
    Records {
        records: u32,
        /// A value that more records share has no list of them.
        most_shared: u32,
        /// How many values are shared by more.
        common: u64,
        /// Lengths of numbers that occur: bit n for n characters.
        lengths: u64,
        columns: Vec<Column>,
        rules: Vec<RecordRule>,
    },
    Documents {
        documents: Vec<Registered>,
        /// Shingles left out: of boilerplate, and of those that occur too often to tell anything.
        left_out: u64,
    },
}

/// A registered document.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Registered {
    pub(crate) id: String,
    /// Position of its first word among those of all documents.
    pub(crate) first: u32,
    pub(crate) words: u32,
}

impl Facts {
    /// `dictionary`, `records` or `documents`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self.kind {
            Kind::Dictionary { .. } => "dictionary",
            Kind::Records { .. } => "records",
            Kind::Documents { .. } => "documents",
        }
    }

    /// How many terms, records or documents.
    #[must_use]
    pub fn count(&self) -> u64 {
        match &self.kind {
            Kind::Dictionary { terms, .. } => u64::from(*terms),
            Kind::Records { records, .. } => u64::from(*records),
            Kind::Documents { documents, .. } => documents.len() as u64,
        }
    }
}

/// Where the sections stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sections {
    pub(crate) facts: Range<usize>,
    pub(crate) rows: Range<usize>,
    pub(crate) postings: Range<usize>,
    pub(crate) entries: Range<usize>,
    pub(crate) directory: Range<usize>,
    pub(crate) filters: Range<usize>,
}

/// Checks a file whole: form, key, digest, facts.
pub(crate) fn open(bytes: &[u8], key: &Key) -> Result<(Sections, Facts), Problem> {
    let header = bytes.get(..HEADER).ok_or_else(|| {
        Problem::one(format!(
            "it is {} bytes long, and the header alone has {HEADER}; {MEND}",
            bytes.len()
        ))
    })?;
    if header.get(..8) != Some(&MAGIC) {
        return Err(Problem::one(
            "it does not begin like a file of holdings; give one that `seawall holdings build` wrote",
        ));
    }
    let version = u32_at(header, 8);
    if (1..VERSION).contains(&version) {
        return Err(Problem::one(format!(
            "it has version {version} of the format, in which words were spelled otherwise; build it again from its sources with `seawall holdings build`"
        )));
    }
    if version != VERSION {
        return Err(Problem::one(format!(
            "it has version {version} of the format, and {VERSION} is read here; {MEND}"
        )));
    }
    let mut problems = Vec::new();
    let length = u64_at(header, 16);
    if length != bytes.len() as u64 {
        problems.push(format!(
            "its header says {length} bytes, and it has {}: it is cut or was added to; {MEND}",
            bytes.len()
        ));
    }
    if header.get(24..40) != Some(&key.check_value()) {
        problems.push(
            "it was built with another key; give that key, or build it anew with this one"
                .to_owned(),
        );
    } else if length == bytes.len() as u64 && !digest_holds(bytes, key) {
        problems.push(format!(
            "its digest does not hold: bytes have changed since it was built; {MEND}"
        ));
    }
    Problem::none_of(problems)?;
    let sections = sections(header, bytes.len())?;
    let facts = bytes.get(sections.facts.clone()).unwrap_or(&[]);
    let facts = serde_json::from_slice(facts).map_err(|error| {
        Problem::one(format!("its facts cannot be read (column {}); {MEND}", error.column()))
    })?;
    Ok((sections, facts))
}

const MEND: &str = "build it anew or restore it from its backup";

fn digest_holds(bytes: &[u8], key: &Key) -> bool {
    let (content, digest) = bytes.split_at(bytes.len().saturating_sub(DIGEST));
    let mut hasher = key.digest();
    hasher.update(content);
    // Compared in constant time by `blake3::Hash`.
    <[u8; DIGEST]>::try_from(digest).is_ok_and(|digest| hasher.finalize() == digest)
}

fn sections(header: &[u8], length: usize) -> Result<Sections, Problem> {
    let mut ranges: [Range<usize>; SECTIONS] = Default::default();
    for (number, range) in ranges.iter_mut().enumerate() {
        let (start, len) = (u64_at(header, 40 + 16 * number), u64_at(header, 48 + 16 * number));
        let end = start.checked_add(len).filter(|end| *end <= length.saturating_sub(DIGEST) as u64);
        let end = end.ok_or_else(|| {
            Problem::one(format!("its section {} does not lie within it; {MEND}", number + 1))
        })?;
        *range = start as usize..end as usize;
    }
    let [facts, rows, postings, entries, directory, filters] = ranges;
    Ok(Sections { facts, rows, postings, entries, directory, filters })
}

pub(crate) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes
        .get(at..)
        .and_then(|rest| rest.first_chunk())
        .map_or(0, |chunk| u32::from_le_bytes(*chunk))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    bytes
        .get(at..)
        .and_then(|rest| rest.first_chunk())
        .map_or(0, |chunk| u64::from_le_bytes(*chunk))
}

/// Puts check value and digest of `key` into `file`, whatever it holds: for tests of how hostile content is read. Files shorter
/// than a header and a digest stay as they are.
#[cfg(test)]
pub(crate) fn seal(file: &mut [u8], key: &Key) {
    if file.len() < HEADER + DIGEST {
        return;
    }
    let length = file.len() as u64;
    file[..8].copy_from_slice(&MAGIC);
    file[8..12].copy_from_slice(&VERSION.to_le_bytes());
    file[16..24].copy_from_slice(&length.to_le_bytes());
    file[24..40].copy_from_slice(&key.check_value());
    let (content, digest) = file.split_at_mut(length as usize - DIGEST);
    let mut hasher = key.digest();
    hasher.update(content);
    digest.copy_from_slice(hasher.finalize().as_bytes());
}

/// Writes a file from front to back; the lengths of all sections are known before.
pub(crate) struct Writer<'w> {
    out: &'w mut dyn Write,
    digest: blake3::Hasher,
    at: u64,
}

impl<'w> Writer<'w> {
    /// Writes the header for sections of these lengths.
    pub(crate) fn begin(
        out: &'w mut dyn Write,
        key: &Key,
        lengths: [u64; SECTIONS],
    ) -> io::Result<Writer<'w>> {
        let mut header = [0; HEADER];
        header[..8].copy_from_slice(&MAGIC);
        header[8..12].copy_from_slice(&VERSION.to_le_bytes());
        header[24..40].copy_from_slice(&key.check_value());
        let mut at = HEADER as u64;
        for (number, length) in lengths.into_iter().enumerate() {
            at = at.next_multiple_of(ALIGN);
            header[40 + 16 * number..][..8].copy_from_slice(&at.to_le_bytes());
            header[48 + 16 * number..][..8].copy_from_slice(&length.to_le_bytes());
            at += length;
        }
        header[16..24].copy_from_slice(&(at + DIGEST as u64).to_le_bytes());
        let mut writer = Writer { out, digest: key.digest(), at: 0 };
        writer.put(&header)?;
        Ok(writer)
    }

    pub(crate) fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.digest.update(bytes);
        self.at += bytes.len() as u64;
        self.out.write_all(bytes)
    }

    /// Goes on to where the next section begins.
    pub(crate) fn align(&mut self) -> io::Result<()> {
        let gap = self.at.next_multiple_of(ALIGN) - self.at;
        self.put(&[0; ALIGN as usize][..gap as usize])
    }

    /// Writes the digest. Returns the length of the file.
    pub(crate) fn end(self) -> io::Result<u64> {
        self.out.write_all(self.digest.finalize().as_bytes())?;
        self.out.flush()?;
        Ok(self.at + DIGEST as u64)
    }
}
