//! The hot log of an epoch: it must hold what the bundles do not, and agree with them where both hold an entry.

use super::Walk;
use crate::seal::{CHECKPOINT, WAL};
use crate::segment::{self, Frame};
use crate::tile::WIDTH;

impl Walk<'_> {
    /// The hot log must hold what the bundles do not, and agree with them where both hold an entry.
    pub(super) fn read_hot_log(&mut self) {
        let names: Vec<String> =
            self.files.iter().filter(|file| file.starts_with("wal/")).cloned().collect();
        let (mut end, mut chain, mut synced) = (None, 0, 0);
        for (position, name) in names.iter().enumerate() {
            let Some(first) = name.strip_prefix("wal/").and_then(segment::first_in) else {
                continue;
            };
            let Some(bytes) = self.read(name) else { continue };
            let last = position + 1 == names.len();
            let Some(scan) = segment::scan(&bytes) else {
                synced = synced.max(segment::synced_within(&bytes));
                self.torn(name, last, bytes.len());
                continue;
            };
            if scan.first != first || end.is_some_and(|end| end != first) {
                self.problem(name, "does not continue the segment before");
            } else if end.is_some() && scan.before != chain {
                self.problem(name, "is not chained to the segment before");
            }
            for (index, frame) in (first..).zip(&scan.frames) {
                self.compare_frame(name, index, frame, &bytes);
            }
            end = Some(first + scan.frames.len() as u64);
            (chain, synced) = (scan.chain, synced.max(scan.synced));
            if let Some(torn) = scan.torn {
                self.torn(name, last, torn.bytes);
            }
        }
        self.end_hot_log(end.unwrap_or(0), synced);
    }

    /// An entry of the hot log: the same as in its bundle, or the next one of the tree.
    fn compare_frame(&mut self, name: &str, index: u64, frame: &Frame, bytes: &[u8]) {
        if index == self.edge.size() {
            self.push(bytes.get(frame.start..frame.end).unwrap_or_default());
            return;
        }
        let known = index.checked_sub(self.recent_from).and_then(|i| usize::try_from(i).ok());
        let leaf = known.and_then(|i| self.recent.get(i));
        if leaf.is_none_or(|leaf| *leaf != frame.leaf) {
            self.problem(name, format!("entry {index} is not the one in the bundle"));
        }
    }

    fn end_hot_log(&mut self, end: u64, synced: u64) {
        let signed = self.signed();
        let base = signed - signed % WIDTH;
        if end < signed.max(synced) {
            let what = format!("{} entries were durable, it ends after {end}", signed.max(synced));
            self.problem(WAL, what);
        } else if signed > 0 && self.recent_from > base {
            self.problem(
                WAL,
                format!("begins at entry {}, but must hold {base}", self.recent_from),
            );
        } else if self.answer.report.refused {
            // What it covers is not known, so nothing is called unsigned.
            return;
        } else if self.answer.report.checkpoint.is_none() && (end > 1 || !self.answer.report.live) {
            // A process that died as it began the epoch leaves none either; the next start signs one.
            self.problem(CHECKPOINT, "is missing, so nothing here is signed");
        }
        self.answer.report.unsigned = end.saturating_sub(signed);
    }

    fn torn(&mut self, name: &str, last: bool, bytes: usize) {
        if last {
            self.answer.report.torn_bytes = bytes as u64;
        } else {
            self.problem(name, "is damaged");
        }
    }
}
