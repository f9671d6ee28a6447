//! Percent-encoding (RFC 3986 §2.1) of path segments and form-encoded queries: decode, encode, map back.
//!
//! A `%` without two hex digits stands for itself. In queries `+` is a space to form decoders and itself to others; both are read.

/// Decodes; `None` when the result is not UTF-8.
pub(crate) fn decode(raw: &str, plus_is_space: bool) -> Option<String> {
    let bytes = raw.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some((length, byte)) = unit(bytes, at, plus_is_space) {
        out.push(byte);
        at += length;
    }
    String::from_utf8(out).ok()
}

/// The raw offset of a decoded byte offset.
pub(crate) fn raw_offset(raw: &str, decoded: usize, plus_is_space: bool) -> usize {
    let bytes = raw.as_bytes();
    (0..decoded)
        .fold(0, |at, _| at + unit(bytes, at, plus_is_space).map_or(0, |(length, _)| length))
}

/// Encodes everything that is not unreserved.
pub(crate) fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.extend(
                [byte >> 4, byte & 15]
                    .map(|half| char::from(b"0123456789ABCDEF"[usize::from(half)])),
            );
        }
    }
    out
}

fn unit(bytes: &[u8], at: usize, plus_is_space: bool) -> Option<(usize, u8)> {
    let hex = |offset: usize| bytes.get(at + offset).and_then(|&b| char::from(b).to_digit(16));
    match bytes.get(at)? {
        b'+' if plus_is_space => Some((1, b' ')),
        b'%' => Some(match (hex(1), hex(2)) {
            (Some(high), Some(low)) => (3, (high * 16 + low) as u8),
            _ => (1, b'%'),
        }),
        &byte => Some((1, byte)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn decodes_and_maps() {
        assert_eq!(decode("a%20b+c%C3%A9%zz%4", true).as_deref(), Some("a b cé%zz%4"));
        assert_eq!(decode("a+b", false).as_deref(), Some("a+b"));
        assert_eq!(decode("%ff", true), None);
        assert_eq!(raw_offset("a%20b", 2, true), 4);
    }

    proptest! {
        #[test]
        fn what_is_encoded_decodes_to_itself(text in any::<String>()) {
            prop_assert_eq!(decode(&encode(&text), true), Some(text));
        }
    }
}
