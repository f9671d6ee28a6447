"""Every bound has a defined outcome: full memory is a 503 with Retry-After, a late provider is an error, never a hang."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest

from support.answers import held, say
from support.config import limits
from support.contract import BUSY, METRIC_SHED, find
from support.load import request
from support.provider import Gate
from support.values import CLEAN
from support.wire import CurlFailed, Talk, curl

CHAT = "/v1/chat/completions"


def chat_body(text: str, **more) -> bytes:
    return json.dumps({"model": "m", "messages": [{"role": "user", "content": text}], **more}).encode()


def test_a_full_memory_budget_is_503_until_it_empties(start, foreign):
    gateway = start(limits=limits(memory=6 << 20, body=4 << 20))
    foreign.always(say("ok"))
    large = request(chat_body("a" * (3 << 20)))
    waiting = []
    try:
        for _ in range(2):  # Two bodies that are never completed hold most of the budget.
            talk = Talk(gateway.address())
            talk.send(large[: -(1 << 10)])
            waiting.append(talk)
        reply = eventually(lambda: curl(gateway.url() + CHAT, chat_body("b" * (3 << 20))), lambda reply: reply.status == BUSY)
        assert int(reply.header("retry-after")) >= 1
        assert find(json.loads(reply.body), "code")
        assert gateway.metric(METRIC_SHED) >= 1
    finally:
        for talk in waiting:
            talk.socket.close()
    eventually(lambda: curl(gateway.url() + CHAT, chat_body("b" * (3 << 20))), lambda reply: reply.status == 200)


def eventually(ask, good, attempts: int = 100):
    """Asks until the answer is good. For states that the gateway reaches without saying so, such as a body half received."""
    for _ in range(attempts):
        reply = ask()
        if good(reply):
            return reply
        time.sleep(0.02)
    raise AssertionError(f"the last answer was {reply.status}")


@pytest.mark.parametrize("stream", [False, True])
def test_a_provider_that_never_answers_is_an_error_in_time(start, foreign, stream):
    gateway = start(limits=limits(total_seconds=2))
    foreign.always(held(say("never"), head=Gate()))
    began = time.monotonic()
    reply = curl(gateway.url() + CHAT, chat_body(CLEAN, stream=stream))
    assert reply.status == 504 and find(json.loads(reply.body), "code")
    assert time.monotonic() - began < 10
    assert foreign.only.gone.wait(10)


def test_a_stream_that_stalls_ends_with_an_error_event(start, foreign):
    gateway = start(limits=limits(total_seconds=2))
    foreign.always(held(say("abc", every=1), piece3=Gate()))
    try:
        text = curl(gateway.url() + CHAT, chat_body(CLEAN, stream=True)).body
    except CurlFailed as cut:
        assert cut.code in (18, 56, 92)
    else:
        assert b'"error"' in text and b"[DONE]" not in text
    assert foreign.only.gone.wait(10)


def test_a_body_that_stops_half_way_is_dropped_in_time(start, foreign):
    gateway = start(limits=limits(total_seconds=2))
    with Talk(gateway.address()) as talk:
        talk.send(request(chat_body(CLEAN))[:-5])
        got = talk.wait_closed()
    assert not got or got.startswith(b"HTTP/1.1 4")
    assert foreign.saw_nothing


def test_many_clients_at_once(gateway, foreign):
    """Two hundred connections; each gets its own answer."""
    foreign.always(lambda seen: say(seen.json["model"])(seen))
    talks = [Talk(gateway.address()) for _ in range(200)]
    for number, talk in enumerate(talks):
        body = json.dumps({"model": f"many-{number}", "messages": [{"role": "user", "content": CLEAN}]}).encode()
        talk.send(request(body))
    for number, talk in enumerate(talks):
        answer = json.loads(talk.reply().body)
        assert answer["choices"][0]["message"]["content"] == f"many-{number}"
        talk.socket.close()


TINY = {("judgement", "fuel_base"): 1000, ("judgement", "fuel_per_byte"): 1}
MUCH_WORK = "Write to anna@example.org, +43 316 872 6543 or AT61 1904 3002 3457 3201. " * 200


@pytest.mark.parametrize("path", [CHAT, "/v1/messages"])
def test_judgement_that_takes_more_work_than_is_allowed_is_a_refusal_on_record(start, foreign, home, path):
    gateway = start(limits=TINY)
    reply = curl(gateway.url() + path, chat_body(MUCH_WORK, max_tokens=9))
    assert reply.status == 422 and find(json.loads(reply.body), "code") == "too-much-work"
    assert foreign.saw_nothing and home.saw_nothing
    assert [(record["action"], record["refusal"]) for record in gateway.decisions()] == [("refuse", "too-much-work")]
    assert [(record["ending"], record["status"]) for record in gateway.outcomes(1)] == [("refused", 422)]


def test_more_values_than_a_request_may_hold_are_a_refusal_before_they_take_memory(gateway, foreign):
    reply = curl(gateway.url() + CHAT, chat_body("a@b.at " * 300_000))
    assert reply.status == 422 and find(json.loads(reply.body), "code") == "too-much-work"
    assert foreign.saw_nothing
    peak = int(re.search(r"VmHWM:\s+(\d+) kB", (Path("/proc") / str(gateway.process.pid) / "status").read_text())[1])
    assert peak < 400 << 10, f"{peak} kB"


def test_an_ordinary_request_of_that_kind_has_work_to_spare(gateway, foreign):
    foreign.always(say("ok"))
    assert curl(gateway.url() + CHAT, chat_body(MUCH_WORK)).status == 200
