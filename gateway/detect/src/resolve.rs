//! Which of several overlapping readings stands.
//!
//! Surer beats less sure, checked beats unchecked, longer beats shorter, narrower beats generic, then the earlier, then the
//! detector that comes first: a total order, so the result never depends on the order in which hits were found.
//! Of what gave way nothing is told that lies within a hit of the same detector.

use std::cmp::Ordering;

use crate::finding::{Level, Span};

/// A value that a detector claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    pub(crate) detector: u16,
    pub(crate) span: Span,
    pub(crate) level: Level,
    pub(crate) checked: bool,
    pub(crate) context: bool,
    /// How narrow the detector's pattern is.
    pub(crate) rank: u8,
}

/// The stronger hit comes first.
pub(crate) fn strength(a: &Hit, b: &Hit) -> Ordering {
    (b.level, b.checked, b.span.len(), b.rank)
        .cmp(&(a.level, a.checked, a.span.len(), a.rank))
        .then_with(|| (a.span, a.detector).cmp(&(b.span, b.detector)))
}

/// Keeps the hits that stand, in order of their spans; tells of those that do not.
pub(crate) fn resolve(hits: &mut Vec<Hit>, mut overruled: impl FnMut(&Hit)) {
    hits.sort_unstable_by_key(|h| (h.span, h.detector));
    let mut kept = 0;
    let mut from = 0;
    while from < hits.len() {
        let mut end = hits[from].span.end;
        let mut to = from + 1;
        while to < hits.len() && hits[to].span.start < end {
            end = end.max(hits[to].span.end);
            to += 1;
        }
        let stood = settle(&mut hits[from..to], &mut overruled);
        hits.copy_within(from..from + stood, kept);
        kept += stood;
        from = to;
    }
    hits.truncate(kept);
}

/// Moves the hits of one cluster that stand to its front and returns how many.
fn settle(cluster: &mut [Hit], overruled: &mut impl FnMut(&Hit)) -> usize {
    if cluster.len() == 1 {
        return 1;
    }
    cluster.sort_unstable_by(strength);
    let mut stood: usize = 0;
    for i in 0..cluster.len() {
        let hit = cluster[i];
        // Those that stand do not overlap, so they are ordered and only the neighbours of the place matter.
        let place = cluster[..stood].partition_point(|s| s.span.start < hit.span.start);
        let beside =
            [cluster[..stood].get(place), place.checked_sub(1).and_then(|p| cluster.get(p))];
        let clashing = || beside.into_iter().flatten().filter(|s| s.span.overlaps(hit.span));
        if clashing().next().is_some() {
            if !clashing().any(|s| covers(s, &hit)) {
                overruled(&hit);
            }
            continue;
        }
        cluster[i] = cluster[stood];
        cluster.copy_within(place..stood, place + 1);
        cluster[place] = hit;
        stood += 1;
    }
    stood
}

/// Whether a hit says all that another one does.
fn covers(hit: &Hit, other: &Hit) -> bool {
    let (all, part) = (hit.span, other.span);
    hit.detector == other.detector && all.start <= part.start && part.end <= all.end
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn hit(detector: u16, start: usize, end: usize, level: Level) -> Hit {
        Hit { detector, span: Span { start, end }, level, checked: false, context: false, rank: 0 }
    }

    #[test]
    fn surer_beats_longer_and_longer_beats_shorter() {
        let mut hits = vec![hit(0, 0, 9, Level::Possible), hit(1, 3, 5, Level::Likely)];
        resolve(&mut hits, |_| {});
        assert_eq!(hits.iter().map(|h| h.detector).collect::<Vec<_>>(), [1]);
        let mut hits = vec![
            hit(0, 0, 9, Level::Likely),
            hit(1, 3, 5, Level::Likely),
            hit(2, 9, 10, Level::Likely),
        ];
        resolve(&mut hits, |_| {});
        assert_eq!(hits.iter().map(|h| h.detector).collect::<Vec<_>>(), [0, 2]);
    }

    proptest! {
        #[test]
        fn what_stands_is_what_a_plain_greedy_choice_keeps(spans in proptest::collection::vec((0usize..60, 1usize..9, 0u16..4), 0..30)) {
            let mut hits: Vec<Hit> = spans.iter().enumerate()
                .map(|(i, (s, n, l))| hit(u16::try_from(i).unwrap_or(0), *s, s + n, if *l == 0 { Level::Likely } else { Level::Possible }))
                .collect();
            let mut sorted = hits.clone();
            sorted.sort_by(strength);
            let mut naive: Vec<Hit> = Vec::new();
            for h in sorted {
                if !naive.iter().any(|n| n.span.overlaps(h.span)) {
                    naive.push(h);
                }
            }
            naive.sort_by_key(|h| h.span);
            resolve(&mut hits, |_| {});
            prop_assert_eq!(hits, naive);
        }
    }
}
