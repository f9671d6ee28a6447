//! Runs of base 64, base 32 and hexadecimal that say text, plain or compressed.
//!
//! A run counts only if what it says is [text](super::tell). Random tokens, hashes and images are not.
//! It is read line by line for as long as it says text: one that says none costs a line, and hides none of those below it.
//!
//! Invariant: all that is decoded and unpacked is taken from an allowance first. Once that is used up, what begins as text is unread.

mod head;
mod lines;
mod short;

use super::base::Digits;
pub(crate) use super::base::is_digit;
use super::bytes::count_from;
use super::tell::Telling;
use super::unpack::{Fed, MEMBER, Packing, Unpacker};
use head::bases;
pub(crate) use lines::LINE_MIN;
use lines::Lines;

/// Least characters of a run that is looked at.
pub(crate) const RUN_MIN: usize = 12;
/// Longest run that is read; a longer one that begins as text is reported as unread.
pub(crate) const RUN_MAX: usize = 64 * 1024;

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

/// The end of a run with its padding.
fn padded(text: &[u8], end: usize) -> usize {
    end + count_from(text, end, 6, |b| b == b'=')
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
