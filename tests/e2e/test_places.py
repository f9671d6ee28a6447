"""Where a destination says it is, against what its addresses say: consistent, refuted or unprovable, with the evidence on record.

The provider answers at addresses that look public, and a database written here says in which country they are.
"""

from __future__ import annotations

import json

import pytest

from support.answers import say
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


def test_a_place_that_a_field_chooses_is_set_by_the_gateway(start, foreign):
    """Whatever the caller put there, in both dialects; what nobody may take for a place is left alone."""
    gateway = start(begin=False)
    foreign.always(say("ok"))
    file = gateway.folder / "policy" / "destinations.policy"
    lines = file.read_text().splitlines()
    for name in ("foreign", "foreign-messages"):
        where = lines.index(f"destination {name}")
        url = next(number for number in range(where, len(lines)) if lines[number].strip().startswith("url"))
        lines.insert(url, "  pins       inference_geo to us")
    file.write_text("\n".join(lines) + "\n")
    gateway.start()
    said = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": CLEAN}]}
    for path in ("/v1/chat/completions", "/v1/messages"):
        for theirs in ({}, {"inference_geo": "global"}):
            assert curl(gateway.url() + path, json.dumps(theirs | said).encode()).status == 200, path
    for seen in foreign.wait(4):
        assert seen.json == said | {"inference_geo": "us"}
    assert judged(gateway)["grade"] == "proven"
