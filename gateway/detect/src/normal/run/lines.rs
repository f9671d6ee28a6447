//! The lines of a run.

use std::ops::Range;

use crate::normal::base::Base;

/// Least length of a line that the next one may continue.
pub(crate) const LINE_MIN: usize = 40;

/// The lines of a run: of one width, but for the last.
pub(super) struct Lines<'t> {
    pub(super) base: Base,
    pub(super) text: &'t [u8],
    pub(super) width: usize,
    pub(super) next: Option<Range<usize>>,
}

impl Lines<'_> {
    /// Where the next line begins.
    pub(super) fn start(&self) -> usize {
        self.next.as_ref().map_or(0, |line| line.start)
    }

    /// The line behind one, if it may be of the same run.
    fn after(&self, line: &Range<usize>) -> Option<Range<usize>> {
        if self.width < LINE_MIN || line.len() < self.width {
            return None;
        }
        let gap = match (self.text.get(line.end)?, self.text.get(line.end + 1)) {
            (b'\r', Some(b'\n')) => 2,
            (b'\n', _) => 1,
            _ => return None,
        };
        let from = line.end + gap;
        let rest = self.text.get(from..)?.iter().take(self.width + 1);
        let length = rest.take_while(|b| self.base.has(**b)).count();
        (1..=self.width).contains(&length).then_some(from..from + length)
    }
}

impl Iterator for Lines<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let line = self.next.take()?;
        self.next = self.after(&line);
        Some(line)
    }
}
