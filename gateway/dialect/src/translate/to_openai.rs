//! A request for Anthropic messages as one for OpenAI chat completions.

use super::Untranslatable;
use super::content::{compact, part};
use super::terms::{choice_to_openai, effort};
use super::value::{Fields, Value, numbered};

/// Most stop sequences that OpenAI takes.
const MOST_STOPS: usize = 4;

/// Translates a request.
pub(crate) fn request(
    body: Value,
    model: Option<&str>,
    lost: &mut Vec<String>,
) -> Result<Value, Untranslatable> {
    let mut fields = Fields::open(body, "")?;
    let asked = fields.text("model")?;
    let mut messages = system(&mut fields, lost)?;
    for (at, message) in fields.list("messages")? {
        message_to_openai(Fields::open(message, at)?, &mut messages, lost)?;
    }
    let tools = tools(&mut fields, lost)?;
    let (choice, parallel) = match fields.take("tool_choice") {
        Some(choice) if tools != Value::Null => choice_to_openai(choice, lost)?,
        _ => (Value::Null, Value::Null),
    };
    let stream = fields.take("stream").unwrap_or(Value::Null);
    let options = match stream {
        // Anthropic's streams always end with usage, so it is asked for.
        Value::Bool(true) => Value::object([("include_usage", Value::Bool(true))]),
        _ => Value::Null,
    };
    let (effort, format) = (reasoning(&mut fields, lost)?, response_format(&mut fields, lost)?);
    let translated = Value::object([
        ("model", Value::text(model.unwrap_or(&asked))),
        ("messages", Value::Array(messages)),
        ("max_tokens", fields.take("max_tokens").unwrap_or(Value::Null)),
        ("tools", tools),
        ("tool_choice", choice),
        ("parallel_tool_calls", parallel),
        ("temperature", fields.take("temperature").unwrap_or(Value::Null)),
        ("top_p", fields.take("top_p").unwrap_or(Value::Null)),
        ("stop", stops(&mut fields, lost)?),
        ("stream", stream),
        ("stream_options", options),
        ("reasoning_effort", effort),
        ("response_format", format),
        ("user", user(&mut fields, lost)?),
    ]);
    provider_only(&mut fields)?;
    fields.rest(lost);
    Ok(translated)
}

/// What runs at Anthropic cannot be left out: the answer would be another.
fn provider_only(fields: &mut Fields) -> Result<(), Untranslatable> {
    for name in ["mcp_servers", "container"] {
        if fields.take(name).is_some_and(|value| !value.is_default()) {
            let mend = "leave it out, or use a provider that speaks the client's dialect";
            return Err(Untranslatable::new(name, "something that only this provider runs", mend));
        }
    }
    Ok(())
}

fn system(fields: &mut Fields, lost: &mut Vec<String>) -> Result<Vec<Value>, Untranslatable> {
    let content = match fields.take("system") {
        None => return Ok(Vec::new()),
        Some(Value::String(text)) => Value::String(text),
        Some(Value::Array(blocks)) => {
            let mut parts = Vec::new();
            for (at, block) in numbered("system", blocks) {
                parts.extend(part(block, &at, lost)?);
            }
            compact(parts)
        }
        Some(_) => {
            return Err(Untranslatable::new(
                "system",
                "neither a string nor a list of blocks",
                "send text",
            ));
        }
    };
    Ok(if content.is_default() { Vec::new() } else { vec![say("system", content)] })
}

fn say(role: &str, content: Value) -> Value {
    Value::object([("role", Value::text(role)), ("content", content)])
}

fn message_to_openai(
    mut message: Fields,
    out: &mut Vec<Value>,
    lost: &mut Vec<String>,
) -> Result<(), Untranslatable> {
    let role = message.text("role")?;
    let at = message.at("content");
    let content = match message.take("content") {
        Some(Value::Array(blocks)) => numbered(&at, blocks),
        Some(Value::String(text)) => {
            message.rest(lost);
            out.push(say(&role, Value::String(text)));
            return Ok(());
        }
        None => Vec::new(),
        Some(_) => {
            return Err(Untranslatable::new(
                at,
                "neither a string nor a list of blocks",
                "send text or blocks",
            ));
        }
    };
    message.rest(lost);
    match role.as_str() {
        "assistant" => assistant(content, out, lost),
        "user" => user_turn(content, out, lost),
        _ => Err(Untranslatable::new(at, "a role that is not known", "use user or assistant")),
    }
}

fn assistant(
    content: Vec<(String, Value)>,
    out: &mut Vec<Value>,
    lost: &mut Vec<String>,
) -> Result<(), Untranslatable> {
    let (mut parts, mut calls) = (Vec::new(), Vec::new());
    for (at, block) in content {
        match block.str_of("type") {
            "tool_use" => calls.push(call(Fields::open(block, at)?, lost)?),
            // What the model thought; only its own provider can read it back.
            "thinking" | "redacted_thinking" => lost.push(at),
            _ => parts.extend(part(block, &at, lost)?),
        }
    }
    if parts.is_empty() && calls.is_empty() {
        return Ok(());
    }
    let calls = if calls.is_empty() { Value::Null } else { Value::Array(calls) };
    let mut message =
        vec![("role".to_owned(), Value::text("assistant")), ("content".to_owned(), compact(parts))];
    if calls != Value::Null {
        message.push(("tool_calls".to_owned(), calls));
    }
    out.push(Value::Object(message));
    Ok(())
}

fn call(mut block: Fields, lost: &mut Vec<String>) -> Result<Value, Untranslatable> {
    block.ignore(&["type", "caller"]);
    let input = block.take("input").unwrap_or_else(|| Value::Object(Vec::new()));
    let function = Value::object([
        ("name", Value::text(block.text("name")?)),
        ("arguments", Value::text(input.to_source())),
    ]);
    let id = Value::text(block.text("id")?);
    block.rest(lost);
    Ok(Value::object([("id", id), ("type", Value::text("function")), ("function", function)]))
}

/// A turn of the user: results of tools become messages of their own, before what the user says. OpenAI's tool messages
/// hold text only, so images of results go to the user's message.
fn user_turn(
    content: Vec<(String, Value)>,
    out: &mut Vec<Value>,
    lost: &mut Vec<String>,
) -> Result<(), Untranslatable> {
    let mut parts = Vec::new();
    for (at, block) in content {
        if block.str_of("type") == "tool_result" {
            out.push(result(Fields::open(block, at)?, &mut parts, lost)?);
        } else {
            parts.extend(part(block, &at, lost)?);
        }
    }
    if !parts.is_empty() {
        out.push(say("user", compact(parts)));
    }
    Ok(())
}

fn result(
    mut block: Fields,
    aside: &mut Vec<Value>,
    lost: &mut Vec<String>,
) -> Result<Value, Untranslatable> {
    block.ignore(&["type"]);
    let mut texts = Vec::new();
    let at = block.at("content");
    match block.take("content") {
        Some(Value::Array(blocks)) => {
            for (at, inner) in numbered(&at, blocks) {
                let Some(part) = part(inner, &at, lost)? else { continue };
                if part.str_of("type") == "text" { texts.push(part) } else { aside.push(part) }
            }
        }
        Some(Value::String(text)) => {
            texts.push(Value::object([("type", Value::text("text")), ("text", Value::text(text))]))
        }
        None => {}
        Some(_) => {
            return Err(Untranslatable::new(
                at,
                "neither a string nor a list of blocks",
                "send text or blocks",
            ));
        }
    }
    let id = Value::text(block.text("tool_use_id")?);
    block.rest(lost);
    let content = if texts.is_empty() { Value::text("") } else { compact(texts) };
    Ok(Value::object([("role", Value::text("tool")), ("tool_call_id", id), ("content", content)]))
}

fn tools(fields: &mut Fields, lost: &mut Vec<String>) -> Result<Value, Untranslatable> {
    let mut out = Vec::new();
    for (at, tool) in fields.list("tools")? {
        let mut tool = Fields::open(tool, at)?;
        if !matches!(tool.text("type")?.as_str(), "" | "custom") {
            let mend = "use tools of your own, or a provider that speaks the client's dialect";
            return Err(Untranslatable::new(
                tool.path(),
                "a tool that only this provider runs",
                mend,
            ));
        }
        let function = Value::object([
            ("name", Value::text(tool.text("name")?)),
            ("description", tool.take("description").unwrap_or(Value::Null)),
            ("parameters", tool.take("input_schema").unwrap_or(Value::Null)),
        ]);
        out.push(Value::object([("type", Value::text("function")), ("function", function)]));
        tool.rest(lost);
    }
    Ok(if out.is_empty() { Value::Null } else { Value::Array(out) })
}

fn stops(fields: &mut Fields, lost: &mut Vec<String>) -> Result<Value, Untranslatable> {
    let all = fields.list("stop_sequences")?;
    lost.extend(all.iter().skip(MOST_STOPS).map(|(at, _)| at.clone()));
    let kept: Vec<Value> = all.into_iter().take(MOST_STOPS).map(|(_, stop)| stop).collect();
    Ok(if kept.is_empty() { Value::Null } else { Value::Array(kept) })
}

fn user(fields: &mut Fields, lost: &mut Vec<String>) -> Result<Value, Untranslatable> {
    let Some(metadata) = fields.take("metadata") else { return Ok(Value::Null) };
    let mut metadata = Fields::open(metadata, "metadata")?;
    let user = metadata.take("user_id").unwrap_or(Value::Null);
    metadata.rest(lost);
    Ok(user)
}

/// `reasoning_effort` for thinking.
fn reasoning(fields: &mut Fields, lost: &mut Vec<String>) -> Result<Value, Untranslatable> {
    let Some(thinking) = fields.take("thinking") else { return Ok(Value::Null) };
    let mut thinking = Fields::open(thinking, "thinking")?;
    let kind = thinking.text("type")?;
    let budget = thinking.take("budget_tokens").and_then(|budget| budget.as_count());
    thinking.rest(lost);
    Ok(match (kind.as_str(), budget) {
        ("enabled", Some(budget)) => Value::text(effort(budget)),
        ("disabled", _) => Value::Null,
        _ => {
            lost.push("thinking".to_owned());
            Value::Null
        }
    })
}

/// `response_format` for a wanted schema, in today's place (`output_config.format`) or the one before (`output_format`).
fn response_format(fields: &mut Fields, lost: &mut Vec<String>) -> Result<Value, Untranslatable> {
    let mut format =
        fields.take("output_format").map(|format| ("output_format".to_owned(), format));
    if let Some(config) = fields.take("output_config") {
        let mut config = Fields::open(config, "output_config")?;
        format = config.take("format").map(|format| (config.at("format"), format)).or(format);
        config.rest(lost);
    }
    let Some((at, format)) = format else { return Ok(Value::Null) };
    let mut format = Fields::open(format, at)?;
    if format.text("type")? != "json_schema" {
        lost.push(format.path().to_owned());
        return Ok(Value::Null);
    }
    let schema = format.take("schema").unwrap_or_else(|| Value::Object(Vec::new()));
    format.rest(lost);
    let named = Value::object([
        ("name", Value::text("answer")),
        ("schema", schema),
        ("strict", Value::Bool(true)),
    ]);
    Ok(Value::object([("type", Value::text("json_schema")), ("json_schema", named)]))
}
