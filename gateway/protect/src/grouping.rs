//! Numbers that are written in groups, and when two ways to write one are the same value.
//!
//! `4539 1488 0343 6467` and `4539-1488-0343-6467` are one card and must be one token, or the model takes them for two. But in
//! `192.168.1.11` and `192.168.11.1` the groups are the value. So only codes are taken together: digits with fewer letters of one case, no
//! mail address, no words, no decimal; and of two of them only those whose groups do not contradict each other.

/// Letters and digits from which on a number is the same one however it is grouped.
pub const GROUPED: usize = 7;

/// Whether a sign may stand within a number to group it: spaces, hyphens, point, slash.
#[must_use]
pub fn groups(sign: char) -> bool {
    matches!(sign, ' ' | '\u{a0}' | '\u{202f}' | '-' | '\u{2010}'..='\u{2013}' | '.' | '/')
}

/// A code without its groups.
pub(crate) struct Grouped {
    /// Letters (as capitals) and digits, perhaps behind a plus.
    pub(crate) compact: String,
    /// In front of which of them a sign stood.
    marks: Vec<usize>,
}

impl Grouped {
    /// `None` for what is no code, so that its signs may mean something.
    pub(crate) fn of(value: &str) -> Option<Self> {
        let (mut compact, mut marks) = (String::with_capacity(value.len()), Vec::new());
        let (mut points, mut small, mut capital, mut digits) = (0, 0, 0, 0);
        for sign in value.chars() {
            match sign {
                '+' if compact.is_empty() => {}
                // Groups are told apart by one sign, and have signs on both sides.
                _ if groups(sign)
                    && !compact.is_empty()
                    && marks.last() != Some(&compact.len()) =>
                {
                    points += usize::from(sign == '.');
                    marks.push(compact.len());
                    continue;
                }
                '0'..='9' => digits += 1,
                'a'..='z' => small += 1,
                'A'..='Z' => capital += 1,
                _ => return None,
            }
            compact.push(sign.to_ascii_uppercase());
        }
        // One point and no other sign is a decimal; more letters than digits are words, as those of a street.
        let decimal = points == 1 && marks.len() == 1;
        let code = (small == 0 || capital == 0) && small + capital <= digits && !decimal;
        let whole = compact.len() >= GROUPED && marks.last() != Some(&compact.len());
        (code && whole).then_some(Self { compact, marks })
    }

    /// Whether it may be the same value: every group of one lies within a group of the other.
    fn agrees(&self, other: &Self) -> bool {
        let within =
            |few: &[usize], many: &[usize]| few.iter().all(|mark| many.binary_search(mark).is_ok());
        self.compact == other.compact
            && (within(&self.marks, &other.marks) || within(&other.marks, &self.marks))
    }
}

/// Whether two values are one, grouped otherwise at most.
pub(crate) fn is_same(one: &str, other: &str) -> bool {
    one == other
        || Grouped::of(one).zip(Grouped::of(other)).is_some_and(|(one, other)| one.agrees(&other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_in_several_groupings() {
        for (one, other) in [
            ("4539 1488 0343 6467", "4539148803436467"),
            ("4539 1488 0343 6467", "4539-1488-0343-6467"),
            ("45391488 03436467", "4539\u{2011}1488\u{a0}0343 6467"),
            ("DE89 3704 0044 0532 0130 00", "de89370400440532013000"),
            ("811218-9876", "8112189876"),
            ("+49 30 1234567", "+49301234567"),
            ("123.456.789-09", "12345678909"),
        ] {
            assert!(is_same(one, other) && is_same(other, one), "{one} {other}");
        }
    }

    #[test]
    fn values_of_which_the_groups_are_a_part() {
        for (one, other) in [
            ("192.168.1.11", "192.168.11.1"),
            ("1.11.2026", "11.1.2026"),
            ("2026-1-11", "2026-11-1"),
            ("12345.67", "1234567"),
            ("ann.1985@example.org", "ann1985@example.org"),
            ("Allee 11/2", "Allee 112"),
            ("am weg 11/2", "am weg 112"),
            ("1-2345", "12345"),
            ("12--34567", "1234567"),
            ("-1234567", "1234567"),
            ("1234567.", "1234567"),
            ("José 123456", "José123456"),
            ("+49301234567", "49301234567"),
            ("4539 1488 0343 6467", "4539 1488 0343 6468"),
        ] {
            assert!(!is_same(one, other) && !is_same(other, one), "{one} {other}");
        }
    }
}
