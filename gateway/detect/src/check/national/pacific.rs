//! East Asia, Oceania and North America: numbers beside the main national one.

use super::{has_digits, letter_at};
use crate::check::arithmetic::{all_same, digit, digits, luhn, weighted};
use crate::check::date::{exists, part};

/// Australia, businesses and sole traders: the first digit less one, weights, mod 89.
pub(in crate::check) fn au_abn(value: &[u8]) -> bool {
    digits::<11>(value).is_some_and(|d| {
        let sum = weighted(&d, &[10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]);
        d[0] > 0 && (sum - 10).is_multiple_of(89)
    })
}

/// Australia, companies: weights eight to one, mod 10.
pub(in crate::check) fn au_acn(value: &[u8]) -> bool {
    digits::<9>(value).is_some_and(|d| {
        (10 - weighted(&d[..8], &[8, 7, 6, 5, 4, 3, 2, 1]) % 10) % 10 == d[8] && !all_same(value)
    })
}

/// Australia, healthcare identifier: 800360 and Luhn.
pub(in crate::check) fn au_ihi(value: &[u8]) -> bool {
    value.len() == 16 && value.starts_with(b"800360") && luhn(value)
}

/// New Zealand, health index: the old form has mod 11, the new one a letter by mod 23.
pub(in crate::check) fn nz_nhi(value: &[u8]) -> bool {
    let worth = |b: u8| {
        if b.is_ascii_digit() {
            return digit(b);
        }
        u32::from(b.saturating_sub(b'A')) + 1 - u32::from(b > b'I') - u32::from(b > b'O')
    };
    let (Some(body), Some(check)) = (value.get(..6), value.get(6)) else { return false };
    let sum: u32 = body.iter().zip([7, 6, 5, 4, 3, 2]).map(|(b, w)| worth(*b) * w).sum();
    let old =
        check.is_ascii_digit() && !sum.is_multiple_of(11) && (11 - sum % 11) % 10 == digit(*check);
    let new = check.is_ascii_uppercase() && 23 - sum % 23 == worth(*check);
    value.len() == 7 && (old || new)
}

/// Japan, driving licence: mod 11 in the eleventh place, then the number of reissues.
pub(in crate::check) fn jp_licence(value: &[u8]) -> bool {
    digits::<12>(value).is_some_and(|d| {
        let rest = weighted(&d[..10], &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
        (if rest <= 1 { 0 } else { 11 - rest }) == d[10] && !all_same(value)
    })
}

/// Korea, businesses and sole traders: weights 1 3 7, and the ninth digit times five counted twice.
pub(in crate::check) fn kr_brn(value: &[u8]) -> bool {
    digits::<10>(value).is_some_and(|d| {
        let sum = weighted(&d[..9], &[1, 3, 7, 1, 3, 7, 1, 3, 5]) + d[8] * 5 / 10;
        (10 - sum % 10) % 10 == d[9] && part(value, 0, 3) > 100 && part(value, 3, 2) > 0
    })
}

/// Korea, driving licence: region, year, serial, check, issue.
pub(in crate::check) fn kr_licence(value: &[u8]) -> bool {
    value.len() == 12 && has_digits(value) && matches!(part(value, 0, 2), 11..=28)
}

/// Macao: begins with 1, 5 or 7; the digit in brackets has no published scheme.
pub(in crate::check) fn mo_bir(value: &[u8]) -> bool {
    value.len() == 8 && has_digits(value) && letter_at(value, 0, b"157")
}

/// Vietnam, citizens: province, century and sex, year, serial.
pub(in crate::check) fn vn_cccd(value: &[u8]) -> bool {
    value.len() == 12
        && has_digits(value)
        && (1..=96).contains(&part(value, 0, 3))
        && !all_same(value)
}

/// Vietnam, taxpayer: weights mod 11, and the branch.
pub(in crate::check) fn vn_mst(value: &[u8]) -> bool {
    let Some(d) = value.get(..10).and_then(digits::<10>) else { return false };
    let sum = weighted(&d[..9], &[31, 29, 23, 19, 17, 13, 7, 5, 3]) % 11;
    let branch =
        value.len() == 10 || value.len() == 13 && has_digits(value) && part(value, 10, 3) > 0;
    branch && 10u32.checked_sub(sum) == Some(d[9]) && part(value, 2, 7) > 0
}

/// Indonesia, taxpayer: Luhn over the first nine of fifteen digits; or, since 2024, a person's identity number.
pub(in crate::check) fn id_npwp(value: &[u8]) -> bool {
    match value.len() {
        15 => has_digits(value) && value.get(..9).is_some_and(luhn),
        16 => super::id_nik(value) || value.strip_prefix(b"0").is_some_and(id_npwp),
        _ => false,
    }
}

/// Taiwan, residents before 2021: two letters, serial, mod 10.
pub(in crate::check) fn tw_arc(value: &[u8]) -> bool {
    let (Some(&[first, second]), Some(body)) = (value.first_chunk::<2>(), value.get(2..)) else {
        return false;
    };
    let Some(sex) = [b'A', b'B', b'C', b'D'].iter().position(|l| *l == second) else {
        return false;
    };
    // The old resident number: the second letter counts with the last digit of its worth.
    let mut as_id = [b'0'; 10];
    as_id[0] = first;
    as_id[1] = b'0' + sex as u8;
    let Some(place) = as_id.get_mut(2..) else { return false };
    if body.len() != 8 {
        return false;
    }
    place.copy_from_slice(body);
    super::tw_sum(&as_id).is_some_and(|sum| sum.is_multiple_of(10))
}

/// British Columbia, health number: begins with 9, weights mod 11.
pub(in crate::check) fn ca_bc_phn(value: &[u8]) -> bool {
    digits::<10>(value).is_some_and(|d| {
        let rest = 11 - weighted(&d[1..9], &[2, 4, 8, 5, 10, 9, 7, 3]) % 11;
        d[0] == 9 && rest % 11 == d[9]
    })
}

/// Ontario, health card: Luhn, and the version.
pub(in crate::check) fn ca_on_hcn(value: &[u8]) -> bool {
    value.get(..10).is_some_and(luhn) && letter_at(value, 0, b"123456789")
}

/// Québec, health insurance: name, date with 50 added to a woman's month, two characters.
pub(in crate::check) fn ca_qc_ramq(value: &[u8]) -> bool {
    value.len() == 12
        && value.get(4..10).is_some_and(has_digits)
        && exists(0, part(value, 6, 2) % 50, part(value, 8, 2))
}

/// United States, number of an adoption: 9xx and the group 93.
pub(in crate::check) fn us_atin(value: &[u8]) -> bool {
    value.len() == 9 && has_digits(value) && letter_at(value, 0, b"9") && part(value, 3, 2) == 93
}

/// United States, employers: prefixes that no campus or office was given.
pub(in crate::check) fn us_ein(value: &[u8]) -> bool {
    value.len() == 9
        && has_digits(value)
        && !matches!(
            part(value, 0, 2),
            0 | 7..=9 | 17..=19 | 28 | 29 | 49 | 69 | 70 | 78 | 79 | 89 | 96 | 97
        )
}

/// United States, prescriber: two letters, seven digits; the odd places and twice the even ones give the last.
pub(in crate::check) fn us_dea(value: &[u8]) -> bool {
    value.get(2..).and_then(digits::<7>).is_some_and(|d| {
        (d[0] + d[2] + d[4] + 2 * (d[1] + d[3] + d[5])) % 10 == d[6] && !all_same(value)
    })
}
