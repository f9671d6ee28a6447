"""Only allow-listed headers leave; a credential goes only to the operator it was issued for; traces are not linked."""

from __future__ import annotations

import json
import re

import pytest

from support.answers import say, with_headers
from support.contract import EXCHANGE_HEADER, REFUSED, UNREADABLE, exchange, find
from support.values import CLEAN, EMAIL, HEALTH, aws_key
from support.wire import curl

CHAT, MESSAGES = "/v1/chat/completions", "/v1/messages"
BODY = json.dumps({"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": CLEAN}]}).encode()
HEALTH_BODY = json.dumps({"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": HEALTH}]}).encode()
STAYS = {
    "cookie": "session=1", "x-forwarded-for": "10.1.2.3", "forwarded": "for=10.1.2.3", "via": "1.1 squid", "x-real-ip": "10.1.2.3",
    "referer": "https://intranet.ministry.test/case/7", "x-user": "anna",
    "proxy-authorization": "Basic YTpi", "x-internal-host": "ws-0815", "from": "anna@ministry.test", "dnt": "1",
    "tracestate": "vendor=abc", "baggage": "user=anna", "x-b3-traceid": "463ac35c9f6413ad48485a3953bb6124", "x-amzn-trace-id": "Root=1-x",
    "te": "trailers", "keep-alive": "timeout=9", "x-drop-me": "1",
}  # fmt: skip


def test_what_is_not_listed_does_not_leave(gateway, foreign):
    foreign.answers(say("ok"))
    curl(gateway.url() + CHAT, BODY, [*STAYS.items(), ("connection", "keep-alive, x-drop-me")])
    left = {name for name, _ in foreign.only.headers}
    assert not left & set(STAYS), f"left: {sorted(left & set(STAYS))}"


def test_what_the_api_needs_leaves(gateway, foreign):
    foreign.always(say("ok"))
    curl(gateway.url() + MESSAGES, BODY, [("anthropic-version", "2023-06-01"), ("anthropic-beta", "b-1"), ("x-api-key", "k")])
    seen = foreign.only
    assert seen.header("anthropic-version") == "2023-06-01" and seen.header("anthropic-beta") == "b-1"
    assert seen.header_all("host") == [f"127.0.0.1:{foreign.port}"]
    assert len(seen.header_all("content-length")) == 1 and len(seen.header_all("content-type")) == 1


def test_a_trace_goes_on_inside_and_starts_afresh_outside(gateway, foreign):
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    foreign.answers(say("ok"))
    curl(gateway.url() + CHAT, BODY, [("traceparent", f"00-{trace}-00f067aa0ba902b7-01"), ("tracestate", "v=1")])
    assert trace not in (foreign.only.header("traceparent") or "")
    assert foreign.only.header("tracestate") is None and foreign.only.header("baggage") is None


def test_a_provider_that_may_have_a_trace_gets_a_fresh_one(start, foreign):
    """With `trace_upstream` each request has a trace of its own, which shares nothing with the caller's or with ours."""
    gateway = start(trace_upstream=True)
    foreign.always(say("ok"))
    trace, span = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
    theirs = [("traceparent", f"00-{trace}-{span}-01"), ("tracestate", "v=1"), ("baggage", "user=anna"), ("x-b3-traceid", trace)]
    for headers in (theirs, theirs, []):
        assert curl(gateway.url() + CHAT, BODY, headers).status == 200
    seen = foreign.wait(3)
    told = [request.header_all("traceparent") for request in seen]
    assert all(len(values) == 1 and re.fullmatch("00-[0-9a-f]{32}-[0-9a-f]{16}-00", values[0]) for values in told)
    ids = [part for (value,) in told for part in value.split("-")[1:3]]
    assert len(set(ids)) == 6 and not {trace, span} & set(ids)
    inside = [record["trace"] for record in gateway.decisions()]
    assert [ours["trace"] == trace for ours in inside] == [True, True, False], "the caller's trace is not continued inside"
    assert not set(ids) & {part for ours in inside for part in ours.values()}
    assert not any(trace in request.head.decode() for request in seen)
    assert not {name for request in seen for name, _ in request.headers} & {"tracestate", "baggage", "x-b3-traceid"}


def test_a_clients_key_goes_to_its_own_operator(gateway, foreign):
    foreign.always(say("ok"))
    curl(gateway.url() + CHAT, BODY, [("authorization", "Bearer sk-mine")])
    curl(gateway.url() + MESSAGES, BODY, [("x-api-key", "sk-mine-too"), ("anthropic-version", "2023-06-01")])
    chat, messages = foreign.wait(2)
    assert chat.header("authorization") == "Bearer sk-mine"
    assert messages.header("x-api-key") == "sk-mine-too" and messages.header("authorization") is None


@pytest.mark.parametrize("path, header", [(CHAT, ("authorization", "Bearer sk-mine")), (MESSAGES, ("x-api-key", "sk-mine"))])
def test_a_reroute_uses_the_gateways_key_and_never_the_clients(gateway, home, path, header):
    home.answers(say("ok"))
    curl(gateway.url() + path, HEALTH_BODY, [header])
    seen = home.only
    assert b"sk-mine" not in seen.everything
    if path == CHAT:
        assert seen.header("x-api-key") == "sk-held-messages" and seen.header("anthropic-version")
    else:
        assert seen.header("authorization") == "Bearer sk-held-chat"


def test_a_key_that_the_gateway_issued_is_never_shown_to_an_operator(start, foreign):
    gateway = start(client_keys={"sk-issued-by-us": "press-office"})
    foreign.always(say("ok"))
    curl(gateway.url() + CHAT, BODY, [("authorization", "Bearer sk-issued-by-us")])
    assert b"sk-issued-by-us" not in foreign.everything


@pytest.mark.parametrize("what, status, code", [
    (EMAIL, UNREADABLE, "credential-form"), ("4111 1111 1111 1111", UNREADABLE, "credential-form"),
    ("4111111111111111", REFUSED, "credential-holds-data"), ("DE89370400440532013000", REFUSED, "credential-holds-data"),
])  # fmt: skip
@pytest.mark.parametrize("path, header", [(CHAT, "authorization"), (MESSAGES, "x-api-key")])
def test_a_credential_that_is_data_does_not_leave(gateway, foreign, path, header, what, status, code):
    value = f"Bearer {what}" if header == "authorization" else what
    reply = curl(gateway.url() + path, BODY, [(header, value)])
    assert reply.status == status and find(json.loads(reply.body), "code") == code
    assert foreign.saw_nothing and what not in reply.body.decode()


@pytest.mark.parametrize("kind", ["application/json; charset=utf-7", "multipart/form-data; boundary=x", "text/plain"])
@pytest.mark.parametrize("path", [CHAT, MESSAGES])
def test_a_body_is_json_in_utf_8_and_nothing_else(gateway, foreign, path, kind):
    reply = curl(gateway.url() + path, BODY, [("content-type", kind)])
    assert reply.status == UNREADABLE and find(json.loads(reply.body), "code") == "content-type"
    assert foreign.saw_nothing


@pytest.mark.parametrize("name", ["openai-organization", "openai-project"])
def test_an_account_header_is_the_operators_alone(gateway, home, name):
    home.answers(say("ok"))
    curl(gateway.url() + CHAT, HEALTH_BODY, [(name, "org-ministry")])
    assert home.only.header(name) is None


ISSUED = "sk-issued-by-us"
FORMS = [
    ("authorization", f"Bearer\t{ISSUED}"), ("authorization", f"Bearer  {ISSUED}"), ("authorization", f"Token {ISSUED}"),
    ("authorization", f'Bearer "{ISSUED}"'), ("authorization", f"Bearer {ISSUED},"), ("authorization", f"Bearer Bearer {ISSUED}"),
    ("authorization", "Basic c2staXNzdWVkLWJ5LXVz"), ("authorization", ISSUED), ("x-api-key", f"Bearer {ISSUED}"), ("api-key", f"{ISSUED} x"),
]  # fmt: skip


@pytest.mark.parametrize("header", FORMS)
def test_only_a_key_leaves_as_a_credential(start, foreign, header):
    """In any other spelling a key that we issued could pass unknown, and a text could leave uninspected."""
    gateway = start(client_keys={ISSUED: "press-office"})
    foreign.always(say("never"))
    reply = curl(gateway.url() + CHAT, BODY, [header])
    assert reply.status == 400 and find(json.loads(reply.body), "code") == "credential-form"
    assert foreign.saw_nothing
    assert [record.get("refusal") for record in gateway.decisions()] == ["credential-form"]


def test_two_keys_in_one_header_have_no_single_reading(gateway, foreign):
    foreign.always(say("never"))
    reply = curl(gateway.url() + CHAT, BODY, [("authorization", "Bearer sk-a"), ("authorization", "Bearer sk-b")])
    assert reply.status == 400 and foreign.saw_nothing


def test_an_issued_key_is_known_beside_another(start, foreign):
    gateway = start(client_keys={ISSUED: "press-office"})
    foreign.always(say("ok"))
    curl(gateway.url() + CHAT, BODY, [("x-api-key", "sk-other"), ("authorization", f"Bearer {ISSUED}")])
    assert ISSUED.encode() not in foreign.everything
    assert "press" in json.dumps(find(gateway.decisions()[0], "client"))


def test_a_key_that_is_taken_off_the_list_is_unknown_after_a_reload(start, foreign):
    gateway = start(client_keys={ISSUED: "press-office"})
    foreign.always(say("ok"))
    curl(gateway.url() + CHAT, BODY, [("authorization", f"Bearer {ISSUED}")])
    (gateway.folder / "clients.toml").write_text("")
    gateway.reload()
    curl(gateway.url() + CHAT, BODY, [("authorization", f"Bearer {ISSUED}")])
    first, second = (json.dumps(find(record, "client")) for record in gateway.decisions())
    assert "press" in first and "press" not in second


BACK = {
    "retry-after": "3", "retry-after-ms": "3000", "request-id": "req_1", "x-request-id": "r1", "x-should-retry": "false",
    "x-ratelimit-remaining-requests": "9", "anthropic-ratelimit-tokens-limit": "80000", "openai-processing-ms": "12", "openai-version": "2020-10-01",
}  # fmt: skip
NOT_BACK = {
    "alt-svc": 'h2="evil.test:443"', "strict-transport-security": "max-age=9", "access-control-allow-origin": "*", "x-accel-redirect": "/etc/passwd",
    "refresh": "0;url=http://evil.test", "clear-site-data": '"*"', "link": "<http://evil.test>;rel=preload", "set-cookie": "a=b",
    "www-authenticate": "Negotiate", "location": "http://evil.test", "x-leak": "anything", "x-amz-request-id": "1", "server": "x", "via": "1.1 y",
}  # fmt: skip


@pytest.mark.parametrize("stream", [False, True])
def test_only_listed_headers_come_back(gateway, foreign, stream):
    foreign.answers(with_headers(say("ok"), *BACK.items(), *NOT_BACK.items(), ("seawall-exchange", "forged")))
    reply = curl(gateway.url() + CHAT, json.dumps({**json.loads(BODY), "stream": stream}).encode())
    names = {name for name, _ in reply.headers}
    assert {name: reply.header(name) for name in BACK} == BACK
    assert not names & set(NOT_BACK), f"came back: {sorted(names & set(NOT_BACK))}"
    assert [value for name, value in reply.headers if name == EXCHANGE_HEADER] != ["forged"]


def test_a_secret_in_an_answers_header_stays_behind(gateway, foreign):
    key = aws_key()
    foreign.answers(with_headers(say("ok"), ("x-request-id", key), ("request-id", "req_1")))
    reply = curl(gateway.url() + CHAT, BODY)
    assert reply.status == 200 and reply.header("request-id") == "req_1"
    assert reply.header("x-request-id") is None


def test_two_content_types_have_no_single_reading(gateway, foreign):
    foreign.answers(with_headers(say("ok"), ("content-type", "text/html")))
    assert curl(gateway.url() + CHAT, BODY).status == 502


def test_the_client_is_known_by_its_key_or_its_network(start, foreign):
    gateway = start(client_keys={"sk-press": "press-office"})
    foreign.always(say("ok"))
    curl(gateway.url() + CHAT, BODY, [("authorization", "Bearer sk-press")])
    curl(gateway.url() + CHAT, BODY, [("authorization", "Bearer sk-unknown")])
    first, second = (json.dumps(find(record, "client")) for record in gateway.decisions())
    assert "press" in first and "press" not in second and "ministry" in second


def test_an_answer_names_its_exchange(gateway, foreign):
    """So that a user who complains and a record can be brought together."""
    foreign.answers(say("ok"))
    told = curl(gateway.url() + CHAT, BODY).header(EXCHANGE_HEADER)
    assert told and told in {exchange(record) for record in gateway.decisions()}
