//! Bytes to text: byte order marks, the declared character set, UTF-8, UTF-16 without a mark, and old 8-bit sets by guess.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, ISO_2022_JP, REPLACEMENT, UTF_8, UTF_16BE, UTF_16LE};
use memchr::memmem;

use crate::piece::{Hints, Why};
use crate::reading::Reading;

/// How much is looked at at once to tell text from other bytes.
const WINDOW: usize = 64 << 10;
/// About how many bytes are asked to guess a character set.
const GUESSED_FROM: usize = 256 << 10;
/// Where a text says at its beginning how it is written, as XML and HTML do.
const HEAD: usize = 1024;

/// A text, and how it was come by.
pub(crate) struct Decoded {
    pub(crate) text: String,
    /// Whether its character set is known and fits all bytes.
    pub(crate) sure: bool,
    /// Whether characters are wider than a byte, so that bytes may say something else.
    pub(crate) wide: bool,
}

impl Decoded {
    fn of(bytes: &[u8], encoding: &'static Encoding) -> Self {
        let (text, broken) = encoding.decode_without_bom_handling(bytes);
        Self { text: text.into_owned(), sure: !broken, wide: !encoding.is_ascii_compatible() }
    }
}

/// The text, or `None` if the bytes are no text.
pub(crate) fn decode(bytes: &[u8], hints: &Hints<'_>) -> Option<Decoded> {
    if let Some(rest) = bytes.strip_prefix(b"\xff\xfe\0\0") {
        return Some(utf32(rest, u32::from_le_bytes));
    }
    if let Some(rest) = bytes.strip_prefix(b"\0\0\xfe\xff") {
        return Some(utf32(rest, u32::from_be_bytes));
    }
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return Some(Decoded::of(bytes.get(mark..)?, encoding));
    }
    if let Some(encoding) = wide(bytes) {
        return Some(Decoded::of(bytes, encoding));
    }
    if looks_binary(bytes) {
        return None;
    }
    Some(narrow(bytes, hints.charset().or(written(bytes))))
}

/// The text of bytes without a mark; `declared` is a name that may not be known.
fn narrow(bytes: &[u8], declared: Option<&str>) -> Decoded {
    let known = declared.and_then(|name| Encoding::for_label(name.as_bytes()));
    let known = known.filter(|encoding| *encoding != REPLACEMENT);
    let escapes = memmem::find(bytes, b"\x1b$").is_some();
    if known == Some(ISO_2022_JP) || escapes && bytes.is_ascii() {
        let decoded = Decoded::of(bytes, ISO_2022_JP);
        if decoded.sure {
            return Decoded { wide: false, ..decoded };
        }
    }
    let mut decoded = match (std::str::from_utf8(bytes), known) {
        // What is declared to be wide and is not can be read in two ways.
        (Ok(text), known) => Decoded {
            text: text.to_owned(),
            sure: known.is_none_or(Encoding::is_ascii_compatible),
            wide: false,
        },
        (Err(_), Some(known)) if known != UTF_8 => Decoded::of(bytes, known),
        (Err(_), known) => {
            let decoded = by_lines(bytes);
            Decoded { sure: decoded.sure && known.is_none(), ..decoded }
        }
    };
    decoded.sure &= declared.is_none() || known.is_some();
    decoded
}

/// Whether a name is one of the sets that every reader of mail knows.
pub(crate) fn is_ascii_or_utf8(name: &str) -> bool {
    matches!(name.trim().to_ascii_lowercase().as_str(), "us-ascii" | "ascii" | "utf-8" | "utf8")
}

/// The set that XML and HTML say at their beginning that they are written in.
fn written(bytes: &[u8]) -> Option<&str> {
    let head = bytes.get(..HEAD.min(bytes.len())).unwrap_or(bytes);
    if !head.trim_ascii_start().starts_with(b"<") {
        return None;
    }
    let lower = head.to_ascii_lowercase();
    let keys: [&[u8]; 2] = [b"encoding=", b"charset="];
    let from = keys.iter().find_map(|key| Some(memmem::find(&lower, key)? + key.len()))?;
    let rest = head.get(from..)?;
    let rest = rest.strip_prefix(b"\"").or(rest.strip_prefix(b"'")).unwrap_or(rest);
    let end =
        rest.iter().position(|byte| !(byte.is_ascii_alphanumeric() || b"-_:.".contains(byte)))?;
    std::str::from_utf8(rest.get(..end)?).ok().filter(|name| !name.is_empty())
}

/// The text where each line may be UTF-8 or of an old set, as in logs and in files that were put together.
fn by_lines(bytes: &[u8]) -> Decoded {
    let lines = || bytes.split_inclusive(|byte| *byte == b'\n');
    let old: Vec<&[u8]> = lines().filter(|line| std::str::from_utf8(line).is_err()).collect();
    // Guessing costs a hundred times what decoding does, so of many lines some are asked, from all over the text.
    let step = 1 + old.iter().map(|line| line.len()).sum::<usize>() / GUESSED_FROM;
    let some: Vec<&[u8]> = old.into_iter().step_by(step).collect();
    let encoding = guess(&some);
    if !encoding.is_single_byte() {
        return Decoded::of(bytes, encoding);
    }
    let (mut text, mut sure) = (String::new(), true);
    for line in lines() {
        if let Ok(line) = std::str::from_utf8(line) {
            text.push_str(line);
        } else {
            let (line, broken) = encoding.decode_without_bom_handling(line);
            text.push_str(&line);
            sure &= !broken;
        }
    }
    Decoded { text, sure, wide: false }
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
    let encoding = Encoding::for_label(name.as_bytes()).unwrap_or_else(|| guess(&[bytes]));
    encoding.decode_without_bom_handling(bytes).0.into_owned()
}

/// The text of a part that must be XML; told as unread where it is not known how it is written, or where it is for others to say
/// what a name in it stands for.
pub(crate) fn of_xml(reading: &mut Reading<'_>, place: &str, bytes: &[u8]) -> String {
    let decoded = decode(bytes, &Hints::default()).unwrap_or_else(|| Decoded {
        text: decode_as(bytes, "utf-8"),
        sure: false,
        wide: false,
    });
    if !decoded.sure {
        reading.unread(place, Why::Broken);
    }
    entities(reading, place, &decoded.text);
    decoded.text
}

/// Tells entities that a document declares as unread: they are not expanded here, and elsewhere they may be.
pub(crate) fn entities(reading: &mut Reading<'_>, place: &str, text: &str) {
    if memmem::find(text.as_bytes(), b"<!ENTITY").is_some() {
        reading.unread(place, Why::Unsupported);
    }
}

/// Tells files that are written within a text in letters that nothing here decodes, and encrypted messages.
pub(crate) fn wrapped(reading: &mut Reading<'_>, place: &str, text: &str) {
    let begins = |line: &str| {
        let uuencoded = line.strip_prefix("begin ").and_then(|rest| rest.split_once(' '));
        let mode = |mode: &str| {
            (3..=4).contains(&mode.len())
                && mode.bytes().all(|digit| (b'0'..=b'7').contains(&digit))
        };
        uuencoded.is_some_and(|(digits, _)| mode(digits))
            || line.starts_with("=ybegin ")
            || line.starts_with("(This file must be converted with BinHex")
    };
    // Looking for rare letters first costs less than looking at each line.
    if memmem::find(text.as_bytes(), b"-----BEGIN PGP MESSAGE-----").is_some() {
        reading.unread(place, Why::Encrypted);
    }
    let rare: [&[u8]; 3] = [b"begin ", b"=ybegin ", b"(This file must be"];
    if rare.iter().any(|start| memmem::find(text.as_bytes(), start).is_some())
        && text.lines().any(begins)
    {
        reading.unread(place, Why::Unsupported);
    }
}

fn guess(pieces: &[&[u8]]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    for piece in pieces {
        detector.feed(piece.get(..GUESSED_FROM.min(piece.len())).unwrap_or(piece), false);
    }
    detector.feed(b"", true);
    detector.guess(None, Utf8Detection::Allow)
}

fn utf32(bytes: &[u8], word: fn([u8; 4]) -> u32) -> Decoded {
    let (chars, rest) = bytes.as_chunks::<4>();
    let decode = |four: &[u8; 4]| char::from_u32(word(*four));
    let text = chars.iter().map(|four| decode(four).unwrap_or('\u{fffd}')).collect();
    let sure = rest.is_empty() && chars.iter().all(|four| decode(four).is_some());
    Decoded { text, sure, wide: true }
}

/// UTF-16 without a mark: most texts have many characters whose high byte is zero.
fn wide(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = bytes.get(..WINDOW.min(bytes.len()))?;
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
    let odd =
        |b: &&u8| **b < 0x20 && !matches!(**b, b'\t' | b'\n' | b'\r' | 0x0b | 0x0c | 0x1b | 0x1a);
    bytes.chunks(WINDOW).any(|window| window.iter().filter(odd).count() * 200 > window.len())
}
