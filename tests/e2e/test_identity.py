"""Callers whom a token of the agency's identity provider names: who believes what, which lists that fills, and what is on record."""

from __future__ import annotations

import json
import time

import openai
import pytest

from support.answers import say
from support.contract import find
from support.gateway import command
from support.tokens import AUDIENCE, ISSUER, IdentityProvider, coded
from support.values import CLEAN, EMAIL
from support.wire import curl

LISTS = """
people cleared
  "Those cleared to name persons abroad, as the identity provider says"

people away
  "Those on leave, as the personnel office writes into a file"

rule nobody-works-on-leave
  when   it comes from people away
  and    it goes to tier market
  then   block

rule cleared-people-may-say-who
  when   data includes personal
  and    it comes from people cleared
  and    it goes to foreign
  then   allow

exception people-as-they-are
  "Of those who are cleared persons go as they are."
  to       rule personal-data-leaves-as-tokens
  when     it comes from people cleared
  because  "A test."
  owner    dpo@ministry.test
  granted  2026-01-01 by dpo@ministry.test
  until    2027-12-31
"""
HEADER = "seawall-identity"
TOKEN = {"issuer": ISSUER, "audience": AUDIENCE, "people": {"cleared": ["clearance-2", "clearance-3"]}}
KEYS = {"sk-chat": "chat"}


@pytest.fixture(scope="module")
def provider():
    return IdentityProvider()


@pytest.fixture
def gateway(start, foreign, provider):
    """One application, whose key all share; a token says who writes."""
    foreign.always(say("ok"))

    def make(rules: str = "", **token):
        gateway = start(begin=False, client_keys=KEYS, people={"away": "bert\n"}, token=TOKEN | token)
        (gateway.folder / "idp.json").write_text(provider.keys())
        (gateway.folder / "policy" / "identity.policy").write_text(rules or LISTS_ONLY)
        return gateway.start()

    return make


LISTS_ONLY = LISTS.split("exception ")[0]


def ask(gateway, token: str | None, text: str = CLEAN, header: str = HEADER, key: str = "sk-chat", scheme: str = ""):
    """The answer, or the code of the refusal."""
    headers = {} if token is None else {header: scheme + token}
    try:
        said = gateway.openai(key).chat.completions.create(
            model="m", messages=[{"role": "user", "content": text}], extra_headers=headers)
        return said.choices[0].message.content
    except openai.APIStatusError as refused:
        return refused.body["code"]


def listed(record: dict) -> tuple:
    return record["situation"].get("people"), record["situation"].get("not_people")


@pytest.mark.parametrize("algorithm", ["RS256", "RS384", "RS512", "PS256", "PS512", "ES256", "ES384", "EdDSA"])
def test_tokens_of_all_kinds_that_providers_sign_are_believed(gateway, provider, foreign, algorithm):
    gateway = gateway()
    cleared = provider.token(algorithm, groups=["staff", "clearance-2"])
    assert ask(gateway, cleared) == "ok" and ask(gateway, provider.token(algorithm), scheme="Bearer ") == "ok"
    assert [listed(record) for record in gateway.decisions()] == [(["cleared"], ["away"]), (None, ["away", "cleared"])]
    for seen in foreign.wait(2):
        assert b"seawall" not in seen.everything.lower() and cleared.encode() not in seen.everything
        assert cleared.split(".")[1].encode() not in seen.everything


def test_who_is_on_a_list_may_more(gateway, provider, foreign):
    gateway = gateway()
    text = f"Write to {EMAIL}"
    assert ask(gateway, provider.token(sub="bert"), text) == "blocked", "his name stands in the file of those on leave"
    assert ask(gateway, None, text) == "blocked", "without a token anybody may be on leave"
    assert foreign.saw_nothing
    assert ask(gateway, provider.token(groups=["clearance-3"]), text) == "ok"
    assert [listed(record) for record in gateway.decisions()] == [
        (["away"], ["cleared"]), (None, None), (["cleared"], ["away"])]


def test_a_person_is_on_record_as_a_pseudonym(gateway, provider):
    """Another for each person behind the one key, the same in each request of one, and none of what the token says."""
    gateway = gateway()
    for person in ("anna", "carla", "anna"):
        assert ask(gateway, provider.token(sub=person)) == "ok"
    first, second, third = [record["client"]["identity"]["mac"] for record in gateway.decisions()]
    assert first == third != second
    written = b"".join(path.read_bytes() for path in gateway.journal_dir.rglob("*") if path.is_file())
    assert b"carla" not in written and ISSUER.encode() not in written and b"clearance" not in written


def refused_tokens(provider: IdentityProvider) -> dict[str, str]:
    now = int(time.time())
    good = provider.token()
    head, body, signature = good.split(".")
    stranger = IdentityProvider()
    return {
        "expired": provider.token(exp=now - 120),
        "without an end": provider.token(exp=None),
        "not yet": provider.token(nbf=now + 600),
        "of another issuer": provider.token(iss="https://login.elsewhere.test"),
        "for another": provider.token(aud="payroll"),
        "for nobody": provider.token(aud=None),
        "with other claims": f"{head}.{coded({'iss': ISSUER, 'aud': AUDIENCE, 'sub': 'root', 'exp': now + 60})}.{signature}",
        "without a signature": f"{coded({'alg': 'none'})}.{body}.",
        "signed with a shared key": f"{coded({'alg': 'HS256', 'kid': 'rsa'})}.{body}.{signature}",
        "of a stranger": stranger.token(),
        "of another key": provider.token("ES256", header={"kid": "ES384"}),
        "with what must be understood": provider.token(header={"crit": ["exp2"], "exp2": 1}),
        "with groups of another form": provider.token(groups={"clearance-2": True}),
        "no token": "let-me-in",
        "empty": "",
        "cut": good[:-20],
    }


REFUSED = list(refused_tokens(IdentityProvider()))


def test_a_token_that_is_not_believed_is_an_error_and_nothing_is_sent(gateway, provider, foreign):
    gateway = gateway()
    for what, token in refused_tokens(provider).items():
        assert ask(gateway, token) == "identity-not-believed", what
    with pytest.raises(openai.AuthenticationError) as told:
        gateway.openai("sk-chat").chat.completions.create(
            model="m", messages=[{"role": "user", "content": CLEAN}], extra_headers={HEADER: provider.token(exp=1)})
    assert "not valid any more" in told.value.message and find(told.value.body, "remedy").startswith("Log in again")
    messages = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": CLEAN}]}
    reply = curl(gateway.url() + "/v1/messages", json.dumps(messages).encode(), headers=[(HEADER, "x")])
    assert reply.status == 401 and json.loads(reply.body)["error"]["type"] == "authentication_error"
    assert foreign.saw_nothing
    assert all(record["refusal"] == "identity-not-believed" for record in gateway.decisions())
    assert gateway.metric("seawall_requests_refused_total", code="identity-not-believed") == len(REFUSED) + 2


def test_a_token_in_the_usual_header_never_leaves(gateway, provider, foreign):
    """Where clients log in with `Authorization`, what stands there is for the gateway, and a key beside it is the provider's."""
    gateway = gateway(header="Authorization")
    token = provider.token(sub="carla", groups=["clearance-2"])
    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": CLEAN}]}).encode()
    assert curl(gateway.url() + "/v1/chat/completions", body, headers=[("Authorization", f"Bearer {token}")]).status == 200
    both = [("Authorization", f"Bearer {token}"), ("x-api-key", "sk-theirs")]
    talk = json.dumps({"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": CLEAN}]}).encode()
    assert curl(gateway.url() + "/v1/messages", talk, headers=both).status == 200
    first, second = foreign.wait(2)
    for seen in (first, second):
        assert token.split(".")[1].encode() not in seen.everything and token.split(".")[2].encode() not in seen.everything
    assert dict(second.headers)["x-api-key"] == "sk-theirs"
    assert curl(gateway.url() + "/v1/chat/completions", body, headers=[("Authorization", "Bearer sk-chat")]).status == 401
    assert [listed(record)[0] for record in gateway.decisions()[:2]] == [["cleared"], ["cleared"]]


def test_keys_are_read_anew_with_a_reload_and_bad_ones_keep_the_old(gateway, provider, foreign):
    gateway = gateway()
    after = IdentityProvider()
    assert ask(gateway, provider.token()) == "ok" and ask(gateway, after.token()) == "identity-not-believed"
    (gateway.folder / "idp.json").write_text('{"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}')
    gateway.reload(result="failed")
    assert ask(gateway, provider.token()) == "ok"
    (gateway.folder / "idp.json").write_text(after.keys())
    gateway.reload()
    assert ask(gateway, provider.token()) == "identity-not-believed" and ask(gateway, after.token()) == "ok"


ASKS = """
rule persons-go-with-a-reason
  when   data includes personal
  and    it goes to tier market
  then   ask justification
"""


def test_a_leave_is_for_the_person_who_asked(gateway, provider, foreign):
    """Two people behind one application: what one was asked for is no leave for the other."""
    gateway = gateway(ASKS)

    def tries(person: str, **headers):
        return gateway.openai("sk-chat").chat.completions.create(
            model="m", messages=[{"role": "user", "content": f"Write to {EMAIL}"}],
            extra_headers={HEADER: provider.token(sub=person), **headers})

    with pytest.raises(openai.PermissionDeniedError) as told:
        tries("anna")
    send = dict(find(told.value.body, "ask")["send"]) | {"seawall-justification": "Case 4711, by order of the court"}
    with pytest.raises(openai.PermissionDeniedError) as other:
        tries("carla", **send)
    assert other.value.body["code"] == "challenge-unfit" and foreign.saw_nothing
    assert tries("anna", **send).choices[0].message.content == "ok"
    assert gateway.decisions()[-1]["asked"]["actor"] == "anna"


def test_what_is_wrong_with_the_configuration_is_told_at_once(start, provider):
    token = {"issuer": "", "audience": AUDIENCE, "header": "two words", "people": {"away": ["x"], "cleared": []}}
    gateway = start(begin=False, client_keys=KEYS, people={"away": ""}, token=token)
    (gateway.folder / "idp.json").write_text('{"keys": []}')
    told = command("config", "check", str(gateway.folder / "seawall.toml")).stderr
    for expected in ("identity.token.issuer", "identity.token.header", "identity.token.people.away", "identity.token.people.cleared",
                     "no key that signatures can be verified by"):
        assert expected in told, told
