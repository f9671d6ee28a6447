//! One reading only: which names a lenient reader could take for `model`, `stream` or `store`, or for any other that is known.
//!
//! Go's `encoding/json`, for one, matches names without regard to case and folds U+017F to `s`; others trim space.

/// Whether `name`, folded as the most lenient reader would, is one of `known`.
pub(crate) fn folded_is(name: &str, known: &[&str]) -> bool {
    known.iter().any(|known| name.chars().filter_map(fold).eq(known.chars()))
}

/// Whether two names are one to a reader that compares by Unicode simple folding, as Go's `encoding/json` does: beside the two
/// cases of a letter, U+017F is an `s` and U+212A a `k`. Separators count: `maxTokens` is no `max_tokens`.
pub(crate) fn same_but_for_case(name: &str, known: &str) -> bool {
    let fold = |char: char| match char {
        'ſ' => 's',
        '\u{212a}' => 'k',
        c => c.to_ascii_lowercase(),
    };
    name.chars().map(fold).eq(known.chars().map(fold))
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
