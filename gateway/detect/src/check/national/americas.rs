//! The Americas.

use super::{has_digits, letter_at, mod11_descending};
use crate::check::arithmetic::{all_same, digit, digits, luhn, weighted};
use crate::check::date::{exists, part};

/// Brazil, natural persons: two mod-11 digits.
pub(in crate::check) fn br_cpf(value: &[u8]) -> bool {
    let Some(d) = digits::<11>(value) else { return false };
    !all_same(value)
        && mod11_descending(&d[..9], 10) == d[9]
        && mod11_descending(&d[..10], 11) == d[10]
}

/// Brazil, companies: two mod-11 digits over cyclic weights; since 2026 the first twelve places may be letters, worth their code less 48.
pub(in crate::check) fn br_cnpj(value: &[u8]) -> bool {
    const WEIGHTS: [u32; 13] = [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2];
    let check = |body: &[u8], weights: &[u32]| {
        let worth = |(b, w): (&u8, &u32)| u32::from(b.saturating_sub(b'0')) * w;
        let rest = body.iter().zip(weights).map(worth).sum::<u32>() % 11;
        if rest < 2 { 0 } else { 11 - rest }
    };
    let (Some(first), Some(second), Some(ends)) =
        (value.get(..12), value.get(..13), value.get(12..))
    else {
        return false;
    };
    let Some([one, two]) = digits::<2>(ends) else { return false };
    check(first, &WEIGHTS[1..]) == one && check(second, &WEIGHTS) == two && !all_same(value)
}

/// Canada: Luhn; numbers that begin with 0 or 8 are not issued.
pub(in crate::check) fn ca_sin(value: &[u8]) -> bool {
    value.len() == 9 && !letter_at(value, 0, b"08") && luhn(value)
}

/// Chile: mod 11 with K for ten.
pub(in crate::check) fn cl_rut(value: &[u8]) -> bool {
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

/// Mexico: letters, date, sex, state, letters, check mod 10; the seventeenth place is a digit before 2000, then a letter.
pub(in crate::check) fn mx_curp(value: &[u8]) -> bool {
    const STATES: &[u8] = b"ASBCBSCCCLCMCSCHDFDGGTGRHGJCMCMNMSNTNLOCPLQTQRSPSLSRTCTSTLVZYNZSNE";
    /// Words that a number never begins with (RENAPO, annex 2): their second letter becomes X.
    const NEVER: &[u8] =
        b"BACABAKABUEIBUEYCACACACOCAGACAGOCAKACAKOCOGECOGICOJACOJECOJICOJOCOLACULOFALOFETO\
        GETAGUEIGUEYJETAJOTOKACAKACOKAGAKAGOKAKAKAKOKOGEKOGIKOJAKOJEKOJIKOJOKOLAKULOLILO\
        LOCALOCOLOKALOKOMAMEMAMOMEARMEASMEONMIARMIONMOCOMOKOMULAMULONACANACOPEDAPEDOPENE\
        PIPIPITOPOPOPUTAPUTOQULORATAROBAROBEROBORUINSENOTETAVACAVAGAVAGOVAKAVUEIVUEYWUEI\
        WUEY";
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
    let century = if body.get(16).is_some_and(u8::is_ascii_digit) { 1900 } else { 2000 };
    let state = body.get(11..13).is_some_and(|s| STATES.chunks(2).any(|known| known == s));
    let never = value.get(..4).is_some_and(|w| NEVER.chunks(4).any(|word| word == w));
    body.len() == 17
        && !never
        && exists(century + part(value, 4, 2), part(value, 6, 2), part(value, 8, 2))
        && state
        && (10 - sum % 10) % 10 == digit(*check)
}

/// United States, individual taxpayer number: 9xx and a group of 50–65, 70–88, 90–92, 94–99.
pub(in crate::check) fn us_itin(value: &[u8]) -> bool {
    let group = part(value, 3, 2);
    digits::<9>(value).is_some_and(|d| d[0] == 9)
        && matches!(group, 50..=65 | 70..=88 | 90..=92 | 94..=99)
}

/// United States, provider identifier: Luhn with the prefix 80840.
pub(in crate::check) fn us_npi(value: &[u8]) -> bool {
    let mut prefixed = *b"80840..........";
    let Some(place) = prefixed.get_mut(5..) else { return false };
    if value.len() != 10 {
        return false;
    }
    place.copy_from_slice(value);
    letter_at(value, 0, b"12") && luhn(&prefixed)
}

/// United States, bank routing number: weights 3 7 1 mod 10, district 00–12, 21–32, 61–72, 80.
pub(in crate::check) fn us_routing(value: &[u8]) -> bool {
    let Some(d) = digits::<9>(value) else { return false };
    let district = part(value, 0, 2);
    matches!(district, 1..=12 | 21..=32 | 61..=72 | 80)
        && weighted(&d, &[3, 7, 1, 3, 7, 1, 3, 7, 1]).is_multiple_of(10)
        && !all_same(value)
}

/// United States, social security: areas 000, 666 and 9xx, group 00 and serial 0000 are not issued; nor are known samples.
pub(in crate::check) fn us_ssn(value: &[u8]) -> bool {
    let Some(d) = digits::<9>(value) else { return false };
    let (area, group, serial) = (part(value, 0, 3), part(value, 3, 2), part(value, 5, 4));
    let never = matches!(value, b"078051120" | b"123456789" | b"219099999" | b"457555462");
    area != 0 && area != 666 && d[0] != 9 && group != 0 && serial != 0 && !never && !all_same(value)
}
