//! Which first letters keys begin with: one bit for each one, two or three of them.
//!
//! Almost every word of an answer begins no key; this tells so without a search of the keys.

/// The digits and letters, and none.
const LETTERS: usize = 37;

/// The longest beginning that is known.
pub(crate) const HEAD: usize = 3;

/// The beginnings of folded keys. Empty until the first key comes in, then 6.3 kB.
#[derive(Clone, Default)]
pub(crate) struct Heads(Vec<u64>);

impl Heads {
    /// Adds the beginnings of a key.
    pub(crate) fn add(&mut self, key: &[u8]) {
        self.0.resize(LETTERS.pow(3).div_ceil(64), 0);
        for length in 0..=HEAD.min(key.len()) {
            let at = place(&key[..length]);
            if let Some(word) = self.0.get_mut(at / 64) {
                *word |= 1 << (at % 64);
            }
        }
    }

    /// Whether a key begins with these letters. Only the first [`HEAD`] are looked at.
    pub(crate) fn begin(&self, key: &[u8]) -> bool {
        let at = place(&key[..HEAD.min(key.len())]);
        self.0.get(at / 64).is_some_and(|word| word >> (at % 64) & 1 == 1)
    }
}

/// A number below 37³ for up to three folded letters, a different one for each.
fn place(letters: &[u8]) -> usize {
    let number = |at: usize| match letters.get(at) {
        Some(digit @ b'0'..=b'9') => usize::from(digit - b'0') + 1,
        Some(letter @ b'A'..=b'Z') => usize::from(letter - b'A') + 11,
        _ => 0,
    };
    (number(0) * LETTERS + number(1)) * LETTERS + number(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_beginnings_and_no_others() {
        let mut heads = Heads::default();
        assert!(!heads.begin(b"") && !heads.begin(b"E"));
        heads.add(b"EMA117F3");
        heads.add(b"ZZZZ");
        heads.add(b"00");
        for key in [&b""[..], b"E", b"EM", b"EMA", b"EMAX", b"ZZZ", b"0", b"00"] {
            assert!(heads.begin(key), "{key:?}");
        }
        for key in [&b"M"[..], b"EN", b"EMB", b"000", b"Z0", b"1"] {
            assert!(!heads.begin(key), "{key:?}");
        }
    }

    #[test]
    fn places_differ() {
        let letters: Vec<u8> = (b'0'..=b'9').chain(b'A'..=b'Z').collect();
        let mut places = std::collections::BTreeSet::new();
        for a in &letters {
            places.insert(place(&[*a]));
            for b in &letters {
                places.insert(place(&[*a, *b]));
                places.extend(letters.iter().map(|c| place(&[*a, *b, *c])));
            }
        }
        assert_eq!(places.len(), 36 + 36 * 36 + 36 * 36 * 36);
        assert!(places.last() < Some(&LETTERS.pow(3)));
    }
}
