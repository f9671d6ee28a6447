//! Bank accounts and payment cards.

use super::arithmetic::{luhn, remainder97};

/// SWIFT IBAN registry, release 99: country and total length.
const IBAN_LENGTHS: &[(&[u8; 2], u8)] = &[
    (b"AD", 24),
    (b"AE", 23),
    (b"AL", 28),
    (b"AT", 20),
    (b"AZ", 28),
    (b"BA", 20),
    (b"BE", 16),
    (b"BG", 22),
    (b"BH", 22),
    (b"BI", 27),
    (b"BR", 29),
    (b"BY", 28),
    (b"CH", 21),
    (b"CR", 22),
    (b"CY", 28),
    (b"CZ", 24),
    (b"DE", 22),
    (b"DJ", 27),
    (b"DK", 18),
    (b"DO", 28),
    (b"EE", 20),
    (b"EG", 29),
    (b"ES", 24),
    (b"FI", 18),
    (b"FK", 18),
    (b"FO", 18),
    (b"FR", 27),
    (b"GB", 22),
    (b"GE", 22),
    (b"GI", 23),
    (b"GL", 18),
    (b"GR", 27),
    (b"GT", 28),
    (b"HN", 28),
    (b"HR", 21),
    (b"HU", 28),
    (b"IE", 22),
    (b"IL", 23),
    (b"IQ", 23),
    (b"IS", 26),
    (b"IT", 27),
    (b"JO", 30),
    (b"KW", 30),
    (b"KZ", 20),
    (b"LB", 28),
    (b"LC", 32),
    (b"LI", 21),
    (b"LT", 20),
    (b"LU", 20),
    (b"LV", 21),
    (b"LY", 25),
    (b"MC", 27),
    (b"MD", 24),
    (b"ME", 22),
    (b"MK", 19),
    (b"MN", 20),
    (b"MR", 27),
    (b"MT", 31),
    (b"MU", 30),
    (b"NI", 28),
    (b"NL", 18),
    (b"NO", 15),
    (b"OM", 23),
    (b"PK", 24),
    (b"PL", 28),
    (b"PS", 29),
    (b"PT", 25),
    (b"QA", 29),
    (b"RO", 24),
    (b"RS", 22),
    (b"RU", 33),
    (b"SA", 24),
    (b"SC", 31),
    (b"SD", 18),
    (b"SE", 24),
    (b"SI", 19),
    (b"SK", 24),
    (b"SM", 27),
    (b"SO", 23),
    (b"ST", 25),
    (b"SV", 28),
    (b"TL", 23),
    (b"TN", 24),
    (b"TR", 26),
    (b"UA", 29),
    (b"VA", 22),
    (b"VG", 24),
    (b"XK", 20),
    (b"YE", 30),
];

/// ISO 13616: length by country and ISO 7064 mod 97-10 over the rearranged account. A run-on into the next word is cut.
pub(super) fn iban(value: &str) -> Option<usize> {
    let mut kept = [0u8; 34];
    let upper = |i: usize| value.as_bytes().get(i).map_or(0, u8::to_ascii_uppercase);
    let country = [upper(0), upper(1)];
    let length = usize::from(IBAN_LENGTHS.iter().find(|(c, _)| **c == country)?.1);
    let mut n = 0;
    for (i, b) in value.bytes().enumerate() {
        if !b.is_ascii_alphanumeric() {
            continue;
        }
        *kept.get_mut(n)? = b.to_ascii_uppercase();
        n += 1;
        if n == length {
            let next = value.as_bytes().get(i + 1).copied().unwrap_or(b' ');
            let (head, body) = kept.get(..n)?.split_at_checked(4)?;
            let whole =
                !next.is_ascii_alphanumeric() && remainder97(body.iter().chain(head).copied()) == 1;
            return whole.then_some(i + 1);
        }
    }
    None
}

/// Issuer ranges and the lengths they issue (ISO/IEC 7812, the schemes' public BIN tables).
fn issuer_allows(digits: &[u8]) -> bool {
    let head = |n: usize| {
        digits.get(..n).map_or(0, |d| d.iter().fold(0u32, |v, b| v * 10 + u32::from(b - b'0')))
    };
    let (two, three, four, six) = (head(2), head(3), head(4), head(6));
    match digits.len() {
        13 => head(1) == 4,
        14 => matches!(two, 36 | 38 | 39) || (300..=305).contains(&three),
        15 => matches!(two, 34 | 37) || matches!(four, 2131 | 1800),
        16..=19 => {
            (head(1) == 4 && digits.len() != 17)
                || (digits.len() == 16
                    && ((51..=55).contains(&two) || (2221..=2720).contains(&four)))
                || (3528..=3589).contains(&four)
                || matches!(two, 62 | 65 | 81)
                || matches!(
                    four,
                    6011 | 5018 | 5020 | 5038 | 5893 | 6304 | 6759 | 6761 | 6762 | 6763
                )
                || (644..=649).contains(&three)
                || (622_126..=622_925).contains(&six)
                || (digits.len() == 16 && matches!(two, 60 | 36))
                || (2200..=2204).contains(&four)
                || four == 9792
        }
        12 => matches!(four, 5018 | 5020 | 5038 | 6304 | 6759 | 6761),
        _ => false,
    }
}

/// Luhn and an issuer that gives out numbers of this length. Digits that follow the number (a date, a code) are cut.
pub(super) fn card(value: &str) -> Option<usize> {
    let mut kept = [0u8; 19];
    let mut ends = [0usize; 19];
    let mut n = 0;
    for (i, b) in value.bytes().enumerate().filter(|(_, b)| b.is_ascii_digit()) {
        let (Some(place), Some(end)) = (kept.get_mut(n), ends.get_mut(n)) else { break };
        (*place, *end) = (b, i + 1);
        n += 1;
    }
    (12..=n).rev().find_map(|len| {
        let digits = kept.get(..len)?;
        let end = *ends.get(len - 1)?;
        let apart = value.as_bytes().get(end).is_none_or(|b| !b.is_ascii_digit());
        (apart && issuer_allows(digits) && luhn(digits)).then_some(end)
    })
}
