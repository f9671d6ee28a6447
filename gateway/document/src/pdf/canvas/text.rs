//! Shows text (ISO 32000-2, 9.4): where strings stand, and the glyphs in them.
//!
//! Words and lines are told apart by where glyphs stand, because files need not hold a space or a line break.

use super::super::font::{Font, Glyph};
use super::super::matrix::Matrix;
use super::super::object::Object;
use super::super::order::Mark;
use super::{Canvas, matrix, number};

/// Parts of the size of a letter: across the line, back along it and forth along it, from which another line, another line and
/// another word begin.
const ACROSS: f64 = 0.4;
const BACK: f64 = 0.6;
const WORD: f64 = 0.18;

/// Where text stands: the beginning of the line, and the next glyph.
#[derive(Clone, Copy)]
pub(super) struct TextObject {
    line: Matrix,
    next: Matrix,
}

impl Default for TextObject {
    fn default() -> Self {
        Self::at(Matrix::IDENTITY)
    }
}

impl TextObject {
    /// Where a line begins.
    fn at(line: Matrix) -> Self {
        Self { line, next: line }
    }
}

impl Canvas<'_, '_, '_, '_> {
    /// Does what an operator of text says; gives how many of the last operands it showed.
    pub(super) fn operate_text(&mut self, operator: &[u8], operands: &[Object]) -> usize {
        let number = |at: usize| number(operands, at);
        match operator {
            b"BT" => self.text = TextObject::default(),
            b"Tc" => self.state.char_spacing = number(0),
            b"Tw" => self.state.word_spacing = number(0),
            b"Tz" => self.state.scale = number(0) / 100.0,
            b"TL" => self.state.leading = number(0),
            b"Td" => self.go(number(0), number(1)),
            b"TD" => {
                self.state.leading = -number(1);
                self.go(number(0), number(1));
            }
            b"Tm" => self.text = TextObject::at(matrix(operands)),
            b"T*" => self.next_line(),
            b"Tj" | b"'" | b"\"" | b"TJ" => return self.show_operands(operator, operands),
            _ => {}
        }
        0
    }

    /// Shows the last operand, if it is what the operator shows: a string, of `TJ` an array. Of three operands the first two are
    /// numbers, or strings that are not shown.
    fn show_operands(&mut self, operator: &[u8], operands: &[Object]) -> usize {
        let mut last = operands.last();
        match operator {
            b"'" => self.next_line(),
            b"\"" => {
                let three = operands.get(operands.len().saturating_sub(3)..).unwrap_or_default();
                self.state.word_spacing = number(three, 0);
                self.state.char_spacing = number(three, 1);
                self.next_line();
                // Where operands are missing, nothing is shown.
                last = three.get(2);
            }
            _ => {}
        }
        match last {
            Some(Object::Array(items)) if operator == b"TJ" => self.show_all(items),
            Some(Object::Text(bytes)) if operator != b"TJ" => self.show(bytes),
            _ => return 0,
        }
        1
    }

    fn go(&mut self, x: f64, y: f64) {
        self.text = TextObject::at(Matrix::translation(x, y).then(self.text.line));
    }

    fn next_line(&mut self) {
        self.go(0.0, -self.state.leading);
    }

    fn advance(&mut self, by: f64) {
        let vertical = self.state.font.as_ref().is_some_and(|font| font.vertical);
        let (x, y) = if vertical { (0.0, -by) } else { (by * self.state.scale, 0.0) };
        self.text.next = Matrix::translation(x, y).then(self.text.next);
    }

    /// Where the next glyph stands on the page.
    fn place(&self) -> Matrix {
        self.text.next.then(self.state.matrix)
    }

    fn show(&mut self, bytes: &[u8]) {
        let font = self.font();
        if !self.file.spend(bytes.len().saturating_mul(font.cost())) {
            return;
        }
        for glyph in font.glyphs(bytes) {
            if self.is_full() {
                return;
            }
            self.show_glyph(&font, &glyph);
        }
    }

    /// Shows the strings of an array; numbers among them move what follows.
    fn show_all(&mut self, items: &[Object]) {
        for item in items {
            match item {
                _ if self.is_full() => return,
                Object::Number(back) => self.advance(-back / 1000.0 * self.state.size),
                Object::Text(bytes) => self.show(bytes),
                _ => {}
            }
        }
    }

    fn show_glyph(&mut self, font: &Font, glyph: &Glyph) {
        let before = self.shown.text.len();
        let mark = Mark::at(self.place(), self.state.size);
        self.separate(font.vertical);
        let from = self.shown.text.len();
        match &glyph.text {
            Some(text) => self.shown.text.push_str(text),
            None => {
                self.shown.unknown += 1;
                self.shown.text.push('\u{fffd}');
            }
        }
        if font.twofold {
            self.shown.draw(glyph.drawn.as_deref(), before, from);
        }
        let word = if glyph.space { self.state.word_spacing } else { 0.0 };
        let width = if font.vertical { 1000.0 } else { glyph.width };
        self.advance(width / 1000.0 * self.state.size + self.state.char_spacing + word);
        let end = self.place().origin();
        if !font.vertical {
            self.shown.order.add(mark.to(end, from..self.shown.text.len()));
        }
        self.last = Some(end);
    }

    /// Puts a space or a line break before a glyph that does not stand where the last one ended.
    fn separate(&mut self, vertical: bool) {
        let Some(last) = self.last else { return };
        let text = &self.shown.text;
        if !text.ends_with(['\n', ' ']) && !text.is_empty() {
            let separator = separator(last, self.place(), self.state.size, vertical);
            self.shown.text.extend(separator);
        }
    }
}

/// What stands between the end of a glyph and the place of the next one.
fn separator(last: (f64, f64), place: Matrix, size: f64, vertical: bool) -> Option<char> {
    let Matrix([a, b, c, d, x, y]) = place;
    let (run_x, run_y) = if vertical { (-c, -d) } else { (a, b) };
    let length = run_x.hypot(run_y);
    let size = (length * size).abs();
    if !(size > 0.0 && size.is_finite()) {
        return None;
    }
    let (cos, sin) = (run_x / length, run_y / length);
    let (dx, dy) = (x - last.0, y - last.1);
    let (along, across) = (dx * cos + dy * sin, dy * cos - dx * sin);
    if across.abs() > ACROSS * size || along < -BACK * size {
        Some('\n')
    } else if along > WORD * size {
        Some(' ')
    } else {
        None
    }
}
