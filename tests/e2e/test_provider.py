"""The stand-in provider itself, asked directly by the real clients: if these pass, only the gateway can be wrong."""

from __future__ import annotations

import json

import anthropic
import openai
import pytest

from support import wire
from support.answers import (
    Tool, call_tools, changed, cut_bytes, echo, fail, gzipped, held, pieces_of, raw, say, with_headers,
)  # fmt: skip
from support.provider import Gate, Provider
from support.wire import Talk, curl

TEXT = 'Grüße, „Anna“ 👩‍⚕️ \\ "quoted"'
TOOLS = [
    Tool("find_person", '{"name":"Anna \\"Änni\\" Berger","path":"C:\\\\x"}', "call_a"),
    Tool("send_mail", '{"to":["a@b.at"],"text":"👩‍⚕️ \\u00e9"}', "call_b"),
]


@pytest.fixture(scope="module", params=["http", "h1-tls", "h2-tls"])
def running(request, authority):
    tls = None if request.param == "http" else authority.issue("127.0.0.1", "localhost")
    alpn = ("h2", "http/1.1") if request.param == "h2-tls" else ("http/1.1",)
    with Provider("standin", tls, alpn) as provider:
        provider.ca = authority.ca
        yield provider


@pytest.fixture
def provider(running):
    running.reset()
    return running


@pytest.fixture
def chat(provider):
    return openai.OpenAI(base_url=provider.url() + "/v1", api_key="sk-x", max_retries=0, timeout=15, http_client=_client(openai, provider))


@pytest.fixture
def messages(provider):
    return anthropic.Anthropic(base_url=provider.url(), api_key="sk-x", max_retries=0, timeout=15, http_client=_client(anthropic, provider))


def _client(sdk, provider):
    import ssl

    context = ssl.create_default_context(cafile=str(provider.ca))
    return sdk.DefaultHttpxClient(verify=context, http2="h2" in provider._alpn and bool(provider._certificate))


def ask_chat(client, **more):
    return client.chat.completions.create(model="m", messages=[{"role": "user", "content": TEXT}], **more)


def ask_messages(client, **more):
    return client.messages.create(model="m", max_tokens=99, messages=[{"role": "user", "content": TEXT}], **more)


@pytest.mark.parametrize("every", [None, 1, 7])
def test_text_whole_and_streamed_in_both_dialects(provider, chat, messages, every):
    provider.always(echo(every=every))

    assert ask_chat(chat).choices[0].message.content == TEXT
    assert "".join(c.choices[0].delta.content or "" for c in ask_chat(chat, stream=True)) == TEXT
    assert ask_messages(messages).content[0].text == TEXT
    with messages.messages.stream(model="m", max_tokens=9, messages=[{"role": "user", "content": TEXT}]) as stream:
        assert stream.get_final_message().content[0].text == TEXT


@pytest.mark.parametrize("every", [None, 1, 5])
@pytest.mark.parametrize("interleave", [False, True])
def test_parallel_tools_whole_and_streamed(provider, chat, messages, every, interleave):
    provider.always(call_tools(TOOLS, every=every, interleave=interleave))
    wanted = [(tool.name, json.loads(tool.arguments)) for tool in TOOLS]

    whole = ask_chat(chat).choices[0].message.tool_calls
    assert [(c.function.name, json.loads(c.function.arguments)) for c in whole] == wanted
    with chat.chat.completions.stream(model="m", messages=[{"role": "user", "content": TEXT}]) as stream:
        calls = stream.get_final_completion().choices[0].message.tool_calls
    assert [(c.function.name, json.loads(c.function.arguments)) for c in calls] == wanted
    assert [(b.name, b.input) for b in ask_messages(messages).content] == wanted
    with messages.messages.stream(model="m", max_tokens=9, messages=[{"role": "user", "content": TEXT}]) as stream:
        assert [(b.name, b.input) for b in stream.get_final_message().content] == wanted


def test_what_arrives_is_kept_byte_for_byte(provider):
    provider.always(say("yes"))
    body = b'{ "model":"m",\t"messages" : [ ] , "x":1.0e3}'
    curl(provider.url() + "/v1/chat/completions?a=%20b", body, [("x-one", "1")], "--cacert", str(provider.ca))

    seen = provider.only
    assert seen.body == body and seen.path == "/v1/chat/completions?a=%20b" and seen.header("x-one") == "1"
    assert body in provider.everything and not provider.saw_nothing


def test_errors_become_the_sdks_exceptions(provider, chat, messages):
    provider.always(fail(429, headers=[("retry-after", "7")]))
    with pytest.raises(openai.RateLimitError) as told:
        ask_chat(chat)
    assert told.value.response.headers["retry-after"] == "7"
    with pytest.raises(anthropic.RateLimitError):
        ask_messages(messages)
    provider.always(fail(500, "server_error"))
    with pytest.raises(openai.InternalServerError):
        ask_chat(chat)


def test_gzip_headers_and_cuts(provider, chat):
    provider.always(with_headers(gzipped(say(TEXT)), ("x-standin", "1")))
    answer = chat.chat.completions.with_raw_response.create(model="m", messages=[])
    assert answer.headers["x-standin"] == "1" and answer.parse().choices[0].message.content == TEXT
    provider.always(cut_bytes(say(TEXT, every=3), 1, 50, 51, 200, 777))
    assert "".join(c.choices[0].delta.content or "" for c in ask_chat(chat, stream=True)) == TEXT


def test_a_stream_waits_at_its_gate(provider, chat):
    gate = Gate()
    provider.always(held(say("abc", every=1), piece2=gate))
    stream = iter(ask_chat(chat, stream=True))
    assert next(stream).choices[0].delta.content == ""
    assert next(stream).choices[0].delta.content == "a"
    assert not provider.only.finished.is_set()
    gate.open()
    assert "".join(c.choices[0].delta.content or "" for c in stream) == "bc"
    assert provider.only.finished.wait(5)


def test_a_reset_reaches_the_client_and_an_abort_reaches_the_provider(provider, chat):
    provider.answers(changed(say("abc", every=1), reset_before=2))
    with pytest.raises(Exception) as told:
        list(ask_chat(chat, stream=True))
    assert "httpx" in type(told.value).__module__ or isinstance(told.value, openai.APIError)

    provider.reset()
    provider.answers(held(say("abc", every=1), piece2=Gate()))
    stream = ask_chat(chat, stream=True)
    next(iter(stream))
    stream.close()
    chat.close()  # The h2 client library sends no reset for a closed stream; closing the connection is its abort.
    assert provider.only.gone.wait(10)


def test_a_lying_length_is_a_broken_body(provider):
    provider.answers(changed(say("abc"), declared=5000))
    with pytest.raises(wire.CurlFailed) as told:
        curl(provider.url() + "/v1/chat/completions", b'{"model":"m","messages":[]}', (), "--cacert", str(provider.ca))
    assert told.value.code in (18, 92)


def test_expect_continue_chunks_and_reuse():
    with Provider() as provider:
        provider.always(raw(b"{}"))
        with Talk(("127.0.0.1", provider.port)) as talk:
            talk.send(b"POST /x HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n")
            assert talk.until(b"\r\n\r\n").startswith(b"HTTP/1.1 100")
            talk.send(b"hi")
            assert talk.reply().status == 200
            talk.send(b"POST /x HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
            assert talk.reply().body == b"{}"
        first, second = provider.wait(2)
        assert (first.body, second.body, second.raw_body) == (b"hi", b"abc", b"3\r\nabc\r\n0\r\n\r\n")
        assert first.connection == second.connection


def test_pieces():
    assert pieces_of("abcdef", at=[2, 5]) == ["ab", "cde", "f"]
    assert pieces_of("abc", every=2) == ["ab", "c"]
    assert pieces_of("") == [""]
