//! A block of addresses: an address and how many of its leading bits count (CIDR, RFC 4632 and RFC 4291).
//!
//! Invariant: the bits behind the length are zero, so that a mistyped block is an error and not a larger block.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;
use std::{error, fmt};

/// A block of IPv4 or IPv6 addresses, such as `203.0.113.0/24`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Prefix {
    address: IpAddr,
    length: u8,
}

/// Why a text or a pair is not a block of addresses. Holds none of the text but its address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotAPrefix {
    /// Not an address, a slash and a number of bits.
    Shape,
    /// More bits than the address has: 32 for IPv4, 128 for IPv6.
    Length,
    /// Bits are set behind the length: `10.1.2.3/8` lies in this block, `10.0.0.0/8`.
    HostBits(Prefix),
}

impl Prefix {
    /// The block that begins at `address` and fixes `length` leading bits.
    ///
    /// # Errors
    /// [`NotAPrefix::Length`] or [`NotAPrefix::HostBits`].
    pub fn new(address: IpAddr, length: u8) -> Result<Self, NotAPrefix> {
        if length > width(address) {
            return Err(NotAPrefix::Length);
        }
        let prefix = Self { address, length };
        let first = bits(address) & mask(width(address), length);
        if first == bits(address) {
            return Ok(prefix);
        }
        let address = match address {
            IpAddr::V4(_) => {
                // INVARIANT: the bits of an IPv4 address are 32.
                IpAddr::V4(Ipv4Addr::from_bits(u32::try_from(first).unwrap_or_default()))
            }
            IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::from_bits(first)),
        };
        Err(NotAPrefix::HostBits(Self { address, length }))
    }

    /// Whether the address lies in the block. An IPv4 address lies in no IPv6 block and the other way round.
    pub fn contains(&self, address: IpAddr) -> bool {
        address.is_ipv4() == self.address.is_ipv4()
            && bits(address) & mask(width(address), self.length) == bits(self.address)
    }

    /// A block fixed at compile time. The caller's tests show that it is well formed.
    pub(crate) const fn v4(octets: [u8; 4], length: u8) -> Self {
        let [a, b, c, d] = octets;
        Self { address: IpAddr::V4(Ipv4Addr::new(a, b, c, d)), length }
    }

    /// As [`Prefix::v4`], by the leading 48 bits, which is all that a fixed block needs.
    pub(crate) const fn v6(head: [u16; 3], length: u8) -> Self {
        let [a, b, c] = head;
        Self { address: IpAddr::V6(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0)), length }
    }

    #[cfg(test)]
    pub(crate) fn parts(&self) -> (IpAddr, u8) {
        (self.address, self.length)
    }
}

fn width(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => u128::from(v4.to_bits()),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

/// The `length` leading bits of `width`. Needs `length <= width`.
fn mask(width: u8, length: u8) -> u128 {
    let all = u128::MAX >> (128 - u32::from(width));
    // A shift by the whole width yields no bit at all, which is the mask of a block of length 0.
    all & !all.checked_shr(u32::from(length)).unwrap_or(0)
}

impl FromStr for Prefix {
    type Err = NotAPrefix;

    /// Reads `address/length`; an address alone is the block that holds only itself.
    fn from_str(text: &str) -> Result<Self, NotAPrefix> {
        let Some((address, length)) = text.split_once('/') else {
            let address = text.parse::<IpAddr>().map_err(|_| NotAPrefix::Shape)?;
            return Self::new(address, width(address));
        };
        let address = address.parse().map_err(|_| NotAPrefix::Shape)?;
        if !length.bytes().all(|b| b.is_ascii_digit()) {
            return Err(NotAPrefix::Shape);
        }
        Self::new(address, length.parse().map_err(|_| NotAPrefix::Length)?)
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.length)
    }
}

impl fmt::Display for NotAPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shape => f.write_str(
                "a block of addresses is written as `203.0.113.0/24` or `2001:db8::/32`",
            ),
            Self::Length => f.write_str(
                "a block fixes at most 32 bits of an IPv4 address and 128 bits of an IPv6 address",
            ),
            Self::HostBits(meant) => write!(
                f,
                "host bits are set; the block of this length is `{meant}`, the address alone has /{}",
                width(meant.address)
            ),
        }
    }
}

impl error::Error for NotAPrefix {}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(block: &str, inside: &[&str], outside: &[&str]) {
        let Ok(prefix) = block.parse::<Prefix>() else { unreachable!("{block} is well formed") };
        let holds = |text: &&str| text.parse().is_ok_and(|address| prefix.contains(address));
        assert!(inside.iter().all(holds), "{block} holds all of {inside:?}");
        assert!(!outside.iter().any(holds), "{block} holds none of {outside:?}");
        assert_eq!(prefix.to_string(), block);
    }

    #[test]
    fn blocks_hold_their_addresses() {
        check(
            "10.0.0.0/8",
            &["10.0.0.0", "10.255.255.255"],
            &["11.0.0.0", "9.255.255.255", "::a00:0"],
        );
        check("0.0.0.0/0", &["0.0.0.0", "255.255.255.255"], &["::"]);
        check("192.0.2.1/32", &["192.0.2.1"], &["192.0.2.0", "192.0.2.2"]);
        check("2001:db8::/33", &["2001:db8:7fff::1"], &["2001:db8:8000::", "2001:db9::"]);
        check("::/0", &["::", "ffff::"], &["0.0.0.0"]);
        check("::1/128", &["::1"], &["::2", "0.0.0.1"]);
    }

    #[test]
    fn others_are_refused() {
        let refused = |text: &str| text.parse::<Prefix>().err();
        for shape in ["", "/8", "10/8", "10.0.0.0/", "10.0.0.0/+8", "10.0.0.0/8/8", "x"] {
            assert!(
                matches!(refused(shape), Some(NotAPrefix::Shape | NotAPrefix::Length)),
                "{shape}"
            );
        }
        assert_eq!(refused("10.0.0.0/33"), Some(NotAPrefix::Length));
        assert_eq!(refused("::/129"), Some(NotAPrefix::Length));
        assert_eq!(refused("10.0.0.0/999"), Some(NotAPrefix::Length));
        for (text, meant) in [("10.20.0.1/16", "10.20.0.0/16"), ("2001:db8::1/33", "2001:db8::/33")]
        {
            let told = refused(text).map(|why| why.to_string()).unwrap_or_default();
            assert!(told.contains("host bits") && told.contains(meant), "{told}");
        }
        assert_eq!(refused("192.0.2.7").map(|_| ()), None);
    }
}
