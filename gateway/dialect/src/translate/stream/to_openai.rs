//! Anthropic's events as OpenAI's chunks.

use super::super::Untranslatable;
use super::super::terms::{failure, finish_reason, usage_to_openai};
use super::super::value::{Fields, Value};
use super::{MOST_NAMED, Options, STOPPED, emit_data, note};
use crate::{Dialect, refusal};

/// State of one stream.
pub(crate) struct ToOpenAi {
    options: Options,
    id: String,
    model: String,
    blocks: Vec<Block>,
    /// Tool calls begun.
    calls: u64,
    stop: Option<String>,
    /// Anthropic counts the prompt at the start and the answer at the end.
    usage: Vec<(String, Value)>,
    done: bool,
    lost: Vec<String>,
}

struct Block {
    index: u64,
    call: Option<Call>,
}

struct Call {
    number: u64,
    /// Input given whole at the start, used if no pieces follow.
    input: String,
    pieces: bool,
}

impl ToOpenAi {
    pub(crate) fn new(options: Options) -> Self {
        let (id, model) = (String::new(), String::new());
        let (blocks, usage, lost) = (Vec::new(), Vec::new(), Vec::new());
        Self { options, id, model, blocks, calls: 0, stop: None, usage, done: false, lost }
    }

    pub(crate) fn lost(&self) -> &[String] {
        &self.lost
    }

    pub(crate) fn step(&mut self, data: &str, out: &mut Vec<u8>) -> Result<(), Untranslatable> {
        if self.done || data.trim().is_empty() {
            return Ok(());
        }
        let mut event = Fields::open(Value::parse(data, "event")?, "")?;
        let mut lost = Vec::new();
        let kind = event.text("type")?;
        match kind.as_str() {
            "message_start" => self.begin(&mut event, out, &mut lost)?,
            "content_block_start" => self.block_start(&mut event, out, &mut lost)?,
            "content_block_delta" => self.block_delta(&mut event, out, &mut lost)?,
            "content_block_stop" => self.block_stop(&mut event, out),
            "message_delta" => self.message_delta(&mut event, &mut lost)?,
            "message_stop" => self.complete(out),
            "ping" => out.extend_from_slice(b": ping\n\n"),
            "error" => {
                let error = event.take("error").unwrap_or(Value::Null);
                let body = Value::object([("type", Value::text("error")), ("error", error)]);
                if let Some(failure) = failure(&body) {
                    emit_data(out, &failure.to_openai());
                }
                self.done = true;
            }
            // An event of a kind that did not exist when this was written: the dialect asks readers to go on.
            _ => lost.push("type".to_owned()),
        }
        event.ignore(&["index"]);
        event.rest(&mut lost);
        note(&mut self.lost, lost);
        Ok(())
    }

    fn begin(
        &mut self,
        event: &mut Fields,
        out: &mut Vec<u8>,
        lost: &mut Vec<String>,
    ) -> Result<(), Untranslatable> {
        let at = event.at("message");
        let mut message = Fields::open(event.take("message").unwrap_or(Value::Null), at)?;
        self.id = message.text("id")?;
        let model = message.text("model")?;
        self.model = self.options.model.clone().unwrap_or(model);
        self.count(message.take("usage"));
        message.ignore(&["type", "role", "stop_reason", "stop_sequence"]);
        message.rest(lost);
        let said = [("role", Value::text("assistant")), ("content", Value::text(""))];
        self.chunk(Value::object(said), Value::Null, out);
        Ok(())
    }

    fn block_start(
        &mut self,
        event: &mut Fields,
        out: &mut Vec<u8>,
        lost: &mut Vec<String>,
    ) -> Result<(), Untranslatable> {
        let index = event.take("index").and_then(|index| index.as_count()).unwrap_or(0);
        let at = event.at("content_block");
        let mut block = Fields::open(event.take("content_block").unwrap_or(Value::Null), at)?;
        let mut call = None;
        match block.text("type")?.as_str() {
            "text" => self.say("content", &block.text("text")?, out),
            "thinking" => {
                self.say("reasoning_content", &block.text("thinking")?, out);
                block.ignore(&["signature"]);
            }
            "redacted_thinking" => {}
            "tool_use" => {
                let input = block.take("input").filter(|input| !input.is_default());
                let input = input.map_or_else(|| "{}".to_owned(), |input| input.to_source());
                call = Some(Call { number: self.calls, input, pieces: false });
                let (id, name) = (Value::text(block.text("id")?), Value::text(block.text("name")?));
                let function = Value::object([("name", name), ("arguments", Value::text(""))]);
                self.call_chunk(
                    self.calls,
                    &[("id", id), ("type", Value::text("function")), ("function", function)],
                    out,
                );
                self.calls += 1;
                block.ignore(&["caller"]);
            }
            _ => {
                let why = "a kind of content that the client's dialect does not have";
                return Err(Untranslatable::new(
                    block.path(),
                    why,
                    "do not use tools that run at the provider",
                ));
            }
        }
        if self.blocks.len() >= MOST_NAMED {
            return Err(Untranslatable::new(
                block.path(),
                "too many open blocks",
                "cut the stream",
            ));
        }
        self.blocks.push(Block { index, call });
        block.rest(lost);
        Ok(())
    }

    fn block_delta(
        &mut self,
        event: &mut Fields,
        out: &mut Vec<u8>,
        lost: &mut Vec<String>,
    ) -> Result<(), Untranslatable> {
        let index = event.take("index").and_then(|index| index.as_count()).unwrap_or(0);
        let at = event.at("delta");
        let mut delta = Fields::open(event.take("delta").unwrap_or(Value::Null), at)?;
        match delta.text("type")?.as_str() {
            "text_delta" => self.say("content", &delta.text("text")?, out),
            "thinking_delta" => self.say("reasoning_content", &delta.text("thinking")?, out),
            "input_json_delta" => {
                let piece = delta.text("partial_json")?;
                let block = self.blocks.iter_mut().find(|block| block.index == index);
                let Some(call) = block.and_then(|block| block.call.as_mut()) else {
                    return Err(Untranslatable::new(
                        delta.path(),
                        "arguments outside a tool call",
                        "cut the stream",
                    ));
                };
                if !piece.is_empty() {
                    call.pieces = true;
                    let number = call.number;
                    self.arguments(number, piece, out);
                }
            }
            // It vouches for thinking towards the provider and means nothing to anybody else.
            "signature_delta" => delta.ignore(&["signature"]),
            "citations_delta" => {}
            _ => {
                return Err(Untranslatable::new(
                    delta.path(),
                    "a kind of delta that is not known",
                    "cut the stream",
                ));
            }
        }
        delta.rest(lost);
        Ok(())
    }

    fn block_stop(&mut self, event: &mut Fields, out: &mut Vec<u8>) {
        let index = event.take("index").and_then(|index| index.as_count()).unwrap_or(0);
        let Some(found) = self.blocks.iter().position(|block| block.index == index) else { return };
        if let Some(call) = self.blocks.remove(found).call
            && !call.pieces
        {
            // A client parses the arguments, and an empty text is not JSON.
            self.arguments(call.number, call.input, out);
        }
    }

    fn message_delta(
        &mut self,
        event: &mut Fields,
        lost: &mut Vec<String>,
    ) -> Result<(), Untranslatable> {
        self.count(event.take("usage"));
        let at = event.at("delta");
        let mut delta = Fields::open(event.take("delta").unwrap_or(Value::Object(Vec::new())), at)?;
        let stop = delta.text("stop_reason")?;
        if !stop.is_empty() {
            self.stop = Some(stop);
        }
        delta.rest(lost);
        Ok(())
    }

    fn count(&mut self, usage: Option<Value>) {
        if let Some(Value::Object(members)) = usage {
            for (name, value) in members.into_iter().filter(|(_, value)| *value != Value::Null) {
                self.usage.retain(|(known, _)| *known != name);
                self.usage.push((name, value));
            }
        }
    }

    fn complete(&mut self, out: &mut Vec<u8>) {
        self.done = true;
        let reason = finish_reason(self.stop.as_deref().unwrap_or(""));
        self.chunk(Value::Object(Vec::new()), Value::text(reason), out);
        if self.options.include_usage {
            let usage = usage_to_openai(&Value::Object(std::mem::take(&mut self.usage)));
            let mut chunk = self.head();
            chunk.push(("choices".to_owned(), Value::Array(Vec::new())));
            chunk.push(("usage".to_owned(), usage));
            emit_data(out, &Value::Object(chunk));
        }
        out.extend_from_slice(b"data: [DONE]\n\n");
    }

    pub(crate) fn finish(&mut self, out: &mut Vec<u8>) {
        if self.done {
            return;
        }
        if self.stop.is_some() {
            return self.complete(out);
        }
        self.cut(out);
    }

    /// Ends the stream with an error: the answer is not complete.
    pub(crate) fn cut(&mut self, out: &mut Vec<u8>) {
        self.done = true;
        out.extend_from_slice(&refusal::cut(
            Dialect::OpenAiChat,
            502,
            "incomplete-answer",
            STOPPED,
        ));
    }

    fn say(&self, member: &str, text: &str, out: &mut Vec<u8>) {
        if !text.is_empty() {
            self.chunk(Value::object([(member, Value::text(text))]), Value::Null, out);
        }
    }

    fn arguments(&self, number: u64, piece: String, out: &mut Vec<u8>) {
        self.call_chunk(
            number,
            &[("function", Value::object([("arguments", Value::text(piece))]))],
            out,
        );
    }

    fn call_chunk(&self, number: u64, members: &[(&str, Value)], out: &mut Vec<u8>) {
        let mut call = vec![("index".to_owned(), number.into())];
        call.extend(members.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        let calls = Value::Array(vec![Value::Object(call)]);
        self.chunk(Value::object([("tool_calls", calls)]), Value::Null, out);
    }

    fn chunk(&self, delta: Value, finish: Value, out: &mut Vec<u8>) {
        let choice = Value::Object(vec![
            ("index".to_owned(), 0.into()),
            ("delta".to_owned(), delta),
            ("logprobs".to_owned(), Value::Null),
            ("finish_reason".to_owned(), finish),
        ]);
        let mut chunk = self.head();
        chunk.push(("choices".to_owned(), Value::Array(vec![choice])));
        if self.options.include_usage {
            chunk.push(("usage".to_owned(), Value::Null));
        }
        emit_data(out, &Value::Object(chunk));
    }

    fn head(&self) -> Vec<(String, Value)> {
        vec![
            ("id".to_owned(), Value::text(&self.id)),
            ("object".to_owned(), Value::text("chat.completion.chunk")),
            ("created".to_owned(), self.options.created.into()),
            ("model".to_owned(), Value::text(&self.model)),
        ]
    }
}
