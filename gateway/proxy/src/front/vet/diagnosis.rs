//! Why the parser refused a head, for the client to mend it.

use super::grammar::{is_control, is_token};
use super::rejections::{bad, bad_method, bad_target, control_character};
use crate::rejection::Rejection;

/// Finds out why the parser refused a head; only the reason is wanted, so speed does not matter.
pub(super) fn diagnose(head: &[u8]) -> Rejection {
    let mut lines =
        head.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let first = lines.next().unwrap_or_default();
    let words: Vec<&[u8]> = first.split(|byte| *byte == b' ').collect();
    match words.as_slice() {
        [name, ..] if name.is_empty() || !name.iter().all(|byte| is_token(*byte)) => {
            return bad_method();
        }
        [_, _, b"HTTP/1.1" | b"HTTP/1.0"] => {}
        [_, _, version] if version.starts_with(b"HTTP/") => {
            return Rejection::new(
                505,
                "unknown-http-version",
                "The HTTP version is not 1.0 or 1.1.",
                "Use HTTP/1.1 or negotiate HTTP/2.",
            );
        }
        _ => return bad_target(),
    }
    if words.get(1).is_some_and(|target| {
        target.is_empty() || target.iter().any(|byte| !(0x21..=0x7e).contains(byte))
    }) {
        return bad_target();
    }
    lines.find_map(diagnose_line).unwrap_or_else(|| {
        bad("bad-head", "The request head cannot be read.", "Check the client's HTTP library.")
    })
}

fn diagnose_line(line: &[u8]) -> Option<Rejection> {
    if matches!(line.first(), Some(b' ' | b'\t')) {
        return Some(bad(
            "folded-header",
            "A header line continues the one before it.",
            "Put each header on one line.",
        ));
    }
    if line.iter().any(|byte| is_control(*byte)) {
        return Some(control_character());
    }
    let colon = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
    let name = line.get(..colon).unwrap_or_default();
    if name.iter().all(|byte| is_token(*byte)) && colon < line.len() && !name.is_empty() {
        return None;
    }
    let spaced = colon < line.len() && matches!(name.last(), Some(b' ' | b'\t'));
    match line {
        [] => None,
        _ if spaced => Some(bad(
            "space-before-colon",
            "A header name is followed by a space before its colon.",
            "Put the colon right after the name.",
        )),
        _ => Some(bad(
            "bad-header-name",
            "A header name has a character that is not allowed.",
            "Use letters, digits and hyphens.",
        )),
    }
}
