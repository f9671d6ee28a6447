//! Short stretches that say of themselves how they are written, whatever their length: words of mail and Ascii85.

use super::Runs;
use crate::normal::base::{Base, Digits};
use crate::normal::tell::{Telling, prefix};

impl Runs {
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
}
