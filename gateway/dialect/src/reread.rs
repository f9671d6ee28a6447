//! The second reading of a text that still spells characters as escapes: `Result: {"to":"\u0061nn@…"}`.
//!
//! Such text is no JSON that could be read strictly, but a model reads through it. So it is inspected twice: as it
//! stands, and with every `\u` of four digits and every `\/` undone, however many backslashes stand before it (JSON inside JSON has
//! more). Other escapes stand for white space and marks, which hide no value.
//! Invariant: a boundary between characters of the second reading is a boundary of the text, see [`Back`].

/// The text without its escapes; `None` if it has none, so that there is one reading only.
pub(crate) fn reread(text: &str) -> Option<String> {
    let mut out: Option<String> = None;
    let mut at = 0;
    while let Some((start, unit)) = next(text.as_bytes(), at) {
        let out = out.get_or_insert_with(|| String::with_capacity(text.len()));
        out.push_str(text.get(at..start).unwrap_or_default());
        out.push(unit.char);
        at = start + unit.length;
    }
    if let Some(out) = &mut out {
        out.push_str(text.get(at..).unwrap_or_default());
    }
    out
}

/// Carries rising offsets of the second reading back to the text.
pub(crate) struct Back<'t> {
    text: &'t [u8],
    at: usize,
    read: usize,
    next: Option<(usize, Unit)>,
}

impl<'t> Back<'t> {
    pub(crate) fn new(text: &'t str) -> Back<'t> {
        let text = text.as_bytes();
        Back { text, at: 0, read: 0, next: next(text, 0) }
    }

    /// The offset in the text of the offset `to`, which must be a character boundary and not below the last one asked.
    pub(crate) fn offset(&mut self, to: usize) -> usize {
        while self.read < to {
            let Some((start, unit)) = self.next else {
                self.at += to - self.read;
                self.read = to;
                break;
            };
            let plain = (start - self.at).min(to - self.read);
            self.at += plain;
            self.read += plain;
            if self.at == start && self.read < to {
                self.at += unit.length;
                self.read += unit.char.len_utf8();
                self.next = next(self.text, self.at);
            }
        }
        self.at
    }
}

/// One escape: the bytes it takes and what it stands for.
#[derive(Clone, Copy)]
struct Unit {
    length: usize,
    char: char,
}

/// The first escape at or after `from`.
fn next(text: &[u8], from: usize) -> Option<(usize, Unit)> {
    let mut at = from;
    loop {
        let rest = text.get(at..)?;
        let start = memchr::memchr(b'\\', rest)?;
        let rest = rest.get(start..)?;
        let slashes = rest.iter().take_while(|&&byte| byte == b'\\').count();
        if let Some(unit) = unit(rest, slashes) {
            return Some((at + start, unit));
        }
        at += start + slashes;
    }
}

/// The escape that begins with so many backslashes.
fn unit(text: &[u8], slashes: usize) -> Option<Unit> {
    if text.get(slashes) == Some(&b'/') {
        return Some(Unit { length: slashes + 1, char: '/' });
    }
    let high = code(text, slashes)?;
    let length = slashes + HEX;
    if let Some(char) = char::from_u32(high) {
        return Some(Unit { length, char });
    }
    let tail = text.get(length..).unwrap_or_default();
    let same = tail.iter().take(slashes).all(|&byte| byte == b'\\');
    match code(tail, slashes).filter(|_| same) {
        Some(low @ 0xDC00..=0xDFFF) if high < 0xDC00 => {
            let char = char::from_u32(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))?;
            Some(Unit { length: length * 2, char })
        }
        _ => Some(Unit { length, char: char::REPLACEMENT_CHARACTER }),
    }
}

/// Bytes of the `u` and its four digits.
const HEX: usize = 5;

/// The UTF-16 unit (RFC 8259 §7) that the `u` and four digits at `at` spell; `None` if that is not what stands there.
fn code(text: &[u8], at: usize) -> Option<u32> {
    let [b'u', digits @ ..] = text.get(at..at + HEX)? else { return None };
    digits.iter().try_fold(0, |value, &digit| Some(value << 4 | char::from(digit).to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn escapes_are_undone_however_deep() {
        let check = |text, expect| assert_eq!(reread(text).as_deref(), expect, "{text}");
        check(r"plain C:\users\new", None);
        check(r#"x {"a":"\u0061nn\/b"}"#, Some(r#"x {"a":"ann/b"}"#));
        check(r"\\u0061 \\\\u0062", Some("a b"));
        check(r"\ud83d\ude00 \\ud83d\\ude00 \ud83d", Some("😀 😀 \u{fffd}"));
        check(r"\u12g4\u004", None);
    }

    fn piece() -> impl Strategy<Value = (String, String)> {
        (any::<char>(), 0..4usize).prop_map(|(char, slashes)| {
            let mut units = [0u16; 2];
            let spelled = char.encode_utf16(&mut units);
            let run = "\\".repeat(slashes);
            match slashes {
                0 if matches!(char, '\\' | 'u' | '/') => ("_".into(), "_".into()),
                0 => (char.into(), char.into()),
                _ => (spelled.iter().map(|u| format!("{run}u{u:04x}")).collect(), char.into()),
            }
        })
    }

    proptest! {
        #[test]
        fn a_boundary_goes_back_to_its_boundary(pieces in prop::collection::vec(piece(), 0..40)) {
            let text: String = pieces.iter().map(|piece| piece.0.as_str()).collect();
            let read: String = pieces.iter().map(|piece| piece.1.as_str()).collect();
            prop_assert_eq!(reread(&text).unwrap_or_else(|| text.clone()), read);
            let mut back = Back::new(&text);
            let (mut at, mut decoded) = (0, 0);
            for (spelled, read) in &pieces {
                prop_assert_eq!(back.offset(decoded), at);
                at += spelled.len();
                decoded += read.len();
            }
            prop_assert_eq!(back.offset(decoded), at);
        }
    }
}
