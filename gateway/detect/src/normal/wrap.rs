//! Numbers that go on in the next line, as text editors, mail and paper wrap them: `AT61 1904 3002` and below it `3457 3201`.
//!
//! A line that begins with a number is a row of a list, a table or a log, and wraps none; an indented or quoted line may go on. What
//! was grouped goes on in groups.

use super::view::View;
use crate::finding::Span;

/// Most bytes of a line before its end in which its begin is looked for; a longer one is taken for running text.
const LINE_MAX: usize = 512;
/// Most blanks at the end of a line, and of marks of quoting and blanks at the begin of the next one.
const BLANKS_MAX: usize = 2;
const INDENT_MAX: usize = 8;
/// Least and most digits on either side.
const DIGITS_MIN: usize = 2;
const DIGITS_MAX: usize = 20;

/// The break of a line in a number: from the end of the digits before to the begin of those behind, and what it reads as.
pub(super) struct Wrap {
    pub(super) from: usize,
    pub(super) to: usize,
    joint: &'static str,
}

/// The wrap at this line end. Where the text ends behind it, one may still come.
pub(super) fn wrap(text: &[u8], newline: usize) -> Option<Wrap> {
    let blank = |b: &&u8| matches!(b, b' ' | b'\t' | b'\r');
    let before = text.get(..newline)?;
    let from = newline - before.iter().rev().take(BLANKS_MAX).take_while(blank).count();
    let before = text.get(..from)?;
    // `1237-` goes on with what stands behind the hyphen.
    let (hyphen, digits) = match before.split_last() {
        Some((b'-' | b'/', digits)) => (true, digits),
        _ => (false, before),
    };
    let group = digits.iter().rev().take(DIGITS_MAX + 1).take_while(|b| b.is_ascii_digit()).count();
    if !(DIGITS_MIN..=DIGITS_MAX).contains(&group) || !is_running(text, from) {
        return None;
    }
    let behind = text.get(newline + 1..)?;
    let indent = behind.iter().take(INDENT_MAX).take_while(|b| matches!(b, b' ' | b'\t' | b'>'));
    let to = newline + 1 + indent.count();
    let behind = text.get(to..)?;
    let next = behind.iter().take(DIGITS_MAX + 1).take_while(|b| b.is_ascii_digit()).count();
    if next < behind.len() && !(DIGITS_MIN..=DIGITS_MAX).contains(&next)
        || behind.get(next).is_some_and(|b| b.is_ascii_alphabetic() || matches!(b, b')' | b':'))
    {
        return None;
    }
    let grouped = digits.len().checked_sub(group + 2).and_then(|at| digits.get(at..at + 2));
    let grouped = grouped.is_some_and(|two| matches!(two, [b'0'..=b'9', b' ']));
    let groups_behind = matches!(behind.get(next..next + 2), Some([b' ' | b'-', b'0'..=b'9']));
    if groups_behind && !grouped && !hyphen {
        // Two numbers: one that ends an address, and a telephone number below it.
        return None;
    }
    Some(Wrap { from, to, joint: if grouped && !hyphen { " " } else { "" } })
}

/// Whether the line that ends here begins with something other than a number.
fn is_running(text: &[u8], end: usize) -> bool {
    let from = end.saturating_sub(LINE_MAX);
    let line = text.get(from..end).unwrap_or_default();
    let Some(start) = memchr::memrchr(b'\n', line).map(|at| at + 1).or((from == 0).then_some(0))
    else {
        return true;
    };
    let first = line.get(start..).unwrap_or_default().iter();
    let first =
        first.copied().find(|b| !matches!(b, b' ' | b'\t' | b'>' | b'"' | b'\'' | b'-' | b'*'));
    first.is_some_and(|b| b.is_ascii_alphabetic() || b >= 0x80 || b == b'+' || b == b'(')
}

/// Writes the text with its wrapped numbers in one line.
pub(super) fn unwrap(text: &str, span: Span, view: &mut View) {
    let bytes = text.as_bytes();
    let mut plain = span.start;
    for at in memchr::memchr_iter(b'\n', bytes.get(span.start..span.end).unwrap_or_default()) {
        let newline = span.start + at;
        let found = wrap(bytes, newline).filter(|wrap| wrap.from >= plain && wrap.to <= span.end);
        if let Some(wrap) = found {
            view.keep(text, plain, wrap.from);
            view.put(wrap.from, wrap.to, wrap.joint);
            plain = wrap.to;
        }
    }
    view.keep(text, plain, span.end);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        let mut view = View::default();
        view.begin(1 << 16);
        unwrap(text, Span { start: 0, end: text.len() }, &mut view);
        assert_eq!(view.text, expect, "{text}");
    }

    #[test]
    fn numbers_go_on_in_the_next_line() {
        check("IBAN: AT61 1904 3002\n3457 3201 it is", "IBAN: AT61 1904 3002 3457 3201 it is");
        check("> SVNR 1237 \r\n> 010180", "> SVNR 1237010180");
        check("PESEL: 8508\n 1510002", "PESEL: 85081510002");
        check("call +43 664-\n1234567", "call +43 664-1234567");
        check("Tel. +43 664\n", "Tel. +43 664 ");
    }

    #[test]
    fn rows_lists_and_sentences_end_with_their_line() {
        for text in [
            "10001,415\n10002,416",
            "it was 1999\n2. a new year",
            "it was 1999\n12) a new year",
            "at 12:30\n12:31 it rang",
            "4111\n1111",
            "in 1999.\n2000 came",
            "see 4\n17",
            "Bremen 51065\n781 1704 office",
        ] {
            check(text, text);
        }
    }
}
