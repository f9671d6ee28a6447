"""Calendar, difference, mutation, coverage and deep check, as a rule author runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.gateway import command

POLICY = """policy town
class people "Names and addresses"
  detect contact
group near
  countries DE, FR
destination home
  url https://home.example/v1
  operator Town answers to DE
  processed in DE
  tier must-control
  attests card until 2099-12-31
destination shop
  url https://shop.example/v1
  operator Shop answers to US
  processed in US
  tier market
rule people-near
  when data includes people
  and it stays in near
  and the destination has card
  then allow
rule no-people-far
  when data includes people
  and it leaves near
  then block
rule clean
  when data includes nothing
  then allow
"""


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    folder = tmp_path / "old"
    folder.mkdir()
    (folder / "town.policy").write_text(POLICY)
    return folder


def rules(*arguments, expect: int = 0) -> str:
    done = command("rules", *arguments)
    assert done.returncode == expect, done.stdout + done.stderr
    return done.stdout


def test_the_calendar_tells_what_ends(policy):
    told = rules("calendar", policy)
    assert "2100-01-01  attestation card of home ended on 2099-12-31" in told
    assert "from then:  block" in told
    assert json.loads(rules("calendar", policy, "--until", "2050-01-01", "--format", "json")) == []
    rules("calendar", policy, "--from", "soon", expect=2)


def test_a_looser_policy_is_told_with_its_edit_and_fails(policy, tmp_path):
    new = tmp_path / "new"
    new.mkdir()
    (new / "town.policy").write_text(POLICY.replace("leaves near\n  then block", "leaves near\n  then allow"))
    told = rules("diff", policy, new)
    assert "LOOSER block → allow" in told and "because: rule no-people-far changed" in told
    assert "situations (" in told
    rules("diff", policy, new, "--fail-on", "looser", expect=1)
    rules("diff", new, policy, "--fail-on", "looser")
    assert "| LOOSER block → allow |" in rules("diff", policy, new, "--format", "markdown")
    first = json.loads(rules("diff", policy, new, "--format", "json"))["cells"][0]
    assert first["looser"] and first["situations"] > 0
    assert "nothing is decided otherwise" in rules("diff", policy, policy)


def test_the_test_that_is_proposed_notices_the_mistake(policy):
    mistake = "rule `no-people-far`: block turned into allow"
    survivors = json.loads(rules("mutate", policy, "--format", "json"))["survivors"]
    rules("mutate", policy, "--fail", expect=1)
    test = next(found["test"] for found in survivors if found["mistake"] == mistake)
    with (policy / "town.policy").open("a") as file:
        file.write(test + "\n")
    rules("test", policy)
    left = json.loads(rules("mutate", policy, "--format", "json"))["survivors"]
    assert mistake not in [found["mistake"] for found in left]


def test_coverage_has_a_threshold(policy):
    told = rules("coverage", policy)
    assert "rule people-near: holds in no test" in told and "0 %" in told
    rules("coverage", policy, "--at-least", "50", expect=1)


def test_a_deep_check_names_what_changes_nothing(policy):
    assert "P123" not in rules("check", policy)
    assert "rule `no-people-far` changes nothing" in rules("check", policy, "--deep")
