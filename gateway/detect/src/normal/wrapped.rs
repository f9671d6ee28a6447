//! Encodings that wrap a stretch in signs of their own: encoded words of mail, UTF-7, Ascii85.

use super::bytes::{byte, count_from};
use super::run::{Runs, is_digit, token_end};

/// Longest encoded word of mail (RFC 2047 allows 75; many writers do not care).
pub(super) const WORD_MAX: usize = 1024;
/// Longest stretch of Ascii85.
pub(super) const ASCII85_MAX: usize = 4096;

/// Whether an encoded word of mail begins here.
pub(crate) fn is_word(text: &[u8], at: usize) -> bool {
    word(text, at).is_some()
}

/// The encoding, begin and end of the text of an encoded word: `=?utf-8?B?…?=`.
fn word(text: &[u8], at: usize) -> Option<(u8, usize, usize)> {
    if byte(text, at + 1) != b'?' {
        return None;
    }
    let charset = text.get(at + 2..)?.iter().take(40).position(|b| *b == b'?')?;
    let kind = at + 2 + charset + 1;
    if byte(text, kind + 1) != b'?' {
        return None;
    }
    let from = kind + 2;
    let length = text.get(from..)?.iter().take(WORD_MAX).position(|b| *b == b'?')?;
    (byte(text, from + length + 1) == b'=').then_some((
        byte(text, kind) | 0x20,
        from,
        from + length,
    ))
}

/// The end of a stretch of UTF-7 that says printable ASCII: `+AEA-`.
fn utf7(text: &[u8], at: usize, mut says: impl FnMut(char)) -> Option<usize> {
    if byte(text, at) != b'+' {
        return None;
    }
    let (mut held, mut bits, mut units, mut end) = (0u32, 0, 0, at + 1);
    for digit in text
        .get(at + 1..)?
        .iter()
        .take(128)
        .take_while(|b| is_digit(**b) && **b != b'-' && **b != b'_')
    {
        held = held << 6 | sixty_four(*digit);
        bits += 6;
        end += 1;
        if bits >= 16 {
            bits -= 16;
            let unit =
                u8::try_from(held >> bits).ok().filter(|u| u.is_ascii_graphic() || *u == b' ')?;
            held &= (1 << bits) - 1;
            units += 1;
            says(char::from(unit));
        }
    }
    (units > 0 && held == 0 && bits < 6).then_some(end + usize::from(byte(text, end) == b'-'))
}

fn sixty_four(digit: u8) -> u32 {
    u32::from(match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' => 62,
        _ => 63,
    })
}

/// Whether UTF-7 begins here.
pub(crate) fn is_utf7(text: &[u8], at: usize) -> bool {
    utf7(text, at, |_| {}).is_some()
}

/// Reads what is wrapped here into `runs.says`; where it ends.
pub(crate) fn read(runs: &mut Runs, text: &[u8], at: usize) -> Option<usize> {
    match byte(text, at) {
        b'+' => {
            runs.says.clear();
            utf7(text, at, |c| runs.says.push(c))
        }
        b'=' => mail(runs, text, at),
        b'<' if byte(text, at + 1) == b'~' => ascii85(runs, text, at),
        _ => None,
    }
}

/// One encoded word; spaces between two do not count.
fn mail(runs: &mut Runs, text: &[u8], at: usize) -> Option<usize> {
    let (kind, from, to) = word(text, at)?;
    match kind {
        b'b' => {
            let end = token_end(text, from).min(to);
            runs.short(text.get(from..end)?)?;
        }
        b'q' => runs.quoted(text.get(from..to)?)?,
        _ => return None,
    }
    let end = to + 2;
    let gap = count_from(text, end, 4, |b| b.is_ascii_whitespace());
    Some(if is_word(text, end + gap) { end + gap } else { end })
}

/// `<~…~>`
fn ascii85(runs: &mut Runs, text: &[u8], at: usize) -> Option<usize> {
    let from = at + 2;
    let rest = text.get(from..)?;
    let length = memchr::memmem::find(rest.get(..ASCII85_MAX.min(rest.len()))?, b"~>")?;
    let digits = rest.get(..length)?;
    runs.eighty_five(digits)?;
    Some(from + length + 2)
}
