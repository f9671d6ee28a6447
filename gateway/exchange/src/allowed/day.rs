//! The entries as they hold on a day.

use detect::{DetectorId, Harmless, Piece, Spared};
use policy::Day;
use sha2::{Digest, Sha256};

use super::{Allowed, Entry};
use crate::{Finding, Found};

/// Let-through values that are looked back at for one that holds a finding. They hardly ever overlap.
const BACK: usize = 8;

/// The entries of one day.
pub(crate) struct OnDay<'a> {
    pub(super) allowed: &'a Allowed,
    pub(super) day: Day,
}

impl Harmless for OnDay<'_> {
    fn names(&self, detector: DetectorId) -> bool {
        self.allowed.names.get(usize::from(detector.0)).copied().unwrap_or(false)
    }

    fn entry(&self, detector: DetectorId, value: &str) -> Option<u32> {
        let digest: [u8; 32] = Sha256::digest(value.as_bytes()).into();
        let holds = |number: &&u32| {
            let entry = self.allowed.entry(**number);
            entry.is_some_and(|e| e.granted <= self.day && self.day <= e.until)
        };
        let entries = self.allowed.values.get(&digest)?.iter().filter(holds).copied();
        entries.into_iter().find(|number| self.is_named(*number, detector))
    }

    fn covers(&self, entry: u32, detector: DetectorId) -> bool {
        let along = self.allowed.along.get(usize::from(detector.0)).copied();
        along.unwrap_or(false) || self.is_named(entry, detector)
    }
}

impl OnDay<'_> {
    /// Of an entry for a value that does not hold on this day: its name, and when it holds.
    pub(crate) fn out_of_force(&self, detector: DetectorId, value: &str) -> Option<String> {
        let digest = super::allowed_digest(value)?;
        let numbers = self.allowed.values.get(&digest)?.iter().copied();
        let entry = numbers
            .filter(|number| self.is_named(*number, detector))
            .find_map(|number| self.allowed.entry(number))?;
        let Entry { name, granted, until, .. } = entry;
        if self.day > *until {
            Some(format!("entry `{name}` let it through until {until} and has ended"))
        } else if self.day < *granted {
            Some(format!("entry `{name}` lets it through from {granted} on"))
        } else {
            None
        }
    }

    fn is_named(&self, entry: u32, detector: DetectorId) -> bool {
        let names = self.allowed.entry(entry).map(|entry| &entry.names);
        names.and_then(|names| names.get(usize::from(detector.0))).copied().unwrap_or(false)
    }

    /// Takes out what was found within a value that was let through, also what only another reading of the text found there.
    pub(crate) fn let_through(&self, found: &mut Found) {
        if found.allowed.is_empty() {
            return;
        }
        let mut places: Vec<Spared> = found.allowed.clone();
        places.sort_unstable_by_key(|spared| spared.piece);
        let is_in = |piece: &Piece, finding: &Finding| {
            let until = places.partition_point(|s| {
                (s.piece.text, s.piece.span.start) <= (piece.text, piece.span.start)
            });
            let near = places.get(..until).unwrap_or_default().iter().rev().take(BACK);
            near.into_iter().any(|s| {
                s.piece.text == piece.text
                    && piece.span.end <= s.piece.span.end
                    && self.covers(s.entry, finding.detector())
            })
        };
        let stays = |finding: &Finding| !finding.pieces().iter().all(|p| is_in(p, finding));
        found.findings.retain(stays);
        found.overruled.retain(stays);
    }
}
