//! A heading alone in its line, and below it a value in each line: a list of YAML or Markdown, or one column of a sheet.

use std::ops::Range;

use detect::{Fuel, Spent};

use super::lines::Lines;
use super::{HEADING, Sheet, without};

const BULLETS: [char; 4] = ['-', '*', '+', '•'];

pub(super) fn read(sheet: &mut Sheet<'_>, fuel: &mut Fuel) -> Result<(), Spent> {
    // The heading, and once values stood below it, whether behind bullets.
    let mut column: Option<(Range<usize>, Option<bool>)> = None;
    for line in Lines::of(sheet.body) {
        let Some((heading, begun)) = &mut column else {
            column = heading(sheet, line).map(|heading| (heading, None));
            continue;
        };
        let bullet = sheet.said(&line).starts_with(BULLETS);
        // Below a list of bullets begins something else.
        let value = value(sheet, &line).filter(|_| begun.is_none_or(|before| before == bullet));
        if let Some(value) = value.filter(|value| bullet || !is_row(sheet, heading, value)) {
            *begun = Some(bullet);
            sheet.add(&heading.clone(), value, fuel)?;
        } else if begun.is_some() || !line.is_empty() {
            column = self::heading(sheet, line).map(|heading| (heading, None));
        }
    }
    Ok(())
}

fn heading(sheet: &Sheet<'_>, line: Range<usize>) -> Option<Range<usize>> {
    let marks = |sign| matches!(sign, ' ' | '#' | '*' | '_' | '"' | '\'' | ':' | '|' | '>' | '-');
    let heading = (line.len() <= 2 * HEADING).then(|| without(sheet.body, line, marks))?;
    (sheet.is_wordy(&heading) && sheet.tells(&heading)).then_some(heading)
}

/// What stands behind a bullet, or a number; what has signs between cells is a row.
fn value(sheet: &Sheet<'_>, line: &Range<usize>) -> Option<Range<usize>> {
    let text = sheet.said(line);
    let marks = |sign| matches!(sign, ' ' | '"' | '\'' | ',');
    if let Some(rest) = text.strip_prefix(BULLETS).filter(|rest| rest.starts_with(' ')) {
        return Some(without(sheet.body, line.end - rest.len()..line.end, marks));
    }
    let value = (text.len() <= HEADING).then(|| without(sheet.body, line.clone(), marks))?;
    let said = sheet.said(&value);
    let plain = |sign: char| {
        sign.is_alphanumeric() || matches!(sign, ' ' | '.' | '-' | '/' | '+' | '(' | ')')
    };
    let number = said.bytes().any(|byte| byte.is_ascii_digit()) && !sheet.is_wordy(&value);
    (number && said.chars().all(plain) && !said.contains("  ")).then_some(value)
}

/// Whether the words of a value may be cells, one for each word of the heading, perhaps behind the number of the row.
fn is_row(sheet: &Sheet<'_>, heading: &Range<usize>, value: &Range<usize>) -> bool {
    let words = |span| sheet.said(span).split_ascii_whitespace().count();
    let (headings, cells) = (words(heading), words(value));
    headings > 1 && (headings..=headings + 1).contains(&cells)
}
