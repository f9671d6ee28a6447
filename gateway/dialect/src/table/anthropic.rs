//! Anthropic messages: requests (also of count_tokens) and answers (docs.anthropic.com/en/api/messages).

use super::Treatment::{
    Block, Free, Json, Locator, Meter, Number, Reference, Schema, Sealed, Source, Text, Use, Words,
};
use super::Who::{Always, Speaker};
use super::shared::{CACHE, DEFINITION, ONE_READING, SAID, SETTING, SETTINGS, STOP, SWITCH, TOOL};
use super::{Row, Treatment};
use crate::part::{Modality, Role};

const RESULT: Treatment = Text { who: Always(Role::Tool), flows: true };
const EFFORTS: Treatment = Words(&["low", "medium", "high", "xhigh", "max"]);
const BLOCKS: Treatment = Block(&[
    "text",
    "image",
    "document",
    "search_result",
    "thinking",
    "redacted_thinking",
    "tool_use",
    "tool_result",
    "server_tool_use",
    "web_search_tool_result",
    "web_search_result",
    "web_fetch_tool_result",
    "web_fetch_result",
    "web_search_tool_result_error",
    "web_fetch_tool_result_error",
    "code_execution_tool_result_error",
    "bash_code_execution_tool_result_error",
    "text_editor_code_execution_tool_result_error",
    "text_editor_code_execution_view_result",
    "text_editor_code_execution_create_result",
    "text_editor_code_execution_str_replace_result",
    "code_execution_output",
    "bash_code_execution_output",
    "tool_search_tool_result",
    "tool_search_tool_search_result",
    "tool_search_tool_result_error",
    "advisor_tool_result",
    "advisor_result",
    "compaction",
    "code_execution_tool_result",
    "code_execution_result",
    "bash_code_execution_tool_result",
    "bash_code_execution_result",
    "text_editor_code_execution_tool_result",
    "mcp_tool_use",
    "mcp_tool_result",
    "container_upload",
    "tool_reference",
]);

/// Blocks where only text may stand, and where a document has its pages.
const TEXTS: Treatment = Block(&["text"]);
const PAGES: Treatment = Block(&["text", "image"]);

pub(super) const REQUEST: &[Row] = &[
    Row("", Use(ONE_READING)),
    Row("max_tokens", Number),
    Row("temperature", Number),
    Row("top_p", Number),
    Row("top_k", Number),
    Row("system", Text { who: Always(Role::System), flows: true }),
    Row("system[].type", TEXTS),
    Row("system[].text", Text { who: Always(Role::System), flows: true }),
    Row("system[].cache_control", Use(CACHE)),
    Row("messages[].role", Words(&["user", "assistant", "system"])),
    Row("messages[].content", SAID),
    Row("messages[].content[]", Use(BLOCK)),
    Row("metadata", SETTINGS),
    Row("metadata.user_id", SETTING),
    Row("stop_sequences[]", STOP),
    Row("service_tier", Words(&["auto", "standard_only"])),
    Row("inference_geo", SETTING),
    Row("container", Reference(Modality::File)),
    Row("container.id", Reference(Modality::File)),
    Row("container.skills", SETTINGS),
    Row("mcp_servers", SETTINGS),
    Row("context_management", SETTINGS),
    Row("thinking.type", Words(&["enabled", "disabled", "adaptive"])),
    Row("thinking.budget_tokens", Number),
    Row("thinking.display", Words(&["summarized", "omitted"])),
    Row("tool_choice.type", Words(&["auto", "any", "tool", "none"])),
    Row("tool_choice.name", DEFINITION),
    Row("tool_choice.disable_parallel_tool_use", SWITCH),
    Row("tools[]", Free(Always(Role::Definition))),
    Row("tools[].type", Words(&["custom"])),
    Row("tools[].name", DEFINITION),
    Row("tools[].description", DEFINITION),
    Row("tools[].input_schema", Schema),
    Row("tools[].strict", SWITCH),
    Row("tools[].cache_control", Use(CACHE)),
    Row("output_config.effort", EFFORTS),
    Row("output_config.format.type", Words(&["json_schema"])),
    Row("output_config.format.schema", Schema),
    Row("output_format.type", Words(&["json_schema"])),
    Row("output_format.schema", Schema),
];

/// A content block, in a request and in an answer.
const BLOCK: &[Row] = &[
    Row("type", BLOCKS),
    Row("text", SAID),
    Row("thinking", SAID),
    Row("signature", Sealed),
    Row("data", Sealed),
    Row("source", Use(SOURCE)),
    Row("source.content", SAID),
    Row("source.content[].type", PAGES),
    Row("source.content[].text", SAID),
    Row("source.content[].source", Use(SOURCE)),
    Row("title", SAID),
    Row("context", SAID),
    Row("citations.enabled", SWITCH),
    Row("citations[]", Use(CITATION)),
    Row("id", SETTING),
    Row("tool_use_id", SETTING),
    Row("file_id", Reference(Modality::File)),
    Row("name", TOOL),
    Row("server_name", TOOL),
    Row("input", Free(Always(Role::Tool))),
    Row("is_error", SWITCH),
    Row("content", RESULT),
    Row("content.type", BLOCKS),
    Row("content[]", Free(Always(Role::Tool))),
    Row("content[].type", BLOCKS),
    Row("content[].text", RESULT),
    Row("content[].title", RESULT),
    Row("content[].source", Use(SOURCE)),
    Row("content[].source.content", RESULT),
    Row("content[].source.content[].type", PAGES),
    Row("content[].source.content[].text", RESULT),
    Row("content[].source.content[].source", Use(SOURCE)),
    Row("content[].encrypted_content", Sealed),
    Row("content[].citations[]", Use(CITATION)),
    Row("content[].content[].type", TEXTS),
    Row("content[].content[].text", RESULT),
    Row("caller.type", Words(&["direct"])),
    Row("cache_control", Use(CACHE)),
];

const SOURCE: &[Row] = &[
    Row("", Text { who: Speaker, flows: false }),
    Row("type", Block(&["base64", "url", "file", "text", "content"])),
    Row("media_type", SETTING),
    Row("data", Source),
    Row("url", Locator(Modality::File)),
    Row("file_id", Reference(Modality::File)),
];

const CITATION: &[Row] = &[
    Row("", Free(Speaker)),
    Row(
        "type",
        Words(&[
            "char_location",
            "page_location",
            "content_block_location",
            "web_search_result_location",
        ]),
    ),
    Row("cited_text", Text { who: Speaker, flows: false }),
    Row("document_index", Number),
    Row("start_char_index", Number),
    Row("end_char_index", Number),
    Row("start_page_number", Number),
    Row("end_page_number", Number),
    Row("start_block_index", Number),
    Row("end_block_index", Number),
    Row("encrypted_index", Sealed),
];

/// A message, whole or as the first event of a stream has it.
const SAID_MESSAGE: &[Row] = &[
    Row("id", SETTING),
    Row("role", Words(&["assistant"])),
    Row("model", SETTING),
    Row("content[]", Use(BLOCK)),
    Row("stop_reason", STOPS),
    Row("stop_sequence", SETTING),
    Row("usage", Meter),
    Row("container.id", SETTING),
    Row("container.expires_at", SETTING),
];

const STOPS: Treatment =
    Words(&["end_turn", "max_tokens", "stop_sequence", "tool_use", "pause_turn", "refusal"]);

pub(super) const ANSWER: &[Row] = &[
    Row("", Use(SAID_MESSAGE)),
    Row("type", EVENTS),
    Row("input_tokens", Number),
    Row("request_id", SETTING),
    Row("error.type", SETTING),
    Row("error.message", Text { who: Always(Role::Unknown), flows: false }),
    Row("message", Use(SAID_MESSAGE)),
    Row("message.type", Words(&["message"])),
    Row("index", Number),
    Row("content_block", Use(BLOCK)),
    Row("delta.type", DELTAS),
    Row("delta.text", SAID),
    Row("delta.thinking", SAID),
    Row("delta.signature", Sealed),
    Row("delta.partial_json", Json(Role::Tool)),
    Row("delta.citation", Use(CITATION)),
    Row("delta.stop_reason", STOPS),
    Row("delta.stop_sequence", SETTING),
];

const EVENTS: Treatment = Words(&[
    "message",
    "error",
    "ping",
    "message_start",
    "message_delta",
    "message_stop",
    "content_block_start",
    "content_block_delta",
    "content_block_stop",
]);

const DELTAS: Treatment = Words(&[
    "text_delta",
    "thinking_delta",
    "signature_delta",
    "input_json_delta",
    "citations_delta",
]);
