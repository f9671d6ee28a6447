//! Fields of a form that stand side by side and hold a piece of a value each: a box for each letter, or for four digits.

use std::collections::BTreeMap;

use crate::piece::Role;
use crate::reading::Reading;

use super::super::file::File;
use super::super::matrix::Matrix;
use super::super::object::{Dict, Object};
use super::super::order::{Mark, Order};

/// Most characters of a field that may hold a piece.
const PIECE: usize = 8;

/// The fields of each page that may hold pieces.
#[derive(Default)]
pub(super) struct Fields(BTreeMap<String, Page>);

#[derive(Default)]
struct Page {
    order: Order,
    values: String,
}

impl Fields {
    /// Takes a field with its place on a page.
    pub(super) fn add(&mut self, file: &File<'_>, dict: &Dict, place: &str) {
        let Some(rect) = dict.get(b"Rect") else { return };
        let Some(value) = file.value(dict, b"V").text() else { return };
        let value = value.trim();
        let Ok(rect) = <[Object; 4]>::try_from(file.array(rect)) else { return };
        if value.is_empty() || value.chars().count() > PIECE {
            return;
        }
        let [x, y, right, top] = rect.map(|side| side.number().unwrap_or(0.0));
        let page = self.0.entry(place.to_owned()).or_default();
        let from = page.values.len();
        page.values.push_str(value);
        let mark = Mark::at(Matrix::translation(x.min(right), y.min(top)), top - y);
        page.order.add(mark.to((x.max(right), y.min(top)), from..page.values.len()));
    }

    /// Tells those that stand side by side as one.
    pub(super) fn tell(self, reading: &mut Reading<'_>) {
        for (place, Page { mut order, values }) in self.0 {
            let mut out = String::new();
            order.parts(|part| {
                let pieces: Vec<&str> = part.iter().map(|mark| mark.text(&values)).collect();
                if pieces.len() > 1 {
                    let single = pieces.iter().all(|piece| piece.chars().nth(1).is_none());
                    out.push_str(&pieces.join(if single { "" } else { " " }));
                    out.push('\n');
                }
            });
            reading.within(&place, |reading| {
                reading.text(Role::Content, "fields side by side", "", out);
            });
        }
    }
}
