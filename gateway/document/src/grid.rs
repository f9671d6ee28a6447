//! Tables that stand within a text: each row becomes a line, its cells between tabs, so that headings and values can be told apart.
//!
//! The readers write into one text as they go and say where rows and cells begin; when a row ends, what stands there is put in
//! order.

use std::mem;

/// Tables within each other that are put in order; deeper ones stay as they are written.
const LEVELS: usize = 8;
/// Longest cell whose lines become one, in bytes. A cell of more is no value but a text in columns.
const FOLDED: usize = 512;

/// The tables under way, the innermost last.
#[derive(Default)]
pub(crate) struct Grid {
    /// Where each cell of the row under way begins, for each table.
    levels: Vec<Vec<usize>>,
    /// Tables that are open beyond [`LEVELS`].
    deeper: usize,
}

impl Grid {
    /// A table begins. What a row had before it in the table around is a line of its own.
    pub(crate) fn table(&mut self, out: &mut String) {
        self.end_row(out);
        if self.levels.len() < LEVELS {
            self.levels.push(Vec::new());
        } else {
            self.deeper += 1;
        }
    }

    /// A cell begins. The one before, if any, ends.
    pub(crate) fn cell(&mut self, out: &mut String) {
        if self.levels.is_empty() {
            self.table(out);
        }
        match self.levels.last_mut() {
            Some(cells) if self.deeper == 0 => {
                if cells.is_empty() {
                    end_line(out);
                }
                cells.push(out.len());
            }
            _ => end_line(out),
        }
    }

    /// Whether a table is open and no cell of it: spaces there only set out the source.
    pub(crate) fn is_between(&self) -> bool {
        self.deeper == 0 && self.levels.last().is_some_and(Vec::is_empty)
    }

    /// A row ends, if one is open, and is put in order.
    pub(crate) fn end_row(&mut self, out: &mut String) {
        if self.deeper == 0
            && let Some(cells) = self.levels.last_mut()
            && let starts = mem::take(cells)
            && let Some(first) = starts.first()
        {
            let row = out.split_off((*first).min(out.len()));
            write_row(out, &row, &starts);
        }
        end_line(out);
    }

    /// A table ends, and its last row with it.
    pub(crate) fn end_table(&mut self, out: &mut String) {
        self.end_row(out);
        if self.deeper > 0 {
            self.deeper -= 1;
        } else {
            self.levels.pop();
        }
    }
}

/// Writes a row that begins at the first of `starts`, its cells between tabs.
fn write_row(out: &mut String, row: &str, starts: &[usize]) {
    let from = starts.first().copied().unwrap_or(0);
    let ends = starts.iter().skip(1).copied().chain([from + row.len()]);
    for (number, (start, end)) in starts.iter().zip(ends).enumerate() {
        if number > 0 {
            out.push('\t');
        }
        let cell = row
            .get(start.saturating_sub(from)..end.saturating_sub(from))
            .unwrap_or_default()
            .trim();
        if starts.len() > 1 && cell.len() <= FOLDED && cell.contains(['\n', '\t', '\r']) {
            let words: Vec<&str> = cell.split_whitespace().collect();
            out.push_str(&words.join(" "));
        } else {
            out.push_str(cell);
        }
    }
}

/// Ends a line that has something in it.
pub(crate) fn end_line(out: &mut String) {
    if !out.is_empty() && !out.ends_with('\n') {
        out.push('\n');
    }
}
