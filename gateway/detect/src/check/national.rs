//! National identifiers, one function each, by country code. The value comes without separators, upper case.
//!
//! Each says what the authority publishes: length, embedded date, check digits, numbers never issued.

use super::arithmetic::{all_same, digit, digits, luhn, mod_11_10, number, verhoeff, weighted};
use super::date::{ddmmyy, exists, part, yymmdd};

fn letter_at(value: &[u8], at: usize, of: &[u8]) -> bool {
    value.get(at).is_some_and(|b| of.contains(b))
}

fn has_digits(value: &[u8]) -> bool {
    value.iter().all(u8::is_ascii_digit)
}

/// Austria: four digits with a check in the fourth place, then the date of birth (months 13–15 are overflow series).
pub(super) fn at_svnr(value: &[u8]) -> bool {
    let Some(d) = digits::<10>(value) else { return false };
    let sum = weighted(&d, &[3, 7, 9, 0, 5, 8, 4, 2, 1, 6]) % 11;
    let month = part(value, 6, 2);
    d[0] != 0
        && sum == d[3]
        && (ddmmyy(value.get(4..).unwrap_or_default()) || (13..=15).contains(&month))
}

/// Australia, Medicare card: weights 1 3 7 9 over eight digits, the ninth is the check; begins with 2–6.
pub(super) fn au_medicare(value: &[u8]) -> bool {
    let Some(d) = digits::<10>(value) else { return false };
    (2..=6).contains(&d[0]) && weighted(&d[..8], &[1, 3, 7, 9, 1, 3, 7, 9]) % 10 == d[8] && d[9] > 0
}

/// Australia, tax file number: weighted sum divisible by eleven.
pub(super) fn au_tfn(value: &[u8]) -> bool {
    let sum = match value.len() {
        8 => digits::<8>(value).map(|d| weighted(&d, &[10, 7, 8, 4, 6, 3, 5, 1])),
        9 => digits::<9>(value).map(|d| weighted(&d, &[1, 4, 3, 7, 5, 8, 6, 9, 10])),
        _ => None,
    };
    sum.is_some_and(|s| s % 11 == 0) && !all_same(value)
}

/// Belgium, national register (also bis numbers): 97 minus the first nine digits mod 97, with a 2 before them from 2000 on.
pub(super) fn be_nn(value: &[u8]) -> bool {
    if digits::<11>(value).is_none() {
        return false;
    }
    let (body, check) = (part(value, 0, 9), part(value, 9, 2));
    let holds = 97 - body % 97 == check || 97 - (2_000_000_000 + body) % 97 == check;
    let month = part(value, 2, 2) % 20;
    holds && month <= 12 && part(value, 4, 2) <= 31
}

/// Bulgaria: date with the century in the month, weights mod 11 mod 10.
pub(super) fn bg_egn(value: &[u8]) -> bool {
    let Some(d) = digits::<10>(value) else { return false };
    let sum = weighted(&d[..9], &[2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11 % 10;
    let (month, day) = (part(value, 2, 2), part(value, 4, 2));
    month <= 52 && exists(0, month % 20, day) && sum == d[9]
}

fn mod11_descending(digits: &[u32], first_weight: u32) -> u32 {
    let sum: u32 = digits.iter().enumerate().map(|(i, d)| d * (first_weight - i as u32)).sum();
    match 11 - sum % 11 {
        10 | 11 => 0,
        check => check,
    }
}

/// Brazil, natural persons: two mod-11 digits.
pub(super) fn br_cpf(value: &[u8]) -> bool {
    let Some(d) = digits::<11>(value) else { return false };
    !all_same(value)
        && mod11_descending(&d[..9], 10) == d[9]
        && mod11_descending(&d[..10], 11) == d[10]
}

/// Brazil, companies: two mod-11 digits over cyclic weights.
pub(super) fn br_cnpj(value: &[u8]) -> bool {
    const WEIGHTS: [u32; 13] = [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2];
    let Some(d) = digits::<14>(value) else { return false };
    let check = |sum: u32| if sum % 11 < 2 { 0 } else { 11 - sum % 11 };
    !all_same(value)
        && check(weighted(&d[..12], &WEIGHTS[1..])) == d[12]
        && check(weighted(&d[..13], &WEIGHTS)) == d[13]
}

/// Canada: Luhn; numbers that begin with 0 or 8 are not issued.
pub(super) fn ca_sin(value: &[u8]) -> bool {
    value.len() == 9 && !letter_at(value, 0, b"08") && luhn(value)
}

/// Switzerland: 756 and an EAN-13 check.
pub(super) fn ch_ahv(value: &[u8]) -> bool {
    let Some(d) = digits::<13>(value) else { return false };
    value.starts_with(b"756")
        && weighted(&d, &[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]).is_multiple_of(10)
}

/// Chile: mod 11 with K for ten.
pub(super) fn cl_rut(value: &[u8]) -> bool {
    let Some((check, body)) = value.split_last() else { return false };
    if !(7..=8).contains(&body.len()) || !has_digits(body) {
        return false;
    }
    let sum: u32 = body.iter().rev().enumerate().map(|(i, b)| digit(*b) * (i as u32 % 6 + 2)).sum();
    let expected = match 11 - sum % 11 {
        11 => b'0',
        10 => b'K',
        n => b'0' + n as u8,
    };
    *check == expected
}

/// China, GB 11643: place, date of birth, ISO 7064 mod 11-2.
pub(super) fn cn_ric(value: &[u8]) -> bool {
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

/// Czechia and Slovakia: date (women +50, overflow +20), ten digits divisible by eleven; nine digits before 1954 have no check.
pub(super) fn cz_rc(value: &[u8]) -> bool {
    if !has_digits(value) {
        return false;
    }
    let month = match part(value, 2, 2) {
        m @ 71..=82 => m - 70,
        m @ 51..=62 => m - 50,
        m @ 21..=32 => m - 20,
        m => m,
    };
    let date = exists(0, month, part(value, 4, 2));
    let body = part(value, 0, 9) % 11 % 10;
    match value.len() {
        10 => date && body == part(value, 9, 1),
        9 => date && part(value, 0, 2) <= 53,
        _ => false,
    }
}

/// Germany, identification number (§ 139b AO): mod 11,10; in the first ten digits exactly one occurs twice or three times.
pub(super) fn de_idnr(value: &[u8]) -> bool {
    let Some(d) = digits::<11>(value) else { return false };
    let count = |n: u32| d[..10].iter().filter(|x| **x == n).count();
    let repeated = (0..10).filter(|n| count(*n) > 1).count();
    let most = (0..10).map(count).max().unwrap_or(0);
    d[0] != 0 && repeated == 1 && most <= 3 && mod_11_10(&d)
}

/// Germany, pension insurance: area, date, initial, serial, check over digit sums (VKVV).
pub(super) fn de_rvnr(value: &[u8]) -> bool {
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

/// ICAO 9303 check over weights 7 3 1: German identity cards and passports, nine characters and the check digit.
pub(super) fn de_document(value: &[u8]) -> bool {
    let worth =
        |b: u8| if b.is_ascii_digit() { digit(b) } else { u32::from(b.saturating_sub(b'A')) + 10 };
    let Some((check, body)) = value.split_last() else { return false };
    let sum: u32 = body.iter().zip([7, 3, 1, 7, 3, 1, 7, 3, 1]).map(|(b, w)| worth(*b) * w).sum();
    body.len() == 9 && check.is_ascii_digit() && sum % 10 == digit(*check)
}

/// Denmark: a date; the mod-11 check has not been kept since 2007, so it only rules out nothing.
pub(super) fn dk_cpr(value: &[u8]) -> bool {
    digits::<10>(value).is_some() && value.get(..6).is_some_and(ddmmyy) && !value.ends_with(b"0000")
}

/// Estonia and Lithuania: sex and century, date, two rounds of mod 11.
pub(super) fn ee_ik(value: &[u8]) -> bool {
    let Some(d) = digits::<11>(value) else { return false };
    let first = weighted(&d[..10], &[1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11;
    let second = weighted(&d[..10], &[3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11;
    let check = if first < 10 { first } else { second % 10 };
    (1..=8).contains(&d[0]) && value.get(1..7).is_some_and(yymmdd) && check == d[10]
}

/// Spain: DNI, NIE and NIF of minors and foreigners; the letter is the number mod 23.
pub(super) fn es_nif(value: &[u8]) -> bool {
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
    let length = rest.len() == if first.is_ascii_digit() { 8 } else { 7 };
    let expected = b"TRWAGMYFPDXBNJZSQVHLCKE".get(((lead + number(rest)) % 23) as usize);
    length && has_digits(rest) && expected == Some(letter) && number(rest) != 0
}

/// Finland: date, century sign (lost in the compact form when it is one), serial, mod 31.
pub(super) fn fi_hetu(value: &[u8]) -> bool {
    let Some((check, body)) = value.split_last() else { return false };
    let (Some(date), Some(serial)) = (body.get(..6), body.get(body.len().saturating_sub(3)..))
    else {
        return false;
    };
    let joined = number(date) * 1000 + number(serial);
    let expected = b"0123456789ABCDEFHJKLMNPRSTUVWXY".get((joined % 31) as usize);
    matches!(body.len(), 9 | 10)
        && has_digits(date)
        && has_digits(serial)
        && ddmmyy(date)
        && number(serial) >= 2
        && expected == Some(check)
}

/// France: sex, year, month, place, order and 97 minus the number mod 97; Corsica has letters.
pub(super) fn fr_nir(value: &[u8]) -> bool {
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
pub(super) fn gb_nhs(value: &[u8]) -> bool {
    let Some(d) = digits::<10>(value) else { return false };
    let sum = weighted(&d[..9], &[10, 9, 8, 7, 6, 5, 4, 3, 2]);
    (11 - sum % 11) % 11 == d[9] && !all_same(value)
}

/// Greece, social security: date and Luhn.
pub(super) fn gr_amka(value: &[u8]) -> bool {
    value.len() == 11 && value.get(..6).is_some_and(ddmmyy) && luhn(value)
}

/// Hong Kong: one or two letters, six digits, mod 11 (A for ten).
pub(super) fn hk_id(value: &[u8]) -> bool {
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

/// Croatia: mod 11,10.
pub(super) fn hr_oib(value: &[u8]) -> bool {
    digits::<11>(value).is_some_and(|d| mod_11_10(&d)) && !all_same(value)
}

/// Indonesia: region, date (women's day +40), serial.
pub(super) fn id_nik(value: &[u8]) -> bool {
    let day = part(value, 6, 2) % 40;
    value.len() == 16
        && has_digits(value)
        && (11..=96).contains(&part(value, 0, 2))
        && exists(0, part(value, 8, 2), day)
        && !value.ends_with(b"0000")
}

/// Ireland: mod 23, with the second letter worth nine times its place.
pub(super) fn ie_pps(value: &[u8]) -> bool {
    let (Some(head), Some(check)) = (value.get(..7), value.get(7)) else { return false };
    let extra = match value.get(8) {
        None | Some(b'W') => 0,
        Some(l @ b'A'..=b'I') => u32::from(l - b'A') + 1,
        _ => return false,
    };
    let sum: u32 =
        head.iter().zip([8, 7, 6, 5, 4, 3, 2]).map(|(b, w)| digit(*b) * w).sum::<u32>() + extra * 9;
    has_digits(head)
        && value.len() <= 9
        && b"WABCDEFGHIJKLMNOPQRSTUV".get(sum as usize % 23) == Some(check)
}

/// Israel: Luhn over nine digits.
pub(super) fn il_id(value: &[u8]) -> bool {
    value.len() == 9 && luhn(value)
}

/// India, Aadhaar: Verhoeff; begins with 2–9; no palindromes.
pub(super) fn in_aadhaar(value: &[u8]) -> bool {
    value.len() == 12
        && !letter_at(value, 0, b"01")
        && verhoeff(value)
        && !value.iter().eq(value.iter().rev())
}

/// Italy: odd and even places have tables, sum mod 26; digits may be replaced by LMNPQRSTUV (omocodia).
pub(super) fn it_cf(value: &[u8]) -> bool {
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

/// Japan, individual number: mod 11.
pub(super) fn jp_my_number(value: &[u8]) -> bool {
    let Some(d) = digits::<12>(value) else { return false };
    let rest = weighted(&d[..11], &[6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
    (if rest <= 1 { 0 } else { 11 - rest }) == d[11] && !all_same(value)
}

/// Korea: date, sex and century; mod 11 for numbers issued before October 2020, which later ones need not keep.
pub(super) fn kr_rrn(value: &[u8]) -> bool {
    let Some(d) = digits::<13>(value) else { return false };
    let sum = weighted(&d[..12], &[2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]);
    let check = (11 - sum % 11) % 10;
    let foreign = (5..=8).contains(&d[6]);
    let check = if foreign { (check + 2) % 10 } else { check };
    value.get(..6).is_some_and(yymmdd)
        && (check == d[12] || (13 - sum % 11) % 10 == d[12] && foreign)
}

/// Mexico: letters, date, sex, state, letters, check mod 10.
pub(super) fn mx_curp(value: &[u8]) -> bool {
    let Some((check, body)) = value.split_last() else { return false };
    // The alphabet has Ñ between N and O.
    let worth = |b: u8| {
        if b.is_ascii_digit() {
            digit(b)
        } else {
            u32::from(b.saturating_sub(b'A')) + 10 + u32::from(b > b'N')
        }
    };
    let sum: u32 = body.iter().enumerate().map(|(i, b)| worth(*b) * (18 - i as u32)).sum();
    body.len() == 17
        && value.get(4..10).is_some_and(yymmdd)
        && (10 - sum % 10) % 10 == digit(*check)
}

/// Malaysia: date and a place code that is in use.
pub(super) fn my_nric(value: &[u8]) -> bool {
    let place = part(value, 6, 2);
    let unused = matches!(place, 0 | 17..=20 | 69 | 70 | 73 | 80 | 81 | 94..=97);
    digits::<12>(value).is_some() && value.get(..6).is_some_and(yymmdd) && !unused
}

/// Netherlands: the eleven test.
pub(super) fn nl_bsn(value: &[u8]) -> bool {
    let Some(d) = digits::<9>(value) else { return false };
    let sum = weighted(&d[..8], &[9, 8, 7, 6, 5, 4, 3, 2]);
    sum % 11 == d[8] % 11 && !all_same(value) && number(value) > 9_999_999
}

/// Norway, birth and D numbers: two mod-11 digits.
pub(super) fn no_fnr(value: &[u8]) -> bool {
    let Some(d) = digits::<11>(value) else { return false };
    let check = |sum: u32| (11 - sum % 11) % 11;
    let one = check(weighted(&d[..9], &[3, 7, 6, 1, 8, 9, 4, 5, 2]));
    let two = check(weighted(&d[..10], &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]));
    let (day, month) = (part(value, 0, 2) % 40, part(value, 2, 2) % 40);
    exists(0, month, day) && one == d[9] && two == d[10]
}

/// New Zealand, inland revenue: two rounds of mod 11.
pub(super) fn nz_ird(value: &[u8]) -> bool {
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

/// Poland: date with the century in the month, weights mod 10.
pub(super) fn pl_pesel(value: &[u8]) -> bool {
    let Some(d) = digits::<11>(value) else { return false };
    let sum = weighted(&d, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]);
    sum.is_multiple_of(10) && exists(0, part(value, 2, 2) % 20, part(value, 4, 2))
}

/// Portugal: mod 11; the first digit says the kind of taxpayer.
pub(super) fn pt_nif(value: &[u8]) -> bool {
    let Some(d) = digits::<9>(value) else { return false };
    matches!(d[0], 1 | 2 | 3 | 5 | 6 | 8 | 9)
        && mod11_descending(&d[..8], 9) == d[8]
        && !all_same(value)
}

/// Romania: sex and century, date, county, mod 11.
pub(super) fn ro_cnp(value: &[u8]) -> bool {
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
pub(super) fn ru_snils(value: &[u8]) -> bool {
    let Some(d) = digits::<11>(value) else { return false };
    let sum = weighted(&d[..9], &[9, 8, 7, 6, 5, 4, 3, 2, 1]) % 101 % 100;
    u64::from(sum) == part(value, 9, 2) && part(value, 0, 9) > 1_001_998
}

/// Sweden: date (coordination numbers: day +60) and Luhn over the last ten digits.
pub(super) fn se_personnummer(value: &[u8]) -> bool {
    let ten = match value.len() {
        10 => value,
        12 if matches!(value.get(..2), Some(b"18" | b"19" | b"20")) => {
            value.get(2..).unwrap_or_default()
        }
        _ => return false,
    };
    let day = part(ten, 4, 2);
    luhn(ten) && exists(0, part(ten, 2, 2), if day > 60 { day - 60 } else { day })
}

/// Singapore: weights mod 11, tables by series.
pub(super) fn sg_nric(value: &[u8]) -> bool {
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

/// Slovenia and the other successors of Yugoslavia: date, region, serial, mod 11.
pub(super) fn si_emso(value: &[u8]) -> bool {
    let Some(d) = digits::<13>(value) else { return false };
    let sum = weighted(&d[..12], &[7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]);
    let year = part(value, 4, 3);
    (year >= 850 || year <= 99)
        && exists(0, part(value, 2, 2), part(value, 0, 2))
        && (11 - sum % 11) % 11 % 10 == d[12]
}

/// Thailand: mod 11.
pub(super) fn th_pin(value: &[u8]) -> bool {
    let Some(d) = digits::<13>(value) else { return false };
    let sum: u32 = d[..12].iter().enumerate().map(|(i, x)| x * (13 - i as u32)).sum();
    d[0] != 0 && d[0] != 9 && (11 - sum % 11) % 10 == d[12] && !all_same(value)
}

/// Türkiye: two digits from sums over odd and even places.
pub(super) fn tr_tckn(value: &[u8]) -> bool {
    let Some(d) = digits::<11>(value) else { return false };
    let odd: u32 = [0, 2, 4, 6, 8].iter().filter_map(|i| d.get(*i)).sum();
    let even: u32 = [1, 3, 5, 7].iter().filter_map(|i| d.get(*i)).sum();
    let ten: u32 = d[..10].iter().sum();
    d[0] != 0 && (odd * 7 + 90 - even) % 10 == d[9] && ten % 10 == d[10] && !all_same(value)
}

/// Taiwan: a letter worth two digits, sex, serial, mod 10.
pub(super) fn tw_id(value: &[u8]) -> bool {
    const WORTH: [u32; 26] = [
        10, 11, 12, 13, 14, 15, 16, 17, 34, 18, 19, 20, 21, 22, 35, 23, 24, 25, 26, 27, 28, 29, 32,
        30, 31, 33,
    ];
    let (Some(letter), Some(body)) = (value.first(), value.get(1..)) else { return false };
    let Some(d) = digits::<9>(body) else { return false };
    let worth = WORTH.get(usize::from(letter.saturating_sub(b'A'))).copied().unwrap_or(0);
    let sum = worth / 10 + worth % 10 * 9 + weighted(&d, &[8, 7, 6, 5, 4, 3, 2, 1, 1]);
    letter.is_ascii_uppercase() && matches!(d[0], 1 | 2 | 8 | 9) && sum.is_multiple_of(10)
}

/// United States, individual taxpayer number: 9xx and a group of 50–65, 70–88, 90–92, 94–99.
pub(super) fn us_itin(value: &[u8]) -> bool {
    let group = part(value, 3, 2);
    digits::<9>(value).is_some_and(|d| d[0] == 9)
        && matches!(group, 50..=65 | 70..=88 | 90..=92 | 94..=99)
}

/// United States, provider identifier: Luhn with the prefix 80840.
pub(super) fn us_npi(value: &[u8]) -> bool {
    let mut prefixed = *b"80840..........";
    let Some(place) = prefixed.get_mut(5..) else { return false };
    if value.len() != 10 {
        return false;
    }
    place.copy_from_slice(value);
    letter_at(value, 0, b"12") && luhn(&prefixed)
}

/// United States, bank routing number: weights 3 7 1 mod 10, district 00–12, 21–32, 61–72, 80.
pub(super) fn us_routing(value: &[u8]) -> bool {
    let Some(d) = digits::<9>(value) else { return false };
    let district = part(value, 0, 2);
    matches!(district, 1..=12 | 21..=32 | 61..=72 | 80)
        && weighted(&d, &[3, 7, 1, 3, 7, 1, 3, 7, 1]).is_multiple_of(10)
        && !all_same(value)
}

/// United States, social security: areas 000, 666 and 9xx, group 00 and serial 0000 are not issued; nor are known samples.
pub(super) fn us_ssn(value: &[u8]) -> bool {
    let Some(d) = digits::<9>(value) else { return false };
    let (area, group, serial) = (part(value, 0, 3), part(value, 3, 2), part(value, 5, 4));
    let never = matches!(value, b"078051120" | b"123456789" | b"219099999" | b"457555462");
    area != 0 && area != 666 && d[0] != 9 && group != 0 && serial != 0 && !never && !all_same(value)
}

/// South Africa: date, citizenship, Luhn.
pub(super) fn za_id(value: &[u8]) -> bool {
    value.len() == 13
        && value.get(..6).is_some_and(yymmdd)
        && letter_at(value, 10, b"012")
        && luhn(value)
}
