//! Letters that are written as a letter and marks, as some systems do in file names and copied text: `FU` and two dots, `R`.

use unicode_normalization::char::compose;

use super::view::View;
use crate::finding::Span;

/// The letter that a letter and the marks behind it are, and where they end.
pub(super) fn composed(text: &str, at: usize) -> Option<(char, usize)> {
    let mut rest = text.get(at..)?.chars();
    let (first, mut end) = rest.next().map(|c| (c, at + c.len_utf8()))?;
    let mut letter = first;
    for mark in rest {
        let Some(both) = compose(letter, mark) else { break };
        (letter, end) = (both, end + mark.len_utf8());
    }
    (letter != first).then_some((letter, end))
}

/// Whether the character at a place is a mark on the letter before it.
pub(super) fn is_on_letter(text: &str, at: usize) -> bool {
    let letter = text.get(..at).and_then(|head| head.chars().next_back());
    letter.is_some_and(|c| c.is_alphabetic() && composed(text, at - c.len_utf8()).is_some())
}

/// Writes the text with its letters composed.
pub(super) fn compose_all(text: &str, span: Span, view: &mut View) {
    let (mut at, mut plain) = (span.start, span.start);
    while let Some(c) = text.get(at..span.end).and_then(|rest| rest.chars().next()) {
        match composed(text, at).filter(|(_, end)| *end <= span.end) {
            Some((letter, end)) => {
                view.keep(text, plain, at);
                view.put(at, end, letter.encode_utf8(&mut [0; 4]));
                (at, plain) = (end, end);
            }
            None => at += c.len_utf8(),
        }
    }
    view.keep(text, plain, span.end);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_and_marks_are_one() {
        let text = "VS-NUR FU\u{308}R, TRE\u{300}S, Vie\u{302}\u{323}t, 4\u{301}";
        let mut view = View::default();
        view.begin(1 << 12);
        compose_all(text, Span { start: 0, end: text.len() }, &mut view);
        assert_eq!(view.text, "VS-NUR FÜR, TRÈS, Viê\u{323}t, 4\u{301}");
    }
}
