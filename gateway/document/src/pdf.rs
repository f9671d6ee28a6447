//! PDF (ISO 32000-2): text of pages, annotations, form values, properties, embedded files.
//!
//! Objects are found by reading the file from its beginning to its end, not by its table of offsets: what a newer table hides
//! is still in the file. What a table leads to must be among them, else the file is unread. Objects are parsed when they are asked for, each within a bound of nodes, all within a bound of
//! work, so that neither cycles nor large arrays fill the memory. Nothing is decrypted: an encrypted file is unread.

mod canvas;
mod extras;
mod file;
mod filter;
mod font;
mod image;
mod lexer;
mod look;
mod matrix;
mod names;
mod object;
mod order;
mod page;
mod table;
mod text_string;
mod tree;

use crate::piece::Why;
use crate::reading::Reading;

use file::File;

/// Tells what stands in a PDF file.
pub(crate) fn read(reading: &mut Reading<'_>, bytes: &[u8]) {
    let file = File::index(reading, bytes);
    if file.is_encrypted() {
        return reading.unread("", Why::Encrypted);
    }
    let tree::Pages { all: pages, missing } =
        tree::pages(&file, reading.limits().pages.saturating_add(1));
    if missing {
        reading.unread("pages", Why::Broken);
    }
    if file.is_hiding() {
        reading.unread("objects within others", Why::Broken);
    }
    if pages.len() > reading.limits().pages {
        reading.unread("pages", Why::TooMany);
    }
    if pages.is_empty() {
        reading.unread("", Why::Broken);
    }
    let mut shared = canvas::Shared::default();
    let mut places = extras::Places::default();
    for (number, page) in (1..=reading.limits().pages).zip(&pages) {
        let place = format!("page {number}");
        places.add(&file, page, &place);
        reading.within(&place, |reading| page::read(reading, &file, page, &mut shared));
    }
    extras::read(reading, &file, &places, &mut shared);
    if file.is_spent() {
        reading.unread("objects", Why::TooMany);
    }
}
