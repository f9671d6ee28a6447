"""One text for author, caller and analyst: why something was decided, and what would be sent instead."""

from __future__ import annotations

import json

import pytest

from support.answers import say
from support.config import Route
from support.contract import kind
from support.gateway import ROOT, command
from support.values import CLEAN, EMAIL, aws_key
from support.wire import curl

ROUTES = [Route("openai-chat", "home-chat", prefix="/home"), Route("openai-chat", "foreign")]
POLICY = ROOT / "tests/e2e/policies/apart/apart.policy"


def refused(gateway, text: str, path: str = "/v1/chat/completions") -> dict:
    answer = curl(gateway.url() + path, json.dumps({"model": "m", "messages": [{"role": "user", "content": text}]}).encode())
    assert answer.status == 403
    return json.loads(answer.body)["error"]


@pytest.fixture
def gateway(start, foreign, home):
    foreign.always(say("ok"))
    home.always(say("ok"))
    return start(policy="apart", routes=ROUTES)


@pytest.fixture
def policy(tmp_path):
    folder = tmp_path / "apart"
    folder.mkdir()
    text = POLICY.read_text()
    for name in ("foreign_url", "home_chat_url", "home_messages_url"):
        text = text.replace(f"${name}", f"https://{name.replace('_', '-')}.example/v1")
    (folder / "apart.policy").write_text(text)
    return folder


def explain(policy, *given: str, form: str = "pretty") -> str:
    options = [option for words in given for option in ("--given", words)]
    done = command("rules", "explain", policy, "--format", form, *options)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_caller_is_told_what_would_be_sent_and_where_it_can_go(gateway):
    error = refused(gateway, f"Write to {EMAIL}")
    # Another destination would take it too, but no route leads there, so its callers need not know that there is one.
    instead = "Without personal it would be sent. It could go to home-chat."
    assert error["seawall"]["instead"] == instead and error["message"].endswith(instead)
    assert "home-messages" not in json.dumps(error) and EMAIL not in json.dumps(error)


def test_a_caller_is_told_no_less_than_would_help(gateway):
    error = refused(gateway, f"{aws_key()}, ask {EMAIL}")
    assert error["seawall"]["instead"] == "Without personal, secret it would be sent."
    error = refused(gateway, f"{aws_key()}, ask {EMAIL}", "/home/v1/chat/completions")
    assert error["seawall"]["instead"] == "Without secret it would be sent."


def test_an_incident_tells_what_explain_tells(gateway, policy):
    refused(gateway, f"{aws_key()}, ask {EMAIL}")
    record = gateway.decisions()[-1]
    told = [line.strip() for line in record["explained"]]

    assert told[1] == "→ block by rule secrets-never-leave"
    assert "yes  secrets-never-leave [NIS2 Art. 21(2)]" in told
    assert "no  people-at-home; not so: it goes to tier must-control" in told
    assert "can go nowhere: secret (rule secrets-never-leave [NIS2 Art. 21(2)])" in told
    assert EMAIL not in str(told) and aws_key() not in str(told)

    situation = record["situation"]
    given = [
        "data " + ", ".join(f"{level} {name}" for name, level in situation["classes"]), "about unknown", "to foreign",
        "from anonymous", f"the operation is {situation['operation']}", f"it carries {', '.join(situation['content'])}",
        f"it has {situation['volume']} B", f"it is sent at {situation['time']}",
    ]  # fmt: skip
    everything = [line.strip() for line in explain(policy, *given).splitlines()]
    assert [line for line in told if not line.endswith(" more") and line not in everything] == []


def test_only_incidents_are_explained(gateway):
    curl(gateway.url() + "/v1/chat/completions", json.dumps({"model": "m", "messages": [{"role": "user", "content": CLEAN}]}).encode())
    gateway.outcomes(1)
    decisions = [record for record in gateway.records() if kind(record) == "decision"]
    assert decisions and not any("explained" in record for record in decisions)


def test_alternatives_are_told_to_programs_too(policy):
    told = json.loads(explain(policy, "data personal", "about unknown", "to foreign", form="json"))["alternatives"]
    assert told == {
        "elsewhere": [{"destination": "home-chat"}, {"destination": "home-messages"}],
        "without": {"classes": ["personal"]}, "nowhere": [], "unmanned": [], "complete": True,
    }  # fmt: skip
    told = json.loads(explain(policy, "data secret", "about unknown", "to foreign", form="json"))["alternatives"]
    assert told["nowhere"] == [{"class": "secret", "by": [{"cause": "rule secrets-never-leave", "law": "NIS2 Art. 21(2)"}]}]
