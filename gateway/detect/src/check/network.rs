//! Addresses and numbers of machines on networks.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use super::arithmetic::{all_same, luhn};

/// An address that can lead to someone from outside: not private, link-local, loopback, multicast or documentation.
pub(super) fn ipv4(value: &str) -> bool {
    let address = value.split('/').next().unwrap_or(value);
    address.parse::<Ipv4Addr>().is_ok_and(|a| {
        let [first, _, _, last] = a.octets();
        first != 0
            && first < 224
            && !a.is_private()
            && !a.is_link_local()
            && !a.is_loopback()
            && !a.is_documentation()
            && !is_special_purpose(a)
            && !(last == 0 && first < 10)
            && !is_numbering(a)
    })
}

/// Networks with a purpose of their own that the standard library does not name: shared (RFC 6598), protocol assignments (RFC 6890),
/// benchmarks (RFC 2544).
fn is_special_purpose(a: Ipv4Addr) -> bool {
    matches!(a.octets(), [100, 64..=127, ..] | [192, 0, 0, _] | [198, 18 | 19, ..])
}

/// Sections and versions look like addresses with small numbers throughout; public resolvers lead to nobody.
fn is_numbering(a: Ipv4Addr) -> bool {
    let octets = a.octets();
    let resolver = matches!(octets, [8, 8, 8 | 4, 8 | 4] | [9, 9, 9, 9] | [1, 1 | 0, 1 | 0, 1]);
    resolver || octets.first().is_some_and(|o| *o < 10) && octets.iter().all(|o| *o < 20)
}

/// A network that is set aside for all (IANA, special-purpose address registries), with its mask: a word of standards and firewalls.
pub(super) fn ipv4_block(value: &str) -> bool {
    const BLOCKS: &[&str] = &[
        "0.0.0.0/0",
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    ];
    BLOCKS.contains(&value)
}

/// A special address that shows how some network is built: private or shared, and not one that every such network has.
pub(super) fn ipv4_private(value: &str) -> bool {
    ipv4_special(value) && !ipv4_constant(value) && !ipv4_block(value)
}

/// A special address that is the same everywhere: loopback, documentation, multicast; of private networks the first addresses.
pub(super) fn ipv4_constant(value: &str) -> bool {
    let address = value.split('/').next().unwrap_or(value);
    ipv4_special(value)
        && !ipv4_block(value)
        && address.parse::<Ipv4Addr>().is_ok_and(|a| {
            let [first, second, third, last] = a.octets();
            let shared = first == 100 && (64..128).contains(&second);
            !(a.is_private() || shared) || third <= 1 && last <= 2
        })
}

/// An address with a meaning of its own: private, loopback, link-local, documentation, multicast (RFC 6890). A mask is none.
fn ipv4_special(value: &str) -> bool {
    let address = value.split('/').next().unwrap_or(value);
    address.parse::<Ipv4Addr>().is_ok_and(|a| {
        let mask = u32::from(a).leading_ones() + u32::from(a).trailing_zeros() >= 32;
        let inside = a.is_private()
            || a.is_link_local()
            || a.is_loopback()
            || a.is_documentation()
            || a.is_multicast()
            || a.is_unspecified()
            || a.is_broadcast()
            || matches!(a.octets(), [100, 64..128, ..]);
        inside && (!mask || a.is_unspecified() || a.is_broadcast() || a.is_private())
    })
}

fn v6(value: &str) -> Option<Ipv6Addr> {
    let end = value.find(['/', '%']).unwrap_or(value.len());
    value.get(..end)?.parse().ok()
}

/// A global unicast address (RFC 4291 section 2.4), not documentation and not a public resolver, which leads to nobody.
pub(super) fn ipv6(value: &str) -> bool {
    v6(value).is_some_and(|a| is_global(a) && !is_resolver(a))
}

fn is_global(a: Ipv6Addr) -> bool {
    let [first, second, ..] = a.segments();
    (0x2000..0x4000).contains(&first) && (first, second) != (0x2001, 0xdb8)
}

/// Google, Cloudflare, Quad9.
fn is_resolver(a: Ipv6Addr) -> bool {
    matches!(
        a.segments(),
        [0x2001, 0x4860, 0x4860, 0, 0, 0, 0, 0x64 | 0x6464 | 0x8844 | 0x8888]
            | [0x2606, 0x4700, 0x4700, 0, 0, 0, 0, 0x64 | 0x6400 | 0x1001 | 0x1111]
            | [0x2620, 0xfe, 0, 0, 0, 0, 0, 0x9 | 0xfe]
    )
}

/// Eight pairs are the number of an interface (EUI-64): an address of the network leaves its leading zeros out (RFC 5952).
fn is_eui64(value: &str) -> bool {
    value.len() == 23 && value.split(':').all(|pair| pair.len() == 2)
}

/// A network that is set aside for all (IANA, special-purpose address registries), with its mask.
pub(super) fn ipv6_block(value: &str) -> bool {
    let mask = value.rsplit_once('/').map_or("", |(_, mask)| mask);
    v6(value).is_some_and(|a| {
        matches!(
            (a.segments(), mask),
            ([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], "96")
                | ([0x64, 0xff9b, 1, 0, 0, 0, 0, 0], "48")
                | ([0x100, 0, 0, 0, 0, 0, 0, 0], "64")
                | ([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], "32")
                | ([0xfc00, 0, 0, 0, 0, 0, 0, 0], "7")
                | ([0xfd00, 0, 0, 0, 0, 0, 0, 0], "8")
                | ([0xfe80, 0, 0, 0, 0, 0, 0, 0], "10")
                | ([0xff00, 0, 0, 0, 0, 0, 0, 0], "8")
        )
    })
}

/// Any other address: link-local, unique local, documentation, mapped; not the unspecified one.
fn ipv6_special(value: &str) -> bool {
    v6(value).is_some_and(|a| !a.is_unspecified() && !is_global(a))
        && !is_eui64(value)
        && !ipv6_block(value)
}

/// A special address that shows how some network is built or which device it is: not one that is the same everywhere.
pub(super) fn ipv6_private(value: &str) -> bool {
    ipv6_special(value) && !ipv6_constant(value)
}

/// A special address that is the same everywhere: loopback, documentation, multicast, mapped and translated ones; of links and unique local
/// networks the blocks themselves and interfaces that were counted, not drawn or made of a device's number.
pub(super) fn ipv6_constant(value: &str) -> bool {
    /// The largest number of an interface that was counted.
    const COUNTED: u32 = 0xffff;
    ipv6_special(value)
        && v6(value).is_some_and(|a| {
            let parts = a.segments();
            let [first, second, .., high, low] = parts;
            let counted = u32::from(high) << 16 | u32::from(low) <= COUNTED;
            let block = a.is_unique_local() && a.octets().iter().skip(1).take(7).all(|b| *b == 0);
            let documented = (first, second) == (0x2001, 0xdb8);
            let one_by_one = parts.iter().all(|part| *part < 16);
            let link = first & 0xffc0 == 0xfe80 && counted;
            let translated = first == 0 || first == 0x64 && second == 0xff9b;
            documented || a.is_multicast() || translated || link || block || one_by_one
        })
}

/// IEEE 802 address, neither null nor broadcast, with one kind of separator.
pub(super) fn mac(value: &str) -> bool {
    let hex = || value.bytes().filter(u8::is_ascii_hexdigit);
    let one_kind = !(value.contains(':') && value.contains('-'));
    let same = |b: u8| hex().all(|h| h.eq_ignore_ascii_case(&b));
    hex().count() == 12 && one_kind && !same(b'0') && !same(b'f') && !is_documentation(value)
}

/// An address for documentation: 00-00-5E-00-53-xx and 01-00-5E-90-10-xx (RFC 9542).
fn is_documentation(mac: &str) -> bool {
    let mut head =
        mac.bytes().filter(u8::is_ascii_hexdigit).take(10).map(|b| b.to_ascii_uppercase());
    let head: [u8; 10] = std::array::from_fn(|_| head.next().unwrap_or_default());
    matches!(&head, b"00005E0053" | b"01005E9010")
}

/// An IEEE 802 address in three groups of four, of which one letter at least shows that it is no number; a label may stand before it. Where it begins.
pub(super) fn mac_dotted(value: &str) -> Option<Range<usize>> {
    let label = |c: char| !(c.is_ascii_hexdigit() || c == '.');
    let from = value.rfind(label).map_or(0, |at| at + 1);
    let address = value.get(from..)?;
    let fits = address.bytes().any(|b| b.is_ascii_alphabetic()) && mac(address);
    fits.then_some(from..value.len())
}

/// The digits of a value, if there are exactly `N`.
fn exactly<const N: usize>(value: &str) -> Option<[u8; N]> {
    let mut kept = [0u8; N];
    let mut n = 0;
    for b in value.bytes().filter(u8::is_ascii_digit) {
        *kept.get_mut(n)? = b;
        n += 1;
    }
    (n == N).then_some(kept)
}

/// ITU-T E.212: fifteen digits that begin with a mobile country code of a region that exists.
pub(super) fn imsi(value: &str) -> bool {
    exactly::<15>(value).is_some_and(|d| {
        matches!(d.first(), Some(b'2'..=b'7'))
            && !all_same(&d)
            && d.get(1..3).is_some_and(|c| c != b"99")
    })
}

/// ITU-T E.118: 89, a country, an issuer, an account; Luhn over nineteen or twenty digits.
pub(super) fn iccid(value: &str) -> bool {
    let fits = |d: &[u8]| d.starts_with(b"89") && d.get(2) != Some(&b'0') && luhn(d);
    exactly::<19>(value).is_some_and(|d| fits(&d)) || exactly::<20>(value).is_some_and(|d| fits(&d))
}

/// A random or name-based UUID (RFC 9562): variant and version as they must be, not null.
pub(super) fn uuid(value: &str) -> bool {
    let Some((_, id)) = value.split_at_checked(value.len().wrapping_sub(36)) else { return false };
    let byte = |i: usize| id.as_bytes().get(i).map_or(b' ', u8::to_ascii_lowercase);
    matches!(byte(14), b'1'..=b'8') && matches!(byte(19), b'8' | b'9' | b'a' | b'b')
}

/// Latitude and longitude in degrees (ISO 6709) with at least three places, neither of them zero.
pub(super) fn coordinates(value: &str) -> bool {
    let mut numbers = value
        .split(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-' | '+')))
        .filter(|n| n.contains('.') && n.bytes().any(|b| b.is_ascii_digit()));
    let mut next = |limit: f64| {
        let text = numbers.next()?;
        let places = text.split('.').next_back().map_or(0, str::len);
        let degrees: f64 = text.parse().ok()?;
        Some(degrees.abs() <= limit && places >= 3 && degrees != 0.0)
    };
    next(90.0) == Some(true) && next(180.0) == Some(true) && next(0.0).is_none()
}

/// 3GPP TS 23.003: fifteen digits, Luhn, a reporting body that exists.
pub(super) fn imei(value: &str) -> bool {
    exactly::<15>(value).is_some_and(|d| {
        let body = d.first_chunk::<2>();
        matches!(body, Some(b"01" | b"35" | b"86" | b"91" | b"98" | b"99" | b"49" | b"44" | b"33"))
            && luhn(&d)
    })
}
