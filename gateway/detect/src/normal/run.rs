//! Runs of base 64, base 32 and hexadecimal that say text: plain, UTF-16, or compressed.
//!
//! A run counts only if what it says is text: UTF-8, at least nine tenths printable. Random tokens, hashes and images are not.

use flate2::{Decompress, FlushDecompress, Status};

/// Least characters of a run that is looked at.
pub(crate) const RUN_MIN: usize = 12;
/// Longest run that is read; a longer one that begins as text is reported as unread.
pub(crate) const RUN_MAX: usize = 64 * 1024;
/// Most bytes that one run may unpack to.
const UNPACKED_MAX: usize = 256 * 1024;
/// Least length of a line that the next one may continue.
pub(crate) const LINE_MIN: usize = 40;

/// Working memory.
#[derive(Default)]
pub(crate) struct Runs {
    /// The characters of a run without its line ends.
    clean: Vec<u8>,
    bytes: Vec<u8>,
    unpacked: Vec<u8>,
    inflate: Option<Decompress>,
    /// What the run says.
    pub(crate) says: String,
}

/// A run that was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) end: usize,
    pub(crate) read: bool,
}

/// Whether a byte is a digit of base 64, in either alphabet.
#[inline]
pub(crate) fn is_digit(byte: u8) -> bool {
    DIGITS.get(usize::from(byte)).copied().unwrap_or(false)
}

static DIGITS: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0u8;
    while byte < 128 {
        table[byte as usize] =
            byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_');
        byte += 1;
    }
    table
};

/// The end of the run of such digits.
pub(crate) fn token_end(text: &[u8], at: usize) -> usize {
    at + text.get(at..).unwrap_or_default().iter().take_while(|b| is_digit(**b)).count()
}

/// The first place in a token from which it says text: its begin, or behind a sign that may have nothing to do with it.
pub(crate) fn find(runs: &mut Runs, text: &[u8], at: usize, end: usize) -> Option<(usize, Run)> {
    if let Some(run) = runs.read(text, at, end) {
        return Some((at, run));
    }
    let head = text.get(at..end.min(at + 64))?;
    let signs =
        (at + 1..).zip(head).filter(|(_, b)| !b.is_ascii_alphanumeric()).map(|(next, _)| next);
    for from in signs.take(4) {
        if let Some(run) = runs.read(text, from, end) {
            return Some((from, run));
        }
    }
    None
}

/// A quick look at the first four digits: most names and identifiers cannot be the begin of text in any of the bases.
fn may_say_text(token: &[u8]) -> bool {
    let Some([a, b, c, d]) = token.first_chunk::<4>() else { return false };
    if (a.is_ascii_hexdigit()
        && b.is_ascii_hexdigit()
        && c.is_ascii_hexdigit()
        && d.is_ascii_hexdigit())
        || a.is_ascii_uppercase() && Base::ThirtyTwo.has(*b) && Base::ThirtyTwo.has(*c)
    {
        return true;
    }
    let value = |b: u8| Base::SixtyFour.value(b);
    let (first, ascii) =
        (value(*a) << 2 | value(*b) >> 4, value(*b) & 8 == 0 && value(*c) & 2 == 0);
    match first {
        // Text in ASCII says so in every group of four.
        0x20..0x7F => ascii && groups_say_ascii(token) || first == 0x78,
        0x09..=0x0D | 0 | 0x1F | 0xFE | 0xFF => true,
        _ => (0xC2..0xF5).contains(&first) && value(*b) & 12 == 8,
    }
}

/// Whether the second and third group of four digits of base 64 can be ASCII, if the first is.
fn groups_say_ascii(token: &[u8]) -> bool {
    let value = |b: u8| Base::SixtyFour.value(b);
    let groups = token.as_chunks::<4>().0.iter().skip(1).take(2);
    let mut ascii =
        groups.map(|[a, b, c, _]| value(*a) & 32 == 0 && value(*b) & 8 == 0 && value(*c) & 2 == 0);
    // Other scripts may begin with a word of ASCII.
    ascii.next().unwrap_or(true) || ascii.next().unwrap_or(false)
}

/// How a run is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Base {
    Sixteen,
    ThirtyTwo,
    SixtyFour,
}

impl Runs {
    /// Reads the run that begins at `at` and whose first line ends at `end`. `None`: it says no text.
    pub(crate) fn read(&mut self, text: &[u8], at: usize, end: usize) -> Option<Run> {
        let token = text.get(at..end)?;
        if token.len() < RUN_MIN {
            return None;
        }
        if !may_say_text(token) {
            return None;
        }
        let head = token.get(..64.min(token.len()))?;
        for base in [Base::Sixteen, Base::ThirtyTwo, Base::SixtyFour] {
            if !head.iter().all(|b| base.has(*b)) || !self.begins_as_text(base, head) {
                continue;
            }
            if let Some(run) = self.whole(base, text, at, end) {
                return Some(run);
            }
        }
        None
    }

    /// Reads a short piece of base 64, whatever its length.
    pub(crate) fn short(&mut self, digits: &[u8]) -> Option<()> {
        self.bytes.clear();
        Base::SixtyFour.decode(digits, &mut self.bytes);
        self.says.clear();
        self.says.push_str(prefix(&self.bytes)?);
        Some(())
    }

    /// Reads the Q encoding of mail: `_` is a space, `=40` a byte.
    pub(crate) fn quoted(&mut self, text: &[u8]) -> Option<()> {
        self.bytes.clear();
        let mut rest = text;
        while let Some((first, more)) = rest.split_first() {
            let digit = |i: usize| more.get(i).and_then(|b| char::from(*b).to_digit(16));
            let byte;
            (rest, byte) = match (first, digit(0).zip(digit(1))) {
                (b'=', Some((a, b))) => (more.get(2..)?, u8::try_from(a << 4 | b).ok()?),
                (b'_', _) => (more, b' '),
                _ => (more, *first),
            };
            self.bytes.push(byte);
        }
        self.says.clear();
        self.says.push_str(prefix(&self.bytes)?);
        Some(())
    }

    /// Reads Ascii85 without its brackets.
    pub(crate) fn eighty_five(&mut self, digits: &[u8]) -> Option<()> {
        self.bytes.clear();
        let (mut held, mut n) = (0u64, 0);
        for digit in digits.iter().filter(|b| !b.is_ascii_whitespace()) {
            match digit {
                b'z' if n == 0 => self.bytes.extend([0; 4]),
                b'!'..=b'u' => {
                    held = held * 85 + u64::from(digit - b'!');
                    n += 1;
                }
                _ => return None,
            }
            if n == 5 {
                self.bytes.extend(u32::try_from(held).ok()?.to_be_bytes());
                (held, n) = (0, 0);
            }
        }
        if n > 1 {
            for _ in n..5 {
                held = held * 85 + 84;
            }
            self.bytes.extend_from_slice(u32::try_from(held).ok()?.to_be_bytes().get(..n - 1)?);
        }
        self.says.clear();
        tell(&self.bytes, &mut self.says).then_some(())
    }

    /// Whether the first bytes could be text, or the begin of something compressed.
    fn begins_as_text(&mut self, base: Base, head: &[u8]) -> bool {
        let first = head.get(..16.min(head.len())).unwrap_or_default();
        self.bytes.clear();
        base.decode(first, &mut self.bytes);
        let bytes = self.bytes.as_slice();
        match bytes {
            [0x1F, 0x8B, ..] | [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => return true,
            [0x78, second, ..] if (0x7800 + u16::from(*second)) % 31 == 0 => return true,
            _ => {}
        }
        let zeros = bytes.iter().filter(|b| **b == 0).count();
        if zeros * 5 >= bytes.len() * 2 {
            return true;
        }
        prefix(bytes).is_some_and(|text| !text.is_empty() && text.chars().all(is_printable))
    }

    fn whole(&mut self, base: Base, text: &[u8], at: usize, end: usize) -> Option<Run> {
        if end - at > RUN_MAX {
            return Some(Run { end, read: false });
        }
        let (last, before_last) = self.gather(base, text, at, end)?;
        if last - at > RUN_MAX {
            return Some(Run { end: last, read: false });
        }
        match self.says(base) {
            None if before_last > 0 => {
                // The last line may be a word of what follows.
                let (end, kept) =
                    (before_last, self.clean.len() - (last - before_last).min(self.clean.len()));
                self.clean.truncate(kept);
                self.says(base).map(|read| Run { end, read })
            }
            read => read.map(|read| Run { end: last, read }),
        }
    }

    /// Collects the lines of a run without line ends and padding; where it ends, and where its last line's predecessor does.
    fn gather(&mut self, base: Base, text: &[u8], at: usize, end: usize) -> Option<(usize, usize)> {
        self.clean.clear();
        self.clean.extend_from_slice(text.get(at..end)?);
        let (width, mut end, mut before) = (end - at, end, 0);
        while width >= LINE_MIN && self.clean.len() <= RUN_MAX {
            let gap = match (text.get(end), text.get(end + 1)) {
                (Some(b'\r'), Some(b'\n')) => 2,
                (Some(b'\n'), _) => 1,
                _ => break,
            };
            let from = end + gap;
            let line =
                text.get(from..)?.iter().take(width + 1).take_while(|b| base.has(**b)).count();
            if line == 0 || line > width {
                break;
            }
            before = end;
            self.clean.extend_from_slice(text.get(from..from + line)?);
            end = from + line;
            if line < width {
                break;
            }
        }
        let padding = text.get(end..)?.iter().take(6).take_while(|b| **b == b'=').count();
        Some((end + padding, before))
    }

    /// Decodes what was gathered into `says`; whether it was read. `None`: it is no text.
    fn says(&mut self, base: Base) -> Option<bool> {
        self.bytes.clear();
        base.decode(&self.clean, &mut self.bytes);
        self.says.clear();
        match self.unpack() {
            Packed::No => {}
            Packed::Yes => return tell(&self.unpacked, &mut self.says).then_some(true),
            Packed::Unread => return Some(false),
        }
        (tell(&self.bytes, &mut self.says)).then_some(true)
    }

    /// Inflates gzip and zlib.
    fn unpack(&mut self) -> Packed {
        let gzip = self.bytes.starts_with(&[0x1F, 0x8B, 8]);
        let zlib = matches!(self.bytes.as_slice(), [0x78, second, _, ..] if (0x7800 + u16::from(*second)) % 31 == 0);
        let skip = match (gzip, zlib) {
            (true, _) => gzip_header(&self.bytes),
            (_, true) => 0,
            _ => return Packed::No,
        };
        let body = self.bytes.get(skip..).unwrap_or_default();
        let inflate = self.inflate.get_or_insert_with(|| Decompress::new(zlib));
        inflate.reset(zlib);
        self.unpacked.clear();
        self.unpacked.resize(UNPACKED_MAX, 0);
        let status = inflate.decompress(body, &mut self.unpacked, FlushDecompress::Finish);
        let length = usize::try_from(inflate.total_out()).unwrap_or(0).min(UNPACKED_MAX);
        self.unpacked.truncate(length);
        match status {
            Ok(Status::StreamEnd) => Packed::Yes,
            // A stream that was cut is read as far as it goes.
            Ok(_) if length < UNPACKED_MAX && length > 0 && gzip => Packed::Yes,
            Ok(_) if length == UNPACKED_MAX => Packed::Unread,
            _ if gzip => Packed::Unread,
            _ => Packed::No,
        }
    }
}

enum Packed {
    No,
    Yes,
    Unread,
}

/// Bytes of a gzip header.
fn gzip_header(bytes: &[u8]) -> usize {
    let flags = bytes.get(3).copied().unwrap_or(0);
    let mut at = 10;
    if flags & 4 != 0 {
        let length = |i: usize| usize::from(bytes.get(i).copied().unwrap_or(0));
        at += 2 + length(10) + (length(11) << 8);
    }
    for flag in [8, 16] {
        if flags & flag != 0 {
            let name = bytes.get(at..).unwrap_or_default();
            at += name.iter().position(|b| *b == 0).map_or(name.len(), |n| n + 1);
        }
    }
    at + if flags & 2 != 0 { 2 } else { 0 }
}

impl Base {
    fn has(self, byte: u8) -> bool {
        match self {
            Base::Sixteen => byte.is_ascii_hexdigit(),
            Base::ThirtyTwo => byte.is_ascii_uppercase() || (b'2'..=b'7').contains(&byte),
            Base::SixtyFour => is_digit(byte),
        }
    }

    fn bits(self) -> u32 {
        match self {
            Base::Sixteen => 4,
            Base::ThirtyTwo => 5,
            Base::SixtyFour => 6,
        }
    }

    fn value(self, byte: u8) -> u32 {
        u32::from(match (self, byte) {
            (Base::Sixteen, b'0'..=b'9') => byte - b'0',
            (Base::Sixteen, _) => (byte | 0x20).wrapping_sub(b'a' - 10) & 15,
            (Base::ThirtyTwo, b'A'..=b'Z') => byte - b'A',
            (Base::ThirtyTwo, _) => byte.wrapping_sub(b'2' - 26) & 31,
            (Base::SixtyFour, b'A'..=b'Z') => byte - b'A',
            (Base::SixtyFour, b'a'..=b'z') => byte - b'a' + 26,
            (Base::SixtyFour, b'0'..=b'9') => byte - b'0' + 52,
            (Base::SixtyFour, b'+' | b'-') => 62,
            (Base::SixtyFour, _) => 63,
        })
    }

    fn decode(self, digits: &[u8], out: &mut Vec<u8>) {
        let (mut held, mut bits) = (0u32, 0);
        for byte in digits {
            held = held << self.bits() | self.value(*byte);
            bits += self.bits();
            if bits >= 8 {
                bits -= 8;
                out.push(u8::try_from(held >> bits & 0xFF).unwrap_or(0));
                held &= (1 << bits) - 1;
            }
        }
    }
}

pub(crate) fn is_printable(c: char) -> bool {
    !c.is_control() && c != '\u{FFFD}' || matches!(c, '\n' | '\r' | '\t')
}

/// The text that bytes are but for a character cut at their end.
fn prefix(bytes: &[u8]) -> Option<&str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text),
        Err(e) if e.error_len().is_none() => {
            std::str::from_utf8(bytes.get(..e.valid_up_to())?).ok()
        }
        Err(_) => None,
    }
}

/// Appends what bytes say, if that is text.
fn tell(bytes: &[u8], says: &mut String) -> bool {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if let Some(big) = sixteen(bytes) {
        let units =
            bytes.as_chunks::<2>().0.iter().map(|pair| {
                if big { u16::from_be_bytes(*pair) } else { u16::from_le_bytes(*pair) }
            });
        says.extend(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
    } else {
        let Some(text) = prefix(bytes) else { return false };
        says.push_str(text);
    }
    let all = says.chars().count();
    let printable = says.chars().filter(|c| is_printable(*c)).count();
    all >= 6 && printable * 10 >= all * 9
}

/// Whether bytes are UTF-16, and then whether the high byte comes first.
fn sixteen(bytes: &[u8]) -> Option<bool> {
    match bytes {
        [0xFF, 0xFE, ..] => return Some(false),
        [0xFE, 0xFF, ..] => return Some(true),
        _ => {}
    }
    let zeros = |odd: usize| bytes.iter().skip(odd).step_by(2).filter(|b| **b == 0).count();
    let most = bytes.len() / 2 * 4 / 5;
    if bytes.len() < 8 {
        None
    } else if zeros(0) > most {
        Some(true)
    } else {
        (zeros(1) > most).then_some(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: Option<&str>) {
        let mut runs = Runs::default();
        let bytes = text.as_bytes();
        let run = runs.read(bytes, 0, token_end(bytes, 0));
        let says = run.filter(|r| r.read).map(|_| runs.says.as_str());
        assert_eq!(says, expect, "{text}");
    }

    #[test]
    fn runs_that_say_text_are_read() {
        check("am9obi5kb2VAZXhhbXBsZS5vcmc=", Some("john.doe@example.org"));
        check("6a6f686e2e646f65406578616d706c652e6f7267", Some("john.doe@example.org"));
        check("NJXWQ3ROMRXWKQDFPBQW24DMMUXG64TH", Some("john.doe@example.org"));
        check("agBvAGgAbgBAAGUAeAAuAG8AcgBnAA==", Some("john@ex.org"));
        check(
            "H4sIAAAAAAACA8vKz8jTS8lPdUitSMwtyEnVyy9KBwDwqTxeFAAAAA==",
            Some("john.doe@example.org"),
        );
        check("4b825dc642cb6eb9a060e54bf8d69288fbee4904", None);
        check("getElementsByClassName", None);
        check("550e8400-e29b-41d4-a716-446655440000", None);
    }
}
