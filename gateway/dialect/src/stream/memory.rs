//! What a reader remembers of a stream: which texts are open, and how an event that carries more of one is written.
//!
//! Invariants: bounded by [`MAX_CHANNELS`]; holds no text of the answer, only the members around it.

use super::channel::{Channel, Kind};
use super::escape::quote_into;
use super::tree::{Id, Tree, Type};
use crate::Dialect;

/// Most texts that may be open at one time; a text beyond that is treated as complete in itself.
pub(crate) const MAX_CHANNELS: usize = 1024;

/// Longest member that is repeated in an event of ours, in bytes of source.
const MAX_COPIED: usize = 256;

/// The open texts of a stream.
pub(crate) struct Memory {
    dialect: Dialect,
    /// `{"id":…,"model":…,` of an OpenAI chunk.
    head: Vec<u8>,
    open: Vec<Open>,
    /// Tool calls begun, as (choice, index).
    calls: Vec<(u32, u32)>,
}

struct Open {
    channel: Channel,
    /// What stands around the text: inside the choice (OpenAI) or the event (Anthropic).
    around: (Vec<u8>, Vec<u8>),
    ended: bool,
}

impl Memory {
    pub(crate) fn new(dialect: Dialect) -> Self {
        Self { dialect, head: Vec::new(), open: Vec::new(), calls: Vec::new() }
    }

    /// Forgets the texts that ended with the event before.
    pub(crate) fn forget_ended(&mut self) {
        self.open.retain(|open| !open.ended);
    }

    /// Notes that a text grows; false when too many are open.
    pub(crate) fn grow(
        &mut self,
        channel: Channel,
        around: impl FnOnce() -> (Vec<u8>, Vec<u8>),
    ) -> bool {
        if let Some(open) = self.open.iter_mut().find(|open| open.channel == channel) {
            open.ended = false;
            return true;
        }
        let room = self.open.len() < MAX_CHANNELS;
        if room {
            self.open.push(Open { channel, around: around(), ended: false });
        }
        room
    }

    /// Ends the open texts that the test picks, and names them in order.
    pub(crate) fn end(&mut self, picked: impl Fn(&Channel) -> bool) -> Vec<Channel> {
        let mut ended = Vec::new();
        for open in self.open.iter_mut().filter(|open| !open.ended && picked(&open.channel)) {
            open.ended = true;
            ended.push(open.channel);
        }
        ended
    }

    /// Notes a tool call of a choice; true when it is a new one.
    pub(crate) fn begin_call(&mut self, choice: u32, call: u32) -> bool {
        let new = !self.calls.contains(&(choice, call));
        if new && self.calls.len() < MAX_CHANNELS {
            self.calls.push((choice, call));
        }
        new
    }

    /// Keeps the members of the first chunk that has a choice: id, model, time.
    pub(crate) fn keep_head(&mut self, tree: &Tree<'_>) {
        if !self.head.is_empty() {
            return;
        }
        self.head.push(b'{');
        for member in tree
            .children(0)
            .filter(|member| matches!(tree.kind(*member), Type::String | Type::Number))
        {
            let key = tree.key(member);
            if key != "obfuscation" && key != "p" && tree.raw(member).len() <= MAX_COPIED {
                quote_into(&key, &mut self.head);
                self.head.push(b':');
                self.head.extend_from_slice(tree.raw(member).as_bytes());
                self.head.push(b',');
            }
        }
    }

    /// A whole event that carries `text` on `channel`.
    pub(crate) fn write(&self, channel: Channel, text: &str) -> Vec<u8> {
        let seen =
            self.open.iter().find(|open| open.channel == channel).map(|open| open.around.clone());
        let (before, after) = seen.unwrap_or_else(|| plain(self.dialect, channel));
        let mut out =
            Vec::with_capacity(self.head.len() + before.len() + after.len() + text.len() + 64);
        if self.dialect == Dialect::AnthropicMessages {
            out.extend_from_slice(b"event: content_block_delta\ndata: ");
        } else {
            out.extend_from_slice(b"data: ");
            out.extend_from_slice(if self.head.is_empty() {
                b"{\"object\":\"chat.completion.chunk\","
            } else {
                &self.head
            });
            out.extend_from_slice(b"\"choices\":[");
        }
        out.extend_from_slice(&before);
        quote_into(text, &mut out);
        out.extend_from_slice(&after);
        if self.dialect != Dialect::AnthropicMessages {
            out.extend_from_slice(b"]}");
        }
        out.extend_from_slice(b"\n\n");
        out
    }
}

/// What stands around a string of the event, from the object `top` inwards, with no other text in it: of each object
/// only `index` and, except in tool calls, `type`.
pub(crate) fn around(tree: &Tree<'_>, string: Id, top: Id) -> (Vec<u8>, Vec<u8>) {
    let (mut before, mut after) = (Vec::new(), Vec::new());
    let mut id = string;
    while let Some(parent) = (id != top).then(|| tree.parent(id)).flatten() {
        let mut opening = Vec::new();
        if tree.kind(parent) == Type::Object {
            opening.push(b'{');
            for name in ["index", "type"] {
                let wanted = name == "index" || tree.get(parent, "function").is_none();
                let copied =
                    tree.get(parent, name).filter(|id| wanted && tree.raw(*id).len() <= MAX_COPIED);
                if let Some(member) = copied.filter(|member| *member != id) {
                    opening
                        .extend_from_slice(format!("\"{name}\":{},", tree.raw(member)).as_bytes());
                }
            }
            if parent == top && tree.key(id) != "delta" {
                // SDKs look for a delta in every choice.
                opening.extend_from_slice(b"\"delta\":{},");
            }
            quote_into(&tree.key(id), &mut opening);
            opening.push(b':');
            after.push(b'}');
        } else {
            opening.push(b'[');
            after.push(b']');
        }
        opening.extend_from_slice(&before);
        before = opening;
        id = parent;
    }
    (before, after)
}

/// The dialect's ordinary form for a text that was never seen in the stream.
pub(crate) fn plain(dialect: Dialect, channel: Channel) -> (Vec<u8>, Vec<u8>) {
    let (index, tool) = (channel.index, channel.tool);
    let (before, after) = if dialect == Dialect::AnthropicMessages {
        let (kind, member) = match channel.kind {
            Kind::Reasoning => ("thinking_delta", "thinking"),
            Kind::ToolArguments => ("input_json_delta", "partial_json"),
            _ => ("text_delta", "text"),
        };
        let head = format!(
            r#"{{"type":"content_block_delta","index":{index},"delta":{{"type":"{kind}","{member}":"#
        );
        (head, "}}".to_owned())
    } else {
        let (member, close) = match (channel.kind, tool) {
            (Kind::Reasoning, _) => (r#""reasoning_content":"#.to_owned(), ""),
            (Kind::Refusal, _) => (r#""refusal":"#.to_owned(), ""),
            (Kind::ToolArguments, Channel::LEGACY_CALL) => {
                (r#""function_call":{"arguments":"#.to_owned(), "}")
            }
            (Kind::ToolArguments, _) => {
                (format!(r#""tool_calls":[{{"index":{tool},"function":{{"arguments":"#), "}}]")
            }
            _ => (r#""content":"#.to_owned(), ""),
        };
        (
            format!(r#"{{"index":{index},"delta":{{{member}"#),
            format!("{close}}},\"finish_reason\":null}}"),
        )
    };
    (before.into_bytes(), after.into_bytes())
}
