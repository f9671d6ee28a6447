//! The bases that runs are written in: sixteen, thirty-two and sixty-four (RFC 4648), sixty-four in both alphabets.

/// How a run is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Base {
    Sixteen,
    ThirtyTwo,
    SixtyFour,
}

/// What a byte is worth in base 64, in either alphabet; `NONE`: it is no digit of it.
static VALUES: [u8; 256] = {
    let mut table = [NONE; 256];
    let mut byte = 0u8;
    while byte < 128 {
        table[byte as usize] = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => NONE,
        };
        byte += 1;
    }
    table
};
const NONE: u8 = 64;

#[inline]
fn value(byte: u8) -> u8 {
    VALUES.get(usize::from(byte)).copied().unwrap_or(NONE)
}

/// Whether a byte is a digit of base 64, in either alphabet.
#[inline]
pub(crate) fn is_digit(byte: u8) -> bool {
    value(byte) != NONE
}

impl Base {
    #[inline]
    pub(super) fn has(self, byte: u8) -> bool {
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

    #[inline]
    pub(super) fn value(self, byte: u8) -> u32 {
        u32::from(match (self, byte) {
            (Base::Sixteen, b'0'..=b'9') => byte - b'0',
            (Base::Sixteen, _) => (byte | 0x20).wrapping_sub(b'a' - 10) & 15,
            (Base::ThirtyTwo, b'A'..=b'Z') => byte - b'A',
            (Base::ThirtyTwo, _) => byte.wrapping_sub(b'2' - 26) & 31,
            (Base::SixtyFour, _) => value(byte) & 63,
        })
    }
}

/// Decodes the digits of a run as they come, a line at a time.
pub(super) struct Digits {
    base: Base,
    held: u32,
    bits: u32,
}

impl Digits {
    pub(super) fn new(base: Base) -> Digits {
        Digits { base, held: 0, bits: 0 }
    }

    /// Appends what the digits say, but for the bits that make no byte yet.
    pub(super) fn decode(&mut self, digits: &[u8], out: &mut Vec<u8>) {
        for byte in digits {
            self.held = self.held << self.base.bits() | self.base.value(*byte);
            self.bits += self.base.bits();
            if self.bits >= 8 {
                self.bits -= 8;
                out.push(u8::try_from(self.held >> self.bits & 0xFF).unwrap_or(0));
                self.held &= (1 << self.bits) - 1;
            }
        }
    }
}
