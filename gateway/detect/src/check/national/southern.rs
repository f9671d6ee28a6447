//! Southern Europe: Iberia, Italy, Greece, Cyprus and the Balkans.

use super::{has_digits, letter_at, mod11_complement, mod11_descending};
use crate::check::arithmetic::{all_same, digit, digits, luhn, mod_11_10, number, weighted};
use crate::check::date::{exists, part};

/// Albania: decade and year, month (women +50), day, serial, check letter.
pub(in crate::check) fn al_nid(value: &[u8]) -> bool {
    let (Some(decade), Some(body), Some(check)) = (value.first(), value.get(1..9), value.get(9))
    else {
        return false;
    };
    value.len() == 10
        && (b'A'..=b'T').contains(decade)
        && has_digits(body)
        && check.is_ascii_uppercase()
        && exists(0, part(value, 2, 2) % 50, part(value, 4, 2))
}

/// The common number of the successors of Yugoslavia: date, region, serial, mod 11.
fn jmbg(value: &[u8], regions: std::ops::RangeInclusive<u64>) -> bool {
    super::europe::common_number(value) && regions.contains(&part(value, 7, 2))
}

/// Bosnia and Herzegovina: the common number with a region of 10–19.
pub(in crate::check) fn ba_jmbg(value: &[u8]) -> bool {
    jmbg(value, 10..=19)
}

/// Croatia: the common number with a region of 30–39; no longer issued since 2009.
pub(in crate::check) fn hr_jmbg(value: &[u8]) -> bool {
    jmbg(value, 30..=39)
}

/// Montenegro: the common number with a region of 20–29.
pub(in crate::check) fn me_jmbg(value: &[u8]) -> bool {
    jmbg(value, 20..=29)
}

/// North Macedonia: the common number with a region of 40–49.
pub(in crate::check) fn mk_embg(value: &[u8]) -> bool {
    jmbg(value, 40..=49)
}

/// Serbia: the common number with a region of 70–99.
pub(in crate::check) fn rs_jmbg(value: &[u8]) -> bool {
    jmbg(value, 70..=99)
}

/// Serbia, tax number: mod 11,10.
pub(in crate::check) fn rs_pib(value: &[u8]) -> bool {
    digits::<9>(value).is_some_and(|d| d[0] > 0 && mod_11_10(&d))
}

/// North Macedonia, tax number: weights mod 11.
pub(in crate::check) fn mk_edb(value: &[u8]) -> bool {
    digits::<13>(value).is_some_and(|d| {
        (11 - weighted(&d[..12], &[7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 11 % 10 == d[12]
            && !all_same(value)
    })
}

/// Cyprus, tax number: digits in odd places go through a table, the letter is the sum mod 26.
pub(in crate::check) fn cy_tic(value: &[u8]) -> bool {
    const ODD: [u32; 10] = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21];
    let (Some(body), Some(check)) = (value.get(..8), value.get(8)) else { return false };
    let Some(d) = digits::<8>(body) else { return false };
    let worth = |(i, x): (usize, &u32)| {
        if i % 2 == 0 { ODD.get(*x as usize).copied().unwrap_or(0) } else { *x }
    };
    let sum: u32 = d.iter().enumerate().map(worth).sum();
    value.len() == 9
        && !value.starts_with(b"12")
        && u32::from(check.saturating_sub(b'A')) == sum % 26
}

/// Spain, social security: the remainder by 97; a short number closes up to the province.
pub(in crate::check) fn es_nuss(value: &[u8]) -> bool {
    if value.len() != 12 || !has_digits(value) {
        return false;
    }
    let (province, serial) = (part(value, 0, 2), part(value, 2, 8));
    let body =
        if serial < 10_000_000 { serial + province * 10_000_000 } else { part(value, 0, 10) };
    matches!(province, 1..=53 | 66) && serial > 0 && body % 97 == part(value, 10, 2)
}

/// Greece, tax number: powers of two mod 11.
pub(in crate::check) fn gr_afm(value: &[u8]) -> bool {
    digits::<9>(value).is_some_and(|d| {
        let sum: u32 = d[..8].iter().enumerate().map(|(i, x)| x << (8 - i)).sum();
        sum % 11 % 10 == d[8] && !all_same(value)
    })
}

/// Italy, turnover tax number: Luhn, with the office in the eighth to tenth place.
pub(in crate::check) fn it_iva(value: &[u8]) -> bool {
    let office = part(value, 7, 3);
    value.len() == 11
        && luhn(value)
        && part(value, 0, 7) > 0
        && matches!(office, 1..=100 | 120 | 121 | 888 | 999)
}

/// Portugal, citizen card: number, check, version, Luhn with letters (A = 10).
pub(in crate::check) fn pt_cc(value: &[u8]) -> bool {
    let worth = |b: &u8| {
        if b.is_ascii_digit() { digit(*b) } else { u32::from(b.saturating_sub(b'A')) + 10 }
    };
    let double = |x: u32| if x * 2 > 9 { x * 2 - 9 } else { x * 2 };
    let sum: u32 = value
        .iter()
        .rev()
        .map(worth)
        .enumerate()
        .map(|(i, x)| if i % 2 == 1 { double(x) } else { x })
        .sum();
    value.len() == 12 && value.get(..9).is_some_and(has_digits) && sum.is_multiple_of(10)
}

/// Portugal, social security: primes mod 10.
pub(in crate::check) fn pt_niss(value: &[u8]) -> bool {
    digits::<11>(value).is_some_and(|d| {
        matches!(d[0], 1 | 2)
            && 9 - weighted(&d[..10], &[29, 23, 19, 17, 13, 11, 7, 5, 3, 2]) % 10 == d[10]
    })
}

/// Slovenia, tax number: mod 11.
pub(in crate::check) fn si_davcna(value: &[u8]) -> bool {
    digits::<8>(value).is_some_and(|d| {
        let rest = 11 - weighted(&d[..7], &[8, 7, 6, 5, 4, 3, 2]) % 11;
        d[0] > 0 && rest != 11 && rest % 10 == d[7]
    })
}

/// Bulgaria, foreigners: weights mod 10.
pub(in crate::check) fn bg_lnch(value: &[u8]) -> bool {
    digits::<10>(value).is_some_and(|d| {
        weighted(&d[..9], &[21, 19, 17, 13, 11, 9, 7, 3, 1]) % 10 == d[9] && !all_same(value)
    })
}

/// Romania, enterprises and sole traders: weights mod 11 from the right.
pub(in crate::check) fn ro_cui(value: &[u8]) -> bool {
    let mut padded = [b'0'; 10];
    let Some(place) = 10usize.checked_sub(value.len()).and_then(|n| padded.get_mut(n..)) else {
        return false;
    };
    place.copy_from_slice(value);
    digits::<10>(&padded).is_some_and(|d| {
        let sum = weighted(&d[..9], &[7, 5, 3, 2, 1, 7, 5, 3, 2]);
        sum * 10 % 11 % 10 == d[9] && number(value) > 99 && !letter_at(value, 0, b"0")
    })
}

/// Montenegro, tax number: mod 11.
pub(in crate::check) fn me_pib(value: &[u8]) -> bool {
    digits::<8>(value).is_some_and(|d| mod11_descending(&d[..7], 8) == d[7] && !all_same(value))
}

/// Malta, turnover tax number: mod 37.
pub(in crate::check) fn mt_vat(value: &[u8]) -> bool {
    digits::<8>(value)
        .is_some_and(|d| d[0] > 0 && weighted(&d, &[3, 4, 6, 7, 8, 9, 10, 1]).is_multiple_of(37))
}

/// Turkey, tax number: each digit shifted by its place, then by powers of two mod 9.
pub(in crate::check) fn tr_vkn(value: &[u8]) -> bool {
    let Some(d) = digits::<10>(value) else { return false };
    let sum: u32 = d[..9]
        .iter()
        .enumerate()
        .map(|(i, x)| {
            let shifted = (x + 9 - i as u32) % 10;
            let turned = (shifted << (9 - i)) % 9;
            if shifted != 0 && turned == 0 { 9 } else { turned }
        })
        .sum();
    (10 - sum % 10) % 10 == d[9] && !all_same(value)
}

/// Andorra: kind, six digits, letter.
pub(in crate::check) fn ad_nrt(value: &[u8]) -> bool {
    let number = part(value, 1, 6);
    match value.first() {
        Some(b'F') => number <= 699_999,
        Some(b'A' | b'L') => number > 699_999 && number < 800_000,
        Some(b'C' | b'D' | b'E' | b'G' | b'O' | b'P' | b'U') => true,
        _ => false,
    }
}

/// Spain, companies: kind, province, serial, check digit or letter.
pub(in crate::check) fn es_cif(value: &[u8]) -> bool {
    let (Some(kind), Some(body), Some(check)) = (value.first(), value.get(1..8), value.get(8))
    else {
        return false;
    };
    let Some(d) = digits::<7>(body) else { return false };
    let double = |x: u32| x * 2 / 10 + x * 2 % 10;
    let sum: u32 =
        d.iter().enumerate().map(|(i, x)| if i % 2 == 0 { double(*x) } else { *x }).sum();
    let expected = (10 - sum % 10) % 10;
    let as_digit = digit(*check) == expected && check.is_ascii_digit();
    let as_letter = b"JABCDEFGHI".get(expected as usize) == Some(check);
    value.len() == 9
        && match kind {
            b'A' | b'B' | b'E' | b'H' => as_digit,
            b'N' | b'P' | b'Q' | b'R' | b'S' | b'W' => as_letter,
            b'C' | b'D' | b'F' | b'G' | b'J' | b'U' | b'V' => as_digit || as_letter,
            _ => false,
        }
}

/// Denmark, enterprises and sole traders: mod 11; a check of ten is not issued.
pub(in crate::check) fn dk_cvr(value: &[u8]) -> bool {
    digits::<8>(value).is_some_and(|d| {
        d[0] > 0 && mod11_complement(weighted(&d[..7], &[2, 7, 6, 5, 4, 3, 2])) == Some(d[7])
    })
}
