"""Each attempt is decided, recorded, and has one outcome; whatever becomes of an exchange, its end is on record."""

from __future__ import annotations

import json
import socket
import threading
from dataclasses import replace

import pytest

from support.answers import changed, cut_bytes, gzipped, held, raw, say
from support.config import Route, limits
from support.contract import CRASH_AT, STOP_SIGNAL, exchange, find, kind
from support.load import request
from support.provider import Gate
from support.values import CLEAN, HEALTH
from support.wire import Talk, curl

CHAT = "/v1/chat/completions"


def chat_body(text: str = CLEAN, **more) -> bytes:
    return json.dumps({"model": "m", "messages": [{"role": "user", "content": text}], **more}).encode()


def told(records: list[dict], *names: str) -> list[tuple]:
    return [tuple(record.get(name) for name in names) for record in records]


def destinations(records: list[dict]) -> list[str]:
    return [record["candidate"]["destination"] for record in records if kind(record) == "decision"]


@pytest.fixture
def dead_port():
    with socket.socket() as held_open:
        held_open.bind(("127.0.0.1", 0))
        return held_open.getsockname()[1]


def start_with(start, members: str, more: str = "", **settings):
    """A gateway whose pool for health data has these members."""
    gateway = start(begin=False, **settings)
    file = gateway.folder / "policy" / "destinations.policy"
    file.write_text(file.read_text().replace("members    home-messages\n", f"members    {members}\n") + more)
    gateway.start()
    return gateway


def at_home(name: str, url: str) -> str:
    return f"""
destination {name}
  "A model of the ministry"
  url        {url}
  speaks     anthropic-messages
  operator   Government IT Office, answers to AT
  processed  in AT
  keys       held in AT
  tier       must-control
  model      home-large
  credential gateway
"""


def test_a_pool_goes_on_past_members_that_cannot_take_it(start, home, dead_port):
    """Forbidden, not to be found, dead: each is on record for its own reason, and the next one answers."""
    more = at_home("home-lost", "https://no-such-name.home.test:4443") + at_home("home-dead", f"http://127.0.0.1:{dead_port}")
    gateway = start_with(start, "foreign-messages, home-lost, home-dead, home-messages", more)
    home.always(say("ok"))

    assert curl(gateway.url() + CHAT, chat_body(HEALTH)).status == 200

    outcomes = gateway.outcomes(2)
    decisions = gateway.decisions()
    assert destinations(decisions) == ["foreign", "foreign-messages", "home-lost", "home-dead", "home-messages"]
    assert told(decisions, "attempt", "refusal") == [
        (1, None), (2, "no-permitted-destination"), (3, "not-resolved"), (4, None), (5, None),
    ]  # fmt: skip
    assert told(outcomes, "attempt", "ending", "reason", "status") == [(4, "upstream-error", "unreachable", 0), (5, "complete", None, 200)]

    assert curl(gateway.url() + CHAT, chat_body(HEALTH)).status == 200
    again = gateway.decisions()[len(decisions) :]
    assert "home-dead" not in destinations(again), "what could not be reached a moment ago was tried first again"


def test_a_pool_that_nobody_can_serve_ends_in_one_error(start, dead_port):
    gateway = start_with(start, "home-dead, foreign-messages", at_home("home-dead", f"http://127.0.0.1:{dead_port}"))
    reply = curl(gateway.url() + CHAT, chat_body(HEALTH))
    assert reply.status == 502 and find(json.loads(reply.body), "code") == "unreachable"
    outcomes = gateway.outcomes(2)
    assert told(outcomes, "attempt", "ending", "status") == [(2, "upstream-error", 0), (3, "refused", 502)]
    assert told(gateway.decisions(), "attempt", "refusal") == [(1, None), (2, None), (3, "no-permitted-destination")]


def test_where_no_member_of_a_pool_may_take_it_the_rule_that_sent_it_there_is_told(start, foreign):
    gateway = start_with(start, "foreign-messages", "")
    reply = curl(gateway.url() + CHAT, chat_body(HEALTH))
    error = json.loads(reply.body)
    assert reply.status == 403 and find(error, "code") == "no-permitted-destination"
    rule = gateway.decisions()[0]["rules"][0]
    assert find(error, "rule") == rule["id"] and find(error, "law") == rule["law"], error
    assert foreign.saw_nothing


def test_a_dead_provider_has_one_outcome(start, dead_port):
    gateway = start(destinations={name: f"http://127.0.0.1:{dead_port}" for name in ("foreign", "foreign-messages", "home-chat", "home-messages")})
    assert curl(gateway.url() + CHAT, chat_body()).status == 502
    assert told(gateway.outcomes(1), "attempt", "ending", "reason", "status", "bytes_sent") == [(1, "upstream-error", "unreachable", 502, 0)]


def test_a_dead_kept_connection_is_an_attempt_of_its_own(start, foreign):
    """A provider may have read what it did not answer: trying anew is decided and recorded anew, and done once."""
    gateway = start()
    foreign.answers(say("ok"), changed(say("x"), reset_before=-1), say("again"))
    assert curl(gateway.url() + CHAT, chat_body()).status == 200
    reply = curl(gateway.url() + CHAT, chat_body())
    assert reply.status == 200 and b"again" in reply.body
    assert len(foreign.requests) == 3
    assert told(gateway.outcomes(3), "attempt", "ending", "status") == [(1, "complete", 200), (1, "upstream-error", 0), (2, "complete", 200)]
    assert told(gateway.decisions(), "attempt") == [(1,), (1,), (2,)]


def test_a_fresh_connection_that_breaks_is_not_tried_anew(start, foreign):
    gateway = start()
    foreign.always(changed(say("x"), reset_before=-1))
    assert curl(gateway.url() + CHAT, chat_body()).status == 502
    assert len(foreign.requests) == 1 and len(gateway.decisions()) == 1


def test_an_outcome_tells_when_and_how_long(start, foreign):
    gateway = start()
    gate = Gate()
    foreign.answers(held(say("ok"), head=gate))
    asking = threading.Thread(target=lambda: curl(gateway.url() + CHAT, chat_body()))
    asking.start()
    foreign.wait(1)
    threading.Event().wait(0.2)
    gate.open()
    asking.join(15)
    outcome, decision = gateway.outcomes(1)[0], gateway.decisions()[0]
    assert outcome["time"] >= decision["time"] + 200_000_000
    times = outcome["timings"]
    assert times["first_byte"] >= 200_000 and times["record"] > 0 and times["judge"] > 0
    assert times["judge"] + times["record"] + times["first_byte"] <= times["total"]
    assert times["judge"] < 200_000


def test_a_request_without_a_route_is_on_record(start, foreign):
    gateway = start(routes=[Route("anthropic-messages", "foreign-messages")])
    reply = curl(gateway.url() + CHAT, chat_body())
    assert reply.status == 404 and find(json.loads(reply.body), "code") == "no-route"
    assert told(gateway.decisions(), "action", "refusal") == [("refuse", "no-route")]
    assert told(gateway.outcomes(1), "ending", "status") == [("refused", 404)]


def test_a_stop_inside_a_stream_is_on_record(start, foreign):
    gateway = start()
    foreign.answers(held(say("tide ebbs flow ", every=5), piece3=Gate()))
    with Talk(gateway.address()) as talk:
        talk.send(request(chat_body(stream=True)))
        talk.until(b'"content":"tide ')
        gateway.process.signal(STOP_SIGNAL)
        gateway.process.wait_end(40)
    assert told(gateway.outcomes(1), "ending", "status") == [("shutdown", 200)]


def test_a_panic_in_judgement_is_a_refusal_on_record(start, foreign):
    gateway = start(env={CRASH_AT: "panic@proxy.judgement"})
    gateway.may_panic = True
    foreign.always(say("ok"))
    reply = curl(gateway.url() + CHAT, chat_body())
    assert reply.status == 500 and find(json.loads(reply.body), "code") == "judgement-failed"
    assert foreign.saw_nothing
    assert told(gateway.outcomes(1), "ending", "status") == [("panic", 500)]
    assert told(gateway.decisions(), "refusal") == [("judgement-failed",)]
    assert curl(gateway.url() + CHAT, chat_body()).status == 200


@pytest.mark.parametrize("point", ["proxy.decision.before", "proxy.decision.recorded", "proxy.answer.begun", "proxy.answer.ended"])
def test_a_panic_anywhere_else_has_its_outcome(start, foreign, point):
    gateway = start(env={CRASH_AT: f"panic@{point}"})
    gateway.may_panic = True
    foreign.always(say("ok"))
    with Talk(gateway.address()) as talk:
        talk.send(request(chat_body()))
        talk.reply()
    outcomes = gateway.outcomes(1)
    assert told(outcomes, "ending") == [("panic",)]
    assert curl(gateway.url() + CHAT, chat_body()).status == 200
    assert {exchange(record) for record in gateway.decisions()} <= {exchange(record) for record in gateway.outcomes(2)} | {exchange(outcomes[0])}


UNREAD_AT_HOME = """rule unread-at-home
  "Ours may see it."
  when   data includes unread
  and    it is a request, an answer
  and    it goes to tier must-control
  then   allow
"""


@pytest.mark.parametrize("method, path, body", [("GET", "/v1/files", None), ("POST", "/v1/embeddings", b'{"input":"x"}')])
def test_an_unknown_operation_needs_a_licence_and_never_gets_a_held_key(start, home, method, path, body):
    home.always(raw(b"{}"))
    at_home_only = [Route("openai-chat", "home-chat"), Route("anthropic-messages", "home-messages")]
    options = ("--request", method)
    gateway = start(routes=at_home_only)
    reply = curl(gateway.url() + path, body, (), *options)
    assert reply.status == 403 and find(json.loads(reply.body), "code") == "not-licensed"
    assert home.saw_nothing

    gateway = start(begin=False, routes=at_home_only)
    (gateway.folder / "policy" / "more.policy").write_text(UNREAD_AT_HOME)
    gateway.start()
    curl(gateway.url() + path, body, (), *options)
    assert home.only.header("authorization") is None and home.only.header("x-api-key") is None


@pytest.mark.parametrize("method, body", [("DELETE", None), ("PUT", b"{}"), ("PATCH", b"{}"), ("OPTIONS", None), ("PURGE", None)])
def test_no_licence_lets_an_unknown_method_through(start, home, method, body):
    home.always(raw(b"{}"))
    gateway = start(begin=False, routes=[Route("openai-chat", "home-chat"), Route("anthropic-messages", "home-messages")])
    (gateway.folder / "policy" / "more.policy").write_text(UNREAD_AT_HOME)
    gateway.start()
    reply = curl(gateway.url() + "/v1/models/m", body, (), "--request", method)
    assert reply.status == 403 and find(json.loads(reply.body), "code") == "unknown-method"
    assert find(gateway.decisions()[0], "refusal") == "unknown-method"
    assert home.saw_nothing


def test_accounts_and_programs_are_named_to_nobody_but_the_operator_asked(start, home):
    """A reroute to another operator of the same dialect starts with fresh headers."""
    gateway = start_with(start, "home-chat")
    home.always(say("ok"))
    own = {"openai-organization": "org-ministry", "openai-project": "proj-1", "idempotency-key": "idem-1", "user-agent": "ministry/1", "openai-beta": "b"}
    curl(gateway.url() + CHAT + "?api_key=Zq8fP2mXw7LkT93bNcYv&beta=true", chat_body(HEALTH), own.items())
    assert not {name for name, _ in home.only.headers} & set(own)
    assert home.only.path == CHAT and "query" in gateway.decisions()[-1]["lost"]
    assert home.only.header("authorization") == "Bearer sk-held-chat" and home.only.header("content-type") == "application/json"


def test_a_client_that_leaves_stops_an_encoded_stream(gateway, foreign):
    foreign.answers(changed(held(cut_bytes(gzipped(say("abc", every=1)), 20), piece1=Gate()), framing="chunked"))
    with Talk(gateway.address()) as talk:
        talk.send(request(chat_body(stream=True)))
        seen = foreign.only
    assert seen.gone.wait(10)


def test_a_client_that_takes_nothing_is_cut_at_the_end_of_the_time(start, foreign):
    gateway = start(limits=limits(total_seconds=2))
    events = b'data: {"choices":[{"index":0,"delta":{"content":"%s"}}]}\n\n' % (b"tide " * 8000)
    foreign.answers(raw(b"", content_type="text/event-stream", framing="chunked", pieces=[events] * 500))
    with Talk(gateway.address()) as talk:
        talk.send(request(chat_body(stream=True)))
        ended = gateway.outcomes(1)
    assert told(ended, "ending") == [("timeout",)]


def test_a_provider_that_never_pauses_ends_at_the_end_of_the_time(start, foreign):
    gateway = start(limits=limits(total_seconds=2))
    event = b'data: {"choices":[{"index":0,"delta":{"content":"%s"}}]}\n\n' % (b"tide " * 100)
    foreign.answers(raw(b"", content_type="text/event-stream", framing="chunked", pieces=[event] * 200_000))
    reply = curl(gateway.url() + CHAT, chat_body(stream=True), (), "--max-time", "30")
    assert b'"error"' in reply.body[-1000:] and b"upstream-timeout" in reply.body[-1000:]
    assert told(gateway.outcomes(1), "ending") == [("timeout",)]
    assert foreign.only.gone.wait(10)


@pytest.mark.parametrize("path", [CHAT, "/v1/messages"])
def test_a_client_that_leaves_at_the_last_event_has_all_of_it(start, foreign, path):
    """As the vendors' clients do: they read no further than the event that says the stream is complete."""
    gateway, gate = start(), Gate()
    last = b"[DONE]" if path == CHAT else b"message_stop"

    def script(seen):
        answer = say("a b c", every=1)(seen)
        return replace(answer, framing="chunked", pieces=[*answer.pieces, b": bye\n\n"], gates={len(answer.pieces): gate})

    foreign.answers(script)
    with Talk(gateway.address()) as talk:
        talk.send(request(chat_body(stream=True, max_tokens=9), path=path))
        talk.until(last + (b'"}' if path != CHAT else b""))
        talk.until(b"\n\n")
    ended = gateway.outcomes(1)
    gate.open()
    assert told(ended, "ending") == [("complete",)]


def test_what_a_stream_keeps_is_taken_from_the_memory_budget(start, foreign):
    """An event that does not end is kept: it counts, and when there is no room the answer ends with an error."""
    gateway = start(limits=limits(body=1 << 20, memory=8 << 20))
    pieces = [b'data: {"choices":[{"index":0,"delta":{"content":"'] + [b"tide " * 100_000] * 30
    foreign.answers(held(raw(b"", content_type="text/event-stream", framing="chunked", pieces=pieces), piece30=Gate()))
    reply = curl(gateway.url() + CHAT, chat_body(stream=True), (), "--max-time", "20")
    assert b'"busy"' in reply.body
    assert foreign.only.gone.wait(10)


def test_a_request_is_let_go_when_its_answer_begins(start, foreign):
    """A long answer does not hold the memory of a long prompt."""
    gateway = start(limits=limits(body=2 << 20, memory=3 << 20))
    gates = [Gate(), Gate()]
    foreign.answers(*(held(say("a b ", every=2), piece2=gate) for gate in gates))
    prompt = chat_body("tide " * 380_000, stream=True)
    with Talk(gateway.address()) as first, Talk(gateway.address()) as second:
        for talk in (first, second):
            talk.send(request(prompt))
            assert b" 200 " in talk.until(b"\r\n")
            talk.until(b'"content":"')
        for gate in gates:
            gate.open()


def test_a_picture_is_about_nobody_knows_whom(gateway, foreign):
    image = {"type": "image_url", "image_url": {"url": "https://pictures.test/1.png"}}
    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": [image]}]}).encode()
    before = len(gateway.decisions())
    curl(gateway.url() + CHAT, body)
    situation = gateway.decisions()[before]["situation"]
    assert situation["subjects_unknown"] is True


@pytest.mark.parametrize("spelling", ["Application/JSON", "APPLICATION/json; Charset=UTF-8"])
def test_the_case_of_a_type_does_not_matter(gateway, foreign, spelling):
    foreign.answers(changed(say("ok"), headers=[("content-type", spelling)]))
    assert curl(gateway.url() + CHAT, chat_body()).status == 200


