//! Which of several readings of the same bytes stands: the surer of both, of equals the one that was there. The other one gave way.
//!
//! Only readings of detectors contend: what the agency's own data says overlaps everything.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use detect::{DetectorId, MAX_FINDINGS, Piece, Spent};

use super::places::Places;
use super::{Finding, Found, Search};

/// Adds findings, each of one piece, to what was found.
///
/// # Errors
/// [`Spent`] if there are more than [`MAX_FINDINGS`] then.
pub(super) fn settle(
    search: &Search,
    found: &mut Found,
    mut new: Vec<Finding>,
) -> Result<(), Spent> {
    new.retain(|finding| finding.pieces.len() == 1);
    new.sort_by_key(|finding| {
        let length = finding.pieces.first().map(|piece| piece.span.len());
        (Reverse((finding.level, length)), finding.pieces.first().copied(), finding.detector.0)
    });
    let mut contest = Contest::of(search, found);
    for finding in new {
        contest.enter(finding, found);
    }
    contest.close(found);
    if found.findings.len() > MAX_FINDINGS { Err(Spent) } else { Ok(()) }
}

struct Contest {
    /// Numbers below are those of detectors.
    own: usize,
    standing: Places,
    /// What gave way before, and needs not be told again.
    known: BTreeSet<(DetectorId, Piece)>,
    /// By text and begin: the end, and which of `new` it is.
    taken: BTreeMap<(u32, usize), (usize, usize)>,
    new: Vec<Finding>,
    gave_way: Vec<Finding>,
    fallen: BTreeSet<usize>,
}

impl Contest {
    fn of(search: &Search, found: &Found) -> Self {
        let single = |f: &Finding| match f.pieces[..] {
            [piece] => Some((f.detector, piece)),
            _ => None,
        };
        Self {
            own: search.detector().infos().len(),
            standing: Places::of(&found.findings),
            known: found.overruled.iter().filter_map(single).collect(),
            taken: BTreeMap::new(),
            new: Vec::new(),
            gave_way: Vec::new(),
            fallen: BTreeSet::new(),
        }
    }

    /// Findings are entered in order of their strength.
    fn enter(&mut self, finding: Finding, found: &Found) {
        let Some(piece @ Piece { text, span }) = finding.pieces.first().copied() else { return };
        let over: Vec<usize> = self.standing.over(piece).collect();
        let rivals = || over.iter().filter_map(|nth| found.findings.get(*nth));
        if rivals().any(|rival| says(rival, &finding, piece)) {
            return;
        }
        if !self.is_detector(finding.detector) {
            self.new.push(finding);
            return;
        }
        let nearest = self.taken.range(..(text, span.end)).next_back();
        let nearest = nearest.filter(|((of, _), (end, _))| *of == text && *end > span.start);
        let taken = nearest.and_then(|(_, (_, nth))| self.new.get(*nth));
        if taken.is_some_and(|rival| says(rival, &finding, piece)) {
            return;
        }
        let surer =
            |rival: &Finding| self.is_detector(rival.detector) && rival.level >= finding.level;
        if taken.is_some() || rivals().any(surer) {
            if !self.known.contains(&(finding.detector, piece)) {
                self.gave_way.push(Finding { gave_way: true, ..finding });
            }
            return;
        }
        let weaker = |nth: &usize| {
            found.findings.get(*nth).is_some_and(|rival| self.is_detector(rival.detector))
        };
        let fallen: Vec<usize> = over.iter().copied().filter(weaker).collect();
        self.fallen.extend(fallen);
        self.taken.insert((text, span.start), (span.end, self.new.len()));
        self.new.push(finding);
    }

    fn is_detector(&self, detector: DetectorId) -> bool {
        usize::from(detector.0) < self.own
    }

    fn close(self, found: &mut Found) {
        let mut nth = 0;
        found.findings.retain(|finding| {
            let fell = self.fallen.contains(&nth);
            nth += 1;
            if fell {
                found.overruled.push(Finding { gave_way: true, ..finding.clone() });
            }
            !fell
        });
        found.overruled.extend(self.gave_way);
        if !self.new.is_empty() {
            found.findings.extend(self.new);
            found.findings.sort_by_key(|finding| finding.pieces.first().copied());
        }
    }
}

/// Whether a finding says all that another one at a piece would.
fn says(rival: &Finding, finding: &Finding, at: Piece) -> bool {
    let holds = |all: &Piece| {
        all.text == at.text && all.span.start <= at.span.start && at.span.end <= all.span.end
    };
    rival.detector == finding.detector
        && rival.level >= finding.level
        && rival.pieces.iter().any(holds)
}
