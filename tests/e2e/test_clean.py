"""A clean exchange passes byte for byte, both ways, through real clients and by hand."""

from __future__ import annotations

import json

import openai
import pytest

from support.answers import Tool, call_tools, fail, raw, say
from support.values import CLEAN
from support.wire import curl

CHAT, MESSAGES = "/v1/chat/completions", "/v1/messages"
ODD_CHAT = (
    b'\n{ "messages":[ {"role":"system" , "content":"Be brief\\u002e \\ud83c\\udf0a"},\r\n'
    b'\t{"content":[{"type":"text","text":"Gr\xc3\xbc\xc3\x9fe \\/ \\"tides\\""}],"role":"user"} ],'
    b'"temperature":1.0e-1,"top_p":1,"seed":12345678901234567890,"n":1,"logit_bias":{},"model":"gpt-5","x_unknown":{"deep":[null,true,-0.0]} } \n'
)
ODD_MESSAGES = (
    b'{"max_tokens":64 ,"system":[{"type":"text","text":"Be brief.","cache_control":{"type":"ephemeral"}}],'
    b'"messages":[{"role":"user","content":"Tides\\u2026 \\t please"}],\n"model":"claude-x","stop_sequences":["\\n\\nEnd"],"top_k":5}'
)


@pytest.mark.parametrize("path, body", [(CHAT, ODD_CHAT), (MESSAGES, ODD_MESSAGES)])
def test_an_oddly_spelled_request_arrives_as_it_was_sent(gateway, foreign, path, body):
    foreign.answers(say("High water comes twice a day."))

    reply = curl(gateway.url() + path, body)

    assert reply.status == 200
    assert foreign.only.body == body
    assert foreign.only.path == path
    assert foreign.only.header("content-length") == str(len(body))
    assert foreign.only.header("content-type") == "application/json"


@pytest.mark.parametrize("path", [CHAT, MESSAGES])
@pytest.mark.parametrize("stream", [False, True])
def test_the_answer_comes_back_as_it_was_sent(gateway, foreign, path, stream):
    body = {"model": "m", "max_tokens": 9, "stream": stream, "messages": [{"role": "user", "content": CLEAN}]}
    sent = []
    script = say("Grüße 🌊 von \"der\" Küste\n", every=3)
    foreign.answers(lambda seen: sent.append(script(seen)) or sent[0])

    reply = curl(gateway.url() + path, json.dumps(body).encode())

    assert reply.body == sent[0].body
    assert reply.header("content-type") == dict(sent[0].headers)["content-type"]
    if not stream:
        assert reply.header("content-length") == str(len(sent[0].body))


SPELLINGS = {
    "crlf": b'data: {"choices":[{"index":0,"delta":{"content":"Hi"}}]}\r\n\r\ndata: [DONE]\r\n\r\n',
    "no space": b'data:{"choices":[{"index":0,"delta":{"content":"Hi"}}]}\n\ndata:[DONE]\n\n',
    "comments": b': OPENROUTER PROCESSING\n\n: ping\n\ndata: {"choices":[]}\n\ndata: [DONE]\n\n',
    "ids and retry": b'retry: 10\nid: 7\nevent: x\ndata: {"choices":[]}\n\ndata: [DONE]\n\n',
    "two data lines": b'data: {"choices":\ndata: []}\n\ndata: [DONE]\n\n',
    "no end": b'data: {"choices":[{"index":0,"delta":{"content":"Hi"}}]}\n\ndata: [DONE]',
    "byte order mark": b'\xef\xbb\xbfdata: {"choices":[]}\n\ndata: [DONE]\n\n',
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_spelling_of_an_event_stream_survives(gateway, foreign, spelling):
    events = SPELLINGS[spelling]
    foreign.answers(raw(events, content_type="text/event-stream", framing="chunked"))

    reply = curl(gateway.url() + CHAT, b'{"model":"m","stream":true,"messages":[{"role":"user","content":"tides"}]}')

    assert reply.body == events


def test_both_sdks_chat_without_noticing(gateway, foreign):
    foreign.always(say("Twice a day.", every=4))
    talk = [{"role": "user", "content": CLEAN}]
    chat, messages = gateway.openai(), gateway.anthropic()

    assert chat.chat.completions.create(model="m", messages=talk).choices[0].message.content == "Twice a day."
    pieces = [c.choices[0].delta.content or "" for c in chat.chat.completions.create(model="m", messages=talk, stream=True)]
    assert pieces == ["", "Twic", "e a ", "day.", ""]
    assert messages.messages.create(model="m", max_tokens=9, messages=talk).content[0].text == "Twice a day."
    with messages.messages.stream(model="m", max_tokens=9, messages=talk) as stream:
        assert list(stream.text_stream) == ["Twic", "e a ", "day."]


def test_what_the_sdk_sent_is_what_arrives(gateway, foreign):
    """The same call made directly and through the gateway: the same body, and no header of the SDK that matters is lost."""
    foreign.always(say("Twice."))
    for client in (openai.OpenAI(base_url=foreign.url() + "/v1", api_key="sk-client-openai", max_retries=0), gateway.openai()):
        client.chat.completions.create(model="m", messages=[{"role": "user", "content": CLEAN}], tools=TOOL_DEFINITIONS)

    direct, through = foreign.wait(2)
    assert through.body == direct.body
    for name in ("content-type", "accept"):
        assert through.header(name) == direct.header(name)


TOOL_DEFINITIONS = [
    {"type": "function", "function": {"name": "tide", "parameters": {"type": "object", "properties": {"port": {"type": "string"}}}}}
]


def test_clean_tool_calls_pass(gateway, foreign):
    foreign.always(call_tools([Tool("tide", '{"port":"Büsum \\"Süd\\""}', "a"), Tool("tide", '{"port":"🌊\\\\"}', "b")], every=2))
    asked = gateway.openai().chat.completions.stream(
        model="m", messages=[{"role": "user", "content": CLEAN}], tools=TOOL_DEFINITIONS
    )
    with asked as stream:
        calls = stream.get_final_completion().choices[0].message.tool_calls
    assert [json.loads(call.function.arguments)["port"] for call in calls] == ['Büsum "Süd"', "🌊\\"]


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 529])
def test_the_providers_own_errors_pass(gateway, foreign, status):
    script = fail(status, "overloaded_error", headers=[("retry-after", "3")])
    foreign.answers(script)
    reply = curl(gateway.url() + MESSAGES, b'{"model":"m","max_tokens":1,"messages":[{"role":"user","content":"tides"}]}')
    assert reply.status == status
    assert reply.body == script(foreign.only).body
    assert reply.header("retry-after") == "3"


def test_models_can_be_listed(gateway, foreign):
    foreign.answers(raw(b'{"object":"list","data":[{"id":"m","object":"model","created":1,"owned_by":"x"}]}'))
    assert [model.id for model in gateway.openai().models.list()] == ["m"]
    assert foreign.only.method == "GET" and foreign.only.path == "/v1/models"


def test_tokens_can_be_counted(gateway, foreign):
    foreign.answers(raw(b'{"input_tokens":14}'))
    counted = gateway.anthropic().messages.count_tokens(model="m", messages=[{"role": "user", "content": CLEAN}])
    assert counted.input_tokens == 14 and foreign.only.path == "/v1/messages/count_tokens"
