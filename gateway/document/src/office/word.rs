//! Paragraphs of runs, as documents, slides, notes, comments and drawings have them.

use crate::capitals::{Capitals, Styles};
use crate::grid::{Grid, end_line};
use crate::piece::Role;
use crate::reading::Reading;
use crate::xml::{Rest, Step, Tag, walk};

#[derive(Default)]
struct Paragraphs {
    seen: String,
    /// The tables in what is seen.
    grid: Grid,
    capitals: Capitals,
    /// Whether the run and the paragraph under way show as capitals.
    capital: [bool; 2],
    hidden: String,
    deleted: String,
    fields: String,
    /// Attributes hold words too: authors, descriptions of pictures, text that is drawn along a line (all watermarks).
    rest: Rest,
    /// The element whose text is kept.
    within: Option<Within>,
    /// Whether the run under way is hidden.
    vanished: bool,
    /// How many deletions are open.
    deletions: usize,
}

#[derive(Clone, Copy)]
enum Within {
    Text,
    Deleted,
    Field,
}

/// Tells the paragraphs of a part; hidden and deleted text, fields and everything else apart.
pub(super) fn paragraphs(reading: &mut Reading<'_>, role: Role, xml: &str, styles: &Styles) {
    let mut all = Paragraphs::default();
    let walked = walk(xml, |step| match step {
        Step::Open(tag) => {
            all.rest.tag(reading, tag);
            all.open(tag, styles);
        }
        Step::Close(name) => all.close(name),
        Step::Text(text) => all.text(text),
        Step::Aside(text) => reading.text(Role::Metadata, "comment", "", text.to_owned()),
    });
    all.grid.end_row(&mut all.seen);
    // Strings of sheets and comments on them escape characters; documents show such letters as they are.
    let shown = super::unescaped(&all.seen);
    if shown != all.seen {
        reading.text(role, "", "", shown);
    }
    reading.text(role, "", "", all.seen);
    reading.text(role, "in capitals", "", all.capitals.finish());
    reading.text(Role::Metadata, "hidden text", "", all.hidden);
    reading.text(Role::Metadata, "deleted text", "", all.deleted);
    reading.text(Role::Metadata, "field", "", all.fields);
    all.rest.tell(reading);
    if let Err(why) = walked {
        reading.unread("", why);
    }
}

impl Paragraphs {
    fn open(&mut self, tag: &Tag<'_>, styles: &Styles) {
        match tag.name {
            "t" | "text" => self.within = Some(Within::Text),
            "delText" => self.within = Some(Within::Deleted),
            "instrText" | "delInstrText" => self.within = Some(Within::Field),
            "fldSimple" => {
                self.fields.push_str(&tag.value("instr"));
                self.fields.push('\n');
            }
            "vanish" | "webHidden" => self.vanished = !tag.denies(),
            "del" | "moveFrom" => self.deletions += 1,
            "tab" | "ptab" => self.show("\t"),
            "br" | "cr" => self.show("\n"),
            "sym" => self.sign(tag),
            "noBreakHyphen" => self.show("-"),
            "tbl" => self.grid.table(&mut self.seen),
            "tc" => self.grid.cell(&mut self.seen),
            "p" => self.capital = [false; 2],
            "r" | "fld" => (self.vanished, self.capital[0]) = (false, false),
            _ => self.look(tag, styles),
        }
    }

    /// Capitals of a run, and of the styles of run and paragraph.
    fn look(&mut self, tag: &Tag<'_>, styles: &Styles) {
        match tag.name {
            "caps" | "smallCaps" => self.capital[0] = !tag.denies(),
            "rPr" => self.capital[0] |= matches!(tag.value("cap").as_str(), "all" | "small"),
            "rStyle" => self.capital[0] |= styles.has(&tag.value("val")),
            "pStyle" => self.capital[1] = styles.has(&tag.value("val")),
            _ => {}
        }
    }

    /// Adds what is drawn and stands in no text.
    fn show(&mut self, text: &str) {
        let seen = self.deletions == 0 && !self.vanished;
        self.out().push_str(text);
        if seen {
            let capital = self.capital.contains(&true);
            self.capitals.text(text, capital);
        }
    }

    /// A character by its code in a font; fonts of signs have theirs in a private area (ECMA-376 part 1, 17.3.3.30).
    fn sign(&mut self, tag: &Tag<'_>) {
        let font = tag.value("font");
        let code = u32::from_str_radix(&tag.value("char"), 16).unwrap_or(0);
        let code = if (0xf000..=0xf0ff).contains(&code) { code - 0xf000 } else { code };
        let signs = ["Symbol", "dings"].iter().any(|signs| font.ends_with(signs));
        let shown = if signs { Some('•') } else { char::from_u32(code) };
        if let Some(shown) = shown.filter(|c| !c.is_control()) {
            self.show(shown.encode_utf8(&mut [0; 4]));
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "t" | "text" | "delText" => self.within = None,
            "instrText" | "delInstrText" => {
                self.within = None;
                self.fields.push('\n');
            }
            "r" | "fld" => (self.vanished, self.capital[0]) = (false, false),
            "del" | "moveFrom" => self.deletions = self.deletions.saturating_sub(1),
            "tr" => self.grid.end_row(&mut self.seen),
            "tbl" => self.grid.end_table(&mut self.seen),
            "p" | "si" | "comment" | "cm" => {
                for out in [&mut self.seen, &mut self.hidden, &mut self.deleted] {
                    end_line(out);
                }
                self.capitals.end();
            }
            _ => {}
        }
    }

    fn out(&mut self) -> &mut String {
        if self.deletions > 0 {
            &mut self.deleted
        } else if self.vanished {
            &mut self.hidden
        } else {
            &mut self.seen
        }
    }

    fn text(&mut self, text: &str) {
        match self.within {
            Some(Within::Text) => self.show(text),
            Some(Within::Deleted) => self.deleted.push_str(text),
            Some(Within::Field) => self.fields.push_str(text),
            None => self.rest.text(text),
        }
    }
}
