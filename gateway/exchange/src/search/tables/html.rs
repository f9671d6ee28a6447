//! Tables of HTML: rows `<tr>` of cells `<th>` and `<td>`.

use std::ops::Range;

use detect::{Fuel, Spent};

use super::{COLUMNS, Rows, Sheet, without};

pub(super) fn read(sheet: &mut Sheet<'_>, fuel: &mut Fuel) -> Result<(), Spent> {
    let body = sheet.body;
    let (mut rows, mut row) = (Rows::default(), Vec::new());
    // Where the cell begins that is open.
    let mut open: Option<usize> = None;
    for at in memchr::memchr_iter(b'<', body.as_bytes()) {
        let Some(tag) = Tag::of(body, at) else { continue };
        if let Some(begin) = open.take()
            && row.len() <= COLUMNS
        {
            row.push(bare(body, begin..at));
        }
        match tag {
            Tag::Cell(begin) => open = Some(begin),
            Tag::Row => {
                rows.take(&row, at, sheet, fuel)?;
                row.clear();
            }
            Tag::End => {}
        }
    }
    // A last cell that nothing ends is as long as its line.
    if let Some(begin) = open {
        let rest = body.as_bytes().get(begin..).unwrap_or(&[]);
        let length = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        row.push(bare(body, begin..begin + length));
    }
    rows.take(&row, body.len(), sheet, fuel)
}

/// What a tag says of a table.
enum Tag {
    /// A cell begins behind it.
    Cell(usize),
    /// A row begins or ends, or the table.
    Row,
    /// A cell ends.
    End,
}

/// Longest tag of a cell.
const TAG: usize = 512;

impl Tag {
    fn of(body: &str, at: usize) -> Option<Self> {
        let rest = body.as_bytes().get(at + 1..)?;
        let (closes, rest) = rest.strip_prefix(b"/").map_or((false, rest), |rest| (true, rest));
        let name = |name: &[u8]| {
            let is = rest.get(..name.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(name));
            is && !rest.get(name.len()).is_some_and(u8::is_ascii_alphanumeric)
        };
        if name(b"tr") || name(b"table") {
            return Some(Self::Row);
        }
        if !(name(b"td") || name(b"th")) {
            return None;
        }
        let end = rest.get(..TAG).unwrap_or(rest).iter().position(|byte| *byte == b'>');
        let behind = body.len() - rest.len() + end? + 1;
        Some(if closes { Self::End } else { Self::Cell(behind) })
    }
}

/// Without the spaces and tags at both ends.
fn bare(body: &str, mut span: Range<usize>) -> Range<usize> {
    loop {
        span = without(body, span, char::is_whitespace);
        let text = body.get(span.clone()).unwrap_or("");
        if let Some(end) = text.strip_prefix('<').and_then(|text| text.find('>')) {
            span.start += end + 2;
        } else if let Some(begin) = text.strip_suffix('>').and_then(|text| text.rfind('<')) {
            span.end = span.start + begin;
        } else {
            return span;
        }
    }
}
