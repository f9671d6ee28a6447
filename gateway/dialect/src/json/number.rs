//! The number grammar of RFC 8259 §6.

/// The length of the number that `bytes` begin with, or the offset of the byte that breaks the grammar.
pub(super) fn length(bytes: &[u8]) -> Result<usize, usize> {
    let mut at = usize::from(bytes.first() == Some(&b'-'));
    match bytes.get(at) {
        Some(b'0') => at += 1,
        Some(b'1'..=b'9') => at = digits(bytes, at),
        _ => return Err(at),
    }
    if bytes.get(at) == Some(&b'.') {
        at = some_digits(bytes, at + 1)?;
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        at += 1;
        at += usize::from(matches!(bytes.get(at), Some(b'+' | b'-')));
        at = some_digits(bytes, at)?;
    }
    match bytes.get(at) {
        Some(b'0'..=b'9' | b'.' | b'+' | b'-' | b'a'..=b'z' | b'A'..=b'Z' | b'_') => Err(at),
        _ => Ok(at),
    }
}

fn digits(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    from + rest.iter().position(|b| !b.is_ascii_digit()).unwrap_or(rest.len())
}

fn some_digits(bytes: &[u8], from: usize) -> Result<usize, usize> {
    match digits(bytes, from) {
        at if at == from => Err(at),
        at => Ok(at),
    }
}
