//! Bytes to text: byte order marks, the declared character set, UTF-8, UTF-16 without a mark, and old 8-bit sets by guess.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};

use crate::piece::Hints;

/// How much is looked at to guess a character set.
const GUESSED_FROM: usize = 64 << 10;

/// The text, or `None` if the bytes are no text.
pub(crate) fn decode(bytes: &[u8], hints: &Hints<'_>) -> Option<String> {
    if let Some(rest) = bytes.strip_prefix(b"\xff\xfe\0\0") {
        return utf32(rest, u32::from_le_bytes);
    }
    if let Some(rest) = bytes.strip_prefix(b"\0\0\xfe\xff") {
        return utf32(rest, u32::from_be_bytes);
    }
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return Some(encoding.decode_without_bom_handling(bytes.get(mark..)?).0.into_owned());
    }
    if let Some(encoding) = wide(bytes) {
        return Some(encoding.decode_without_bom_handling(bytes).0.into_owned());
    }
    if looks_binary(bytes) {
        return None;
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Some(text.to_owned());
    }
    let declared = hints.charset().and_then(|name| Encoding::for_label(name.as_bytes()));
    Some(declared.unwrap_or_else(|| guess(bytes)).decode_without_bom_handling(bytes).0.into_owned())
}

/// The text in a named character set, or by guess if the name is not known. Always gives something.
pub(crate) fn decode_as(bytes: &[u8], name: &str) -> String {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let rest = bytes.get(mark..).unwrap_or(bytes);
        return encoding.decode_without_bom_handling(rest).0.into_owned();
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.to_owned();
    }
    let encoding = Encoding::for_label(name.as_bytes()).unwrap_or_else(|| guess(bytes));
    encoding.decode_without_bom_handling(bytes).0.into_owned()
}

fn guess(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(bytes.get(..GUESSED_FROM.min(bytes.len())).unwrap_or(bytes), true);
    detector.guess(None, Utf8Detection::Allow)
}

fn utf32(bytes: &[u8], word: fn([u8; 4]) -> u32) -> Option<String> {
    let chars = bytes.as_chunks::<4>().0.iter();
    Some(chars.map(|four| char::from_u32(word(*four)).unwrap_or('\u{fffd}')).collect())
}

/// UTF-16 without a mark: most texts have many characters whose high byte is zero.
fn wide(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = bytes.get(..GUESSED_FROM.min(bytes.len()))?;
    let pairs = sample.as_chunks::<2>().0;
    if pairs.len() < 4 || !bytes.len().is_multiple_of(2) {
        return None;
    }
    let zeros = |at: usize| pairs.iter().filter(|pair| pair.get(at) == Some(&0)).count();
    let (even, odd) = (zeros(0), zeros(1));
    let readable = |encoding: &'static Encoding| {
        let (text, _, broken) = encoding.decode(sample);
        !broken
            && text.chars().filter(|c| c.is_control() && !c.is_whitespace()).count() * 50
                < pairs.len()
    };
    if odd * 4 > pairs.len() && even * 16 < pairs.len() && readable(UTF_16LE) {
        return Some(UTF_16LE);
    }
    (even * 4 > pairs.len() && odd * 16 < pairs.len() && readable(UTF_16BE)).then_some(UTF_16BE)
}

/// Bytes that no text has: more than one in 200 control characters, or zeros. Short files with one odd byte are text.
fn looks_binary(bytes: &[u8]) -> bool {
    let sample = bytes.get(..GUESSED_FROM.min(bytes.len())).unwrap_or(bytes);
    let odd =
        |b: &&u8| **b < 0x20 && !matches!(**b, b'\t' | b'\n' | b'\r' | 0x0b | 0x0c | 0x1b | 0x1a);
    sample.iter().filter(odd).count() * 200 > sample.len()
}
