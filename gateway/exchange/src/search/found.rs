//! What a search found. Holds no text.

use detect::{DetectorId, Level, Piece, Spared};
use policy::Rulebook;

use super::places::Places;

/// One sensitive value: what found it, how sure, where. Holds no text.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    pub(super) detector: DetectorId,
    pub(super) level: Level,
    pub(super) score: f32,
    pub(super) pieces: Vec<Piece>,
    /// It may be longer than what is waited for in a stream.
    pub(super) long: bool,
    pub(super) gave_way: bool,
    pub(super) repeats: Option<Piece>,
}

impl Finding {
    pub(crate) fn standing(
        detector: DetectorId,
        level: Level,
        score: f32,
        pieces: Vec<Piece>,
    ) -> Self {
        Self { detector, level, score, pieces, long: false, gave_way: false, repeats: None }
    }

    /// Which detector or holding found it.
    #[must_use]
    pub fn detector(&self) -> DetectorId {
        self.detector
    }

    /// How sure it is.
    #[must_use]
    pub fn level(&self) -> Level {
        self.level
    }

    /// A number in (0, 1] that orders findings.
    #[must_use]
    pub fn score(&self) -> f32 {
        self.score
    }

    /// Where it stands, in order; more than one piece when one value is split over texts.
    #[must_use]
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// Whether a surer reading of some of the same bytes stands in its place. Its class counts, and what has to be taken out of
    /// that class includes it; it is no value of its own.
    #[must_use]
    pub fn gave_way(&self) -> bool {
        self.gave_way
    }

    /// Where (the first piece of) the value stands that it repeats, if that is what tells it.
    #[must_use]
    pub fn repeats(&self) -> Option<Piece> {
        self.repeats
    }

    /// Whether it may be cut in a stream: what stands before the cut is found, and what stands behind it is found again.
    pub(crate) fn may_be_cut(&self) -> bool {
        self.long
    }
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Sorted by their first piece. Those of detectors do not overlap each other; those of holdings may overlap all.
    pub findings: Vec<Finding>,
    /// What gave way to a surer reading of some of the same bytes, for judging and editing, in no order.
    pub overruled: Vec<Finding>,
    /// Encoded text that was not read to its end. Nothing may be concluded about it.
    pub unread: Vec<Piece>,
    /// Values that an allow-list let through, and nothing else was found in: which entry, and where.
    pub allowed: Vec<Spared>,
}

impl Found {
    /// Of the values that were let through, forgets those in which something else was found.
    pub(super) fn forget_found(&mut self) {
        if self.allowed.is_empty() || self.findings.is_empty() {
            return;
        }
        let standing = Places::of(&self.findings);
        self.allowed.retain(|spared| standing.over(spared.piece).next().is_none());
    }

    /// With what gave way to something surer behind what was found, unless that says all that it would: each of its classes, as surely.
    pub(crate) fn with_overruled(mut self, rulebook: &Rulebook) -> Found {
        let classes = |finding: &Finding| rulebook.class_of(finding.detector().0);
        let standing = Places::of(&self.findings);
        let says = |surer: &Finding, finding: &Finding| {
            let of = classes(surer);
            surer.level >= finding.level && classes(finding).iter().all(|c| of.contains(c))
        };
        let mut gave_way = std::mem::take(&mut self.overruled);
        gave_way.retain(|finding| {
            !finding.pieces.iter().all(|piece| {
                let mut over = standing.over(*piece).filter_map(|nth| self.findings.get(nth));
                over.any(|surer| says(surer, finding))
            })
        });
        self.findings.append(&mut gave_way);
        self
    }
}
