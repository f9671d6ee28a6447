"""Where a destination says it is, against what its addresses say: consistent, refuted or unprovable, with the evidence on record.

The provider answers at addresses that look public, and a database written here says in which country they are.
"""

from __future__ import annotations

import json

import pytest

from support.answers import raw, say
from support.contract import find
from support.countries import BUILT, flat, nested, write
from support.network import public_addresses
from support.provider import Provider
from support.values import CLEAN, EMAIL
from support.wire import curl

RULES = """rule nothing-goes-to-a-false-place
  "Nothing is sent to a destination whose place is refuted."
  when   the place is refuted
  then   block
  law    GDPR Art. 44

rule people-need-a-place-that-holds
  "Where a place cannot be proved, people are not sent even as tokens."
  when   data includes personal
  and    it goes to foreign
  and    the place is unprovable
  then   block
"""
FORMS = {"country_code": flat, "country.iso_code": nested}


@pytest.fixture(scope="module")
def addresses():
    with public_addresses(2) as found:
        yield found


@pytest.fixture(scope="module")
def abroad(addresses):
    with Provider("abroad", host=addresses[0]) as provider:
        yield provider


@pytest.fixture
def placed(start, abroad, addresses, tmp_path):
    """Starts a gateway whose foreign destination, which claims to be in the United States, is at these of the addresses."""

    def make(countries: dict[str, bytes] | None, at: list[str]):
        abroad.reset()
        abroad.always(say("ok"))
        database = None if countries is None else write(tmp_path / "countries.mmdb", countries)
        gateway = start(begin=False, countries=database, dns={"api.foreign.test": at, "api.home.test": ["127.0.0.1"]})
        policy = gateway.folder / "policy"
        (policy / "places.policy").write_text(RULES)
        file = policy / "destinations.policy"
        lines = file.read_text().splitlines()
        where = lines.index("destination foreign")
        url = next(number for number in range(where, len(lines)) if lines[number].strip().startswith("url"))
        lines[url] = f"  url        {abroad.url('api.foreign.test')}/v1"
        file.write_text("\n".join(lines) + "\n")
        return gateway.start()

    return make


def ask(gateway, text: str = CLEAN):
    body = {"model": "m", "messages": [{"role": "user", "content": text}]}
    return curl(gateway.url() + "/v1/chat/completions", json.dumps(body).encode())


def judged(gateway, number: int = 0) -> dict:
    return gateway.decisions()[number]["candidate"]


@pytest.mark.parametrize("form", FORMS)
def test_a_place_that_the_evidence_agrees_with(placed, abroad, addresses, form):
    gateway = placed({f"{addresses[0]}/32": FORMS[form]("US")}, addresses[:1])
    assert ask(gateway).status == 200 and abroad.only
    assert ask(gateway, f"Write to {EMAIL}").status == 200
    candidate = judged(gateway)
    assert candidate["grade"] == "consistent" and candidate["database"] == BUILT
    assert candidate["addresses"] == [{"address": addresses[0], "country": "US", "evidence": ["CountryDatabase: US"]}]
    assert gateway.outcomes(2)[0]["upstream"].startswith(addresses[0]), "the address connected is not the address judged"


@pytest.mark.parametrize("form", FORMS)
def test_a_place_that_the_evidence_contradicts_stops(placed, abroad, addresses, form):
    gateway = placed({f"{addresses[0]}/32": FORMS[form]("RU")}, addresses[:1])
    reply = ask(gateway)
    assert reply.status == 403 and find(json.loads(reply.body), "rule") == "nothing-goes-to-a-false-place"
    assert abroad.saw_nothing
    assert judged(gateway)["grade"] == "refuted"
    assert judged(gateway)["addresses"][0]["evidence"] == ["CountryDatabase: RU"]


def test_one_address_elsewhere_is_enough(placed, abroad, addresses):
    """The connection could go to any of them."""
    gateway = placed({f"{addresses[0]}/32": flat("US"), f"{addresses[1]}/32": nested("CN")}, addresses)
    assert ask(gateway).status == 403 and abroad.saw_nothing
    assert judged(gateway)["grade"] == "refuted"
    assert [site["country"] for site in judged(gateway)["addresses"]] == ["US", "CN"]


UNKNOWN = {"no database": None, "not listed": {"12.0.0.0/8": flat("US")}, "no country": {"11.0.0.0/8": flat("EU")}}


@pytest.mark.parametrize("kind", UNKNOWN)
def test_a_place_that_nothing_proves_is_a_value_for_the_policy(placed, abroad, addresses, kind):
    gateway = placed(UNKNOWN[kind], addresses[:1])
    assert ask(gateway).status == 200 and abroad.only
    refused = ask(gateway, f"Write to {EMAIL}")
    assert refused.status == 403 and find(json.loads(refused.body), "rule") == "people-need-a-place-that-holds"
    assert len(abroad.requests) == 1
    candidate = judged(gateway)
    assert candidate["grade"] == "unprovable" and not candidate["addresses"][0].get("country")
    assert candidate.get("database") == (None if kind == "no database" else BUILT)


def test_an_address_of_our_own_network_proves_no_country(start, foreign):
    """The usual provider of these tests, at 127.0.0.1, claims to be in the United States."""
    gateway = start()
    foreign.always(say("ok"))
    assert ask(gateway).status == 200
    assert judged(gateway)["grade"] == "unprovable"


@pytest.fixture
def told(start, foreign):
    """Starts a gateway of whose foreign destinations, in both dialects, the policy says more."""

    def make(line: str, rules: str = ""):
        gateway = start(begin=False)
        foreign.always(say("ok"))
        policy = gateway.folder / "policy"
        (policy / "places.policy").write_text(rules or "# none\n")
        file = policy / "destinations.policy"
        lines = file.read_text().splitlines()
        for name in ("foreign", "foreign-messages"):
            where = lines.index(f"destination {name}")
            url = next(number for number in range(where, len(lines)) if lines[number].strip().startswith("url"))
            lines.insert(url, line)
        file.write_text("\n".join(lines) + "\n")
        return gateway.start()

    return make


PATHS = ("/v1/chat/completions", "/v1/messages")
ASKED = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": CLEAN}]}


def post(gateway, body: dict, path: str = PATHS[0]):
    return curl(gateway.url() + path, json.dumps(body).encode())


def test_a_place_that_a_field_chooses_is_set_by_the_gateway(told, foreign):
    """Whatever the caller put there, in both dialects; what nobody may take for a place is left alone."""
    gateway = told("  pins       inference_geo to us")
    for path in PATHS:
        for theirs in ({}, {"inference_geo": "global"}):
            assert post(gateway, theirs | ASKED, path).status == 200, path
    for seen in foreign.wait(4):
        assert seen.json == ASKED | {"inference_geo": "us"}
    assert judged(gateway)["grade"] == "proven"


def test_a_place_that_the_name_of_a_model_chooses_is_demanded(told, foreign):
    """By what begins it or ends it, in both dialects; another is the client's usual error, and nothing is sent."""
    gateway = told("  pins       model to us.*, *:us-host, exact")
    for path in PATHS:
        for model in ("us.large", "anyone/small:us-host", "exact"):
            assert post(gateway, ASKED | {"model": model}, path).status == 200, (path, model)
    assert [seen.json["model"] for seen in foreign.wait(6)][:3] == ["us.large", "anyone/small:us-host", "exact"]
    assert judged(gateway)["grade"] == "proven"
    for path in PATHS:
        for model in ("eu.us.large", "global.large", "US.large", "us.", "exact2", "small:us-host:fast", "", None):
            reply = post(gateway, ASKED | {"model": model}, path)
            assert reply.status in (400, 403), (path, model)
            assert reply.status == 400 or find(json.loads(reply.body), "code") == "model-not-taken", model
        assert post(gateway, {name: held for name, held in ASKED.items() if name != "model"}, path).status in (400, 403)
    assert len(foreign.requests) == 6
    assert gateway.metric("seawall_requests_refused_total", code="model-not-taken") > 0


ANSWERS = {
    "openai": {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [
        {"index": 0, "message": {"role": "assistant", "content": "ok"}, "finish_reason": "stop"}]},
    "messages": {"id": "a", "type": "message", "role": "assistant", "model": "m", "stop_reason": "end_turn",
                 "content": [{"type": "text", "text": "{\"usage\":{\"inference_geo\":\"xx\"}}"}]},
}


def answer(dialect: str, usage: dict):
    return raw(json.dumps(ANSWERS[dialect] | {"usage": usage}).encode())


def stream(usage: dict):
    """A stream of messages, whose first event has the usage inside of another object."""
    first = {"type": "message_start", "message": ANSWERS["messages"] | {"content": [], "usage": usage}}
    events = [first, {"type": "message_stop"}]
    frames = [f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode() for event in events]
    return raw(b"".join(frames), content_type="text/event-stream", pieces=frames)


ELSEWHERE = {
    "whole": (PATHS[0], {}, lambda usage: answer("openai", usage)),
    "whole, messages": (PATHS[1], {}, lambda usage: answer("messages", usage)),
    "streamed": (PATHS[1], {"stream": True}, stream),
}


@pytest.mark.parametrize("way", ELSEWHERE)
def test_an_answer_from_elsewhere_refutes_the_place(told, foreign, way):
    """The answer is let through, for the bytes have left; nothing follows them, until the policy says something else of the destination."""
    path, more, script = ELSEWHERE[way]
    gateway = told("  echoes     usage.inference_geo as us, us-gov", RULES)
    for usage in ({"inference_geo": "us"}, {"inference_geo": "US-Gov"}, {"inference_geo": None}, {"input_tokens": 1}):
        foreign.always(script(usage))
        assert post(gateway, ASKED | more, path).status == 200, usage
    foreign.always(script({"inference_geo": "eu"}))
    assert post(gateway, ASKED | more, path).status == 200
    outcome = gateway.outcomes(5)[4]
    assert outcome["contradicted"] == "usage.inference_geo: eu" and outcome["ending"] == "complete"
    assert not any("contradicted" in earlier for earlier in gateway.outcomes(5)[:4])
    foreign.always(script({"inference_geo": "us"}))
    for _ in range(2):
        reply = post(gateway, ASKED | more, path)
        assert reply.status == 403 and find(json.loads(reply.body), "rule") == "nothing-goes-to-a-false-place"
    assert len(foreign.requests) == 5
    assert judged(gateway, 5)["grade"] == "refuted" and judged(gateway, 5)["contradicted"] == "usage.inference_geo: eu"
    other = next(known for known in PATHS if known != path)
    foreign.always(say("ok"))
    assert post(gateway, ASKED, other).status == 200, "another destination is judged by its own answers"
    assert gateway.metric("seawall_places_contradicted_total") == 1


def test_a_place_is_no_longer_refuted_when_the_policy_says_something_else_of_it(told, foreign):
    gateway = told("  echoes     usage.inference_geo as us", RULES)
    foreign.always(answer("openai", {"inference_geo": "eu"}))
    assert post(gateway, ASKED).status == 200
    assert post(gateway, ASKED).status == 403
    gateway.reload()
    assert post(gateway, ASKED).status == 403, "the same policy, read anew, forgives nothing"
    file = gateway.folder / "policy" / "destinations.policy"
    file.write_text(file.read_text().replace("as us\n", "as us, eu\n"))
    gateway.reload()
    assert post(gateway, ASKED).status == 200 and post(gateway, ASKED).status == 200
