//! Tables within a text (a sheet that was pasted, Markdown, the output of a query): their values are read once more, each under the
//! heading of its column, which in later rows stands too far away to be seen.
//!
//! A heading is a line of two or more short wordy cells, followed by lines with as many or (a value with a comma) more. Only columns are read whose heading has a word
//! that some detector knows. Answers are read as they come, without this: there a row would wait for no end of its table.
//!
//! Cost: a count of separators for each line; then as much as the cells of those columns.

use std::ops::Range;

use detect::{Detector, Fuel, Harmless, Piece, Span, Spent, Text};

use super::{Finding, Found, Scratch, Search, contest, detected, overruled};

/// What stands between two cells.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Separator {
    /// Tab, bar, semicolon or comma.
    Sign(u8),
    /// Two spaces or more.
    Gap,
}

const SEPARATORS: [Separator; 5] = [
    Separator::Sign(b'\t'),
    Separator::Sign(b'|'),
    Separator::Sign(b';'),
    Separator::Sign(b','),
    Separator::Gap,
];

/// Longest heading of a column, in bytes.
const HEADING: usize = 60;
/// Most columns that are looked at.
const COLUMNS: usize = 256;
/// What taking up a cell costs beside its bytes, in steps.
const CELL: usize = 16;

/// Adds what is found in the cells of tables.
pub(super) fn add(
    search: &Search,
    scratch: &mut Scratch,
    texts: &[Text<'_>],
    known: Option<&dyn Harmless>,
    found: &mut Found,
    fuel: &mut Fuel,
) -> Result<(), Spent> {
    let mut cells = Vec::new();
    for (number, text) in (0u32..).zip(texts) {
        for cell in Tables::of(&search.detector, text.body) {
            fuel.burn(CELL)?;
            cells.push(Cell { text: number, ..cell });
        }
    }
    if cells.is_empty() {
        return Ok(());
    }
    let body = |cell: &Cell, span: &Range<usize>| {
        texts.get(cell.text as usize).and_then(|text| text.body.get(span.clone())).unwrap_or("")
    };
    let read: Vec<Text<'_>> = cells
        .iter()
        .map(|cell| Text::alone(body(cell, &cell.heading), body(cell, &cell.value)))
        .collect();
    let scanned = search.detector.scan_but(&mut scratch.detector, &read, known, fuel)?;
    let place = |piece: Piece| {
        let cell = cells.get(piece.text as usize);
        cell.map_or(piece, |Cell { text, value, .. }| {
            let (start, end) = (value.start + piece.span.start, value.start + piece.span.end);
            Piece { text: *text, span: Span { start, end } }
        })
    };
    let placed = |mut finding: Finding| {
        finding.pieces.iter_mut().for_each(|piece| *piece = place(*piece));
        finding
    };
    found.overruled.extend(scanned.overruled.iter().map(overruled).map(placed));
    found.unread.extend(scanned.unread.iter().map(|piece| place(*piece)));
    for spared in scanned.spared {
        let spared = detect::Spared { piece: place(spared.piece), ..*spared };
        if !found.allowed.contains(&spared) {
            found.allowed.push(spared);
        }
    }
    let new = scanned.findings.iter().map(detected).map(placed).collect();
    contest::settle(search, found, new)
}

/// A value and the heading of its column, in the body of a text.
struct Cell {
    text: u32,
    heading: Range<usize>,
    value: Range<usize>,
}

/// A table's separator, and those of its columns that are worth reading: which they are, and their headings.
struct Table {
    separator: Separator,
    columns: Vec<(usize, Range<usize>)>,
}

/// The cells of the tables of a text that are worth reading.
struct Tables<'t> {
    detector: &'t Detector,
    lines: Lines<'t>,
    table: Option<Table>,
    row: Vec<Cell>,
}

impl<'t> Tables<'t> {
    fn of(detector: &'t Detector, body: &'t str) -> Self {
        Self { detector, lines: Lines { body, at: 0 }, table: None, row: Vec::new() }
    }

    /// The table of which this line is the heading, if it is one.
    fn heading(&self, line: &Range<usize>) -> Option<Table> {
        let body = self.lines.body;
        SEPARATORS.into_iter().find_map(|separator| {
            let headings = cells(body, line, separator)?;
            let said = || headings.iter().filter(|span| span.start < span.end);
            let wordy = |span: &Range<usize>| is_wordy(body.get(span.clone()).unwrap_or(""));
            if said().count() < 2 || !said().all(wordy) {
                return None;
            }
            // Many a sentence has one comma, so two columns are a table only with two rows, which have no more.
            let (rows, most) = if headings.len() == 2 { (2, 2) } else { (1, usize::MAX) };
            let mut below = self.lines.clone().filter(|line| !is_rule(body, line)).take(rows);
            let alike = |line: Range<usize>| {
                cells(body, &line, separator)
                    .is_some_and(|row| (headings.len()..=most).contains(&row.len()))
            };
            if below.by_ref().filter(|line| alike(line.clone())).count() < rows {
                return None;
            }
            let told = |(_, span): &(usize, Range<usize>)| {
                body.get(span.clone()).is_some_and(|heading| self.detector.knows_words_of(heading))
            };
            let columns: Vec<_> = headings.into_iter().enumerate().filter(told).collect();
            Some(Table { separator, columns })
        })
    }
}

impl Iterator for Tables<'_> {
    type Item = Cell;

    fn next(&mut self) -> Option<Cell> {
        loop {
            if let Some(cell) = self.row.pop() {
                return Some(cell);
            }
            let line = self.lines.next()?;
            let body = self.lines.body;
            let Some(Table { separator, columns }) = &self.table else {
                self.table = self.heading(&line);
                continue;
            };
            match cells(body, &line, *separator) {
                Some(row) => {
                    let value = |(nth, heading): &(usize, Range<usize>)| {
                        let value = row.get(*nth).filter(|value| value.start < value.end)?.clone();
                        Some(Cell { text: 0, heading: heading.clone(), value })
                    };
                    self.row.extend(columns.iter().filter_map(value));
                }
                None if is_rule(body, &line) => {}
                None => self.table = None,
            }
        }
    }
}

/// The lines of a text, without their ends.
#[derive(Clone)]
struct Lines<'t> {
    body: &'t str,
    at: usize,
}

impl Iterator for Lines<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let rest = self.body.as_bytes().get(self.at..).filter(|rest| !rest.is_empty())?;
        let length = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let line = self.at..self.at + length;
        self.at = line.end + 1;
        Some(trimmed(self.body, line))
    }
}

fn trimmed(body: &str, span: Range<usize>) -> Range<usize> {
    let Some(text) = body.get(span.clone()) else { return span };
    let start = span.start + text.len() - text.trim_start_matches([' ', '\r']).len();
    let end = span.start + text.trim_end_matches([' ', '\r']).len();
    start.min(end)..end
}

/// The cells of a line, if it has two or more; a bar or tab at its ends is a frame.
fn cells(body: &str, line: &Range<usize>, separator: Separator) -> Option<Vec<Range<usize>>> {
    let bytes = body.as_bytes().get(line.clone())?;
    let mut spans = match separator {
        Separator::Sign(sign) => signs(bytes, sign)?,
        Separator::Gap => gaps(bytes)?,
    };
    if separator == Separator::Sign(b'|') {
        spans.pop_if(|last| last.start == last.end);
        if spans.first().is_some_and(|first| first.start == first.end) {
            spans.remove(0);
        }
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

/// Whether a cell may be a heading: short, some letters, few digits, no address.
fn is_wordy(cell: &str) -> bool {
    let digits = cell.bytes().filter(u8::is_ascii_digit).count();
    cell.len() <= HEADING
        && cell.contains(char::is_alphabetic)
        && digits * 3 <= cell.len()
        && !cell.contains('@')
}

/// Whether a line only draws one, such as `|---|:-:|` and `-----+----`.
fn is_rule(body: &str, line: &Range<usize>) -> bool {
    let text = body.get(line.clone()).unwrap_or("");
    !text.is_empty()
        && text.bytes().all(|byte| matches!(byte, b'-' | b'+' | b'|' | b'=' | b':' | b' '))
}

#[cfg(test)]
mod tests;
