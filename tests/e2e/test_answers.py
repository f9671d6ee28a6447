"""Answers are judged too: direction is a fact of the policy, so an answer can pass, be masked, or be cut."""

from __future__ import annotations

import json

import anthropic
import openai
import pytest

from support.answers import Tool, call_tools, say
from support.contract import find
from support.values import CLEAN, EMAIL, IBAN, aws_key
from support.wire import CurlFailed, curl

TALK = [{"role": "user", "content": CLEAN}]
SECRET = aws_key(21)


def streamed(gateway, path: str) -> bytes:
    body = {"model": "m", "max_tokens": 9, "stream": True, "messages": TALK}
    return curl(gateway.url() + path, json.dumps(body).encode()).body


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
