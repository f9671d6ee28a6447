"""Thirty planted values in thirty places: the provider sees none of them, and none is in anything the gateway writes.

The values are of five kinds, which take turns, so that each kind stands once at each place.
"""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import openai
import pytest

from support import leaks
from support.answers import echo, raw, say
from support.values import HEALTH, aws_key, card, email, iban, national_id, phone
from support.wire import curl

PLACES = [
    "system prompt", "developer message", "first user turn", "assistant turn", "second-last turn", "text part", "split first", "split second",
    "tool definition", "tool parameter description", "tool enum", "tool arguments", "nested arguments", "twice nested arguments",
    "tool result", "tool result as json", "user name", "tool name", "user field", "metadata value", "metadata key", "stop sequence",
    "response format", "unknown field", "unknown deep field", "unknown key", "prediction", "query", "header", "escaped spelling",
]  # fmt: skip
KINDS = [email, iban, card, national_id, phone]
TURNS = range(len(KINDS))


def planted(turn: int) -> dict[str, str]:
    """A value for each place, all different; in each turn another kind at each place."""
    return {place: KINDS[(number + turn) % len(KINDS)](number) for number, place in enumerate(PLACES, 10)}


def body(p: dict[str, str]) -> dict:
    """One request that holds every planted value at the place of its name."""
    split = len(p["split first"]) // 2
    nested = json.dumps({"about": p["nested arguments"], "more": json.dumps({"of": p["twice nested arguments"]})})
    return {
        "model": "m",
        "messages": [
            {"role": "system", "content": f"You serve {p['system prompt']}."},
            {"role": "developer", "content": f"Mind {p['developer message']}."},
            {"role": "user", "content": f"I am {p['first user turn']}.", "name": p["user name"]},
            {"role": "assistant", "content": f"Hello {p['assistant turn']}."},
            {"role": "user", "content": f"And {p['second-last turn']}?"},
            {
                "role": "assistant", "content": None,
                "tool_calls": [
                    {"id": "c1", "type": "function", "function": {"name": "mail", "arguments": json.dumps({"to": p["tool arguments"]})}},
                    {"id": "c2", "type": "function", "function": {"name": "mail", "arguments": nested}},
                ],
            },
            {"role": "tool", "tool_call_id": "c1", "content": f"sent to {p['tool result']}"},
            {"role": "tool", "tool_call_id": "c2", "content": json.dumps({"found": [p["tool result as json"]]})},
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": f"Now {p['text part']} and "},
                    {"type": "text", "text": p["split first"][:split]},
                    {"type": "text", "text": p["split first"][split:] + " and " + p["split second"][:split]},
                    {"type": "text", "text": p["split second"][split:] + " please"},
                ],
            },
        ],
        "tools": [
            {
                "type": "function",
                "function": {
                    "name": "mail", "description": f"Writes to {p['tool definition']}",
                    "parameters": {
                        "type": "object",
                        "properties": {"to": {
                            "type": "string", "description": f"such as {p['tool parameter description']}", "enum": [p["tool enum"]],
                        }},
                    },
                },
            },
            {"type": "function", "function": {"name": p["tool name"], "parameters": {"type": "object"}}},
        ],
        "user": p["user field"],
        "metadata": {"owner": p["metadata value"], p["metadata key"]: "x"},
        "stop": [p["stop sequence"]],
        "response_format": {"type": "json_schema", "json_schema": {"name": "x", "description": p["response format"], "schema": {}}},
        "prediction": {"type": "content", "content": p["prediction"]},
        "x_vendor": p["unknown field"],
        "x_deep": {"a": [{"b": p["unknown deep field"]}], p["unknown key"]: 1},
        "x_escaped": "@@escaped@@",
    }  # fmt: skip


def escapes(text: str) -> str:
    return "".join(f"\\u{ord(letter):04x}" for letter in text)


def spelled(p: dict[str, str], only: str | None = None) -> bytes:
    """The request as bytes, one value spelled with JSON escapes; or the request with one value (or split pair) only."""
    text = json.dumps(body(p)).replace("@@escaped@@", escapes(p["escaped spelling"]))
    if only:
        for number, (place, value) in enumerate(sorted(p.items())):
            if place != only and not place.startswith("split"):
                text = text.replace(value, f"clean_word_{number}").replace(escapes(value), "clean")
    return text.encode()


def ask(gateway, p: dict[str, str]):
    headers = [
        ("authorization", "Bearer sk-client-openai"), ("x-title", p["header"]), ("user-agent", f"app of {p['header']}"),
        ("openai-organization", p["header"]), ("cookie", f"who={p['header']}"), ("baggage", f"who={p['header']}"),
    ]  # fmt: skip
    return curl(f"{gateway.url()}/v1/chat/completions?who={quote(p['query'])}", spelled(p), headers)


@pytest.mark.parametrize("record", ["durable", "async"])
@pytest.mark.parametrize("turn", TURNS)
def test_none_of_thirty_reaches_the_provider_or_our_own_outputs(start, foreign, collector, record, turn):
    p = planted(turn)
    assert len(set(p.values())) == 30
    gateway = start(record=record, telemetry=collector.endpoint)
    foreign.always(say("Done."))

    assert ask(gateway, p).status == 200

    assert foreign.only and collector.received("traces")
    gateway.outcomes(1)
    leaks.assert_none(p, gateway, foreign, collector=collector)


@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize("place", PLACES)
def test_each_place_alone(gateway, foreign, place, turn):
    """One at a time, so that one finding cannot cover for another."""
    foreign.always(say("Done."))
    p = planted(turn)
    headers = [("x-title", p[place])] if place == "header" else []
    query = f"?who={quote(p[place])}" if place == "query" else ""
    reply = curl(gateway.url() + "/v1/chat/completions" + query, spelled(p, only=place), headers)
    assert reply.status == 200
    found = leaks.leaked({place: p[place]}, leaks.upstream(foreign))
    assert not found, found


ESCAPED = escapes(email(99))
NEARLY_JSON = {
    "lines of json": '{"a":"@"}\n{"b":1}', "prose before": 'Result: {"a":"@"}', "trailing comma": '{"a":"@",}', "a name twice": '{"a":1,"a":"@"}',
    "a bare string": '"@"', "json in json": 'Log: {"a":"{\\"b\\":\\"@\\"}"}',
}  # fmt: skip


@pytest.mark.parametrize("role", ["user", "tool", "arguments"])
@pytest.mark.parametrize("kind", NEARLY_JSON)
def test_escapes_in_what_is_nearly_json_hide_nothing(gateway, foreign, home, kind, role):
    foreign.always(say("ok"))
    home.always(say("ok"))
    escaped = ESCAPED.replace("\\", "\\\\") if kind == "json in json" else ESCAPED
    text = NEARLY_JSON[kind].replace("@", escaped)
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": text if role == "arguments" else "{}"}}
    talk = {
        "user": [{"role": "user", "content": text}],
        "tool": [{"role": "assistant", "content": None, "tool_calls": [call]}, {"role": "tool", "tool_call_id": "c", "content": text}],
        "arguments": [{"role": "assistant", "content": None, "tool_calls": [call]}, {"role": "tool", "tool_call_id": "c", "content": "ok"}],
    }[role]
    reply = curl(gateway.url() + "/v1/chat/completions", json.dumps({"model": "m", "messages": talk}).encode())
    assert reply.status == 200 or role == "arguments"
    for seen in foreign.requests:
        said = seen.body.replace(b"\\\\", b"\\").replace(b"\\\\", b"\\").decode()
        assert ESCAPED not in said and email(99) not in said


def test_pasted_source_with_escapes_passes_as_it_is(gateway, foreign):
    foreign.always(say("ok"))
    text = json.dumps({"model": "m", "messages": [{"role": "user", "content": r"print('caf\u00e9', 'C:\users')"}]}).encode()
    assert curl(gateway.url() + "/v1/chat/completions", text).status == 200
    assert foreign.only.body == text


PAYLOADS = {
    "sound": {"type": "input_audio", "input_audio": {"data": aws_key(99), "format": "wav"}},
    "data url": {"type": "image_url", "image_url": {"url": f"data:text/plain;base64,{aws_key(99)}"}},
    "source": {"type": "document", "source": {"type": "base64", "media_type": "text/plain", "data": aws_key(99)}},
}


@pytest.mark.parametrize("kind", PAYLOADS)
def test_a_secret_in_place_of_a_payload_goes_nowhere(gateway, foreign, home, kind):
    foreign.always(say("never"))
    home.always(say("never"))
    path = "/v1/messages" if kind == "source" else "/v1/chat/completions"
    text = json.dumps({"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": [PAYLOADS[kind]]}]}).encode()
    assert curl(gateway.url() + path, text).status == 403
    assert foreign.saw_nothing and home.saw_nothing


def test_a_query_is_read_both_ways(gateway, foreign):
    foreign.always(say("ok"))
    text = json.dumps({"model": "m", "messages": [{"role": "user", "content": "tides"}]}).encode()
    curl(gateway.url() + "/v1/chat/completions?q=" + email(99).replace("@", "+work@"), text)
    for seen in foreign.requests:
        assert email(99).split("@")[0].encode() not in seen.everything


SECRET = {"access key": aws_key(99)}


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages"])
@pytest.mark.parametrize("stream", [False, True])
def test_an_answers_text_stays_out_of_our_outputs(start, foreign, collector, path, stream):
    """What the model says is content too: it passes or is cut, but it is never logged."""
    gateway = start(telemetry=collector.endpoint)
    foreign.answers(say(f"Write to {email(77)} or use {SECRET['access key']}", every=5))
    value = {"model": "m", "max_tokens": 9, "stream": stream, "messages": [{"role": "user", "content": "tides"}]}
    curl(gateway.url() + path, json.dumps(value).encode())
    gateway.outcomes(1)
    leaks.assert_none({"address in the answer": email(77)} | SECRET, gateway, collector=collector)


@pytest.mark.parametrize("broken", [b'{"model":"m","messages":[{"role":"user","content":"%s"}]} x', b'%s', b'{"%s":1,"%s":2}'])
def test_what_cannot_be_read_is_not_quoted(gateway, foreign, broken):
    value = email(78).encode()
    reply = curl(gateway.url() + "/v1/chat/completions", broken.replace(b"%s", value))
    assert reply.status == 400 and value not in reply.body
    leaks.assert_none({"unreadable": email(78)}, gateway, foreign)


def test_paths_are_not_quoted(gateway, foreign):
    reply = curl(f"{gateway.url()}/v1/{email(79)}?x={email(79)}", b"{}")
    assert reply.status in (403, 404) and email(79).encode() not in reply.body
    leaks.assert_none({"path": email(79)}, gateway, foreign)


def test_a_faulty_providers_bytes_are_not_quoted(gateway, foreign):
    foreign.answers(raw(f"<html>{email(80)}</html>".encode(), 200, "application/json"))
    curl(gateway.url() + "/v1/chat/completions", b'{"model":"m","messages":[{"role":"user","content":"tides"}]}')
    gateway.outcomes(1)
    leaks.assert_none({"faulty answer": email(80)}, gateway)


def test_the_domestic_model_sees_health_and_our_outputs_do_not(start, foreign, home, collector):
    gateway = start(telemetry=collector.endpoint)
    home.answers(echo())
    gateway.openai().chat.completions.create(model="m", messages=[{"role": "user", "content": f"{HEALTH}, {email(81)}"}])
    gateway.outcomes(1)
    leaks.assert_none({"diagnosis": "diagnosis: E11.9", "person": email(81)}, gateway, foreign, collector=collector)


def test_keys_are_in_none_of_our_outputs(start, foreign, collector):
    keys = {"client key": "sk-client-9f8e7d6c5b4a", "gateway key": "sk-held-1a2b3c4d5e6f"}
    gateway = start(
        telemetry=collector.endpoint, client_keys={keys["client key"]: "press-office"}, gateway_keys={"foreign": keys["gateway key"]}
    )
    foreign.always(say("ok"))
    gateway.openai(key=keys["client key"]).chat.completions.create(model="m", messages=[{"role": "user", "content": "tides"}])
    with pytest.raises(openai.PermissionDeniedError):
        gateway.openai(key=keys["client key"]).chat.completions.create(model="m", messages=[{"role": "user", "content": aws_key()}])
    gateway.outcomes(2)
    leaks.assert_none(keys, gateway, collector=collector)


def test_the_search_itself_finds():
    """A search that finds nothing must be able to find something."""
    value = email(1)
    hidden = [
        value, value.upper(), json.dumps(value), "x" + base64.b64encode(f"..{value}..".encode()).decode(), value.encode().hex(),
        value.replace("@", "%40"),
    ]  # fmt: skip
    for text in hidden:
        assert leaks.leaked({"it": value}, {"there": b"... " + text.encode() + b" ..."}), text
    assert not leaks.leaked({"it": value}, {"there": email(2).encode()})
