//! One reading only: which names a lenient reader could take for `model`, `stream` or `store`.
//!
//! Go's `encoding/json`, for one, matches names without regard to case and folds U+017F to `s`; others trim space.

/// Whether `name`, folded as the most lenient reader would, is one of `known`.
pub(crate) fn folded_is(name: &str, known: &[&str]) -> bool {
    known.iter().any(|known| name.chars().filter_map(fold).eq(known.chars()))
}

/// The ASCII letter a character may be taken for; `None` for what a reader may skip (space, control and
/// zero-width characters, separators).
fn fold(char: char) -> Option<char> {
    match char {
        'ſ' => Some('s'),
        // Full-width forms.
        '\u{ff01}'..='\u{ff5e}' => fold(char::from_u32(char as u32 - 0xfee0)?),
        '-'
        | '_'
        | '.'
        | '\u{ad}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}' => None,
        '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' => None,
        c if c.is_whitespace() || c.is_control() => None,
        c => c.to_lowercase().next(),
    }
}

/// The names with exactly one meaning.
pub(crate) const SINGLE: &[&str] = &["model", "stream", "store"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lenient_spellings_are_seen() {
        for name in [
            "model",
            "Model",
            "MODEL",
            "stream ",
            "\u{feff}store",
            "ſtream",
            "ｍｏｄｅｌ",
            "st\u{200b}ore",
            "mo_del",
            "store\0",
        ] {
            assert!(folded_is(name, SINGLE), "{name:?}");
        }
        for name in ["models", "stream_options", "restore", "", "user"] {
            assert!(!folded_is(name, SINGLE), "{name:?}");
        }
    }
}
