//! The request target (RFC 9112 §3.2): a path that all servers read alike, or a whole address with one.

use super::authority;
use super::grammar::is_control;
use super::rejections::{bad, bad_target, odd_path};
use crate::rejection::Rejection;

/// Origin form: a path that all servers read alike, perhaps a query.
pub(super) fn origin(target: &[u8]) -> Result<(), Rejection> {
    visible(target)?;
    let path = target.split(|byte| *byte == b'?').next().unwrap_or_default();
    if is_plain(path) { Ok(()) } else { Err(odd_path()) }
}

/// Absolute form, which must name the same authority as `Host`.
pub(super) fn absolute(target: &[u8], host: &[u8]) -> Result<(), Rejection> {
    let after = strip_prefix_ignoring_case(target, b"http://").map(|rest| (rest, &b":80"[..]));
    let after = after.or_else(|| {
        strip_prefix_ignoring_case(target, b"https://").map(|rest| (rest, &b":443"[..]))
    });
    let (rest, default_port) = after.ok_or_else(bad_target)?;
    let end = rest.iter().position(|byte| matches!(byte, b'/' | b'?')).unwrap_or(rest.len());
    let (named, path) = rest.split_at(end);
    authority::check(named)?;
    origin(path)?;
    let without =
        |name: &[u8]| name.strip_suffix(default_port).unwrap_or(name).to_ascii_lowercase();
    if without(named) == without(host) {
        Ok(())
    } else {
        Err(bad(
            "host-mismatch",
            "The request target and Host name different hosts.",
            "Send the same host in both.",
        ))
    }
}

/// Visible ASCII in which each percent sign begins an escape.
fn visible(target: &[u8]) -> Result<(), Rejection> {
    let mut rest = target;
    while let Some((byte, after)) = rest.split_first() {
        rest = match byte {
            b'%' => match after {
                [high, low, after @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                    after
                }
                _ => return Err(bad_target()),
            },
            b'#' | b'\\' => return Err(bad_target()),
            0x21..=0x7e => after,
            _ => return Err(bad_target()),
        };
    }
    Ok(())
}

/// Whether a path means the same to every server, also to those that remove dot segments, join slashes, cut
/// parameters off, or undo escapes first.
fn is_plain(path: &[u8]) -> bool {
    let mut segments = path.split(|byte| *byte == b'/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        if (segment.is_empty() && !is_last) || !is_plain_segment(segment) {
            return false;
        }
    }
    true
}

fn is_plain_segment(segment: &[u8]) -> bool {
    let (mut rest, mut length, mut dots) = (segment, 0_usize, 0_usize);
    while let Some((first, mut after)) = rest.split_first() {
        let mut byte = *first;
        if let (b'%', Some((digits, beyond))) = (byte, after.split_at_checked(2)) {
            (byte, after) = (unhex(digits), beyond);
            if is_control(byte) || matches!(byte, b'/' | b'\\' | b'%' | b'\t') {
                return false;
            }
        }
        if byte == b';' {
            return false;
        }
        length += 1;
        dots += usize::from(byte == b'.');
        rest = after;
    }
    dots != length || !matches!(length, 1 | 2)
}

fn unhex(digits: &[u8]) -> u8 {
    digits.iter().fold(0, |value, digit| {
        value << 4 | (*digit as char).to_digit(16).map_or(0, |digit| digit as u8)
    })
}

fn strip_prefix_ignoring_case<'t>(target: &'t [u8], prefix: &[u8]) -> Option<&'t [u8]> {
    let (begin, rest) = target.split_at_checked(prefix.len())?;
    begin.eq_ignore_ascii_case(prefix).then_some(rest)
}
