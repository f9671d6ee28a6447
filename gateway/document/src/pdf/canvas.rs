//! Runs the operators of a content as far as text needs it (ISO 32000-2, 7.8.2 and annex A).

mod marked;
mod resources;
mod shown;
mod state;
mod text;
mod xobject;

use std::collections::HashSet;

use crate::glean;
use crate::reading::Reading;

use super::file::File;
use super::image::{self, is_picture};
use super::lexer::Lexer;
use super::matrix::Matrix;
use super::object::{Dict, Object};
use super::{names, text_string};

use resources::Resources;
pub(super) use resources::Shared;
pub(super) use shown::Shown;
use state::GraphicsState;
use text::TextObject;

#[cfg(test)]
mod tests;

/// States of graphics that are saved.
const STATES: usize = 256;
/// Operands of one operator. Of more than it takes, the last ones count.
const OPERANDS: usize = 64;
/// Shortest run of characters that is told from what is drawn as a few dots.
const RUN: usize = 8;
/// What one operator costs of the work that a file may take, in bytes that are parsed.
const OPERATOR: usize = 8;

/// What was run so far, and what it showed.
pub(super) struct Canvas<'c, 'l, 'f, 'b> {
    reading: &'c mut Reading<'l>,
    file: &'f File<'b>,
    shared: &'c mut Shared,
    pub(super) shown: Shown,
    /// Names that were said, each once.
    names: HashSet<Vec<u8>>,
    state: GraphicsState,
    saved: Vec<GraphicsState>,
    text: TextObject,
    /// Where the last glyph ended.
    last: Option<(f64, f64)>,
}

impl<'c, 'l, 'f, 'b> Canvas<'c, 'l, 'f, 'b> {
    /// An empty page.
    pub(super) fn new(
        reading: &'c mut Reading<'l>,
        file: &'f File<'b>,
        shared: &'c mut Shared,
    ) -> Self {
        Self {
            reading,
            file,
            shared,
            shown: Shown::default(),
            names: HashSet::new(),
            state: GraphicsState::default(),
            saved: Vec::new(),
            text: TextObject::default(),
            last: None,
        }
    }
}

impl Canvas<'_, '_, '_, '_> {
    /// Runs a content with its resources; `depth` counts the forms around it.
    pub(super) fn run(&mut self, content: &[u8], resources: &Dict, depth: usize) {
        let mut lexer = Lexer::of_content(content);
        let mut resources = Resources::new(resources);
        let mut operands: Vec<Object> = Vec::new();
        let (saved, mut image_begun) = (self.saved.len(), false);
        while let Some(object) = lexer.next_readable() {
            let Object::Word(operator) = object else {
                if operands.len() >= OPERANDS {
                    self.say_unused(&operands.remove(0));
                }
                operands.push(object);
                continue;
            };
            let mut used = 0;
            // Without a beginning it is no image, and viewers go on.
            if operator == b"ID" && image_begun {
                lexer.at += self.inline_image(&operands, content.get(lexer.at..));
            } else {
                used = self.operate(&operator, &operands, &mut resources, depth);
            }
            image_begun = operator == b"BI";
            for operand in operands.iter().rev().skip(used) {
                self.say_unused(operand);
            }
            operands.clear();
            if self.is_full() || !self.file.spend(OPERATOR) {
                break;
            }
        }
        self.shown.spoken.push_str(&String::from_utf8_lossy(&lexer.comments));
        self.saved.truncate(saved);
    }

    /// Whether more was shown, or is said beside it, than may be told. Asked for each glyph: one operator may show all of a content.
    fn is_full(&mut self) -> bool {
        self.shown.full |= self.shown.longest() > self.reading.text_left();
        self.shown.full || self.reading.is_full()
    }

    /// A string that no operator shows is in the file all the same.
    fn say_unused(&mut self, operand: &Object) {
        match operand {
            Object::Text(text) => self.shown.say(&text_string::decode(text)),
            Object::Name(name) if !names::is_usual(name) && self.names.insert(name.clone()) => {
                self.shown.say(&text_string::decode(name));
            }
            Object::Array(items) => items.iter().for_each(|item| self.say_unused(item)),
            _ => {}
        }
    }

    /// Takes the image that stands in the content behind its `ID`; gives the bytes of its data.
    fn inline_image(&mut self, operands: &[Object], behind: Option<&[u8]>) -> usize {
        let behind = behind.unwrap_or_default();
        let end = image::inline_end(behind);
        self.shown.broken |= !end.certain;
        if is_picture(self.file, &image::inline_dict(operands), end.length) {
            self.shown.images += 1;
        } else {
            let data = behind.get(..end.length).unwrap_or_default();
            self.shown.spoken.push_str(&glean::runs_from(RUN, data));
        }
        end.length
    }

    /// Does what an operator says; gives how many of the last operands it showed.
    fn operate(
        &mut self,
        operator: &[u8],
        operands: &[Object],
        resources: &mut Resources<'_>,
        depth: usize,
    ) -> usize {
        match operator {
            b"Do" => self.show_object(operands, resources, depth),
            b"Tf" => self.set_font(operands, resources),
            b"BDC" | b"DP" => self.say_properties(operands, resources),
            b"l" => self.shown.lines += 1,
            b"c" | b"v" | b"y" => self.shown.curves += 1,
            b"q" if self.saved.len() < STATES => self.saved.push(self.state.clone()),
            b"Q" => self.state = self.saved.pop().unwrap_or_else(|| self.state.clone()),
            b"cm" => self.state.matrix = matrix(operands).then(self.state.matrix),
            _ => return self.operate_text(operator, operands),
        }
        0
    }
}

/// The number at a place among the operands; 0 if there is none.
fn number(operands: &[Object], at: usize) -> f64 {
    operands.get(at).and_then(Object::number).unwrap_or(0.0)
}

/// The six numbers of a transformation.
fn matrix(operands: &[Object]) -> Matrix {
    Matrix([0, 1, 2, 3, 4, 5].map(|at| number(operands, at)))
}
