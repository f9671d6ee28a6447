//! The stretches of a text that are read once more: what stands around marks.

use super::trigger::Mark;
use super::way::Ways;
use crate::context::WINDOW_MAX;
use crate::finding::Span;

/// Bytes before a mark that are read with it: the widest window of context, and a value that began there.
const BACK: usize = WINDOW_MAX + 128;
/// Bytes after a mark that are read with it.
const AHEAD: usize = 384;
/// Longest stretch that another mark is taken into: what it takes to read one does not grow with the text.
const STRETCH_MAX: usize = 128 * 1024;

/// A part of a text that is read once more.
#[derive(Clone, Copy)]
pub(super) struct Stretch {
    pub(super) span: Span,
    pub(super) ways: Ways,
}

/// The stretches around marks. One that is long enough is not made longer; the next one goes back to the begin of a mark.
pub(super) fn gather(text: &str, marks: &mut [Mark], stretches: &mut Vec<Stretch>) {
    marks.sort_unstable_by_key(|m| m.span.start);
    stretches.clear();
    let mut before = Span { start: 0, end: 0 };
    for mark in marks {
        let start = word_start(text, mark.span.start);
        let start = if start < before.end { start.min(before.start) } else { start };
        if mark.span.end > before.end {
            before = mark.span;
        }
        let end = word_end(text, mark.span.end.min(text.len()));
        let ways = Ways::of(mark.kind);
        match stretches.last_mut() {
            Some(last) if start <= last.span.end && last.span.len() < STRETCH_MAX => {
                last.span.end = last.span.end.max(end);
                last.ways = last.ways.and(ways);
            }
            _ => stretches.push(Stretch { span: Span { start, end }, ways }),
        }
    }
}

/// Where a word begins, about [`BACK`] bytes before a place.
fn word_start(text: &str, at: usize) -> usize {
    if at <= BACK {
        return 0;
    }
    let from = text.ceil_char_boundary(at - BACK);
    let word = |b: &u8| b.is_ascii_alphanumeric();
    let cut = text
        .as_bytes()
        .get(from..at)
        .unwrap_or_default()
        .iter()
        .take(128)
        .take_while(|b| word(b))
        .count();
    if cut == 128 { from } else { text.ceil_char_boundary(from + cut) }
}

/// Where a word ends, about [`AHEAD`] bytes after a place.
fn word_end(text: &str, at: usize) -> usize {
    let from = text.floor_char_boundary(at + AHEAD);
    let rest = text.as_bytes().get(from..).unwrap_or_default();
    text.floor_char_boundary(
        from + rest.iter().take(128).take_while(|b| b.is_ascii_alphanumeric()).count(),
    )
}
