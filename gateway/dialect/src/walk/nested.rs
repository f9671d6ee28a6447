//! Strings, and the JSON texts that may stand inside them.
//!
//! Tool arguments are JSON in a string by definition. Other text is read one layer deeper when it is a whole JSON
//! container and either came from a tool or still holds escapes, which would hide a value from inspection.

use super::{Walk, Walked, free::Manner};
use crate::document::Layer;
use crate::json;
use crate::part::{Modality, Origin, Place, Role};
use crate::unreadable::{Code, Unreadable};

/// Layers that are followed at most, whatever the limit says; the walk recurses.
const LAYERS_MAX: u8 = 8;

impl Walk<'_> {
    /// A string as text, or as the JSON text that it is.
    pub(super) fn text(
        &mut self,
        layer: u32,
        index: u32,
        role: Role,
        flows: bool,
        label: Place,
    ) -> Walked {
        self.string(layer, index, role, flows, label, false)
    }

    /// A string that should be JSON.
    pub(super) fn json_text(&mut self, layer: u32, index: u32, role: Role, label: Place) -> Walked {
        self.string(layer, index, role, false, label, true)
    }

    fn string(
        &mut self,
        layer: u32,
        index: u32,
        role: Role,
        flows: bool,
        label: Place,
        promised: bool,
    ) -> Walked {
        let Some(node) = self.node(index) else { return Ok(()) };
        let at = self.decoded(layer, index, node)?;
        let text = self.document.str_at(at);
        if is_container(text) {
            let hides = memchr::memchr(b'\\', text.as_bytes()).is_some();
            if (promised || hides || role == Role::Tool)
                && self.nested(layer, index, at, role, label, promised)?
            {
                return Ok(());
            }
            if hides && (promised || self.is_deepest(layer)) {
                self.opaque_at(layer, index, role, label)?;
            }
        } else if promised && text.contains("\\u") {
            self.opaque_at(layer, index, role, label)?;
        }
        self.push(role, Modality::Text, flows, Origin::Json { layer, node: index }, at, label)
    }

    fn opaque_at(&mut self, layer: u32, node: u32, role: Role, label: Place) -> Walked {
        self.push(
            role,
            Modality::Opaque,
            false,
            Origin::Json { layer, node },
            Place::default(),
            label,
        )
    }

    fn is_deepest(&self, layer: u32) -> bool {
        let depth = self.document.layers.get(layer as usize).map_or(0, |layer| layer.depth);
        depth >= self.limits.nested_json_layers.min(LAYERS_MAX)
    }

    /// Reads a string as a further layer; false if it is not JSON.
    ///
    /// Promised JSON with two readings is refused in a request. In an answer, or where nobody promised JSON, it is text.
    fn nested(
        &mut self,
        layer: u32,
        index: u32,
        at: Place,
        role: Role,
        label: Place,
        promised: bool,
    ) -> Result<bool, Unreadable> {
        if self.is_deepest(layer) {
            return Ok(false);
        }
        let root = self.document.nodes.len();
        let source: &str = if at.in_arena { &self.document.arena } else { &self.document.text };
        let text = source.get(at.range()).unwrap_or_default();
        let strictness = self.strictness();
        let depth = self.document.layers.get(layer as usize).map_or(0, |layer| layer.depth) + 1;
        let read = json::read(text, strictness, &mut self.document.nodes);
        let inner = self.document.layers.len() as u32;
        self.document.layers.push(Layer {
            at,
            parent: Some((layer, index)),
            root: root as u32,
            depth,
        });
        match read {
            Ok(()) => {
                self.free(inner, root as u32, Manner::Free, role, label)?;
                Ok(true)
            }
            Err(fault) => {
                let refused =
                    matches!(fault.code, Code::DuplicateKey | Code::LoneSurrogate | Code::TooDeep);
                if promised && refused && !strictness.lone_surrogates {
                    let last = self.document.nodes.len().saturating_sub(1) as u32;
                    return Err(self.refuse(inner, last, fault.code, fault.expected));
                }
                self.document.layers.pop();
                self.document.nodes.truncate(root);
                Ok(false)
            }
        }
    }
}

/// Whether a text could be one whole JSON object or array.
fn is_container(text: &str) -> bool {
    let text = text.trim_matches([' ', '\n', '\r', '\t']).as_bytes();
    matches!((text.first(), text.last()), (Some(b'{'), Some(b'}')) | (Some(b'['), Some(b']')))
}
