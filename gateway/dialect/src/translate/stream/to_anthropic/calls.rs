//! Tool calls that may come interleaved: the first that is not finished streams, the others wait for it.

use super::ToAnthropic;
use crate::translate::Untranslatable;
use crate::translate::stream::MOST_HELD;
use crate::translate::value::{Fields, Value};

/// A tool call as far as it has come.
pub(super) struct Call {
    /// OpenAI's index; `None` for the legacy function call.
    number: Option<u64>,
    id: String,
    name: String,
    /// Arguments not sent yet.
    waiting: String,
    started: bool,
    nesting: Nesting,
}

impl Call {
    fn new(number: Option<u64>, position: usize) -> Self {
        Self {
            number,
            id: format!("call_{position}"),
            name: String::new(),
            waiting: String::new(),
            started: false,
            nesting: Nesting::default(),
        }
    }

    /// Whether its arguments are complete, so that another block may follow.
    pub(super) fn is_complete(&self) -> bool {
        self.started && self.nesting.closed
    }
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
    /// The pieces of tool calls, in the form of today and in that of old.
    pub(super) fn tool_calls(
        &mut self,
        delta: &mut Fields,
        lost: &mut Vec<String>,
    ) -> Result<(), Untranslatable> {
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
            self.calls.push(Call::new(number, self.calls.len() + 1));
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
    pub(super) fn pump(&mut self, last: bool, out: &mut Vec<u8>) {
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

    pub(super) fn within_bounds(&self) -> Result<(), Untranslatable> {
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
}
