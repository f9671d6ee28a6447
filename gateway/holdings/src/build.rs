//! What the three builders share: from items to a file, in bounded memory, with a report.

use std::io::{self, Write};

use crate::file::{Facts, Writer};
use crate::key::Key;
use crate::sort::{Sorter, Spill, Tape};
use crate::table::{DOMAINS, ENTRY, Index, Payload, domain_of, filed};

/// How far a build is in writing; reading is counted by who hands in the input.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Which part of the work: `merge` or `write`.
    pub stage: &'static str,
    /// Entries done.
    pub done: u64,
    /// Of so many.
    pub of: u64,
}

/// Input that was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Number of the line, row or document, as the caller counts.
    pub line: u64,
    /// The column, or empty.
    pub column: String,
    /// Why, without quoting it.
    pub why: &'static str,
}

/// What a build came to.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Terms, records or documents taken.
    pub taken: u64,
    /// Distinct hashes in the file.
    pub entries: u64,
    /// Values (records) or shingles (documents) that occur so often that they are not listed.
    pub common: u64,
    /// Bytes of the file.
    pub bytes: u64,
    /// Terms, cells or documents left out.
    pub refused: u64,
    /// The first hundred of them.
    pub examples: Vec<Refused>,
}

impl Report {
    pub(crate) fn refuse(&mut self, line: u64, column: &str, why: &'static str) {
        self.refused += 1;
        if self.examples.len() < 100 {
            self.examples.push(Refused { line, column: column.to_owned(), why });
        }
    }
}

/// Stands in the place of a number: the beginning of something longer, or boilerplate.
pub(crate) const MARKER: u32 = u32::MAX;

/// What is sorted: a filed hash and a number.
pub(crate) fn item(domain: u128, hash: u128, number: u32) -> u128 {
    (filed(domain, hash) << 32) | u128::from(number)
}

/// All numbers under one hash.
#[derive(Default)]
pub(crate) struct Group {
    /// Ascending, each once, at most one more than there is room for.
    pub(crate) numbers: Vec<u32>,
    /// Whether a [`MARKER`] is among them.
    pub(crate) marker: bool,
}

/// What a kind of holdings makes of its groups.
pub(crate) trait Shape {
    /// Most numbers that are told apart under one hash.
    fn room(&self) -> usize;

    /// The payload of a group; none leaves its hash out. `list` puts its numbers into the postings.
    fn payload(
        &mut self,
        group: &Group,
        list: &mut dyn FnMut(&[u32]) -> io::Result<u32>,
    ) -> io::Result<Option<u32>>;

    /// What the file says of itself.
    fn facts(&self, filters: [u32; DOMAINS]) -> Facts;
}

/// Everything that was read, hashed.
pub(crate) struct Material {
    pub(crate) sorter: Sorter,
    pub(crate) rows: Tape,
}

#[derive(Default)]
struct Merged {
    entries: Tape,
    postings: Tape,
    counts: [u64; DOMAINS],
}

impl Merged {
    fn take(
        &mut self,
        filed: u128,
        group: &mut Group,
        shape: &mut dyn Shape,
        spill: &mut dyn Spill,
    ) -> io::Result<()> {
        let postings = &mut self.postings;
        let mut list = |numbers: &[u32]| {
            let place =
                u32::try_from(postings.length() / 4).ok().filter(|place| *place <= Payload::MAX);
            let place = place.ok_or_else(|| {
                io::Error::other("more shared values than a file can list; split the input")
            })?;
            postings.put(&(numbers.len() as u32).to_le_bytes(), spill)?;
            numbers.iter().try_for_each(|number| postings.put(&number.to_le_bytes(), spill))?;
            Ok(place)
        };
        let payload = shape.payload(group, &mut list)?;
        *group = Group { numbers: std::mem::take(&mut group.numbers), marker: false };
        group.numbers.clear();
        if let Some(payload) = payload {
            self.counts[domain_of(filed)] += 1;
            self.entries.put(&((filed << 32) | u128::from(payload)).to_le_bytes(), spill)?;
        }
        Ok(())
    }
}

fn merge(
    sorter: Sorter,
    shape: &mut dyn Shape,
    spill: &mut dyn Spill,
    progress: &mut dyn FnMut(Progress),
) -> io::Result<Merged> {
    let (of, room) = (sorter.count(), shape.room());
    let mut merged = Merged::default();
    let (mut group, mut current, mut done) = (Group::default(), None, 0u64);
    sorter.merged(spill, |item, spill| {
        done += 1;
        if done.is_multiple_of(1 << 18) {
            progress(Progress { stage: "merge", done, of });
        }
        let (filed, number) = (item >> 32, item as u32);
        if let Some(before) = current.filter(|before| *before != filed) {
            merged.take(before, &mut group, shape, spill)?;
        }
        current = Some(filed);
        if number == MARKER {
            group.marker = true;
        } else if group.numbers.len() <= room && group.numbers.last() != Some(&number) {
            group.numbers.push(number);
        }
        Ok(())
    })?;
    if let Some(last) = current {
        merged.take(last, &mut group, shape, spill)?;
    }
    Ok(merged)
}

/// Merges what was read and writes the file. Returns distinct hashes and bytes.
pub(crate) fn write(
    key: &Key,
    material: Material,
    shape: &mut dyn Shape,
    spill: &mut dyn Spill,
    out: &mut dyn Write,
    progress: &mut dyn FnMut(Progress),
) -> io::Result<(u64, u64)> {
    let merged = merge(material.sorter, shape, spill, progress)?;
    let of: u64 = merged.counts.iter().sum();
    let mut index = Index::new(merged.counts);
    let facts = serde_json::to_vec(&shape.facts(index.blocks())).map_err(io::Error::other)?;
    let (directory, filters) = index.lengths();
    let lengths = [
        facts.len() as u64,
        material.rows.length(),
        merged.postings.length(),
        of * ENTRY as u64,
        directory,
        filters,
    ];
    let mut writer = Writer::begin(out, key, lengths)?;
    writer.align()?;
    writer.put(&facts)?;
    writer.align()?;
    material.rows.play(spill, |bytes| writer.put(bytes))?;
    writer.align()?;
    merged.postings.play(spill, |bytes| writer.put(bytes))?;
    writer.align()?;
    let mut done = 0;
    merged.entries.play(spill, |bytes| {
        for entry in bytes.as_chunks::<ENTRY>().0 {
            index.add(u128::from_le_bytes(*entry));
        }
        done += (bytes.len() / ENTRY) as u64;
        progress(Progress { stage: "write", done, of });
        writer.put(bytes)
    })?;
    writer.align()?;
    let filters = index.write(|bytes| writer.put(bytes))?;
    writer.align()?;
    filters.iter().try_for_each(|filter| writer.put(filter))?;
    Ok((of, writer.end()?))
}
