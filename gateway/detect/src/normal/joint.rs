//! What parts the digits of a number, or the letters of a word, a key or an address, and means nothing: the end of a line as text
//! editors, mail and paper wrap (`AT61 1904 3002` and below it `3457 3201`), emphasis and tags (`0343 **6467**`, `0343</td><td>6467`), and
//! comments.
//!
//! A line that begins with a number is a row of a list, a table or a log, and goes on nowhere; an indented or quoted line may go on.
//! What was grouped goes on in groups. The groups of a bank account (IBAN) have letters: they go on where its head stands before.

use std::borrow::Cow;

use super::view::View;
use crate::finding::Span;

/// Most bytes of a joint.
const JOINT_MAX: usize = 96;
/// Most bytes of a line before its end in which its begin is looked for; a longer one is taken for running text.
const LINE_MAX: usize = 512;
/// Longest tag or comment.
const TAG_MAX: usize = 64;
/// Least and most digits on either side of the end of a line.
const DIGITS_MIN: usize = 2;
const DIGITS_MAX: usize = 20;
/// Most signs of an account (ISO 13616-1), and the signs of a group of it.
const ACCOUNT_MAX: usize = 34;
const GROUP: usize = 4;

/// What a joint may begin with.
const PADDING: &[u8] = b" \t\r*`-/";

/// A joint: from the end of the digits before it to the begin of those behind, and what it reads as.
pub(super) struct Joint {
    pub(super) from: usize,
    pub(super) to: usize,
    reads: &'static str,
}

/// What a joint consists of.
#[derive(Clone, Copy, Default)]
struct Parts {
    line: bool,
    markup: bool,
    blank: bool,
    hyphen: bool,
}

/// Whether a joint may have this byte, which nothing else between two digits has.
pub(super) fn tells(byte: u8) -> bool {
    matches!(byte, b'\n' | b'<' | b'*' | b'`')
}

/// The joint around a byte that [`tells`]. Where the text ends behind it, digits may still come.
pub(super) fn joint(text: &[u8], at: usize) -> Option<Joint> {
    joint_behind(text, at, |from| Cow::Borrowed(text.get(..from).unwrap_or_default()))
}

/// The joint there, where `said` gives what the text before it reads as.
fn joint_behind<'t>(
    text: &[u8],
    at: usize,
    said: impl FnOnce(usize) -> Cow<'t, [u8]>,
) -> Option<Joint> {
    let from = begin(text, at)?;
    let (to, parts) = end(text, from)?;
    if to <= at {
        return None;
    }
    let (before, behind) = (&*said(from), text.get(to..)?);
    let reads = match account(before, behind) {
        Some(reads) if parts.line => reads,
        Some(_) => within(parts)?,
        None if is_lettered(before.last()) || is_lettered(behind.first()) => {
            within_word(text.get(from..to)?, parts)?
        }
        None if parts.line => over_lines(before, behind, parts)?,
        None => within(parts)?,
    };
    Some(Joint { from, to, reads })
}

/// Whether the end of a line may part a number or an account: most lines end in small letters or signs, and go on with small letters.
#[inline]
pub(super) fn may_part_lines(text: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|at| text.get(at));
    let may_end = before.is_some_and(|b| is_sign(*b) || PADDING.contains(b));
    may_end && !text.get(at + 1).is_some_and(u8::is_ascii_lowercase)
}

/// What may stand directly beside a joint: signs of numbers, words, and addresses.
fn is_beside(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'@' | b'_' | b'.')
}

fn is_sign(byte: u8) -> bool {
    byte.is_ascii_digit() || byte.is_ascii_uppercase()
}

fn is_lettered(byte: Option<&u8>) -> bool {
    byte.is_some_and(|b| !b.is_ascii_digit())
}

/// Where the signs before end: only what may be a part of a joint stands between.
fn begin(text: &[u8], at: usize) -> Option<usize> {
    let before = text.get(at.saturating_sub(4)..at)?;
    let skip = before.iter().rev().take_while(|b| PADDING.contains(b)).count();
    let from = at - skip;
    from.checked_sub(1).and_then(|last| text.get(last)).filter(|b| is_beside(**b)).map(|_| from)
}

/// What stands for the joint between two parts of an account: its head and whole groups, or a run, stand before, and no head behind.
fn account(before: &[u8], behind: &[u8]) -> Option<&'static str> {
    let near = before.get(before.len().saturating_sub(ACCOUNT_MAX + ACCOUNT_MAX / GROUP)..)?;
    let signs = near.iter().rev().take_while(|b| is_sign(**b) || **b == b' ').count();
    let line = near.get(near.len() - signs..)?;
    let begins = |at: &usize| at.checked_sub(1).is_none_or(|last| line.get(last) == Some(&b' '));
    let head = (0..line.len()).filter(begins).find(|at| line.get(*at..).is_some_and(is_head))?;
    let signs = line.get(head..)?;
    let group = |at: usize| at % (GROUP + 1);
    let grouped = signs.iter().enumerate().all(|(at, b)| (*b == b' ') == (group(at) == GROUP));
    if is_head(behind) || !grouped && signs.contains(&b' ') {
        return None;
    }
    let length = behind.iter().take(ACCOUNT_MAX).take_while(|b| is_sign(**b)).count();
    let (next, then) = behind.split_at(length);
    let ends = !then.first().is_some_and(u8::is_ascii_alphanumeric);
    let fits = ends && (next.is_empty() || next.iter().any(u8::is_ascii_digit));
    fits.then_some(if grouped && group(signs.len()) == GROUP { " " } else { "" })
}

/// Whether an account begins here: the letters of a country and two digits.
fn is_head(text: &[u8]) -> bool {
    matches!(text, [b'A'..=b'Z', b'A'..=b'Z', b'0'..=b'9', b'0'..=b'9', ..])
}

/// Where a joint ends, and what it consists of.
fn end(text: &[u8], from: usize) -> Option<(usize, Parts)> {
    let (mut at, mut parts) = (from, Parts::default());
    while let Some(byte) = text.get(at).filter(|b| !is_beside(**b)) {
        match byte {
            b' ' | b'\t' | b'\r' => parts.blank = true,
            b'\n' if parts.line => return None,
            b'\n' => parts.line = true,
            b'*' | b'`' => parts.markup = true,
            b'-' | b'/' if !parts.hyphen && !parts.line => parts.hyphen = true,
            // The begin of a quoted line or of a comment.
            b'>' | b'/' | b'#' | b'|' if parts.line => {}
            b'<' => {
                at += tag(text.get(at..)?)? - 1;
                parts.markup = true;
            }
            _ => return None,
        }
        at += 1;
        if at - from > JOINT_MAX {
            return None;
        }
    }
    Some((at, parts))
}

/// The length of the tag or comment that begins here.
fn tag(text: &[u8]) -> Option<usize> {
    let head = text.get(..text.len().min(TAG_MAX))?;
    if head.starts_with(b"<!--") {
        return memchr::memmem::find(head, b"-->").map(|at| at + 3);
    }
    let name = head.get(1 + usize::from(head.get(1) == Some(&b'/')))?;
    let end = memchr::memchr(b'>', head)?;
    name.is_ascii_alphabetic().then_some(end + 1)
}

/// Elements that may begin and end within a word.
const INLINE: [&[u8]; 17] = [
    b"a", b"b", b"code", b"del", b"em", b"font", b"i", b"ins", b"mark", b"s", b"small", b"span",
    b"strong", b"sub", b"sup", b"u", b"wbr",
];

/// What stands within a word, a key or an address and says nothing: strong emphasis, tags of inline elements, comments.
fn within_word(joint: &[u8], parts: Parts) -> Option<&'static str> {
    if parts.line || parts.blank || parts.hyphen {
        return None;
    }
    let mut rest = joint;
    while let Some(first) = rest.first() {
        let length = match first {
            b'<' => {
                tag(rest).filter(|length| is_inline(rest.get(..*length).unwrap_or_default()))?
            }
            _ => rest.iter().take_while(|b| *b == first).count(),
        };
        if *first == b'*' && length < 2 || *first == b'`' {
            return None;
        }
        rest = rest.get(length..)?;
    }
    Some("")
}

fn is_inline(tag: &[u8]) -> bool {
    let name = tag.get(1..).unwrap_or_default();
    let name = name.strip_prefix(b"/").unwrap_or(name);
    let length = name.iter().take_while(|b| b.is_ascii_alphanumeric()).count();
    let name = name.get(..length).unwrap_or_default();
    tag.starts_with(b"<!--") || INLINE.iter().any(|inline| name.eq_ignore_ascii_case(inline))
}

/// What a joint within a line reads as.
fn within(parts: Parts) -> Option<&'static str> {
    match (parts.markup, parts.hyphen, parts.blank) {
        (false, ..) => None,
        (true, true, _) => Some("-"),
        (true, false, true) => Some(" "),
        (true, false, false) => Some(""),
    }
}

/// What the end of a line reads as, if a number goes on behind it.
fn over_lines(before: &[u8], behind: &[u8], parts: Parts) -> Option<&'static str> {
    let group = before.iter().rev().take(DIGITS_MAX + 1).take_while(|b| b.is_ascii_digit()).count();
    let next = behind.iter().take(DIGITS_MAX + 1).take_while(|b| b.is_ascii_digit()).count();
    let ends = next == behind.len();
    let digits = DIGITS_MIN..=DIGITS_MAX;
    if !digits.contains(&group) || !(ends || digits.contains(&next)) || !is_running(before) {
        return None;
    }
    // `12) `, `12:30`, `2nd`
    let other = |b: &u8| b.is_ascii_alphabetic() || matches!(b, b')' | b':');
    if behind.get(next).is_some_and(other) {
        return None;
    }
    let grouped = before.len().checked_sub(group + 2).and_then(|at| before.get(at..at + 2));
    let grouped = grouped.is_some_and(|two| matches!(two, [b'0'..=b'9', b' ']));
    let groups_behind = matches!(behind.get(next..next + 2), Some([b' ' | b'-', b'0'..=b'9']));
    match (parts.hyphen, grouped) {
        (true, _) => Some("-"),
        (false, true) => Some(" "),
        // Two numbers: one that ends an address, and a telephone number below it.
        (false, false) if groups_behind => None,
        (false, false) => Some(""),
    }
}

/// Whether the line that ends here begins with something other than a number.
fn is_running(before: &[u8]) -> bool {
    let from = before.len().saturating_sub(LINE_MAX);
    let line = before.get(from..).unwrap_or_default();
    let start = memchr::memrchr(b'\n', line).map(|at| at + 1);
    let Some(start) = start.or((from == 0).then_some(0)) else { return true };
    let mut first = line.get(start..).unwrap_or_default().iter().copied();
    let first = first.find(|b| !b" \t>\"'-*/#|".contains(b));
    first.is_some_and(|b| b.is_ascii_alphabetic() || b >= 0x80 || b == b'+' || b == b'(')
}

/// Writes the text with the numbers on both sides of each joint in one.
pub(super) fn join(text: &str, span: Span, view: &mut View) {
    let bytes = text.as_bytes();
    let (mut at, mut plain) = (span.start, span.start);
    while let Some(byte) = bytes.get(at).filter(|_| at < span.end) {
        // The lines before that were joined are one line to what follows.
        let said = |from: usize| match plain == span.start {
            true => Cow::Borrowed(bytes.get(..from).unwrap_or_default()),
            false => {
                let said = view.text.as_bytes();
                let said = said.get(said.len().saturating_sub(LINE_MAX)..).unwrap_or_default();
                Cow::Owned([said, bytes.get(plain..from).unwrap_or_default()].concat())
            }
        };
        let found = tells(*byte).then(|| joint_behind(bytes, at, said)).flatten();
        match found.filter(|joint| joint.from >= plain && joint.to <= span.end) {
            Some(joint) => {
                view.keep(text, plain, joint.from);
                view.put(joint.from, joint.to, joint.reads);
                (at, plain) = (joint.to, joint.to);
            }
            None => at += 1,
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
        join(text, Span { start: 0, end: text.len() }, &mut view);
        assert_eq!(view.text, expect, "{text}");
    }

    #[test]
    fn numbers_go_on_in_the_next_line() {
        check("IBAN: AT61 1904 3002\n3457 3201 it is", "IBAN: AT61 1904 3002 3457 3201 it is");
        check("> SVNR 1237 \r\n> 010180", "> SVNR 1237010180");
        check("// card 4539 1488\n// 0343 6467", "// card 4539 1488 0343 6467");
        check("PESEL: 8508\n 1510002", "PESEL: 85081510002");
        check("SSN: 601-14-\n2087", "SSN: 601-14-2087");
        check("Tel. +43 664\n", "Tel. +43 664 ");
        check("FR14 2004 1010 0505 0001\n3M02 606 is", "FR14 2004 1010 0505 0001 3M02 606 is");
        check("DE44\n5001\n0517\n5407\n3249\n31 is", "DE44 5001 0517 5407 3249 31 is");
        check("NL91 ABNA\n> 0417 1643 00", "NL91 ABNA 0417 1643 00");
        check("GB29NWBK6016\n13319268 19", "GB29NWBK601613319268 19");
        check("card 4539 1488<br>\n0343 6467", "card 4539 1488 0343 6467");
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
            "in 1999\n\n2000 came",
            "NO93 8601 1117 947\nBE68 5390 0754 7034",
            "IN BERLIN\n10115 OR",
            "DE89 3704 0044 0532 0130 00\nAND IT IS A",
            "A1 B2\nC3",
        ] {
            check(text, text);
        }
    }

    #[test]
    fn markup_parts_no_number() {
        check("4539 1488 0343 **6467** is", "4539 1488 0343 6467** is");
        check("**DE89** 3704 `0044` is", "**DE89 3704 0044` is");
        check("601-<b>14</b>-2087", "601-14-2087");
        check("anna.**kern**er@web.de", "anna.kerner@web.de");
        check("anna.kerner<wbr>@<b>web</b>.de", "anna.kerner@web.de");
        check("ghp_**aB3d**E5", "ghp_aB3dE5");
        check("a*b*c x<y>z 2**n", "a*b*c x<y>z 2n");
        check("<td>one</td><td>two</td>", "<td>one</td><td>two</td>");
        check("<p>4539</p><p>1488</p> is", "<p>45391488</p> is");
        check("45<!-- x -->39", "4539");
        check("4 * 5 < 6", "4 5 < 6");
        check("if 3 <n> 4", "if 3 4");
    }
}
