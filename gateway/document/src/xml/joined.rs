//! Values of a document that stand in pieces in its source: literal text and comments within them, letters set one by one, and
//! elements side by side that hold a few characters each.
//!
//! The source itself is told as it stands. Here only what it does not show as one is put together.

use std::mem;

use quick_xml::Reader;
use quick_xml::events::Event;

use super::{is_inline, unescaped};

/// Most characters of an element that may be a piece of a value; four digits of a card, or one letter.
const PIECE: usize = 8;

#[derive(Default)]
struct Joined {
    out: String,
    /// The text under way, and of how many pieces it is put together.
    text: String,
    pieces: usize,
    depth: usize,
    /// Whether nothing was opened since the last element was.
    leaf: bool,
    run: Run,
}

/// Elements of one name side by side.
#[derive(Default)]
struct Run {
    name: String,
    depth: usize,
    count: usize,
    /// Whether each is one character.
    single: bool,
    /// What they hold, with spaces between.
    text: String,
}

/// The texts that are put together, each on a line. Where a document stops being XML nothing more is.
pub(crate) fn joined(xml: &str) -> String {
    let mut reader = Reader::from_str(xml);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    let mut all = Joined::default();
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(start) => all.open(start.local_name().into_inner()),
            Event::Empty(start) if is_inline(start.local_name().into_inner()) => {}
            Event::Empty(_) => all.end_run(),
            Event::End(end) => all.close(end.local_name().into_inner()),
            Event::Text(text) => all.piece(&text.into_inner()),
            Event::CData(text) => all.piece(&text.into_inner()),
            Event::GeneralRef(entity) => {
                let name = entity.into_inner();
                let shown = unescaped(&format!("&{};", &*name));
                if name.starts_with('#') {
                    all.piece(&shown);
                } else {
                    all.text.push_str(&shown);
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    all.end_text();
    all.end_run();
    all.out
}

impl Joined {
    fn piece(&mut self, text: &str) {
        self.pieces += usize::from(!text.trim().is_empty());
        self.text.push_str(text);
    }

    fn open(&mut self, name: &str) {
        if is_inline(name) {
            return;
        }
        if !self.text.trim().is_empty() {
            self.end_run();
        }
        self.end_text();
        self.depth += 1;
        self.leaf = true;
    }

    fn close(&mut self, name: &str) {
        if is_inline(name) {
            return;
        }
        let text = self.text.trim();
        if self.leaf && !text.is_empty() && text.chars().count() <= PIECE && self.pieces == 1 {
            let text = text.to_owned();
            self.keep(name, &text);
        } else {
            self.end_run();
        }
        self.end_text();
        self.depth = self.depth.saturating_sub(1);
        self.leaf = false;
    }

    /// Takes the text of an element that may be a piece.
    fn keep(&mut self, name: &str, text: &str) {
        if self.run.name != name || self.run.depth != self.depth {
            self.end_run();
            self.run =
                Run { name: name.to_owned(), depth: self.depth, single: true, ..Run::default() };
        }
        self.run.count += 1;
        self.run.single &= text.chars().nth(1).is_none();
        self.run.text.push_str(text);
        self.run.text.push(' ');
    }

    fn end_run(&mut self) {
        let Run { count, single, text, .. } = mem::take(&mut self.run);
        if count > 1 {
            self.out.push_str(&if single { text.replace(' ', "") } else { text });
            self.out.truncate(self.out.trim_end().len());
            self.out.push('\n');
        }
    }

    fn end_text(&mut self) {
        let (text, pieces) = (mem::take(&mut self.text), mem::take(&mut self.pieces));
        if pieces > 1 {
            let words: Vec<&str> = text.split_whitespace().collect();
            self.out.push_str(&words.join(" "));
            self.out.push('\n');
        }
    }
}
