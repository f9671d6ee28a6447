//! Places worth a second look, and which of them are one together.

use crate::finding::Span;

/// Bytes between marks that make one together.
const NEAR: usize = 64;
/// How many kinds there are: of so many marks one near is of the same kind, so that their number does not grow with the text.
const KINDS: usize = 7;
/// Longest mark that another one is joined to.
const MARK_MAX: usize = 8 * 1024;

/// What makes a place worth a second look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Characters in other forms, or unseen ones.
    Form,
    /// Unseen characters that may spell ASCII.
    Spelled,
    /// Written in another way.
    Encoded,
    /// Something stands between the characters.
    Apart,
    /// A row of numbers of which each may say a character.
    Row,
    /// A letter and its marks.
    Composed,
    /// A number that a line's end or markup parts.
    Joint,
}

/// A place worth a second look.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    pub(crate) span: Span,
    pub(crate) kind: Kind,
}

/// Takes up a mark, as part of the last one of its kind if that is near.
pub(crate) fn note(marks: &mut Vec<Mark>, mark: Mark) {
    let Span { start, end } = mark.span;
    let joins = |last: &&mut Mark| {
        last.kind == mark.kind
            && (last.span.start..=last.span.end + NEAR).contains(&start)
            && last.span.len() < MARK_MAX
    };
    match marks.iter_mut().rev().take(KINDS).find(joins) {
        Some(last) => last.span.end = last.span.end.max(end),
        None => marks.push(mark),
    }
}
