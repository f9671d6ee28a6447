"""A secret is refused: nothing leaves, and each SDK raises its usual exception with code, rule, law and remedy."""

from __future__ import annotations

import json

import anthropic
import openai
import pytest

from support import leaks
from support.answers import say
from support.config import Route
from support.contract import ERROR_FIELDS, REFUSED, find
from support.values import aws_key, github_token, private_key
from support.wire import curl

SECRETS = {"cloud key": aws_key(), "forge token": github_token(), "private key": private_key()}


def assert_explains(body, secret: str) -> None:
    assert find(body, "rule") == "secrets-never-leave"
    assert "NIS2" in str(find(body, "law"))
    assert "revoke" in str(find(body, "remedy"))
    for field in ERROR_FIELDS:
        assert find(body, field), f"the error has no {field}"
    assert secret not in json.dumps(body)


@pytest.mark.parametrize("kind", SECRETS)
@pytest.mark.parametrize("stream", [False, True])
def test_openais_sdk_raises_permission_denied(gateway, foreign, kind, stream):
    secret = SECRETS[kind]
    with pytest.raises(openai.PermissionDeniedError) as told:
        talk = [{"role": "user", "content": f"Why does this fail?\n{secret}\n"}]
        gateway.openai().chat.completions.create(model="m", messages=talk, stream=stream)
    assert told.value.status_code == REFUSED
    assert_explains(told.value.body, secret)
    assert "secrets-never-leave" in told.value.message
    assert foreign.saw_nothing


@pytest.mark.parametrize("kind", SECRETS)
@pytest.mark.parametrize("stream", [False, True])
def test_anthropics_sdk_raises_permission_denied(gateway, foreign, kind, stream):
    secret = SECRETS[kind]
    with pytest.raises(anthropic.PermissionDeniedError) as told:
        talk = [{"role": "user", "content": f"Why does this fail?\n{secret}\n"}]
        gateway.anthropic().messages.create(model="m", max_tokens=9, messages=talk, stream=stream)
    assert told.value.status_code == REFUSED
    assert told.value.body["type"] == "error" and told.value.body["error"]["type"] == "permission_error"
    assert_explains(told.value.body, secret)
    assert foreign.saw_nothing


@pytest.mark.parametrize("kind", SECRETS)
@pytest.mark.parametrize("place", [0.05, 0.5, 0.95])
def test_a_secret_in_two_pieces_is_refused(gateway, foreign, kind, place):
    secret = SECRETS[kind]
    cut = max(1, int(len(secret) * place))
    pieces = [f"use {secret[:cut]}", f"{secret[cut:]} please"]
    parts = [{"role": "user", "content": [{"type": "text", "text": piece} for piece in pieces]}]
    turns = [{"role": "user", "content": piece} for piece in pieces]
    around = [turns[0], {"role": "assistant", "content": "Go on."}, turns[1]]
    for talk in (parts, turns, around):
        answer = curl(gateway.url() + "/v1/chat/completions", json.dumps({"model": "m", "messages": talk}).encode())
        assert answer.status == REFUSED
    assert foreign.saw_nothing


def test_a_refusal_is_json_with_its_length_and_keeps_the_connection(gateway, foreign):
    body = {"model": "m", "messages": [{"role": "user", "content": aws_key()}]}
    reply = curl(gateway.url() + "/v1/chat/completions", json.dumps(body).encode())
    assert reply.status == REFUSED
    assert reply.header("content-type").startswith("application/json")
    assert reply.header("content-length") == str(len(reply.body))
    foreign.answers(say("ok"))
    client = gateway.openai()
    for _ in range(2):
        with pytest.raises(openai.PermissionDeniedError):
            client.chat.completions.create(model="m", messages=body["messages"])
    assert client.chat.completions.create(model="m", messages=[{"role": "user", "content": "tides"}])


def test_a_refusal_on_a_prefixed_route_is_in_the_dialect_too(start, foreign):
    gateway = start(routes=[Route("anthropic-messages", "foreign-messages", prefix="/ant"), Route("openai-chat", "foreign", prefix="/oai")])
    body = json.dumps({"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": aws_key(3)}]}).encode()
    anthropics = json.loads(curl(gateway.url() + "/ant/v1/messages", body).body)
    assert anthropics["type"] == "error" and find(anthropics["error"], "rule") == "secrets-never-leave"
    openais = json.loads(curl(gateway.url() + "/oai/v1/chat/completions", body).body)
    assert openais["error"]["code"] and find(openais, "rule") == "secrets-never-leave"
    assert foreign.saw_nothing


def test_a_refusal_has_its_record_and_no_secret_in_it(gateway, foreign):
    before = len(gateway.decisions())
    with pytest.raises(openai.PermissionDeniedError):
        gateway.openai().chat.completions.create(model="m", messages=[{"role": "user", "content": SECRETS["forge token"]}])
    (record,) = gateway.decisions()[before:]
    assert find(record, "action") == "block" and "secrets-never-leave" in json.dumps(record)
    leaks.assert_none(SECRETS, gateway, foreign)


def found_in(reply) -> list[dict]:
    return find(json.loads(reply.body), "seawall")["found"]


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages"])
def test_a_refusal_says_where_what_stands(gateway, foreign, path):
    """Path, class and detector, the one that decides first; no value and no key of the client's."""
    secret, person = aws_key(), "ada@lovelace.example"
    talk = [{"role": "user", "content": f"Ask {person}"}] * 11 + [{"role": "user", "content": f"use {secret}"}]
    body = {"model": "m", "max_tokens": 9, "messages": talk, "metadata": {person: f"to {person}"}}
    reply = curl(gateway.url() + path, json.dumps(body).encode())
    told = found_in(reply)
    assert len(told) == 10 and find(json.loads(reply.body), "seawall")["found_more"] >= 2
    assert told[0]["path"] == "messages[11].content" and told[0]["class"] == "secret" and told[0]["detector"], told
    assert all(set(at) == {"path", "class", "detector"} for at in told)
    assert secret.encode() not in reply.body and person.encode() not in reply.body and b"lovelace" not in reply.body
    listed = gateway.decisions()[-1]["findings"]["listed"]
    assert {(at["path"], at["class"], at["detector"]) for at in told} <= {(at["path"], at["class"], at["detector"]) for at in listed}
    assert foreign.saw_nothing


def test_a_refusal_says_what_was_not_read(gateway, foreign):
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
    body = {"model": "m", "messages": [{"role": "user", "content": [{"type": "text", "text": "what?"}, image]}]}
    [at, *_] = found_in(curl(gateway.url() + "/v1/chat/completions", json.dumps(body).encode()))
    assert at["path"].startswith("messages[0].content[1]") and (at["class"], at["unread"]) == ("opaque", "unsupported"), at


def test_without_a_rule_the_default_blocks(start, foreign):
    """A policy that licenses nothing lets nothing out, clean text neither."""
    gateway = start(policy="nothing")
    with pytest.raises(openai.PermissionDeniedError):
        gateway.openai().chat.completions.create(model="m", messages=[{"role": "user", "content": "tides"}])
    assert foreign.saw_nothing


@pytest.mark.parametrize("path", ["/v1/embeddings", "/v1/files", "/v2/whatever", "/v1/chat/completions/x", "/"])
def test_an_unknown_endpoint_is_refused(gateway, foreign, path):
    foreign.always(say("never"))
    reply = curl(gateway.url() + path, b'{"model":"m","input":"tides"}')
    assert reply.status in (403, 404), "an unknown endpoint must not pass"
    assert foreign.saw_nothing


def test_an_image_is_opaque_and_refused_without_a_licence(gateway, foreign):
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgoAAAANSUhEUg=="}}
    with pytest.raises(openai.PermissionDeniedError):
        gateway.openai().chat.completions.create(model="m", messages=[{"role": "user", "content": [image]}])
    assert foreign.saw_nothing
