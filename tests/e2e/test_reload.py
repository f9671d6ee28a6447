"""A policy is exchanged under load without losing a request; a broken one leaves the old in force and is an incident."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from datetime import date, timedelta

import openai
import pytest

from support.answers import say
from support.contract import METRIC_RELOADS, RELOAD_SIGNAL, find, is_policy_incident
from support.gateway import Gateway, command
from support.house import settings_for
from support.load import Load
from support.values import CLEAN, aws_key


SAME = r" \(the same as before\)"
OWN = """
[[detector]]
id = 'own.key'
family = 'credential'
title = "Key of a locker"
patterns = ['LOCKER-\\d{6}']
level = { bare = 'likely' }
source = "invented for this test"
examples = ['{{LOCKER-123456}}']
counter_examples = ['LOCKER']
"""


def ask(gateway, text=CLEAN):
    return gateway.openai().chat.completions.create(model="m", messages=[{"role": "user", "content": text}])


def test_a_new_policy_takes_over_without_dropping_a_request(start, foreign):
    gateway = start()
    foreign.always(say("ok"))
    closed = replace(gateway.settings, policy="nothing")

    with Load(gateway.address(), CLEAN, run="reload") as load:
        load.wait_answers(50)
        gateway.reload(closed)
        load.wait_answers(50)
        gateway.reload(gateway.settings)
        load.wait_answers(50)

    assert load.broken == 0, load.problems[:3]
    assert set(load.statuses) == {200, 403}


def test_the_new_policy_holds_for_the_next_request(start, foreign):
    gateway = start()
    foreign.always(say("ok"))
    ask(gateway)
    gateway.reload(replace(gateway.settings, policy="nothing"))
    with pytest.raises(openai.PermissionDeniedError):
        ask(gateway)
    first, second = gateway.decisions()
    assert find(first, "policy") != find(second, "policy"), "a record must tell by which policy it was decided"


def test_a_broken_policy_keeps_the_old_one_and_is_an_incident(start, foreign):
    gateway = start()
    foreign.always(say("ok"))

    gateway.reload(replace(gateway.settings, policy="broken"), result="failed")

    assert ask(gateway).choices[0].message.content == "ok"
    with pytest.raises(openai.PermissionDeniedError):
        ask(gateway, aws_key())
    assert any(is_policy_incident(record) for record in gateway.records())
    status, _ = gateway.admin("/readyz")
    assert status == 200, "the old policy is in force, so the gateway is ready"


def failures(gateway) -> list[dict]:
    return [record for record in gateway.records() if str(record.get("event", "")).endswith("reload-failed")]


def test_a_failed_reload_is_on_record_with_its_first_mistake_and_their_number(start):
    gateway = start()
    gateway.reload(replace(gateway.settings, policy="broken"), result="failed")
    [failure] = failures(gateway)
    assert failure["event"] == "policy-reload-failed"
    assert failure["problems"] == 5 + len(gateway.settings.routes), "each mistake, and each route that now leads nowhere"
    assert re.search(r"five-mistakes\.policy:\d+:\d+: P\d+: ", failure["first"]), failure
    assert "\n" not in failure["first"]
    gateway.stop()
    assert gateway.process.stderr.text.count("all stays as it was") == failure["problems"]


def test_a_bad_file_of_client_keys_is_no_failure_of_the_policy(start):
    gateway = start()
    (gateway.folder / "clients.toml").write_text('[[key]]\nname = 5\nsha256 = "sk-live-0123"\n')
    gateway.reload(result="failed")
    [failure] = failures(gateway)
    assert failure["event"] == "reload-failed" and failure["problems"] == 2
    assert "clients.toml:2:8: key[0].name" in failure["first"] and "sk-live" not in str(failure)


def test_a_reload_says_so(start):
    gateway = start()
    gateway.reload(replace(gateway.settings, policy="nothing"))
    said = gateway.process.stderr.wait(rf"^policy reloaded: (\S+), ([0-9a-f]{{12}}) \(new\); \d+ detectors, [0-9a-f]{{12}}{SAME}; 0 allowed{SAME}; 0 holdings{SAME}$", 10)
    digests = {record["policy"] for record in gateway.records() if record.get("event") == "policy-reloaded"}
    assert [digest[:12] for digest in digests] == [said[2]]
    gateway.reload()
    gateway.process.stderr.wait(rf"^policy reloaded: \S+, [0-9a-f]{{12}}{SAME}; \d+ detectors, [0-9a-f]{{12}}{SAME}; 0 allowed", 10)


def test_a_reload_tells_that_detectors_or_allow_lists_are_new_and_warns_of_a_family_without_a_class(start, tmp_path):
    allowed = tmp_path / "allowed.toml"
    allowed.write_text("")
    gateway = start(begin=False, allowed=[allowed])
    own = gateway.folder / "detectors" / "mine.toml"
    own.parent.mkdir(exist_ok=True)
    if "detectors = " not in gateway.file.read_text():
        gateway.file.write_text(gateway.file.read_text().replace("[policy]\n", f"[policy]\ndetectors = '{own.parent}'\n", 1))
    own.write_text(OWN)
    gateway.start()
    assert "mine.toml" not in gateway.process.stderr.text, "its family has a class"
    own.write_text(OWN.replace("'credential'", "'credntial'"))
    gateway.reload()
    gateway.process.stderr.wait(rf"^policy reloaded: \S+, [0-9a-f]{{12}}{SAME}; \d+ detectors, [0-9a-f]{{12}} \(new\); 0 allowed{SAME}", 10)
    gateway.process.stderr.wait(r"^warning: .*mine\.toml:3: no class of the policy names `own.key` or its family `credntial`.*did you mean `credential`\?$", 10)
    today = date.today()
    allowed.write_text(
        '[[allow]]\nname = "desk"\nvalues = ["+43 1 53115-0"]\ndetectors = ["contact"]\nreason = "published"\n'
        f'owner = "press"\ngranted = {today}\nuntil = {today + timedelta(days=99)}\n'
    )
    gateway.reload()
    gateway.process.stderr.wait(rf"\d+ detectors, [0-9a-f]{{12}}{SAME}; 1 allowed \(new\); 0 holdings{SAME}$", 10)


def test_a_policy_folder_that_is_gone_keeps_the_old_one(start, foreign):
    gateway = start()
    foreign.always(say("ok"))
    shutil.rmtree(gateway.folder / "policy")
    before = gateway.metric(METRIC_RELOADS, result="failed")
    gateway.process.signal(RELOAD_SIGNAL)
    gateway.wait_metric(METRIC_RELOADS, before + 1, result="failed")
    assert ask(gateway)


def test_a_broken_policy_refuses_to_start(foreign, home, tmp_path):
    gateway = Gateway(settings_for(foreign, home, policy="broken"), tmp_path / "broken")
    with pytest.raises(RuntimeError, match="alow"):
        gateway.start()


def test_a_missing_policy_refuses_to_start(foreign, home, tmp_path):
    gateway = Gateway(settings_for(foreign, home), tmp_path / "missing")
    for file in (gateway.folder / "policy").rglob("*.policy"):
        file.unlink()
    with pytest.raises(RuntimeError):
        gateway.start()


def test_five_mistakes_get_five_diagnostics_with_place_cause_and_mend(foreign, home, tmp_path):
    gateway = Gateway(settings_for(foreign, home, policy="broken"), tmp_path / "broken")
    done = command("rules", "check", str(gateway.folder / "policy"))
    told = done.stdout + done.stderr
    assert done.returncode == 1
    assert told.count("error[") == 5
    for mistake in ("alow", "persnal", "it crosses", "nowhere", "fifth-mistake"):
        assert mistake in told
    assert told.count("five-mistakes.policy:") >= 5 and told.count("help") >= 5
