//! OpenAI's chunks as Anthropic's events.
//!
//! Anthropic sends one block after the other, each with its start and stop. Tool calls of OpenAI may in principle come
//! interleaved: the first that is not finished streams, the pieces of the others wait for it.

use super::super::Untranslatable;
use super::super::reply::thought;
use super::super::terms::{failure, stop_reason, usage_to_anthropic};
use super::super::value::{Fields, Value};
use super::{MOST_HELD, Options, STOPPED, emit, note};
use crate::{Dialect, refusal};

/// State of one stream.
pub(crate) struct ToAnthropic {
    options: Options,
    started: bool,
    done: bool,
    /// The open block of text or thinking.
    open: Option<Prose>,
    /// Index of the next block.
    next: u64,
    calls: Vec<Call>,
    /// The first call that has not stopped.
    active: usize,
    /// Text and thinking that came while a call was unfinished.
    late: Vec<(Prose, String)>,
    finish: Option<String>,
    refused: bool,
    usage: Value,
    lost: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Prose {
    Text,
    Thinking,
}

struct Call {
    /// OpenAI's index; `None` for the legacy function call.
    number: Option<u64>,
    id: String,
    name: String,
    /// Arguments not sent yet.
    waiting: String,
    started: bool,
    nesting: Nesting,
}

/// Follows JSON source far enough to know when its first object or array has closed.
#[derive(Default)]
struct Nesting {
    depth: u32,
    string: bool,
    escaped: bool,
    closed: bool,
}

impl Nesting {
    fn read(&mut self, source: &str) {
        for byte in source.bytes() {
            match (self.string, byte) {
                (true, _) if self.escaped => self.escaped = false,
                (true, b'\\') => self.escaped = true,
                (_, b'"') => self.string = !self.string,
                (false, b'{' | b'[') => self.depth += 1,
                (false, b'}' | b']') => {
                    self.depth = self.depth.saturating_sub(1);
                    self.closed |= self.depth == 0;
                }
                _ => {}
            }
        }
    }
}

impl ToAnthropic {
    pub(crate) fn new(options: Options) -> Self {
        Self {
            options,
            started: false,
            done: false,
            open: None,
            next: 0,
            calls: Vec::new(),
            active: 0,
            late: Vec::new(),
            finish: None,
            refused: false,
            usage: Value::Null,
            lost: Vec::new(),
        }
    }

    pub(crate) fn lost(&self) -> &[String] {
        &self.lost
    }

    pub(crate) fn step(&mut self, data: &str, out: &mut Vec<u8>) -> Result<(), Untranslatable> {
        if self.done {
            return Ok(());
        }
        match data.trim() {
            "" if self.started => {
                emit(out, "ping", &Value::object([("type", Value::text("ping"))]))
            }
            "" => {}
            "[DONE]" => self.complete(out),
            _ => self.chunk(Value::parse(data, "chunk")?, out)?,
        }
        Ok(())
    }

    fn chunk(&mut self, chunk: Value, out: &mut Vec<u8>) -> Result<(), Untranslatable> {
        if chunk.get("error").is_some_and(|error| *error != Value::Null)
            && let Some(failure) = failure(&chunk)
        {
            emit(out, "error", &failure.to_anthropic());
            self.done = true;
            return Ok(());
        }
        let mut chunk = Fields::open(chunk, "")?;
        let mut lost = Vec::new();
        let groq = chunk.take("x_groq").and_then(|groq| groq.get("usage").cloned());
        if let Some(usage) = chunk.take("usage").or(groq) {
            self.usage = usage;
        }
        let (id, model) = (chunk.text("id")?, chunk.text("model")?);
        for (at, choice) in chunk.list("choices")? {
            self.start(&id, &model, out);
            self.choice(Fields::open(choice, at)?, out, &mut lost)?;
        }
        chunk.ignore(&[
            "object",
            "created",
            "system_fingerprint",
            "service_tier",
            "provider",
            "obfuscation",
            "p",
        ]);
        chunk.rest(&mut lost);
        note(&mut self.lost, lost);
        Ok(())
    }

    fn start(&mut self, id: &str, model: &str, out: &mut Vec<u8>) {
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
        emit(
            out,
            "message_start",
            &Value::object([("type", Value::text("message_start")), ("message", message)]),
        );
    }

    fn choice(
        &mut self,
        mut choice: Fields,
        out: &mut Vec<u8>,
        lost: &mut Vec<String>,
    ) -> Result<(), Untranslatable> {
        if choice.take("index").is_some_and(|index| index.as_count() != Some(0)) {
            return Err(Untranslatable::new(
                choice.at("index"),
                "more than one answer",
                "ask for one answer",
            ));
        }
        let at = choice.at("delta");
        if let Some(delta) = choice.take("delta").or(choice.take("message")) {
            self.delta(Fields::open(delta, at)?, out, lost)?;
        }
        let finish = choice.text("finish_reason")?;
        if !finish.is_empty() {
            self.finish = Some(finish);
        }
        choice.ignore(&["native_finish_reason", "seed", "token_id"]);
        choice.rest(lost);
        Ok(())
    }

    fn delta(
        &mut self,
        mut delta: Fields,
        out: &mut Vec<u8>,
        lost: &mut Vec<String>,
    ) -> Result<(), Untranslatable> {
        let thoughts = (delta.text("reasoning_content")?, delta.text("reasoning")?);
        let thoughts = if thoughts.0.is_empty() { thoughts.1 } else { thoughts.0 };
        if !thoughts.is_empty() {
            // OpenRouter says the same once more, in pieces.
            delta.ignore(&["reasoning_details"]);
        }
        self.prose(Prose::Thinking, &thoughts, out)?;
        let at = delta.at("content");
        match delta.take("content") {
            Some(Value::String(text)) => self.prose(Prose::Text, &text, out)?,
            Some(parts @ Value::Array(_)) => self.parts(parts, &at, out)?,
            None => {}
            Some(_) => {
                return Err(Untranslatable::new(
                    at,
                    "neither a string nor a list of parts",
                    "cut the stream",
                ));
            }
        }
        let refusal = delta.text("refusal")?;
        self.refused |= !refusal.is_empty();
        self.prose(Prose::Text, &refusal, out)?;
        for (position, (at, call)) in delta.list("tool_calls")?.into_iter().enumerate() {
            let mut call = Fields::open(call, at)?;
            let number =
                call.take("index").and_then(|index| index.as_count()).unwrap_or(position as u64);
            let id = call.text("id")?;
            let (at, function) = (call.at("function"), call.take("function"));
            let function = Fields::open(function.unwrap_or(Value::Object(Vec::new())), at)?;
            self.call(Some(number), &id, function, lost)?;
            call.ignore(&["type"]);
            call.rest(lost);
        }
        let at = delta.at("function_call");
        if let Some(function) = delta.take("function_call") {
            self.call(None, "", Fields::open(function, at)?, lost)?;
        }
        delta.ignore(&["role"]);
        delta.rest(lost);
        self.pump(false, out);
        self.within_bounds()
    }

    /// A list of content, as Mistral sends it.
    fn parts(&mut self, parts: Value, path: &str, out: &mut Vec<u8>) -> Result<(), Untranslatable> {
        for part in parts.items() {
            match part.str_of("type") {
                "text" => self.prose(Prose::Text, part.str_of("text"), out)?,
                "thinking" => {
                    let text = thought(part.get("thinking").cloned().unwrap_or(Value::Null));
                    self.prose(Prose::Thinking, &text, out)?;
                }
                _ => {
                    let why = "a kind of content that the client's dialect does not have";
                    return Err(Untranslatable::new(path, why, "cut the stream"));
                }
            }
        }
        Ok(())
    }

    /// Text or thinking: continues the open block, or opens one of its kind.
    fn prose(&mut self, kind: Prose, text: &str, out: &mut Vec<u8>) -> Result<(), Untranslatable> {
        if text.is_empty() {
            return Ok(());
        }
        self.pump(false, out);
        if let Some(call) = self.calls.get(self.active) {
            if !(call.started && call.nesting.closed) {
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

    fn call(
        &mut self,
        number: Option<u64>,
        id: &str,
        mut function: Fields,
        lost: &mut Vec<String>,
    ) -> Result<(), Untranslatable> {
        let (name, arguments) = (function.text("name")?, function.text("arguments")?);
        function.rest(lost);
        let known = self.calls.iter().position(|call| call.number == number);
        let at = known.unwrap_or_else(|| {
            let (id, name) = (format!("call_{}", self.calls.len() + 1), String::new());
            let nesting = Nesting::default();
            self.calls.push(Call {
                number,
                id,
                name,
                waiting: String::new(),
                started: false,
                nesting,
            });
            self.calls.len() - 1
        });
        let call = &mut self.calls[at];
        if !call.started {
            call.name.push_str(&name);
            if !id.is_empty() {
                id.clone_into(&mut call.id);
            }
        }
        if at < self.active && !arguments.is_empty() {
            let why = "arguments of a tool call that was complete";
            return Err(Untranslatable::new("choices[0].delta.tool_calls", why, "cut the stream"));
        }
        call.waiting.push_str(&arguments);
        Ok(())
    }

    /// Sends what can be sent of the calls, in order; with `last` everything.
    fn pump(&mut self, last: bool, out: &mut Vec<u8>) {
        while self.active < self.calls.len() {
            let call = &mut self.calls[self.active];
            if !call.started {
                if call.name.is_empty() && !last {
                    return;
                }
                call.started = true;
                let block = Value::object([
                    ("type", Value::text("tool_use")),
                    ("id", Value::text(&call.id)),
                    ("name", Value::text(&call.name)),
                    ("input", Value::Object(Vec::new())),
                ]);
                self.close_prose(out);
                self.start_block(block, out);
            }
            let call = &mut self.calls[self.active];
            let waiting = std::mem::take(&mut call.waiting);
            call.nesting.read(&waiting);
            let closed = call.nesting.closed;
            if !waiting.is_empty() {
                self.send("input_json_delta", "partial_json", &waiting, out);
            }
            let another = self.active + 1 < self.calls.len();
            if !(last || closed && another) {
                return;
            }
            self.stop_block(out);
            self.active += 1;
        }
    }

    fn within_bounds(&self) -> Result<(), Untranslatable> {
        let late = self.late.iter().map(|(_, text)| text.len()).sum::<usize>();
        let calls = self
            .calls
            .iter()
            .map(|call| size_of::<Call>() + call.id.len() + call.name.len() + call.waiting.len());
        let held = late + calls.sum::<usize>();
        if held <= MOST_HELD {
            return Ok(());
        }
        let why = "more interleaved tool calls than are held back";
        Err(Untranslatable::new(
            "choices[0].delta.tool_calls",
            why,
            "ask without parallel tool calls",
        ))
    }

    fn complete(&mut self, out: &mut Vec<u8>) {
        self.start("", "", out);
        self.pump(true, out);
        for (kind, text) in std::mem::take(&mut self.late) {
            // No call is unfinished any more, so this cannot fail.
            let _ = self.prose(kind, &text, out);
        }
        self.close_prose(out);
        let reason = match self.finish.as_deref().unwrap_or("stop") {
            "stop" if !self.calls.is_empty() => "tool_use",
            "stop" if self.refused => "refusal",
            other => stop_reason(other),
        };
        let stop = vec![
            ("stop_reason".to_owned(), Value::text(reason)),
            ("stop_sequence".to_owned(), Value::Null),
        ];
        let usage = usage_to_anthropic(&self.usage);
        let members = [
            ("type", Value::text("message_delta")),
            ("delta", Value::Object(stop)),
            ("usage", usage),
        ];
        emit(out, "message_delta", &Value::object(members));
        emit(out, "message_stop", &Value::object([("type", Value::text("message_stop"))]));
        self.done = true;
    }

    pub(crate) fn finish(&mut self, out: &mut Vec<u8>) {
        if self.done {
            return;
        }
        if self.finish.is_some() {
            // Some providers leave `[DONE]` out.
            return self.complete(out);
        }
        self.cut(out);
    }

    /// Ends the stream with an error: the answer is not complete.
    pub(crate) fn cut(&mut self, out: &mut Vec<u8>) {
        self.done = true;
        out.extend_from_slice(&refusal::cut(
            Dialect::AnthropicMessages,
            502,
            "incomplete-answer",
            STOPPED,
        ));
    }

    fn start_block(&mut self, block: Value, out: &mut Vec<u8>) {
        let kind = ("type", Value::text("content_block_start"));
        emit(
            out,
            "content_block_start",
            &Value::object([kind, ("index", self.next.into()), ("content_block", block)]),
        );
        self.next += 1;
    }

    /// More of the block that was started last.
    fn send(&self, kind: &str, member: &str, text: &str, out: &mut Vec<u8>) {
        let delta = Value::object([("type", Value::text(kind)), (member, Value::text(text))]);
        let index = self.next.saturating_sub(1).into();
        let members =
            [("type", Value::text("content_block_delta")), ("index", index), ("delta", delta)];
        emit(out, "content_block_delta", &Value::object(members));
    }

    fn stop_block(&self, out: &mut Vec<u8>) {
        let index = self.next.saturating_sub(1).into();
        emit(
            out,
            "content_block_stop",
            &Value::object([("type", Value::text("content_block_stop")), ("index", index)]),
        );
    }

    fn close_prose(&mut self, out: &mut Vec<u8>) {
        if self.open.take().is_some() {
            self.stop_block(out);
        }
    }
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
