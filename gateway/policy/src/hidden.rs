//! Characters that a reader cannot see, or that change how their neighbours are shown.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Controls, line breaks that are none here, marks that turn the direction of writing (Unicode TR 36 and TR 39), what has no
/// width and fillers (`Default_Ignorable_Code_Point` of Unicode), and the Braille pattern without dots. Not among them: the joiners
/// U+200C and U+200D, without which several scripts cannot be written, and [variation selectors](is_selector).
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\t')
        || matches!(
            c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180e}'
                | '\u{200b}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}'
                | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
                | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e00ff}' | '\u{e01f0}'..='\u{e0fff}'
        )
}

/// Whether this asks for another form of the character before it. Behind a symbol it says whether that is an emoji; behind a letter
/// or a digit it shows in few fonts, and two words that differ in it look the same.
pub(crate) fn is_selector(c: char) -> bool {
    matches!(c, '\u{180b}'..='\u{180d}' | '\u{180f}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// A name from elsewhere as it can be printed without changing what stands beside it: what is hidden by its number.
#[must_use]
pub fn shown(text: &str) -> Cow<'_, str> {
    let raw = |c: char| is_hidden(c) || is_selector(c) || c == '\n' || c == '\t';
    if !text.contains(raw) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if raw(c) {
            let _ = write!(shown, "\\u{{{:x}}}", u32::from(c));
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_hidden() {
        for c in "\u{115f}\u{1160}\u{3164}\u{ffa0}\u{34f}\u{2800}\u{0}\u{7f}\u{85}\u{200b}\u{202e}\u{2066}\u{e0041}\r".chars() {
            assert!(is_hidden(c), "{:x}", u32::from(c));
        }
        for c in "aß京ｱ\u{200c}\u{200d}\n\t \u{a0}\u{3000}⚖\u{fffd}".chars() {
            assert!(!is_hidden(c), "{:x}", u32::from(c));
        }
    }

    #[test]
    fn names_from_elsewhere_keep_to_their_line() {
        assert_eq!(shown("a\u{1b}[31mb\n\u{202e}c.policy"), "a\\u{1b}[31mb\\u{a}\\u{202e}c.policy");
        assert!(matches!(shown("Ämter/rechte.policy"), Cow::Borrowed(_)));
    }
}
