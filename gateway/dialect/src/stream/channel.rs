//! Which growing text a piece of an event belongs to.

/// One text of a streamed answer that grows event by event, or a text that is complete in itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Channel {
    /// What the text is.
    pub kind: Kind,
    /// Index of the choice (OpenAI) or of the content block (Anthropic).
    pub index: u32,
    /// Tells apart channels of one kind in one choice: the tool call's index, [`Channel::LEGACY_CALL`], which of several
    /// reasoning fields, or for [`Kind::Other`] a number made from the field's path. Zero where nothing needs telling apart.
    pub tool: u32,
}

impl Channel {
    /// `tool` of OpenAI's `function_call`, which came before tool calls and has no index.
    pub const LEGACY_CALL: u32 = u32::MAX;

    pub(crate) fn new(kind: Kind, index: u32, tool: u32) -> Self {
        Self { kind, index, tool }
    }
}

/// What the text of a channel is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// What the assistant says.
    Text,
    /// What the model thinks aloud.
    Reasoning,
    /// The model's own words for not answering.
    Refusal,
    /// The arguments of a tool call: JSON source.
    ToolArguments,
    /// Another field that grows, not known to the dialect.
    Other,
    /// The name of a tool; complete in itself.
    ToolName,
    /// Any other text, complete in itself.
    Whole,
}

impl Kind {
    /// The text is itself JSON source, so a value put into it must be escaped for where it stands there.
    #[must_use]
    pub fn is_json_text(self) -> bool {
        self == Self::ToolArguments
    }

    /// Later events may carry more of the same text.
    #[must_use]
    pub fn grows(self) -> bool {
        !matches!(self, Self::ToolName | Self::Whole)
    }
}
