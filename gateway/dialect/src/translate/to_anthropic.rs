//! A request for OpenAI chat completions as one for Anthropic messages.

use super::content::{blocks, text_block};
use super::terms::{choice_to_anthropic, thinking_budget, tool_id};
use super::value::{Fields, Value, numbered};
use super::{DEFAULT_MAX_TOKENS, Untranslatable};

/// Translates a request.
pub(crate) fn request(
    body: Value,
    model: Option<&str>,
    lost: &mut Vec<String>,
) -> Result<Value, Untranslatable> {
    let mut fields = Fields::open(body, "")?;
    if fields.take("n").is_some_and(|n| n.as_count() != Some(1)) {
        return Err(Untranslatable::new(
            "n",
            "more than one answer to a request",
            "ask once for each answer",
        ));
    }
    let asked = fields.text("model")?;
    let mut conversation = Conversation::default();
    for (at, message) in fields.list("messages")? {
        conversation.add(Fields::open(message, at)?, lost)?;
    }
    let calls_before = conversation.calls > 0;
    let tools = tools(&mut fields, lost)?;
    let choice = fields.take("tool_choice").or(fields.take("function_call"));
    let choice =
        choice_to_anthropic(choice, fields.take("parallel_tool_calls"), tools != Value::Null)?;
    let limit = (fields.take("max_completion_tokens"), fields.take("max_tokens"));
    let limit = limit.0.or(limit.1).unwrap_or_else(|| DEFAULT_MAX_TOKENS.into());
    let mut temperature = temperature(&mut fields, lost);
    let thinking =
        thinking(&mut fields, limit.as_count(), calls_before || is_forced(&choice), lost)?;
    if thinking != Value::Null && temperature != Value::Null {
        // Anthropic thinks at its own temperature only.
        lost.push("temperature".to_owned());
        temperature = Value::Null;
    }
    let user = fields.take("user").map_or(Value::Null, |user| Value::object([("user_id", user)]));
    let (system, messages) = conversation.done();
    let translated = Value::object([
        ("model", Value::text(model.unwrap_or(&asked))),
        ("max_tokens", limit),
        ("system", system),
        ("messages", Value::Array(messages)),
        ("tools", tools),
        ("tool_choice", choice),
        ("temperature", temperature),
        ("top_p", fields.take("top_p").unwrap_or(Value::Null)),
        ("stop_sequences", stops(&mut fields, lost)?),
        ("stream", fields.take("stream").unwrap_or(Value::Null)),
        ("thinking", thinking),
        ("output_config", output_config(&mut fields, lost)?),
        ("metadata", user),
    ]);
    // Anthropic always reports usage; `translate::Options` carries the wish to the client's stream.
    fields.ignore(&["stream_options"]);
    fields.rest(lost);
    Ok(translated)
}

/// The messages so far, results of tools gathered into one message of the user.
#[derive(Default)]
struct Conversation {
    system: Vec<Value>,
    messages: Vec<Value>,
    results: Vec<Value>,
    /// Tool calls seen; numbers the ids of legacy function calls, which have none.
    calls: usize,
}

impl Conversation {
    fn add(&mut self, mut message: Fields, lost: &mut Vec<String>) -> Result<(), Untranslatable> {
        let role = message.text("role")?;
        if !matches!(role.as_str(), "tool" | "function") {
            self.flush();
        }
        match role.as_str() {
            "system" | "developer" => {
                if !self.messages.is_empty() {
                    // It moves to the front: Anthropic has one place for instructions.
                    lost.push(message.at("role"));
                }
                let at = message.at("content");
                self.system.extend(blocks(
                    message.take("content").unwrap_or(Value::Null),
                    &at,
                    lost,
                )?);
            }
            "user" => {
                let at = message.at("content");
                let content = match message.take("content") {
                    Some(Value::String(text)) => Value::String(text),
                    other => Value::Array(blocks(other.unwrap_or(Value::Null), &at, lost)?),
                };
                self.say("user", content);
            }
            "assistant" => self.assistant(&mut message, lost)?,
            "tool" | "function" => self.result(&mut message, &role, lost)?,
            _ => {
                return Err(Untranslatable::new(
                    message.at("role"),
                    "a role that is not known",
                    "use a documented role",
                ));
            }
        }
        message.rest(lost);
        Ok(())
    }

    fn assistant(
        &mut self,
        message: &mut Fields,
        lost: &mut Vec<String>,
    ) -> Result<(), Untranslatable> {
        let at = message.at("content");
        let content = message.take("content").unwrap_or(Value::Null);
        let mut out = blocks(content, &at, lost)?;
        out.extend(text_block(message.text("refusal")?));
        for (at, call) in message.list("tool_calls")? {
            let mut call = Fields::open(call, at)?;
            let kind = call.text("type")?;
            if !matches!(kind.as_str(), "" | "function") {
                return Err(Untranslatable::new(
                    call.at("type"),
                    "a call that is not of a function",
                    "use function tools",
                ));
            }
            let id = call.text("id")?;
            let (function_at, function) = (call.at("function"), call.take("function"));
            out.push(self.call(
                Fields::open(function.unwrap_or(Value::Null), function_at)?,
                &id,
                lost,
            )?);
            call.ignore(&["index"]);
            call.rest(lost);
        }
        if let Some(function) = message.take("function_call") {
            let id = format!("call_{}", self.calls + 1);
            out.push(self.call(Fields::open(function, message.at("function_call"))?, &id, lost)?);
        }
        if let [only] = out.as_slice()
            && only.str_of("type") == "text"
        {
            let text = Value::text(only.str_of("text"));
            self.say("assistant", text);
        } else if !out.is_empty() {
            self.say("assistant", Value::Array(out));
        }
        Ok(())
    }

    fn call(
        &mut self,
        mut function: Fields,
        id: &str,
        lost: &mut Vec<String>,
    ) -> Result<Value, Untranslatable> {
        self.calls += 1;
        let at = function.at("arguments");
        let input = match function.take("arguments") {
            Some(Value::String(source)) if !source.trim().is_empty() => Value::parse(&source, &at)?,
            Some(object @ Value::Object(_)) => object,
            _ => Value::Object(Vec::new()),
        };
        if !matches!(input, Value::Object(_)) {
            return Err(Untranslatable::new(
                at,
                "arguments that are not a JSON object",
                "send an object as arguments",
            ));
        }
        let name = Value::text(function.text("name")?);
        function.rest(lost);
        let id = Value::text(tool_id(id));
        Ok(Value::object([
            ("type", Value::text("tool_use")),
            ("id", id),
            ("name", name),
            ("input", input),
        ]))
    }

    fn result(
        &mut self,
        message: &mut Fields,
        role: &str,
        lost: &mut Vec<String>,
    ) -> Result<(), Untranslatable> {
        let id = match role {
            "function" => format!("call_{}", self.calls),
            _ => message.text("tool_call_id")?,
        };
        // Anthropic knows by the id which tool was called.
        message.ignore(&["name"]);
        let at = message.at("content");
        let content = match message.take("content") {
            Some(Value::String(text)) => Value::String(text),
            None => Value::Null,
            Some(parts) => Value::Array(blocks(parts, &at, lost)?),
        };
        let id = Value::text(tool_id(&id));
        let result =
            [("type", Value::text("tool_result")), ("tool_use_id", id), ("content", content)];
        self.results.push(Value::object(result));
        Ok(())
    }

    fn flush(&mut self) {
        if !self.results.is_empty() {
            let results = Value::Array(std::mem::take(&mut self.results));
            self.say("user", results);
        }
    }

    fn say(&mut self, role: &str, content: Value) {
        self.messages.push(Value::object([("role", Value::text(role)), ("content", content)]));
    }

    fn done(mut self) -> (Value, Vec<Value>) {
        self.flush();
        let system = match self.system.as_slice() {
            [] => Value::Null,
            [only] if only.str_of("type") == "text" => Value::text(only.str_of("text")),
            _ => Value::Array(self.system),
        };
        (system, self.messages)
    }
}

fn tools(fields: &mut Fields, lost: &mut Vec<String>) -> Result<Value, Untranslatable> {
    let mut out = Vec::new();
    for (at, tool) in fields.list("tools")? {
        let mut tool = Fields::open(tool, at)?;
        let kind = tool.text("type")?;
        let (at, function) = (tool.at("function"), tool.take("function"));
        let (Some(function), "function" | "") = (function, kind.as_str()) else {
            let mend = "use function tools, or a provider that speaks the client's dialect";
            return Err(Untranslatable::new(
                tool.path(),
                "a tool that the other provider does not have",
                mend,
            ));
        };
        out.push(tool_definition(Fields::open(function, at)?, lost)?);
        tool.rest(lost);
    }
    for (at, function) in fields.list("functions")? {
        out.push(tool_definition(Fields::open(function, at)?, lost)?);
    }
    Ok(if out.is_empty() { Value::Null } else { Value::Array(out) })
}

fn tool_definition(mut function: Fields, lost: &mut Vec<String>) -> Result<Value, Untranslatable> {
    let schema =
        function.take("parameters").filter(|schema| !schema.is_default()).unwrap_or_else(|| {
            Value::object([
                ("type", Value::text("object")),
                ("properties", Value::Object(Vec::new())),
            ])
        });
    let definition = Value::object([
        ("name", Value::text(function.text("name")?)),
        ("description", function.take("description").unwrap_or(Value::Null)),
        ("input_schema", schema),
    ]);
    function.rest(lost);
    Ok(definition)
}

fn temperature(fields: &mut Fields, lost: &mut Vec<String>) -> Value {
    match fields.take("temperature") {
        Some(Value::Number(source)) if source.parse::<f64>().is_ok_and(|warmth| warmth > 1.0) => {
            lost.push("temperature".to_owned());
            1.into()
        }
        other => other.unwrap_or(Value::Null),
    }
}

fn stops(fields: &mut Fields, lost: &mut Vec<String>) -> Result<Value, Untranslatable> {
    let all = match fields.take("stop") {
        None => return Ok(Value::Null),
        Some(Value::Array(all)) => all,
        Some(one) => vec![one],
    };
    let mut out = Vec::new();
    for (at, stop) in numbered("stop", all) {
        // Anthropic refuses sequences of white space only.
        match stop.as_str() {
            Some(text) if !text.trim().is_empty() => out.push(stop),
            _ => lost.push(at),
        }
    }
    Ok(if out.is_empty() { Value::Null } else { Value::Array(out) })
}

/// Thinking for `reasoning_effort`. Anthropic asks for it only with room below the token limit, without a forced tool,
/// and wants its own thinking back with earlier tool calls, which the client does not have.
fn thinking(
    fields: &mut Fields,
    limit: Option<u64>,
    prevented: bool,
    lost: &mut Vec<String>,
) -> Result<Value, Untranslatable> {
    let effort = fields.text("reasoning_effort")?;
    let Some(budget) = thinking_budget(&effort) else {
        if !matches!(effort.as_str(), "" | "none") {
            lost.push("reasoning_effort".to_owned());
        }
        return Ok(Value::Null);
    };
    let budget = limit.map_or(budget, |limit| budget.min(limit / 2));
    if prevented || budget < 1024 {
        lost.push("reasoning_effort".to_owned());
        return Ok(Value::Null);
    }
    Ok(Value::object([("type", Value::text("enabled")), ("budget_tokens", budget.into())]))
}

fn is_forced(choice: &Value) -> bool {
    matches!(choice.str_of("type"), "any" | "tool")
}

fn output_config(fields: &mut Fields, lost: &mut Vec<String>) -> Result<Value, Untranslatable> {
    let Some(format) = fields.take("response_format") else { return Ok(Value::Null) };
    let mut format = Fields::open(format, "response_format")?;
    let kind = format.text("type")?;
    let out = match kind.as_str() {
        "json_schema" => {
            let at = format.at("json_schema");
            let mut described =
                Fields::open(format.take("json_schema").unwrap_or(Value::Null), at)?;
            let schema = described.take("schema").unwrap_or_else(|| Value::Object(Vec::new()));
            // The schema's name and strictness only steer OpenAI's own decoder.
            described.ignore(&["name", "strict"]);
            described.rest(lost);
            Value::object([(
                "format",
                Value::object([("type", Value::text("json_schema")), ("schema", schema)]),
            )])
        }
        "text" | "" => Value::Null,
        _ => {
            lost.push("response_format".to_owned());
            Value::Null
        }
    };
    format.rest(lost);
    Ok(out)
}
