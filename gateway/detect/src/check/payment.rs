//! Bank accounts and payment cards.

use super::arithmetic::{all_same, digits, gtin, luhn, remainder97};

/// SWIFT IBAN registry, release 99: country and form of the account after the check digits; n digits, a letters, c either.
const IBAN_FORMS: &[(&[u8; 2], &str)] = &[
    (b"AD", "n8c12"),
    (b"AE", "n19"),
    (b"AL", "n8c16"),
    (b"AT", "n16"),
    (b"AZ", "a4c20"),
    (b"BA", "n16"),
    (b"BE", "n12"),
    (b"BG", "a4n6c8"),
    (b"BH", "a4c14"),
    (b"BI", "n23"),
    (b"BR", "n23a1c1"),
    (b"BY", "c4n4c16"),
    (b"CH", "n5c12"),
    (b"CR", "n18"),
    (b"CY", "n8c16"),
    (b"CZ", "n20"),
    (b"DE", "n18"),
    (b"DJ", "n23"),
    (b"DK", "n14"),
    (b"DO", "c4n20"),
    (b"EE", "n16"),
    (b"EG", "n25"),
    (b"ES", "n20"),
    (b"FI", "n14"),
    (b"FK", "a2n12"),
    (b"FO", "n14"),
    (b"FR", "n10c11n2"),
    (b"GB", "a4n14"),
    (b"GE", "a2n16"),
    (b"GI", "a4c15"),
    (b"GL", "n14"),
    (b"GR", "n7c16"),
    (b"GT", "c24"),
    (b"HN", "a4n20"),
    (b"HR", "n17"),
    (b"HU", "n24"),
    (b"IE", "a4n14"),
    (b"IL", "n19"),
    (b"IQ", "a4n15"),
    (b"IS", "n22"),
    (b"IT", "a1n10c12"),
    (b"JO", "a4n4c18"),
    (b"KW", "a4c22"),
    (b"KZ", "n3c13"),
    (b"LB", "n4c20"),
    (b"LC", "a4c24"),
    (b"LI", "n5c12"),
    (b"LT", "n16"),
    (b"LU", "n3c13"),
    (b"LV", "a4c13"),
    (b"LY", "n21"),
    (b"MC", "n10c11n2"),
    (b"MD", "c20"),
    (b"ME", "n18"),
    (b"MK", "n3c10n2"),
    (b"MN", "n16"),
    (b"MR", "n23"),
    (b"MT", "a4n5c18"),
    (b"MU", "a4n19a3"),
    (b"NI", "a4n20"),
    (b"NL", "a4n10"),
    (b"NO", "n11"),
    (b"OM", "n3c16"),
    (b"PK", "a4c16"),
    (b"PL", "n24"),
    (b"PS", "a4c21"),
    (b"PT", "n21"),
    (b"QA", "a4c21"),
    (b"RO", "a4c16"),
    (b"RS", "n18"),
    (b"RU", "n14c15"),
    (b"SA", "n2c18"),
    (b"SC", "a4n20a3"),
    (b"SD", "n14"),
    (b"SE", "n20"),
    (b"SI", "n15"),
    (b"SK", "n20"),
    (b"SM", "a1n10c12"),
    (b"SO", "n19"),
    (b"ST", "n21"),
    (b"SV", "a4n20"),
    (b"TL", "n19"),
    (b"TN", "n20"),
    (b"TR", "n6c16"),
    (b"UA", "n6c19"),
    (b"VA", "n18"),
    (b"VG", "a4n16"),
    (b"XK", "n16"),
    (b"YE", "a4n4c18"),
];

/// How many characters a form like `n8c12` stands for.
fn form_length(form: &str) -> usize {
    form.split(['n', 'a', 'c']).filter_map(|n| n.parse::<usize>().ok()).sum()
}

/// Whether the account has digits and letters where the form has them.
fn form_fits(form: &str, account: &[u8]) -> bool {
    let mut rest = account;
    let mut left = form;
    while let Some(kind) = left.bytes().next() {
        let body = left.get(1..).unwrap_or("");
        let digits = body.bytes().take_while(u8::is_ascii_digit).count();
        let (count, after) = body.split_at_checked(digits).unwrap_or((body, ""));
        let part = count.parse().ok().and_then(|n| rest.split_at_checked(n));
        let Some((part, more)) = part else { return false };
        let fits = match kind {
            b'n' => part.iter().all(u8::is_ascii_digit),
            b'a' => part.iter().all(u8::is_ascii_uppercase),
            _ => true,
        };
        if !fits {
            return false;
        }
        (rest, left) = (more, after);
    }
    rest.is_empty()
}

/// ISO 13616: length and form by country and ISO 7064 mod 97-10 over the rearranged account. A run-on into the next word is cut.
pub(super) fn iban(value: &str) -> Option<usize> {
    let mut kept = [0u8; 34];
    let upper = |i: usize| value.as_bytes().get(i).map_or(0, u8::to_ascii_uppercase);
    let country = [upper(0), upper(1)];
    let form = IBAN_FORMS.iter().find(|(c, _)| **c == country)?.1;
    let length = form_length(form) + 4;
    // Small letters, capitals, or a capital first as telephones write it: nobody writes `wEST`.
    let mixed = |w: &[u8]| matches!(w, [a, b] if a.is_ascii_lowercase() && b.is_ascii_uppercase());
    let mut n = 0;
    for (i, b) in value.bytes().enumerate() {
        if !b.is_ascii_alphanumeric() {
            continue;
        }
        *kept.get_mut(n)? = b.to_ascii_uppercase();
        n += 1;
        if n == length {
            let next = value.as_bytes().get(i + 1).copied().unwrap_or(b' ');
            let (head, body) = kept.get(..n)?.split_at_checked(4)?;
            let whole = !next.is_ascii_alphanumeric()
                && form_fits(form, body)
                && !value.as_bytes().get(..=i)?.windows(2).any(mixed)
                && remainder97(body.iter().chain(head).copied()) == 1;
            return whole.then_some(i + 1);
        }
    }
    None
}

/// Issuer ranges and the lengths they issue (ISO/IEC 7812, the schemes' public BIN tables).
fn issuer_allows(digits: &[u8]) -> bool {
    let head = |n: usize| {
        digits.get(..n).map_or(0, |d| d.iter().fold(0u32, |v, b| v * 10 + u32::from(b - b'0')))
    };
    let (two, three, four, six) = (head(2), head(3), head(4), head(6));
    match digits.len() {
        // Numbers of articles in Germany begin with 4 as well.
        13 => head(1) == 4 && !gtin(digits),
        14 => matches!(two, 36 | 38 | 39) || (300..=305).contains(&three),
        15 => matches!(two, 34 | 37) || matches!(four, 2131 | 1800),
        16..=19 => {
            (head(1) == 4 && digits.len() != 17)
                || (digits.len() == 16
                    && ((51..=55).contains(&two) || (2221..=2720).contains(&four)))
                || (3528..=3589).contains(&four)
                || matches!(two, 62 | 65 | 81)
                || four == 6011
                || (digits.len() != 17 && maestro(two, four))
                || (644..=649).contains(&three)
                || (622_126..=622_925).contains(&six)
                || (digits.len() == 16 && matches!(two, 60 | 36))
                || (2200..=2204).contains(&four)
                || four == 9792
        }
        12 => maestro(two, four),
        _ => false,
    }
}

/// Ranges of Maestro, which has numbers of 12 to 19 digits.
fn maestro(two: u32, four: u32) -> bool {
    matches!(two, 50 | 56..=58) || matches!(four, 604 | 5893 | 6304 | 6390 | 6759 | 6761..=6771)
}

/// Luhn and an issuer that gives out numbers of this length. Digits that follow the number (a date, a code) are cut.
pub(super) fn card(value: &str) -> Option<usize> {
    let mut kept = [0u8; 19];
    let mut ends = [0usize; 19];
    let mut n = 0;
    for (i, b) in value.bytes().enumerate().filter(|(_, b)| b.is_ascii_digit()) {
        let (Some(place), Some(end)) = (kept.get_mut(n), ends.get_mut(n)) else { break };
        (*place, *end) = (b, i + 1);
        n += 1;
    }
    (12..=n).rev().find_map(|len| {
        let digits = kept.get(..len)?;
        let end = *ends.get(len - 1)?;
        let apart = value.as_bytes().get(end).is_none_or(|b| !b.is_ascii_digit());
        (apart && issuer_allows(digits) && luhn(digits)).then_some(end)
    })
}

/// A number that passes Luhn and begins as no scheme's numbers do, or has a length that its scheme does not use: a card only where somebody says so.
pub(super) fn card_other(value: &str) -> bool {
    let mut kept = [0u8; 19];
    let mut n = 0;
    for b in value.bytes().filter(u8::is_ascii_digit) {
        let Some(place) = kept.get_mut(n) else { return false };
        *place = b;
        n += 1;
    }
    let digits = kept.get(..n).unwrap_or_default();
    (12..=19).contains(&n) && digits.first() != Some(&b'0') && luhn(digits)
}

/// ISO 9362: four letters of the bank, a country, two of the place, none or three of the branch.
pub(super) fn bic(value: &str) -> bool {
    let code = value.rsplit(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or(value);
    let country = code.as_bytes().get(4..6).unwrap_or_default();
    let known = COUNTRIES.as_bytes().chunks(2).any(|c| c == country);
    // A word in capitals has no digits and rarely a country in its middle; the last bytes of a place are never `0`.
    matches!(code.len(), 8 | 11) && known && code.as_bytes().get(7) != Some(&b'O')
}

/// ISO 3166-1 alpha-2, and XK.
const COUNTRIES: &str = "ADAEAFAGAIALAMAOARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBRBSBTBWBYBZCACDCFCGCHCICKCLCMCNCOCRCUCVCWCYCZ\
DEDJDKDMDODZECEEEGERESETFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGTGUGWGYHKHNHRHTHUIDIEILIMINIOIQIRISITJEJMJOJPKEKGKHKIKMKNKPKRKWKYKZ\
LALBLCLILKLRLSLTLULVLYMAMCMDMEMGMHMKMLMMMNMOMQMRMSMTMUMVMWMXMYMZNANCNENFNGNINLNONPNRNUNZOMPAPEPFPGPHPKPLPMPRPSPTPWPYQARERORSRURW\
SASBSCSDSESGSISKSLSMSNSOSRSSSTSVSXSYSZTCTDTGTHTJTLTMTNTOTRTTTVTZUAUGUSUYUZVAVCVEVGVNVUWFWSXKYEYTZAZMZW";

/// Banco de México, CLABE: weights 3, 7, 1 over seventeen digits.
pub(super) fn clabe(value: &[u8]) -> bool {
    let Some(all) = digits::<18>(value) else { return false };
    let sum: u32 = all.iter().zip([3, 7, 1].iter().cycle()).take(17).map(|(d, w)| d * w % 10).sum();
    all.last() == Some(&((10 - sum % 10) % 10)) && !all_same(value)
}

/// Banco Central de la República Argentina, CBU: two blocks, each with weights 7, 1, 3, 9 from the left of the last place on.
pub(super) fn cbu(value: &[u8]) -> bool {
    let Some(all) = digits::<22>(value) else { return false };
    let block = |from: usize, len: usize| {
        let body = all.iter().skip(from).take(len).rev();
        let sum: u32 = body.zip([3, 1, 7, 9].iter().cycle()).map(|(d, w)| d * w).sum();
        all.get(from + len) == Some(&((10 - sum % 10) % 10))
    };
    block(0, 7) && block(8, 13) && !all_same(value)
}
