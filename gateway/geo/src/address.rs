//! What an address is before any database is asked: of our own network, of no use, or of the public Internet.
//!
//! Source: the IANA special-purpose address registries for IPv4 and IPv6 (RFC 6890 and its updates).

use std::net::IpAddr;

use crate::prefix::Prefix;

/// The standing of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It cannot leave the network we stand in: loopback, private, shared, link-local, unique local.
    Local,
    /// It names no single public host: multicast, documentation, relays, future use.
    Reserved,
    /// It is reached over the public Internet, at this address: an IPv6 form that only carries an IPv4 address is unwrapped.
    Public(IpAddr),
}

/// Sorts an address.
pub(crate) fn standing(address: IpAddr) -> Standing {
    let address = unwrapped(address);
    if LOCAL.iter().any(|prefix| prefix.contains(address)) {
        Standing::Local
    } else if RESERVED.iter().any(|prefix| prefix.contains(address)) {
        Standing::Reserved
    } else {
        Standing::Public(address)
    }
}

/// The IPv4 address inside an IPv4-mapped address (RFC 4291, 2.5.5.2) or one of the well-known NAT64 prefix (RFC 6052):
/// packets to them reach that IPv4 address, so it decides the place.
fn unwrapped(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => match v6.segments() {
            [0x64, 0xff9b, 0, 0, 0, 0, _, _] => {
                let [.., a, b, c, d] = v6.octets();
                IpAddr::from([a, b, c, d])
            }
            _ => IpAddr::V6(v6),
        },
        v4 => v4,
    }
}

const LOCAL: [Prefix; 11] = [
    // "This network" (RFC 791): connecting to 0.0.0.0 reaches the own host on common systems.
    Prefix::v4([0, 0, 0, 0], 8),
    Prefix::v4([10, 0, 0, 0], 8),     // Private use, RFC 1918.
    Prefix::v4([100, 64, 0, 0], 10),  // Shared address space, RFC 6598.
    Prefix::v4([127, 0, 0, 0], 8),    // Loopback, RFC 1122.
    Prefix::v4([169, 254, 0, 0], 16), // Link-local, RFC 3927.
    Prefix::v4([172, 16, 0, 0], 12),  // Private use, RFC 1918.
    Prefix::v4([192, 168, 0, 0], 16), // Private use, RFC 1918.
    // Unspecified and loopback, RFC 4291; the other addresses of this block are reserved and not routed.
    Prefix::v6([0, 0, 0], 96),
    Prefix::v6([0xfc00, 0, 0], 7),  // Unique local, RFC 4193.
    Prefix::v6([0xfe80, 0, 0], 10), // Link-local, RFC 4291.
    Prefix::v6([0xfec0, 0, 0], 10), // Site-local, deprecated by RFC 3879 and still in use.
];

const RESERVED: [Prefix; 16] = [
    Prefix::v4([192, 0, 0, 0], 24),     // Protocol assignments, RFC 6890.
    Prefix::v4([192, 0, 2, 0], 24),     // Documentation, RFC 5737.
    Prefix::v4([192, 88, 99, 0], 24),   // 6to4 relays, anycast, RFC 7526.
    Prefix::v4([198, 18, 0, 0], 15),    // Benchmarks, RFC 2544.
    Prefix::v4([198, 51, 100, 0], 24),  // Documentation, RFC 5737.
    Prefix::v4([203, 0, 113, 0], 24),   // Documentation, RFC 5737.
    Prefix::v4([224, 0, 0, 0], 4),      // Multicast, RFC 5771.
    Prefix::v4([240, 0, 0, 0], 4),      // Future use and broadcast, RFC 1112.
    Prefix::v6([0x64, 0xff9b, 1], 48), // Local NAT64, RFC 8215: the IPv4 address is at a place only its user knows.
    Prefix::v6([0x100, 0, 0], 64),     // Discarded, RFC 6666.
    Prefix::v6([0x2001, 0, 0], 23),    // Protocol assignments with Teredo and ORCHID, RFC 2928.
    Prefix::v6([0x2001, 0xdb8, 0], 32), // Documentation, RFC 3849.
    Prefix::v6([0x2002, 0, 0], 16),    // 6to4, RFC 3056: leaves through whichever relay is near.
    Prefix::v6([0x3fff, 0, 0], 20),    // Documentation, RFC 9637.
    Prefix::v6([0x5f00, 0, 0], 16),    // Segment routing, RFC 9602.
    Prefix::v6([0xff00, 0, 0], 8),     // Multicast, RFC 4291.
];

#[cfg(test)]
mod tests;
