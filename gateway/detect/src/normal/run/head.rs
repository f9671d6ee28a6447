//! A quick look at how a run begins: most names and identifiers are the begin of text in no base.

use super::Runs;
use crate::normal::base::{Base, Digits};
use crate::normal::tell::{is_printable, is_western, prefix};

/// In which bases the first digits may be the begin of text.
pub(super) fn bases(token: &[u8]) -> [Option<Base>; 3] {
    let Some(head) = token.first_chunk::<4>() else { return [None; 3] };
    let all = |base: Base| head.iter().all(|b| base.has(*b));
    let capital = head[0].is_ascii_uppercase();
    [
        (all(Base::Sixteen) && hexadecimal(head)).then_some(Base::Sixteen),
        (capital && all(Base::ThirtyTwo)).then_some(Base::ThirtyTwo),
        sixty_four(head, token).then_some(Base::SixtyFour),
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
    let value = |b: u8| Base::SixtyFour.value(b);
    let [a, b, c, d] = [value(head[0]), value(head[1]), value(head[2]), value(head[3])];
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
            let low = |b: u32| u8::try_from(b & 0xFF).unwrap_or(0);
            let bytes = [low(bytes[0]), low(bytes[1]), low(bytes[2])];
            !bytes.iter().any(|b| is_control(u32::from(*b)))
                && (bytes.is_ascii() || prefix(&bytes).is_some())
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
    /// Whether the first bytes could be text, or the begin of something compressed.
    pub(super) fn begins_as_text(&mut self, base: Base, head: &[u8]) -> bool {
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
}
