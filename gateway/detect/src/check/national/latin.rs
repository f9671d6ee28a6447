//! Latin America and the Caribbean.

use super::{has_digits, mod11_complement};
use crate::check::arithmetic::{all_same, digit, digits, luhn, number, weighted};
use crate::check::date::{exists, part, yymmdd};

/// The sum of digits from the right with the weights 2, 3, 4 …
fn rising(digits: &[u8]) -> u32 {
    digits.iter().rev().zip(2..).map(|(b, w)| digit(*b) * w).sum()
}

/// Argentina, tax and labour number: kind, document number, mod 11.
pub(in crate::check) fn ar_cuit(value: &[u8]) -> bool {
    digits::<11>(value).is_some_and(|d| {
        let rest = 11 - weighted(&d[..10], &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
        let kind = matches!(part(value, 0, 2), 20 | 23..=27 | 30 | 33 | 34 | 50 | 51 | 55);
        let check = match rest {
            11 => 0,
            10 => 9,
            n => n,
        };
        kind && check == d[10]
    })
}

/// Brazil, driving licence: two checks, the second reduced if the first overflowed.
pub(in crate::check) fn br_cnh(value: &[u8]) -> bool {
    let Some(d) = digits::<11>(value) else { return false };
    let one = weighted(&d[..9], &[9, 8, 7, 6, 5, 4, 3, 2, 1]) % 11;
    let (first, less) = if one == 10 { (0, 2) } else { (one, 0) };
    let two = weighted(&d[..9], &[1, 2, 3, 4, 5, 6, 7, 8, 9]) % 11;
    let second = if two == 10 { 0 } else { (two + 11 - less) % 11 % 10 };
    first == d[9] && second == d[10] && !all_same(value)
}

/// Brazil, health card: weights fifteen to one, mod 11.
pub(in crate::check) fn br_cns(value: &[u8]) -> bool {
    digits::<15>(value).is_some_and(|d| {
        let weights = [15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1];
        matches!(d[0], 1 | 2 | 7 | 8 | 9) && weighted(&d, &weights).is_multiple_of(11)
    })
}

/// Brazil, social integration programme: weights mod 11.
pub(in crate::check) fn br_pis(value: &[u8]) -> bool {
    digits::<11>(value).is_some_and(|d| {
        let rest = 11 - weighted(&d[..10], &[3, 2, 9, 8, 7, 6, 5, 4, 3, 2]) % 11;
        (if rest > 9 { 0 } else { rest }) == d[10] && !all_same(value)
    })
}

/// Brazil, voter: serial, state, two checks; in São Paulo and Minas Gerais a check of 0 becomes 1.
pub(in crate::check) fn br_titulo(value: &[u8]) -> bool {
    let Some(d) = digits::<12>(value) else { return false };
    let state = part(value, 8, 2);
    let check = |sum: u32| match sum % 11 {
        0 if state <= 2 => 1,
        10 => 0,
        n => n,
    };
    let one = check(weighted(&d[..8], &[2, 3, 4, 5, 6, 7, 8, 9]));
    let two = check(weighted(&d[8..11], &[7, 8, 9]));
    (1..=28).contains(&state) && one == d[10] && two == d[11]
}

/// Colombia, tax and citizen number: primes mod 11.
pub(in crate::check) fn co_nit(value: &[u8]) -> bool {
    const WEIGHTS: [u32; 15] = [3, 7, 13, 17, 19, 23, 29, 37, 41, 43, 47, 53, 59, 67, 71];
    let Some((check, body)) = value.split_last() else { return false };
    let sum: u32 = body.iter().rev().zip(WEIGHTS).map(|(b, w)| digit(*b) * w).sum();
    let expected = match sum % 11 {
        n @ 0..=1 => n,
        n => 11 - n,
    };
    (7..=15).contains(&body.len())
        && has_digits(value)
        && digit(*check) == expected
        && !all_same(value)
}

/// Costa Rica, natural persons: province, volume, entry (zeros in front of the last two are often left out); no check digit.
pub(in crate::check) fn cr_cpf(value: &[u8]) -> bool {
    let plain =
        if value.len() == 10 { value.strip_prefix(b"0").unwrap_or_default() } else { value };
    (7..=9).contains(&plain.len())
        && has_digits(plain)
        && matches!(plain.first(), Some(b'1'..=b'9'))
        && !all_same(plain)
}

/// Cuba: date, century in the seventh digit; no check digit is published.
pub(in crate::check) fn cu_ni(value: &[u8]) -> bool {
    let Some(d) = digits::<11>(value) else { return false };
    let century = match d[6] {
        9 => 1800,
        0..=5 => 1900,
        _ => 2000,
    };
    exists(century + part(value, 0, 2), part(value, 2, 2), part(value, 4, 2))
}

/// Dominican Republic, citizen card: Luhn.
pub(in crate::check) fn do_cedula(value: &[u8]) -> bool {
    value.len() == 11 && luhn(value) && part(value, 3, 7) > 0
}

/// Dominican Republic, taxpayer: weights mod 11.
pub(in crate::check) fn do_rnc(value: &[u8]) -> bool {
    digits::<9>(value).is_some_and(|d| {
        let rest = weighted(&d[..8], &[7, 9, 8, 6, 5, 4, 3, 2]) % 11;
        (10 - rest) % 9 + 1 == d[8] && !all_same(value)
    })
}

/// Ecuador, persons: province, a third digit up to five, Luhn.
pub(in crate::check) fn ec_ci(value: &[u8]) -> bool {
    matches!(part(value, 0, 2), 1..=24 | 30 | 50)
        && value.len() == 10
        && matches!(value.get(2), Some(b'0'..=b'6'))
        && luhn(value)
}

/// Ecuador, taxpayers: a person's number and the branch; or a company's or an office's with its own mod 11.
pub(in crate::check) fn ec_ruc(value: &[u8]) -> bool {
    let Some(d) = digits::<13>(value) else { return false };
    let holds = match d[2] {
        0..=5 => value.get(..10).is_some_and(ec_ci) && part(value, 10, 3) > 0,
        6 => {
            weighted(&d[..9], &[3, 2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11)
                && part(value, 9, 4) > 0
                || value.get(..10).is_some_and(ec_ci) && part(value, 10, 3) > 0
        }
        9 => {
            weighted(&d[..10], &[4, 3, 2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11)
                && part(value, 10, 3) > 0
        }
        _ => false,
    };
    holds && matches!(part(value, 0, 2), 1..=24 | 30 | 50)
}

/// Guatemala, persons: eight digits, mod 11, department and municipality.
pub(in crate::check) fn gt_cui(value: &[u8]) -> bool {
    digits::<13>(value).is_some_and(|d| {
        weighted(&d[..8], &[2, 3, 4, 5, 6, 7, 8, 9]) % 11 == d[8]
            && (1..=22).contains(&part(value, 9, 2))
            && part(value, 11, 2) > 0
    })
}

/// Guatemala, taxpayer: mod 11, K for ten.
pub(in crate::check) fn gt_nit(value: &[u8]) -> bool {
    let Some((check, body)) = value.split_last() else { return false };
    let expected = match (11 - rising(body) % 11) % 11 {
        10 => b'K',
        n => b'0' + n as u8,
    };
    (1..=11).contains(&body.len()) && has_digits(body) && number(body) > 0 && *check == expected
}

/// Mexico, taxpayer: letters, date, two characters, mod 11 (A for ten). Companies have three letters.
pub(in crate::check) fn mx_rfc(value: &[u8]) -> bool {
    // The alphabet has & between N and O; the compact form of a value has none, so such companies are left out.
    let worth = |b: u8| {
        if b.is_ascii_digit() {
            digit(b)
        } else {
            u32::from(b.saturating_sub(b'A')) + 10 + u32::from(b > b'N')
        }
    };
    let (Some((check, body)), letters) = (value.split_last(), value.len().saturating_sub(9)) else {
        return false;
    };
    let blank = if letters == 3 { 37 * 13 } else { 0 };
    let first = if letters == 3 { 12 } else { 13 };
    let sum: u32 = body.iter().enumerate().map(|(i, b)| worth(*b) * (first - i as u32)).sum();
    let expected = match 11 - (sum + blank) % 11 {
        10 => b'A',
        11 => b'0',
        n => b'0' + n as u8,
    };
    matches!(letters, 3 | 4)
        && value.get(letters..letters + 6).is_some_and(yymmdd)
        && *check == expected
}

/// Mexico, voter: six consonants, date, state, sex, serial.
pub(in crate::check) fn mx_elector(value: &[u8]) -> bool {
    value.len() == 18
        && value.get(6..12).is_some_and(yymmdd)
        && matches!(part(value, 12, 2), 1..=32 | 87 | 88)
}

/// Mexico, social security: Luhn.
pub(in crate::check) fn mx_nss(value: &[u8]) -> bool {
    value.len() == 11 && luhn(value)
}

/// Peru, identity number with its check as a digit or a letter.
pub(in crate::check) fn pe_cui(value: &[u8]) -> bool {
    let (Some(body), Some(check)) = (value.get(..8), value.get(8)) else { return false };
    let Some(d) = digits::<8>(body) else { return false };
    let at = (11 - weighted(&d, &[3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 11;
    value.len() == 9
        && [b"67890112345", b"KABCDEFGHIJ"]
            .iter()
            .any(|table| table.get(at as usize) == Some(check))
}

/// Peru, taxpayer: kind, number, mod 11.
pub(in crate::check) fn pe_ruc(value: &[u8]) -> bool {
    digits::<11>(value).is_some_and(|d| {
        matches!(part(value, 0, 2), 10 | 15..=17 | 20)
            && (11 - weighted(&d[..10], &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 10 == d[10]
    })
}

/// Paraguay, taxpayer: mod 11.
pub(in crate::check) fn py_ruc(value: &[u8]) -> bool {
    let Some((check, body)) = value.split_last() else { return false };
    (4..=8).contains(&body.len())
        && has_digits(value)
        && (11 - rising(body) % 11) % 11 % 10 == digit(*check)
        && !all_same(value)
}

/// El Salvador, identity document: weights nine to two, mod 10.
pub(in crate::check) fn sv_dui(value: &[u8]) -> bool {
    digits::<9>(value).is_some_and(|d| {
        (10 - weighted(&d[..8], &[9, 8, 7, 6, 5, 4, 3, 2]) % 10) % 10 == d[8] && !all_same(value)
    })
}

/// El Salvador, taxpayer: place, date, serial; the scheme depends on the serial.
pub(in crate::check) fn sv_nit(value: &[u8]) -> bool {
    let Some(d) = digits::<14>(value) else { return false };
    let old = [14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2];
    let new = [2, 7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2];
    let check = if part(value, 10, 3) <= 100 {
        weighted(&d[..13], &old) % 11 % 10
    } else {
        (11 - weighted(&d[..13], &new) % 11) % 11 % 10
    };
    matches!(d[0], 0 | 1 | 9) && check == d[13]
}

/// Uruguay, identity card: weights 2 9 8 7 6 3 4, mod 10; old numbers have seven digits.
pub(in crate::check) fn uy_ci(value: &[u8]) -> bool {
    let mut padded = [b'0'; 8];
    let Some(place) = 8usize.checked_sub(value.len()).and_then(|n| padded.get_mut(n..)) else {
        return false;
    };
    place.copy_from_slice(value);
    digits::<8>(&padded).is_some_and(|d| {
        value.len() >= 7
            && (10 - weighted(&d[..7], &[2, 9, 8, 7, 6, 3, 4]) % 10) % 10 == d[7]
            && !all_same(value)
    })
}

/// Uruguay, taxpayer: registry office, serial, 001, mod 11.
pub(in crate::check) fn uy_rut(value: &[u8]) -> bool {
    digits::<12>(value).is_some_and(|d| {
        let sum = weighted(&d[..11], &[4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]);
        (1..=22).contains(&part(value, 0, 2))
            && part(value, 2, 6) > 0
            && value.get(8..11) == Some(b"001")
            && mod11_complement(sum) == Some(d[11])
    })
}

/// Venezuela, tax and citizen number: the letter counts, weights mod 11.
pub(in crate::check) fn ve_rif(value: &[u8]) -> bool {
    let (Some(letter), Some(body)) = (value.first(), value.get(1..)) else { return false };
    let Some(d) = digits::<9>(body) else { return false };
    let worth = match letter {
        b'V' => 4,
        b'E' => 8,
        b'J' | b'C' => 12,
        b'P' => 16,
        b'G' => 20,
        _ => return false,
    };
    let rest = 11 - (worth + weighted(&d[..8], &[3, 2, 7, 6, 5, 4, 3, 2])) % 11;
    (if rest > 9 { 0 } else { rest }) == d[8]
}
