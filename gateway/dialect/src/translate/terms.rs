//! The words of one dialect in the other: why an answer stopped, what it used, kinds of error, tool choice, effort.

use super::Untranslatable;
use super::value::{Fields, Value};

/// Anthropic's `stop_reason` for OpenAI's `finish_reason`.
pub(crate) fn stop_reason(finish: &str) -> &'static str {
    match finish {
        "length" => "max_tokens",
        "tool_calls" | "function_call" => "tool_use",
        "content_filter" => "refusal",
        _ => "end_turn",
    }
}

/// OpenAI's `finish_reason` for Anthropic's `stop_reason`.
pub(crate) fn finish_reason(stop: &str) -> &'static str {
    match stop {
        "max_tokens" | "model_context_window_exceeded" => "length",
        "tool_use" => "tool_calls",
        "refusal" => "content_filter",
        _ => "stop",
    }
}

/// Anthropic's usage for OpenAI's. OpenAI counts cached tokens into the prompt, Anthropic beside it.
pub(crate) fn usage_to_anthropic(usage: &Value) -> Value {
    let cached =
        usage.get("prompt_tokens_details").map_or(0, |details| details.count_of("cached_tokens"));
    let prompt = usage.count_of("prompt_tokens");
    Value::object([
        ("input_tokens", prompt.saturating_sub(cached).into()),
        ("cache_creation_input_tokens", 0.into()),
        ("cache_read_input_tokens", cached.into()),
        ("output_tokens", usage.count_of("completion_tokens").into()),
    ])
}

/// OpenAI's usage for Anthropic's.
pub(crate) fn usage_to_openai(usage: &Value) -> Value {
    let cached = usage.count_of("cache_read_input_tokens");
    let prompt = usage.count_of("input_tokens").saturating_add(cached);
    let prompt = prompt.saturating_add(usage.count_of("cache_creation_input_tokens"));
    let completion = usage.count_of("output_tokens");
    Value::object([
        ("prompt_tokens", prompt.into()),
        ("completion_tokens", completion.into()),
        ("total_tokens", prompt.saturating_add(completion).into()),
        ("prompt_tokens_details", Value::object([("cached_tokens", cached.into())])),
    ])
}

/// What a provider's error says: its kind, its code and its message, in whichever of the usual forms it came.
pub(crate) struct Failure {
    kind: String,
    code: String,
    message: String,
}

/// Reads an error body or event: `{"error":{…}}`, `{"error":"…"}`, `{"object":"error","message":…}`, `{"detail":…}`.
pub(crate) fn failure(body: &Value) -> Option<Failure> {
    let inner = match body.get("error") {
        Some(Value::String(message)) => {
            return Some(Failure {
                kind: String::new(),
                code: String::new(),
                message: message.clone(),
            });
        }
        Some(Value::Null) | None => body,
        Some(error) => error,
    };
    let stated = !std::ptr::eq(inner, body)
        || body.str_of("object") == "error"
        || body.str_of("type") == "error";
    let bare = body.get("choices").is_none() && body.get("content").is_none();
    if !stated && !(bare && (body.get("detail").is_some() || body.get("message").is_some())) {
        return None;
    }
    let said = ["message", "detail"].into_iter().filter_map(|name| inner.get(name)).next();
    let message = match said {
        Some(Value::String(message)) => message.clone(),
        Some(other) => other.to_source(),
        None => "The provider reported an error without a message.".to_owned(),
    };
    let code = match inner.get("code") {
        Some(Value::String(code)) => code.clone(),
        Some(Value::Number(code)) => code.clone(),
        _ => String::new(),
    };
    Some(Failure { kind: inner.str_of("type").to_owned(), code, message })
}

impl Failure {
    /// Anthropic's error body.
    pub(crate) fn to_anthropic(&self) -> Value {
        let kind = match (self.kind.as_str(), self.code.as_str()) {
            ("insufficient_quota" | "tokens" | "requests" | "rate_limit_error", _)
            | (_, "insufficient_quota" | "rate_limit_exceeded" | "429") => "rate_limit_error",
            (_, "invalid_api_key" | "401") | ("authentication_error", _) => "authentication_error",
            (_, "model_not_found" | "404") | ("not_found_error", _) => "not_found_error",
            (_, "403") | ("permission_error", _) => "permission_error",
            ("server_error" | "internal_server_error" | "api_error", _)
            | (_, "500" | "502" | "503") => "api_error",
            ("overloaded_error", _) => "overloaded_error",
            _ => "invalid_request_error",
        };
        let code = if self.code.is_empty() { Value::Null } else { Value::text(&self.code) };
        let error = Value::object([
            ("type", Value::text(kind)),
            ("message", Value::text(&self.message)),
            ("code", code),
        ]);
        Value::object([("type", Value::text("error")), ("error", error)])
    }

    /// OpenAI's error body.
    pub(crate) fn to_openai(&self) -> Value {
        let kind = match self.kind.as_str() {
            "" => "api_error",
            "overloaded_error" | "api_error" | "timeout_error" => "server_error",
            other => other,
        };
        let code = if self.code.is_empty() { &self.kind } else { &self.code };
        let error = Value::Object(vec![
            ("message".to_owned(), Value::text(&self.message)),
            ("type".to_owned(), Value::text(kind)),
            ("param".to_owned(), Value::Null),
            ("code".to_owned(), if code.is_empty() { Value::Null } else { Value::text(code) }),
        ]);
        Value::object([("error", error)])
    }
}

/// Anthropic's `tool_choice` for OpenAI's `tool_choice` and `parallel_tool_calls`.
pub(crate) fn choice_to_anthropic(
    choice: Option<Value>,
    parallel: Option<Value>,
    has_tools: bool,
) -> Result<Value, Untranslatable> {
    if !has_tools {
        // Both APIs refuse a choice among no tools, so it has no meaning to lose.
        return Ok(Value::Null);
    }
    let kind = |kind: &str| Value::object([("type", Value::text(kind))]);
    let mut out = match choice {
        None => Value::Null,
        Some(Value::String(word)) => match word.as_str() {
            "auto" => kind("auto"),
            "none" => kind("none"),
            "required" | "any" => kind("any"),
            _ => return Err(unknown_choice()),
        },
        // The legacy `function_call` names the function directly.
        Some(named) => match named.get("function").unwrap_or(&named).str_of("name") {
            "" => return Err(unknown_choice()),
            name => Value::object([("type", Value::text("tool")), ("name", Value::text(name))]),
        },
    };
    if parallel == Some(Value::Bool(false)) {
        if out == Value::Null {
            out = kind("auto");
        }
        if let Value::Object(members) = &mut out
            && !members.iter().any(|(_, value)| value.as_str() == Some("none"))
        {
            members.push(("disable_parallel_tool_use".to_owned(), Value::Bool(true)));
        }
    }
    Ok(out)
}

/// OpenAI's `tool_choice` and `parallel_tool_calls` for Anthropic's `tool_choice`.
pub(crate) fn choice_to_openai(
    choice: Value,
    lost: &mut Vec<String>,
) -> Result<(Value, Value), Untranslatable> {
    let mut fields = Fields::open(choice, "tool_choice")?;
    let parallel = match fields.take("disable_parallel_tool_use") {
        Some(Value::Bool(true)) => Value::Bool(false),
        _ => Value::Null,
    };
    let word = fields.text("type")?;
    let out = match word.as_str() {
        "auto" | "none" => Value::text(word),
        "any" => Value::text("required"),
        "tool" => {
            let name = Value::object([("name", Value::text(fields.text("name")?))]);
            Value::object([("type", Value::text("function")), ("function", name)])
        }
        _ => return Err(unknown_choice()),
    };
    fields.rest(lost);
    Ok((out, parallel))
}

fn unknown_choice() -> Untranslatable {
    Untranslatable::new(
        "tool_choice",
        "a form that the other dialect does not have",
        "use auto, none, required or one named tool",
    )
}

/// Tokens to think with, for OpenAI's `reasoning_effort`; `None` for no thinking.
pub(crate) fn thinking_budget(effort: &str) -> Option<u64> {
    match effort {
        "minimal" | "low" => Some(1024),
        "medium" => Some(4096),
        "high" => Some(16_384),
        "xhigh" | "max" => Some(32_768),
        _ => None,
    }
}

/// OpenAI's `reasoning_effort` for tokens to think with.
pub(crate) fn effort(budget: u64) -> &'static str {
    match budget {
        0..=2048 => "low",
        2049..=8192 => "medium",
        _ => "high",
    }
}

/// An id that Anthropic accepts: letters, digits, `_` and `-`. A call and its result are changed alike.
pub(crate) fn tool_id(id: &str) -> String {
    id.chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == '_' || c == '-' { c } else { '_' })
        .collect()
}
