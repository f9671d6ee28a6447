//! Bank accounts as countries write them at home, without the country and check digits of an IBAN.

use super::arithmetic::{all_same, digits, mod_11_10, number, remainder97, weighted};

/// Poland, NRB: the two digits in front are those of the IBAN. Source: NBP, zarządzenie nr 15/2010; ISO 7064 mod 97-10.
pub(super) fn pl_nrb(value: &[u8]) -> bool {
    let Some((head, bank)) = value.split_at_checked(2) else { return false };
    let whole = bank.iter().chain(b"PL").chain(head);
    digits::<26>(value).is_some() && !all_same(value) && remainder97(whole.copied()) == 1
}

/// Portugal, Slovenia, Bosnia and Herzegovina, Montenegro and North Macedonia: the two last digits are those of ISO 7064 mod 97-10, so that
/// all IBANs of the country have the same. Source: SWIFT IBAN registry.
pub(super) fn account97(value: &[u8]) -> bool {
    let long = matches!(value.len(), 15 | 16 | 18 | 21);
    long && value.iter().all(u8::is_ascii_digit)
        && !all_same(value)
        && remainder97(value.iter().copied()) == 1
}

/// Serbia: as [`account97`]; in `160-12345678-91` the zeros that fill the middle are left out. Source: NBS, Odluka o računima.
pub(super) fn rs_account(value: &str) -> bool {
    let mut parts = value.split(|c: char| !c.is_ascii_digit());
    let (bank, middle, end) = (parts.next(), parts.next(), parts.next());
    match (bank, middle, end) {
        (Some(bank), Some(middle), Some(end)) if bank.len() == 3 && end.len() == 2 => {
            parts.next().is_none()
                && (1..=13).contains(&middle.len())
                && account97(format!("{bank}{middle:0>13}{end}").as_bytes())
        }
        (Some(whole), None, None) => whole.len() == 18 && account97(whole.as_bytes()),
        _ => false,
    }
}

/// Tunisia and Morocco, RIB: divisible by 97 with its key. Source: Banque Centrale de Tunisie, circulaire 93-07; Bank Al-Maghrib.
pub(super) fn rib97(value: &[u8]) -> bool {
    matches!(value.len(), 20 | 24)
        && value.iter().all(u8::is_ascii_digit)
        && !all_same(value)
        && remainder97(value.iter().copied()) == 0
}

/// Czechia and Slovakia, `prefix-number/bank`: mod 11 over the number and over the prefix. Source: Vyhláška 169/2011 Sb.; NBS, opatrenie 8/2009.
pub(super) fn cz_account(value: &str) -> bool {
    const WEIGHTS: [u32; 10] = [6, 3, 7, 9, 10, 5, 8, 4, 2, 1];
    let holds = |part: &str, least: usize| {
        let padded = format!("{part:0>10}");
        let used = part.bytes().filter(|b| *b != b'0').count();
        digits::<10>(padded.as_bytes())
            .is_some_and(|d| weighted(&d, &WEIGHTS).is_multiple_of(11) && used >= least)
    };
    let Some((account, bank)) = value.split_once('/') else { return false };
    let (account, bank) = (account.trim(), bank.trim());
    let (prefix, account) = account.split_once('-').unwrap_or(("", account));
    let (prefix, account) = (prefix.trim(), account.trim());
    bank.len() == 4 && bank != "0000" && prefix.len() <= 6 && holds(prefix, 0) && holds(account, 2)
}

/// Hungary: weights 9, 7, 3, 1 over the eight digits of the branch and over the rest. Source: MNB, 35/2017 rendelet.
pub(super) fn hu_account(value: &[u8]) -> bool {
    let holds = |part: &[u8]| {
        let weights = [9, 7, 3, 1].iter().cycle();
        part.iter().zip(weights).map(|(b, w)| u32::from(b - b'0') * w).sum::<u32>() % 10 == 0
    };
    matches!(value.len(), 16 | 24)
        && value.iter().all(u8::is_ascii_digit)
        && value.split_at_checked(8).is_some_and(|(branch, rest)| {
            !all_same(branch) && !all_same(rest) && holds(branch) && holds(rest)
        })
}

/// Spain, CCC: two digits in the middle, mod 11, one for bank and branch, one for the account. Source: Banco de España, Circular 2/1990.
pub(super) fn es_ccc(value: &[u8]) -> bool {
    const WEIGHTS: [u32; 10] = [1, 2, 4, 8, 5, 10, 9, 7, 3, 6];
    let Some(d) = digits::<20>(value) else { return false };
    let check = |body: &[u32], weights: &[u32]| match 11 - weighted(body, weights) % 11 {
        10 => 1,
        11 => 0,
        n => n,
    };
    check(&d[..8], &WEIGHTS[2..]) == d[8] && check(&d[10..], &WEIGHTS) == d[9] && !all_same(value)
}

/// France and Monaco, RIB: bank, branch, account and key; letters count as in the table of the Comité français d’organisation
/// et de normalisation bancaires (A, J = 1; B, K, S = 2; …).
pub(super) fn fr_rib(value: &[u8]) -> bool {
    let figure = |b: &u8| match b {
        b'A'..=b'I' => b - b'A' + b'1',
        b'J'..=b'R' => b - b'J' + b'1',
        b'S'..=b'Z' => b - b'S' + b'2',
        other => *other,
    };
    let figures: Vec<u8> = value.iter().map(figure).collect();
    let part = |from: usize, to: usize| number(figures.get(from..to).unwrap_or_default());
    value.len() == 23
        && value.iter().enumerate().all(|(i, b)| b.is_ascii_digit() || (10..21).contains(&i))
        && part(0, 5) > 0
        && (89 * part(0, 5) + 15 * part(5, 10) + 3 * part(10, 21) + part(21, 23)) % 97 == 0
}

/// Italy and San Marino: the letter in front is drawn from bank, branch and account as that of the tax code is. Source: ABI, coordinate bancarie.
pub(super) fn it_bban(value: &[u8]) -> bool {
    const ODD: [u32; 26] = [
        1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24,
        23,
    ];
    let Some((cin, body)) = value.split_first() else { return false };
    let worth = |b: u8| u32::from(if b.is_ascii_digit() { b - b'0' } else { b - b'A' });
    if value.len() != 23 || !value.iter().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase()) {
        return false;
    }
    let odd = |b: u8| ODD.get(worth(b) as usize).copied().unwrap_or(0);
    let places = body.iter().enumerate();
    let sum: u32 = places.map(|(i, b)| if i % 2 == 0 { odd(*b) } else { worth(*b) }).sum();
    let numbered = body.get(..10).is_some_and(|codes| codes.iter().all(u8::is_ascii_digit));
    numbered && cin.is_ascii_uppercase() && worth(*cin) == sum % 26
}

/// Norway: mod 11. Source: Bits AS, kontonummer.
pub(super) fn no_account(value: &[u8]) -> bool {
    digits::<11>(value).is_some_and(|d| {
        weighted(&d, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11) && !all_same(value)
    })
}

/// Croatia: seven digits of the bank and ten of the account, each with ISO 7064 mod 11,10. Source: HNB, Odluka o konstrukciji računa.
pub(super) fn hr_account(value: &[u8]) -> bool {
    digits::<17>(value).is_some_and(|d| mod_11_10(&d[..7]) && mod_11_10(&d[7..]))
        && !all_same(value)
}

/// Belgium, before IBAN: the remainder of ten digits by 97, where 97 stands for none. Source: Febelfin.
pub(super) fn be_account(value: &[u8]) -> bool {
    let Some((body, check)) = value.split_at_checked(10) else { return false };
    let rest = number(body) % 97;
    digits::<12>(value).is_some()
        && number(check) == if rest == 0 { 97 } else { rest }
        && !all_same(value)
}

/// Switzerland, account of the post: mod 10, recursive. Source: `PostFinance`, Handbuch Einzahlungsschein.
pub(super) fn ch_post(value: &str) -> bool {
    const NEXT: [u32; 10] = [0, 9, 4, 6, 8, 2, 7, 1, 3, 5];
    let mut parts = value.split('-');
    let (Some(head), Some(middle), Some(check), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let padded = format!("{head}{middle:0>6}{check}");
    let Some(d) = digits::<9>(padded.as_bytes()) else { return false };
    let carry = d[..8]
        .iter()
        .fold(0, |carry, digit| NEXT.get(((carry + digit) % 10) as usize).copied().unwrap_or(0));
    (10 - carry) % 10 == d[8] && middle.bytes().any(|b| b != b'0')
}
