//! A text made from another one, and the way back to it.
//!
//! Invariants: segments cover the view without gaps, in order of both texts; every segment begins and ends on character boundaries
//! of the text it was made from.

use crate::finding::Span;

/// A stretch of the view and what it was made from.
#[derive(Clone, Copy, Debug)]
struct Segment {
    /// First byte in the view.
    at: usize,
    from: usize,
    to: usize,
    changed: bool,
}

/// A text that reads what another one says, within a bound on its memory. A new one has no room: [`View::begin`] gives it some.
#[derive(Default)]
pub(crate) struct View {
    pub(crate) text: String,
    segments: Vec<Segment>,
    changed: bool,
    /// Bytes of memory that it may still take.
    room: usize,
    full: bool,
}

impl View {
    /// Makes it empty, with so many bytes of room for text and segments together.
    pub(crate) fn begin(&mut self, room: usize) {
        self.text.clear();
        self.segments.clear();
        (self.changed, self.full, self.room) = (false, false, room);
    }

    /// Bytes of memory that its text and segments take.
    pub(crate) fn size(&self) -> usize {
        self.text.len() + size_of_val(self.segments.as_slice())
    }

    /// Whether there was no room for all that was put into it: it does not say what it should then.
    pub(crate) fn is_full(&self) -> bool {
        self.full
    }

    /// Gives memory back that is more than `most` bytes.
    pub(crate) fn shrink(&mut self, most: usize) {
        self.text.clear();
        self.text.shrink_to(most);
        self.segments.clear();
        self.segments.shrink_to(most / size_of::<Segment>());
    }

    /// Takes room for text and a segment.
    fn take(&mut self, text: &str) -> bool {
        let left = self.room.checked_sub(text.len() + size_of::<Segment>());
        self.full |= left.is_none();
        self.room = left.unwrap_or(0);
        !self.full
    }

    /// Whether it says anything that the text it was made from does not.
    pub(crate) fn is_changed(&self) -> bool {
        self.changed
    }

    /// Takes over bytes as they are.
    pub(crate) fn keep(&mut self, source: &str, from: usize, to: usize) {
        let Some(text) = source.get(from..to).filter(|text| !text.is_empty()) else { return };
        if !self.take(text) {
            return;
        }
        match self.segments.last_mut() {
            Some(last) if !last.changed && last.to == from => last.to = to,
            _ => self.segments.push(Segment { at: self.text.len(), from, to, changed: false }),
        }
        self.text.push_str(text);
    }

    /// Puts `with` for the bytes `from..to`.
    pub(crate) fn put(&mut self, from: usize, to: usize, with: &str) {
        if !self.take(with) {
            return;
        }
        self.segments.push(Segment { at: self.text.len(), from, to, changed: true });
        self.text.push_str(with);
        self.changed = true;
    }

    /// The bytes that a stretch of the view was made from, and whether any of them read differently.
    pub(crate) fn source(&self, span: Span) -> Option<(Span, bool)> {
        let index = |at: usize| self.segments.partition_point(|s| s.at <= at).checked_sub(1);
        let (first, last) = (index(span.start)?, index(span.end.checked_sub(1)?)?);
        let segments = self.segments.get(first..=last)?;
        let (a, b) = (segments.first()?, segments.last()?);
        let start = if a.changed { a.from } else { a.from + (span.start - a.at) };
        let end = if b.changed { b.to } else { b.from + (span.end - b.at) };
        Some((Span { start, end }, segments.iter().any(|s| s.changed)))
    }

    /// The place in the text it was made from of a place in the view: the first that may have to do with it.
    pub(crate) fn place(&self, at: usize) -> usize {
        let Some(index) = self.segments.partition_point(|s| s.at <= at).checked_sub(1) else {
            return 0;
        };
        match self.segments.get(index) {
            Some(s) if s.changed => s.from,
            Some(s) => s.to.min(s.from + (at - s.at)),
            None => 0,
        }
    }
}
