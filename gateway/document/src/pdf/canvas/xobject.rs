//! External objects (ISO 32000-2, 8.8): forms are run where they are shown, images are counted.

use crate::piece::Why;

use super::super::file::Stream;
use super::super::image::is_picture;
use super::super::object::Object;
use super::resources::Resources;
use super::{Canvas, matrix};

/// Forms within forms.
const FORMS: usize = 12;

impl Canvas<'_, '_, '_, '_> {
    /// Shows the object of a name (`Do`).
    pub(super) fn show_object(
        &mut self,
        operands: &[Object],
        resources: &mut Resources<'_>,
        depth: usize,
    ) {
        let Some(Object::Name(name)) = operands.last() else { return };
        if let Some(picture) = resources.pictures.get(name) {
            self.shown.images += usize::from(*picture);
            return;
        }
        let objects = resources.category(self.file, b"XObject");
        // What is shown once is not shown again, and what is no form stays none.
        resources.pictures.insert(name.clone(), false);
        let Some(reference @ Object::Reference(number)) = objects.get(name) else { return };
        let Some(stream) = self.file.stream(reference) else {
            return self.reading.unread("form", Why::Broken);
        };
        if stream.dict.name(b"Subtype") == Some(b"Form") {
            return self.run_form(*number, &stream, resources, depth);
        }
        let picture = is_picture(self.file, &stream.dict, stream.raw.len());
        if picture {
            self.file.mark_used(*number);
        }
        resources.pictures.insert(name.clone(), picture);
        self.shown.images += usize::from(picture);
    }

    /// Runs a form (8.10) that was not run before, with its own resources or those of the content that shows it.
    fn run_form(
        &mut self,
        number: u32,
        stream: &Stream<'_>,
        resources: &Resources<'_>,
        depth: usize,
    ) {
        if depth >= FORMS {
            return self.reading.unread("", Why::TooDeep);
        }
        if !self.shared.forms.insert(number) {
            return;
        }
        let content = self.file.decoded(self.reading, stream, "form");
        let own = stream.dict.get(b"Resources").and_then(|own| self.file.dict(own));
        let (state, text) = (self.state.clone(), self.text);
        let six = stream.dict.get(b"Matrix").map(|six| self.file.array(six)).unwrap_or_default();
        if six.len() == 6 {
            self.state.matrix = matrix(&six).then(self.state.matrix);
        }
        self.run(&content, own.as_deref().unwrap_or(resources.dict), depth + 1);
        (self.state, self.text) = (state, text);
    }
}
