//! Runs the operators of a content as far as text needs it (ISO 32000-2, 9.4).
//!
//! Words and lines are told apart by where glyphs stand, because files need not hold a space or a line break.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use crate::glean;
use crate::piece::Why;
use crate::reading::Reading;

use super::file::File;
use super::font::{Font, Glyph};
use super::lexer::{Dict, Lexer, Object};
use super::order::{Mark, Order};
use super::{extras, names};

#[cfg(test)]
mod tests;

/// Forms within forms.
const FORMS: usize = 12;
/// States of graphics that are saved.
const STATES: usize = 256;
/// Operands of one operator. Of more than it takes, the last ones count.
const OPERANDS: usize = 64;
/// Shortest run of characters that is told from what is drawn as a few dots.
const RUN: usize = 8;
/// What one operator costs of the work that a file may take, in bytes that are parsed.
const OPERATOR: usize = 8;
/// What pages of a file share.
#[derive(Default)]
pub(super) struct State {
    fonts: HashMap<u32, Rc<Font>>,
    forms: HashSet<u32>,
    /// The font where none is named.
    plain: Option<Rc<Font>>,
}

/// A transformation of the plane: `[a b c d e f]`.
pub(super) type Matrix = [f64; 6];

const IDENTITY: Matrix = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];

/// What `first` and then `second` do.
fn times(first: Matrix, second: Matrix) -> Matrix {
    let [a, b, c, d, e, f] = first;
    let [g, h, i, j, k, l] = second;
    [
        a * g + b * i,
        a * h + b * j,
        c * g + d * i,
        c * h + d * j,
        e * g + f * i + k,
        e * h + f * j + l,
    ]
}

#[derive(Clone)]
struct Style {
    font: Option<Rc<Font>>,
    size: f64,
    chars: f64,
    words: f64,
    scale: f64,
    leading: f64,
    matrix: Matrix,
}

/// What was run so far, and what it showed.
pub(super) struct Canvas<'c, 'l, 'f, 'b> {
    reading: &'c mut Reading<'l>,
    file: &'f File<'b>,
    state: &'c mut State,
    pub(super) out: String,
    /// Replacements and descriptions that the contents bring.
    pub(super) spoken: String,
    /// The text as encodings of fonts say it, and whether maps of the file say it otherwise.
    pub(super) drawn: String,
    pub(super) differs: bool,
    /// Where each glyph stands.
    pub(super) order: Order,
    /// Names among these, each once.
    names: HashSet<Vec<u8>>,
    style: Style,
    saved: Vec<Style>,
    line: Matrix,
    text: Matrix,
    /// Where the last glyph ended.
    last: Option<(f64, f64)>,
    pub(super) images: usize,
    pub(super) unknown: usize,
    pub(super) lines: usize,
    pub(super) curves: usize,
    /// Whether an inline image may end elsewhere for others.
    pub(super) broken: bool,
    /// Whether the rest was left out because no more text may be told.
    pub(super) full: bool,
}

/// What the resources of one content call things, as far as it was asked for.
#[derive(Default)]
struct Names {
    fonts: HashMap<Vec<u8>, Rc<Font>>,
    /// Objects that are no forms, and whether they are pictures.
    pictures: HashMap<Vec<u8>, bool>,
}

impl<'c, 'l, 'f, 'b> Canvas<'c, 'l, 'f, 'b> {
    /// An empty page.
    pub(super) fn new(
        reading: &'c mut Reading<'l>,
        file: &'f File<'b>,
        state: &'c mut State,
    ) -> Self {
        let style = Style {
            font: None,
            size: 1.0,
            chars: 0.0,
            words: 0.0,
            scale: 1.0,
            leading: 0.0,
            matrix: IDENTITY,
        };
        Self {
            reading,
            file,
            state,
            out: String::new(),
            spoken: String::new(),
            drawn: String::new(),
            differs: false,
            order: Order::default(),
            names: HashSet::new(),
            style,
            saved: Vec::new(),
            line: IDENTITY,
            text: IDENTITY,
            last: None,
            images: 0,
            unknown: 0,
            lines: 0,
            curves: 0,
            broken: false,
            full: false,
        }
    }
}

impl Canvas<'_, '_, '_, '_> {
    /// Runs a content with its resources; `depth` counts the forms around it.
    pub(super) fn run(&mut self, content: &[u8], resources: &Dict, depth: usize) {
        let mut lexer = Lexer::of_content(content);
        let mut operands: Vec<Object> = Vec::new();
        let (saved, mut names, mut image) = (self.saved.len(), Names::default(), false);
        loop {
            let object = match lexer.next() {
                Some(object) => object,
                // An object that is too deep or too large is passed over; the end is the end.
                None if lexer.at < content.len() => {
                    lexer.at += 1;
                    continue;
                }
                None => break,
            };
            let Object::Word(word) = object else {
                if operands.len() >= OPERANDS {
                    self.unused(&operands.remove(0));
                }
                operands.push(object);
                continue;
            };
            let mut used = 0;
            match word.as_slice() {
                b"BI" => {}
                // Without a beginning it is no image, and viewers go on.
                b"ID" if image => {
                    let from = lexer.at;
                    self.broken |= !lexer.skip_image();
                    let data = content.get(from..lexer.at).unwrap_or_default();
                    if is_picture(self.file, &inline(&operands), data.len()) {
                        self.images += 1;
                    } else {
                        self.spoken.push_str(&glean::runs_from(RUN, data));
                    }
                }
                b"Do" => self.show_object(&operands, resources, depth, &mut names),
                b"Tf" => self.set_font(&operands, resources, &mut names),
                b"BDC" | b"DP" => self.marked(&operands, resources),
                word => used = self.operate(word, &operands),
            }
            image = word == b"BI";
            for operand in operands.iter().rev().skip(used) {
                self.unused(operand);
            }
            operands.clear();
            if self.is_full() || !self.file.spend(OPERATOR) {
                break;
            }
        }
        self.spoken.push_str(&String::from_utf8_lossy(&lexer.comments));
        self.saved.truncate(saved);
    }

    /// Whether more was shown, or is said beside it, than may be told. Asked for each glyph: one operator may show all of a content.
    fn is_full(&mut self) -> bool {
        let longest = self.out.len().max(self.drawn.len()).max(self.spoken.len());
        self.full |= longest > self.reading.text_left();
        self.full || self.reading.is_full()
    }

    /// A string that no operator shows is in the file all the same.
    fn unused(&mut self, operand: &Object) {
        match operand {
            Object::Text(text) => {
                self.spoken.push_str(&extras::string(text));
                self.spoken.push('\n');
            }
            Object::Name(name) if !names::is_usual(name) && self.names.insert(name.clone()) => {
                self.spoken.push_str(&extras::string(name));
                self.spoken.push('\n');
            }
            _ => {}
        }
    }

    /// Does what an operator says; gives how many of the last operands it showed.
    fn operate(&mut self, word: &[u8], operands: &[Object]) -> usize {
        let shown = match word {
            b"Tj" | b"'" | b"TJ" => 1,
            b"\"" => 3,
            _ => 0,
        };
        let operands = if shown == 0 {
            operands
        } else {
            operands.get(operands.len().saturating_sub(shown)..).unwrap_or_default()
        };
        let number = |at: usize| operands.get(at).and_then(Object::number).unwrap_or(0.0);
        let matrix = || [number(0), number(1), number(2), number(3), number(4), number(5)];
        match word {
            b"l" => self.lines += 1,
            b"c" | b"v" | b"y" => self.curves += 1,
            b"q" if self.saved.len() < STATES => self.saved.push(self.style.clone()),
            b"Q" => self.style = self.saved.pop().unwrap_or_else(|| self.style.clone()),
            b"cm" => self.style.matrix = times(matrix(), self.style.matrix),
            b"BT" => (self.line, self.text) = (IDENTITY, IDENTITY),
            b"Tc" => self.style.chars = number(0),
            b"Tw" => self.style.words = number(0),
            b"Tz" => self.style.scale = number(0) / 100.0,
            b"TL" => self.style.leading = number(0),
            b"Td" => self.go(number(0), number(1)),
            b"TD" => {
                self.style.leading = -number(1);
                self.go(number(0), number(1));
            }
            b"Tm" => (self.line, self.text) = (matrix(), matrix()),
            b"T*" => self.go(0.0, -self.style.leading),
            b"Tj" => self.show(operands.first()),
            b"'" => {
                self.go(0.0, -self.style.leading);
                self.show(operands.first());
            }
            b"\"" => {
                (self.style.words, self.style.chars) = (number(0), number(1));
                self.go(0.0, -self.style.leading);
                self.show(operands.get(2));
            }
            b"TJ" => self.show_all(operands.first()),
            _ => {}
        }
        // Of three operands the first two are numbers, or strings that are not shown.
        shown.min(1)
    }

    fn go(&mut self, x: f64, y: f64) {
        self.line = times([1.0, 0.0, 0.0, 1.0, x, y], self.line);
        self.text = self.line;
    }

    fn advance(&mut self, by: f64) {
        let vertical = self.style.font.as_ref().is_some_and(|font| font.vertical);
        let (x, y) = if vertical { (0.0, -by) } else { (by * self.style.scale, 0.0) };
        self.text = times([1.0, 0.0, 0.0, 1.0, x, y], self.text);
    }

    fn show(&mut self, object: Option<&Object>) {
        let Some(Object::Text(bytes)) = object else { return };
        // Some viewers have a font where none was named.
        let font = match &self.style.font {
            Some(font) => Rc::clone(font),
            None => self.plain_font(),
        };
        if !self.file.spend(bytes.len().saturating_mul(font.cost())) {
            return;
        }
        for glyph in font.glyphs(bytes) {
            if self.is_full() {
                return;
            }
            self.glyph(&font, &glyph);
        }
    }

    /// Shows the strings of an array; numbers among them move what follows.
    fn show_all(&mut self, object: Option<&Object>) {
        let Some(Object::Array(items)) = object else { return };
        for item in items {
            match item {
                _ if self.is_full() => return,
                Object::Number(back) => self.advance(-back / 1000.0 * self.style.size),
                item => self.show(Some(item)),
            }
        }
    }

    fn glyph(&mut self, font: &Font, glyph: &Glyph) {
        let before = self.out.len();
        let stands = Mark::at(times(self.text, self.style.matrix), self.style.size);
        self.gap(font.vertical);
        let from = self.out.len();
        match &glyph.text {
            Some(text) => self.out.push_str(text),
            None => {
                self.unknown += 1;
                self.out.push('\u{fffd}');
            }
        }
        if font.twofold {
            self.differs |= glyph.drawn.is_some();
            self.drawn.push_str(self.out.get(before..from).unwrap_or_default());
            let told = self.out.get(from..).unwrap_or_default();
            self.drawn.push_str(glyph.drawn.as_deref().unwrap_or(told));
        }
        let word = if glyph.space { self.style.words } else { 0.0 };
        let width = if font.vertical { 1000.0 } else { glyph.width };
        self.advance(width / 1000.0 * self.style.size + self.style.chars + word);
        let [.., x, y] = times(self.text, self.style.matrix);
        if !font.vertical {
            self.order.add(stands.to((x, y), from..self.out.len()));
        }
        self.last = Some((x, y));
    }

    /// Puts a space or a line break before a glyph that does not stand where the last one ended.
    fn gap(&mut self, vertical: bool) {
        let [a, b, c, d, x, y] = times(self.text, self.style.matrix);
        let Some((last_x, last_y)) = self.last else { return };
        if self.out.ends_with(['\n', ' ']) || self.out.is_empty() {
            return;
        }
        let (run_x, run_y) = if vertical { (-c, -d) } else { (a, b) };
        let length = run_x.hypot(run_y);
        let size = (length * self.style.size).abs();
        if !(size > 0.0 && size.is_finite()) {
            return;
        }
        let (cos, sin) = (run_x / length, run_y / length);
        let (dx, dy) = (x - last_x, y - last_y);
        let (along, across) = (dx * cos + dy * sin, dy * cos - dx * sin);
        if across.abs() > 0.4 * size || along < -0.6 * size {
            self.out.push('\n');
        } else if along > 0.18 * size {
            self.out.push(' ');
        }
    }

    fn plain_font(&mut self) -> Rc<Font> {
        let plain = self.state.plain.take();
        let plain =
            plain.unwrap_or_else(|| Rc::new(Font::read(self.reading, self.file, &Dict::default())));
        self.state.plain = Some(Rc::clone(&plain));
        plain
    }

    fn set_font(&mut self, operands: &[Object], resources: &Dict, names: &mut Names) {
        self.style.size = operands.last().and_then(Object::number).unwrap_or(1.0);
        let name = operands.len().checked_sub(2).and_then(|at| operands.get(at));
        let Some(Object::Name(name)) = name else { return };
        if !names.fonts.contains_key(name) {
            let font = self.font(name, resources);
            names.fonts.insert(name.clone(), font);
        }
        self.style.font = names.fonts.get(name).cloned();
    }

    fn font(&mut self, name: &[u8], resources: &Dict) -> Rc<Font> {
        let fonts = resources.get(b"Font").and_then(|fonts| self.file.dict(fonts));
        let fonts = fonts.unwrap_or_default();
        // Looking for a name costs what there is to look through.
        self.file.spend(fonts.0.len());
        let number = match fonts.get(name) {
            Some(Object::Reference(number)) => Some(*number),
            _ => None,
        };
        if let Some(font) = number.and_then(|number| self.state.fonts.get(&number)) {
            return Rc::clone(font);
        }
        let Some(dict) = fonts.get(name).and_then(|font| self.file.dict(font)) else {
            return self.plain_font();
        };
        let font = Rc::new(Font::read(self.reading, self.file, &dict));
        if let Some(number) = number {
            self.state.fonts.insert(number, Rc::clone(&font));
        }
        font
    }

    fn show_object(
        &mut self,
        operands: &[Object],
        resources: &Dict,
        depth: usize,
        names: &mut Names,
    ) {
        let Some(Object::Name(name)) = operands.last() else { return };
        if let Some(picture) = names.pictures.get(name) {
            self.images += usize::from(*picture);
            return;
        }
        let objects = resources.get(b"XObject").and_then(|objects| self.file.dict(objects));
        let objects = objects.unwrap_or_default();
        self.file.spend(objects.0.len());
        // What is shown once is not shown again, and what is no form stays none.
        names.pictures.insert(name.clone(), false);
        let Some(reference @ Object::Reference(number)) = objects.get(name) else { return };
        let Some(stream) = self.file.stream(reference) else {
            return self.reading.unread("form", Why::Broken);
        };
        if stream.dict.name(b"Subtype") != Some(b"Form") {
            let picture = is_picture(self.file, &stream.dict, stream.raw.len());
            if picture {
                self.file.mark_used(*number);
            }
            names.pictures.insert(name.clone(), picture);
            self.images += usize::from(picture);
            return;
        }
        if depth >= FORMS {
            return self.reading.unread("", Why::TooDeep);
        }
        if !self.state.forms.insert(*number) {
            return;
        }
        let content = self.file.decoded(self.reading, &stream, "form");
        let own = stream.dict.get(b"Resources").and_then(|own| self.file.dict(own));
        let style = self.style.clone();
        let (line, text) = (self.line, self.text);
        let matrix =
            stream.dict.get(b"Matrix").map(|matrix| self.file.array(matrix)).unwrap_or_default();
        if let Ok(matrix) = <[Object; 6]>::try_from(matrix) {
            let matrix = matrix.map(|item| item.number().unwrap_or(0.0));
            self.style.matrix = times(matrix, self.style.matrix);
        }
        self.run(&content, own.as_deref().unwrap_or(resources), depth + 1);
        (self.style, self.line, self.text) = (style, line, text);
    }

    fn marked(&mut self, operands: &[Object], resources: &Dict) {
        let all = match operands.last() {
            Some(Object::Name(_)) => {
                resources.get(b"Properties").and_then(|all| self.file.dict(all))
            }
            _ => None,
        };
        self.file.spend(all.as_ref().map_or(0, |all| all.0.len()));
        let properties = match operands.last() {
            Some(Object::Dict(dict)) => Some(Cow::Borrowed(dict)),
            Some(Object::Name(name)) => all.as_ref().and_then(|all| self.file.dict(all.get(name)?)),
            _ => None,
        };
        for key in [b"ActualText".as_slice(), b"Alt", b"E"] {
            if let Some(Object::Text(text)) =
                properties.as_ref().map(|dict| self.file.value(dict, key))
            {
                self.spoken.push_str(&extras::string(&text));
                self.spoken.push('\n');
            }
        }
    }
}

/// The dictionary of an inline image, from its operands.
fn inline(operands: &[Object]) -> Dict {
    let mut dict = Dict::default();
    for pair in operands.as_chunks::<2>().0 {
        if let [Object::Name(key), value] = pair {
            let key = match key.as_slice() {
                b"W" => b"Width".to_vec(),
                b"H" => b"Height".to_vec(),
                key => key.to_vec(),
            };
            dict.0.push((key, value.clone()));
        }
    }
    dict
}

/// Bytes that so few dots need at most.
const DOTS: usize = 512;

/// Pictures of fewer dots than a line of small letters has are lines and ornaments, if they hold no more than these.
pub(super) fn is_picture(file: &File<'_>, dict: &Dict, bytes: usize) -> bool {
    let side = |key: &[u8]| file.value(dict, key).number().unwrap_or(f64::MAX);
    bytes > DOTS || side(b"Width") >= 16.0 && side(b"Height") >= 6.0
}
