"""One reading only: what two parsers could read differently is refused in the client's dialect, and nothing leaves."""

from __future__ import annotations

import json

import anthropic
import openai
import pytest

from support.answers import say
from support.contract import UNREADABLE, find
from support.wire import curl

USER = b'"messages":[{"role":"user","content":"tides"}]'
BODIES = {
    "duplicate key": b'{"model":"a","model":"b",' + USER + b"}",
    "duplicate key deep": b'{"model":"a","messages":[{"role":"user","content":"x","content":"y"}]}',
    "duplicate key by escape": b'{"model":"a","mod\\u0065l":"b",' + USER + b"}",
    "trailing data": b'{"model":"a",' + USER + b"} {}",
    "trailing comma": b'{"model":"a",' + USER + b",}",
    "lone surrogate": b'{"model":"a","messages":[{"role":"user","content":"\\ud800"}]}',
    "surrogates reversed": b'{"model":"a","messages":[{"role":"user","content":"\\udc00\\ud800"}]}',
    "invalid utf-8": b'{"model":"a","messages":[{"role":"user","content":"\xff\xfe"}]}',
    "overlong utf-8": b'{"model":"a","messages":[{"role":"user","content":"\xc0\xaf"}]}',
    "raw control character": b'{"model":"a","messages":[{"role":"user","content":"a\nb"}]}',
    "comment": b'{"model":"a",/* x */' + USER + b"}",
    "single quotes": b"{'model':'a'}",
    "nan": b'{"model":"a","temperature":NaN,' + USER + b"}",
    "not json": b"model=a&messages=tides",
    "empty": b"",
    "cut short": b'{"model":"a","messages":[{"role":"user","content":"tid',
    "byte order mark": b'\xef\xbb\xbf{"model":"a",' + USER + b"}",
    "utf-16": '{"model":"a"}'.encode("utf-16"),
    "too deep": b'{"model":"a","x":' + b"[" * 5000 + b"]" * 5000 + b"," + USER + b"}",
    "stream is a string": b'{"model":"a","stream":"yes",' + USER + b"}",
    "model is a list": b'{"model":["a","b"],' + USER + b"}",
}


@pytest.mark.parametrize("kind", BODIES)
@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages"])
def test_refused_with_its_reason_and_nothing_leaves(gateway, foreign, home, kind, path):
    foreign.always(say("never"))
    home.always(say("never"))

    reply = curl(gateway.url() + path, BODIES[kind])

    assert reply.status == UNREADABLE
    told = json.loads(reply.body)
    assert find(told, "code") and find(told, "message")
    if path == "/v1/messages":
        assert told["type"] == "error" and told["error"]["type"] == "invalid_request_error"
    else:
        assert told["error"]["type"] == "invalid_request_error"
    assert foreign.saw_nothing and home.saw_nothing


def test_the_place_is_told_and_the_text_is_not(gateway):
    body = b'{"model":"a","messages":[{"role":"user","content":"quarterly figures","content":"y"}]}'
    reply = curl(gateway.url() + "/v1/chat/completions", body)
    told = reply.body.decode()
    assert "messages[0]" in told and "duplicate" in told.lower()
    assert "quarterly" not in told


@pytest.mark.parametrize("kind", BODIES)
def test_what_helps_is_said_once(gateway, kind):
    told = json.loads(curl(gateway.url() + "/v1/chat/completions", BODIES[kind]).body)
    message, remedy = find(told, "message"), find(told, "remedy")
    assert message.endswith(". " + remedy) and remedy[0].isupper() and remedy.endswith(".")
    assert "help:" not in message and "\n" not in message
    assert "with each key once and nothing after it" not in message, "the words of the table are for who knows no better"


def test_it_is_on_record(gateway):
    before = len(gateway.decisions())
    curl(gateway.url() + "/v1/chat/completions", BODIES["duplicate key"])
    (record,) = gateway.decisions()[before:]
    assert find(record, "action") == "refuse" and find(record, "refusal") == "duplicate-key"


def test_the_sdks_raise_bad_request(gateway):
    talk = [{"role": "user", "content": "tides"}]
    with pytest.raises(openai.BadRequestError):
        gateway.openai().chat.completions.create(model="m", messages=talk, extra_body={"stream": "yes"})
    with pytest.raises(anthropic.BadRequestError):
        gateway.anthropic().messages.create(model="m", max_tokens=9, messages=talk, extra_body={"stream": "yes"})
