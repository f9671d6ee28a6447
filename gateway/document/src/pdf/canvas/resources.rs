//! What a content names and finds in its resources (ISO 32000-2, 7.8.3), and the fonts among them.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::super::file::File;
use super::super::font::Font;
use super::super::object::{Dict, Object};
use super::Canvas;

/// What pages of a file share.
#[derive(Default)]
pub(in super::super) struct Shared {
    fonts: HashMap<u32, Rc<Font>>,
    /// The forms that were run.
    pub(super) forms: HashSet<u32>,
    /// The font where none is named.
    plain: Option<Rc<Font>>,
}

/// The resources of one content, and what was found in them so far.
pub(super) struct Resources<'r> {
    pub(super) dict: &'r Dict,
    fonts: HashMap<Vec<u8>, Rc<Font>>,
    /// External objects that are not run again, and whether they are pictures.
    pub(super) pictures: HashMap<Vec<u8>, bool>,
}

impl<'r> Resources<'r> {
    pub(super) fn new(dict: &'r Dict) -> Self {
        Self { dict, fonts: HashMap::new(), pictures: HashMap::new() }
    }

    /// The resources of a category by their names. Looking for a name costs what there is to look through.
    pub(super) fn category(&self, file: &File<'_>, category: &[u8]) -> Cow<'r, Dict> {
        let named = self.dict.get(category).and_then(|named| file.dict(named)).unwrap_or_default();
        file.spend(named.0.len());
        named
    }
}

impl Canvas<'_, '_, '_, '_> {
    /// Chooses the font of a name, and its size (`Tf`).
    pub(super) fn set_font(&mut self, operands: &[Object], resources: &mut Resources<'_>) {
        self.state.size = operands.last().and_then(Object::number).unwrap_or(1.0);
        let [.., Object::Name(name), _] = operands else { return };
        if !resources.fonts.contains_key(name) {
            let font = self.named_font(name, resources);
            resources.fonts.insert(name.clone(), font);
        }
        self.state.font = resources.fonts.get(name).cloned();
    }

    fn named_font(&mut self, name: &[u8], resources: &Resources<'_>) -> Rc<Font> {
        let fonts = resources.category(self.file, b"Font");
        let number = fonts.get(name).and_then(Object::reference);
        if let Some(font) = number.and_then(|number| self.shared.fonts.get(&number)) {
            return Rc::clone(font);
        }
        let Some(dict) = fonts.get(name).and_then(|font| self.file.dict(font)) else {
            return self.plain_font();
        };
        let font = Rc::new(Font::read(self.reading, self.file, &dict));
        if let Some(number) = number {
            self.shared.fonts.insert(number, Rc::clone(&font));
        }
        font
    }

    /// The font that is chosen. Some viewers have one where none was named.
    pub(super) fn font(&mut self) -> Rc<Font> {
        match &self.state.font {
            Some(font) => Rc::clone(font),
            None => self.plain_font(),
        }
    }

    fn plain_font(&mut self) -> Rc<Font> {
        let read = || Rc::new(Font::read(self.reading, self.file, &Dict::default()));
        Rc::clone(self.shared.plain.get_or_insert_with(read))
    }
}
