//! Addresses of machines and people on networks.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::arithmetic::{all_same, luhn};

/// ITU-T E.164: assigned country codes, national numbers of plausible length.
pub(super) fn e164(value: &str) -> bool {
    let mut kept = [0u8; 16];
    let mut n = 0;
    for b in value.bytes().filter(u8::is_ascii_digit) {
        let Some(place) = kept.get_mut(n) else { return false };
        *place = b;
        n += 1;
    }
    let digits = kept.get(..n).unwrap_or_default();
    let digits = if value.starts_with("00") { digits.get(2..).unwrap_or_default() } else { digits };
    let code = match digits {
        [b'1' | b'7', ..] => 1,
        [b'2', b'0' | b'7', ..]
        | [b'3', b'0'..=b'4' | b'6' | b'9', ..]
        | [b'4', b'0' | b'1' | b'3'..=b'9', ..] => 2,
        [b'5', b'1'..=b'8', ..]
        | [b'6', b'0'..=b'6', ..]
        | [b'8', b'1' | b'2' | b'4' | b'6', ..] => 2,
        [b'9', b'0'..=b'5' | b'8', ..] => 2,
        [b'2', b'1'..=b'6' | b'9', ..]
        | [b'3', b'5' | b'7' | b'8', ..]
        | [b'4', b'2', ..]
        | [b'5', b'0' | b'9', ..] => 3,
        [b'6', b'7'..=b'9', ..]
        | [b'8', b'0' | b'5' | b'7' | b'8', ..]
        | [b'9', b'6' | b'7', ..]
        | [b'9', b'9', b'2'..=b'8', ..] => 3,
        _ => return false,
    };
    let national = digits.get(code..).unwrap_or_default();
    let length = match (digits.first(), code) {
        (Some(b'1' | b'7'), 1) => {
            national.len() == 10 && !matches!(national.first(), Some(b'0' | b'1'))
        }
        _ => (6..=12).contains(&national.len()) && national.len() + code <= 15,
    };
    length && !all_same(national)
}

/// RFC 5321 lengths, no empty labels, a top-level domain that is not a file ending. An underscore before the user is emphasis.
pub(super) fn email(value: &str) -> bool {
    let Some((user, host)) = value.rsplit_once('@') else { return false };
    let fine_user = !user.is_empty()
        && user.len() <= 64
        && !user.starts_with(['.', '_'])
        && !user.ends_with('.')
        && !user.contains("..");
    let label =
        |l: &str| !l.is_empty() && l.len() <= 63 && !l.starts_with('-') && !l.ends_with('-');
    let top = host.rsplit('.').next().unwrap_or("");
    let file = [
        "png", "jpg", "jpeg", "gif", "svg", "webp", "js", "css", "json", "html", "py", "rs", "go",
        "service", "target", "local",
    ];
    // Accounts that nobody stands behind.
    let nobody =
        ["git", "noreply", "no-reply", "donotreply"].iter().any(|n| user.eq_ignore_ascii_case(n));
    fine_user
        && !nobody
        && host.len() <= 253
        && host.split('.').all(label)
        && !file.iter().any(|f| top.eq_ignore_ascii_case(f))
}

/// An address that can lead to someone from outside: not private, link-local, loopback, multicast or documentation.
pub(super) fn ipv4(value: &str) -> bool {
    value.parse::<Ipv4Addr>().is_ok_and(|a| {
        let [first, _, _, last] = a.octets();
        first != 0
            && first < 224
            && !a.is_private()
            && !a.is_link_local()
            && !a.is_loopback()
            && !a.is_documentation()
            && !(last == 0 && first < 10)
    })
}

/// A global unicast address (RFC 4291 section 2.4), not documentation.
pub(super) fn ipv6(value: &str) -> bool {
    value.parse::<Ipv6Addr>().is_ok_and(|a| {
        let [first, second, ..] = a.segments();
        (0x2000..0x4000).contains(&first) && (first, second) != (0x2001, 0xdb8)
    })
}

/// IEEE 802 address, neither null nor broadcast, with one kind of separator.
pub(super) fn mac(value: &str) -> bool {
    let hex = || value.bytes().filter(u8::is_ascii_hexdigit);
    let one_kind = !(value.contains(':') && value.contains('-'));
    let null = hex().all(|b| b == b'0');
    let broadcast = hex().all(|b| b.eq_ignore_ascii_case(&b'f'));
    hex().count() == 12 && one_kind && !null && !broadcast
}

/// 3GPP TS 23.003: fifteen digits, Luhn, a reporting body that exists.
pub(super) fn imei(value: &str) -> bool {
    let mut kept = [0u8; 15];
    let mut n = 0;
    for b in value.bytes().filter(u8::is_ascii_digit) {
        let Some(place) = kept.get_mut(n) else { return false };
        *place = b;
        n += 1;
    }
    n == 15
        && matches!(
            kept.first_chunk::<2>(),
            Some(b"01" | b"35" | b"86" | b"91" | b"98" | b"99" | b"49" | b"44" | b"33")
        )
        && luhn(&kept)
}
