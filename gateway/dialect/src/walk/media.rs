//! Content that is not text: inline payloads, data URLs, references to what lies elsewhere, and what is not understood.
//!
//! A value where a payload stands is never text alone, whatever it looks like: its place says what it is, and decoders pass
//! over what they do not know. If it is short or not clean base64, it is *also* read as text: a key or a number is in the
//! alphabet of base64. The payload itself is never decoded.
//!
//! In a request, a string that carries bytes is content without text wherever it stands. Answers are not searched for it:
//! they hold signatures and ids of the provider's own, and what comes back has been out already.

use super::free::Manner;
use super::{Around, Value, Walk, Walked};
use crate::json::Kind;
use crate::part::{Modality, Part, Place, Role};
use crate::payload::{
    SHORT, carried, carried_openly, data_url_head, is_base64, media_of, modality_of,
};
use crate::table::{Rule, Side, Treatment, Who};

/// What an object says of the content in it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Says {
    /// It is a picture.
    image: bool,
    /// Its data is plain text.
    text: bool,
    media: Option<Modality>,
}

impl Walk<'_> {
    /// A part without text for a whole value.
    pub(super) fn opaque(&mut self, value: Value, modality: Modality) -> Walked {
        self.push(Part::opaque(value.role, modality, value.origin(), value.label))
    }

    pub(super) fn payload(&mut self, value: Value, modality: Modality) -> Walked {
        let Some(node) = self.node(value.index) else { return Ok(()) };
        let text = self.plain_text(node);
        let (is_payload, is_short) = (is_base64(&text), text.len() <= SHORT);
        self.opaque(value, modality)?;
        if is_payload && !is_short {
            return Ok(());
        }
        self.plain(value, !is_payload)
    }

    pub(super) fn source(&mut self, value: Value, around: Around) -> Walked {
        if around.says.text {
            return self.text(value, true);
        }
        let modality = around.says.media.unwrap_or_else(|| around.modality(Modality::File));
        self.payload(value, modality)
    }

    pub(super) fn locator(&mut self, value: Value, modality: Modality, around: Around) -> Walked {
        let Some(node) = self.node(value.index) else { return Ok(()) };
        let text = self.plain_text(node);
        let Some(head) = data_url_head(&text) else {
            self.opaque(value, around.modality(modality))?;
            return self.plain(value, false);
        };
        let media = media_of(&text, head).unwrap_or(modality);
        let is_short = text.len() - head <= SHORT;
        self.opaque(value, media)?;
        let whole = self.decoded(value.layer, value.index, node)?;
        let end = if is_short { whole.end } else { whole.start + head as u32 };
        let text = Place { end, ..whole };
        self.push(Part::text(value.role, value.origin(), text, value.label))
    }

    /// A string that the provider signed or resolves, and is base64 by nature.
    pub(super) fn sealed(&mut self, value: Value) -> Walked {
        let Some(node) = self.node(value.index) else { return Ok(()) };
        let carried = carried_openly(&self.plain_text(node));
        if let Some(modality) = carried.filter(|_| self.side == Side::Request) {
            self.opaque(value, modality)?;
        }
        self.plain(value, false)
    }

    /// Notes that a name or string at `at` carries bytes, if it does.
    pub(super) fn note_carried(&mut self, value: Value, at: Place) -> Walked {
        match carried(self.document.str_at(at)).filter(|_| self.side == Side::Request) {
            Some(modality) => self.opaque(value, modality),
            None => Ok(()),
        }
    }

    /// Something attached to a message: content without text unless it is empty, and whatever can be read in it.
    pub(super) fn attached(&mut self, value: Value, modality: Modality) -> Walked {
        let is_empty = self.node(value.index).is_none_or(|node| {
            node.kind == Kind::Literal
                || (matches!(node.kind, Kind::Object | Kind::Array) && node.next == value.index + 1)
        });
        if !is_empty {
            self.opaque(value, modality)?;
        }
        self.free(value, Manner::Free)
    }

    /// Notes content that stands where a table knows it, but is of no kind that it knows: a block of another `type` or of
    /// none, an object or a list in the place of a string.
    pub(super) fn unknown_block(&mut self, object: u32, rule: &Rule, around: Around) -> Walked {
        let Some(words) = self.block_words(rule) else {
            return Ok(());
        };
        let kind = self.document.member(object, "type");
        let is_known = match kind.and_then(|kind| self.node(kind)) {
            Some(node) => node.kind == Kind::String && words.contains(&&*self.plain_text(node)),
            // Without a type it is what its members say, if all of them are known.
            None => self.has_only(object, rule),
        };
        if is_known { Ok(()) } else { self.not_understood(object, around) }
    }

    /// A part for a value of a request that is content, but of no kind that is known.
    pub(super) fn not_understood(&mut self, index: u32, around: Around) -> Walked {
        if self.side != Side::Request {
            return Ok(());
        }
        let role = match around.fallback {
            Who::Always(Role::Unknown) => around.speaker,
            who => around.role(who),
        };
        self.opaque(Value { layer: 0, index, role, label: around.label }, Modality::Opaque)
    }

    /// The types of a content block that are known, if the rule is one for blocks.
    pub(super) fn block_words(&self, rule: &Rule) -> Option<&'static [&'static str]> {
        match self.table.rule(rule.member("type")?)?.treatment? {
            Treatment::Block(words) => Some(words),
            _ => None,
        }
    }

    /// Whether an object has no member that its rule does not name.
    fn has_only(&self, object: u32, rule: &Rule) -> bool {
        let end = self.node(object).map_or(0, |node| node.next);
        let mut at = object + 1;
        while let Some(name) = self.node(at).filter(|_| at < end) {
            if rule.member(&self.plain_text(name)).is_none() {
                return false;
            }
            at = self.node(at + 1).map_or(u32::MAX, |value| value.next);
        }
        true
    }

    /// What an object says of its content. PERF: each object is asked once, so the whole stays linear.
    pub(super) fn says(&self, object: u32, rule: &Rule) -> Says {
        let said = |name: &str| {
            rule.member(name)?;
            Some(self.plain_text(self.node(self.document.member(object, name)?)?))
        };
        let kind = said("type");
        Says {
            image: kind.as_deref() == Some("image"),
            text: kind.as_deref() == Some("text"),
            media: said("media_type").and_then(|media| modality_of(&media)),
        }
    }
}

impl Around {
    /// The modality by the `type` of the block that holds the value or its source.
    fn modality(&self, otherwise: Modality) -> Modality {
        if self.says.image || self.outer_says.image { Modality::Image } else { otherwise }
    }
}
