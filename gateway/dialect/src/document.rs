//! A body that has been read: its bytes, the tapes of its JSON layers, the decoded texts and the parts.
//!
//! Layer 0 is the body; every further layer is a JSON text that stands as a string in an earlier one, so a layer's
//! index is always above its parent's. Invariant: node spans are bytes of their layer's text; a layer's text is a
//! piece of the body when its string has no escapes, else of the arena.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use bytestring::ByteString;

use crate::escape::unescape;
use crate::json::{Kind, Node};
use crate::part::{Origin, Part, Place, RawSpan};

mod paths;

pub(crate) use paths::Paths;

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

    /// The path of a node of a JSON layer.
    pub(crate) fn path(&self, layer: u32, node: u32) -> String {
        self.paths().of(layer, node).to_owned()
    }

    /// The path of a part that stands in the body.
    pub(crate) fn path_of(&self, origin: Origin) -> String {
        match origin {
            Origin::Json { layer, node } => self.path(layer, node),
            _ => String::new(),
        }
    }

    /// Tells the paths of many nodes.
    pub(crate) fn paths(&self) -> Paths<'_> {
        Paths::new(self)
    }

    /// The value of a member of an object of the body.
    pub(crate) fn member(&self, object: u32, wanted: &str) -> Option<u32> {
        let node = |at: u32| self.nodes.get(at as usize).copied();
        let end = node(object).filter(|node| node.kind == Kind::Object)?.next;
        let mut at = object + 1;
        while let Some(name) = node(at).filter(|_| at < end) {
            if self.plain_text(name) == wanted {
                return Some(at + 1);
            }
            at = node(at + 1)?.next;
        }
        None
    }

    /// The text of a node of the body.
    #[inline]
    pub(crate) fn plain_text(&self, node: Node) -> Cow<'_, str> {
        let raw = self.str_at(self.raw(0, node));
        if node.escaped { Cow::Owned(unescape(raw)) } else { Cow::Borrowed(raw) }
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
