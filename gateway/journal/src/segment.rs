//! The form of the hot log: segment files of batches of frames.
//!
//! ```text
//! segment  "seawal" 0 1 | first u64 | before u64 | check u64                       32 bytes
//! batch    "BATC" | count u32 | bytes u32 | 0 u32 | first u64 | synced u64 | before u64 | check u64   48 bytes
//! frame    length u32 | check u64 | entry                                          12 bytes + entry
//! ```
//!
//! Little-endian. `first` is an entry index; `before` is the check that came last, so that checks form a chain over all
//! segments and no frame can be dropped, repeated or moved. The check of a frame covers the chain and the leaf hash of
//! the entry. `synced` says how many entries were durable when the batch was written: damage below it cannot be a torn
//! write. A batch header can be recognised alone, which is how damage is told from a torn tail.
//!
//! INVARIANT: every bit of a segment is covered by a check.

use crate::hash::{Hash, sha256};
use crate::tile::MAX_ENTRY;

const SEGMENT_MAGIC: [u8; 8] = *b"seawal\x00\x01";
const BATCH_MAGIC: [u8; 4] = *b"BATC";
pub(crate) const SEGMENT_HEADER: usize = 32;
const BATCH_HEADER: usize = 48;
pub(crate) const FRAME_HEADER: usize = 12;

/// The name of the segment that begins with an entry, below `wal/`.
pub(crate) fn name(first: u64) -> String {
    format!("{first:020}.seg")
}

/// Reads a name back; `None` for whatever [`name`] would not have written.
pub(crate) fn first_in(text: &str) -> Option<u64> {
    let first = text.strip_suffix(".seg")?.parse().ok()?;
    (name(first) == text).then_some(first)
}

/// The header of a segment, and the check with which its chain begins.
pub(crate) fn header(first: u64, before: u64) -> (Vec<u8>, u64) {
    let mut out = SEGMENT_MAGIC.to_vec();
    out.extend(first.to_le_bytes());
    out.extend(before.to_le_bytes());
    let check = short(&[&out]);
    out.extend(check.to_le_bytes());
    (out, check)
}

/// What a batch says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Batch {
    count: u32,
    bytes: u32,
    first: u64,
    synced: u64,
    before: u64,
    check: u64,
}

/// Appends a batch to `out` and gives the check with which the chain goes on.
///
/// INVARIANT: the entries together stay below 4 GiB; the writer cuts batches at a few MiB.
pub(crate) fn encode<'e>(
    out: &mut Vec<u8>,
    (first, synced, before): (u64, u64, u64),
    entries: impl Iterator<Item = (&'e Hash, &'e [u8])>,
) -> u64 {
    let start = out.len();
    out.resize(start + BATCH_HEADER, 0);
    let (mut count, mut frames) = (0_u32, Vec::new());
    for (leaf, entry) in entries {
        count += 1;
        frames.push((leaf, entry));
    }
    let bytes: usize = frames.iter().map(|(_, entry)| FRAME_HEADER + entry.len()).sum();
    let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
    let mut head = BATCH_MAGIC.to_vec();
    head.extend(count.to_le_bytes());
    head.extend(bytes.to_le_bytes());
    head.extend(0_u32.to_le_bytes());
    for field in [first, synced, before] {
        head.extend(field.to_le_bytes());
    }
    let mut chain = short(&[&head]);
    head.extend(chain.to_le_bytes());
    out[start..].copy_from_slice(&head);
    for (leaf, entry) in frames {
        chain = link(chain, leaf);
        out.extend(u32::try_from(entry.len()).unwrap_or(u32::MAX).to_le_bytes());
        out.extend(chain.to_le_bytes());
        out.extend_from_slice(entry);
    }
    chain
}

/// An entry of a segment: its leaf hash and where its bytes are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) leaf: Hash,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// A segment as far as it can be read.
#[derive(Debug)]
pub(crate) struct Scan {
    /// The index of its first entry and the check that came before it.
    pub(crate) first: u64,
    pub(crate) before: u64,
    /// The entries of whole batches.
    pub(crate) frames: Vec<Frame>,
    /// Where the whole batches end, in bytes, and the chain there.
    pub(crate) end: usize,
    pub(crate) chain: u64,
    /// How many entries of the log some batch here says were durable.
    pub(crate) synced: u64,
    /// What follows the whole batches, if anything does.
    pub(crate) torn: Option<Torn>,
}

/// Bytes that do not make a whole batch.
#[derive(Debug)]
pub(crate) struct Torn {
    pub(crate) bytes: usize,
    /// Entries at its beginning that are whole all the same.
    pub(crate) whole: Vec<Frame>,
}

/// Reads a segment. `None` if its header is damaged.
pub(crate) fn scan(bytes: &[u8]) -> Option<Scan> {
    let (head, _) = bytes.split_at_checked(SEGMENT_HEADER)?;
    let (first, before) = (u64_at(head, 8)?, u64_at(head, 16)?);
    let (expected, chain) = header(first, before);
    if expected != head {
        return None;
    }
    let mut scan = Scan {
        first,
        before,
        frames: Vec::new(),
        end: SEGMENT_HEADER,
        chain,
        synced: 0,
        torn: None,
    };
    while scan.end < bytes.len() {
        let next = first + scan.frames.len() as u64;
        let mut frames = Vec::new();
        match read_batch(bytes, scan.end, next, scan.chain, &mut frames) {
            Some((end, chain, synced)) => {
                (scan.end, scan.chain, scan.synced) = (end, chain, scan.synced.max(synced));
                scan.frames.append(&mut frames);
            }
            None => {
                let rest = bytes.split_at(scan.end).1;
                scan.synced = scan.synced.max(synced_within(rest));
                scan.torn = Some(Torn { bytes: rest.len(), whole: frames });
                break;
            }
        }
    }
    Some(scan)
}

/// What any batch header within the bytes says was durable, wherever it stands.
pub(crate) fn synced_within(bytes: &[u8]) -> u64 {
    bytes.windows(BATCH_HEADER).filter_map(batch_in).map(|batch| batch.synced).max().unwrap_or(0)
}

/// Reads a whole batch; frames found before the first damage stay in `frames` either way.
fn read_batch(
    bytes: &[u8],
    start: usize,
    first: u64,
    before: u64,
    frames: &mut Vec<Frame>,
) -> Option<(usize, u64, u64)> {
    let batch = batch_in(bytes.get(start..start.checked_add(BATCH_HEADER)?)?)?;
    if (batch.first, batch.before) != (first, before) {
        return None;
    }
    let (mut at, mut chain) = (start + BATCH_HEADER, batch.check);
    let end = at.checked_add(batch.bytes as usize)?;
    for _ in 0..batch.count {
        let length = u32_at(bytes, at)? as usize;
        let entry = at + FRAME_HEADER..at + FRAME_HEADER + length;
        if length > MAX_ENTRY || entry.end > end {
            return None;
        }
        let leaf = Hash::of_leaf(bytes.get(entry.clone())?);
        chain = link(chain, &leaf);
        if u64_at(bytes, at + 4)? != chain {
            return None;
        }
        at = entry.end;
        frames.push(Frame { leaf, start: entry.start, end: entry.end });
    }
    (at == end).then_some((end, chain, batch.synced))
}

fn batch_in(head: &[u8]) -> Option<Batch> {
    let (body, check) = head.split_at_checked(BATCH_HEADER - 8)?;
    if !body.starts_with(&BATCH_MAGIC) || u32_at(body, 12)? != 0 {
        return None;
    }
    let batch = Batch {
        count: u32_at(body, 4)?,
        bytes: u32_at(body, 8)?,
        first: u64_at(body, 16)?,
        synced: u64_at(body, 24)?,
        before: u64_at(body, 32)?,
        check: u64_at(check, 0)?,
    };
    (short(&[body]) == batch.check).then_some(batch)
}

fn link(chain: u64, leaf: &Hash) -> u64 {
    short(&[&chain.to_le_bytes(), &leaf.0])
}

/// The first eight bytes of a SHA-256.
fn short(parts: &[&[u8]]) -> u64 {
    u64::from_le_bytes(*sha256(parts).first_chunk().unwrap_or(&[0; 8]))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|chunk| u32::from_le_bytes(*chunk))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|chunk| u64::from_le_bytes(*chunk))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test should stop here")]
    use super::*;

    /// A segment from entry 5 with three batches: two entries, one, two (one of them empty).
    fn segment() -> (Vec<u8>, Vec<&'static [u8]>) {
        let entries: Vec<&[u8]> = vec![b"one", b"two", b"three", b"", b"five"];
        let (mut out, mut chain) = header(5, 77);
        for (range, synced) in [(0..2, 5), (2..3, 5), (3..5, 8)] {
            let leaves: Vec<Hash> =
                entries[range.clone()].iter().map(|e| Hash::of_leaf(e)).collect();
            let first = 5 + range.start as u64;
            let batch = leaves.iter().zip(entries[range].iter().copied());
            chain = encode(&mut out, (first, synced, chain), batch);
        }
        (out, entries)
    }

    #[test]
    fn what_is_written_is_read() {
        let (bytes, entries) = segment();
        let scan = scan(&bytes).unwrap();
        let read: Vec<&[u8]> = scan.frames.iter().map(|f| &bytes[f.start..f.end]).collect();
        assert_eq!(read, entries);
        assert_eq!((scan.first, scan.before, scan.end, scan.synced), (5, 77, bytes.len(), 8));
        assert!(scan.torn.is_none());
    }

    #[test]
    fn every_changed_bit_is_seen() {
        let (bytes, _) = segment();
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(scan(&changed).is_none_or(|scan| scan.torn.is_some()), "bit {bit}");
        }
    }

    #[test]
    fn damage_under_a_synced_mark_is_not_a_torn_tail() {
        let (bytes, _) = segment();
        // In the first batch: the last one says that eight entries were durable.
        let mut changed = bytes.clone();
        changed[SEGMENT_HEADER + BATCH_HEADER + FRAME_HEADER] ^= 1;
        let damaged = scan(&changed).unwrap();
        assert_eq!((damaged.frames.len(), damaged.synced), (0, 8));
        // In the last batch: nothing says it was durable.
        let mut changed = bytes;
        *changed.last_mut().unwrap() ^= 1;
        let torn = scan(&changed).unwrap();
        assert_eq!((torn.frames.len(), torn.torn.unwrap().whole.len()), (3, 1));
    }

    #[test]
    fn a_cut_anywhere_keeps_a_prefix() {
        let (bytes, entries) = segment();
        for length in SEGMENT_HEADER..bytes.len() {
            let cut = scan(&bytes[..length]).unwrap();
            let whole = cut.torn.as_ref().map_or(0, |torn| torn.whole.len());
            let kept = cut.frames.iter().chain(cut.torn.iter().flat_map(|torn| &torn.whole));
            let kept: Vec<&[u8]> = kept.map(|f| &bytes[f.start..f.end]).collect();
            assert_eq!(kept, entries[..kept.len()], "length {length}");
            assert_eq!(kept.len(), cut.frames.len() + whole);
        }
    }
}
