//! Workbooks: the cells of each sheet, row by row, with what they show: shared strings, numbers and dates.

use std::rc::Rc;

use crate::archive::Package;
use crate::piece::Role;
use crate::reading::Reading;
use crate::table::Table;
use crate::xml::{Rest, Step, Tag, walk};

use super::number::{Format, formats, number};
use super::{formula, header, relations, unescaped};

/// A cell: its column from 0, and what it shows.
type Cell = (u32, Rc<str>);

struct Book {
    strings: Vec<Rc<str>>,
    formats: Vec<Format>,
}

/// Tells the sheets; gives the names of the parts that were read.
pub(super) fn workbook(reading: &mut Reading<'_>, package: &mut Package<'_>) -> Vec<String> {
    let main = "xl/workbook.xml";
    let targets = relations(reading, package, main);
    let mut sheets = Vec::new();
    if let Some(xml) = package.text(reading, main) {
        // What is broken there is told when the part itself is read.
        let _ = walk(&xml, |step| {
            if let Step::Open(tag) = step
                && tag.name == "sheet"
                && let Some(target) = targets.get(&tag.value("id"))
            {
                sheets.push((tag.value("name"), tag.value("state"), target.clone()));
            }
        });
    }
    let strings = package.text(reading, "xl/sharedStrings.xml");
    let styles = package.text(reading, "xl/styles.xml");
    let book = Book {
        strings: strings.as_deref().map(shared).unwrap_or_default(),
        formats: styles.as_deref().map(formats).unwrap_or_default(),
    };
    let mut done = Vec::new();
    for (name, state, part) in sheets {
        let Some(xml) = package.text(reading, &part) else { continue };
        let hidden =
            state.eq_ignore_ascii_case("hidden") || state.eq_ignore_ascii_case("veryHidden");
        let (role, word) = if hidden { (Role::Metadata, " (hidden)") } else { (Role::Content, "") };
        reading.within(&format!("sheet {name}{word}"), |reading| sheet(reading, role, &book, &xml));
        done.push(part);
    }
    done
}

fn shared(xml: &str) -> Vec<Rc<str>> {
    let (mut strings, mut text, mut within) = (Vec::new(), String::new(), false);
    // A string is runs of text; what stands beside them as a guide to pronunciation is kept too.
    let _ = walk(xml, |step| match step {
        Step::Open(tag) => within = tag.name == "t",
        Step::Close("si") => strings.push(Rc::from(unescaped(&std::mem::take(&mut text)))),
        Step::Close(_) => within = false,
        Step::Text(more) if within => text.push_str(more),
        _ => {}
    });
    strings
}

#[derive(Default)]
struct Row {
    number: u32,
    hidden: bool,
    cells: Vec<Cell>,
    /// The cell under way.
    column: u32,
    kind: String,
    style: usize,
    value: String,
    within: bool,
}

/// What stands beside the cells.
#[derive(Default)]
struct Beside {
    /// What is open, if it stands beside the cells.
    within: Option<Aside>,
    /// Where the formula under way begins.
    began: usize,
    formulas: String,
    headers: String,
    fonts: String,
}

#[derive(Clone, Copy)]
enum Aside {
    Formula,
    Header,
}

fn sheet(reading: &mut Reading<'_>, role: Role, book: &Book, xml: &str) {
    let mut table = Table::new(role, true);
    let (mut row, mut open) = (Row::default(), true);
    let (mut beside, mut rest) = (Beside::default(), Rest::default());
    let walked = walk(xml, |step| match step {
        Step::Open(tag) => {
            beside.open(tag.name);
            for (name, value) in
                tag.attributes().filter(|(name, value)| !is_grid(tag.name, name, value))
            {
                rest.value(reading, &name, value);
            }
            if tag.name == "row" {
                // A row in a row, or one that did not end.
                open = row.end(reading, &mut table, open, role);
            }
            row.open(tag);
        }
        Step::Close("row") => open = row.end(reading, &mut table, open, role),
        Step::Close(name) => {
            beside.close();
            row.close(name, book);
        }
        Step::Text(text) if beside.within.is_some() => beside.text(text),
        Step::Text(text) if row.within => row.value.push_str(text),
        Step::Text(text) => rest.text(text),
        Step::Aside(text) => reading.text(Role::Metadata, "comment", "", text.to_owned()),
    });
    row.end(reading, &mut table, open, role);
    reading.text(role, "header and footer", "", beside.headers);
    reading.text(Role::Metadata, "font", "", beside.fonts);
    // A formula holds what its cell may not show.
    reading.text(Role::Metadata, "formula", "", beside.formulas);
    rest.tell(reading);
    if let Err(why) = walked {
        reading.unread("", why);
    }
}

impl Beside {
    fn open(&mut self, name: &str) {
        if matches!(name, "f" | "formula1" | "formula2") {
            (self.within, self.began) = (Some(Aside::Formula), self.formulas.len());
        } else if name.ends_with("Header") || name.ends_with("Footer") {
            self.within = Some(Aside::Header);
        }
    }

    fn text(&mut self, text: &str) {
        if let Some(Aside::Formula) = self.within {
            return self.formulas.push_str(text);
        }
        let (shown, fonts) = header::shown(text);
        self.headers.push_str(&shown);
        self.fonts.push_str(&fonts);
    }

    fn close(&mut self) {
        match self.within.take() {
            Some(Aside::Formula) => {
                // Its cell may never have been worked out.
                let formula = self.formulas.get(self.began..).unwrap_or_default();
                if let Some(text) = formula::text(formula) {
                    self.formulas.push('\n');
                    self.formulas.push_str(&text);
                }
                self.formulas.push('\n');
            }
            Some(Aside::Header) => self.headers.push('\n'),
            None => {}
        }
    }
}

/// Whether an attribute says no more than where a cell stands or which format it has. Each of a million cells has two.
fn is_grid(element: &str, name: &str, value: &str) -> bool {
    let digits = value.trim_start_matches(|c: char| c.is_ascii_uppercase());
    let number = digits.len() <= 7 && digits.bytes().all(|byte| byte.is_ascii_digit());
    match (element, name) {
        ("c", "r") | ("row", "r") => number && value.len() - digits.len() <= 3,
        ("c", "s") => number && digits.len() == value.len(),
        _ => false,
    }
}

impl Row {
    /// Tells the cells that were met; whether more rows may be told.
    fn end(
        &mut self,
        reading: &mut Reading<'_>,
        table: &mut Table,
        open: bool,
        role: Role,
    ) -> bool {
        let cells = std::mem::take(&mut self.cells);
        if !open || cells.is_empty() {
            return open;
        }
        table.set_role(if self.hidden { Role::Metadata } else { role });
        table.row(reading, self.number, &cells)
    }

    fn open(&mut self, tag: &Tag<'_>) {
        match tag.name {
            "row" => {
                self.number = tag.value("r").parse().unwrap_or(self.number.saturating_add(1));
                self.hidden = matches!(tag.value("hidden").as_str(), "1" | "true");
                self.column = 0;
            }
            "c" => {
                self.keep(None);
                self.column = column(&tag.value("r")).unwrap_or(self.column);
                self.kind = tag.value("t");
                self.style = tag.value("s").parse().unwrap_or(0);
            }
            "v" | "t" => self.within = true,
            _ => {}
        }
    }

    fn close(&mut self, name: &str, book: &Book) {
        match name {
            "v" | "t" => self.within = false,
            "c" => {
                self.keep(Some(book));
                self.column = self.column.saturating_add(1);
            }
            _ => {}
        }
    }

    /// Keeps the cell under way: as it shows, or as it is written if it is not known how it shows.
    fn keep(&mut self, book: Option<&Book>) {
        let value = std::mem::take(&mut self.value);
        if value.is_empty() {
            return;
        }
        let shared =
            || value.trim().parse().ok().and_then(|at: usize| book?.strings.get(at).cloned());
        let format = book.and_then(|book| book.formats.get(self.style));
        let shown = match self.kind.as_str() {
            "s" => shared().unwrap_or_else(|| value.into()),
            "" | "n" => {
                let (stored, masked) = number(&value, format);
                // A program that reads the file is given what is stored.
                self.cells.extend(masked.map(|masked| (self.column, masked.into())));
                stored.into()
            }
            _ => unescaped(&value).into(),
        };
        self.cells.push((self.column, shown));
    }
}

/// The column of a reference such as `AB12`, from 0.
fn column(reference: &str) -> Option<u32> {
    let letters = reference.bytes().take_while(u8::is_ascii_alphabetic).take(4);
    let number = letters
        .fold(0, |sum: u32, letter| sum * 26 + u32::from(letter.to_ascii_uppercase() - b'A') + 1);
    number.checked_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_have_columns() {
        assert_eq!(column("AB12"), Some(27));
        assert_eq!(column("12"), None);
    }
}
