//! Where findings stand, to tell which of them lie over a piece of text.

use detect::Piece;

use super::Finding;

/// Where findings stand: in order of text and begin, with the furthest end up to there in that text.
pub(super) struct Places(Vec<(Piece, usize, usize)>);

impl Places {
    pub(super) fn of(findings: &[Finding]) -> Self {
        let pieces = findings.iter().enumerate();
        let pieces = pieces.flat_map(|(nth, f)| f.pieces.iter().map(move |piece| (*piece, nth, 0)));
        let mut places: Vec<_> = pieces.collect();
        places.sort_unstable();
        let (mut text, mut furthest) = (0, 0);
        for (piece, _, reach) in &mut places {
            furthest =
                if piece.text == text { piece.span.end.max(furthest) } else { piece.span.end };
            (text, *reach) = (piece.text, furthest);
        }
        Self(places)
    }

    /// The findings, by their number, that share a byte with a piece.
    pub(super) fn over(&self, piece: Piece) -> impl Iterator<Item = usize> + '_ {
        let begins = |(other, ..): &(Piece, usize, usize)| {
            (other.text, other.span.start) < (piece.text, piece.span.end)
        };
        let before = self.0.get(..self.0.partition_point(begins)).unwrap_or_default();
        let reaching = before.iter().rev().take_while(move |(other, _, reach)| {
            other.text == piece.text && *reach > piece.span.start
        });
        let overlapping = reaching.filter(move |(other, ..)| other.span.overlaps(piece.span));
        overlapping.map(|(_, nth, _)| *nth)
    }
}

#[cfg(test)]
mod tests {
    use detect::{DetectorId, Level, Span};

    use super::*;

    fn piece(text: u32, start: usize, end: usize) -> Piece {
        Piece { text, span: Span { start, end } }
    }

    #[test]
    fn a_long_one_is_seen_behind_many_short_ones() {
        let mut all = vec![piece(0, 0, 90), piece(1, 0, 5)];
        all.extend((1..60).map(|n| piece(0, n, n + 1)));
        let findings: Vec<Finding> = all
            .iter()
            .map(|piece| Finding::standing(DetectorId(0), Level::Likely, 0.5, vec![*piece]))
            .collect();
        let places = Places::of(&findings);
        let over = |piece| {
            let mut numbers: Vec<usize> = places.over(piece).collect();
            numbers.sort_unstable();
            numbers
        };
        assert_eq!(over(piece(0, 70, 80)), [0]);
        assert_eq!(over(piece(0, 3, 5)), [0, 4, 5]);
        assert!(over(piece(0, 90, 95)).is_empty());
        assert_eq!(over(piece(1, 4, 95)), [1]);
        assert!(over(piece(2, 0, 95)).is_empty());
    }
}
