//! Marked content (ISO 32000-2, 14.6): texts that its properties bring for what is shown.

use std::borrow::Cow;

use super::super::object::Object;
use super::Canvas;
use super::resources::Resources;

/// What is read instead of what is shown, what describes it, and what an abbreviation stands for (14.9).
const TEXTS: [&[u8]; 3] = [b"ActualText", b"Alt", b"E"];

impl Canvas<'_, '_, '_, '_> {
    /// Says the texts of a list of properties, which stands there or is named (`BDC`, `DP`).
    pub(super) fn say_properties(&mut self, operands: &[Object], resources: &Resources<'_>) {
        let named;
        let properties = match operands.last() {
            Some(Object::Dict(dict)) => Some(Cow::Borrowed(dict)),
            Some(Object::Name(name)) => {
                named = resources.category(self.file, b"Properties");
                named.get(name).and_then(|properties| self.file.dict(properties))
            }
            _ => None,
        };
        let Some(properties) = properties else { return };
        for key in TEXTS {
            if let Some(text) = self.file.value(&properties, key).text() {
                self.shown.say(&text);
            }
        }
    }
}
