//! Tables within a text (a sheet that was pasted, Markdown, the output of a query, lists in source): their values are read once more,
//! each under the heading of its column, which in later rows stands too far away to be seen.
//!
//! | form | read by |
//! |---|---|
//! | a line of headings, then lines with something between their cells | [`lines`], [`split`] |
//! | a heading alone in its line, then a value in each line, as YAML has it | [`column`] |
//! | lists in brackets: a key and its values, rows behind a row of headings | [`brackets`] |
//! | rows and cells of HTML | [`html`] |
//!
//! Only columns are read whose heading has a word that some detector knows. Answers are read as they come, without this: there a row
//! would wait for no end of its table.
//!
//! Cost: each form passes over the text once; then as much as the cells of those columns.

mod brackets;
mod column;
mod html;
mod lines;
mod split;

use std::ops::Range;

use detect::{Detector, Fuel, Harmless, Piece, Span, Spent, Text};

use super::{Finding, Found, Scratch, Search, contest, detected, overruled};

/// Longest heading of a column, in bytes.
const HEADING: usize = 60;
/// Most columns that are looked at.
const COLUMNS: usize = 256;
/// Most bytes between two rows in brackets or of HTML.
const APART: usize = 256;
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
        let mut sheet = Sheet { detector: &search.detector, body: text.body, cells: Vec::new() };
        lines::read(&mut sheet, fuel)?;
        column::read(&mut sheet, fuel)?;
        brackets::read(&mut sheet, fuel)?;
        html::read(&mut sheet, fuel)?;
        cells.extend(sheet.cells.into_iter().map(|cell| Cell { text: number, ..cell }));
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

/// The cells of the tables of one text that are worth reading.
struct Sheet<'t> {
    detector: &'t Detector,
    body: &'t str,
    cells: Vec<Cell>,
}

impl<'t> Sheet<'t> {
    fn said(&self, span: &Range<usize>) -> &'t str {
        self.body.get(span.clone()).unwrap_or("")
    }

    /// Whether a cell may be a heading: short, some letters, few digits, no address.
    fn is_wordy(&self, span: &Range<usize>) -> bool {
        let cell = self.said(span);
        let digits = cell.bytes().filter(u8::is_ascii_digit).count();
        cell.len() <= HEADING
            && cell.contains(char::is_alphabetic)
            && digits * 3 <= cell.len()
            && !cell.contains('@')
    }

    /// Whether a heading has a word that some detector knows.
    fn tells(&self, heading: &Range<usize>) -> bool {
        self.detector.knows_words_of(self.said(heading))
    }

    /// The columns that are worth reading, by their number.
    fn columns(&self, headings: impl IntoIterator<Item = Range<usize>>) -> Vec<Column> {
        let columns = headings.into_iter().enumerate();
        columns.filter(|(_, heading)| self.tells(heading)).collect()
    }

    fn add(
        &mut self,
        heading: &Range<usize>,
        value: Range<usize>,
        fuel: &mut Fuel,
    ) -> Result<(), Spent> {
        if value.start < value.end {
            fuel.burn(CELL)?;
            self.cells.push(Cell { text: 0, heading: heading.clone(), value });
        }
        Ok(())
    }

    /// Adds the cells of a row that stand in the columns.
    fn add_row(
        &mut self,
        columns: &[Column],
        row: &[Range<usize>],
        fuel: &mut Fuel,
    ) -> Result<(), Spent> {
        for (nth, heading) in columns {
            if let Some(value) = row.get(*nth) {
                self.add(heading, value.clone(), fuel)?;
            }
        }
        Ok(())
    }
}

/// Which of the cells of a row, and where its heading stands.
type Column = (usize, Range<usize>);

/// Rows that come one after another: one of words only is the heading of those behind it that have as many cells.
#[derive(Default)]
struct Rows {
    columns: Vec<Column>,
    cells: usize,
    end: usize,
}

impl Rows {
    /// Takes the next row, of which so much was read.
    fn take(
        &mut self,
        row: &[Range<usize>],
        end: usize,
        sheet: &mut Sheet<'_>,
        fuel: &mut Fuel,
    ) -> Result<(), Spent> {
        let Some(first) = row.first() else { return Ok(()) };
        let near = first.start.saturating_sub(self.end) <= APART;
        if near && row.len() == self.cells {
            self.end = end;
            return sheet.add_row(&self.columns, row, fuel);
        }
        let heads =
            (2..=COLUMNS).contains(&row.len()) && row.iter().all(|cell| sheet.is_wordy(cell));
        if heads {
            let columns = sheet.columns(row.iter().cloned());
            *self = Self { columns, cells: row.len(), end };
        } else if near {
            // An index may stand between the headings and their rows.
            self.end = end;
        }
        Ok(())
    }
}

/// Without the signs at both ends of which `is` says so; they are ASCII.
fn without(body: &str, span: Range<usize>, is: impl Fn(char) -> bool) -> Range<usize> {
    let Some(text) = body.get(span.clone()) else { return span };
    let start = span.start + text.len() - text.trim_start_matches(&is).len();
    let end = span.start + text.trim_end_matches(&is).len();
    start.min(end)..end
}

#[cfg(test)]
mod tests;
