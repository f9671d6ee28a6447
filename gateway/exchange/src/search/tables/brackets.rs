//! Lists in brackets, as JSON, Python, SQL and YAML have them: `"ssn": [1, 2]`, `"columns": ["a", "ssn"], "data": [["x", 1], ["y", 2]]`.
//!
//! Read are the innermost lists. One behind a key is a column; others are rows.
//!
//! Cost: one pass; what was passed over is not read again.

use std::ops::Range;

use detect::{Fuel, Spent};
use memchr::{memchr, memchr2};

use super::{COLUMNS, HEADING, Rows, Sheet, without};

pub(super) fn read(sheet: &mut Sheet<'_>, fuel: &mut Fuel) -> Result<(), Spent> {
    let bytes = sheet.body.as_bytes();
    let (mut at, mut rows, mut row) = (0, Rows::default(), Vec::new());
    while let Some(open) = bytes.get(at..).and_then(|rest| memchr2(b'[', b'(', rest)) {
        let open = at + open;
        let key = key(sheet, open);
        let most = if key.is_some() { usize::MAX } else { COLUMNS };
        let list = list(sheet.body, open + 1, most, &mut row);
        at = list.end();
        match (list, key) {
            (List::Cut(_), _) => {}
            (List::Whole(_), Some(key)) => {
                for value in row.drain(..) {
                    sheet.add(&key, value, fuel)?;
                }
            }
            (List::Whole(_), None) => rows.take(&row, at, sheet, fuel)?,
        }
    }
    Ok(())
}

/// The key of a list that is worth reading.
fn key(sheet: &Sheet<'_>, open: usize) -> Option<Range<usize>> {
    let begin = sheet.body.floor_char_boundary(open.saturating_sub(2 * HEADING));
    let before = sheet.body.get(begin..open)?.trim_end();
    let before = before.strip_suffix([':', '='])?;
    let before = before.trim_end_matches([' ', '"', '\'', '\\', ':']);
    let from = before.rfind(['{', '[', '(', ',', ';', '\n', '"', '\'']).map_or(0, |at| at + 1);
    let key = without(sheet.body, begin + from..begin + before.len(), char::is_whitespace);
    (sheet.is_wordy(&key) && sheet.tells(&key)).then_some(key)
}

/// Where a list ended.
enum List {
    /// With its bracket.
    Whole(usize),
    /// At something that is no value, which is looked at next.
    Cut(usize),
}

impl List {
    fn end(&self) -> usize {
        let (Self::Whole(end) | Self::Cut(end)) = self;
        *end
    }
}

/// Reads the values of a list into `row`; of more than `most` only that there are more.
fn list(body: &str, mut at: usize, most: usize, row: &mut Vec<Range<usize>>) -> List {
    row.clear();
    let bytes = body.as_bytes();
    loop {
        let value = value(bytes, at);
        at = value.end;
        let rest = bytes.get(at..).unwrap_or(&[]);
        // Behind a value may stand the rest of a quotation mark's escape.
        let next = rest
            .iter()
            .position(|byte| matches!(byte, b',' | b']' | b')' | b'[' | b'(' | b'{' | b'}'));
        let Some(next) = next else { return List::Cut(body.len()) };
        let sign = rest.get(next).copied().unwrap_or(0);
        let value = if value.start == value.end { value.start..at + next } else { value };
        let value = without(body, value, |sign| {
            sign.is_whitespace() || matches!(sign, '"' | '\'' | '`' | '\\')
        });
        // Behind the last comma nothing needs to stand.
        if row.len() <= most && (value.start < value.end || sign == b',') {
            row.push(value);
        }
        at += next;
        match sign {
            b',' => at += 1,
            b']' | b')' => return List::Whole(at + 1),
            _ => return List::Cut(at),
        }
    }
}

/// The value in quotation marks that begins here; if none does, nothing.
fn value(bytes: &[u8], at: usize) -> Range<usize> {
    let rest = bytes.get(at..).unwrap_or(&[]);
    let space = |byte: &u8| !byte.is_ascii_whitespace() && *byte != b'\\';
    let begin = at + rest.iter().position(space).unwrap_or(0);
    let Some(mark) = bytes.get(begin).filter(|byte| matches!(byte, b'"' | b'\'' | b'`')) else {
        return at..at;
    };
    let inside = bytes.get(begin + 1..).unwrap_or(&[]);
    // A value that is longer is no cell, and looking for its end everywhere would not be linear.
    let inside = inside.get(..LONGEST).unwrap_or(inside);
    memchr(*mark, inside).map_or(at..at, |length| begin + 1..begin + 1 + length)
}

/// Longest value in quotation marks.
const LONGEST: usize = 4096;
