//! The Nordic and Baltic countries, and western numbers beside the main national one.

use std::ops::Range;

use super::{has_digits, mod11_complement};
use crate::check::arithmetic::{
    all_same, digit, digits, luhn, mod_11_10, number, verhoeff, weighted,
};
use crate::check::date::{ddmmyy, exists, part};

/// Belgium, identity card: ten digits and their remainder by 97 (97 for none).
pub(in crate::check) fn be_eid(value: &[u8]) -> bool {
    let rest = part(value, 0, 10) % 97;
    value.len() == 12
        && has_digits(value)
        && !all_same(value)
        && part(value, 10, 2) == if rest == 0 { 97 } else { rest }
}

/// Finland, business identity: weights mod 11; a remainder of one is not used.
pub(in crate::check) fn fi_ytunnus(value: &[u8]) -> bool {
    digits::<8>(value).is_some_and(|d| {
        weighted(&d, &[7, 9, 10, 5, 8, 4, 2, 1]).is_multiple_of(11) && !all_same(value)
    })
}

/// Denmark: a date whose century the seventh digit tells; the mod-11 check has not been kept since 2007, so it rules out nothing.
pub(in crate::check) fn dk_cpr(value: &[u8]) -> bool {
    let Some(d) = digits::<10>(value) else { return false };
    let year = part(value, 4, 2);
    let century = match (d[6], year) {
        (0..=3, _) | (4 | 9, 37..) => 1900,
        (5..=8, 58..) => 1800,
        _ => 2000,
    };
    exists(century + year, part(value, 2, 2), part(value, 0, 2))
        && !value.ends_with(b"0000")
        && century + year < 2040
}

/// Estonia and Lithuania: sex and century, date, two rounds of mod 11.
pub(in crate::check) fn ee_ik(value: &[u8]) -> bool {
    let Some(d) = digits::<11>(value) else { return false };
    let first = weighted(&d[..10], &[1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11;
    let second = weighted(&d[..10], &[3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11;
    let check = if first < 10 { first } else { second % 10 };
    let year = 1700 + 100 * (u64::from(d[0]) + 1).div_euclid(2) + part(value, 1, 2);
    (1..=8).contains(&d[0]) && exists(year, part(value, 3, 2), part(value, 5, 2)) && check == d[10]
}

/// Lithuania: as in Estonia; numbers that begin with 9 were given outside the scheme and need no date.
pub(in crate::check) fn lt_asmens(value: &[u8]) -> bool {
    let Some(d) = digits::<11>(value) else { return false };
    let first = weighted(&d[..10], &[1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11;
    let second = weighted(&d[..10], &[3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11;
    let check = if first < 10 { first } else { second % 10 };
    // Month and day are 0 where they were not known.
    let unknown = part(value, 3, 2) == 0 || part(value, 5, 2) == 0;
    match d[0] {
        9 => check == d[10] && !all_same(value),
        1..=8 => ee_ik(value) || unknown && check == d[10] && part(value, 3, 2) <= 12,
        _ => false,
    }
}

/// Finland: date, century sign (+ 1800, - U–Y 1900, A–F 2000), serial, mod 31. Reads the value as it stands, since the sign counts.
pub(in crate::check) fn fi_hetu(value: &str) -> bool {
    let Some(&[d0, d1, m0, m1, y0, y1, sign, s0, s1, s2, check]) = value.as_bytes().first_chunk()
    else {
        return false;
    };
    let (date, serial) = ([d0, d1, m0, m1, y0, y1], [s0, s1, s2]);
    let century = match sign.to_ascii_uppercase() {
        b'+' => 1800,
        b'-' | b'U'..=b'Y' => 1900,
        b'A'..=b'F' => 2000,
        _ => return false,
    };
    let joined = number(&date) * 1000 + number(&serial);
    let expected = b"0123456789ABCDEFHJKLMNPRSTUVWXY".get((joined % 31) as usize);
    value.len() == 11
        && has_digits(&date)
        && has_digits(&serial)
        && exists(century + part(&date, 4, 2), part(&date, 2, 2), part(&date, 0, 2))
        // From 900 on are numbers that an office gives for its own use: they stand for a person all the same.
        && (2..=999).contains(&number(&serial))
        && expected == Some(&check.to_ascii_uppercase())
}

/// The same right behind a word, where the blank between them was left out (`tunnus on…`).
pub(in crate::check) fn fi_hetu_behind_word(value: &str) -> Option<Range<usize>> {
    let from = value.find(|c: char| c.is_ascii_digit())?;
    fi_hetu(value.get(from..)?).then_some(from..value.len())
}

/// Faroe Islands, personal number: date and mod 11.
pub(in crate::check) fn fo_ptal(value: &[u8]) -> bool {
    digits::<9>(value).is_some_and(|d| {
        value.get(..6).is_some_and(ddmmyy)
            && weighted(&d, &[3, 2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11)
    })
}

/// Scotland, Community Health Index: date, serial and the check of an NHS number.
pub(in crate::check) fn gb_chi(value: &[u8]) -> bool {
    value.get(..6).is_some_and(ddmmyy) && super::gb_nhs(value)
}

/// United Kingdom, driver number: in the middle the birth date, with 50 added to a woman's month.
pub(in crate::check) fn gb_driver(value: &[u8]) -> bool {
    let month = part(value, 6, 2) % 50;
    value.len() == 16 && exists(0, month, part(value, 8, 2))
}

/// United Kingdom, national insurance: prefixes that are not allocated.
pub(in crate::check) fn gb_nino(value: &[u8]) -> bool {
    let prefix = value.get(..2).unwrap_or_default();
    value.len() == 9 && !matches!(prefix, b"BG" | b"GB" | b"KN" | b"NK" | b"NT" | b"TN" | b"ZZ")
}

/// England and Wales, pupil number: the letter is the weighted sum mod 23; a temporary one ends with a letter.
pub(in crate::check) fn gb_upn(value: &[u8]) -> bool {
    const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRTUVWXYZ";
    let (Some(check), Some(body)) = (value.first(), value.get(1..)) else { return false };
    let sum: usize = body
        .iter()
        .zip(2..)
        .map(|(b, w)| {
            let letter = LETTERS.iter().position(|l| l == b);
            letter.unwrap_or(digit(*b) as usize) * w
        })
        .sum();
    body.len() == 12
        && body.get(..11).is_some_and(has_digits)
        && LETTERS.get(sum % 23) == Some(check)
}

/// United Kingdom, taxpayer reference: the first digit checks the other nine.
pub(in crate::check) fn gb_utr(value: &[u8]) -> bool {
    let Some(d) = digits::<10>(value) else { return false };
    let rest = weighted(&d[1..], &[6, 7, 8, 9, 10, 5, 4, 3, 2]) % 11;
    b"21987654321".get(rest as usize).map(|b| digit(*b)) == Some(d[0]) && !all_same(value)
}

/// Iceland, persons: date, two free digits, mod 11, century.
pub(in crate::check) fn is_kennitala(value: &[u8]) -> bool {
    let Some(d) = digits::<10>(value) else { return false };
    let day = part(value, 0, 2);
    exists(0, part(value, 2, 2), if day > 40 { day - 40 } else { day })
        && matches!(d[9], 0 | 9)
        && weighted(&d, &[3, 2, 7, 6, 5, 4, 3, 2, 1, 0]).is_multiple_of(11)
}

/// Luxembourg: date, serial, Luhn over twelve digits, Verhoeff over the first eleven and the last.
pub(in crate::check) fn lu_matricule(value: &[u8]) -> bool {
    let (Some(body), Some(twelve), Some(last)) = (value.get(..11), value.get(..12), value.get(12))
    else {
        return false;
    };
    let mut other = [0u8; 12];
    for (place, byte) in other.iter_mut().zip(body.iter().chain([last])) {
        *place = *byte;
    }
    value.len() == 13
        && exists(part(value, 0, 4), part(value, 4, 2), part(value, 6, 2))
        && luhn(twelve)
        && verhoeff(&other)
}

/// Latvia: before July 2017 date, century and a check; since then 32 and digits drawn by lot.
pub(in crate::check) fn lv_pk(value: &[u8]) -> bool {
    let Some(d) = digits::<11>(value) else { return false };
    let check = (1 + weighted(&d[..10], &[10, 5, 8, 4, 2, 1, 6, 3, 7, 9])) % 11 % 10;
    if d[0] == 3 && d[1] == 2 {
        return !all_same(value);
    }
    value.get(..6).is_some_and(ddmmyy) && d[6] <= 2 && check == d[10]
}

/// Netherlands, education number: 10 and an eleven test that leaves five.
pub(in crate::check) fn nl_onderwijsnummer(value: &[u8]) -> bool {
    let Some(d) = digits::<9>(value) else { return false };
    let sum = weighted(&d[..8], &[9, 8, 7, 6, 5, 4, 3, 2]);
    value.starts_with(b"10") && (sum + 11 - d[8]) % 11 == 5
}

/// Norway, organisations and sole traders: mod 11.
pub(in crate::check) fn no_orgnr(value: &[u8]) -> bool {
    digits::<9>(value).is_some_and(|d| {
        matches!(d[0], 8 | 9) && weighted(&d, &[3, 2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11)
    })
}

/// Sweden, organisations: Luhn, the third digit at least two (so that no month fits).
pub(in crate::check) fn se_orgnr(value: &[u8]) -> bool {
    value.len() == 10 && luhn(value) && digits::<10>(value).is_some_and(|d| d[2] >= 2 && d[0] > 0)
}

/// Germany, health insurance (§ 290 SGB V): the letter as two digits, then weights 1 2 with digit sums, mod 10.
pub(in crate::check) fn de_kvnr(value: &[u8]) -> bool {
    let (Some(letter), Some(body)) = (value.first(), value.get(1..)) else { return false };
    let Some(d) = digits::<9>(body) else { return false };
    let order = u32::from(letter.saturating_sub(b'A')) + 1;
    let all = [order / 10, order % 10].into_iter().chain(d[..8].iter().copied());
    let sum: u32 = all.zip([1, 2].into_iter().cycle()).map(|(x, w)| x * w / 10 + x * w % 10).sum();
    letter.is_ascii_uppercase() && sum % 10 == d[8]
}

/// Germany, doctors (KBV): six digits, weights 4 9 mod 10, then the group of the specialty.
pub(in crate::check) fn de_lanr(value: &[u8]) -> bool {
    let Some(d) = digits::<9>(value) else { return false };
    let sum = weighted(&d[..6], &[4, 9, 4, 9, 4, 9]);
    (10 - sum % 10) % 10 == d[6] && !all_same(value)
}

/// Germany, tax number for turnover: DE and mod 11,10.
pub(in crate::check) fn de_vat(value: &[u8]) -> bool {
    value.strip_prefix(b"DE").and_then(digits::<9>).is_some_and(|d| d[0] > 0 && mod_11_10(&d))
}

/// Austria, tax office number: Luhn.
pub(in crate::check) fn at_tin(value: &[u8]) -> bool {
    value.len() == 9 && luhn(value)
}

/// Austria, turnover tax number (BMF, Aufbau der UID): ATU, then the digit of Luhn less four.
pub(in crate::check) fn at_uid(value: &[u8]) -> bool {
    let body = value.strip_prefix(b"AT").unwrap_or(value).strip_prefix(b"U");
    body.and_then(digits::<8>).is_some_and(|d| {
        let doubled = |d: u32| d * 2 / 10 + d * 2 % 10;
        let sum = d[0] + doubled(d[1]) + d[2] + doubled(d[3]) + d[4] + doubled(d[5]) + d[6];
        (96 - sum) % 10 == d[7] && d[..7].iter().any(|digit| *digit > 0)
    })
}

/// Switzerland, enterprises and sole traders: CHE and mod 11.
pub(in crate::check) fn ch_uid(value: &[u8]) -> bool {
    value.strip_prefix(b"CHE").and_then(digits::<9>).is_some_and(|d| {
        mod11_complement(weighted(&d[..8], &[5, 4, 3, 2, 7, 6, 5, 4])) == Some(d[8])
    })
}

/// France, tax number: the last three digits are the first ten mod 511.
pub(in crate::check) fn fr_spi(value: &[u8]) -> bool {
    value.len() == 13
        && has_digits(value)
        && matches!(value.first(), Some(b'0'..=b'3'))
        && number(value) > 0
        && part(value, 0, 10) % 511 == part(value, 10, 3)
}

/// France, enterprises (nine digits) and their sites (fourteen): Luhn.
pub(in crate::check) fn fr_siren(value: &[u8]) -> bool {
    matches!(value.len(), 9 | 14) && luhn(value)
}

/// France, health professionals: Luhn.
pub(in crate::check) fn fr_rpps(value: &[u8]) -> bool {
    value.len() == 11 && luhn(value)
}
