//! Central and eastern Europe, the Caucasus and central Asia.

use super::has_digits;
use crate::check::arithmetic::{all_same, digit, digits, weighted};
use crate::check::date::{ddmmyy, exists, part, yymmdd};

/// The worth of a digit or letter (A = 10) in the checks of travel documents.
fn worth(byte: u8) -> u32 {
    if byte.is_ascii_digit() { digit(byte) } else { u32::from(byte.saturating_sub(b'A')) + 10 }
}

/// The sum with the repeating weights 7 3 1 of ICAO 9303.
fn seven_three_one(value: &[u8]) -> u32 {
    value.iter().zip([7, 3, 1].into_iter().cycle()).map(|(b, w)| worth(*b) * w).sum()
}

/// Azerbaijan, tax number: region, serial, weights mod 11, 1 for a legal and 2 for a natural person.
pub(in crate::check) fn az_voen(value: &[u8]) -> bool {
    digits::<10>(value).is_some_and(|d| {
        matches!(d[9], 1 | 2)
            && weighted(&d[..8], &[4, 1, 8, 6, 2, 7, 5, 3]) % 11 == d[8]
            && !all_same(value)
    })
}

/// Belarus, personal number: sex and century, date, region, serial, citizenship, weights 7 3 1.
pub(in crate::check) fn by_personal(value: &[u8]) -> bool {
    let (Some(body), Some(check)) = (value.get(..13), value.get(13)) else { return false };
    value.len() == 14
        && matches!(value.first(), Some(b'1'..=b'6'))
        && value.get(1..7).is_some_and(ddmmyy)
        && matches!(value.get(7), Some(b'A' | b'B' | b'C' | b'E' | b'H' | b'K' | b'M'))
        && matches!(value.get(11..13), Some(b"PB" | b"BA" | b"BI"))
        && seven_three_one(body) % 10 == digit(*check)
}

/// Belarus, taxpayer: weights mod 11; natural persons have two letters in front, the second of which stands for a digit.
pub(in crate::check) fn by_unp(value: &[u8]) -> bool {
    const SECOND: &[u8] = b"ABCEHKMOPT";
    let (Some(&[one, two]), Some(tail)) = (value.first_chunk::<2>(), value.get(2..)) else {
        return false;
    };
    let Some(d) = digits::<7>(tail) else { return false };
    let second = if one.is_ascii_digit() && two.is_ascii_digit() {
        digit(two)
    } else {
        let Some(place) = SECOND.iter().position(|l| *l == two) else { return false };
        place as u32
    };
    let sum = worth(one) * 29 + second * 23 + weighted(&d[..6], &[19, 17, 13, 7, 5, 3]);
    matches!(one, b'1'..=b'9' | b'A' | b'B' | b'C' | b'E' | b'H' | b'K' | b'M') && sum % 11 == d[6]
}

/// Kazakhstan, persons: date, sex and century, mod 11 with a second round.
pub(in crate::check) fn kz_iin(value: &[u8]) -> bool {
    let Some(d) = digits::<12>(value) else { return false };
    let first = weighted(&d[..11], &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]) % 11;
    let second = weighted(&d[..11], &[3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2]) % 11;
    value.get(..6).is_some_and(yymmdd)
        && (1..=6).contains(&d[6])
        && (if first == 10 { second } else { first }) == d[11]
}

/// Moldova, persons (IDNP, begins with 0 or 2) and organisations (1): weights 7 3 1.
pub(in crate::check) fn md_idnp(value: &[u8]) -> bool {
    digits::<13>(value).is_some_and(|d| {
        d[0] <= 2 && !all_same(value) && seven_three_one(&value[..12]) % 10 == d[12]
    })
}

/// Uzbekistan: sex and century, date, district, serial, weights 7 3 1.
pub(in crate::check) fn uz_pinfl(value: &[u8]) -> bool {
    digits::<14>(value).is_some_and(|d| {
        (1..=6).contains(&d[0])
            && value.get(1..7).is_some_and(ddmmyy)
            && seven_three_one(&value[..13]) % 10 == d[13]
    })
}

/// Ukraine, taxpayer number: weights mod 11 (the first five digits count the days since 1899).
pub(in crate::check) fn ua_rntrc(value: &[u8]) -> bool {
    let Some(d) = digits::<10>(value) else { return false };
    // The first weight is -1, which is 10 mod 11.
    let sum = weighted(&d[..9], &[10, 5, 7, 9, 4, 6, 10, 5, 7]);
    sum % 11 % 10 == d[9] && !all_same(value)
}

/// Ukraine, number in the demographic register: date, serial, weights 7 3 1.
pub(in crate::check) fn ua_unzr(value: &[u8]) -> bool {
    digits::<13>(value).is_some_and(|d| {
        matches!(part(value, 0, 2), 19 | 20)
            && exists(part(value, 0, 4), part(value, 4, 2), part(value, 6, 2))
            && seven_three_one(&value[..12]) % 10 == d[12]
    })
}

/// Russia, taxpayer: one check digit for organisations (10), two for persons (12).
pub(in crate::check) fn ru_inn(value: &[u8]) -> bool {
    let check = |d: &[u32], weights: &[u32]| weighted(d, weights) % 11 % 10;
    let holds = match value.len() {
        10 => digits::<10>(value)
            .is_some_and(|d| check(&d[..9], &[2, 4, 10, 3, 5, 9, 4, 6, 8]) == d[9]),
        12 => digits::<12>(value).is_some_and(|d| {
            check(&d[..10], &[7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) == d[10]
                && check(&d[..11], &[3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) == d[11]
        }),
        _ => false,
    };
    holds && part(value, 0, 2) > 0 && !all_same(value)
}

/// Hungary, tax number of persons: 8, days since 1867, serial, mod 11.
pub(in crate::check) fn hu_tax(value: &[u8]) -> bool {
    digits::<10>(value)
        .is_some_and(|d| d[0] == 8 && weighted(&d[..9], &[1, 2, 3, 4, 5, 6, 7, 8, 9]) % 11 == d[9])
}

/// Hungary, social security (TAJ): weights 3 7 mod 10.
pub(in crate::check) fn hu_taj(value: &[u8]) -> bool {
    digits::<9>(value).is_some_and(|d| {
        weighted(&d[..8], &[3, 7, 3, 7, 3, 7, 3, 7]) % 10 == d[8] && !all_same(value)
    })
}

/// Hungary, personal number: sex and century, date, serial, mod 11 with weights up (before 1997) or down.
pub(in crate::check) fn hu_personal(value: &[u8]) -> bool {
    let Some(d) = digits::<11>(value) else { return false };
    let up = weighted(&d[..10], &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) % 11;
    let down = weighted(&d[..10], &[10, 9, 8, 7, 6, 5, 4, 3, 2, 1]) % 11;
    (1..=8).contains(&d[0]) && value.get(1..7).is_some_and(yymmdd) && (up == d[10] || down == d[10])
}

/// Poland, tax number: weights mod 11.
pub(in crate::check) fn pl_nip(value: &[u8]) -> bool {
    digits::<10>(value).is_some_and(|d| {
        weighted(&d[..9], &[6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 == d[9] && !all_same(value)
    })
}

/// Poland, register of enterprises: weights mod 11, nine digits or fourteen.
pub(in crate::check) fn pl_regon(value: &[u8]) -> bool {
    let nine = |value: &[u8]| {
        digits::<9>(value)
            .is_some_and(|d| weighted(&d[..8], &[8, 9, 2, 3, 4, 5, 6, 7]) % 11 % 10 == d[8])
    };
    match value.len() {
        9 => nine(value) && !all_same(value),
        14 => digits::<14>(value).is_some_and(|d| {
            let sum = weighted(&d[..13], &[2, 4, 8, 5, 0, 9, 7, 3, 6, 1, 2, 4, 8]);
            sum % 11 % 10 == d[13] && value.get(..9).is_some_and(nine)
        }),
        _ => false,
    }
}

/// Poland, identity card: three letters, weights 7 3 1 9 7 3 1 7 3 mod 10.
pub(in crate::check) fn pl_id_card(value: &[u8]) -> bool {
    let sum: u32 = value.iter().zip([7, 3, 1, 9, 7, 3, 1, 7, 3]).map(|(b, w)| worth(*b) * w).sum();
    value.len() == 9 && value.get(3..).is_some_and(has_digits) && sum.is_multiple_of(10)
}

/// Poland, passport: two letters, weights 7 3 9 1 7 3 1 7 3 mod 10.
pub(in crate::check) fn pl_passport(value: &[u8]) -> bool {
    let sum: u32 = value.iter().zip([7, 3, 9, 1, 7, 3, 1, 7, 3]).map(|(b, w)| worth(*b) * w).sum();
    value.len() == 9 && value.get(2..).is_some_and(has_digits) && sum.is_multiple_of(10)
}

/// Czechia and Slovakia, enterprises and sole traders: mod 11.
pub(in crate::check) fn cz_ico(value: &[u8]) -> bool {
    digits::<8>(value).is_some_and(|d| {
        let rest = weighted(&d[..7], &[8, 7, 6, 5, 4, 3, 2]) % 11;
        (11 - rest) % 10 == d[7] && !all_same(value)
    })
}
