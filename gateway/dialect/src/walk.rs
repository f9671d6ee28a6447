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
use crate::table::{Flag, Rule, Side, Table, Treatment, Who};
use crate::unreadable::{Code, Unreadable};

mod free;
mod media;
mod nested;

use free::Manner;
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

    fn known(&mut self, index: u32, rule: u32, around: Around) -> Walked {
        let (Some(node), Some(rule)) = (self.node(index), self.table.rule(rule)) else {
            return Ok(());
        };
        match (node.kind, rule.items) {
            (Kind::Object, _) if rule.has_members() => self.known_object(index, rule, around),
            (Kind::Array, Some(items)) => {
                let around = Around { fallback: fallback_of(rule, around), ..around };
                let mut at = index + 1;
                while at < node.next {
                    self.known(at, items, around)?;
                    at = self.node(at).map_or(u32::MAX, |item| item.next);
                }
                Ok(())
            }
            _ => {
                if node.kind == Kind::Array && self.block_words(rule).is_some() {
                    self.not_understood(index, around)?;
                }
                self.leaf(index, rule.treatment, around)
            }
        }
    }

    fn known_object(&mut self, object: u32, rule: &'static Rule, around: Around) -> Walked {
        let around = Around { fallback: fallback_of(rule, around), ..around };
        self.unknown_block(object, rule, around)?;
        let mut inside =
            Around { says: self.says(object, rule), outer_says: around.says, ..around };
        if rule.member("role").is_some() {
            inside.speaker = self.speaker(object).unwrap_or(around.speaker);
        }
        let end = self.node(object).map_or(0, |node| node.next);
        let mut at = object + 1;
        while at < end {
            let Some(name) = self.node(at) else { break };
            inside.label = self.decoded(0, at, name)?;
            match rule.member(self.document.str_at(inside.label)) {
                Some(member) => self.known(at + 1, member, inside)?,
                None if rule.is_lookalike(self.document.str_at(inside.label)) => {
                    let expected = "no other name that could be taken for this one";
                    return Err(self.refuse(0, at, Code::TwoReadings, expected));
                }
                None if self.is_other_case(rule, inside.label) => {
                    let expected = "the name in the case that its dialect has";
                    return Err(self.refuse(0, at, Code::TwoReadings, expected));
                }
                None => {
                    let role = inside.role(inside.fallback);
                    let name = Value { layer: 0, index: at, role, label: around.label };
                    self.push(Part::text(role, name.origin(), inside.label, name.label))?;
                    self.note_carried(name, inside.label)?;
                    self.free(Value { index: at + 1, label: inside.label, ..name }, Manner::Free)?;
                }
            }
            at = self.node(at + 1).map_or(u32::MAX, |value| value.next);
        }
        Ok(())
    }

    /// Whether a name of a request is one that the rule names, but for its case.
    fn is_other_case(&self, rule: &Rule, name: Place) -> bool {
        self.side == Side::Request && rule.has_other_case(self.document.str_at(name))
    }

    fn leaf(&mut self, index: u32, treatment: Option<Treatment>, around: Around) -> Walked {
        use Treatment as T;
        let Some(node) = self.node(index) else { return Ok(()) };
        let value = |role| Value { layer: 0, index, role, label: around.label };
        let setting = value(Role::Setting);
        match (treatment, node.kind) {
            (Some(T::Refused), _) => {
                let expected = "nothing here: a provider might take it for `model`";
                Err(self.refuse(0, index, Code::TwoReadings, expected))
            }
            (Some(T::Model), _) => self.model(setting, node),
            (Some(T::Flag(flag)), _) => self.flag(index, node, flag),
            (_, Kind::Literal) => Ok(()),
            (Some(T::Text { who, flows }), Kind::String) => {
                self.text(value(around.role(who)), flows)
            }
            (Some(T::Sealed), Kind::String) => self.sealed(setting),
            (Some(T::Json(role)), Kind::String) => self.json_text(value(role)),
            (Some(T::Words(words) | T::Block(words)), Kind::String)
                if words.contains(&&*self.plain_text(node)) =>
            {
                Ok(())
            }
            (Some(T::Words(_) | T::Block(_) | T::Number), Kind::String) => {
                self.text(setting, false)
            }
            (Some(T::Number), Kind::Number) if self.is_plain_number(node) => Ok(()),
            (Some(T::Schema), _) => self.free(value(Role::Definition), Manner::Schema),
            (Some(T::Meter), _) => self.free(setting, Manner::Meter),
            (Some(T::Payload(modality)), Kind::String) => {
                self.payload(value(around.speaker), modality)
            }
            (Some(T::Source), Kind::String) => self.source(value(around.speaker), around),
            (Some(T::Locator(modality)), Kind::String) => {
                self.locator(value(around.speaker), modality, around)
            }
            (Some(T::Reference(modality)), Kind::String) => {
                self.opaque(setting, modality)?;
                self.plain(setting, false)
            }
            (Some(T::Attached(modality)), _) => {
                self.attached(value(around.role(around.fallback)), modality)
            }
            (Some(T::Bytes), Kind::Array) => self.opaque(value(around.speaker), Modality::Opaque),
            (treatment, _) => {
                if let Some(modality) = treatment.and_then(|it| modality_in_place(it, node)) {
                    self.opaque(value(around.speaker), modality)?;
                } else if matches!(treatment, Some(T::Text { flows: true, .. }))
                    && node.kind == Kind::Object
                {
                    self.not_understood(index, around)?;
                }
                let who = treatment.and_then(who_of).unwrap_or(around.fallback);
                self.free(value(around.role(who)), Manner::Free)
            }
        }
    }

    /// A number of a field known to be one: what a sampling parameter needs, and too short to be anything else.
    fn is_plain_number(&self, node: Node) -> bool {
        self.side == Side::Answer || node.range().len() <= PLAIN_NUMBER
    }

    fn model(&mut self, value: Value, node: Node) -> Walked {
        if node.kind != Kind::String {
            return Err(self.refuse(0, value.index, Code::TwoReadings, "`model` as a string"));
        }
        let at = self.decoded(0, value.index, node)?;
        self.found.model = Some(at);
        self.found.model_part = Some(self.document.parts.len() as u32);
        self.push(Part::text(value.role, value.origin(), at, value.label))?;
        self.note_carried(value, at)
    }

    fn flag(&mut self, index: u32, node: Node, flag: Flag) -> Walked {
        let value = match (node.kind, self.raw_text(0, node)) {
            (Kind::Literal, "true") => true,
            (Kind::Literal, _) => false,
            _ => return Err(self.refuse(0, index, Code::TwoReadings, "true or false")),
        };
        match flag {
            Flag::Stream => self.found.stream = value,
            Flag::Store => self.found.store = value,
        }
        Ok(())
    }

    /// Who speaks, by the member `role` of a message.
    fn speaker(&self, object: u32) -> Option<Role> {
        let role = self.node(self.document.member(object, "role")?)?;
        Some(match &*self.plain_text(role) {
            "system" | "developer" => Role::System,
            "user" => Role::User,
            "assistant" => Role::Assistant,
            "tool" | "function" => Role::Tool,
            _ => Role::Unknown,
        })
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
            let path = self.document.path_of(part.origin);
            let byte = self.document.raw_span(part.origin).start;
            return Err(Unreadable::new(Code::TooManyParts, path, byte, "fewer fields"));
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
            let path = self.document.path_of(part.origin);
            let byte = self.document.raw_span(part.origin).start;
            return Err(Unreadable::new(Code::TooLargeDecoded, path, byte, "less escaped text"));
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

/// Longest number, in bytes, of a known numeric field of a request that is structure: below a date of birth or any identifier
/// written with separators, above every sensible sampling parameter.
const PLAIN_NUMBER: usize = 7;

fn fallback_of(rule: &Rule, around: Around) -> Who {
    match rule.treatment {
        Some(Treatment::Free(who)) => who,
        _ => around.fallback,
    }
}

/// The modality of what stands where a payload should, in whatever form: a list of numbers is bytes too.
fn modality_in_place(treatment: Treatment, node: Node) -> Option<Modality> {
    let is_container = matches!(node.kind, Kind::Object | Kind::Array);
    match treatment {
        Treatment::Payload(modality)
        | Treatment::Locator(modality)
        | Treatment::Reference(modality) => Some(modality),
        Treatment::Source => Some(Modality::File),
        _ => None,
    }
    .filter(|_| is_container)
}

fn who_of(treatment: Treatment) -> Option<Who> {
    match treatment {
        Treatment::Text { who, .. } | Treatment::Free(who) => Some(who),
        Treatment::Json(role) => Some(Who::Always(role)),
        Treatment::Words(_)
        | Treatment::Block(_)
        | Treatment::Number
        | Treatment::Sealed
        | Treatment::Reference(_) => Some(Who::Always(Role::Setting)),
        Treatment::Payload(_) | Treatment::Source | Treatment::Locator(_) => Some(Who::Speaker),
        _ => None,
    }
}
