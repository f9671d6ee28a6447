//! Runs of base 64, base 32 and hexadecimal that say text, plain or compressed.
//!
//! A run counts only if what it says is [text](super::tell). Random tokens, hashes and images are not.
//! It is read line by line for as long as it says text: one that says none costs a line, and hides none of those below it.
//!
//! Invariant: all that is decoded and unpacked is taken from an allowance first. Once that is used up, what begins as text is unread.

use std::ops::Range;

pub(crate) use super::base::is_digit;
use super::base::{Base, Digits};
use super::tell::{Telling, is_printable, is_western, prefix};
use super::unpack::{Fed, MEMBER, Packing, Unpacker};

/// Least characters of a run that is looked at.
pub(crate) const RUN_MIN: usize = 12;
/// Longest run that is read; a longer one that begins as text is reported as unread.
pub(crate) const RUN_MAX: usize = 64 * 1024;
/// Least length of a line that the next one may continue.
pub(crate) const LINE_MIN: usize = 40;

/// Working memory.
#[derive(Default)]
pub(crate) struct Runs {
    /// Bytes that may still be made.
    left: usize,
    bytes: Vec<u8>,
    /// Whether the run that was read last was taken for windows-1252.
    western: bool,
    unpacker: Unpacker,
    /// What the run says; nothing if it was not read.
    pub(crate) says: String,
}

/// A run that was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) end: usize,
    pub(crate) read: bool,
}

/// The end of the run of such digits.
pub(crate) fn token_end(text: &[u8], at: usize) -> usize {
    at + text.get(at..).unwrap_or_default().iter().take_while(|b| is_digit(**b)).count()
}

/// The first place in a token from which it says text: its begin, or behind a sign that may have nothing to do with it.
pub(crate) fn find(runs: &mut Runs, text: &[u8], at: usize, end: usize) -> Option<(usize, Run)> {
    let mark = prefixed(text.get(at..end)?);
    if let Some(run) = runs.read_parts(text, at + mark, end) {
        return Some((at, run));
    }
    let at = at + mark;
    let head = text.get(at..(end + 1).saturating_sub(RUN_MIN).min(at + 64))?;
    let signs =
        (at + 1..).zip(head).filter(|(_, b)| !b.is_ascii_alphanumeric()).map(|(next, _)| next);
    for from in signs.take(4) {
        if let Some(run) = runs.read_parts(text, from, end) {
            return Some((from, run));
        }
    }
    None
}

/// The length of the mark of a hexadecimal number: `0x`, or the `x` of `\x`.
fn prefixed(token: &[u8]) -> usize {
    match token {
        [b'0', b'x' | b'X', ..] => 2,
        [b'x' | b'X', a, b, ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit() => 1,
        _ => 0,
    }
}

/// A quick look at the first digits: in which bases they may be the begin of text. Most names and identifiers are it in none.
fn bases(token: &[u8]) -> [Option<Base>; 3] {
    let Some(head) = token.first_chunk::<4>() else { return [None; 3] };
    let all = |base: Base| head.iter().all(|b| base.has(*b)).then_some(base);
    [
        all(Base::Sixteen).filter(|_| hexadecimal(head)),
        all(Base::ThirtyTwo).filter(|_| head.first().is_some_and(u8::is_ascii_uppercase)),
        Some(Base::SixtyFour).filter(|_| sixty_four(head, token)),
    ]
}

fn hexadecimal(head: &[u8; 4]) -> bool {
    let [a, b, c, d] = head.map(|b| Base::Sixteen.value(b));
    match (a << 4 | b, c << 4 | d) {
        (0x78, _) | (0x1F, 0x8B) => true,
        (first, second) => !is_control(first) && !is_control(second),
    }
}

fn sixty_four(head: &[u8; 4], token: &[u8]) -> bool {
    let [a, b, c, d] = head.map(|b| Base::SixtyFour.value(b));
    begins_text([a << 2 | b >> 4, (b & 15) << 4 | c >> 2, (c & 3) << 6 | d])
        // A letter of windows-1252 among ASCII.
        || says_ascii(token, 1) && says_ascii(token, 2)
}

/// Whether three bytes may be the begin of text or of something compressed.
fn begins_text(bytes: [u32; 3]) -> bool {
    match bytes {
        [0x1F, 0x8B, _] | [0xFF, 0xFE, _] | [0xFE, 0xFF, _] | [0, ..] | [_, 0, _] => true,
        [0x78, second, _] if (0x7800 + second) % 31 == 0 => true,
        _ => {
            let bytes = bytes.map(|b| u8::try_from(b).unwrap_or(0));
            !bytes.iter().any(|b| is_control(u32::from(*b))) && prefix(&bytes).is_some()
        }
    }
}

/// Whether a byte does not stand in text, nor is part of a character of UTF-16.
fn is_control(byte: u32) -> bool {
    matches!(byte, 1..=8 | 0x0B | 0x0C | 0x0E..=0x1F | 0x7F)
}

/// Whether a group of four digits of base 64 can be ASCII.
fn says_ascii(token: &[u8], nth: usize) -> bool {
    let value = |b: u8| Base::SixtyFour.value(b);
    token
        .as_chunks::<4>()
        .0
        .get(nth)
        .is_some_and(|[a, b, c, _]| value(*a) & 32 == 0 && value(*b) & 8 == 0 && value(*c) & 2 == 0)
}

impl Runs {
    /// Sets what may be made, in bytes.
    pub(crate) fn allow(&mut self, bytes: usize) {
        self.left = bytes;
    }

    /// Bytes that may still be made.
    pub(crate) fn left(&self) -> usize {
        self.left
    }

    /// Takes bytes from the allowance. `false`: it is used up, and stays so.
    pub(crate) fn take(&mut self, bytes: usize) -> bool {
        let left = self.left.checked_sub(bytes);
        self.left = left.unwrap_or(0);
        left.is_some()
    }

    /// Reads the run that begins at `at` and ends at `end`, or before a sign that may have nothing to do with it.
    fn read_parts(&mut self, text: &[u8], at: usize, end: usize) -> Option<Run> {
        let token = text.get(at..end)?;
        if bases(token).iter().all(Option::is_none) {
            return None;
        }
        let whole = self.read(text, at, end);
        if whole.is_some() && !self.western {
            return whole;
        }
        let sign = token.iter().position(|b| !b.is_ascii_alphanumeric());
        let part = sign.and_then(|sign| self.read(text, at, at + sign));
        match whole {
            // A western text may hold signs.
            Some(_) if part.is_none() || self.western => self.read(text, at, end),
            _ => {
                // What stands behind it is no part of what it says.
                self.says.push(' ');
                part
            }
        }
    }

    /// Reads the run that begins at `at` and whose first line ends at `end`. `None`: it says no text.
    pub(crate) fn read(&mut self, text: &[u8], at: usize, end: usize) -> Option<Run> {
        let token = text.get(at..end)?;
        if token.len() < RUN_MIN {
            return None;
        }
        let head = token.get(..64.min(token.len()))?;
        self.western = false;
        for base in bases(token).into_iter().flatten() {
            if !head.iter().all(|b| base.has(*b)) || !self.begins_as_text(base, head) {
                continue;
            }
            let packing = Packing::of(&self.bytes);
            let lines = || Lines { base, text, width: end - at, next: Some(at..end) };
            let packed = packing.and_then(|packing| self.packed(packing, lines()));
            if let Some(run) = packed.or_else(|| self.plain(lines())) {
                return Some(run);
            }
        }
        None
    }

    /// Reads a short piece of base 64, whatever its length.
    pub(crate) fn short(&mut self, digits: &[u8]) -> Option<()> {
        self.bytes.clear();
        Digits::new(Base::SixtyFour).decode(digits, &mut self.bytes);
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
        let mut telling = Telling::default();
        telling.more(&self.bytes, &mut self.says)?;
        telling.is_text().then_some(())
    }

    /// Whether the first bytes could be text, or the begin of something compressed.
    fn begins_as_text(&mut self, base: Base, head: &[u8]) -> bool {
        let first = head.get(..16.min(head.len())).unwrap_or_default();
        self.bytes.clear();
        Digits::new(base).decode(first, &mut self.bytes);
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
        match prefix(bytes) {
            Some(text) => !text.is_empty() && text.chars().all(is_printable),
            None => is_western(bytes),
        }
    }

    /// Reads the lines that say text.
    fn plain(&mut self, lines: Lines<'_>) -> Option<Run> {
        let (base, text, start) = (lines.base, lines.text, lines.start());
        let (mut digits, mut telling) = (Digits::new(base), Telling::default());
        self.bytes.clear();
        self.says.clear();
        let mut run = None;
        for line in lines {
            if line.end - start > RUN_MAX || !self.take(line.len()) {
                return Some(self.unread(line.end));
            }
            digits.decode(text.get(line.clone())?, &mut self.bytes);
            let good = self.says.len();
            let told = telling.more(&self.bytes, &mut self.says).filter(|_| telling.is_text());
            self.western = telling.is_western();
            let Some(told) = told else {
                self.says.truncate(good);
                break;
            };
            self.bytes.drain(..told);
            run = Some(Run { end: padded(text, line.end), read: true });
        }
        run
    }

    /// Reads the lines that a packed stream takes. One that was cut is read as far as it goes.
    fn packed(&mut self, packing: Packing, lines: Lines<'_>) -> Option<Run> {
        let (base, text, start) = (lines.base, lines.text, lines.start());
        let mut digits = Digits::new(base);
        self.bytes.clear();
        self.says.clear();
        self.unpacker.begin(packing);
        let (mut end, mut fed) = (start, Fed::More);
        let mut allowed = self.take(MEMBER);
        for line in lines {
            end = line.end;
            if !allowed || end - start > RUN_MAX || !self.take(line.len()) {
                return Some(self.unread(end));
            }
            digits.decode(text.get(line)?, &mut self.bytes);
            let before = self.unpacker.made();
            fed = self.unpacker.feed(&self.bytes, &mut self.says);
            allowed = self.take(self.unpacker.made() - before);
            if fed != Fed::More {
                break;
            }
        }
        let gzip = packing == Packing::Gzip;
        let nothing = fed == Fed::More && self.unpacker.made() == 0;
        match fed {
            Fed::Other => None,
            Fed::TooLarge => Some(self.unread(end)),
            _ if gzip && (fed == Fed::Broken || nothing) => Some(self.unread(end)),
            _ if !self.unpacker.finish(&mut self.says) => None,
            _ => Some(Run { end: padded(text, end), read: true }),
        }
    }

    fn unread(&mut self, end: usize) -> Run {
        self.says.clear();
        Run { end, read: false }
    }
}

/// The lines of a run: of one width, but for the last.
struct Lines<'t> {
    base: Base,
    text: &'t [u8],
    width: usize,
    next: Option<Range<usize>>,
}

impl Lines<'_> {
    fn start(&self) -> usize {
        self.next.as_ref().map_or(0, |line| line.start)
    }

    fn after(&self, line: &Range<usize>) -> Option<Range<usize>> {
        if self.width < LINE_MIN || line.len() < self.width {
            return None;
        }
        let gap = match (self.text.get(line.end)?, self.text.get(line.end + 1)) {
            (b'\r', Some(b'\n')) => 2,
            (b'\n', _) => 1,
            _ => return None,
        };
        let from = line.end + gap;
        let rest = self.text.get(from..)?.iter().take(self.width + 1);
        let length = rest.take_while(|b| self.base.has(**b)).count();
        (1..=self.width).contains(&length).then_some(from..from + length)
    }
}

impl Iterator for Lines<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let line = self.next.take()?;
        self.next = self.after(&line);
        Some(line)
    }
}

/// The end of a run with its padding.
fn padded(text: &[u8], end: usize) -> usize {
    let rest = text.get(end..).unwrap_or_default();
    end + rest.iter().take(6).take_while(|b| **b == b'=').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: Option<&str>) {
        let mut runs = Runs::default();
        runs.allow(1 << 20);
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
        // A stream of zlib, whole and cut.
        let mail = Some("write to john.doe@example.org");
        check("eNorL8osSVUoyVfIys/I00vJT3VIrUjMLchJ1csvSgcApSkLBg==", mail);
        check("eNorL8osSVUoyVfIys/I00vJT3VIrUjMLchJ1csvSgcApSkL", mail);
        check("4b825dc642cb6eb9a060e54bf8d69288fbee4904", None);
        check("getElementsByClassName", None);
        check("550e8400-e29b-41d4-a716-446655440000", None);
    }
}
