//! JSON string escapes: decode, encode, and map decoded offsets back to raw ones.
//!
//! Invariant: every decoded character comes from exactly one raw unit (itself or one escape, a surrogate pair
//! being one), so a boundary between decoded characters has exactly one raw boundary.

/// One escape at the start of some bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Escape {
    /// Raw bytes it takes.
    pub(crate) length: usize,
    /// What it stands for.
    pub(crate) char: char,
    /// Whether it is half of a surrogate pair; `char` is then U+FFFD.
    pub(crate) lone: bool,
}

/// Reads the escape that `raw` begins with (at its backslash); `None` if it is none of RFC 8259 §7.
pub(crate) fn escape(raw: &[u8]) -> Option<Escape> {
    match *raw.get(1)? {
        b'u' => unicode(raw),
        byte => Some(Escape { length: 2, char: char::from(short(byte)?), lone: false }),
    }
}

/// What a backslash before this byte stands for, unless it is `u`.
#[inline]
pub(crate) fn short(byte: u8) -> Option<u8> {
    match byte {
        b'"' | b'\\' | b'/' => Some(byte),
        b'b' => Some(8),
        b'f' => Some(12),
        b'n' => Some(b'\n'),
        b'r' => Some(b'\r'),
        b't' => Some(b'\t'),
        _ => None,
    }
}

fn unicode(raw: &[u8]) -> Option<Escape> {
    let high = hex4(raw.get(2..6)?)?;
    if let Some(char) = char::from_u32(high) {
        return Some(Escape { length: 6, char, lone: false });
    }
    let low = match raw.get(6..12) {
        Some([b'\\', b'u', digits @ ..]) => hex4(digits),
        _ => None,
    };
    match low {
        Some(low @ 0xDC00..=0xDFFF) if high < 0xDC00 => {
            let char = char::from_u32(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))?;
            Some(Escape { length: 12, char, lone: false })
        }
        _ => Some(Escape { length: 6, char: char::REPLACEMENT_CHARACTER, lone: true }),
    }
}

fn hex4(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |value, &digit| Some(value << 4 | char::from(digit).to_digit(16)?))
}

/// Appends the text that the inside of a JSON string stands for. Bytes that are no escape stand for themselves.
pub(crate) fn unescape_into(raw: &str, out: &mut String) {
    out.reserve(raw.len());
    let mut rest = raw;
    while let Some((run, tail)) = rest.split_at_checked(plain_run(rest.as_bytes())) {
        out.push_str(run);
        let Some(found) = escape(tail.as_bytes()).or_else(|| literal_backslash(tail)) else {
            return;
        };
        out.push(found.char);
        rest = tail.get(found.length..).unwrap_or_default();
    }
}

/// A backslash that begins no escape stands for itself.
fn literal_backslash(raw: &str) -> Option<Escape> {
    raw.starts_with('\\').then_some(Escape { length: 1, char: '\\', lone: false })
}

/// The length of the run before the next backslash. PERF: runs between escapes are short, so the first words are
/// looked at without a call.
#[inline]
fn plain_run(bytes: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    for (index, word) in bytes.as_chunks::<8>().0.iter().take(8).enumerate() {
        let other = u64::from_le_bytes(*word) ^ (ONES * b'\\' as u64);
        let zero = other.wrapping_sub(ONES) & !other & (ONES << 7);
        if zero != 0 {
            return index * 8 + zero.trailing_zeros() as usize / 8;
        }
    }
    memchr::memchr(b'\\', bytes).unwrap_or(bytes.len())
}

/// The text that the inside of a JSON string stands for.
pub(crate) fn unescape(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    unescape_into(raw, &mut out);
    out
}

/// `text` as the inside of a JSON string, without a character that any reader of event streams takes for a line end
/// (CR, LF, NEL, LINE SEPARATOR, PARAGRAPH SEPARATOR, VT, FF, FS to RS).
pub(crate) fn escaped(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len() + 8);
    escape_into(text, &mut out);
    // INVARIANT: `escape_into` copies whole characters and adds ASCII, so the bytes are UTF-8.
    String::from_utf8(out).unwrap_or_default()
}

/// Appends `text` escaped for the inside of a JSON string.
pub(crate) fn escape_into(text: &str, out: &mut Vec<u8>) {
    let mut from = 0;
    for (at, character) in text.char_indices().filter(|(_, character)| needs_escape(*character)) {
        out.extend_from_slice(&text.as_bytes()[from..at]);
        from = at + character.len_utf8();
        match character {
            '"' => out.extend_from_slice(b"\\\""),
            '\\' => out.extend_from_slice(b"\\\\"),
            '\n' => out.extend_from_slice(b"\\n"),
            '\r' => out.extend_from_slice(b"\\r"),
            '\t' => out.extend_from_slice(b"\\t"),
            other => out.extend_from_slice(format!("\\u{:04x}", u32::from(other)).as_bytes()),
        }
    }
    out.extend_from_slice(&text.as_bytes()[from..]);
}

/// Appends a whole JSON string, quotes included.
pub(crate) fn quote_into(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    escape_into(text, out);
    out.push(b'"');
}

fn needs_escape(character: char) -> bool {
    matches!(character, '"' | '\\' | '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}')
}

/// Walks the inside of a JSON string once and maps rising decoded offsets to raw ones.
pub(crate) struct Mapper<'r> {
    raw: &'r [u8],
    at: usize,
    decoded: usize,
    /// Raw offset of the next backslash, so that a long plain run is searched once.
    backslash: usize,
}

impl<'r> Mapper<'r> {
    pub(crate) fn new(raw: &'r str) -> Mapper<'r> {
        let raw = raw.as_bytes();
        Mapper {
            raw,
            at: 0,
            decoded: 0,
            backslash: memchr::memchr(b'\\', raw).unwrap_or(raw.len()),
        }
    }

    /// The raw offset of the decoded offset `to`, which must be a character boundary and not below the last one asked.
    pub(crate) fn raw_offset(&mut self, to: usize) -> usize {
        while self.decoded < to && self.at < self.raw.len() {
            let run = self.backslash - self.at;
            if run > 0 {
                let take = run.min(to - self.decoded);
                self.at += take;
                self.decoded += take;
                continue;
            }
            let (length, char) = match escape(self.raw.get(self.at..).unwrap_or_default()) {
                Some(found) => (found.length, found.char),
                None => (1, '\\'),
            };
            self.at += length;
            self.decoded += char.len_utf8();
            let rest = self.raw.get(self.at..).unwrap_or_default();
            self.backslash = self.at + memchr::memchr(b'\\', rest).unwrap_or(rest.len());
        }
        self.at
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_escape_decodes() {
        let raw = r#"a\"\\\/\b\f\n\r\t\u00e9\u20AC\ud83d\ude00z"#;
        assert_eq!(unescape(raw), "a\"\\/\u{8}\u{c}\n\r\té€😀z");
        assert_eq!(unescape(r"\ud83d!\ude00"), "\u{fffd}!\u{fffd}");
        assert_eq!(escape(br"\x41"), None);
        assert_eq!(escape(br"\u12g4"), None);
    }

    /// A decoded character with one of its raw spellings.
    fn unit() -> impl Strategy<Value = (char, String)> {
        (any::<char>(), 0..3u8).prop_map(|(c, how)| {
            let mut units = [0u16; 2];
            let long: String =
                c.encode_utf16(&mut units).iter().map(|u| format!("\\u{u:04X}")).collect();
            let raw = match how {
                0 => long,
                1 if c == '/' => "\\/".into(),
                _ => escaped(&c.to_string()),
            };
            (c, raw)
        })
    }

    proptest! {
        #[test]
        fn a_boundary_maps_to_the_boundary_between_its_units(units in prop::collection::vec(unit(), 0..40)) {
            let raw: String = units.iter().map(|u| u.1.as_str()).collect();
            let text: String = units.iter().map(|u| u.0).collect();
            prop_assert_eq!(unescape(&raw), text);
            let mut mapper = Mapper::new(&raw);
            let (mut at, mut decoded) = (0, 0);
            for (char, spelled) in &units {
                prop_assert_eq!(mapper.raw_offset(decoded), at);
                at += spelled.len();
                decoded += char.len_utf8();
            }
            prop_assert_eq!(mapper.raw_offset(decoded), at);
        }

        #[test]
        fn what_is_escaped_decodes_to_itself(text in any::<String>()) {
            prop_assert_eq!(unescape(&escaped(&text)), text);
        }
    }
}
