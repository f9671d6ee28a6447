//! Asia, Africa and Oceania.

use super::{has_digits, letter_at};
use crate::check::arithmetic::{all_same, digit, digits, gtin, luhn, number, verhoeff, weighted};
use crate::check::date::{exists, part, yymmdd};

/// Australia, Medicare card: weights 1 3 7 9 over eight digits, the ninth is the check; begins with 2–6.
pub(in crate::check) fn au_medicare(value: &[u8]) -> bool {
    let Some(d) = digits::<10>(value) else { return false };
    (2..=6).contains(&d[0]) && weighted(&d[..8], &[1, 3, 7, 9, 1, 3, 7, 9]) % 10 == d[8] && d[9] > 0
}

/// Australia, tax file number: weighted sum divisible by eleven.
pub(in crate::check) fn au_tfn(value: &[u8]) -> bool {
    let sum = match value.len() {
        8 => digits::<8>(value).map(|d| weighted(&d, &[10, 7, 8, 4, 6, 3, 5, 1])),
        9 => digits::<9>(value).map(|d| weighted(&d, &[1, 4, 3, 7, 5, 8, 6, 9, 10])),
        _ => None,
    };
    sum.is_some_and(|s| s % 11 == 0) && !all_same(value)
}

/// China, GB 11643: place, date of birth, ISO 7064 mod 11-2.
pub(in crate::check) fn cn_ric(value: &[u8]) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let Some((check, body)) = value.split_last() else { return false };
    let Some(d) = digits::<17>(body) else { return false };
    let (year, month, day) = (part(body, 6, 4), part(body, 10, 2), part(body, 12, 2));
    let expected = b"10X98765432".get(weighted(&d, &WEIGHTS) as usize % 11);
    (1890..=2099).contains(&year)
        && exists(year, month, day)
        && expected == Some(check)
        && (11..=91).contains(&part(body, 0, 2))
}

/// Hong Kong: one or two letters, six digits, mod 11 (A for ten).
pub(in crate::check) fn hk_id(value: &[u8]) -> bool {
    let letters = value.iter().take_while(|b| b.is_ascii_uppercase()).count();
    let (Some(head), Some(tail), Some(check)) =
        (value.get(..letters), value.get(letters..letters + 6), value.get(letters + 6..))
    else {
        return false;
    };
    let worth = |b: u8| u32::from(b.saturating_sub(b'A')) + 10;
    let (first, second) = match head {
        [one] => (36, worth(*one)),
        [one, two] => (worth(*one), worth(*two)),
        _ => return false,
    };
    let sum: u32 = first * 9
        + second * 8
        + tail.iter().zip([7, 6, 5, 4, 3, 2]).map(|(b, w)| digit(*b) * w).sum::<u32>();
    let expected = match (11 - sum % 11) % 11 {
        10 => b'A',
        n => b'0' + n as u8,
    };
    has_digits(tail) && check == [expected]
}

/// Indonesia: province, regency, district, date (women's day +40), serial.
pub(in crate::check) fn id_nik(value: &[u8]) -> bool {
    let day = part(value, 6, 2);
    let province = matches!(
        part(value, 0, 2),
        11..=19 | 21 | 31..=36 | 51..=53 | 61..=65 | 71..=76 | 81 | 82 | 91..=97
    );
    value.len() == 16
        && has_digits(value)
        && province
        && exists(
            2000 + part(value, 10, 2),
            part(value, 8, 2),
            if day > 40 { day - 40 } else { day },
        )
        && !value.ends_with(b"0000")
}

/// Israel: Luhn over nine digits; a leading zero is often left out.
pub(in crate::check) fn il_id(value: &[u8]) -> bool {
    matches!(value.len(), 8 | 9) && luhn(value)
}

/// India, Aadhaar: Verhoeff; begins with 2–9; no palindromes.
pub(in crate::check) fn in_aadhaar(value: &[u8]) -> bool {
    value.len() == 12
        && !letter_at(value, 0, b"01")
        && verhoeff(value)
        && !value.iter().eq(value.iter().rev())
}

/// Japan, individual number: mod 11.
pub(in crate::check) fn jp_my_number(value: &[u8]) -> bool {
    let Some(d) = digits::<12>(value) else { return false };
    let rest = weighted(&d[..11], &[6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
    (if rest <= 1 { 0 } else { 11 - rest }) == d[11] && !all_same(value)
}

/// Korea: date whose century the seventh digit tells; mod 11 for numbers issued before October 2020, which later ones need not keep.
pub(in crate::check) fn kr_rrn(value: &[u8]) -> bool {
    let Some(d) = digits::<13>(value) else { return false };
    let sum = weighted(&d[..12], &[2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]);
    let check = (11 - sum % 11) % 10;
    let foreign = (5..=8).contains(&d[6]);
    let other = if foreign { (check + 2) % 10 } else { check };
    let century = match d[6] {
        1 | 2 | 5 | 6 => 1900,
        3 | 4 | 7 | 8 => 2000,
        _ => 1800,
    };
    exists(century + part(value, 0, 2), part(value, 2, 2), part(value, 4, 2))
        && part(value, 7, 2) <= 96
        && (check == d[12] || other == d[12])
}

/// Korea, written in two groups: a date whose century the seventh digit tells. Numbers issued since October 2020 have no check digit.
pub(in crate::check) fn kr_rrn_dated(value: &[u8]) -> bool {
    digits::<13>(value).is_some() && value.get(..6).is_some_and(yymmdd) && !all_same(&value[6..])
}

/// Korea, where nothing but the date tells: not what is the number of an article.
pub(in crate::check) fn kr_rrn_alone(value: &[u8]) -> bool {
    kr_rrn_dated(value) && !gtin(value)
}

/// Malaysia: date and a place code that is in use.
pub(in crate::check) fn my_nric(value: &[u8]) -> bool {
    let place = part(value, 6, 2);
    let unused = matches!(place, 0 | 17..=20 | 69 | 70 | 73 | 80 | 81 | 94..=97);
    digits::<12>(value).is_some() && value.get(..6).is_some_and(yymmdd) && !unused
}

/// Nigeria, national identification number: eleven digits, Verhoeff. Source: NIMC.
pub(in crate::check) fn ng_nin(value: &[u8]) -> bool {
    digits::<11>(value).is_some() && verhoeff(value)
}

/// New Zealand, inland revenue: two rounds of mod 11.
pub(in crate::check) fn nz_ird(value: &[u8]) -> bool {
    let mut padded = [b'0'; 9];
    let Some(place) = 9usize.checked_sub(value.len()).and_then(|from| padded.get_mut(from..))
    else {
        return false;
    };
    place.copy_from_slice(value);
    let Some(d) = digits::<9>(&padded) else { return false };
    let check = |weights: &[u32]| (11 - weighted(&d[..8], weights) % 11) % 11;
    let first = check(&[3, 2, 7, 6, 5, 4, 3, 2]);
    let result = if first == 10 { check(&[7, 4, 3, 2, 5, 2, 7, 6]) } else { first };
    (10_000_000..150_000_000).contains(&number(&padded)) && result == d[8]
}

/// Singapore, business number (UEN) of businesses and local companies: mod 11 with a letter. Source: ACRA.
pub(in crate::check) fn sg_uen(value: &[u8]) -> bool {
    let letter = |digits: &[u8], weights: &[u32], letters: &[u8; 11]| {
        let sum: u32 = digits.iter().zip(weights).map(|(d, w)| u32::from(d - b'0') * w).sum();
        letters.get((sum % 11) as usize).copied()
    };
    let Some((last, digits)) = value.split_last().filter(|(_, d)| has_digits(d)) else {
        return false;
    };
    Some(*last)
        == match digits.len() {
            8 => letter(digits, &[10, 4, 9, 3, 8, 2, 7, 1], b"XMKECAWLJDB"),
            9 => letter(digits, &[10, 8, 6, 4, 9, 7, 5, 3, 1], b"ZKCMDNERGWH"),
            _ => None,
        }
}

/// Singapore: weights mod 11, tables by series.
pub(in crate::check) fn sg_nric(value: &[u8]) -> bool {
    let (Some(series), Some(body), Some(check)) = (value.first(), value.get(1..8), value.get(8))
    else {
        return false;
    };
    let Some(d) = digits::<7>(body) else { return false };
    let sum = weighted(&d, &[2, 7, 6, 5, 4, 3, 2]);
    let (offset, table) = match series {
        b'S' => (0, b"JZIHGFEDCBA"),
        b'T' => (4, b"JZIHGFEDCBA"),
        b'F' => (0, b"XWUTRQPNMLK"),
        b'G' => (4, b"XWUTRQPNMLK"),
        b'M' => (3, b"XWUTRQPNJLK"),
        _ => return false,
    };
    let index = (sum + offset) as usize % 11;
    let index = if *series == b'M' { 10 - index } else { index };
    let table: &[u8] = if *series == b'M' { b"KLJNPQRTUWX" } else { table };
    value.len() == 9 && table.get(index) == Some(check)
}

/// Thailand: mod 11.
pub(in crate::check) fn th_pin(value: &[u8]) -> bool {
    let Some(d) = digits::<13>(value) else { return false };
    let sum: u32 = d[..12].iter().enumerate().map(|(i, x)| x * (13 - i as u32)).sum();
    d[0] != 0 && d[0] != 9 && (11 - sum % 11) % 10 == d[12] && !all_same(value)
}

/// The sum of a Taiwanese number: a letter worth two digits, then nine digits.
pub(super) fn tw_sum(value: &[u8]) -> Option<u32> {
    const WORTH: [u32; 26] = [
        10, 11, 12, 13, 14, 15, 16, 17, 34, 18, 19, 20, 21, 22, 35, 23, 24, 25, 26, 27, 28, 29, 32,
        30, 31, 33,
    ];
    let letter = value.first().filter(|l| l.is_ascii_uppercase())?;
    let d = value.get(1..).and_then(digits::<9>)?;
    let worth = WORTH.get(usize::from(letter - b'A'))?;
    Some(worth / 10 + worth % 10 * 9 + weighted(&d, &[8, 7, 6, 5, 4, 3, 2, 1, 1]))
}

/// Taiwan: a letter, sex (8 and 9 for residents), serial, mod 10.
pub(in crate::check) fn tw_id(value: &[u8]) -> bool {
    letter_at(value, 1, b"1289") && tw_sum(value).is_some_and(|sum| sum.is_multiple_of(10))
}

/// South Africa: date, citizenship, Luhn.
pub(in crate::check) fn za_id(value: &[u8]) -> bool {
    value.len() == 13
        && value.get(..6).is_some_and(yymmdd)
        && letter_at(value, 10, b"012")
        && luhn(value)
}
