//! Events of Anthropic messages.

use super::channel::{Channel, Kind};
use super::memory::{around, plain};
use super::reader::Draft;
use super::tree::{Id, Type};
use crate::Dialect;

/// Adds what an event holds.
pub(crate) fn read(draft: &mut Draft<'_, '_>) {
    let tree = draft.tree;
    let index = tree.index_of(0, "index").unwrap_or(0);
    match tree.text_of(0, "type").as_deref() {
        Some("content_block_start") => read_members(draft, "content_block", index, start_kind),
        Some("content_block_delta") => read_members(draft, "delta", index, delta_kind),
        Some("content_block_stop") => {
            let ended = draft.memory.end(|channel| channel.index == index);
            draft.found.ends.extend(ended);
            draft.whole(0);
        }
        Some("message_stop") => {
            draft.found.done = true;
            end_all(draft);
        }
        Some("error") => {
            let kind = tree.get(0, "error").and_then(|error| tree.text_of(error, "type"));
            draft.found.error =
                Some(kind.map_or_else(|| "error".to_owned(), |kind| kind.into_owned()));
            end_all(draft);
        }
        _ => draft.whole(0),
    }
}

fn end_all(draft: &mut Draft<'_, '_>) {
    let ended = draft.memory.end(|_| true);
    draft.found.ends.extend(ended);
    draft.whole(0);
}

/// Adds the members of the event's `content_block` or `delta` by what they are, everything else as complete.
fn read_members(
    draft: &mut Draft<'_, '_>,
    object: &str,
    index: u32,
    kind: fn(&str, &str) -> Option<Kind>,
) {
    let tree = draft.tree;
    let Some(inner) = tree.get(0, object).filter(|inner| tree.kind(*inner) == Type::Object) else {
        return draft.whole(0);
    };
    tree.children(0).filter(|member| *member != inner).for_each(|member| draft.whole(member));
    let block = tree.text_of(inner, "type").unwrap_or_default();
    for member in tree.children(inner) {
        let known = kind(&block, &tree.key(member)).filter(|_| tree.kind(member) == Type::String);
        match known {
            Some(Kind::ToolName) => draft.add(member, Channel::new(Kind::ToolName, index, 0)),
            Some(kind) => {
                let channel = Channel::new(kind, index, 0);
                draft.grow(member, channel, || plain(Dialect::AnthropicMessages, channel));
            }
            None if is_growing_unknown(draft, member, inner, object) => {
                draft.unknown_delta(member, index)
            }
            None => draft.whole(member),
        }
    }
}

/// A string directly in a delta whose type the table does not know.
fn is_growing_unknown(draft: &Draft<'_, '_>, member: Id, inner: Id, object: &str) -> bool {
    let tree = draft.tree;
    let block = tree.text_of(inner, "type").unwrap_or_default();
    object == "delta"
        && tree.kind(member) == Type::String
        && tree.key(member) != "type"
        && !matches!(&*block, "signature_delta" | "citations_delta")
}

fn start_kind(block: &str, member: &str) -> Option<Kind> {
    match (block, member) {
        ("text", "text") => Some(Kind::Text),
        ("thinking", "thinking") => Some(Kind::Reasoning),
        ("tool_use" | "server_tool_use" | "mcp_tool_use", "name") => Some(Kind::ToolName),
        _ => None,
    }
}

fn delta_kind(delta: &str, member: &str) -> Option<Kind> {
    match (delta, member) {
        ("text_delta", "text") => Some(Kind::Text),
        ("thinking_delta", "thinking") => Some(Kind::Reasoning),
        ("input_json_delta", "partial_json") => Some(Kind::ToolArguments),
        _ => None,
    }
}

impl Draft<'_, '_> {
    fn unknown_delta(&mut self, member: Id, index: u32) {
        let tree = self.tree;
        let name = tree
            .key(member)
            .bytes()
            .fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte)));
        self.grow(member, Channel::new(Kind::Other, index, name), || around(tree, member, 0));
    }
}
