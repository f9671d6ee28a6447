//! The bytes around a place, and how many in a row pass a test.

/// The byte at a place; a space behind the end.
#[inline]
pub(super) fn byte(text: &(impl AsRef<[u8]> + ?Sized), at: usize) -> u8 {
    text.as_ref().get(at).copied().unwrap_or(b' ')
}

/// The byte before a place; a space before the begin.
#[inline]
pub(super) fn before(text: &(impl AsRef<[u8]> + ?Sized), at: usize) -> u8 {
    at.checked_sub(1).map_or(b' ', |i| byte(text, i))
}

/// How many bytes from a place on pass a test; at most so many are looked at.
#[inline]
pub(super) fn count_from(text: &[u8], at: usize, most: usize, test: impl Fn(u8) -> bool) -> usize {
    text.get(at..).unwrap_or_default().iter().take(most).take_while(|b| test(**b)).count()
}

/// How many bytes before a place pass a test, from it back; at most so many are looked at.
#[inline]
pub(super) fn count_back(text: &[u8], at: usize, most: usize, test: impl Fn(u8) -> bool) -> usize {
    text.get(..at).unwrap_or_default().iter().rev().take(most).take_while(|b| test(**b)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beyond_the_text_there_are_spaces_and_nothing_to_count() {
        assert_eq!([byte("ab", 1), byte("ab", 2), before("ab", 0), before("ab", 1)], *b"b  a");
        let digit = |b: u8| b.is_ascii_digit();
        assert_eq!(count_from(b"a123", 1, 2, digit), 2);
        assert_eq!(count_from(b"a12", 1, 9, digit), 2);
        assert_eq!(count_from(b"a12", 4, 9, digit), 0);
        assert_eq!(count_back(b"12a", 2, 9, digit), 2);
        assert_eq!(count_back(b"12a", 2, 1, digit), 1);
        assert_eq!(count_back(b"12a", 9, 9, digit), 0);
    }
}
