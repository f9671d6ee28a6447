//! Our patterns in Hyperscan's syntax, printed from what `regex-syntax` reads.

use std::fmt::Write as _;

use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind};
use regex_syntax::utf8::Utf8Sequences;

/// Most byte sequences that a class of letters beyond ASCII is written out as; above that it is widened to any letter of as many bytes.
const SEQUENCES: usize = 64;

/// Ranges of bytes, first and last.
type Ranges = Vec<(u8, u8)>;

/// The expression over bytes.
pub fn expression(hir: &Hir) -> String {
    let mut out = String::new();
    print(hir, &mut out);
    out
}

/// The expression with our word boundaries, as near as `\b` gets (it knows no emphasis and no escapes).
pub fn bounded(hir: &Hir, inside_identifier: bool) -> String {
    let edge = |some: bool, all: bool| if some && all { r"\b" } else { "" };
    let (first, last) = (edges(hir, false), edges(hir, true));
    let word = |set: &[bool; 256]| {
        let count = |word: bool| (0..256).filter(|b| set[*b] && is_word(*b as u8) == word).count();
        edge(count(true) > 0, count(false) == 0)
    };
    let before = if inside_identifier { "" } else { word(&first) };
    format!("{before}(?:{}){}", expression(hir), word(&last))
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// The bytes that a match can begin, or end, with.
pub fn edges(hir: &Hir, at_end: bool) -> [bool; 256] {
    let mut set = [false; 256];
    collect(hir, at_end, &mut set);
    set
}

/// Adds the edge bytes; returns whether the expression may be empty.
fn collect(hir: &Hir, at_end: bool, set: &mut [bool; 256]) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => true,
        HirKind::Literal(literal) => {
            let byte = if at_end { literal.0.last() } else { literal.0.first() };
            byte.is_none_or(|b| {
                set[usize::from(*b)] = true;
                false
            })
        }
        HirKind::Class(Class::Bytes(class)) => {
            class.iter().for_each(|r| {
                (r.start()..=r.end()).for_each(|b| set[usize::from(b)] = true);
            });
            false
        }
        HirKind::Class(Class::Unicode(class)) => {
            for range in class.iter() {
                for sequence in Utf8Sequences::new(range.start(), range.end()) {
                    let ranges = sequence.as_slice();
                    let range = if at_end { ranges.last() } else { ranges.first() };
                    range
                        .iter()
                        .for_each(|r| (r.start..=r.end).for_each(|b| set[usize::from(b)] = true));
                }
            }
            false
        }
        HirKind::Repetition(repetition) => {
            collect(&repetition.sub, at_end, set) || repetition.min == 0
        }
        HirKind::Capture(capture) => collect(&capture.sub, at_end, set),
        HirKind::Concat(parts) if at_end => parts.iter().rev().all(|p| collect(p, at_end, set)),
        HirKind::Concat(parts) => parts.iter().all(|p| collect(p, at_end, set)),
        HirKind::Alternation(parts) => {
            let empty: Vec<bool> = parts.iter().map(|p| collect(p, at_end, set)).collect();
            empty.contains(&true)
        }
    }
}

/// One byte as an expression.
pub fn byte(byte: u8, out: &mut String) {
    if byte.is_ascii_alphanumeric() {
        out.push(char::from(byte));
    } else {
        let _ = write!(out, "\\x{byte:02x}");
    }
}

/// A class of bytes from ranges; the byte itself if it is the only one.
pub fn class(ranges: impl IntoIterator<Item = (u8, u8)>, out: &mut String) {
    let ranges: Vec<(u8, u8)> = ranges.into_iter().collect();
    if let [(start, end)] = ranges[..]
        && start == end
    {
        return byte(start, out);
    }
    out.push('[');
    for (start, end) in ranges {
        byte(start, out);
        if end > start {
            out.push('-');
            byte(end, out);
        }
    }
    out.push(']');
}

fn print(hir: &Hir, out: &mut String) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => literal.0.iter().for_each(|b| byte(*b, out)),
        HirKind::Class(Class::Bytes(bytes)) => {
            class(bytes.iter().map(|r| (r.start(), r.end())), out)
        }
        HirKind::Class(Class::Unicode(letters)) => unicode(letters, out),
        HirKind::Repetition(repetition) => {
            out.push_str("(?:");
            print(&repetition.sub, out);
            let _ = match (repetition.min, repetition.max) {
                (0, Some(1)) => write!(out, ")?"),
                (min, Some(max)) if min == max => write!(out, "){{{min}}}"),
                (min, Some(max)) => write!(out, "){{{min},{max}}}"),
                (min, None) => write!(out, "){{{min},}}"),
            };
        }
        HirKind::Capture(capture) => print(&capture.sub, out),
        HirKind::Concat(parts) => parts.iter().for_each(|p| print(p, out)),
        HirKind::Alternation(parts) => {
            out.push_str("(?:");
            for (i, part) in parts.iter().enumerate() {
                if i > 0 {
                    out.push('|');
                }
                print(part, out);
            }
            out.push(')');
        }
    }
}

/// What Unicode folds onto small letters of ASCII: long s and the sign of kelvins. With them no literal goes through an `s` or a `k`.
const FOLDED: [(char, char); 2] = [('s', '\u{17F}'), ('k', '\u{212A}')];

fn unicode(letters: &ClassUnicode, out: &mut String) {
    let has = |letter: char| letters.iter().any(|r| (r.start()..=r.end()).contains(&letter));
    let left_out = |r: &&ClassUnicodeRange| {
        FOLDED.iter().any(|(small, fold)| (r.start(), r.end()) == (*fold, *fold) && has(*small))
    };
    let sequences: Vec<_> = letters
        .iter()
        .filter(|r| !left_out(r))
        .flat_map(|r| Utf8Sequences::new(r.start(), r.end()).collect::<Vec<_>>())
        .collect();
    if sequences.len() > SEQUENCES {
        let ascii = letters.iter().filter(|r| r.start().is_ascii());
        let ascii: Vec<(u8, u8)> =
            ascii.map(|r| (r.start() as u8, (r.end() as u32).min(0x7F) as u8)).collect();
        out.push_str("(?:");
        if !ascii.is_empty() {
            class(ascii, out);
            out.push('|');
        }
        out.push_str(
            r"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3})",
        );
        return;
    }
    // Those that differ in their last byte only are one: `[Aa]` is a literal in either case to Hyperscan, `(?:A|a)` is two ways.
    let mut alike: Vec<(Ranges, Ranges)> = Vec::new();
    for sequence in &sequences {
        let mut begin: Ranges = sequence.as_slice().iter().map(|r| (r.start, r.end)).collect();
        let Some(last) = begin.pop() else { continue };
        match alike.iter_mut().find(|(known, _)| *known == begin) {
            Some((_, lasts)) => lasts.push(last),
            None => alike.push((begin, vec![last])),
        }
    }
    out.push_str("(?:");
    for (i, (begin, lasts)) in alike.into_iter().enumerate() {
        if i > 0 {
            out.push('|');
        }
        begin.into_iter().for_each(|r| class([r], out));
        class(lasts, out);
    }
    out.push(')');
}
