//! Where objects stand: the words before them, the tables that lead to them, and what stands between them.

use std::ops::Range;

use memchr::memmem;

use super::lexer::{Lexer, is_space};
use super::object::Object;

/// Bytes in which the beginning of an object must stand.
const HEADER: usize = 256;

/// The number in `12 0 obj`, and where it begins, by the place of `obj`.
pub(super) fn header(bytes: &[u8], keyword: usize) -> Option<(u32, usize)> {
    let mut at = keyword;
    let mut back = |is: fn(u8) -> bool| {
        let from = at;
        while from - at < 24
            && let Some(before) = at.checked_sub(1)
            && bytes.get(before).is_some_and(|byte| is(*byte))
        {
            at = before;
        }
        (at < from).then_some(at..from)
    };
    let digit = |byte: u8| byte.is_ascii_digit();
    back(is_space)?;
    back(digit)?;
    back(is_space)?;
    let number = back(digit)?;
    let start = number.start;
    Some((std::str::from_utf8(bytes.get(number)?).ok()?.parse().ok()?, start))
}

/// Whether `obj` is a word of its own, though no numbers stand before it: a comment between them hides them from us only.
pub(super) fn is_alone(bytes: &[u8], keyword: usize) -> bool {
    let before = keyword.checked_sub(1).and_then(|before| bytes.get(before));
    let behind = bytes.get(keyword + 3);
    before.is_some_and(|byte| is_space(*byte) || byte.is_ascii_digit())
        && behind.is_none_or(|byte| is_space(*byte) || matches!(byte, b'<' | b'[' | b'(' | b'/'))
}

/// Whether an object begins in these bytes.
pub(super) fn has_header(bytes: &[u8], range: Range<usize>) -> bool {
    let from = range.start;
    let mut finds = memmem::find_iter(bytes.get(range).unwrap_or_default(), b"obj");
    finds.any(|at| header(bytes, from + at).is_some_and(|(_, start)| start >= from))
}

/// Where the object begins that stands at an offset: behind its `obj`.
pub(super) fn object_at(bytes: &[u8], offset: usize) -> Option<usize> {
    let near = bytes.get(..offset.checked_add(HEADER)?.min(bytes.len()))?;
    let mut lexer = Lexer::of_file(near, offset);
    lexer.skip_space();
    if !near.get(lexer.at)?.is_ascii_digit() {
        return None;
    }
    let (number, generation) = (lexer.next()?, lexer.next()?);
    number.integer().and(generation.integer())?;
    match lexer.next()? {
        Object::Word(word) if word.starts_with(b"obj") => Some(lexer.at - word.len() + 3),
        _ => None,
    }
}

/// The offsets in the tables that are written as text (ISO 32000-2, 7.5.4), and those at which tables are said to stand.
/// `left` bounds the bytes that are read; nothing is left of it if there were more.
pub(super) fn written(bytes: &[u8], left: &mut usize) -> Vec<usize> {
    let mut offsets = Vec::new();
    for keyword in ["xref", "/Prev", "/XRefStm"] {
        for found in memmem::find_iter(bytes, keyword) {
            let from = found + keyword.len();
            let mut lexer = Lexer::of_file(bytes, from);
            let single =
                keyword != "xref" || bytes.get(..found).is_some_and(|b| b.ends_with(b"start"));
            let (mut before, mut last) = (None, None);
            loop {
                lexer.skip_space();
                let plain = bytes
                    .get(lexer.at)
                    .is_some_and(|byte| byte.is_ascii_digit() || matches!(byte, b'n' | b'f'));
                match plain.then(|| lexer.next()).flatten() {
                    Some(number @ Object::Number(_)) => {
                        (before, last) = (last, number.integer());
                        if single {
                            offsets.extend(last);
                            break;
                        }
                    }
                    Some(Object::Word(word)) if word == b"n" => offsets.extend(before),
                    Some(Object::Word(word)) if word == b"f" => {}
                    _ => break,
                }
            }
            *left = left.saturating_sub(lexer.at - from);
            if *left == 0 {
                return offsets;
            }
        }
    }
    offsets
}

/// The offsets in a table that is a stream (ISO 32000-2, 7.5.8), by the widths of its fields.
pub(super) fn packed(bytes: &[u8], widths: &[Object]) -> impl Iterator<Item = usize> {
    let width = |at: usize| widths.get(at).and_then(Object::integer).unwrap_or(0).min(16);
    let (kind, offset, rest) = (width(0), width(1), width(2));
    let number = |bytes: Option<&[u8]>| {
        bytes.unwrap_or_default().iter().fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte))
    };
    bytes
        .chunks_exact((kind + offset + rest).max(1))
        .filter(move |entry| kind == 0 || number(entry.get(..kind)) == 1)
        .map(move |entry| number(entry.get(kind..kind + offset)))
}

/// Adds what stands in a range outside of objects, without the words of the format: ends of objects, tables, trailers (whose
/// strings are told by themselves), marks of the beginning and the end.
pub(super) fn outside(bytes: &[u8], range: Range<usize>, out: &mut Vec<u8>) {
    let mut at = range.start;
    let (mut table, mut offset) = (false, false);
    while at < range.end {
        let rest = bytes.get(at..range.end).unwrap_or_default();
        let gap = rest.iter().take_while(|byte| is_space(**byte)).count();
        let length = rest.iter().skip(gap).take_while(|byte| !is_space(**byte)).count();
        let word = rest.get(gap..gap + length).unwrap_or_default();
        at += gap + length;
        let digits = word.iter().all(u8::is_ascii_digit);
        let binary = word
            .strip_prefix(b"%")
            .is_some_and(|mark| mark.len() <= 16 && mark.iter().all(|byte| *byte >= 0x80));
        match word {
            b"endobj" | b"endstream" | b"%%EOF" | b"" => {}
            b"xref" => table = true,
            b"startxref" => offset = true,
            b"n" | b"f" if table => {}
            _ if digits && (table || offset) => offset = false,
            _ if binary || word.starts_with(b"%PDF-") && word.len() <= 8 => {}
            _ if word.starts_with(b"trailer") => {
                table = false;
                let mut lexer =
                    Lexer::of_file(bytes.get(..range.end).unwrap_or_default(), at - word.len() + 7);
                lexer.skip_space();
                if bytes.get(lexer.at..).is_some_and(|rest| rest.starts_with(b"<<")) {
                    drop(lexer.next());
                    at = lexer.at.max(at);
                }
            }
            word => {
                out.extend_from_slice(word);
                out.push(b' ');
            }
        }
    }
}
