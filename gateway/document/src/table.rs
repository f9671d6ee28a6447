//! Rows of values: one text a row, in which each value stands behind the heading of its column, as in a form.

use csv::ReaderBuilder;

use crate::piece::{Hints, Role, Why};
use crate::reading::{Reading, short};

/// Rows that are looked at to see whether a text is a table.
const SAMPLE: usize = 24;
/// Longest heading that is repeated in the rows; a longer first row is no heading.
const HEADING_CHARS: usize = 60;

/// A table that is being told.
pub(crate) struct Table {
    role: Role,
    letters: bool,
    /// The heading of each column, once the first row with something in it was seen.
    headings: Option<Vec<(u32, String)>>,
}

impl Table {
    /// A table whose columns are called by letters (sheets) or by numbers.
    pub(crate) fn new(role: Role, letters: bool) -> Self {
        Self { role, letters, headings: None }
    }

    /// Whose text the following rows are.
    pub(crate) fn set_role(&mut self, role: Role) {
        self.role = role;
    }

    /// Tells a row (from 1) of cells (column from 0, value). `false` if no more rows can be told.
    pub(crate) fn row<S: AsRef<str>>(
        &mut self,
        reading: &mut Reading<'_>,
        row: u32,
        cells: &[(u32, S)],
    ) -> bool {
        let (mut text, mut starts) = (String::new(), Vec::new());
        for (column, value) in cells.iter().map(|(column, value)| (column, value.as_ref())) {
            if value.trim().is_empty() {
                continue;
            }
            if reading.is_full() || !reading.cell() {
                return false;
            }
            if text.len() > reading.text_left() {
                // Cells that share one long string would fill the memory before the bound is asked.
                break;
            }
            // What is found with its heading stands in the cell all the same.
            starts.push((u32::try_from(text.len()).unwrap_or(u32::MAX), *column));
            if let Some(heading) = self.heading(*column) {
                text.push_str(heading);
                text.push_str(": ");
            }
            text.push_str(value.trim());
            text.push('\n');
        }
        if starts.is_empty() {
            return true;
        }
        if self.headings.is_none() {
            self.headings = Some(if is_heading(cells) { shortened(cells) } else { Vec::new() });
        }
        reading.row(self.role, row, self.letters, text, starts);
        true
    }

    fn heading(&self, column: u32) -> Option<&str> {
        let headings = self.headings.as_ref()?;
        let at = headings.binary_search_by_key(&column, |(column, _)| *column).ok()?;
        headings.get(at).map(|(_, heading)| heading.as_str())
    }
}

fn shortened<S: AsRef<str>>(cells: &[(u32, S)]) -> Vec<(u32, String)> {
    let mut headings: Vec<_> = cells
        .iter()
        .map(|(column, value)| (*column, short(value.as_ref())))
        .filter(|(_, value)| !value.is_empty())
        .collect();
    headings.sort_by_key(|(column, _)| *column);
    headings.dedup_by_key(|(column, _)| *column);
    headings
}

/// Headings are words: two or more, short, without a cell that is mostly digits or an address.
fn is_heading<S: AsRef<str>>(cells: &[(u32, S)]) -> bool {
    let values: Vec<&str> = cells
        .iter()
        .map(|(_, value)| value.as_ref().trim())
        .filter(|value| !value.is_empty())
        .collect();
    let wordy = |value: &&str| {
        let digits = value.chars().filter(char::is_ascii_digit).count();
        value.chars().count() <= HEADING_CHARS && digits * 3 <= value.len() && !value.contains('@')
    };
    values.len() >= 2 && values.iter().all(wordy)
}

/// The delimiter, if the text is a table: told by name or type, or because many rows have the same number of values.
pub(crate) fn delimiter(text: &str, hints: &Hints<'_>) -> Option<u8> {
    let extension = hints.extension();
    let told = matches!(extension.as_str(), "csv" | "tsv" | "tab")
        || hints.media_type.starts_with("text/csv")
        || hints.media_type.starts_with("text/tab-separated-values");
    let sample = text.get(..text.floor_char_boundary(64 << 10)).unwrap_or(text);
    let mut best = None;
    for delimiter in *b"\t;,|" {
        let widths = widths(sample, delimiter);
        let Some(first) = widths.first().copied() else { continue };
        let same = widths.iter().filter(|width| **width == first).count();
        let enough =
            if told { first >= 2 } else { first >= 3 && widths.len() >= 4 && same == widths.len() };
        if enough && best.is_none_or(|(score, _)| same * first > score) {
            best = Some((same * first, delimiter));
        }
    }
    best.map(|(_, delimiter)| delimiter)
}

fn widths(sample: &str, delimiter: u8) -> Vec<usize> {
    let mut reader = ReaderBuilder::new();
    reader.delimiter(delimiter).has_headers(false).flexible(true);
    let mut reader = reader.from_reader(sample.as_bytes());
    reader.records().map_while(Result::ok).take(SAMPLE).map(|record| record.len()).collect()
}

/// Tells a text of delimited values.
pub(crate) fn csv(reading: &mut Reading<'_>, text: &str, delimiter: u8) {
    let mut reader = ReaderBuilder::new();
    reader.delimiter(delimiter).has_headers(false).flexible(true);
    let mut reader = reader.from_reader(text.as_bytes());
    let mut table = Table::new(Role::Content, false);
    for (row, record) in (1..).zip(reader.records()) {
        let Ok(record) = record else {
            reading.unread(&format!("row {row}"), Why::Broken);
            return;
        };
        let cells: Vec<_> = (0..).zip(record.iter().map(str::to_owned)).collect();
        if !table.row(reading, row, &cells) {
            return;
        }
    }
}
