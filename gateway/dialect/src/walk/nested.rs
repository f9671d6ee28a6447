//! Strings, and the JSON texts that may stand inside them.
//!
//! Tool arguments are JSON in a string by definition: an object, an array or a string. Other text is read one layer deeper when it is a whole JSON
//! container and either came from a tool or still holds escapes, which would hide a value from inspection.

use super::{Value, Walk, Walked, free::Manner};
use crate::document::Layer;
use crate::json;
use crate::part::{Modality, Part, Place, Role};
use crate::table::Side;
use crate::unreadable::{Code, Unreadable};

/// Layers that are followed at most, whatever the limit says; the walk recurses.
const LAYERS_MAX: u8 = 8;

impl Walk<'_> {
    /// A string as text, or as the JSON text that it is.
    pub(super) fn text(&mut self, value: Value, flows: bool) -> Walked {
        self.string(value, flows, Promise::Nothing)
    }

    /// A string whose place already says that it carries bytes, as text too.
    pub(super) fn plain(&mut self, value: Value, flows: bool) -> Walked {
        self.string(value, flows, Promise::Bytes)
    }

    /// A string that should be JSON.
    pub(super) fn json_text(&mut self, value: Value) -> Walked {
        self.string(value, false, Promise::Json)
    }

    fn string(&mut self, value: Value, flows: bool, promise: Promise) -> Walked {
        let promised = promise == Promise::Json;
        let Some(node) = self.node(value.index) else { return Ok(()) };
        let at = self.decoded(value.layer, value.index, node)?;
        if promise != Promise::Bytes {
            self.note_carried(value, at)?;
        }
        let text = self.document.str_at(at);
        if self.in_pieces {
            // The caller joins the pieces.
        } else if is_container(text) || promised && is_string(text) {
            let hides = memchr::memchr(b'\\', text.as_bytes()).is_some();
            let is_read = promised || hides || value.role == Role::Tool;
            if is_read && self.nested(value, at, promised)? {
                return Ok(());
            }
            if hides && (promised || self.is_deepest(value.layer)) {
                self.opaque(value, Modality::Opaque)?;
            }
        } else if promised && text.contains("\\u") {
            self.opaque(value, Modality::Opaque)?;
        }
        self.push(Part { flows, ..Part::text(value.role, value.origin(), at, value.label) })
    }

    fn depth(&self, layer: u32) -> u8 {
        self.document.layers.get(layer as usize).map_or(0, |layer| layer.depth)
    }

    fn is_deepest(&self, layer: u32) -> bool {
        self.depth(layer) >= self.limits.nested_json_layers.min(LAYERS_MAX)
    }

    /// Reads a string as a further layer; false if it is not JSON.
    ///
    /// Promised JSON with two readings is refused in a request. In an answer, or where nobody promised JSON, it is text.
    fn nested(&mut self, value: Value, at: Place, promised: bool) -> Result<bool, Unreadable> {
        if self.is_deepest(value.layer) {
            return Ok(false);
        }
        let root = self.document.nodes.len();
        let strictness = self.strictness();
        let source: &str = if at.in_arena { &self.document.arena } else { &self.document.text };
        let text = source.get(at.range()).unwrap_or_default();
        let read = json::read(text, strictness, &mut self.document.nodes);
        let layer = self.document.layers.len() as u32;
        let parent = Some((value.layer, value.index));
        let depth = self.depth(value.layer) + 1;
        self.document.layers.push(Layer { at, parent, root: root as u32, depth });
        match read {
            Ok(()) => {
                self.free(Value { layer, index: root as u32, ..value }, Manner::Free)?;
                Ok(true)
            }
            Err(fault) if self.is_refused(fault.code, promised) => {
                let last = self.document.nodes.len().saturating_sub(1) as u32;
                Err(self.refuse(layer, last, fault.code, fault.expected))
            }
            Err(_) => {
                self.document.layers.pop();
                self.document.nodes.truncate(root);
                Ok(false)
            }
        }
    }

    fn is_refused(&self, code: Code, promised: bool) -> bool {
        match code {
            Code::TooManyParts => true,
            Code::DuplicateKey | Code::LoneSurrogate | Code::TooDeep => {
                promised && self.side == Side::Request
            }
            _ => false,
        }
    }
}

/// What the table says of a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Promise {
    Nothing,
    /// It carries bytes.
    Bytes,
    /// It is JSON.
    Json,
}

/// Whether a text could be one whole JSON string.
fn is_string(text: &str) -> bool {
    let text = text.trim_matches([' ', '\n', '\r', '\t']);
    text.len() > 1 && text.starts_with('"') && text.ends_with('"')
}

/// Whether a text could be one whole JSON object or array.
fn is_container(text: &str) -> bool {
    let text = text.trim_matches([' ', '\n', '\r', '\t']).as_bytes();
    matches!((text.first(), text.last()), (Some(b'{'), Some(b'}')) | (Some(b'['), Some(b']')))
}
