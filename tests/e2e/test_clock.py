"""A clock that is set back between two runs brings nothing back that had expired."""

from __future__ import annotations

import openai
import pytest

from support.answers import say
from support.clock import build, showing
from support.values import CLEAN

PILOT = """
rule the-market-is-closed
  "Nothing goes to the market."
  when   data includes nothing
  and    it goes to tier market
  then   block

exception pilot
  to      rule the-market-is-closed
  when    data includes nothing
  because "a pilot of one year"
  owner   dpo@ministry.test
  granted 2027-01-01 by dpo@ministry.test
  until   2027-12-31
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    return build(tmp_path_factory.mktemp("clock"))


@pytest.fixture
def pilot(start, foreign):
    foreign.always(say("ok"))
    gateway = start(begin=False)
    (gateway.folder / "policy" / "pilot.policy").write_text(PILOT)
    return gateway


def asked(gateway) -> str:
    try:
        gateway.openai().chat.completions.create(model="m", messages=[{"role": "user", "content": CLEAN}])
    except openai.PermissionDeniedError as refused:
        assert "the-market-is-closed" in str(refused.body)
        return "blocked"
    return "sent"


def test_what_had_expired_stays_expired_over_restarts(pilot, library):
    pilot.start(env=showing(library, "2027-06-01"))
    assert asked(pilot) == "sent"
    pilot.restart(env=showing(library, "2028-02-01"))
    assert asked(pilot) == "blocked"
    # Over the second restart, only what the records say of an earlier clock is left, also when nobody said goodbye.
    for _ in range(2):
        pilot.restart(env=showing(library, "2027-06-01"))
        pilot.process.stderr.wait("clock stands before the newest record", 15)
        assert asked(pilot) == "blocked"
        pilot.kill()
    pilot.start(env=showing(library, "2028-02-02"))
    before = [record for record in pilot.records() if record.get("latest")]
    pilot.stop()
    assert "clock stands before" not in pilot.process.stderr.text
    assert before and all(record["latest"] > record["time"] for record in before)


def test_a_new_process_that_takes_over_goes_on_from_the_old_one(pilot, library):
    pilot.start(env=showing(library, "2028-02-01"))
    assert asked(pilot) == "blocked"
    pilot.upgrade(env=showing(library, "2027-06-01"))
    assert asked(pilot) == "blocked"
