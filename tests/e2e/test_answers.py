"""Answers are judged too: direction is a fact of the policy, so an answer can pass, be masked, or be cut."""

from __future__ import annotations

import json

import anthropic
import openai
import pytest

from support.answers import Tool, call_tools, held, pieces_of, raw, say
from support.contract import find
from support.provider import Gate
from support.values import CLEAN, EMAIL, IBAN, aws_key
from support.wire import CurlFailed, curl

TALK = [{"role": "user", "content": CLEAN}]
SECRET = aws_key(21)


def streamed(gateway, path: str) -> bytes:
    body = {"model": "m", "max_tokens": 9, "stream": True, "messages": TALK}
    return curl(gateway.url() + path, json.dumps(body).encode()).body


CHARSETS = ["charset=utf-7", 'charset="utf-16"', "charset*=utf-8''utf-7", 'charset="utf-8', "CHARSET = latin1"]


@pytest.mark.parametrize("charset", CHARSETS)
@pytest.mark.parametrize("kind", ["application/json", "text/event-stream"])
def test_an_answer_in_another_charset_does_not_come_in(gateway, foreign, kind, charset):
    answer = b'{"choices":[{"index":0,"message":{"role":"assistant","content":"+AEE-KIA"},"finish_reason":"stop"}]}'
    whole = kind.endswith("json")
    foreign.answers(raw(answer if whole else b"data: " + answer + b"\n\n", content_type=f"{kind}; {charset}"))
    body = {"model": "m", "stream": not whole, "messages": TALK}
    reply = curl(gateway.url() + "/v1/chat/completions", json.dumps(body).encode())
    assert reply.status == 502 and find(json.loads(reply.body), "code") == "answer-unreadable" and b"KIA" not in reply.body


def test_a_person_in_an_answer_may_pass(gateway, foreign):
    foreign.answers(say(f"Ask {EMAIL}."))
    assert gateway.openai().chat.completions.create(model="m", messages=TALK).choices[0].message.content == f"Ask {EMAIL}."


@pytest.mark.parametrize("every", [None, 1, 4])
def test_an_account_in_an_answer_is_masked(gateway, foreign, every):
    foreign.always(say(f"Pay to {IBAN} today.", every=every))
    whole = gateway.openai().chat.completions.create(model="m", messages=TALK).choices[0].message.content
    pieces = gateway.openai().chat.completions.create(model="m", messages=TALK, stream=True)
    text = "".join(chunk.choices[0].delta.content or "" for chunk in pieces)
    with gateway.anthropic().messages.stream(model="m", max_tokens=9, messages=TALK) as stream:
        other = stream.get_final_text()
    for told in (whole, text, other):
        assert told.startswith("Pay to ") and told.endswith(" today.") and IBAN not in told
        assert IBAN.replace(" ", "")[4:20] not in told.replace(" ", "")


def test_a_secret_in_an_answer_is_refused(gateway, foreign):
    foreign.always(say(f"Use {SECRET}."))
    with pytest.raises(openai.APIStatusError) as told:
        gateway.openai().chat.completions.create(model="m", messages=TALK)
    assert find(told.value.body, "rule") == "secrets-never-leave" and SECRET not in str(told.value.body)
    with pytest.raises(anthropic.APIStatusError) as told:
        gateway.anthropic().messages.create(model="m", max_tokens=9, messages=TALK)
    assert SECRET not in str(told.value.body)


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages"])
@pytest.mark.parametrize("every", [None, 1, 5])
def test_a_secret_in_a_stream_cuts_it_with_an_error_event(gateway, foreign, path, every):
    foreign.always(say(f"Well, the key is {SECRET}, said the model.", every=every))
    try:
        events = streamed(gateway, path)
    except CurlFailed as cut:
        pytest.fail(f"the stream broke instead of ending with an error event: {cut}")
    texts = "".join(
        (d.get("choices") or [{}])[0].get("delta", {}).get("content") or d.get("delta", {}).get("text") or ""
        for d in (json.loads(line[6:]) for line in events.decode().splitlines() if line.startswith("data: {"))
    )
    assert SECRET[:8] not in texts and "said the model" not in texts
    assert b'"error"' in events and b"secrets-never-leave" in events
    assert b"[DONE]" not in events and b"message_stop" not in events


def test_a_secret_in_tool_arguments_is_cut_too(gateway, foreign):
    foreign.always(call_tools([Tool("run", json.dumps({"key": SECRET}), "a")], every=2))
    events = streamed(gateway, "/v1/chat/completions")
    assert b"secrets-never-leave" in events and SECRET.encode() not in events
    foreign.always(call_tools([Tool("run", json.dumps({"key": SECRET}), "a")]))
    with pytest.raises(openai.APIStatusError):
        gateway.openai().chat.completions.create(model="m", messages=TALK)


def test_the_outcome_tells_that_the_answer_was_cut(gateway, foreign):
    before = len(gateway.outcomes())
    foreign.answers(say(f"Use {SECRET}."))
    with pytest.raises(openai.APIStatusError):
        gateway.openai().chat.completions.create(model="m", messages=TALK)
    (outcome,) = gateway.outcomes(before + 1)[before:]
    assert "secrets-never-leave" in json.dumps(outcome)


@pytest.mark.parametrize("what", [SECRET, IBAN])
def test_a_value_in_two_pieces_never_comes_through(gateway, foreign, what):
    """The second piece goes on past the value, so that nothing is left to decide when it comes."""
    text = f"Well, the value is {what}, said the model in a longer sentence. And more follows"
    start = text.index(what)
    for cut in range(start, start + len(what) + 1, 3):
        foreign.always(say(text, at=[cut]))
        for path in ("/v1/chat/completions", "/v1/messages"):
            events = streamed(gateway, path)
            texts = "".join(
                (d.get("choices") or [{}])[0].get("delta", {}).get("content") or d.get("delta", {}).get("text") or ""
                for d in (json.loads(line[6:]) for line in events.decode().splitlines() if line.startswith("data: {"))
            )
            assert what not in texts and what[10:] not in texts, (cut, path)
            assert "[FINANCIAL]" in texts if what == IBAN else b"secrets-never-leave" in events


def chunk(delta: dict, choice: int = 0, finish: str | None = None) -> bytes:
    choices = [{"index": choice, "delta": delta, "finish_reason": finish}]
    body = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": choices}
    return b"data: " + json.dumps(body).encode() + b"\n\n"


def call(arguments: str) -> dict:
    return {"tool_calls": [{"index": 0, "id": "a", "type": "function", "function": {"name": "f", "arguments": arguments}}]}


@pytest.mark.parametrize(
    "first, then",
    [
        (chunk({"content": "Let me look that up"}), chunk(call("some word "))),
        (chunk({"reasoning_content": "I think so"}), chunk({"content": "some word "})),
    ],
    ids=["text then call", "reasoning then answer"],
)
def test_text_flows_while_it_comes(gateway, foreign, first, then):
    frames = [first, *[then] * 40, chunk({}, finish="stop"), b"data: [DONE]\n\n"]
    gate = Gate()
    script = raw(b"".join(frames), content_type="text/event-stream", pieces=frames, framing="chunked")
    foreign.answers(held(script, piece41=gate))
    stream = iter(gateway.openai().chat.completions.create(model="m", messages=TALK, stream=True))
    seen = [next(stream) for _ in range(38)]
    gate.open()
    assert len(seen) + len(list(stream)) == 42


def two_choices(cut: int) -> list[bytes]:
    """Two choices that come in turn, each cut everywhere and in the middle of words."""
    rows = [[chunk({"content": piece}, choice) for piece in pieces_of(text, cut)] for choice, text in enumerate(CHOICES)]
    turns = [row[at] for at in range(max(map(len, rows))) for row in rows if at < len(row)]
    return [*turns, chunk({}, 0, "stop"), chunk({}, 1, "stop"), b"data: [DONE]\n\n"]


CHOICES = ["Dear Anna, it costs 4111 euros [soon", "No, the 12 men said that they would wait for [PERSONAL"]


@pytest.mark.parametrize("cut", [1, 2, 3, 7, 100])
def test_choices_that_come_in_turn_return_byte_for_byte(gateway, foreign, cut):
    frames = two_choices(cut)
    foreign.answers(raw(b"".join(frames), content_type="text/event-stream", pieces=frames, framing="chunked"))
    assert streamed(gateway, "/v1/chat/completions") == b"".join(frames)


def test_choices_that_come_in_turn_flow_while_they_come(gateway, foreign):
    # Words without digits: what may be a number of something waits for the words behind it.
    words = [chr(ord("a") + number // 2) * 5 for number in range(40)]
    frames = [chunk({"content": f" {word}"}, number % 2) for number, word in enumerate(words)]
    frames += [chunk({}, 0, "stop"), chunk({}, 1, "stop"), b"data: [DONE]\n\n"]
    gate = Gate()
    script = raw(b"".join(frames), content_type="text/event-stream", pieces=frames, framing="chunked")
    foreign.answers(held(script, piece40=gate))
    stream = iter(gateway.openai().chat.completions.create(model="m", messages=TALK, stream=True, n=2))
    seen = [next(stream).choices[0].index for _ in range(34)]
    gate.open()
    seen += [chunk.choices[0].index for chunk in stream]
    assert seen == [*[0, 1] * 20, 0, 1]


def test_an_event_that_cannot_be_read_cuts_the_stream(gateway, foreign):
    frames = [chunk({"content": "so "}), b'data: {"id":1,"id":2,"choices":[]}\n\n', b"data: [DONE]\n\n"]
    foreign.always(raw(b"".join(frames), content_type="text/event-stream", pieces=frames))
    events = streamed(gateway, "/v1/chat/completions")
    assert b'"error"' in events and b'"id":2' not in events and b"[DONE]" not in events
