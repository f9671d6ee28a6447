//! The host that a request addresses: `Host`, or the authority of its target.

use super::grammar::is_length;
use super::rejections::odd_host;
use crate::rejection::Rejection;

/// A host name or address, perhaps with a port: no user information, no path, no list.
pub(super) fn check(value: &[u8]) -> Result<(), Rejection> {
    let (name, port) = split(value);
    let name_fits = match name {
        [b'[', inner @ .., b']'] => {
            std::str::from_utf8(inner).is_ok_and(|text| text.parse::<std::net::Ipv6Addr>().is_ok())
        }
        _ => !name.is_empty() && name.len() <= 253 && name.iter().all(|byte| is_host_byte(*byte)),
    };
    let port_fits = match port {
        [] => true,
        [b':', digits @ ..] => {
            is_length(digits)
                && std::str::from_utf8(digits)
                    .is_ok_and(|text| text.parse::<u16>().is_ok_and(|port| port > 0))
        }
        _ => false,
    };
    if name_fits && port_fits { Ok(()) } else { Err(odd_host()) }
}

/// A vetted authority without its port.
pub(in crate::front) fn without_port(authority: &[u8]) -> &[u8] {
    split(authority).0
}

/// The name, with the brackets of an IPv6 address, and the rest from the port's colon on.
fn split(authority: &[u8]) -> (&[u8], &[u8]) {
    let end = if authority.first() == Some(&b'[') {
        authority.iter().position(|byte| *byte == b']').map(|at| at + 1)
    } else {
        authority.iter().position(|byte| *byte == b':')
    };
    authority.split_at(end.unwrap_or(authority.len()))
}

fn is_host_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._".contains(&byte)
}
