//! The check-digit schemes that many numbers share.

/// The value of an ASCII digit; other bytes count as 0.
pub(super) fn digit(byte: u8) -> u32 {
    if byte.is_ascii_digit() { u32::from(byte - b'0') } else { 0 }
}

/// The digits, if the value is `n` digits and nothing else.
pub(super) fn digits<const N: usize>(value: &[u8]) -> Option<[u32; N]> {
    let mut out = [0; N];
    if value.len() != N || !value.iter().all(u8::is_ascii_digit) {
        return None;
    }
    for (place, byte) in out.iter_mut().zip(value) {
        *place = digit(*byte);
    }
    Some(out)
}

/// The number that the digits spell; other bytes count as 0.
pub(super) fn number(value: &[u8]) -> u64 {
    value.iter().fold(0, |n, b| (n * 10 + u64::from(digit(*b))) % 1_000_000_000_000_000_000)
}

/// Sum of digits times weights, pairwise.
pub(super) fn weighted(digits: &[u32], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(d, w)| d * w).sum()
}

/// Whether all digits are the same: such numbers pass many checks and are never issued.
pub(super) fn all_same(value: &[u8]) -> bool {
    value.windows(2).all(|w| w.first() == w.last())
}

/// Whether the first nine characters are anything but the digits in their order, up or down, or one over and over: what stands in
/// manuals for a number that has no check digit.
pub(super) fn not_counted(value: &[u8]) -> bool {
    let head = value.get(..9).unwrap_or(value);
    !all_same(head) && head != b"123456789" && head != b"987654321"
}

/// ISO/IEC 7812-1 annex B ("Luhn").
pub(super) fn luhn(value: &[u8]) -> bool {
    let double = |d: u32| if d > 4 { d * 2 - 9 } else { d * 2 };
    let sum: u32 = value
        .iter()
        .rev()
        .enumerate()
        .map(|(i, b)| if i % 2 == 0 { digit(*b) } else { double(digit(*b)) })
        .sum();
    value.len() > 1
        && value.iter().all(u8::is_ascii_digit)
        && sum.is_multiple_of(10)
        && !all_same(value)
}

/// GS1 General Specifications, check digit of an article's number (GTIN-8, -12, -13, -14).
pub(super) fn gtin(value: &[u8]) -> bool {
    let sum: u32 =
        value.iter().rev().zip([1, 3].iter().cycle()).map(|(b, weight)| digit(*b) * weight).sum();
    matches!(value.len(), 8 | 12..=14)
        && value.iter().all(u8::is_ascii_digit)
        && sum.is_multiple_of(10)
}

/// ISO/IEC 7064 mod 97-10 over digits and letters (A = 10).
pub(super) fn mod97(value: &[u8]) -> bool {
    remainder97(value.iter().copied()) == 1
}

/// The remainder by 97 of digits and letters (A = 10) read as one number.
pub(super) fn remainder97(value: impl Iterator<Item = u8>) -> u32 {
    value.fold(0, |r, b| {
        if b.is_ascii_digit() {
            (r * 10 + digit(b)) % 97
        } else {
            (r * 100 + u32::from(b.to_ascii_uppercase().saturating_sub(b'A')) + 10) % 97
        }
    })
}

/// ISO/IEC 7064 mod 11,10.
pub(super) fn mod_11_10(digits: &[u32]) -> bool {
    let Some((check, body)) = digits.split_last() else { return false };
    let product = body.iter().fold(10, |p, d| {
        let sum = (p + d) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    (11 - product) % 10 == *check
}

/// J. Verhoeff, Error Detecting Decimal Codes (1969): the dihedral group of order ten.
pub(super) fn verhoeff(value: &[u8]) -> bool {
    const PERMUTED: [[u8; 10]; 8] = [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
        [1, 5, 7, 6, 2, 8, 3, 0, 9, 4],
        [5, 8, 0, 3, 7, 9, 6, 1, 4, 2],
        [8, 9, 1, 6, 0, 4, 3, 5, 2, 7],
        [9, 4, 5, 3, 1, 2, 6, 8, 7, 0],
        [4, 2, 8, 6, 5, 7, 3, 9, 0, 1],
        [2, 7, 9, 3, 8, 0, 6, 4, 1, 5],
        [7, 0, 4, 6, 9, 1, 3, 2, 5, 8],
    ];
    /// The product of two elements: 0–4 turn, 5–9 turn and flip.
    fn times(a: u8, b: u8) -> u8 {
        match (a < 5, b < 5) {
            (true, true) => (a + b) % 5,
            (true, false) => (a + b - 5) % 5 + 5,
            (false, true) => (a - 5 + 5 - b) % 5 + 5,
            (false, false) => (a + 5 - b) % 5,
        }
    }
    let product = value.iter().rev().enumerate().fold(0, |c, (i, b)| {
        let permuted =
            PERMUTED.get(i % 8).and_then(|row| row.get(digit(*b) as usize)).copied().unwrap_or(0);
        times(c, permuted)
    });
    !value.is_empty() && value.iter().all(u8::is_ascii_digit) && product == 0
}

/// A number that is not zero throughout, as samples and fields that were not filled in are.
pub(super) fn not_zero(value: &str) -> bool {
    value.bytes().any(|b| digit(b) > 0)
}
