"""Names that stand for addresses they must not stand for, and name servers that lie, mumble or say nothing."""

from __future__ import annotations

import json
import time

import pytest

from support.answers import say
from support.contract import find
from support.network import NameServer, reply
from support.values import CLEAN
from support.wire import curl

BODY = json.dumps({"model": "m", "messages": [{"role": "user", "content": CLEAN}]}).encode()
PUBLIC = "11.0.0.1"  # Assigned; nothing here ever connects to it.
SECONDS = 1.0  # `dns.timeout` here.


@pytest.fixture
def asking(start, foreign):
    """Starts a gateway that asks this name server for its providers."""

    def make(server: NameServer, private=()):
        foreign.always(say("ok"))
        url = foreign.url("api.foreign.test")
        timeout = {("dns", "timeout"): f"{int(SECONDS * 1000)}ms", ("upstream", "connect"): "1s"}
        return start(
            dns={}, dns_servers=[server.address], dns_private=list(private), limits=timeout,
            destinations={name: url for name in ("foreign", "foreign-messages", "home-chat", "home-messages")},
        )  # fmt: skip

    return make


def assert_not_resolved(gateway, foreign, *why) -> None:
    """Refused in time, on record for one of these reasons, and nothing was connected."""
    began, connections = time.monotonic(), foreign.connections
    answer = curl(gateway.url() + "/v1/chat/completions", BODY)
    assert time.monotonic() - began < SECONDS + 10  # It ends by itself; a busy machine may take its time.
    assert answer.status == 502 and find(json.loads(answer.body), "code") == "not-resolved"
    assert foreign.saw_nothing and foreign.connections == connections
    assert [record.get("refusal") for record in gateway.decisions()] == ["not-resolved"]
    assert [record["candidate"].get("addresses", []) for record in gateway.decisions()] == [[]]
    assert [record["candidate"]["unresolved"] in why for record in gateway.decisions()] == [True]
    assert [(record["ending"], record["status"]) for record in gateway.outcomes(1)] == [("refused", 502)]


@pytest.mark.parametrize("addresses", [["127.0.0.1"], [PUBLIC, "127.0.0.1"], ["127.0.0.1", PUBLIC], [PUBLIC, "169.254.169.254"]])
def test_a_name_that_stands_for_a_private_address_is_not_connected(asking, foreign, addresses):
    with NameServer(lambda question: reply(question, addresses)) as server:
        assert_not_resolved(asking(server), foreign, "private-address")
        assert server.asked


def test_a_name_that_may_is(asking, foreign):
    with NameServer(lambda question: reply(question, ["127.0.0.1"])) as server:
        gateway = asking(server, private=["api.foreign.test"])
        assert curl(gateway.url() + "/v1/chat/completions", BODY).status == 200
        assert foreign.only.header("host") == f"api.foreign.test:{foreign.port}"
        assert gateway.decisions()[0]["candidate"]["addresses"][0]["address"] == "127.0.0.1"


SILENT = ("dns-timeout", "dns-failed")

WRONG = {
    "nothing": lambda question: None,
    "garbage": lambda question: b"\xff" * 40,
    "too short": lambda question: question[:5],
    "no such name": lambda question: reply(question, [], flags=0x8183),
    "a failure": lambda question: reply(question, [], flags=0x8182),
    "no address": lambda question: reply(question, []),
    "a cut answer": lambda question: reply(question, ["127.0.0.1"], flags=0x8380),
    "half an answer": lambda question: reply(question, [PUBLIC])[:-2],
    "another id": lambda question: reply(question, ["127.0.0.1"], id=bytes(byte ^ 0xFF for byte in question[:2])),
    "another name": lambda question: reply(question.replace(b"foreign", b"foreigm"), ["127.0.0.1"]),
    "the question itself": lambda question: question,
}


WHY = {"no such name": ["no-such-name"], "no address": ["no-address"], "the question itself": ["no-address", *SILENT]}


@pytest.mark.parametrize("kind", WRONG)
def test_a_name_server_that_does_not_answer_is_a_refusal_in_time(asking, foreign, kind):
    """Private addresses are allowed here, so that a reply that must not count would show."""
    with NameServer(WRONG[kind]) as server:
        gateway = asking(server, private=["api.foreign.test", "api.foreigm.test"])
        assert_not_resolved(gateway, foreign, *WHY.get(kind, SILENT))
        assert server.asked


def test_a_dead_name_server_is_a_refusal_in_time(asking, foreign):
    with NameServer(lambda question: None) as server:
        pass
    assert_not_resolved(asking(server), foreign, *SILENT)
