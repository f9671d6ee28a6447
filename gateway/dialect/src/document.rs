//! A body that has been read: its bytes, the tapes of its JSON layers, the decoded texts and the parts.
//!
//! Layer 0 is the body; every further layer is a JSON text that stands as a string in an earlier one, so a layer's
//! index is always above its parent's. Invariant: node spans are bytes of their layer's text; a layer's text is a
//! piece of the body when its string has no escapes, else of the arena.

use std::fmt;

use bytes::Bytes;
use bytestring::ByteString;

use crate::json::{Kind, Node};
use crate::part::{Origin, Part, Place, RawSpan};
use crate::table::is_known_name;

/// One JSON text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layer {
    pub(crate) at: Place,
    /// The string node that holds it, unless it is the body.
    pub(crate) parent: Option<(u32, u32)>,
    /// Index of its first node.
    pub(crate) root: u32,
    pub(crate) depth: u8,
}

/// What [`crate::Request`] and [`crate::Answer`] are made of.
#[derive(Clone, Default)]
pub(crate) struct Document {
    pub(crate) body: Bytes,
    /// The body as text; empty when it is not UTF-8.
    pub(crate) text: ByteString,
    pub(crate) arena: String,
    pub(crate) layers: Vec<Layer>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) parts: Vec<Part>,
}

impl Document {
    pub(crate) fn str_at(&self, place: Place) -> &str {
        let source: &str = if place.in_arena { &self.arena } else { &self.text };
        source.get(place.range()).unwrap_or_default()
    }

    /// The bytes of a node in the source of its layer: still escaped, without quotes.
    pub(crate) fn raw(&self, layer: u32, node: Node) -> Place {
        let at = self.layers.get(layer as usize).map(|layer| layer.at).unwrap_or_default();
        Place { start: at.start + node.start, end: at.start + node.end, in_arena: at.in_arena }
    }

    /// The path of a part: names that the dialects know as they are, others as their position in the object.
    pub(crate) fn path_of(&self, origin: Origin) -> String {
        match origin {
            Origin::Json { layer, node } => self.path(layer, node),
            _ => String::new(),
        }
    }

    /// The bytes of the body that hold a part; for one inside a JSON string, those of the outermost string.
    pub(crate) fn raw_span(&self, origin: Origin) -> RawSpan {
        let Origin::Json { mut layer, mut node } = origin else {
            return RawSpan { start: 0, end: self.body.len() };
        };
        while let Some((outer, holder)) =
            self.layers.get(layer as usize).and_then(|layer| layer.parent)
        {
            (layer, node) = (outer, holder);
        }
        let range = self.nodes.get(node as usize).map(|node| node.range()).unwrap_or_default();
        RawSpan { start: range.start, end: range.end }
    }

    pub(crate) fn path(&self, layer: u32, target: u32) -> String {
        let Some(found) = self.layers.get(layer as usize).copied() else { return String::new() };
        let mut path = found.parent.map(|(layer, node)| self.path(layer, node)).unwrap_or_default();
        let mut at = found.root;
        while at != target {
            let Some(node) = self.nodes.get(at as usize).copied() else { break };
            let inside = match node.kind {
                Kind::Object => self.enter_object(layer, at, target, &mut path),
                Kind::Array => self.enter_array(at, target, &mut path),
                _ => None,
            };
            match inside {
                Some(inside) => at = inside,
                None => break,
            }
        }
        path
    }

    /// Appends the name of the member that holds `target`; gives the member's value, or `None` at the name itself.
    fn enter_object(&self, layer: u32, object: u32, target: u32, path: &mut String) -> Option<u32> {
        let mut at = object + 1;
        for position in 0usize.. {
            let name = *self.nodes.get(at as usize)?;
            let next = self.nodes.get(at as usize + 1).map_or(u32::MAX, |value| value.next);
            if target < next {
                if !path.is_empty() {
                    path.push('.');
                }
                match self.str_at(self.raw(layer, name)) {
                    known if is_known_name(known) => path.push_str(known),
                    _ => path.push_str(&format!("{{{position}}}")),
                }
                if target == at {
                    path.push_str("#name");
                    return None;
                }
                return Some(at + 1);
            }
            at = next;
        }
        None
    }

    fn enter_array(&self, array: u32, target: u32, path: &mut String) -> Option<u32> {
        let mut at = array + 1;
        for position in 0usize.. {
            let next = self.nodes.get(at as usize)?.next;
            if target < next {
                path.push_str(&format!("[{position}]"));
                return Some(at);
            }
            at = next;
        }
        None
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} bytes, {} layers, {} parts",
            self.body.len(),
            self.layers.len(),
            self.parts.len()
        )
    }
}
