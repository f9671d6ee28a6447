//! From a tape and a table to parts.
//!
//! Two ways to read a value: *known*, along the rules of the table, and *free*, where every name, string and number
//! becomes a part. The known way falls back to the free one wherever the body is not what a rule expects, so
//! nothing that a provider might read stays unseen. Recursion is bounded by the depth and layer limits.

use std::borrow::Cow;

use bytes::Bytes;
use bytestring::ByteString;

use crate::document::{Document, Layer};
use crate::escape::unescape_into;
use crate::json::{self, Fault, Kind, Node, Strictness};
use crate::limits::Limits;
use crate::part::{Modality, Origin, Part, Place, Reading, Role};
use crate::reread::reread;
use crate::table::{Side, Table, Who};
use crate::unreadable::{Code, Unreadable};

mod free;
mod known;
mod media;
mod nested;

use media::Says;

pub(crate) type Walked = Result<(), Unreadable>;

/// The settings with exactly one reading, as found.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Settings {
    pub(crate) model: Option<Place>,
    /// Index of the part that the model is.
    pub(crate) model_part: Option<u32>,
    pub(crate) stream: bool,
    pub(crate) store: bool,
}

/// What is known of a value from what stands around it.
#[derive(Clone, Copy)]
struct Around {
    /// Who speaks in this message.
    speaker: Role,
    /// Whose the fields are that no rule names.
    fallback: Who,
    /// What the object says that holds the value, and the one that holds that.
    says: Says,
    outer_says: Says,
    /// The nearest name.
    label: Place,
}

impl Around {
    fn role(&self, who: Who) -> Role {
        match who {
            Who::Speaker => self.speaker,
            Who::Always(role) => role,
        }
    }
}

/// A value of a layer, and what its parts will say of it.
#[derive(Clone, Copy)]
struct Value {
    layer: u32,
    index: u32,
    role: Role,
    /// The nearest name.
    label: Place,
}

impl Value {
    fn origin(self) -> Origin {
        Origin::Json { layer: self.layer, node: self.index }
    }
}

/// The state of one reading.
pub(crate) struct Walk<'l> {
    pub(crate) document: Document,
    pub(crate) found: Settings,
    limits: &'l Limits,
    side: Side,
    table: &'static Table,
    scratch: String,
    /// Strings may be pieces of longer ones, so none is read as JSON.
    in_pieces: bool,
}

impl<'l> Walk<'l> {
    pub(crate) fn new(
        body: Bytes,
        table: &'static Table,
        side: Side,
        limits: &'l Limits,
    ) -> Walk<'l> {
        let document = Document { body, ..Document::default() };
        let (found, scratch) = (Settings::default(), String::new());
        Walk { document, found, limits, side, table, scratch, in_pieces: false }
    }

    /// Reads an event of a stream: its strings are pieces.
    pub(crate) fn in_pieces(self) -> Self {
        Walk { in_pieces: true, ..self }
    }

    /// Reads the body strictly and walks it.
    pub(crate) fn json(&mut self) -> Walked {
        self.tape()?;
        let around = Around {
            speaker: if self.side == Side::Answer { Role::Assistant } else { Role::Unknown },
            fallback: Who::Always(Role::Unknown),
            says: Says::default(),
            outer_says: Says::default(),
            label: Place::default(),
        };
        if self.node(0).is_some_and(|node| node.kind != Kind::Object) {
            self.whole_body()?;
        }
        self.known(0, 0, around)
    }

    /// One opaque part for a body that is not understood.
    pub(crate) fn whole_body(&mut self) -> Walked {
        self.push(Part::opaque(Role::Unknown, Modality::Opaque, Origin::Body, Place::default()))
    }

    fn tape(&mut self) -> Walked {
        let refuse =
            |code, byte, expected| Err(Unreadable::new(code, String::new(), byte, expected));
        self.document.text = match ByteString::try_from(self.document.body.clone()) {
            Ok(text) => text,
            Err(error) => return refuse(Code::InvalidUtf8, error.valid_up_to(), "UTF-8"),
        };
        let Ok(end) = u32::try_from(self.document.body.len()) else {
            return refuse(Code::TooLarge, 0, "fewer than 4 GiB");
        };
        let at = Place { start: 0, end, in_arena: false };
        self.document.layers.push(Layer { at, parent: None, root: 0, depth: 0 });
        self.document.nodes.reserve((end as usize / BYTES_PER_NODE).min(NODES_AT_FIRST) + 8);
        let strictness = self.strictness();
        match json::read(&self.document.text, strictness, &mut self.document.nodes) {
            Ok(()) => Ok(()),
            Err(Fault { code, at, expected }) => {
                let last = self.document.nodes.len().saturating_sub(1) as u32;
                Err(Unreadable::new(code, self.document.path(0, last), at, expected))
            }
        }
    }

    fn strictness(&self) -> Strictness {
        Strictness {
            depth: self.limits.depth.min(Limits::DEPTH_MAX),
            lone_surrogates: self.side == Side::Answer,
            nodes: self.limits.parts.saturating_mul(NODES_PER_PART),
        }
    }

    #[inline]
    fn node(&self, index: u32) -> Option<Node> {
        self.document.nodes.get(index as usize).copied()
    }

    /// The still escaped text of a node.
    #[inline]
    fn raw_text(&self, layer: u32, node: Node) -> &str {
        self.document.str_at(self.document.raw(layer, node))
    }

    /// The text of a node of the body.
    #[inline]
    fn plain_text(&self, node: Node) -> Cow<'_, str> {
        self.document.plain_text(node)
    }

    fn refuse(&self, layer: u32, node: u32, code: Code, expected: &'static str) -> Unreadable {
        let origin = Origin::Json { layer, node };
        Unreadable::new(
            code,
            self.document.path(layer, node),
            self.document.raw_span(origin).start,
            expected,
        )
    }

    fn refuse_part(&self, part: Part, code: Code, expected: &'static str) -> Unreadable {
        let path = self.document.path_of(part.origin);
        Unreadable::new(code, path, self.document.raw_span(part.origin).start, expected)
    }

    /// The decoded text of a name or string: borrowed if it has no escapes, else once into the arena.
    fn decoded(&mut self, layer: u32, index: u32, node: Node) -> Result<Place, Unreadable> {
        let raw = self.document.raw(layer, node);
        if !node.escaped {
            return Ok(raw);
        }
        let mut piece = std::mem::take(&mut self.scratch);
        piece.clear();
        unescape_into(self.document.str_at(raw), &mut piece);
        let place = self.keep(&piece);
        self.scratch = piece;
        place.ok_or_else(|| self.refuse(layer, index, Code::TooLargeDecoded, "less escaped text"))
    }

    /// Appends text to the arena; `None` when the budget is spent.
    pub(crate) fn keep(&mut self, text: &str) -> Option<Place> {
        let start = self.document.arena.len();
        let end = start + text.len();
        if end > self.limits.decoded_bytes {
            return None;
        }
        self.document.arena.push_str(text);
        Some(Place {
            start: u32::try_from(start).ok()?,
            end: u32::try_from(end).ok()?,
            in_arena: true,
        })
    }

    pub(crate) fn push(&mut self, part: Part) -> Walked {
        if self.document.parts.len() >= self.limits.parts {
            return Err(self.refuse_part(part, Code::TooManyParts, "fewer fields"));
        }
        self.document.parts.push(part);
        self.reread(part)
    }

    /// Adds the second reading of a text that still holds escapes. PERF: a piece of the body holds none, because a string
    /// with a backslash is decoded into the arena.
    fn reread(&mut self, part: Part) -> Walked {
        if self.in_pieces || !part.text.in_arena {
            return Ok(());
        }
        let Some(text) = reread(self.document.str_at(part.text)) else { return Ok(()) };
        let Some(text) = self.keep(&text) else {
            return Err(self.refuse_part(part, Code::TooLargeDecoded, "less escaped text"));
        };
        let of = self.document.parts.len() as u32 - 1;
        self.push(Part { text, reading: Reading::Unescaped { of }, ..part })
    }
}

/// A dense body has one node in about this many bytes; a body with pictures far fewer.
const BYTES_PER_NODE: usize = 24;

/// Nodes that may be read for each part that may be made, so that the tape is bounded before the parts are.
const NODES_PER_PART: usize = 8;

/// Room made for nodes before reading, at most; the tape grows beyond it as needed.
const NODES_AT_FIRST: usize = 4096;
