//! The texts of a file by what they are for, and how they are told.

use crate::glean;
use crate::piece::{Hints, Role};
use crate::reading::Reading;

use super::destination::Into;

/// What was read so far.
#[derive(Default)]
pub(super) struct Texts {
    body: String,
    hidden: String,
    deleted: String,
    comments: String,
    properties: String,
    fields: String,
    themes: String,
    stores: String,
    /// The text as old readers show it, with what replaces characters of Unicode.
    replaced: String,
    /// Whether old readers show words where others show characters of Unicode.
    differs: bool,
}

impl Texts {
    /// Adds text, which all readers show alike.
    pub(super) fn add(&mut self, into: Into, text: &str) {
        self.add_unicode(into, text);
        if into == Into::Body {
            self.replaced.push_str(text);
        }
    }

    /// Adds characters of Unicode, which old readers do not show.
    pub(super) fn add_unicode(&mut self, into: Into, text: &str) {
        match into {
            Into::Body => self.body.push_str(text),
            Into::Hidden => self.hidden.push_str(text),
            Into::Deleted => self.deleted.push_str(text),
            Into::Comment => self.comments.push_str(text),
            Into::Property => self.properties.push_str(text),
            Into::Field => self.fields.push_str(text),
            Into::Theme => self.themes.push_str(text),
            Into::Store => self.stores.push_str(text),
            Into::Object | Into::Picture => {}
        }
    }

    /// Adds a byte that old readers show instead of a character of Unicode.
    pub(super) fn add_replacement(&mut self, byte: u8) {
        self.replaced.push(char::from(byte));
        // A mark, or a letter beyond ASCII, stands for what cannot be shown; what is written out may say something else.
        self.differs |= byte.is_ascii_graphic() && byte != b'?';
    }

    /// Tells all of them.
    pub(super) fn tell(self, reading: &mut Reading<'_>) {
        for theme in self.themes.lines() {
            if is_hex(reading, theme) {
                reading.inner("theme", &bytes_of(theme), &Hints::default());
            }
        }
        for store in self.stores.lines() {
            if is_hex(reading, store) {
                glean::read(reading, &bytes_of(store));
            }
        }
        reading.text(Role::Content, "", "", self.body);
        for (label, text) in [
            ("hidden text", self.hidden),
            ("deleted text", self.deleted),
            ("comment", self.comments),
            ("property", self.properties),
            ("field", self.fields),
            ("replaced text", if self.differs { self.replaced } else { String::new() }),
        ] {
            reading.text(Role::Metadata, label, "", text);
        }
    }
}

/// Whether a line is nothing but hexadecimal digits; if not, it is told as it stands.
fn is_hex(reading: &mut Reading<'_>, line: &str) -> bool {
    let hex = line.bytes().all(|byte| byte.is_ascii_hexdigit() || byte.is_ascii_whitespace());
    if !hex {
        reading.text(Role::Metadata, "property", "", line.to_owned());
    }
    hex
}

/// The bytes that hexadecimal digits stand for.
fn bytes_of(digits: &str) -> Vec<u8> {
    let digits: Vec<u8> = digits
        .chars()
        .filter_map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect();
    digits.as_chunks::<2>().0.iter().map(|[high, low]| high << 4 | low).collect()
}
