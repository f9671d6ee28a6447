"""Scripted answers in both dialects, streamed or whole, as the real providers write them.

`say`, `echo` and `call_tools` look at the request to choose dialect and form, so one script serves both providers.
The texts are written the way each vendor spells its events (field order, `event:` lines, `[DONE]`), because the gateway must
pass them byte for byte.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass, replace

from .provider import Answer, Gate, Script, Seen

CREATED = 1_790_000_000


@dataclass
class Tool:
    """One call of a tool; `arguments` is JSON source text, spelled as the model spells it."""

    name: str
    arguments: str
    id: str = "call_1"


def pieces_of(text: str, every: int | None = None, at: list[int] | None = None) -> list[str]:
    """Cuts a text: every N characters, or at the given character positions, or not at all."""
    if every:
        return [text[start : start + every] for start in range(0, len(text), every)] or [""]
    edges = [0, *sorted(set(at or [])), len(text)]
    return [text[left:right] for left, right in zip(edges, edges[1:])]


# --- scripts --------------------------------------------------------------------------------------------------------
def say(text: str, every: int | None = None, at: list[int] | None = None) -> Script:
    """Answers with this text, streamed in pieces when the request asks for a stream."""
    return lambda seen: _dialect(seen).text(seen, pieces_of(text, every, at))


def echo(every: int | None = None, at: list[int] | None = None, wrap=lambda text: text) -> Script:
    """Answers with what it saw: the text of the last user message, so a token comes back."""
    return lambda seen: _dialect(seen).text(seen, pieces_of(wrap(last_user_text(seen)), every, at))


def call_tools(tools, every: int | None = None, interleave: bool = False) -> Script:
    """Answers with (parallel) tool calls. `tools` is a list of `Tool`, or a function from what was seen to one."""

    def script(seen: Seen) -> Answer:
        wanted = tools(seen) if callable(tools) else tools
        return _dialect(seen).tools(seen, wanted, every, interleave)

    return script


def raw(body: bytes, status: int = 200, content_type: str = "application/json", **more) -> Script:
    """Answers with exactly these bytes."""
    more = dict(more)
    headers = [("content-type", content_type), *more.pop("headers", [])]
    pieces = more.pop("pieces", [body])
    return lambda seen: Answer(status, headers, pieces, **more)


def fail(status: int, code: str = "rate_limit_exceeded", headers=()) -> Script:
    """Answers with an error in the dialect."""

    def script(seen: Seen) -> Answer:
        if _dialect(seen) is Anthropic:
            error = {"type": "error", "error": {"type": code, "message": "The provider says no."}}
        else:
            error = {"error": {"message": "The provider says no.", "type": code, "param": None, "code": code}}
        return Answer(status, [("content-type", "application/json"), *headers], [json.dumps(error).encode()])

    return script


def changed(script: Script, **fields) -> Script:
    """The same answer with other fields: `changed(say("x"), reset_before=3)`."""
    return lambda seen: replace(script(seen), **fields)


def with_headers(script: Script, *headers: tuple[str, str]) -> Script:
    """The same answer with more headers."""

    def script_with(seen: Seen) -> Answer:
        answer = script(seen)
        return replace(answer, headers=[*answer.headers, *headers])

    return script_with


def cut_bytes(script: Script, *positions: int) -> Script:
    """The same bytes, but written in pieces cut at these byte positions, wherever an event ends."""

    def script_cut(seen: Seen) -> Answer:
        answer = script(seen)
        edges = [0, *sorted(p for p in set(positions) if 0 < p < len(answer.body)), len(answer.body)]
        return replace(answer, pieces=[answer.body[left:right] for left, right in zip(edges, edges[1:])])

    return script_cut


def held(script: Script, **gates: Gate) -> Script:
    """The same answer with doors: `held(say("x", every=1), piece3=gate, head=other)`."""

    def script_held(seen: Seen) -> Answer:
        answer = script(seen)
        doors = {int(name.removeprefix("piece")): gate for name, gate in gates.items() if name != "head"}
        return replace(answer, gates=doors, head_gate=gates.get("head"))

    return script_held


def gzipped(script: Script) -> Script:
    """The same answer compressed, asked for or not."""

    def script_gzip(seen: Seen) -> Answer:
        answer = script(seen)
        return replace(answer, headers=[*answer.headers, ("content-encoding", "gzip")], pieces=[gzip.compress(answer.body)])

    return script_gzip


# --- reading the request --------------------------------------------------------------------------------------------
def last_user_text(seen: Seen) -> str:
    """The text of the last user message (string or text parts), or of the last tool result."""
    for message in reversed(seen.json["messages"]):
        if message["role"] in ("user", "tool"):
            return text_of(message["content"])
    return ""


def text_of(content) -> str:
    if isinstance(content, str):
        return content
    texts = []
    for part in content:
        if part.get("type") == "text":
            texts.append(part["text"])
        elif part.get("type") == "tool_result":
            texts.append(text_of(part["content"]))
    return "".join(texts)


def wants_stream(seen: Seen) -> bool:
    return bool(seen.json.get("stream"))


def _dialect(seen: Seen):
    path = seen.path.split("?")[0]
    return Anthropic if path.endswith("/messages") or path.endswith("/count_tokens") else OpenAi


def compact(value) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


# --- the dialects ---------------------------------------------------------------------------------------------------
class OpenAi:
    """Chat completions, as api.openai.com spells them."""

    id = "chatcmpl-standin1"

    @classmethod
    def text(cls, seen: Seen, pieces: list[str]) -> Answer:
        if not wants_stream(seen):
            return cls._whole(seen, {"role": "assistant", "content": "".join(pieces), "refusal": None}, "stop")
        deltas = [{"role": "assistant", "content": "", "refusal": None}, *({"content": piece} for piece in pieces)]
        return cls._stream(seen, deltas, "stop")

    @classmethod
    def tools(cls, seen: Seen, tools: list[Tool], every: int | None, interleave: bool) -> Answer:
        if not wants_stream(seen):
            calls = [{"id": t.id, "type": "function", "function": {"name": t.name, "arguments": t.arguments}} for t in tools]
            return cls._whole(seen, {"role": "assistant", "content": None, "tool_calls": calls}, "tool_calls")
        deltas: list[dict] = [{"role": "assistant", "content": None}]
        for index, tool in enumerate(tools):
            call = {"index": index, "id": tool.id, "type": "function", "function": {"name": tool.name, "arguments": ""}}
            deltas.append({"tool_calls": [call]})
            if not interleave:
                deltas += [cls._arguments(index, piece) for piece in pieces_of(tool.arguments, every)]
        if interleave:
            rows = [pieces_of(tool.arguments, every) for tool in tools]
            for step in range(max(map(len, rows))):
                deltas += [cls._arguments(index, row[step]) for index, row in enumerate(rows) if step < len(row)]
        return cls._stream(seen, deltas, "tool_calls")

    @staticmethod
    def _arguments(index: int, piece: str) -> dict:
        return {"tool_calls": [{"index": index, "function": {"arguments": piece}}]}

    @classmethod
    def _whole(cls, seen: Seen, message: dict, finish: str) -> Answer:
        body = {
            "id": cls.id, "object": "chat.completion", "created": CREATED, "model": seen.json["model"],
            "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": finish}],
            "usage": {"prompt_tokens": 9, "completion_tokens": 12, "total_tokens": 21},
            "system_fingerprint": "fp_standin",
        }  # fmt: skip
        return Answer(200, [("content-type", "application/json")], [json.dumps(body, indent=2, ensure_ascii=False).encode()])

    @classmethod
    def _stream(cls, seen: Seen, deltas: list[dict], finish: str) -> Answer:
        def chunk(choices: list, **more) -> bytes:
            event = {
                "id": cls.id, "object": "chat.completion.chunk", "created": CREATED, "model": seen.json["model"],
                "system_fingerprint": "fp_standin", "choices": choices, **more,
            }  # fmt: skip
            return f"data: {compact(event)}\n\n".encode()

        def choice(delta: dict, reason: str | None) -> dict:
            return {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}

        events = [chunk([choice(delta, None)]) for delta in deltas]
        events.append(chunk([choice({}, finish)]))
        if (seen.json.get("stream_options") or {}).get("include_usage"):
            events.append(chunk([], usage={"prompt_tokens": 9, "completion_tokens": 12, "total_tokens": 21}))
        events.append(b"data: [DONE]\n\n")
        return Answer(200, [("content-type", "text/event-stream; charset=utf-8")], events, framing="chunked")


class Anthropic:
    """Messages, as api.anthropic.com spells them."""

    id = "msg_standin1"

    @classmethod
    def text(cls, seen: Seen, pieces: list[str]) -> Answer:
        if not wants_stream(seen):
            return cls._whole(seen, [{"type": "text", "text": "".join(pieces)}], "end_turn")
        events = cls._block(0, {"type": "text", "text": ""}, [{"type": "text_delta", "text": piece} for piece in pieces])
        return cls._stream(seen, events, "end_turn")

    @classmethod
    def tools(cls, seen: Seen, tools: list[Tool], every: int | None, interleave: bool) -> Answer:
        if not wants_stream(seen):
            blocks = [{"type": "tool_use", "id": t.id, "name": t.name, "input": json.loads(t.arguments)} for t in tools]
            return cls._whole(seen, blocks, "tool_use")
        events: list[tuple[str, dict]] = []
        for index, tool in enumerate(tools):
            start = {"type": "tool_use", "id": tool.id, "name": tool.name, "input": {}}
            pieces = ["", *pieces_of(tool.arguments, every)]
            events += cls._block(index, start, [{"type": "input_json_delta", "partial_json": piece} for piece in pieces])
        return cls._stream(seen, events, "tool_use")

    @staticmethod
    def _block(index: int, start: dict, deltas: list[dict]) -> list[tuple[str, dict]]:
        return [
            ("content_block_start", {"type": "content_block_start", "index": index, "content_block": start}),
            *(("content_block_delta", {"type": "content_block_delta", "index": index, "delta": delta}) for delta in deltas),
            ("content_block_stop", {"type": "content_block_stop", "index": index}),
        ]

    @classmethod
    def _message(cls, seen: Seen, content: list, stop: str | None) -> dict:
        return {
            "id": cls.id, "type": "message", "role": "assistant", "model": seen.json["model"], "content": content,
            "stop_reason": stop, "stop_sequence": None, "usage": {"input_tokens": 9, "output_tokens": 12},
        }  # fmt: skip

    @classmethod
    def _whole(cls, seen: Seen, content: list, stop: str) -> Answer:
        return Answer(200, [("content-type", "application/json")], [compact(cls._message(seen, content, stop)).encode()])

    @classmethod
    def _stream(cls, seen: Seen, events: list[tuple[str, dict]], stop: str) -> Answer:
        told = [
            ("message_start", {"type": "message_start", "message": cls._message(seen, [], None)}),
            ("ping", {"type": "ping"}),
            *events,
            ("message_delta", {
                "type": "message_delta", "delta": {"stop_reason": stop, "stop_sequence": None}, "usage": {"output_tokens": 12},
            }),
            ("message_stop", {"type": "message_stop"}),
        ]  # fmt: skip
        pieces = [f"event: {name}\ndata: {compact(data)}\n\n".encode() for name, data in told]
        return Answer(200, [("content-type", "text/event-stream; charset=utf-8")], pieces, framing="chunked")
