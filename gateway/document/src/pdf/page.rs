//! The text of a page: its contents are run as far as text needs it (ISO 32000-2, 9.4).
//!
//! Words and lines are told apart by where glyphs stand, because files need not hold a space or a line break. A form
//! that several pages show is read once, so no nesting of forms multiplies the work.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use crate::piece::{Role, Why};
use crate::reading::Reading;

use super::extras;
use super::file::File;
use super::font::Font;
use super::lexer::{Dict, Lexer, Object};
use super::tree::Page;

/// Forms within forms.
const FORMS: usize = 12;
/// States of graphics that are saved.
const STATES: usize = 256;
/// Earlier versions of one stream that are read.
const VERSIONS: usize = 64;
/// Operands of one operator.
const OPERANDS: usize = 64;
/// Characters without a meaning that one page may have before it is told: bullets and ornaments.
const ORNAMENTS: usize = 4;

/// What pages of a file share.
#[derive(Default)]
pub(super) struct State {
    fonts: HashMap<u32, Rc<Font>>,
    forms: HashSet<u32>,
}

/// A transformation of the plane: `[a b c d e f]`.
type Matrix = [f64; 6];

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

struct Canvas<'c, 'l, 'f, 'b> {
    reading: &'c mut Reading<'l>,
    file: &'f File<'b>,
    state: &'c mut State,
    out: String,
    /// Replacements and descriptions that the contents bring.
    spoken: String,
    style: Style,
    saved: Vec<Style>,
    line: Matrix,
    text: Matrix,
    /// Where the last glyph ended.
    last: Option<(f64, f64)>,
    images: usize,
    unknown: usize,
}

/// Tells the text of a page.
pub(super) fn read(reading: &mut Reading<'_>, file: &File<'_>, page: &Page, state: &mut State) {
    let contents = page.dict.get(b"Contents").unwrap_or(&Object::Null);
    let content = content(reading, file, contents);
    show(reading, file, page, state, &content, Role::Content);
    // A form that only an earlier version shows counts as shown; its text was told with that version.
    for part in [vec![contents.clone()], file.array(contents)].concat() {
        let Object::Reference(number) = part else { continue };
        for stream in file.older_streams(number).into_iter().take(VERSIONS) {
            let content = file.decoded(reading, &stream, "earlier version");
            reading.within("earlier version", |reading| {
                show(reading, file, page, state, &content, Role::Metadata);
            });
        }
    }
}

fn show(
    reading: &mut Reading<'_>,
    file: &File<'_>,
    page: &Page,
    state: &mut State,
    content: &[u8],
    role: Role,
) {
    let style = Style {
        font: None,
        size: 1.0,
        chars: 0.0,
        words: 0.0,
        scale: 1.0,
        leading: 0.0,
        matrix: IDENTITY,
    };
    let mut canvas = Canvas {
        reading,
        file,
        state,
        out: String::new(),
        spoken: String::new(),
        style,
        saved: Vec::new(),
        line: IDENTITY,
        text: IDENTITY,
        last: None,
        images: 0,
        unknown: 0,
    };
    let resources = file.dict(&page.resources).unwrap_or_default();
    canvas.run(content, &resources, 0);
    let (images, unknown) = (canvas.images, canvas.unknown);
    let (out, spoken) = (canvas.out, canvas.spoken);
    reading.text(role, "", "", out);
    reading.text(Role::Metadata, "replacement text", "", spoken);
    if images > 0 {
        reading.unread("picture", Why::Unsupported);
    }
    if unknown >= ORNAMENTS {
        reading.unread("characters without a meaning", Why::Unsupported);
    }
}

fn content(reading: &mut Reading<'_>, file: &File<'_>, contents: &Object) -> Vec<u8> {
    let parts = match file.resolve(contents) {
        Object::Array(parts) => parts,
        _ => vec![contents.clone()],
    };
    let mut content = Vec::new();
    for part in parts {
        if let Some(stream) = file.stream(&part) {
            content.extend(file.decoded(reading, &stream, "content"));
            content.push(b'\n');
        }
        if content.len() > reading.limits().unpacked_bytes {
            break;
        }
    }
    content
}

impl Canvas<'_, '_, '_, '_> {
    fn run(&mut self, content: &[u8], resources: &Dict, depth: usize) {
        let mut lexer = Lexer::of_content(content);
        let mut operands: Vec<Object> = Vec::new();
        let saved = self.saved.len();
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
                if operands.len() < OPERANDS {
                    operands.push(object);
                }
                continue;
            };
            match word.as_slice() {
                b"ID" => {
                    self.images += usize::from(is_picture(self.file, &inline(&operands)));
                    lexer.skip_image();
                }
                b"Do" => self.show_object(&operands, resources, depth),
                b"Tf" => self.set_font(&operands, resources),
                b"BDC" | b"DP" => self.marked(&operands, resources),
                word => self.operate(word, &operands),
            }
            operands.clear();
            if self.reading.is_full() || self.out.len() > self.reading.text_left() {
                break;
            }
        }
        self.saved.truncate(saved);
    }

    fn operate(&mut self, word: &[u8], operands: &[Object]) {
        let number = |at: usize| operands.get(at).and_then(Object::number).unwrap_or(0.0);
        let matrix = || [number(0), number(1), number(2), number(3), number(4), number(5)];
        match word {
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
            b"TJ" => {
                if let Some(Object::Array(items)) = operands.first() {
                    for item in items {
                        match item {
                            Object::Number(back) => {
                                self.advance(-back / 1000.0 * self.style.size);
                            }
                            item => self.show(Some(item)),
                        }
                    }
                }
            }
            _ => {}
        }
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
        let (Some(Object::Text(bytes)), Some(font)) = (object, self.style.font.clone()) else {
            return;
        };
        font.glyphs(bytes, |glyph| {
            self.gap(font.vertical);
            match &glyph.text {
                Some(text) => self.out.push_str(text),
                None => {
                    self.unknown += 1;
                    self.out.push('\u{fffd}');
                }
            }
            let word = if glyph.space { self.style.words } else { 0.0 };
            let width = if font.vertical { 1000.0 } else { glyph.width };
            self.advance(width / 1000.0 * self.style.size + self.style.chars + word);
            let [.., x, y] = times(self.text, self.style.matrix);
            self.last = Some((x, y));
        });
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

    fn set_font(&mut self, operands: &[Object], resources: &Dict) {
        self.style.size = operands.get(1).and_then(Object::number).unwrap_or(1.0);
        let Some(Object::Name(name)) = operands.first() else { return };
        let fonts =
            resources.get(b"Font").and_then(|fonts| self.file.dict(fonts)).unwrap_or_default();
        let number = match fonts.get(name) {
            Some(Object::Reference(number)) => Some(*number),
            _ => None,
        };
        if let Some(font) = number.and_then(|number| self.state.fonts.get(&number)) {
            self.style.font = Some(Rc::clone(font));
            return;
        }
        let Some(dict) = fonts.get(name).and_then(|font| self.file.dict(font)) else {
            self.style.font = Some(Rc::new(Font::read(self.reading, self.file, &Dict::default())));
            return;
        };
        let font = Rc::new(Font::read(self.reading, self.file, &dict));
        if let Some(number) = number {
            self.state.fonts.insert(number, Rc::clone(&font));
        }
        self.style.font = Some(font);
    }

    fn show_object(&mut self, operands: &[Object], resources: &Dict, depth: usize) {
        let Some(Object::Name(name)) = operands.first() else { return };
        let objects = resources
            .get(b"XObject")
            .and_then(|objects| self.file.dict(objects))
            .unwrap_or_default();
        let Some(reference @ Object::Reference(number)) = objects.get(name) else { return };
        let Some(stream) = self.file.stream(reference) else { return };
        if stream.dict.name(b"Subtype") != Some(b"Form") {
            self.images += usize::from(is_picture(self.file, &stream.dict));
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
        self.run(&content, own.as_ref().unwrap_or(resources), depth + 1);
        (self.style, self.line, self.text) = (style, line, text);
    }

    fn marked(&mut self, operands: &[Object], resources: &Dict) {
        let properties = match operands.get(1) {
            Some(Object::Dict(dict)) => Some(dict.clone()),
            Some(Object::Name(name)) => {
                let all = resources.get(b"Properties").and_then(|all| self.file.dict(all));
                all.and_then(|all| self.file.dict(all.get(name)?))
            }
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

/// Pictures of fewer dots than a line of small letters has are lines and ornaments.
fn is_picture(file: &File<'_>, dict: &Dict) -> bool {
    let side = |key: &[u8]| file.value(dict, key).number().unwrap_or(f64::MAX);
    side(b"Width") >= 16.0 && side(b"Height") >= 6.0
}
