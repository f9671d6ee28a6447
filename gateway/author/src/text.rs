//! Places as editors count them: line from 0, and UTF-16 units in it. The rest of the house counts bytes.

use std::ops::Range;

use lsp_types::{Position, TextDocumentContentChangeEvent};

/// The lines of a text.
pub(crate) struct Lines<'t> {
    text: &'t str,
    /// Where each line begins.
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    /// Lines end with LF, CR LF or CR, as the protocol has it.
    pub(crate) fn of(text: &'t str) -> Lines<'t> {
        let bytes = text.as_bytes();
        let ends = |(at, byte): (usize, &u8)| match byte {
            b'\n' => Some(at + 1),
            b'\r' if bytes.get(at + 1) != Some(&b'\n') => Some(at + 1),
            _ => None,
        };
        let starts = [0].into_iter().chain(bytes.iter().enumerate().filter_map(ends)).collect();
        Lines { text, starts }
    }

    /// The place of a byte; of one within a character, that of the character.
    pub(crate) fn position(&self, byte: usize) -> Position {
        let byte = self.text.floor_char_boundary(byte);
        let line = self.starts.partition_point(|start| *start <= byte).saturating_sub(1);
        let start = self.starts.get(line).copied().unwrap_or(0);
        let before = self.text.get(start..byte).unwrap_or("");
        Position::new(number(line), number(before.encode_utf16().count()))
    }

    /// The byte of a place. One beyond its line is the end of the line, one beyond the text the end of the text, and one within
    /// a pair of surrogates the character that they are.
    pub(crate) fn byte(&self, place: Position) -> usize {
        let line = place.line as usize;
        let Some(start) = self.starts.get(line).copied() else { return self.text.len() };
        let end = self.starts.get(line + 1).copied().unwrap_or(self.text.len());
        let content = self.text.get(start..end).unwrap_or("").trim_end_matches(['\n', '\r']);
        let mut units = 0;
        for (at, c) in content.char_indices() {
            units += c.len_utf16();
            if units > place.character as usize {
                return start + at;
            }
        }
        start + content.len()
    }

    /// The place of a span.
    pub(crate) fn range(&self, span: &Range<usize>) -> lsp_types::Range {
        lsp_types::Range::new(self.position(span.start), self.position(span.end.max(span.start)))
    }

    /// The bytes of a place.
    pub(crate) fn span(&self, range: lsp_types::Range) -> Range<usize> {
        let start = self.byte(range.start);
        start..self.byte(range.end).max(start)
    }
}

/// Takes in what an editor changed. A change without a place is the whole text.
pub(crate) fn change(text: &mut String, changes: Vec<TextDocumentContentChangeEvent>) {
    for change in changes {
        match change.range {
            None => *text = change.text,
            Some(range) => {
                let span = Lines::of(text).span(range);
                text.replace_range(span, &change.text);
            }
        }
    }
}

fn number(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, byte: usize, line: u32, character: u32) {
        let lines = Lines::of(text);
        assert_eq!(lines.position(byte), Position::new(line, character), "{text:?} at {byte}");
        assert_eq!(lines.byte(Position::new(line, character)), byte, "{text:?} {line}:{character}");
    }

    #[test]
    fn counts_in_utf16() {
        check("é𝒜x\ny", 0, 0, 0);
        check("é𝒜x\ny", 2, 0, 1);
        check("é𝒜x\ny", 6, 0, 3);
        check("é𝒜x\ny", 8, 1, 0);
        check("a\r\nb\rc", 3, 1, 0);
        check("a\r\nb\rc", 5, 2, 0);
        check("", 0, 0, 0);
        let lines = Lines::of("é𝒜x\n");
        assert_eq!(lines.byte(Position::new(0, 2)), 2, "within a surrogate pair");
        assert_eq!(lines.byte(Position::new(0, 99)), 7, "beyond the line");
        assert_eq!(lines.byte(Position::new(99, 0)), 8, "beyond the text");
        assert_eq!(lines.position(4), Position::new(0, 1), "within a character");
        assert_eq!(lines.byte(Position::new(u32::MAX, u32::MAX)), 8);
    }

    #[test]
    fn takes_in_changes() {
        let mut text = "é𝒜x\ny".to_owned();
        let at = |line, from, to| {
            Some(lsp_types::Range::new(Position::new(line, from), Position::new(line, to)))
        };
        let event = |range, text: &str| TextDocumentContentChangeEvent {
            range,
            range_length: None,
            text: text.to_owned(),
        };
        change(&mut text, vec![event(at(0, 1, 3), "B"), event(at(1, 0, 1), "")]);
        assert_eq!(text, "éBx\n");
        change(&mut text, vec![event(at(9, 5, 1), "z"), event(at(0, 2, 1), "!")]);
        assert_eq!(text, "éB!x\nz", "places that cannot be are brought into the text");
        change(&mut text, vec![event(None, "new")]);
        assert_eq!(text, "new");
    }
}
