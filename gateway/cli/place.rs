//! Where in a text a byte is, as people count.

/// Line and column, both from 1, of a byte; columns are characters.
pub(super) fn of(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    (line, before.rsplit('\n').next().unwrap_or("").chars().count() + 1)
}
