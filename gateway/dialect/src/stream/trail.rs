//! What an event says, by where its texts stand: the path from the root to a string tells which growing text it is.
//!
//! Beside OpenAI's own members it knows `reasoning_content` and `reasoning` (DeepSeek, Groq, OpenRouter, xAI) and content
//! that is a list of `text` and `thinking` parts (Mistral). A string that no rule names grows if it stands directly in a
//! delta or under a name that providers stream.

use super::channel::{Channel, Kind};
use super::event::{Piece, Place};
use crate::document::Document;
use crate::json::Kind as Json;
use crate::operation::Dialect;
use crate::part::{Modality, Origin};

/// What an event says beside its texts.
#[derive(Clone, Default)]
pub(super) struct Found {
    pub(super) unread: bool,
    pub(super) opaque: bool,
    pub(super) finished: Vec<u32>,
    pub(super) ended_block: Option<u32>,
    pub(super) done: bool,
}

/// Members of an OpenAI choice that grow although no rule names them.
const GROWING: &[&str] = &[
    "text",
    "content",
    "thinking",
    "reasoning",
    "summary",
    "arguments",
    "input",
    "refusal",
    "transcript",
    "token",
];

/// Arrays whose items continue one text, so that their items share a channel.
const CONTINUED: &[&str] = &["content", "thinking", "reasoning_details", "refusal"];

/// A container around a place.
struct Around {
    /// Index of the node behind it.
    end: u32,
    array: bool,
    /// The item that the place is in, or the name of the member.
    inside: u32,
    position: u32,
}

/// A place in the document.
struct Trail<'d> {
    document: &'d Document,
    around: Vec<Around>,
    path: String,
}

/// Reads what a document says as an event of a dialect.
pub(super) fn read(
    dialect: Dialect,
    document: &Document,
    found: &mut Found,
    pieces: &mut Vec<Piece>,
) {
    let mut trail = Trail { document, around: Vec::new(), path: String::new() };
    let mut parts = document.parts.iter().enumerate().peekable();
    for node in 0..document.nodes.len() as u32 {
        trail.enter(node);
        while let Some((at, part)) = parts.next_if(|(_, part)| part_node(part.origin) <= node) {
            match part.modality {
                Modality::Text if document.str_at(part.text).is_empty() => {}
                Modality::Text => {
                    let channel = trail.channel(dialect, node);
                    pieces.push(Piece { channel, place: Place::Part(at) });
                }
                // Log probabilities spell out as numbers what the text beside them says, which is inspected.
                Modality::Opaque if document.path_of(part.origin).contains("logprobs") => {}
                Modality::Opaque => found.unread = true,
                _ => found.opaque = true,
            }
        }
    }
    match dialect {
        Dialect::OpenAiChat => trail.openai_says(found),
        Dialect::AnthropicMessages => trail.anthropic_says(found),
        Dialect::Unknown => {}
    }
}

fn part_node(origin: Origin) -> u32 {
    if let Origin::Json { node, .. } = origin { node } else { 0 }
}

impl<'d> Trail<'d> {
    fn enter(&mut self, at: u32) {
        let Some(node) = self.document.nodes.get(at as usize) else { return };
        while self.around.last().is_some_and(|around| at >= around.end) {
            self.around.pop();
        }
        if let Some(top) = self.around.last_mut()
            && (top.array || node.kind == Json::Name)
        {
            (top.inside, top.position) = (at, top.position.wrapping_add(1));
        }
        if matches!(node.kind, Json::Object | Json::Array) {
            let array = node.kind == Json::Array;
            // The first item or member is number 0.
            let position = u32::MAX;
            self.around.push(Around { end: node.next, array, inside: at, position });
        }
    }

    fn channel(&mut self, dialect: Dialect, at: u32) -> Channel {
        let whole = Channel::new(Kind::Whole, 0, 0);
        if self.document.nodes.get(at as usize).is_none_or(|node| node.kind != Json::String) {
            return whole;
        }
        self.tell_path();
        match dialect {
            Dialect::OpenAiChat => self.openai().unwrap_or(whole),
            Dialect::AnthropicMessages => self.anthropic().unwrap_or(whole),
            Dialect::Unknown => whole,
        }
    }

    fn openai(&self) -> Option<Channel> {
        let rest = self.path.strip_prefix("choices[].")?;
        let index = self.number(1);
        let is = |kind, tool| Some(Channel::new(kind, index, tool));
        let inner = rest.strip_prefix("delta.").or_else(|| rest.strip_prefix("message."));
        match inner {
            Some("content") => is(Kind::Text, 0),
            Some("content[].text") => is(Kind::Text, 1),
            Some("refusal") => is(Kind::Refusal, 0),
            Some("reasoning_content") => is(Kind::Reasoning, 0),
            Some("reasoning") => is(Kind::Reasoning, 1),
            Some("content[].thinking") => is(Kind::Reasoning, 2),
            Some("content[].thinking[].text") => is(Kind::Reasoning, 3),
            Some("tool_calls[].function.arguments") => is(Kind::ToolArguments, self.number(4)),
            Some("tool_calls[].function.name") => is(Kind::ToolName, self.number(4)),
            Some("function_call.arguments") => is(Kind::ToolArguments, Channel::LEGACY_CALL),
            Some("function_call.name") => is(Kind::ToolName, Channel::LEGACY_CALL),
            _ => {
                let direct = inner.is_some_and(|inner| !inner.contains(['.', '[']));
                let grows = direct || GROWING.contains(&self.last_name());
                is(Kind::Other, grows.then(|| self.hash(2)).flatten()?)
            }
        }
    }

    fn anthropic(&self) -> Option<Channel> {
        let index = self.member(0, "index").and_then(|at| self.count(at)).unwrap_or(0);
        let is = |kind| Some(Channel::new(kind, index, 0));
        match self.path.as_str() {
            "content_block.text" | "delta.text" => is(Kind::Text),
            "content_block.thinking" | "delta.thinking" => is(Kind::Reasoning),
            "delta.partial_json" => is(Kind::ToolArguments),
            "content_block.name" => is(Kind::ToolName),
            "delta.type" | "delta.signature" | "delta.stop_reason" | "delta.stop_sequence" => None,
            other
                if other.strip_prefix("delta.").is_some_and(|name| !name.contains(['.', '['])) =>
            {
                Some(Channel::new(Kind::Other, index, self.hash(0)?))
            }
            _ => None,
        }
    }

    fn openai_says(&self, found: &mut Found) {
        let Some(choices) = self.member(0, "choices") else { return };
        for (position, choice) in self.items(choices).enumerate() {
            let number = self.member(choice, "index").and_then(|at| self.count(at));
            let number = number.unwrap_or(u32::try_from(position).unwrap_or(u32::MAX));
            let reason = self.member(choice, "finish_reason").and_then(|at| self.text(at));
            if reason.is_some_and(|reason| !reason.is_empty()) {
                found.finished.push(number);
            }
        }
    }

    fn anthropic_says(&self, found: &mut Found) {
        match self.member(0, "type").and_then(|at| self.text(at)) {
            Some("message_stop") => found.done = true,
            Some("content_block_stop") => {
                found.ended_block = self.member(0, "index").and_then(|at| self.count(at));
            }
            _ => {}
        }
    }

    /// Writes the path from the root: names, and `[]` for items.
    fn tell_path(&mut self) {
        self.path.clear();
        for around in &self.around {
            if around.array {
                self.path.push_str("[]");
            } else {
                if !self.path.is_empty() {
                    self.path.push('.');
                }
                self.path.push_str(raw(self.document, around.inside));
            }
        }
    }

    fn last_name(&self) -> &'d str {
        self.around
            .last()
            .filter(|around| !around.array)
            .map_or("", |around| raw(self.document, around.inside))
    }

    /// The number of the item at a depth: what it calls its `index`, else its position.
    fn number(&self, depth: usize) -> u32 {
        let Some(around) = self.around.get(depth) else { return 0 };
        self.index_of(around).unwrap_or(around.position)
    }

    fn index_of(&self, around: &Around) -> Option<u32> {
        self.member(around.inside, "index").and_then(|at| self.count(at))
    }

    /// A number for the path from a depth on. `None` if it leads through items that are not continued.
    fn hash(&self, from: usize) -> Option<u32> {
        let mut hash = 0x811c_9dc5_u32;
        let mut name = "";
        for around in self.around.get(from..)? {
            let number;
            let step = if !around.array {
                name = raw(self.document, around.inside);
                name
            } else if let Some(index) = self.index_of(around) {
                number = index.to_string();
                number.as_str()
            } else {
                CONTINUED.contains(&name).then_some("")?
            };
            for byte in step.bytes().chain([b'/']) {
                hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
            }
        }
        Some(hash)
    }

    /// The value of a member of an object.
    fn member(&self, object: u32, name: &str) -> Option<u32> {
        let nodes = &self.document.nodes;
        let end = nodes.get(object as usize).filter(|node| node.kind == Json::Object)?.next;
        let mut at = object + 1;
        while at < end {
            if raw(self.document, at) == name {
                return Some(at + 1);
            }
            at = nodes.get(at as usize + 1)?.next;
        }
        None
    }

    fn items(&self, array: u32) -> impl Iterator<Item = u32> {
        let nodes = &self.document.nodes;
        let node = nodes.get(array as usize).filter(|node| node.kind == Json::Array);
        let end = node.map_or(0, |node| node.next);
        std::iter::successors(Some(array + 1), |at| nodes.get(*at as usize).map(|node| node.next))
            .take_while(move |at| *at < end)
    }

    fn text(&self, at: u32) -> Option<&'d str> {
        let node = self.document.nodes.get(at as usize)?;
        (node.kind == Json::String).then(|| raw(self.document, at))
    }

    /// A number that counts; `1.0` is 1.
    fn count(&self, at: u32) -> Option<u32> {
        let text = raw(self.document, at);
        text.parse().ok().or_else(|| {
            let float = text.parse::<f64>().ok()?;
            (float.fract() == 0.0 && (0.0..4e9).contains(&float)).then_some(float as u32)
        })
    }
}

/// The still escaped bytes of a node of the event's data.
fn raw(document: &Document, at: u32) -> &str {
    document.nodes.get(at as usize).map_or("", |node| document.str_at(document.raw(0, *node)))
}
