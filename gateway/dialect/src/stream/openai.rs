//! Chunks of OpenAI chat completions and what is compatible with it.
//!
//! Beside OpenAI's own members it knows `reasoning_content` and `reasoning` (DeepSeek, Groq, OpenRouter, xAI) and content
//! that is a list of `text` and `thinking` parts (Mistral).

use super::channel::{Channel, Kind};
use super::memory::{around, plain};
use super::reader::Draft;
use super::tree::{Id, Type};
use crate::Dialect;

/// Adds what a chunk holds.
pub(crate) fn read(draft: &mut Draft<'_, '_>) {
    let tree = draft.tree;
    if tree.kind(0) != Type::Object {
        return draft.whole(0);
    }
    for member in tree.children(0) {
        match &*tree.key(member) {
            "choices" if tree.kind(member) == Type::Array => {
                for (position, choice) in tree.children(member).enumerate() {
                    draft.memory.keep_head(tree);
                    read_choice(draft, choice, position);
                }
            }
            "error" if tree.kind(member) != Type::Null => {
                draft.found.error = Some(error_code(draft, member));
                draft.whole(member);
                let ended = draft.memory.end(|_| true);
                draft.found.ends.extend(ended);
            }
            _ => draft.whole(member),
        }
    }
}

fn error_code(draft: &Draft<'_, '_>, error: Id) -> String {
    let tree = draft.tree;
    let code = ["code", "type"].into_iter().filter_map(|name| tree.get(error, name));
    let mut written = code.filter(|id| matches!(tree.kind(*id), Type::String | Type::Number));
    written
        .next()
        .map_or_else(|| "error".to_owned(), |id| tree.raw(id).trim_matches('"').to_owned())
}

fn read_choice(draft: &mut Draft<'_, '_>, choice: Id, position: usize) {
    let tree = draft.tree;
    let index =
        tree.index_of(choice, "index").unwrap_or(u32::try_from(position).unwrap_or(u32::MAX));
    for member in tree.children(choice) {
        match &*tree.key(member) {
            "delta" | "message" if tree.kind(member) == Type::Object => {
                read_delta(draft, choice, member, index)
            }
            _ => draft.unknown(member, index, choice),
        }
    }
    if tree.text_of(choice, "finish_reason").is_some_and(|reason| !reason.is_empty()) {
        let ended = draft.memory.end(|channel| channel.index == index);
        draft.found.ends.extend(ended);
    }
}

fn read_delta(draft: &mut Draft<'_, '_>, choice: Id, delta: Id, index: u32) {
    let tree = draft.tree;
    for member in tree.children(delta) {
        let string = tree.kind(member) == Type::String;
        match &*tree.key(member) {
            "content" if string => grow(draft, member, Channel::new(Kind::Text, index, 0), choice),
            "content" if tree.kind(member) == Type::Array => {
                tree.children(member).for_each(|part| read_part(draft, choice, part, index));
            }
            "refusal" if string => {
                grow(draft, member, Channel::new(Kind::Refusal, index, 0), choice)
            }
            "reasoning_content" if string => {
                grow(draft, member, Channel::new(Kind::Reasoning, index, 0), choice)
            }
            "reasoning" if string => {
                grow(draft, member, Channel::new(Kind::Reasoning, index, 1), choice)
            }
            "tool_calls" if tree.kind(member) == Type::Array => {
                for (position, call) in tree.children(member).enumerate() {
                    read_call(
                        draft,
                        choice,
                        call,
                        (index, u32::try_from(position).unwrap_or(u32::MAX)),
                    );
                }
            }
            "function_call" => read_function(draft, choice, member, (index, Channel::LEGACY_CALL)),
            _ => draft.unknown(member, index, choice),
        }
    }
}

/// A part of a content list.
fn read_part(draft: &mut Draft<'_, '_>, choice: Id, part: Id, index: u32) {
    let tree = draft.tree;
    if tree.kind(part) != Type::Object {
        return draft.unknown(part, index, choice);
    }
    for member in tree.children(part) {
        match (&*tree.key(member), tree.kind(member)) {
            ("text", Type::String) => {
                grow(draft, member, Channel::new(Kind::Text, index, 1), choice)
            }
            ("thinking", Type::String) => {
                grow(draft, member, Channel::new(Kind::Reasoning, index, 2), choice)
            }
            ("thinking", Type::Array) => {
                for inner in tree.children(member) {
                    match tree.get(inner, "text").filter(|text| tree.kind(*text) == Type::String) {
                        Some(text) => {
                            grow(draft, text, Channel::new(Kind::Reasoning, index, 3), choice)
                        }
                        None => draft.unknown(inner, index, choice),
                    }
                }
            }
            _ => draft.unknown(member, index, choice),
        }
    }
}

fn read_call(draft: &mut Draft<'_, '_>, choice: Id, call: Id, (index, position): (u32, u32)) {
    let tree = draft.tree;
    if tree.kind(call) != Type::Object {
        return draft.unknown(call, index, choice);
    }
    let number = tree.index_of(call, "index").unwrap_or(position);
    if draft.memory.begin_call(index, number) {
        let others = |channel: &Channel| {
            channel.kind == Kind::ToolArguments && channel.index == index && channel.tool != number
        };
        let ended = draft.memory.end(others);
        draft.found.ends.extend(ended);
    }
    for member in tree.children(call) {
        match &*tree.key(member) {
            "function" => read_function(draft, choice, member, (index, number)),
            _ => draft.unknown(member, index, choice),
        }
    }
}

fn read_function(draft: &mut Draft<'_, '_>, choice: Id, function: Id, (index, call): (u32, u32)) {
    let tree = draft.tree;
    if tree.kind(function) != Type::Object {
        return draft.unknown(function, index, choice);
    }
    for member in tree.children(function) {
        match (&*tree.key(member), tree.kind(member)) {
            ("name", Type::String) => draft.add(member, Channel::new(Kind::ToolName, index, call)),
            ("arguments", Type::String) => {
                grow(draft, member, Channel::new(Kind::ToolArguments, index, call), choice);
            }
            _ => draft.unknown(member, index, choice),
        }
    }
}

/// Adds a string and remembers how more of it is written: the ordinary form, or for a member that is not OpenAI's own
/// the form that this provider uses.
fn grow(draft: &mut Draft<'_, '_>, string: Id, channel: Channel, choice: Id) {
    let tree = draft.tree;
    let ordinary =
        channel.kind != Kind::Reasoning && channel.tool != 1 || channel.kind == Kind::ToolArguments;
    draft.grow(string, channel, || {
        if ordinary { plain(Dialect::OpenAiChat, channel) } else { around(tree, string, choice) }
    });
}
