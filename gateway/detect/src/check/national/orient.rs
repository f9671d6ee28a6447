//! The Middle East, Africa and southern Asia.

use super::{has_digits, letter_at};
use crate::check::arithmetic::{all_same, digit, digits, luhn, verhoeff, weighted};
use crate::check::date::{ddmmyy, exists, part, yymmdd};

/// United Arab Emirates: 784, year of birth, serial, Luhn.
pub(in crate::check) fn ae_id(value: &[u8]) -> bool {
    value.len() == 15
        && value.starts_with(b"784")
        && (1900..=2099).contains(&part(value, 3, 4))
        && luhn(value)
}

/// Saudi Arabia: 1 for citizens, 2 for residents, Luhn.
pub(in crate::check) fn sa_id(value: &[u8]) -> bool {
    value.len() == 10 && letter_at(value, 0, b"12") && luhn(value)
}

/// Egypt: century, date, governorate, serial; the last digit's scheme is not published.
pub(in crate::check) fn eg_nid(value: &[u8]) -> bool {
    let century = match value.first() {
        Some(b'2') => 1900,
        Some(b'3') => 2000,
        _ => return false,
    };
    value.len() == 14
        && has_digits(value)
        && exists(century + part(value, 1, 2), part(value, 3, 2), part(value, 5, 2))
        && matches!(part(value, 7, 2), 1..=4 | 11..=29 | 31..=35 | 88)
}

/// Kuwait: century, date, serial, mod 11.
pub(in crate::check) fn kw_civil(value: &[u8]) -> bool {
    digits::<12>(value).is_some_and(|d| {
        matches!(d[0], 2 | 3)
            && value.get(1..7).is_some_and(yymmdd)
            && 11 - weighted(&d[..11], &[2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11 == d[11]
    })
}

/// Bahrain: year and month, serial; the check digit's scheme is not published.
pub(in crate::check) fn bh_cpr(value: &[u8]) -> bool {
    value.len() == 9 && has_digits(value) && (1..=12).contains(&part(value, 2, 2))
}

/// Qatar: century, year, country of birth (ISO 3166-1 numeric), serial.
pub(in crate::check) fn qa_qid(value: &[u8]) -> bool {
    value.len() == 11
        && has_digits(value)
        && letter_at(value, 0, b"23")
        && (4..=894).contains(&part(value, 3, 3))
}

/// Iran: mod 11.
pub(in crate::check) fn ir_nid(value: &[u8]) -> bool {
    digits::<10>(value).is_some_and(|d| {
        let rest = weighted(&d[..9], &[10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11;
        (if rest < 2 { rest } else { 11 - rest }) == d[9]
            && part(value, 3, 6) > 0
            && !all_same(value)
    })
}

/// Ghana, taxpayer: kind, mod 11 with X for ten.
pub(in crate::check) fn gh_tin(value: &[u8]) -> bool {
    let (Some(body), Some(check)) = (value.get(1..10), value.get(10)) else { return false };
    let Some(d) = digits::<9>(body) else { return false };
    let expected = match weighted(&d, &[1, 2, 3, 4, 5, 6, 7, 8, 9]) % 11 {
        10 => b'X',
        n => b'0' + n as u8,
    };
    value.len() == 11
        && letter_at(value, 0, b"PCGQV")
        && body.starts_with(b"00")
        && *check == expected
}

/// Mauritius: the surname's letter, date, serial, mod 17 over letters and digits.
pub(in crate::check) fn mu_nid(value: &[u8]) -> bool {
    const ALPHABET: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let (Some(body), Some(check)) = (value.get(..13), value.get(13)) else { return false };
    let worth = |b: u8| ALPHABET.iter().position(|a| *a == b).unwrap_or(0);
    let sum: usize = body.iter().zip((2..=14).rev()).map(|(b, w)| worth(*b) * w).sum();
    value.len() == 14
        && letter_at(value, 0, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        && value.get(1..7).is_some_and(ddmmyy)
        && body.get(7..).is_some_and(has_digits)
        && ALPHABET.get((17 - sum % 17) % 17) == Some(check)
}

/// Mozambique, taxpayer: weights mod 11.
pub(in crate::check) fn mz_nuit(value: &[u8]) -> bool {
    digits::<9>(value).is_some_and(|d| {
        let rest = weighted(&d[..8], &[8, 9, 4, 5, 6, 7, 8, 9]) % 11;
        b"01234567891".get(rest as usize).map(|b| digit(*b)) == Some(d[8]) && !all_same(value)
    })
}

/// South Africa, taxpayer: Luhn; begins with 0–3 or 9.
pub(in crate::check) fn za_tin(value: &[u8]) -> bool {
    value.len() == 10 && letter_at(value, 0, b"01239") && luhn(value)
}

/// Tanzania: begins with the date of birth.
pub(in crate::check) fn tz_nida(value: &[u8]) -> bool {
    let year = part(value, 0, 4);
    value.len() == 20
        && has_digits(value)
        && (1900..=2099).contains(&year)
        && exists(year, part(value, 4, 2), part(value, 6, 2))
}

/// Rwanda: kind, year of birth, sex (8 men, 7 women), serial, issue, check.
pub(in crate::check) fn rw_nid(value: &[u8]) -> bool {
    value.len() == 16
        && has_digits(value)
        && letter_at(value, 0, b"123")
        && (1900..=2099).contains(&part(value, 1, 4))
        && letter_at(value, 5, b"78")
}

/// India, electoral card: three letters, seven digits with Luhn.
pub(in crate::check) fn in_epic(value: &[u8]) -> bool {
    value.len() == 10 && value.get(3..).is_some_and(luhn)
}

/// India, virtual identity: Verhoeff over sixteen digits.
pub(in crate::check) fn in_vid(value: &[u8]) -> bool {
    value.len() == 16
        && !letter_at(value, 0, b"01")
        && verhoeff(value)
        && !value.iter().eq(value.iter().rev())
}

/// India, goods and services tax: state, permanent account number, Luhn in base 36.
pub(in crate::check) fn in_gstin(value: &[u8]) -> bool {
    let worth = |b: u8| {
        if b.is_ascii_digit() { digit(b) } else { u32::from(b.saturating_sub(b'A')) + 10 }
    };
    let sum: u32 = value
        .iter()
        .rev()
        .enumerate()
        .map(|(i, b)| {
            let product = worth(*b) * (1 + i as u32 % 2);
            product / 36 + product % 36
        })
        .sum();
    value.len() == 15 && (1..=38).contains(&part(value, 0, 2)) && sum.is_multiple_of(36)
}

/// Pakistan: province, district, serial, sex; no check digit.
pub(in crate::check) fn pk_cnic(value: &[u8]) -> bool {
    digits::<13>(value).is_some_and(|d| (1..=7).contains(&d[0]) && d[12] > 0 && !all_same(value))
}

/// Sri Lanka: year and day of the year (women +500), serial; nine digits and a letter, or twelve digits.
pub(in crate::check) fn lk_nic(value: &[u8]) -> bool {
    let day = match value.len() {
        10 if letter_at(value, 9, b"VX") && value.get(..9).is_some_and(has_digits) => {
            part(value, 2, 3)
        }
        12 if has_digits(value) && (1900..=2099).contains(&part(value, 0, 4)) => part(value, 4, 3),
        _ => return false,
    };
    matches!(day, 1..=366 | 501..=866)
}

/// Bangladesh: ten digits, or seventeen that begin with the year of birth, or thirteen.
pub(in crate::check) fn bd_nid(value: &[u8]) -> bool {
    has_digits(value)
        && !all_same(value)
        && match value.len() {
            10 | 13 => true,
            17 => (1900..=2099).contains(&part(value, 0, 4)),
            _ => false,
        }
}
