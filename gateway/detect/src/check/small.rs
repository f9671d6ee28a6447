//! Small letters without memory from the heap: a check runs at every candidate, and a scan does not allocate for what is none.

use std::ops::Deref;

use smallvec::SmallVec;

/// A text in small letters; in place up to 96 bytes.
pub(super) struct Small(SmallVec<[u8; 96]>);

impl Small {
    /// As [`str::to_lowercase`].
    pub(super) fn of(text: &str) -> Small {
        // The letter whose small form depends on its place in the word.
        if text.contains('Σ') {
            return Small(SmallVec::from_slice(text.to_lowercase().as_bytes()));
        }
        let mut small = SmallVec::new();
        for letter in text.chars().flat_map(char::to_lowercase) {
            small.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
        }
        Small(small)
    }

    /// As [`str::to_ascii_lowercase`]: every byte stays where it is.
    pub(super) fn ascii(text: &str) -> Small {
        Small(text.bytes().map(|b| b.to_ascii_lowercase()).collect())
    }
}

impl Deref for Small {
    type Target = str;

    fn deref(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_as_small_as_those_of_the_library() {
        for text in ["", "Müller-ÖZ", "ΝΊΚΟΣ ΣΟΦΊΑ", "İstanbul", "ǅ ẞ", &"Aß".repeat(90)]
        {
            assert_eq!(&*Small::of(text), text.to_lowercase());
            assert_eq!(&*Small::ascii(text), text.to_ascii_lowercase());
        }
    }
}
