//! Whole answers and error bodies in the other dialect.

use super::Untranslatable;
use super::content::text_block;
use super::terms::{failure, finish_reason, stop_reason, usage_to_anthropic, usage_to_openai};
use super::value::{Fields, Value, numbered};

/// Members of an OpenAI answer that only keep the provider's books.
const BOOKKEEPING: &[&str] =
    &["object", "created", "system_fingerprint", "service_tier", "provider", "x_groq"];

/// An Anthropic answer for an OpenAI one.
pub(crate) fn to_anthropic(
    body: Value,
    asked: Option<&str>,
    lost: &mut Vec<String>,
) -> Result<Value, Untranslatable> {
    if let Some(failure) = failure(&body) {
        return Ok(failure.to_anthropic());
    }
    let mut fields = Fields::open(body, "")?;
    fields.ignore(BOOKKEEPING);
    let mut choices = fields.list("choices")?;
    if choices.len() != 1 {
        return Err(Untranslatable::new("choices", "not exactly one answer", "ask for one answer"));
    }
    let Some((at, choice)) = choices.pop() else { return Err(no_message("choices")) };
    let mut choice = Fields::open(choice, at)?;
    let finish = choice.text("finish_reason")?;
    let at = choice.at("message");
    let mut message = Fields::open(choice.take("message").ok_or_else(|| no_message(&at))?, at)?;
    let refused = message.has_text("refusal");
    let content = blocks(&mut message, lost)?;
    message.ignore(&["role"]);
    message.rest(lost);
    choice.ignore(&["index", "native_finish_reason"]);
    choice.rest(lost);
    let called = content.iter().any(|block| block.str_of("type") == "tool_use");
    let stop = match finish.as_str() {
        "stop" if called => "tool_use",
        "stop" if refused => "refusal",
        other => stop_reason(other),
    };
    let model = fields.text("model")?;
    let usage = fields.take("usage").unwrap_or(Value::Null);
    let answer = Value::Object(vec![
        ("id".to_owned(), Value::text(fields.text("id")?)),
        ("type".to_owned(), Value::text("message")),
        ("role".to_owned(), Value::text("assistant")),
        ("model".to_owned(), Value::text(asked.unwrap_or(&model))),
        ("content".to_owned(), Value::Array(content)),
        ("stop_reason".to_owned(), Value::text(stop)),
        ("stop_sequence".to_owned(), Value::Null),
        ("usage".to_owned(), usage_to_anthropic(&usage)),
    ]);
    fields.rest(lost);
    Ok(answer)
}

fn no_message(place: &str) -> Untranslatable {
    Untranslatable::new(
        place,
        "no message in the answer",
        "check that the provider speaks the dialect it is listed with",
    )
}

/// The blocks of an OpenAI message: thinking, text, refusal, calls.
fn blocks(message: &mut Fields, lost: &mut Vec<String>) -> Result<Vec<Value>, Untranslatable> {
    let mut out = Vec::new();
    let thought = message.text("reasoning_content")?;
    let again = message.text("reasoning")?;
    let thought = if thought.is_empty() { again } else { thought };
    if !thought.is_empty() {
        out.push(thinking_block(&thought));
        // OpenRouter says the same once more, in pieces.
        message.ignore(&["reasoning_details"]);
    }
    let at = message.at("content");
    match message.take("content") {
        None => {}
        Some(Value::String(text)) => out.extend(text_block(text)),
        Some(Value::Array(parts)) => {
            for (at, part) in numbered(&at, parts) {
                out.extend(answer_block(Fields::open(part, at)?, lost)?);
            }
        }
        Some(_) => {
            return Err(Untranslatable::new(
                at,
                "neither a string nor a list of parts",
                "report it to the provider",
            ));
        }
    }
    out.extend(text_block(message.text("refusal")?));
    for (at, call) in message.list("tool_calls")? {
        let mut call = Fields::open(call, at)?;
        let id = call.text("id")?;
        let (at, function) = (call.at("function"), call.take("function").unwrap_or(Value::Null));
        out.push(tool_use(Fields::open(function, at)?, &id, lost)?);
        call.ignore(&["type", "index"]);
        call.rest(lost);
    }
    if let Some(function) = message.take("function_call") {
        out.push(tool_use(Fields::open(function, message.at("function_call"))?, "call_1", lost)?);
    }
    Ok(out)
}

fn thinking_block(text: &str) -> Value {
    let signature = ("signature", Value::text(""));
    Value::object([("type", Value::text("thinking")), ("thinking", Value::text(text)), signature])
}

/// A part of a list of content, as Mistral sends it.
fn answer_block(mut part: Fields, lost: &mut Vec<String>) -> Result<Option<Value>, Untranslatable> {
    let kind = part.text("type")?;
    let block = match kind.as_str() {
        "text" => text_block(part.text("text")?),
        "thinking" => Some(thinking_block(&thought(part.take("thinking").unwrap_or(Value::Null)))),
        _ => {
            let why = "a kind of content that the client's dialect does not have";
            return Err(Untranslatable::new(part.path(), why, "ask for text"));
        }
    };
    part.ignore(&["closed"]);
    part.rest(lost);
    Ok(block)
}

/// The text of a thinking part: a string, or a list of texts.
pub(crate) fn thought(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.items().iter().map(|item| item.str_of("text")).collect(),
    }
}

fn tool_use(
    mut function: Fields,
    id: &str,
    lost: &mut Vec<String>,
) -> Result<Value, Untranslatable> {
    let at = function.at("arguments");
    let source = function.text("arguments")?;
    let input = if source.trim().is_empty() {
        Value::Object(Vec::new())
    } else {
        Value::parse(&source, &at)?
    };
    if !matches!(input, Value::Object(_)) {
        return Err(Untranslatable::new(at, "arguments that are not a JSON object", "ask again"));
    }
    let name = Value::text(function.text("name")?);
    function.rest(lost);
    Ok(Value::object([
        ("type", Value::text("tool_use")),
        ("id", Value::text(id)),
        ("name", name),
        ("input", input),
    ]))
}

/// An OpenAI answer for an Anthropic one, which does not say when it was `created`, in seconds since 1970.
pub(crate) fn to_openai(
    body: Value,
    asked: Option<&str>,
    created: u64,
    lost: &mut Vec<String>,
) -> Result<Value, Untranslatable> {
    if let Some(failure) = failure(&body) {
        return Ok(failure.to_openai());
    }
    let mut fields = Fields::open(body, "")?;
    let mut said = Said::default();
    for (at, block) in fields.list("content")? {
        said.add(Fields::open(block, at)?, lost)?;
    }
    let stop = fields.text("stop_reason")?;
    let model = fields.text("model")?;
    let usage = fields.take("usage").unwrap_or(Value::Null);
    let choice = Value::Object(vec![
        ("index".to_owned(), 0.into()),
        ("message".to_owned(), said.message()),
        ("logprobs".to_owned(), Value::Null),
        ("finish_reason".to_owned(), Value::text(finish_reason(&stop))),
    ]);
    let answer = Value::object([
        ("id", Value::text(fields.text("id")?)),
        ("object", Value::text("chat.completion")),
        ("created", created.into()),
        ("model", Value::text(asked.unwrap_or(&model))),
        ("choices", Value::Array(vec![choice])),
        ("usage", usage_to_openai(&usage)),
    ]);
    fields.ignore(&["type", "role"]);
    fields.rest(lost);
    Ok(answer)
}

/// What an Anthropic answer says, gathered for one OpenAI message.
#[derive(Default)]
struct Said {
    text: Option<String>,
    thought: String,
    calls: Vec<Value>,
}

impl Said {
    fn add(&mut self, mut block: Fields, lost: &mut Vec<String>) -> Result<(), Untranslatable> {
        match block.text("type")?.as_str() {
            "text" => self.text.get_or_insert_default().push_str(&block.text("text")?),
            "thinking" => {
                self.thought.push_str(&block.text("thinking")?);
                block.ignore(&["signature"]);
            }
            "redacted_thinking" => {}
            "tool_use" => {
                let input = block.take("input").unwrap_or_else(|| Value::Object(Vec::new()));
                let (name, id) = (block.text("name")?, block.text("id")?);
                let function = Value::object([
                    ("name", Value::text(name)),
                    ("arguments", Value::text(input.to_source())),
                ]);
                let kind = ("type", Value::text("function"));
                self.calls.push(Value::object([
                    ("id", Value::text(id)),
                    kind,
                    ("function", function),
                ]));
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
        block.rest(lost);
        Ok(())
    }

    fn message(self) -> Value {
        let mut message = vec![
            ("role".to_owned(), Value::text("assistant")),
            ("content".to_owned(), self.text.map_or(Value::Null, Value::String)),
            ("refusal".to_owned(), Value::Null),
        ];
        if !self.thought.is_empty() {
            message.push(("reasoning_content".to_owned(), Value::String(self.thought)));
        }
        if !self.calls.is_empty() {
            message.push(("tool_calls".to_owned(), Value::Array(self.calls)));
        }
        Value::Object(message)
    }
}
