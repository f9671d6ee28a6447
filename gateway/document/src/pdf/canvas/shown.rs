//! What a content shows, and what is said beside it.

use super::super::order::Order;

/// What the contents of a page show.
#[derive(Default)]
pub(in super::super) struct Shown {
    pub(in super::super) text: String,
    /// Replacements and descriptions that the contents bring, a line each.
    pub(in super::super) spoken: String,
    /// The text as encodings of fonts say it, and whether maps of the file say it otherwise.
    pub(in super::super) drawn: String,
    pub(in super::super) differs: bool,
    /// Where each glyph stands.
    pub(in super::super) order: Order,
    pub(in super::super) images: usize,
    /// Glyphs of which nothing says what they mean.
    pub(in super::super) unknown: usize,
    pub(in super::super) lines: usize,
    pub(in super::super) curves: usize,
    /// Whether an inline image may end elsewhere for others.
    pub(in super::super) broken: bool,
    /// Whether the rest was left out because no more text may be told.
    pub(in super::super) full: bool,
}

impl Shown {
    /// Adds a line to what is said beside the text.
    pub(super) fn say(&mut self, text: &str) {
        self.spoken.push_str(text);
        self.spoken.push('\n');
    }

    /// Adds to what is drawn what was added to the text: what parts it from before, from one byte, and a glyph, from another. Where
    /// the encoding says something else, that is what is drawn.
    pub(super) fn draw(&mut self, otherwise: Option<&str>, parting: usize, glyph: usize) {
        self.differs |= otherwise.is_some();
        self.drawn.push_str(self.text.get(parting..glyph).unwrap_or_default());
        self.drawn.push_str(otherwise.unwrap_or(self.text.get(glyph..).unwrap_or_default()));
    }

    /// The bytes of the longest of its texts.
    pub(super) fn longest(&self) -> usize {
        self.text.len().max(self.drawn.len()).max(self.spoken.len())
    }
}
