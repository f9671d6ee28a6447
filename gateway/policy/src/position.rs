//! Where in a text a byte is, as people count.

use std::cell::OnceCell;

/// Line and column, both from 1, of a byte; columns are characters. Reads all that stands before it: for several places of one text
/// take [`Positions`].
#[must_use]
pub fn position(text: &str, at: usize) -> (usize, usize) {
    Positions::of(text).line(at)
}

/// Bytes between two places of which is known where they are.
const STEP: usize = 1024;

/// The positions of one text. The text is read once, when the first is asked for; each then costs two steps at most.
pub struct Positions<'t> {
    text: &'t str,
    marks: OnceCell<Vec<Mark>>,
}

/// What stands before a place.
#[derive(Clone, Copy, Default)]
struct Mark {
    characters: usize,
    lines: usize,
    /// Where the line begins in which the place is.
    line: usize,
}

impl<'t> Positions<'t> {
    /// Of this text; reads nothing yet.
    #[must_use]
    pub fn of(text: &'t str) -> Self {
        Self { text, marks: OnceCell::new() }
    }

    /// Line and column, both from 1, of a byte; columns are characters.
    #[must_use]
    pub fn line(&self, at: usize) -> (usize, usize) {
        let mark = self.mark(at);
        (mark.lines + 1, mark.characters - self.characters(mark.line) + 1)
    }

    /// How many characters stand before a byte.
    #[must_use]
    pub fn characters(&self, at: usize) -> usize {
        self.mark(at).characters
    }

    fn mark(&self, at: usize) -> Mark {
        let at = at.min(self.text.len());
        let marks = self.marks.get_or_init(|| self.marks());
        let known = marks.get(at / STEP).copied().unwrap_or_default();
        known.behind(self.text.as_bytes(), at / STEP * STEP, at)
    }

    fn marks(&self) -> Vec<Mark> {
        let bytes = self.text.as_bytes();
        let mut marks = vec![Mark::default()];
        for from in (0..bytes.len()).step_by(STEP) {
            let last = marks.last().copied().unwrap_or_default();
            marks.push(last.behind(bytes, from, (from + STEP).min(bytes.len())));
        }
        marks
    }
}

impl Mark {
    /// Of the place `to`, if this one is of `from`.
    fn behind(mut self, bytes: &[u8], from: usize, to: usize) -> Self {
        let between = bytes.get(from..to).unwrap_or(&[]);
        // Each character has one byte that is not `10xxxxxx`.
        self.characters += between.iter().filter(|byte| **byte & 0xc0 != 0x80).count();
        self.lines += between.iter().filter(|byte| **byte == b'\n').count();
        if let Some(end) = between.iter().rposition(|byte| *byte == b'\n') {
            self.line = from + end + 1;
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_is_the_one_that_counting_gives() {
        let text = "ä\nbc\n\n京都 x".repeat(400) + &"é".repeat(3000) + "\nend";
        let positions = Positions::of(&text);
        for at in (0..=text.len()).filter(|at| text.is_char_boundary(*at)) {
            let before = text.get(..at).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
            assert_eq!(positions.line(at), (line, column), "{at}");
            assert_eq!(positions.characters(at), before.chars().count(), "{at}");
        }
        assert_eq!(Positions::of("").line(7), (1, 1));
    }
}
