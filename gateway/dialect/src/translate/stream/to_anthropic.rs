//! OpenAI's chunks as Anthropic's events.
//!
//! Anthropic sends one block after the other, each with its start and stop. Tool calls of OpenAI may in principle come
//! interleaved: the first that is not finished streams, the pieces of the others wait for it.

mod blocks;
mod calls;
mod delta;

use super::{Options, STOPPED, emit, note};
use crate::translate::Untranslatable;
use crate::translate::terms::failure;
use crate::translate::value::{Fields, Value};
use crate::{Dialect, refusal};
use blocks::{Prose, event};
use calls::Call;

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
            "" if self.started => event(out, "ping", []),
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

    fn complete(&mut self, out: &mut Vec<u8>) {
        self.start("", "", out);
        self.pump(true, out);
        for (kind, text) in std::mem::take(&mut self.late) {
            // No call is unfinished any more, so this cannot fail.
            let _ = self.prose(kind, &text, out);
        }
        self.stop(out);
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
}
