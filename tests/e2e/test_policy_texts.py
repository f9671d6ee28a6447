"""Tests of a policy that give a text: it goes through detectors, decision, edits and the second look, as a request does."""

from __future__ import annotations

import json

import pytest

from support.gateway import command
from support.values import EMAIL, aws_key

POLICY = """policy town
  "Texts in tests"

class people
  "Names and addresses"
  detect contact

class secret
  "Keys and passwords"
  detect credential

destination home
  url https://home.example/v1
  operator Town answers to DE
  processed in DE
  tier must-control

destination shop
  url https://shop.example/v1
  speaks anthropic-messages
  operator Shop answers to US
  processed in US
  tier market

rule people-at-home
  when data includes people
  and  it goes to home
  then allow

rule people-as-tokens
  when data includes people
  and  it goes to tier market
  then redact people as token

rule clean
  when data includes nothing
  and  it is a request, an answer
  then allow

rule secrets
  when data includes secret
  and  it is a request, an answer
  then block
"""


def case(name: str, *given: str, expect: str, to: str = "shop") -> str:
    lines = "\n  and   ".join([*given, f"to {to}"])
    return f'\ntest "{name}"\n  given {lines}\n  on    2026-11-21\n  expect {expect}\n'


@pytest.fixture
def town(tmp_path):
    """Writes a policy with these tests and runs a command on it."""

    def run(verb: str, *tests: str, options=(), expect: int = 0) -> str:
        folder = tmp_path / "town"
        folder.mkdir(exist_ok=True)
        (folder / "town.policy").write_text(POLICY + "".join(tests))
        done = command("rules", verb, folder, *options)
        assert done.returncode == expect, done.stdout + done.stderr
        return done.stdout

    return run


RIGHT = (
    case("tokens", f'text "Write to {EMAIL}."', "data people", "about unknown", expect="redact people as token by people-as-tokens"),
    case("at home", f'text "Write to {EMAIL}."', "data people", "about unknown", to="home", expect="allow by people-at-home"),
    case("nothing", 'text "Explain the tides."', expect="allow by clean"),
    case("a key", f'text "It says"', f'text "{aws_key()}"', "data secret", "about unknown", expect="block by secrets"),
    case("an answer", f'text "{aws_key()}"', "data secret", "about unknown", "it is an answer", expect="block by secrets"),
)  # fmt: skip


@pytest.mark.parametrize("verb", ["test", "check"])
def test_a_text_that_is_what_its_test_says_passes(town, verb):
    told = town(verb, *RIGHT)
    assert told.count("test ok") == len(RIGHT) and "not read" not in told
    assert "0 of 5 tests failed" in told or "5 passed, 0 failed" in told


@pytest.mark.parametrize("verb", ["test", "check"])
def test_what_a_text_holds_and_its_test_does_not_say_is_told_with_its_place(town, verb):
    told = town(verb, case("hidden", 'text "Two lines"', f'text "and {EMAIL}"', expect="allow"), expect=1)
    line = len(POLICY.splitlines()) + 4
    assert f"town.policy:{line}:19), which it does not say" in told
    assert "about unknown, and it says about nobody" in told
    assert "what its text holds is: data people, about unknown" in told
    assert "with its text: expected allow, decided: redact people as token by rule people-as-tokens" in told
    assert EMAIL not in told, "the place says enough"


def test_what_a_text_does_not_hold_is_told(town):
    told = town("test", case("absent", 'text "Nobody"', "data people", "about unknown", expect="redact"), expect=1)
    assert "it says data people, and nothing of that is found in its text" in told
    assert "with its text: expected redact, decided: allow by rule clean" in told


def test_a_value_that_is_known_to_be_harmless_is_none(town, tmp_path):
    entry = tmp_path / "allowed.toml"
    entry.write_text(
        '[[allow]]\nname = "mailbox"\nreason = "public"\nowner = "dpo"\ngranted = 2026-11-01\nuntil = 2027-03-01\n'
        f'detectors = ["contact"]\nvalues = ["{EMAIL}"]\n'
    )
    test = case("mailbox", f'text "Write to {EMAIL}."', expect="allow by clean")
    town("test", test, expect=1)
    town("test", test, options=["--allowed", entry])
    town("check", test, options=["--allowed", entry])


def test_texts_are_words_of_the_language_everywhere(town, tmp_path):
    town("test", *RIGHT)
    twin = json.loads(town("export", *RIGHT))
    assert f'"text": "Write to {EMAIL}."' in json.dumps(twin)
    (tmp_path / "twin.json").write_text(json.dumps(twin))
    done = command("rules", "import", tmp_path / "twin.json", "--out", tmp_path / "again")
    assert done.returncode == 0, done.stderr
    done = command("rules", "test", tmp_path / "again")
    assert done.returncode == 0 and "5 passed" in done.stdout, done.stdout + done.stderr
    town("fmt", *RIGHT)
    done = command("rules", "test", tmp_path / "town")
    assert done.returncode == 0 and "5 passed" in done.stdout, done.stdout + done.stderr
    schema = json.loads(command("rules", "schema").stdout)
    assert '"text"' in json.dumps(schema)


def test_the_reports_carry_the_same(town):
    wrong = case("absent", 'text "Nobody"', "data people", "about unknown", expect="redact")
    rows = json.loads(town("test", wrong, options=["--format", "json"], expect=1))
    assert rows[0]["text_unread"] is False and len(rows[0]["failures"]) >= 2
    assert "nothing of that is found" in town("test", wrong, options=["--format", "sarif"], expect=1)
    assert "nothing of that is found" in town("check", wrong, options=["--format", "junit"], expect=1)
