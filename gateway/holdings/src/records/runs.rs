//! Where in a text the values of one record fulfil a rule.

use crate::records::scan::{Candidate, Wanted};
use crate::rules::MAX_COLUMNS;
use crate::scratch::{Piece, Scratch, Spent, Subject};

/// Reports every matched value of a rule's columns that stands in some run of `within` bytes which fulfils the rule, each place of
/// each value in one finding of a rule. Linear: what a run begins with and what it ends with only move forward.
pub(super) fn report(number: u8, rule: &Wanted, scratch: &mut Scratch) -> Result<(), Spent> {
    let Scratch { matched, candidates, starts, results, .. } = scratch;
    let mut counts = [0u32; MAX_COLUMNS];
    let (mut columns, mut high, mut told, mut pieces) = (0u16, 0, 0, 0);
    for low in 0..matched.len() {
        let place = |nth: usize| matched.get(nth).and_then(|(at, _)| candidates.get(*at as usize));
        let until = place(low).map_or(0, |first| first.start.saturating_add(rule.within));
        while place(high).is_some_and(|other| other.end <= until) {
            count(&mut counts, &mut columns, matched.get(high), u32::wrapping_add);
            high += 1;
        }
        if high == low {
            // A value that is longer than the run may be.
            high += 1;
            continue;
        }
        if rule.holds(columns) {
            if low >= told && pieces > 0 {
                results.add(Subject::Rule(u16::from(number)), rule.level, 100, pieces)?;
                pieces = 0;
            }
            for (at, column) in matched.get(told.max(low)..high).unwrap_or(&[]) {
                let Some(candidate) = candidates.get_mut(*at as usize) else { continue };
                if rule.names(*column) && candidate.used >> number & 1 == 0 {
                    candidate.used |= 1 << number;
                    results.pieces.push(piece(starts, candidate));
                    pieces += 1;
                }
            }
            told = high;
        }
        count(&mut counts, &mut columns, matched.get(low), u32::wrapping_sub);
    }
    if pieces == 0 {
        return Ok(());
    }
    results.add(Subject::Rule(u16::from(number)), rule.level, 100, pieces)
}

/// Counts a value of a run in or out, and keeps the set of its columns.
fn count(
    counts: &mut [u32; MAX_COLUMNS],
    columns: &mut u16,
    pair: Option<&(u32, u8)>,
    step: fn(u32, u32) -> u32,
) {
    let Some((slot, column)) = pair.and_then(|(_, c)| Some((counts.get_mut(usize::from(*c))?, c)))
    else {
        return;
    };
    *slot = step(*slot, 1);
    *columns = *columns & !(1 << column) | u16::from(*slot > 0) << column;
}

fn piece(starts: &[u32], candidate: &Candidate) -> Piece {
    let text = starts.partition_point(|start| *start <= candidate.start).saturating_sub(1);
    let from = starts.get(text).copied().unwrap_or(0);
    let (start, end) =
        ((candidate.start - from) as usize, candidate.end.saturating_sub(from) as usize);
    Piece { text: text as u32, start, end }
}
