//! JSON source as the text that it says, so that a value behind an escape is found, and the way back to the source.
//!
//! Escapes are read through however deep they lie: any number of backslashes before a letter is one escape. A path such
//! as `C:\\new` reads as a line break then, which finds more, never less.

/// What JSON source says.
pub(super) struct View {
    pub(super) text: String,
    /// Behind each escape: the byte of the text, and the byte of the source.
    behind: Vec<(usize, usize)>,
}

impl View {
    /// Reads source, which may end in the middle of an escape; that end is left out.
    pub(super) fn of(source: &str) -> Self {
        let mut view = Self { text: String::with_capacity(source.len()), behind: Vec::new() };
        let mut at = 0;
        while let Some(plain) = source.get(at..).and_then(|rest| rest.find('\\')) {
            view.text.push_str(source.get(at..at + plain).unwrap_or(""));
            at += plain;
            let Some((character, length)) = escape(source.get(at..).unwrap_or("")) else {
                return view;
            };
            view.text.push(character);
            at += length;
            view.behind.push((view.text.len(), at));
        }
        view.text.push_str(source.get(at..).unwrap_or(""));
        view
    }

    /// The byte of the source at a character boundary of the text.
    pub(super) fn source(&self, at: usize) -> usize {
        let before = self.behind.partition_point(|(text, _)| *text <= at);
        let (text, source) = before.checked_sub(1).map_or((0, 0), |last| self.behind[last]);
        source + (at - text)
    }
}

/// The character that the escape at the beginning of `source` stands for, and its length. `None` if more must come.
fn escape(source: &str) -> Option<(char, usize)> {
    let slashes = source.bytes().take_while(|byte| *byte == b'\\').count();
    let byte = *source.as_bytes().get(slashes)?;
    let character = match byte {
        b'n' | b'r' | b'f' => '\n',
        b't' | b'b' => '\t',
        b'"' | b'/' => char::from(byte),
        b'u' => return unicode(source, slashes),
        _ => return Some(('\\', slashes)),
    };
    Some((character, slashes + 1))
}

fn unicode(source: &str, slashes: usize) -> Option<(char, usize)> {
    let end = slashes + 5;
    let Some(code) = hex(source, slashes + 1) else {
        let cut = source.len() < end;
        return if cut { None } else { Some(('\\', slashes)) };
    };
    if !(0xd800..0xdc00).contains(&code) {
        return Some((char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), end));
    }
    let low = slashes + end + 1;
    let second = source
        .get(end..low)
        .filter(|between| between.ends_with('u'))
        .and_then(|_| hex(source, low));
    match second {
        Some(second @ 0xdc00..0xe000) => {
            let whole = 0x1_0000 + ((code - 0xd800) << 10) + (second - 0xdc00);
            Some((char::from_u32(whole).unwrap_or(char::REPLACEMENT_CHARACTER), low + 4))
        }
        _ => Some((char::REPLACEMENT_CHARACTER, end)),
    }
}

fn hex(source: &str, at: usize) -> Option<u32> {
    let digits = source.get(at..at + 4)?;
    digits.bytes().all(|b| b.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok())?
}

#[cfg(test)]
mod tests {
    use super::View;

    fn check(source: &str, expect: &str) {
        let view = View::of(source);
        assert_eq!(view.text, expect, "{source}");
        let mut places = view.text.char_indices().map(|(at, _)| view.source(at));
        assert!(places.clone().is_sorted() && places.all(|at| source.is_char_boundary(at)));
    }

    #[test]
    fn escapes_are_read_through_at_every_depth() {
        check("plain é", "plain é");
        check(r#"{"a":"b\nc"}"#, "{\"a\":\"b\nc\"}");
        check(r#"{"a":"{\"b\":\"\\nc\"}"}"#, "{\"a\":\"{\"b\":\"\nc\"}\"}");
        check(r"\u0041\\u0042x", "ABx");
        check(r"\ud83d\ude00!\ud83d", "😀!\u{fffd}");
        check(r"C:\\data\\x", "C:\\data\\x");
        check(r"an end \u00", "an end ");
        check(r"an end \", "an end ");
        check(r"\uXYZW", "\\uXYZW");
    }
}
