//! OpenDocument (ISO/IEC 26300): texts, sheets and presentations.

use crate::archive::Package;
use crate::capitals::{Capitals, Styles};
use crate::grid::Grid;
use crate::kind::Kind;
use crate::office::PREVIEW;
use crate::piece::{Hints, Role, Why};
use crate::reading::Reading;
use crate::table::Table;
use crate::text;
use crate::xml::{self, Rest, Step, Tag, walk};

/// Reads the package if it is a document of this family.
pub(crate) fn read(reading: &mut Reading<'_>, package: &mut Package<'_>) -> Option<Kind> {
    if !package.has("content.xml")
        || !(package.has("mimetype") || package.has("META-INF/manifest.xml"))
    {
        return None;
    }
    let kind = match package.text(reading, "mimetype").unwrap_or_default() {
        kind if kind.contains("spreadsheet") => Kind::Ods,
        kind if kind.contains("presentation") || kind.contains("graphics") => Kind::Odp,
        kind if kind.is_empty() || kind.contains("opendocument") => Kind::Odt,
        _ => return None,
    };
    let manifest = package.text(reading, "META-INF/manifest.xml").unwrap_or_default();
    if manifest.contains("encryption-data") {
        reading.unread("", Why::Encrypted);
        return Some(kind);
    }
    package.tell_names(reading);
    let mut styles = Styles::default();
    if let Some(xml) = package.text(reading, "styles.xml") {
        styles.add(&xml);
    }
    for index in 0..package.names.len() {
        if !reading.entry() {
            break;
        }
        let name = package.names.get(index).cloned().unwrap_or_default();
        if let Some(bytes) = package.bytes(reading, index) {
            part(reading, kind, &name, &bytes, &styles);
        }
    }
    Some(kind)
}

fn part(reading: &mut Reading<'_>, kind: Kind, name: &str, bytes: &[u8], styles: &Styles) {
    let path = format!("/{name}");
    match name {
        _ if bytes.is_empty() => {}
        "mimetype" => {
            reading.text(Role::Metadata, "", &path, text::decode_as(bytes, "utf-8"));
        }
        _ if name.ends_with(".xml") => {
            let xml = text::of_xml(reading, &path, bytes);
            if name == "content.xml" {
                content(reading, kind, &xml, styles);
            } else if name.ends_with("content.xml") || name.ends_with("styles.xml") {
                reading.within(&path, |reading| content(reading, kind, &xml, styles));
            } else {
                xml::metadata(reading, &path, &xml);
            }
        }
        _ if name.starts_with("Thumbnails/") => reading.within(&path, |reading| {
            reading.inner(PREVIEW, bytes, &Hints { name, media_type: "" });
        }),
        _ => reading.inner(&path, bytes, &Hints { name, media_type: "" }),
    }
}

struct Content {
    sheets: bool,
    seen: String,
    /// The tables in what is seen, but for sheets.
    grid: Grid,
    styles: Styles,
    capitals: Capitals,
    /// Whether each paragraph and span that is open shows as capitals.
    capital: Vec<bool>,
    comments: String,
    deleted: String,
    hidden: String,
    rest: Rest,
    /// How many annotations, deletions and hidden parts are open.
    open: [usize; 3],
    slides: usize,
    table: Option<Table>,
    name: String,
    row: u32,
    column: u32,
    cells: Vec<(u32, String)>,
    repeated: [u32; 2],
    cell: Option<String>,
    value: String,
}

fn content(reading: &mut Reading<'_>, kind: Kind, xml: &str, styles: &Styles) {
    let mut all = Content {
        sheets: kind == Kind::Ods,
        seen: String::new(),
        grid: Grid::default(),
        styles: styles.clone(),
        capitals: Capitals::default(),
        capital: Vec::new(),
        comments: String::new(),
        deleted: String::new(),
        hidden: String::new(),
        rest: Rest::default(),
        open: [0; 3],
        slides: 0,
        table: None,
        name: String::new(),
        row: 0,
        column: 0,
        cells: Vec::new(),
        repeated: [1; 2],
        cell: None,
        value: String::new(),
    };
    let walked = walk(xml, |step| match step {
        Step::Open(tag) => all.open(reading, tag),
        Step::Close(name) => all.close(reading, name),
        Step::Text(text) => all.show(text.trim_matches(['\n', '\r'])),
        Step::Aside(text) => reading.text(Role::Metadata, "comment", "", text.to_owned()),
    });
    all.end_row(reading);
    all.grid.end_row(&mut all.seen);
    reading.text(Role::Content, "", "", all.seen);
    reading.text(Role::Content, "in capitals", "", all.capitals.finish());
    all.rest.tell(reading);
    reading.text(Role::Metadata, "comment", "", all.comments);
    reading.text(Role::Metadata, "deleted text", "", all.deleted);
    reading.text(Role::Metadata, "hidden text", "", all.hidden);
    if let Err(why) = walked {
        reading.unread("", why);
    }
}

impl Content {
    fn out(&mut self) -> &mut String {
        match self.open {
            [comments, ..] if comments > 0 => &mut self.comments,
            [_, deleted, _] if deleted > 0 => &mut self.deleted,
            [.., hidden] if hidden > 0 => &mut self.hidden,
            _ => self.cell.as_mut().unwrap_or(&mut self.seen),
        }
    }

    /// Adds what is drawn.
    fn show(&mut self, text: &str) {
        if self.open == [0; 3] {
            let capital = self.capital.last() == Some(&true);
            self.capitals.text(text, capital);
        }
        self.out().push_str(text);
    }

    fn open(&mut self, reading: &mut Reading<'_>, tag: &Tag<'_>) {
        self.rest.tag(reading, tag);
        self.styles.open(tag);
        match tag.name {
            "annotation" => self.open[0] += 1,
            "tracked-changes" => self.open[1] += 1,
            "hidden-text" | "hidden-paragraph" => {
                self.open[2] += 1;
                let value = tag.value("string-value");
                self.hidden.push_str(&value);
            }
            "s" => {
                let spaces = tag.value("c").parse().unwrap_or(1_usize).min(64);
                self.show(&" ".repeat(spaces));
            }
            "tab" => self.show("\t"),
            "line-break" => self.show("\n"),
            "page" => self.slide(reading, tag),
            "p" | "h" | "span" => {
                let around = tag.name == "span" && self.capital.last() == Some(&true);
                self.capital.push(around || self.styles.has(&tag.value("style-name")));
            }
            _ if self.sheets => self.open_table(reading, tag),
            "table" => self.grid.table(&mut self.seen),
            "table-cell" => self.grid.cell(&mut self.seen),
            _ => {}
        }
    }

    /// What was told before belongs to the slide before.
    fn slide(&mut self, reading: &mut Reading<'_>, tag: &Tag<'_>) {
        self.end_slide(reading);
        self.slides += 1;
        self.name = tag.value("name");
    }

    fn end_slide(&mut self, reading: &mut Reading<'_>) {
        if self.slides > 0 {
            let place = format!("slide {}", self.slides);
            self.grid.end_row(&mut self.seen);
            reading.text(Role::Content, "", &place, std::mem::take(&mut self.seen));
        }
    }

    fn open_table(&mut self, reading: &mut Reading<'_>, tag: &Tag<'_>) {
        let times = |name: &str| tag.value(name).parse().unwrap_or(1_u32).max(1);
        match tag.name {
            "table" => {
                let role =
                    if tag.value("display") == "false" { Role::Metadata } else { Role::Content };
                self.table = Some(Table::new(role, true));
                self.name = tag.value("name");
                self.row = 1;
            }
            "table-row" => {
                self.end_row(reading);
                self.column = 0;
                self.repeated[0] = times("number-rows-repeated");
            }
            "table-cell" | "covered-table-cell" => {
                self.end_cell();
                self.repeated[1] = times("number-columns-repeated");
                self.value = tag.attribute("date-value").unwrap_or_else(|| tag.value("value"));
                self.cell = Some(String::new());
            }
            _ => {}
        }
    }

    fn close(&mut self, reading: &mut Reading<'_>, name: &str) {
        self.styles.close(name);
        match name {
            "annotation" => self.open[0] = self.open[0].saturating_sub(1),
            "tracked-changes" => self.open[1] = self.open[1].saturating_sub(1),
            "hidden-text" | "hidden-paragraph" => self.open[2] = self.open[2].saturating_sub(1),
            "page" => self.end_slide(reading),
            "span" => drop(self.capital.pop()),
            "p" | "h" => {
                self.capital.pop();
                if self.open == [0; 3] {
                    self.capitals.end();
                }
                self.out().push('\n');
            }
            "creator" | "date" => self.out().push('\n'),
            _ if self.sheets => self.close_table(reading, name),
            "table-row" => self.grid.end_row(&mut self.seen),
            "table" => self.grid.end_table(&mut self.seen),
            _ => {}
        }
    }

    fn close_table(&mut self, reading: &mut Reading<'_>, name: &str) {
        match name {
            "table-cell" | "covered-table-cell" => {
                self.end_cell();
                self.column = self.column.saturating_add(self.repeated[1]);
            }
            "table-row" => {
                self.end_row(reading);
                self.row = self.row.saturating_add(self.repeated[0]);
            }
            "table" => self.table = None,
            _ => {}
        }
    }

    fn end_cell(&mut self) {
        let Some(shown) = self.cell.take() else { return };
        let value = std::mem::take(&mut self.value);
        let shown = if shown.trim().is_empty() { value } else { shown };
        if !shown.trim().is_empty() {
            // A cell that is repeated says the same in each; it is told once, where it begins.
            self.cells.push((self.column, shown));
        }
    }

    /// A row that is repeated says the same in each; it is told once, where it begins. Cells that stand in no table are told
    /// with the other text.
    fn end_row(&mut self, reading: &mut Reading<'_>) {
        self.end_cell();
        let (row, cells) = (self.row, std::mem::take(&mut self.cells));
        if let Some(table) = &mut self.table {
            let place = format!("sheet {}", self.name);
            reading.within(&place, |reading| table.row(reading, row, &cells));
            return;
        }
        for (_, cell) in cells {
            self.seen.push_str(&cell);
            self.seen.push('\n');
        }
    }
}
