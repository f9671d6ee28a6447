"""What another policy would have decided of the requests that a gateway has on record, and what a certificate still holds for."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from support.answers import say
from support.config import Settings, write_policy
from support.gateway import Gateway, command
from support.values import CLEAN, EMAIL, HEALTH, aws_key
from support.wire import curl

TO_MARKET = "rule people-become-tokens"


@pytest.fixture
def recorded(start, foreign, home) -> Gateway:
    """A gateway that had five requests: two of them harmless, of a person, of health, with a key."""
    foreign.always(say("ok"))
    home.always(say("ok"))
    gateway = start(client_keys={"sk-case": "case-assistant"})
    for text in (CLEAN, CLEAN, f"Write to {EMAIL}.", HEALTH, f"Use {aws_key()}."):
        body = json.dumps({"model": "m", "messages": [{"role": "user", "content": text}]}).encode()
        curl(gateway.url() + "/v1/chat/completions", body, headers=[("authorization", "Bearer sk-case")])
    gateway.records()  # Waits until all are signed.
    gateway.stop()
    return gateway


@pytest.fixture
def candidate(recorded, tmp_path):
    """The policy of that gateway with something replaced, in a folder of its own."""

    def make(*edits: tuple[str, str]) -> Path:
        folder = tmp_path / f"candidate{len(list(tmp_path.glob('candidate*')))}"
        shutil.copytree(recorded.folder / "policy", folder)
        for old, new in edits:
            files = [file for file in folder.glob("*.policy") if old in file.read_text()]
            assert files, old
            for file in files:
                file.write_text(file.read_text().replace(old, new))
        return folder

    return make


def replay(*arguments, expect: int = 0, stdin: str | None = None) -> str:
    done = command("rules", "replay", *(str(argument) for argument in arguments), stdin=stdin)
    assert done.returncode == expect, done.stdout + done.stderr
    return done.stdout


def whole(*arguments, **more) -> dict:
    return json.loads(replay(*arguments, "--format", "json", **more))


# --- replay ---------------------------------------------------------------------------------------------------------
def test_the_policy_of_the_day_decides_the_same(recorded, candidate):
    by_name = whole(recorded.journal_dir)
    assert by_name["judged"] == by_name["by_policy_on_record"] == 6, "five requests, one of them tried at home too"
    assert by_name["not_reproduced"] == by_name["changed"] == 0
    by_folder = whole(recorded.journal_dir, candidate())
    assert by_folder["by_policy_on_record"] == 6 and by_folder["not_reproduced"] == 0
    # Another text that says the same is another policy; classes are then taken from the detectors on record.
    reworded = whole(recorded.journal_dir, candidate(("Keys and passwords are not prompts.", "No keys.")), "--fail-on", "change")
    assert reworded["by_policy_on_record"] == 0 and reworded["judged"] == 6 and reworded["changed"] == 0


def test_what_gets_looser_comes_first_with_examples_and_no_content(recorded, candidate):
    edits = [
        ("then   block\n  and    alert soc high", "then   allow"),
        ("when   data includes nothing\n  and    it is a request, an answer", "when   data includes nothing\n  and    it goes to tier must-control"),
    ]
    new = candidate(*edits)
    told = replay(recorded.journal_dir, new)
    assert told.startswith("LOOSER block → allow: 1 of 6 decisions\n")
    assert "  by: application case-assistant 1\n  to: foreign 1\n" in told
    assert "data confirmed secret" in told and "from application case-assistant to foreign" in told
    assert "    on record: block by rule secrets-never-leave\n    candidate: allow by rule secrets-never-leave\n" in told
    assert "stricter allow → block: 2 of 6 decisions" in told
    assert "3 of 6 decisions change, 1 of them looser" in told
    for secret in (EMAIL, aws_key(), CLEAN):
        assert secret not in told
    replay(recorded.journal_dir, new, "--fail-on", "looser", expect=1)
    replay(recorded.journal_dir, candidate(edits[1]), "--fail-on", "looser")
    replay(recorded.journal_dir, candidate(edits[1]), "--fail-on", "change", expect=1)


def test_each_change_is_a_line_and_the_whole_is_the_last(recorded, candidate):
    new = candidate((f"{TO_MARKET}\n", "rule people-may-go\n"), ("as token\n", "as mask\n"))
    *lines, last = [json.loads(line) for line in replay(recorded.journal_dir, new, "--format", "jsonl").splitlines()]
    assert last["judged"] == 6 and last["changed"] == len(lines) == 1
    [line] = lines
    assert line["shift"] == "otherwise" and line["place"].startswith("entry 1/")
    assert [name for name, _ in line["situation"]["classes"]] == ["personal"]
    [record] = [record for record in recorded.records() if record["id"] == line["record"]]
    assert record["decision"] == line["old"] and line["new"]["rules"] == ["people-may-go"]


def test_an_export_is_replayed_like_the_journal(recorded, candidate):
    new = candidate(("then   block", "then   allow"))
    exported = [
        command("journal", "export", "--folder", str(recorded.journal_dir), *more).stdout for more in ((), ("--positions",), ("--all",))
    ]
    journal = whole(recorded.journal_dir, new)
    for text in exported:
        told = whole("-", new, stdin=text)
        assert told["changed"] == journal["changed"] == 1
        assert [cell["decisions"] for cell in told["cells"]] == [cell["decisions"] for cell in journal["cells"]]
    replay("-", expect=2, stdin=exported[0])  # Nobody knows where its policies are.
    kept = f"{recorded.journal_dir}.policies"
    assert whole("-", "--policies", kept, stdin=exported[0])["by_policy_on_record"] == 6


def test_what_the_candidate_sorts_otherwise_is_found_by_its_detectors(recorded, candidate):
    moved = ("detect   contact, national-id, tax-id, social-security", "detect   national-id, tax-id, social-security")
    calls = ("class financial\n", 'class calls\n  "How to reach somebody"\n  detect   contact\n\nclass financial\n')
    told = whole(recorded.journal_dir, candidate(moved, calls))
    [cell] = told["cells"]
    assert (cell["old"], cell["new"], cell["decisions"]) == ("redact", "block", 1)
    assert cell["examples"][0]["is"] == "block because no rule lets it through"
    assert cell["rules_before"] == {"people-become-tokens": 1} and cell["rules_now"] == {}


def test_what_the_candidate_lacks_is_told(recorded, candidate):
    text = 'application case-assistant of press\n  "Drafts answers"\n  clients  key case-assistant\n'
    told = whole(recorded.journal_dir, candidate((text, "")))
    assert told["stand_ins"] == {"application case-assistant is not declared: what stands above it calls": 6}
    assert told["changed"] == 0


def test_days_choose_what_is_replayed_and_when_it_counts(recorded, candidate):
    [day] = {record["situation"]["day"] for record in recorded.decisions()}
    assert whole(recorded.journal_dir, "--from", day, "--until", day)["judged"] == 6
    replay(recorded.journal_dir, "--from", "2999-01-01", expect=2)
    replay(recorded.journal_dir, "--from", "soon", expect=2)
    later = candidate(("then   block\n  and    alert soc high", "then   block\n  from   2999-01-01"))
    assert whole(recorded.journal_dir, later)["cells"][0]["new"] == "block", "unlicensed, so blocked all the same"
    assert "0 of" not in replay(recorded.journal_dir, later, "--on", "2999-01-01")


def test_a_record_that_was_changed_is_not_reproduced(recorded, candidate):
    records = recorded.decisions()
    changed = json.dumps(records[0]).replace('"action": "allow"', '"action": "block"')
    told = replay("-", candidate(), expect=1, stdin=changed)
    assert told.startswith("NOT REPRODUCED: 1 of 1 decisions")
    # What is no record, or cannot be read, is counted and makes the answer no where that matters.
    left_out = {**records[1], "situation": {"left_out_bytes": 9}, "shortened": ["situation"]}
    lines = "\n".join([json.dumps(records[2]), json.dumps(left_out), "{}"])
    told = whole("-", candidate(), stdin=lines)
    assert told["judged"] == 1 and sum(told["not_judgeable"].values()) == 2
    assert any("too long" in reason for reason in told["not_judgeable"])
    replay("-", candidate(), "--fail-on", "looser", expect=1, stdin=lines)


# --- certificate ----------------------------------------------------------------------------------------------------
INVARIANT = """
invariant secrets-stay
  "Keys and passwords never leave."
  when   data includes secret
  and    it leaves domestic
  then   it must never be sent

group domestic
  countries AT
"""


@pytest.fixture
def house(tmp_path) -> Path:
    """A policy with an invariant, outside of any gateway."""
    folder = tmp_path / "house"
    settings = Settings(destinations=dict.fromkeys(("foreign", "foreign-messages", "home-chat", "home-messages"), "https://x.example/v1"))
    write_policy(settings, folder)
    (folder / "invariants.policy").write_text(INVARIANT)
    return folder


def check(*arguments, expect: int = 0):
    done = command("rules", "check", *(str(argument) for argument in arguments))
    assert done.returncode == expect, done.stdout + done.stderr
    return done


def test_a_certificate_says_what_was_proved_and_holds_until_something_changes(house, tmp_path):
    file = tmp_path / "proved.json"
    assert '"it leaves domestic" takes as inside: AT' in check(house, "--certificate", file).stdout
    told = json.loads(file.read_text())
    assert told["invariants"][0] | {"guarded": 0} == {
        "invariant": "secrets-stay", "verdict": "proved", "guarded": 0, "residents": [],
        "places": [{"condition": "it leaves domestic", "always": ["AT"], "at_times": []}],
    }  # fmt: skip
    assert {source["path"] for source in told["sources"]} >= {"rules.policy", "invariants.policy"}
    assert "1 of 1 invariants" in check(house, "--against", file).stdout
    # The same files elsewhere.
    moved = tmp_path / "moved"
    shutil.copytree(house, moved)
    assert json.loads(check(moved, "--against", file, "--format", "json").stdout)["holds"]
    with (moved / "rules.policy").open("a") as rules:
        rules.write("# later\n")
    differs = json.loads(check(moved, "--against", file, "--format", "json", expect=1).stdout)
    assert differs["differences"] == ["rules.policy: was changed"]
    assert "does NOT hold any more" in check(moved, "--against", file, expect=1).stdout


def test_there_is_no_certificate_of_what_does_not_hold(house, tmp_path):
    rules = house / "rules.policy"
    rules.write_text(rules.read_text().replace("then   block", "then   allow"))
    file = tmp_path / "proved.json"
    assert "no certificate was written" in check(house, "--certificate", file, expect=1).stderr
    assert not file.exists()
    file.write_text("{}")
    assert "no certificate of the form" in check(house, "--against", file, expect=2).stderr


def test_the_calendar_has_a_line_for_each_day(house):
    (house / "dated.policy").write_text("group neighbours\n  country CH until 2098-12-31\n  country LI until 2099-12-31\n")
    done = command("rules", "calendar", str(house), "--format", "jsonl")
    assert [json.loads(line)["day"] for line in done.stdout.splitlines()] == ["2099-01-01", "2100-01-01"]
