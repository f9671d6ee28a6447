//! A line of headings, and below it a line for each row.
//!
//! A heading is a line of two or more short wordy cells, followed by lines with as many or (a value with a comma) more; what only
//! draws a line, and an empty line below the heading, is passed over.

use std::ops::Range;

use detect::{Fuel, Spent};
use memchr::memmem;

use super::split::{Separator, cells, is_rule, trimmed};
use super::{Column, Sheet};

/// What stands between headings, and between the cells of the rows below.
const FORMS: [(Separator, Separator); 12] = [
    alike(Separator::Sign(b'\t')),
    alike(Separator::Sign(b'|')),
    (Separator::Twice(b'|'), Separator::Sign(b'|')),
    (Separator::Twice(b'!'), Separator::Twice(b'|')),
    alike(Separator::Box),
    alike(Separator::Sign(b';')),
    alike(Separator::Sign(b',')),
    alike(Separator::Sign(b'^')),
    alike(Separator::Sign(b'~')),
    alike(Separator::Sign(b'&')),
    alike(Separator::Gap),
    alike(Separator::Space),
];

const fn alike(separator: Separator) -> (Separator, Separator) {
    (separator, separator)
}

/// Rows that must be alike for words with single spaces between them to be a table.
const SPACED: usize = 3;
/// Longest heading of such a table, in bytes; a row may have twice as many.
const LONGEST: usize = 512;

/// What separates the cells of the rows, and the columns that are worth reading.
struct Table {
    separator: Separator,
    columns: Vec<Column>,
    /// Cells of each row, where all must have as many.
    cells: Option<usize>,
    begun: bool,
}

pub(super) fn read(sheet: &mut Sheet<'_>, fuel: &mut Fuel) -> Result<(), Spent> {
    let mut lines = Lines::of(sheet.body);
    let mut table: Option<Table> = None;
    while let Some(line) = lines.next() {
        let Some(Table { separator, columns, cells: strict, begun }) = &mut table else {
            table = heading(sheet, &lines, &line);
            continue;
        };
        let row = cells(sheet.body, &line, *separator);
        match row.filter(|row| strict.is_none_or(|strict| strict == row.len())) {
            Some(row) => {
                *begun = true;
                sheet.add_row(columns, &row, fuel)?;
            }
            None if is_rule(sheet.body, &line) || (line.is_empty() && !*begun) => {}
            None => table = None,
        }
    }
    Ok(())
}

/// The table of which this line is the heading, if it is one.
fn heading(sheet: &Sheet<'_>, below: &Lines<'_>, line: &Range<usize>) -> Option<Table> {
    copied(sheet, line).or_else(|| {
        FORMS.into_iter().find_map(|(separator, rows)| {
            // `w: 25400` is a field and its value.
            let field = || sheet.said(line).contains(": ");
            if separator == Separator::Space && (field() || !is_spaced(sheet.body, line, below)) {
                return None;
            }
            let headings = cells(sheet.body, line, separator)?;
            let said = || headings.iter().filter(|span| span.start < span.end);
            if said().count() < 2 || !said().all(|span| sheet.is_wordy(span)) {
                return None;
            }
            let (begin, strict) = fits(sheet.body, below, line, headings.len(), rows)?;
            let mut columns = sheet.columns(headings);
            if separator == Separator::Space && columns.is_empty() {
                return None;
            }
            columns.iter_mut().for_each(|(nth, _)| *nth += begin);
            Some(Table { separator: rows, columns, cells: strict, begun: false })
        })
    })
}

/// Whether the rows below fit so many headings: with which of their cells the first heading goes, and how many each has where that
/// counts.
fn fits(
    body: &str,
    below: &Lines<'_>,
    line: &Range<usize>,
    headings: usize,
    separator: Separator,
) -> Option<(usize, Option<usize>)> {
    let spaced = separator == Separator::Space;
    // Many a sentence has one comma, so two columns are a table only with two rows, which have no more, or with a rule below the
    // heading.
    let few = headings == 2 && !below.clone().next().is_some_and(|line| is_rule(body, &line));
    let rows = if spaced { SPACED } else { 1 + usize::from(few) };
    let row = |line: Range<usize>| cells(body, &line, separator).map_or(0, |row| row.len());
    let counts: Vec<usize> = rows_below(body, below).take(rows).map(row).collect();
    let all = |least: usize, most: usize| {
        counts.len() == rows && counts.iter().all(|count| (least..=most).contains(count))
    };
    // A row that is printed begins with its number, which has no heading.
    let strict = |cells: usize| spaced.then_some(cells);
    if is_numbered(body, line, separator) && all(headings + 1, headings + 1) {
        return Some((1, strict(headings + 1)));
    }
    let most = if headings == 2 || spaced { headings } else { usize::MAX };
    all(headings, most).then_some((0, strict(headings)))
}

fn rows_below<'t>(
    body: &'t str,
    below: &Lines<'t>,
) -> impl Iterator<Item = Range<usize>> + use<'t> {
    let below = below.clone().skip_while(|line| line.is_empty());
    below.filter(move |line| !is_rule(body, line))
}

/// Whether the rows may begin with a number that has no heading: then this line begins further right.
fn is_numbered(body: &str, line: &Range<usize>, separator: Separator) -> bool {
    let before = line.start.checked_sub(1).and_then(|at| body.as_bytes().get(at));
    matches!(separator, Separator::Gap | Separator::Space) && before == Some(&b' ')
}

/// Whether some rows below have as many words as this line, or one more for their number: so words of prose are only counted.
fn is_spaced(body: &str, line: &Range<usize>, below: &Lines<'_>) -> bool {
    let words = |line: &Range<usize>| {
        body.get(line.clone()).map_or(0, |text| text.split_ascii_whitespace().count())
    };
    if line.len() > LONGEST || !body.get(line.clone()).is_some_and(|text| text.contains(' ')) {
        return false;
    }
    let headings = words(line);
    let most = headings + usize::from(is_numbered(body, line, Separator::Space));
    let alike =
        |line: &Range<usize>| line.len() <= 2 * LONGEST && (headings..=most).contains(&words(line));
    rows_below(body, below).take(SPACED).take_while(alike).count() == SPACED
}

/// The heading of what PostgreSQL dumps: `COPY t (a, b) FROM stdin;`, then rows with tabs.
fn copied(sheet: &Sheet<'_>, line: &Range<usize>) -> Option<Table> {
    let text = sheet.said(line);
    if !text.get(..5)?.eq_ignore_ascii_case("copy ") {
        return None;
    }
    let (open, close) = (text.find('(')? + 1, text.find(')')?);
    let names = cells(sheet.body, &(line.start + open..line.start + close), Separator::Sign(b','))?;
    let separator = Separator::Sign(b'\t');
    Some(Table { separator, columns: sheet.columns(names), cells: None, begun: false })
}

/// Escaped line ends from which on a line is several that were quoted as one.
const ESCAPED: usize = 3;

/// The lines of a text, without their ends.
#[derive(Clone)]
pub(super) struct Lines<'t> {
    body: &'t str,
    at: usize,
    /// Up to here lines end with `\n` as source text spells it.
    escaped: usize,
}

impl<'t> Lines<'t> {
    pub(super) fn of(body: &'t str) -> Self {
        Self { body, at: 0, escaped: 0 }
    }

    /// Takes the next stretch before an end of so many bytes.
    fn take(&mut self, length: usize, end: usize) -> Range<usize> {
        let line = self.at..self.at + length;
        self.at = line.end + end;
        trimmed(self.body, line)
    }
}

impl Iterator for Lines<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let rest = self.body.as_bytes().get(self.at..).filter(|rest| !rest.is_empty())?;
        if self.at >= self.escaped {
            let length = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            let line = rest.get(..length).unwrap_or(rest);
            if memmem::find_iter(line, br"\n").take(ESCAPED).count() < ESCAPED {
                return Some(self.take(length, 1));
            }
            self.escaped = self.at + length;
            self.at += opened(line);
        }
        let rest = self.body.as_bytes().get(self.at..)?;
        let line = rest.get(..self.escaped - self.at).unwrap_or(rest);
        let Some(length) = memmem::find(line, br"\n") else {
            return Some(self.take(line.len(), 1));
        };
        let carriage = line.get(..length).is_some_and(|line| line.ends_with(br"\r"));
        let (length, end) = if carriage { (length - 2, 4) } else { (length, 2) };
        Some(self.take(length, end))
    }
}

/// Up to where a quotation mark in the first of several quoted lines opens them all.
fn opened(line: &[u8]) -> usize {
    let first = memmem::find(line, br"\n").and_then(|end| line.get(..end)).unwrap_or(line);
    let mut marks = memchr::memchr2_iter(b'"', b'\'', first);
    match (marks.next(), marks.next()) {
        (Some(mark), None) => mark + 1,
        _ => 0,
    }
}
