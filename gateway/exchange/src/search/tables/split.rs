//! What stands between the cells of a line, and the cells of a line.

use std::ops::Range;

use super::{COLUMNS, without};

/// What stands between two cells.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Separator {
    /// One ASCII sign.
    Sign(u8),
    /// Two ASCII signs, as wikis have them; a single one at the ends is a frame.
    Twice(u8),
    /// An upright line of a box.
    Box,
    /// Two spaces or more.
    Gap,
    /// Any white space.
    Space,
}

/// The cells of a line, if it has two or more; a bar at its ends is a frame.
pub(super) fn cells(
    body: &str,
    line: &Range<usize>,
    separator: Separator,
) -> Option<Vec<Range<usize>>> {
    let text = body.get(line.clone())?;
    let mut spans = match separator {
        Separator::Sign(sign) => signs(text.as_bytes(), sign)?,
        Separator::Twice(sign) => twice(text, sign)?,
        Separator::Box => upright(text)?,
        Separator::Gap => gaps(text.as_bytes())?,
        Separator::Space => spaces(text),
    };
    if matches!(separator, Separator::Sign(b'|') | Separator::Twice(_) | Separator::Box) {
        spans.pop_if(|last| last.start == last.end);
        if spans.first().is_some_and(|first| first.start == first.end) {
            spans.remove(0);
        }
    }
    if separator == Separator::Sign(b'&')
        && let Some(last) = spans.last_mut()
    {
        // What ends a line in LaTeX, and perhaps a rule behind it.
        let end = text.get(last.clone()).and_then(|cell| cell.find(r"\\"));
        last.end = end.map_or(last.end, |end| last.start + end);
    }
    let cell = |span: Range<usize>| {
        let cell = trimmed(body, line.start + span.start..line.start + span.end);
        let quoted = body
            .get(cell.clone())
            .is_some_and(|c| c.len() > 1 && c.starts_with('"') && c.ends_with('"'));
        if quoted { cell.start + 1..cell.end - 1 } else { cell }
    };
    let spans: Vec<_> = spans.into_iter().map(cell).collect();
    (2..=COLUMNS).contains(&spans.len()).then_some(spans)
}

/// Without the spaces around it.
pub(super) fn trimmed(body: &str, span: Range<usize>) -> Range<usize> {
    without(body, span, |sign| matches!(sign, ' ' | '\r'))
}

/// The stretches between signs that do not stand in double quotes.
fn signs(bytes: &[u8], sign: u8) -> Option<Vec<Range<usize>>> {
    memchr::memchr(sign, bytes)?;
    let (mut spans, mut from, mut quoted) = (Vec::new(), 0, false);
    for at in memchr::memchr2_iter(sign, b'"', bytes) {
        if bytes.get(at) == Some(&b'"') {
            quoted = !quoted;
        } else if !quoted {
            spans.push(from..at);
            from = at + 1;
        }
    }
    spans.push(from..bytes.len());
    Some(spans)
}

fn twice(text: &str, sign: u8) -> Option<Vec<Range<usize>>> {
    let pair = [sign, sign];
    memchr::memmem::find(text.as_bytes(), &pair)?;
    let (mut spans, mut from) = (Vec::new(), 0);
    for at in memchr::memmem::find_iter(text.as_bytes(), &pair) {
        spans.push(from..at);
        from = at + 2;
    }
    spans.push(from..text.len());
    // A cell that is only half of a frame is none.
    let frame = |span: Range<usize>| without(text, span, |c| c == char::from(sign));
    Some(spans.into_iter().map(frame).collect())
}

fn upright(text: &str) -> Option<Vec<Range<usize>>> {
    let (mut spans, mut from) = (Vec::new(), 0);
    for (at, line) in text.match_indices(is_upright) {
        spans.push(from..at);
        from = at + line.len();
    }
    spans.push(from..text.len());
    (spans.len() > 1).then_some(spans)
}

fn is_upright(sign: char) -> bool {
    matches!(sign, '│' | '┃' | '║' | '┆' | '┇' | '┊' | '┋' | '╎' | '╏' | '¦' | '｜')
}

/// The stretches between two spaces or more.
fn gaps(bytes: &[u8]) -> Option<Vec<Range<usize>>> {
    memchr::memmem::find(bytes, b"  ")?;
    let (mut spans, mut from) = (Vec::new(), 0);
    while let Some(at) = bytes.get(from..).and_then(|rest| memchr::memmem::find(rest, b"  ")) {
        spans.push(from..from + at);
        let next = bytes.iter().skip(from + at).position(|byte| *byte != b' ');
        from += at + next.unwrap_or(bytes.len() - from - at);
    }
    spans.push(from..bytes.len());
    Some(spans)
}

fn spaces(text: &str) -> Vec<Range<usize>> {
    let begin = |word: &str| word.as_ptr() as usize - text.as_ptr() as usize;
    text.split_ascii_whitespace().map(|word| begin(word)..begin(word) + word.len()).collect()
}

/// Whether a line only draws one, such as `|---|:-:|`, `-----+----`, `├────┼────┤`, `|-` and `\hline`.
pub(super) fn is_rule(body: &str, line: &Range<usize>) -> bool {
    let text = body.get(line.clone()).unwrap_or("");
    let drawn =
        |sign: char| matches!(sign, '-' | '+' | '|' | '=' | ':' | ' ' | '\u{2500}'..='\u{257f}');
    !text.is_empty() && (text.chars().all(drawn) || RULES.iter().any(|name| text.starts_with(name)))
}

/// How rules of LaTeX begin.
const RULES: [&str; 6] =
    [r"\hline", r"\cline", r"\toprule", r"\midrule", r"\bottomrule", r"\cmidrule"];
