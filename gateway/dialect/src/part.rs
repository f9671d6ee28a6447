//! One piece of what leaves: whose text it is, of which modality, and where it stands.

/// Bytes of a body, end exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RawSpan {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// Whose text a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// System and developer instructions.
    System,
    /// What the person said.
    User,
    /// What the model said.
    Assistant,
    /// Tool calls with their arguments, and tool results.
    Tool,
    /// Tool definitions and schemas.
    Definition,
    /// Ids, names, metadata and other settings.
    Setting,
    /// A field that the dialect does not know.
    Unknown,
    /// A path segment.
    Path,
    /// A query name or value.
    Query,
    /// A header value.
    Header,
}

impl Role {
    /// The stable name in lower case.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Role::System => "system",
            Role::User => "user",
            Role::Assistant => "assistant",
            Role::Tool => "tool",
            Role::Definition => "definition",
            Role::Setting => "setting",
            Role::Unknown => "unknown",
            Role::Path => "path",
            Role::Query => "query",
            Role::Header => "header",
        }
    }
}

/// What kind of content a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Modality {
    /// Text that can be inspected and edited.
    Text,
    /// A picture, inline or by reference.
    Image,
    /// Sound, inline or by reference.
    Audio,
    /// A document or other file, inline or by reference.
    File,
    /// Not understood.
    Opaque,
}

impl Modality {
    /// The stable name in lower case.
    pub fn name(self) -> &'static str {
        match self {
            Modality::Text => "text",
            Modality::Image => "image",
            Modality::Audio => "audio",
            Modality::File => "file",
            Modality::Opaque => "opaque",
        }
    }
}

/// One part of a body or head. Holds no text; ask the request or answer that it belongs to.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// Whose text it is.
    pub role: Role,
    /// Only [`Modality::Text`] has text and can be edited.
    pub modality: Modality,
    /// Whether a value may continue in the next part that flows (conversation text in order).
    pub flows: bool,
    pub(crate) origin: Origin,
    pub(crate) text: Place,
    pub(crate) label: Place,
    pub(crate) reading: Reading,
}

/// Which reading of what stands at its origin a part is. Edits of a second reading are carried back to the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    First,
    /// The part with this index without the escapes that are left in it.
    Unescaped {
        of: u32,
    },
    /// The part with this index, with `+` for itself; both texts have the same offsets.
    Plus {
        of: u32,
    },
}

impl Part {
    /// Whether it is the text of an earlier part once more, as another reader would take it: escapes undone that are
    /// left in it, or `+` of a query for itself. Both can be edited; what stands there is replaced once.
    pub fn is_second_reading(&self) -> bool {
        self.reading != Reading::First
    }

    /// A text part that does not flow.
    pub(crate) fn text(role: Role, origin: Origin, text: Place, label: Place) -> Part {
        Part {
            role,
            modality: Modality::Text,
            flows: false,
            origin,
            text,
            label,
            reading: Reading::First,
        }
    }

    /// A part without text.
    pub(crate) fn opaque(role: Role, modality: Modality, origin: Origin, label: Place) -> Part {
        Part {
            role,
            modality,
            flows: false,
            origin,
            text: Place::default(),
            label,
            reading: Reading::First,
        }
    }
}

/// Where a part stands in what was received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The whole body.
    Body,
    /// A node of a JSON layer.
    Json { layer: u32, node: u32 },
    /// Bytes of the path.
    Path { start: u32, end: u32 },
    /// Bytes of the query.
    Query { start: u32, end: u32 },
    /// The value of the n-th header.
    Header { index: u32 },
}

/// A piece of decoded text: bytes of the body, or of the arena.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) struct Place {
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) in_arena: bool,
}

impl Place {
    pub(crate) fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}
