//! Europe.

use super::{has_digits, letter_at, mod11_descending};
use crate::check::arithmetic::{all_same, digit, digits, luhn, mod_11_10, number, weighted};
use crate::check::date::{ddmmyy, exists, part, yymmdd};

/// Austria: four digits with a check in the fourth place, then the date of birth (months 13–15 are overflow series).
pub(in crate::check) fn at_svnr(value: &[u8]) -> bool {
    let Some(d) = digits::<10>(value) else { return false };
    let sum = weighted(&d, &[3, 7, 9, 0, 5, 8, 4, 2, 1, 6]) % 11;
    let month = part(value, 6, 2);
    d[0] != 0
        && sum == d[3]
        && (ddmmyy(value.get(4..).unwrap_or_default()) || (13..=15).contains(&month))
}

/// Belgium, national register (also bis numbers, whose month has 20 or 40 added): 97 minus the first nine digits mod 97, with a 2
/// before them from 2000 on. Month or day are 0 where they are not known.
pub(in crate::check) fn be_nn(value: &[u8]) -> bool {
    if digits::<11>(value).is_none() {
        return false;
    }
    let (body, check) = (part(value, 0, 9), part(value, 9, 2));
    let (month, day) = (part(value, 2, 2), part(value, 4, 2));
    // A day beyond the month's end means that the serial numbers of a day ran out.
    let known = |century: u64| {
        month % 20 == 0
            || !(1..=31).contains(&day)
            || exists(century + part(value, 0, 2), month % 20, day)
    };
    month <= 52
        && month % 20 <= 12
        && (97 - body % 97 == check && known(1900)
            || 97 - (2_000_000_000 + body) % 97 == check && known(2000))
}

/// Bulgaria: date with the century in the month (1800 +20, 2000 +40), weights mod 11 mod 10.
pub(in crate::check) fn bg_egn(value: &[u8]) -> bool {
    let Some(d) = digits::<10>(value) else { return false };
    let sum = weighted(&d[..9], &[2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11 % 10;
    let (month, day) = (part(value, 2, 2), part(value, 4, 2));
    let century = match month / 20 {
        0 => 1900,
        1 => 1800,
        _ => 2000,
    };
    month <= 52 && exists(century + part(value, 0, 2), month % 20, day) && sum == d[9]
}

/// Switzerland: 756 and an EAN-13 check.
pub(in crate::check) fn ch_ahv(value: &[u8]) -> bool {
    let Some(d) = digits::<13>(value) else { return false };
    value.starts_with(b"756")
        && weighted(&d, &[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]).is_multiple_of(10)
}

/// Czechia and Slovakia: date (women +50; since 2004 +20 where the day's numbers are used up), ten digits divisible by eleven; nine digits before
/// 1954 have no check.
pub(in crate::check) fn cz_rc(value: &[u8]) -> bool {
    if !has_digits(value) {
        return false;
    }
    let year = part(value, 0, 2);
    // Ten digits and a year before 54 are of this century, and not of its later years yet.
    let overflow = value.len() == 10 && (4..36).contains(&year);
    let unborn = value.len() == 10 && (36..54).contains(&year);
    let month = match part(value, 2, 2) {
        m @ 71..=82 if overflow => m - 70,
        m @ 51..=62 => m - 50,
        m @ 21..=32 if overflow => m - 20,
        m => m,
    };
    let date = exists(1900 + year + if year == 0 { 100 } else { 0 }, month, part(value, 4, 2));
    match value.len() {
        10 => date && !unborn && part(value, 0, 9) % 11 % 10 == part(value, 9, 1),
        // Nineteenth-century births are still in registers.
        9 => date && (year <= 53 || year >= 80) && part(value, 6, 3) > 0,
        _ => false,
    }
}

/// Germany, identification number (§ 139b AO): mod 11,10; in the first ten digits exactly one occurs twice or three times.
pub(in crate::check) fn de_idnr(value: &[u8]) -> bool {
    let Some(d) = digits::<11>(value) else { return false };
    let count = |n: u32| d[..10].iter().filter(|x| **x == n).count();
    let repeated = (0..10).filter(|n| count(*n) > 1).count();
    let most = (0..10).map(count).max().unwrap_or(0);
    d[0] != 0 && repeated == 1 && most <= 3 && mod_11_10(&d)
}

/// Germany, pension insurance: area, date, initial, serial, check over digit sums (VKVV).
pub(in crate::check) fn de_rvnr(value: &[u8]) -> bool {
    let (Some(head), Some(letter), Some(tail)) = (value.get(..8), value.get(8), value.get(9..))
    else {
        return false;
    };
    if value.len() != 12 || !has_digits(head) || !letter.is_ascii_uppercase() || !has_digits(tail) {
        return false;
    }
    let order = u32::from(letter - b'A') + 1;
    let mut d = [0u32; 12];
    for (place, byte) in d.iter_mut().zip(head) {
        *place = digit(*byte);
    }
    d[8] = order / 10;
    d[9] = order % 10;
    d[10] = tail.first().map_or(0, |b| digit(*b));
    d[11] = tail.get(1).map_or(0, |b| digit(*b));
    let sum: u32 = d
        .iter()
        .zip([2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1])
        .map(|(x, w)| x * w / 10 + x * w % 10)
        .sum();
    let day = part(value, 2, 2) % 50;
    (1..=31).contains(&day)
        && (1..=12).contains(&part(value, 4, 2))
        && sum % 10 == tail.get(2).map_or(99, |b| digit(*b))
}

/// ICAO 9303 check over weights 7 3 1: German identity cards and passports, nine characters and the check digit, with or without the
/// nationality.
pub(in crate::check) fn de_document(value: &[u8]) -> bool {
    let value = if value.len() == 11 { value.strip_suffix(b"D").unwrap_or(value) } else { value };
    let worth =
        |b: u8| if b.is_ascii_digit() { digit(b) } else { u32::from(b.saturating_sub(b'A')) + 10 };
    let Some((check, body)) = value.split_last() else { return false };
    let sum: u32 = body.iter().zip([7, 3, 1, 7, 3, 1, 7, 3, 1]).map(|(b, w)| worth(*b) * w).sum();
    body.len() == 9 && check.is_ascii_digit() && sum % 10 == digit(*check)
}

/// Spain: DNI, NIE and NIF of minors and foreigners; the letter is the number mod 23.
pub(in crate::check) fn es_nif(value: &[u8]) -> bool {
    let (Some(first), Some((letter, body))) = (value.first(), value.split_last()) else {
        return false;
    };
    let lead = match first {
        b'X' | b'K' | b'L' | b'M' => 0,
        b'Y' => 10_000_000,
        b'Z' => 20_000_000,
        b'0'..=b'9' => 0,
        _ => return false,
    };
    let rest = if first.is_ascii_digit() { body } else { body.get(1..).unwrap_or_default() };
    // A leading zero is often left out.
    let length = rest.len() == 7 || first.is_ascii_digit() && rest.len() == 8;
    let expected = b"TRWAGMYFPDXBNJZSQVHLCKE".get(((lead + number(rest)) % 23) as usize);
    length && has_digits(rest) && expected == Some(letter) && number(rest) != 0
}

/// France: sex, year, month, place, order and 97 minus the number mod 97; Corsica has letters.
pub(in crate::check) fn fr_nir(value: &[u8]) -> bool {
    let (Some(body), Some(check)) = (value.get(..13), value.get(13..15)) else { return false };
    let corsica = match body.get(5..7) {
        Some(b"2A") => 1_000_000,
        Some(b"2B") => 2_000_000,
        _ => 0,
    };
    let plain =
        body.iter().enumerate().all(|(i, b)| b.is_ascii_digit() || (i == 6 && corsica != 0));
    let month = part(body, 3, 2);
    let known =
        (1..=12).contains(&month) || (20..=42).contains(&month) || (50..=99).contains(&month);
    value.len() == 15
        && plain
        && has_digits(check)
        && known
        && 97 - (number(body) - corsica) % 97 == number(check)
}

/// United Kingdom, NHS: mod 11.
pub(in crate::check) fn gb_nhs(value: &[u8]) -> bool {
    let Some(d) = digits::<10>(value) else { return false };
    let sum = weighted(&d[..9], &[10, 9, 8, 7, 6, 5, 4, 3, 2]);
    (11 - sum % 11) % 11 == d[9] && !all_same(value)
}

/// Greece, social security: date and Luhn.
pub(in crate::check) fn gr_amka(value: &[u8]) -> bool {
    value.len() == 11 && value.get(..6).is_some_and(ddmmyy) && luhn(value)
}

/// Croatia: mod 11,10.
pub(in crate::check) fn hr_oib(value: &[u8]) -> bool {
    digits::<11>(value).is_some_and(|d| mod_11_10(&d)) && !all_same(value)
}

/// Ireland: mod 23; the second letter counts nine times its place (A, B, H since 2013) or not at all (W, T, X).
pub(in crate::check) fn ie_pps(value: &[u8]) -> bool {
    let (Some(head), Some(check)) = (value.get(..7), value.get(7)) else { return false };
    let extra = match value.get(8) {
        None | Some(b'W' | b'T' | b'X') => 0,
        Some(l @ (b'A' | b'B' | b'H')) => u32::from(l - b'A') + 1,
        _ => return false,
    };
    let sum: u32 =
        head.iter().zip([8, 7, 6, 5, 4, 3, 2]).map(|(b, w)| digit(*b) * w).sum::<u32>() + extra * 9;
    has_digits(head)
        && value.len() <= 9
        && b"WABCDEFGHIJKLMNOPQRSTUV".get(sum as usize % 23) == Some(check)
}

/// Italy: odd and even places have tables, sum mod 26; digits may be replaced by LMNPQRSTUV (omocodia).
pub(in crate::check) fn it_cf(value: &[u8]) -> bool {
    const ODD: [u32; 26] = [
        1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24,
        23,
    ];
    let Some((check, body)) = value.split_last() else { return false };
    let order =
        |b: u8| if b.is_ascii_digit() { digit(b) } else { u32::from(b.saturating_sub(b'A')) };
    let sum: u32 =
        body.iter()
            .enumerate()
            .map(|(i, b)| {
                if i % 2 == 0 {
                    ODD.get(order(*b) as usize).copied().unwrap_or(0)
                } else {
                    order(*b)
                }
            })
            .sum();
    let plain = |b: u8| {
        b"LMNPQRSTUV".iter().position(|l| *l == b).map_or(u64::from(digit(b)), |p| p as u64)
    };
    let day = body.get(9).map_or(0, |b| plain(*b)) * 10 + body.get(10).map_or(0, |b| plain(*b));
    body.len() == 15
        && u32::from(check.saturating_sub(b'A')) == sum % 26
        && letter_at(body, 8, b"ABCDEHLMPRST")
        && (1..=31).contains(&(day % 40))
}

/// Netherlands: the eleven test.
pub(in crate::check) fn nl_bsn(value: &[u8]) -> bool {
    let Some(d) = digits::<9>(value) else { return false };
    let sum = weighted(&d[..8], &[9, 8, 7, 6, 5, 4, 3, 2]);
    sum % 11 == d[8] % 11 && !all_same(value) && number(value) > 9_999_999
}

/// Norway, birth, D (day +40) and H numbers (month +40): two mod-11 digits.
pub(in crate::check) fn no_fnr(value: &[u8]) -> bool {
    let Some(d) = digits::<11>(value) else { return false };
    let check = |sum: u32| (11 - sum % 11) % 11;
    let one = check(weighted(&d[..9], &[3, 7, 6, 1, 8, 9, 4, 5, 2]));
    let two = check(weighted(&d[..10], &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]));
    let (day, month) = (part(value, 0, 2) % 40, part(value, 2, 2) % 40);
    let (year, serial) = (part(value, 4, 2), part(value, 6, 3));
    // The serial tells the century.
    let issued = match serial {
        0..=499 => true,
        500..=749 => year >= 54 || year <= 39,
        900.. => year >= 40 || year <= 39,
        _ => year <= 39,
    };
    exists(2000 + year, month, day) && issued && one == d[9] && two == d[10]
}

/// Poland: date with the century in the month (1900 +0, 2000 +20, 2100 +40, 2200 +60, 1800 +80), weights mod 10.
pub(in crate::check) fn pl_pesel(value: &[u8]) -> bool {
    let Some(d) = digits::<11>(value) else { return false };
    let sum = weighted(&d, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]);
    let month = part(value, 2, 2);
    let century = match month / 20 {
        4 => 1800,
        n => 1900 + n * 100,
    };
    sum.is_multiple_of(10) && exists(century + part(value, 0, 2), month % 20, part(value, 4, 2))
}

/// Portugal: mod 11; the first digit says the kind of taxpayer.
pub(in crate::check) fn pt_nif(value: &[u8]) -> bool {
    let Some(d) = digits::<9>(value) else { return false };
    matches!(d[0], 1 | 2 | 3 | 5 | 6 | 8 | 9)
        && mod11_descending(&d[..8], 9) == d[8]
        && !all_same(value)
}

/// Romania: sex and century, date, county, mod 11.
pub(in crate::check) fn ro_cnp(value: &[u8]) -> bool {
    let Some(d) = digits::<13>(value) else { return false };
    let rest = weighted(&d[..12], &[2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11;
    let county = part(value, 7, 2);
    let known = matches!(county, 1..=48 | 51 | 52 | 70 | 80..=83);
    d[0] > 0
        && value.get(1..7).is_some_and(yymmdd)
        && known
        && (if rest == 10 { 1 } else { rest }) == d[12]
}

/// Russia, pension insurance: weighted sum mod 101.
pub(in crate::check) fn ru_snils(value: &[u8]) -> bool {
    let Some(d) = digits::<11>(value) else { return false };
    let sum = weighted(&d[..9], &[9, 8, 7, 6, 5, 4, 3, 2, 1]) % 101 % 100;
    u64::from(sum) == part(value, 9, 2) && part(value, 0, 9) > 1_001_998
}

/// Sweden: date (coordination numbers: day +60) and Luhn over the last ten digits.
pub(in crate::check) fn se_personnummer(value: &[u8]) -> bool {
    let (ten, century) = match value.len() {
        10 => (value, 2000),
        12 if matches!(value.get(..2), Some(b"18" | b"19" | b"20")) => {
            (value.get(2..).unwrap_or_default(), part(value, 0, 2) * 100)
        }
        _ => return false,
    };
    let day = part(ten, 4, 2);
    let day = if day > 60 { day - 60 } else { day };
    luhn(ten) && exists(century + part(ten, 0, 2), part(ten, 2, 2), day)
}

/// The common number of the successors of Yugoslavia: date, region, serial, mod 11 (a check of ten is not issued).
pub(super) fn common_number(value: &[u8]) -> bool {
    let Some(d) = digits::<13>(value) else { return false };
    let sum = weighted(&d[..12], &[7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]);
    let year = match part(value, 4, 3) {
        n @ 800.. => 1000 + n,
        n @ ..=99 => 2000 + n,
        _ => return false,
    };
    exists(year, part(value, 2, 2), part(value, 0, 2)) && (11 - sum % 11) % 11 == d[12]
}

/// Slovenia: the common number with a region of 50–59.
pub(in crate::check) fn si_emso(value: &[u8]) -> bool {
    common_number(value) && (50..=59).contains(&part(value, 7, 2))
}

/// Türkiye: two digits from sums over odd and even places.
pub(in crate::check) fn tr_tckn(value: &[u8]) -> bool {
    let Some(d) = digits::<11>(value) else { return false };
    let odd: u32 = [0, 2, 4, 6, 8].iter().filter_map(|i| d.get(*i)).sum();
    let even: u32 = [1, 3, 5, 7].iter().filter_map(|i| d.get(*i)).sum();
    let ten: u32 = d[..10].iter().sum();
    d[0] != 0 && (odd * 7 + 90 - even) % 10 == d[9] && ten % 10 == d[10] && !all_same(value)
}
