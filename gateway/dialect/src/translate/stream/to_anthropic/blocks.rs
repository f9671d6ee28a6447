//! The events that the client gets: one message, block after block.

use super::ToAnthropic;
use crate::translate::Untranslatable;
use crate::translate::stream::emit;
use crate::translate::terms::{stop_reason, usage_to_anthropic};
use crate::translate::value::Value;

/// What a block without a tool call holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Prose {
    Text,
    Thinking,
}

impl Prose {
    /// Name of the block and its member, and of its delta.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Text => ("text", "text_delta"),
            Self::Thinking => ("thinking", "thinking_delta"),
        }
    }
}

/// Appends an event, whose data says its name once more.
pub(super) fn event<const N: usize>(out: &mut Vec<u8>, name: &str, members: [(&str, Value); N]) {
    let kind = ("type".to_owned(), Value::text(name));
    let members = members.into_iter().map(|(name, value)| (name.to_owned(), value));
    emit(out, name, &Value::Object(std::iter::once(kind).chain(members).collect()));
}

impl ToAnthropic {
    pub(super) fn start(&mut self, id: &str, model: &str, out: &mut Vec<u8>) {
        if std::mem::replace(&mut self.started, true) {
            return;
        }
        let model = self.options.model.as_deref().unwrap_or(model);
        let message = Value::Object(vec![
            ("id".to_owned(), Value::text(id)),
            ("type".to_owned(), Value::text("message")),
            ("role".to_owned(), Value::text("assistant")),
            ("model".to_owned(), Value::text(model)),
            ("content".to_owned(), Value::Array(Vec::new())),
            ("stop_reason".to_owned(), Value::Null),
            ("stop_sequence".to_owned(), Value::Null),
            ("usage".to_owned(), usage_to_anthropic(&self.usage)),
        ]);
        event(out, "message_start", [("message", message)]);
    }

    /// Text or thinking: continues the open block, or opens one of its kind.
    pub(super) fn prose(
        &mut self,
        kind: Prose,
        text: &str,
        out: &mut Vec<u8>,
    ) -> Result<(), Untranslatable> {
        if text.is_empty() {
            return Ok(());
        }
        self.pump(false, out);
        if let Some(call) = self.calls.get(self.active) {
            if !call.is_complete() {
                self.late.push((kind, text.to_owned()));
                return self.within_bounds();
            }
            self.stop_block(out);
            self.active += 1;
        }
        if self.open != Some(kind) {
            self.close_prose(out);
            let (name, _) = kind.words();
            let mut block =
                vec![("type".to_owned(), Value::text(name)), (name.to_owned(), Value::text(""))];
            if kind == Prose::Thinking {
                block.push(("signature".to_owned(), Value::text("")));
            }
            self.start_block(Value::Object(block), out);
            self.open = Some(kind);
        }
        let (name, delta) = kind.words();
        self.send(delta, name, text, out);
        Ok(())
    }

    /// Ends the message, and says why it ended.
    pub(super) fn stop(&mut self, out: &mut Vec<u8>) {
        self.close_prose(out);
        let reason = match self.finish.as_deref().unwrap_or("stop") {
            "stop" if !self.calls.is_empty() => "tool_use",
            "stop" if self.refused => "refusal",
            other => stop_reason(other),
        };
        let delta = vec![
            ("stop_reason".to_owned(), Value::text(reason)),
            ("stop_sequence".to_owned(), Value::Null),
        ];
        let usage = usage_to_anthropic(&self.usage);
        event(out, "message_delta", [("delta", Value::Object(delta)), ("usage", usage)]);
        event(out, "message_stop", []);
        self.done = true;
    }

    pub(super) fn start_block(&mut self, block: Value, out: &mut Vec<u8>) {
        let index = self.next.into();
        event(out, "content_block_start", [("index", index), ("content_block", block)]);
        self.next += 1;
    }

    /// More of the block that was started last.
    pub(super) fn send(&self, kind: &str, member: &str, text: &str, out: &mut Vec<u8>) {
        let delta = Value::object([("type", Value::text(kind)), (member, Value::text(text))]);
        event(out, "content_block_delta", [("index", self.last()), ("delta", delta)]);
    }

    pub(super) fn stop_block(&self, out: &mut Vec<u8>) {
        event(out, "content_block_stop", [("index", self.last())]);
    }

    pub(super) fn close_prose(&mut self, out: &mut Vec<u8>) {
        if self.open.take().is_some() {
            self.stop_block(out);
        }
    }

    /// Index of the block that was started last.
    fn last(&self) -> Value {
        self.next.saturating_sub(1).into()
    }
}
