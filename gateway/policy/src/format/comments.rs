//! The comments of a file, taken one after the other as the lines around them are written.

use std::ops::Range;

/// Comments that are not written yet.
pub(super) struct Comments<'d> {
    text: &'d str,
    left: &'d [Range<usize>],
}

/// One comment.
pub(super) struct Comment<'d> {
    /// From its `#` on, without blanks at its end.
    pub(super) text: &'d str,
    pub(super) span: Range<usize>,
    pub(super) in_column_zero: bool,
}

impl<'d> Comments<'d> {
    /// `spans` in the order of the text.
    pub(super) fn new(text: &'d str, spans: &'d [Range<usize>]) -> Comments<'d> {
        Comments { text, left: spans }
    }

    /// Takes the next comment if it begins before this place.
    pub(super) fn before(&mut self, until: usize) -> Option<Comment<'d>> {
        let (first, rest) = self.left.split_first().filter(|(next, _)| next.start < until)?;
        self.left = rest;
        let before = self.text.get(..first.start).unwrap_or("");
        Some(Comment {
            text: self.text.get(first.clone()).unwrap_or("").trim_end(),
            span: first.clone(),
            in_column_zero: before.is_empty() || before.ends_with(['\n', '\u{feff}']),
        })
    }

    /// Takes the next comment if it stands on the same line of the file, behind this place.
    pub(super) fn beside(&mut self, end: usize) -> Option<Comment<'d>> {
        let next = self.left.first()?.start;
        let between = self.text.get(end..next)?;
        if between.contains('\n') { None } else { self.before(next + 1) }
    }

    /// Whether the next comment begins before this place.
    pub(super) fn is_before(&self, until: usize) -> bool {
        self.left.first().is_some_and(|next| next.start < until)
    }

    /// Whether an empty line stands in this range of the file.
    pub(super) fn has_blank_line(&self, range: Range<usize>) -> bool {
        let between = self.text.get(range).unwrap_or("");
        between.bytes().filter(|byte| *byte == b'\n').count() > 1
    }
}
