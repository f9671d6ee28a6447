"""Providers that are dead, unknown, lying or gone half way: the client gets an error of its dialect, and never a wrong answer."""

from __future__ import annotations

import json
import socket
import time

import anthropic
import openai
import pytest

from support.answers import changed, fail, raw, say
from support.contract import find
from support.provider import Provider
from support.values import CLEAN, EMAIL
from support.wire import CurlFailed, curl

TALK = [{"role": "user", "content": CLEAN}]
CHAT = "/v1/chat/completions"


def chat_body(text: str = CLEAN, **more) -> bytes:
    return json.dumps({"model": "m", "messages": [{"role": "user", "content": text}], **more}).encode()


def everywhere(url: str) -> dict[str, str]:
    return {name: url for name in ("foreign", "foreign-messages", "home-chat", "home-messages")}


@pytest.fixture
def dead_port():
    """A port on which nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    return port


def test_a_dead_provider_is_a_502_in_the_dialect(start, dead_port):
    gateway = start(destinations=everywhere(f"http://127.0.0.1:{dead_port}"))
    with pytest.raises(openai.InternalServerError) as told:
        gateway.openai().chat.completions.create(model="m", messages=TALK)
    assert told.value.status_code in (502, 503) and find(told.value.body, "code")
    with pytest.raises(anthropic.InternalServerError) as told:
        gateway.anthropic().messages.create(model="m", max_tokens=9, messages=TALK)
    assert told.value.body["type"] == "error"
    assert len(gateway.outcomes(2)) == 2


def test_a_name_that_does_not_exist_is_a_502(start):
    gateway = start(destinations=everywhere("https://no-such-name.foreign.test:4443"))
    reply = curl(gateway.url() + CHAT, chat_body())
    assert reply.status in (502, 503) and find(json.loads(reply.body), "code")


def test_a_provider_that_comes_back_is_used_again(start, dead_port):
    gateway = start(destinations=everywhere(f"http://127.0.0.1:{dead_port}"))
    assert curl(gateway.url() + CHAT, chat_body()).status in (502, 503)
    with Provider("back", port=dead_port) as back:
        back.always(say("back again"))
        for _ in range(100):  # A breaker may keep it out for a moment.
            reply = curl(gateway.url() + CHAT, chat_body())
            if reply.status == 200:
                break
            time.sleep(0.1)
        assert reply.status == 200


@pytest.mark.parametrize("piece", [1, 3, 5])
def test_a_reset_inside_a_stream_is_not_an_end(gateway, foreign, piece):
    """The client must notice: no `[DONE]`, no finish reason, an error event or a broken connection."""
    foreign.answers(changed(say("abcdef", every=1), reset_before=piece))
    try:
        body = curl(gateway.url() + CHAT, chat_body(stream=True)).body
    except CurlFailed:
        return
    assert b"[DONE]" not in body and b'"error"' in body


@pytest.mark.parametrize("piece", [2, 4])
def test_the_messages_sdk_notices_a_reset(gateway, foreign, piece):
    foreign.answers(changed(say("abcdef", every=1), reset_before=piece))
    with pytest.raises(Exception):
        with gateway.anthropic().messages.stream(model="m", max_tokens=9, messages=TALK) as stream:
            stream.get_final_message()


def test_a_reset_before_the_head_is_a_502(gateway, foreign):
    foreign.always(changed(say("x"), reset_before=-1))
    reply = curl(gateway.url() + CHAT, chat_body())
    assert reply.status == 502 and find(json.loads(reply.body), "code")


def test_a_reset_inside_a_whole_answer_is_no_answer(gateway, foreign):
    foreign.always(changed(say("x"), reset_before=0))
    try:
        assert curl(gateway.url() + CHAT, chat_body()).status == 502
    except CurlFailed as cut:
        assert cut.code in (18, 52, 56)


@pytest.mark.parametrize("declared", [1, 5, 100_000])
def test_a_lying_content_length_gives_no_wrong_answer(gateway, foreign, declared):
    foreign.always(changed(say("The tides turn."), declared=declared))
    try:
        reply = curl(gateway.url() + CHAT, chat_body())
    except CurlFailed:
        return
    assert reply.status >= 400  # Too short is no JSON, so an unread answer; too long never ends.


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308])
def test_a_redirect_is_neither_followed_nor_passed_on(gateway, foreign, home, status):
    """Following would send the request where nobody judged it, and a client's library follows by itself."""
    home.always(say("never"))
    foreign.answers(raw(b"{}" if status != 304 else b"", status, headers=[("location", home.url() + CHAT)]))
    reply = curl(gateway.url() + CHAT, chat_body())
    assert reply.status == 502 and find(json.loads(reply.body), "code") == "upstream-redirect"
    assert reply.header("location") is None
    assert home.saw_nothing


@pytest.mark.parametrize("status", [307, 308])
def test_the_sdks_are_not_led_elsewhere(gateway, foreign, home, status):
    """Both SDKs follow redirects and would send the prompt, as the person wrote it, past the gateway."""
    home.always(say("stolen"))
    foreign.always(raw(b"{}", status, headers=[("location", home.url() + CHAT)]))
    with pytest.raises(openai.InternalServerError):
        gateway.openai().chat.completions.create(model="m", messages=[{"role": "user", "content": f"Write to {EMAIL}"}])
    with pytest.raises(anthropic.InternalServerError):
        gateway.anthropic().messages.create(model="m", max_tokens=9, messages=[{"role": "user", "content": f"Write to {EMAIL}"}])
    assert home.saw_nothing


def test_an_error_that_quotes_the_prompt_is_restored_or_hidden(gateway, foreign):
    """Providers echo parts of the request in errors; what comes back to the client is its own text, not a token."""
    def quoting(seen):
        body = {"error": {"message": f"bad content: {seen.json['messages'][0]['content']}", "type": "x", "code": "y", "param": None}}
        return raw(json.dumps(body).encode(), 400)(seen)

    foreign.answers(quoting)
    reply = curl(gateway.url() + CHAT, chat_body(f"Write to {EMAIL}"))
    assert reply.status == 400
    assert EMAIL in reply.body.decode()


def test_an_event_stream_with_an_error_event_passes(gateway, foreign):
    events = b'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n'
    foreign.answers(raw(events, content_type="text/event-stream", framing="chunked"))
    body = json.dumps({"model": "m", "max_tokens": 9, "stream": True, "messages": TALK}).encode()
    assert curl(gateway.url() + "/v1/messages", body).body == events


def test_not_json_is_not_restored_blindly(gateway, foreign):
    """An HTML page of some middlebox instead of JSON: an error or the page, but the gateway stays up."""
    foreign.answers(raw(b"<html>bad gateway</html>", 502, "text/html"), say("ok"))
    assert curl(gateway.url() + CHAT, chat_body()).status == 502
    assert curl(gateway.url() + CHAT, chat_body()).status == 200


def test_a_retry_is_decided_and_recorded_again_or_not_made(gateway, foreign):
    """However often the gateway asks the provider, each of its requests has a decision that came before."""
    before = len(gateway.decisions())
    foreign.always(fail(500, "server_error"))
    curl(gateway.url() + CHAT, chat_body())
    assert len(gateway.decisions()) - before >= len(foreign.requests)
