"""What a rule asks for: a stated reason or a second person. Each leave is for one request, once, and on record."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from urllib.parse import quote

import anthropic
import openai
import pytest

from support.answers import say
from support.clock import build, showing
from support.contract import CRASH_AT, find
from support.gateway import ROOT, binary, command
from support.values import CLEAN, EMAIL, IBAN, aws_key, iban
from support.wire import curl

WHY = "Case 4711: the court asked for this account"
KEYS = {"sk-anna": "anna", "sk-bert": "bert", "sk-dora": "dora"}

ASKS = """
rule money-goes-with-a-reason
  "Account numbers go to the market with a stated reason only."
  when   data includes financial
  and    it goes to tier market
  then   ask justification
  law    GDPR Art. 5(2)
"""

APPROVALS = """
role dpo
  "Data protection officer"
  people  $dora,
          nobody@ministry.test

rule people-go-with-a-second-pair-of-eyes
  "Persons go to the market when the data protection officer approves."
  when   data includes personal
  and    it goes to tier market
  then   ask approval of dpo
  law    GDPR Art. 25
"""


def chat(text: str = f"Is {IBAN} ours?", **more) -> dict:
    return {"model": "m", "messages": [{"role": "user", "content": text}], **more}


def asked(error) -> dict:
    return find(error.value.body, "ask")


def refused_with(gateway, code: str, key: str = "sk-anna", body: dict | None = None, **headers) -> openai.PermissionDeniedError:
    """Sends by OpenAI's SDK and wants its usual exception, with this code."""
    with pytest.raises(openai.PermissionDeniedError) as told:
        gateway.openai(key).chat.completions.create(**(body or chat()), extra_headers=headers)
    assert told.value.body["code"] == code, told.value.body
    return told.value


def send_back(error: openai.PermissionDeniedError, why: str = WHY) -> dict:
    """The headers that the refusal names, with a reason in its place."""
    send = dict(find(error.body, "ask")["send"])
    if "seawall-justification" in send:
        send["seawall-justification"] = quote(why, safe=" :,")
    return send


def goes(gateway, headers: dict, key: str = "sk-anna", body: dict | None = None):
    return gateway.openai(key).chat.completions.create(**(body or chat()), extra_headers=headers)


def states(gateway) -> list[tuple[str, str | None]]:
    told = [record["asked"] for record in gateway.decisions() if "asked" in record]
    return [(asked["state"], asked.get("why")) for asked in told]


@pytest.fixture
def gateway(start, foreign):
    foreign.always(say("ok"))
    gateway = start(begin=False, client_keys=KEYS)
    (gateway.folder / "policy" / "asks.policy").write_text(ASKS)
    return gateway


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    return build(tmp_path_factory.mktemp("clock"))


def test_openais_sdk_states_a_reason_and_sends_again(gateway, foreign):
    gateway.start()
    told = refused_with(gateway, "needs-justification")
    assert find(told.body, "rule") == "money-goes-with-a-reason" and "Art. 5" in find(told.body, "law")
    assert find(told.body, "ask")["for"] == ["justification"] and "seawall-challenge" in told.message
    assert foreign.saw_nothing
    # The same findings in another wording: clients change bodies between tries.
    body = chat(f"Please look whether {IBAN} is ours.", temperature=0)
    assert goes(gateway, send_back(told, "Rückfrage zu Fall 4711"), body=body).choices[0].message.content == "ok"
    seen = foreign.only
    assert IBAN.encode() not in seen.everything, "a reason replaces no redaction"
    assert b"seawall" not in seen.everything.lower() and b"4711" not in seen.everything
    granted = gateway.decisions()[-1]["asked"]
    assert granted["state"] == "granted" and granted["justification"] == "Rückfrage zu Fall 4711" and granted["actor"] == "anna"
    refused_with(gateway, "challenge-used", **send_back(told))
    assert states(gateway) == [("issued", None), ("granted", None), ("refused", "challenge-used")]
    assert len(foreign.wait(1)) == 1
    assert gateway.metric("seawall_granted_total") == 1


@pytest.mark.parametrize("stream", [False, True])
def test_anthropics_sdk_states_a_reason_and_sends_again(gateway, foreign, stream):
    gateway.start()
    client = gateway.anthropic("sk-anna")
    talk = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": f"Is {IBAN} ours?"}], "stream": stream}
    with pytest.raises(anthropic.PermissionDeniedError) as told:
        client.messages.create(**talk)
    send = asked(told)["send"] | {"seawall-justification": WHY}
    answer = client.messages.create(**talk, extra_headers=send)
    text = "".join(event.type for event in answer) if stream else answer.content[0].text
    assert text and IBAN.encode() not in foreign.only.everything


def test_a_reason_is_bounded_and_holds_no_data_itself(gateway, foreign):
    gateway.start()
    send = send_back(refused_with(gateway, "needs-justification"))
    for bad in (None, "", "x", "a" * 501, "%0a%0d a line that is broken", f"to pay {IBAN} at once", f"asked for by {EMAIL}"):
        headers = {"seawall-challenge": send["seawall-challenge"]} | ({} if bad is None else {"seawall-justification": bad})
        told = refused_with(gateway, "justification-unfit", **headers)
        assert find(told.body, "ask")["send"]["seawall-challenge"] == send["seawall-challenge"], "it is still good"
    assert foreign.saw_nothing
    kept = json.dumps(gateway.records())
    assert IBAN not in kept and EMAIL not in kept
    # This SDK sends ASCII alone; other clients send UTF-8 as it is.
    headers = send | {"seawall-justification": "Rückfrage der Klinik", "authorization": "Bearer sk-anna"}
    assert curl(gateway.url() + "/v1/chat/completions", json.dumps(chat()).encode(), headers.items()).status == 200
    assert gateway.decisions()[-1]["asked"]["justification"] == "Rückfrage der Klinik"


def test_a_challenge_is_for_nothing_else(gateway, foreign):
    gateway.start()
    send = send_back(refused_with(gateway, "needs-justification"))
    token = send["seawall-challenge"]
    form, id, until, seal = token.split(".")
    refused_with(gateway, "challenge-unfit", key="sk-bert", **send)
    refused_with(gateway, "challenge-unfit", body=chat(f"Is {iban(3)} ours?"), **send)
    refused_with(gateway, "challenge-unfit", body=chat(f"Are {IBAN} and {iban(3)} ours?"), **send)
    refused_with(gateway, "challenge-unfit", body=chat(f"Is {IBAN} of {EMAIL} ours?"), **send)
    longer = f"{int(until, 16) + 9000:x}"
    for altered in (token[:-1] + ("A" if token[-1] != "A" else "B"), f"{form}.{id}.{longer}.{seal}", f"{form}.{id[:-1]}0.{until}.{seal}", "x", f"{token}, {token}"):
        if altered != token:
            refused_with(gateway, "challenge-unfit", **send | {"seawall-challenge": altered})
    with pytest.raises(anthropic.PermissionDeniedError) as told:
        talk = [{"role": "user", "content": f"Is {IBAN} ours?"}]
        gateway.anthropic("sk-anna").messages.create(model="m", max_tokens=9, messages=talk, extra_headers=send)
    assert find(told.value.body, "code") == "challenge-unfit", "another destination"
    assert foreign.saw_nothing
    goes(gateway, send)


def test_another_node_and_another_policy_take_none(gateway, start, foreign):
    gateway.start()
    other = start(begin=False, client_keys=KEYS)
    (other.folder / "policy" / "asks.policy").write_text(ASKS)
    (other.folder / "secret").write_text((gateway.folder / "secret").read_text())
    other.start()
    send = send_back(refused_with(gateway, "needs-justification"))
    refused_with(other, "challenge-unfit", **send)
    (gateway.folder / "policy" / "more.policy").write_text("class fresh\n  \"Nothing yet\"\n")
    gateway.reload()
    refused_with(gateway, "challenge-unfit", **send)
    assert foreign.saw_nothing


def test_what_was_used_when_the_gateway_was_killed_is_used(gateway, foreign):
    gateway.start(env={CRASH_AT: "proxy.challenge.used"})
    send = send_back(refused_with(gateway, "needs-justification"))
    with pytest.raises(openai.APIConnectionError):
        goes(gateway, send)
    gateway.process.wait_end()
    gateway.start()
    told = refused_with(gateway, "challenge-used", **send)
    assert "used before" in told.message and foreign.saw_nothing
    goes(gateway, send_back(refused_with(gateway, "needs-justification")))


def test_a_clock_that_is_set_back_brings_no_challenge_back(gateway, foreign, library):
    gateway.start(env=showing(library, "2027-06-01"))
    send = send_back(refused_with(gateway, "needs-justification"))
    gateway.restart(env=showing(library, "2027-06-02"))
    refused_with(gateway, "challenge-expired", **send)
    gateway.restart(env=showing(library, "2027-06-01"))
    refused_with(gateway, "challenge-expired", **send)
    assert foreign.saw_nothing


# --- a second person ------------------------------------------------------------------------------------------------
@pytest.fixture
def approving(start, foreign, tmp_path):
    foreign.always(say("ok"))
    made = command("approvals", "key", str(tmp_path / "dora.pem"), "--as", "dora")
    gateway = start(begin=False, client_keys=KEYS)
    people = made.stdout.strip().removeprefix("people ")
    (gateway.folder / "policy" / "asks.policy").write_text(APPROVALS.replace("$dora", people))
    gateway.start()
    gateway.dora = tmp_path / "dora.pem"
    return gateway


PERSON = chat(f"Write to {EMAIL}")


def approvals(gateway, *words: str):
    return command("approvals", words[0], "--config", str(gateway.file), *words[1:])


def verdict(gateway, word: str, id: str, *more: str):
    return approvals(gateway, word, id, "--as", "dora", "--key", str(gateway.dora), *more)


def test_a_second_person_approves_one_request(approving, foreign):
    told = refused_with(approving, "needs-approval", body=PERSON)
    send, id = send_back(told), find(told.body, "ask")["id"]
    assert find(told.body, "ask")["for"] == ["approval of dpo"] and id in told.message
    assert refused_with(approving, "needs-approval", body=PERSON, **send)
    assert find(refused_with(approving, "needs-approval", body=PERSON).body, "ask")["id"] == id, "it waits once"

    listed = approvals(approving, "list")
    assert listed.returncode == 0 and listed.stdout.count("\n") == 1 and id in listed.stdout and "anna to foreign" in listed.stdout
    shown = approvals(approving, "show", id)
    assert "people-go-with-a-second-pair-of-eyes" in shown.stdout and "GDPR Art. 25" in shown.stdout and "personal" in shown.stdout
    assert EMAIL not in shown.stdout + listed.stdout and EMAIL not in approvals(approving, "show", id, "--format", "json").stdout

    assert foreign.saw_nothing
    done = verdict(approving, "approve", id)
    assert done.returncode == 0, done.stderr
    refused_with(approving, "challenge-unfit", key="sk-bert", body=PERSON, **send)
    goes(approving, send, body=PERSON)
    assert EMAIL.encode() not in foreign.only.everything, "an approval replaces no redaction"
    granted = approving.decisions()[-1]["asked"]
    assert granted["state"] == "granted" and granted["id"] == id
    assert [(v["verdict"], v["by"], v["role"]) for v in granted["verdicts"]] == [("approve", "dora", "dpo")]
    refused_with(approving, "challenge-used", body=PERSON, **send)
    assert approvals(approving, "list").stdout == "nothing waits for approval\n", "what was used waits no longer"
    assert json.loads(approvals(approving, "list", "--format", "json").stdout) == []
    # Who may write to the folder brings nothing back while the gateway runs.
    used = Path(f"{approving.journal_dir}.asks", "used")
    assert [mark.unlink() for mark in used.iterdir()]
    refused_with(approving, "challenge-used", body=PERSON, **send)


def test_a_denial_is_told_with_its_reason(approving, foreign):
    told = refused_with(approving, "needs-approval", body=PERSON)
    id = find(told.body, "ask")["id"]
    assert verdict(approving, "deny", id, "--reason", "Ask the domestic model instead").returncode == 0
    for headers in (send_back(told), {}):
        denied = refused_with(approving, "approval-denied", body=PERSON, **headers)
        assert "Ask the domestic model instead" in denied.message and "dpo" in denied.message
    assert states(approving)[-1] == ("refused", "approval-denied") and foreign.saw_nothing
    late = verdict(approving, "approve", id)
    assert late.returncode == 1 and "dora denied it as dpo" in late.stderr and not late.stdout
    assert len(list(Path(f"{approving.journal_dir}.asks", "verdicts").iterdir())) == 1, "what would not count is not written"


def test_an_approval_for_no_time_is_none(approving):
    id = find(refused_with(approving, "needs-approval", body=PERSON).body, "ask")["id"]
    done = verdict(approving, "approve", id, "--minutes", "0")
    assert done.returncode == 1 and "would not count" in done.stderr and not done.stdout
    assert not list(Path(f"{approving.journal_dir}.asks", "verdicts").iterdir())
    assert verdict(approving, "deny", id, "--minutes", "0").returncode == 0, "a denial holds as long as the request waits"


def test_nobody_approves_for_themselves_or_under_a_name_they_do_not_have(approving, tmp_path, foreign):
    own = find(refused_with(approving, "needs-approval", key="sk-dora", body=PERSON).body, "ask")["id"]
    done = verdict(approving, "approve", own)
    assert done.returncode == 1 and "for themselves" in done.stderr
    command("approvals", "key", str(tmp_path / "eve.pem"))
    id = find(refused_with(approving, "needs-approval", body=PERSON).body, "ask")["id"]
    for name, problem in (("dora", "signature"), ("eve", "names nobody"), ("nobody@ministry.test", "names nobody")):
        done = approvals(approving, "approve", id, "--as", name, "--key", str(tmp_path / "eve.pem"))
        assert done.returncode == 1 and problem in done.stderr, done.stderr
    told = gateway_refuses_unknown_callers(approving)
    assert "known" in told.message and find(told.body, "ask") is None
    assert foreign.saw_nothing


def gateway_refuses_unknown_callers(gateway):
    return refused_with(gateway, "needs-approval", key="sk-somebody", body=PERSON)


def test_an_altered_or_replayed_verdict_does_not_count(approving, foreign):
    told = refused_with(approving, "needs-approval", body=PERSON)
    id = find(told.body, "ask")["id"]
    assert verdict(approving, "deny", id, "--reason", "not this one").returncode == 0
    (file,) = Path(f"{approving.journal_dir}.asks", "verdicts").iterdir()
    signed = json.loads(file.read_text())
    file.write_text(json.dumps(signed | {"verdict": "approve"}))
    still = refused_with(approving, "needs-approval", body=PERSON, **send_back(told))
    assert "signature" in still.message
    # A true approval of one request, laid beside another.
    file.unlink()
    assert verdict(approving, "approve", id).returncode == 0
    (file,) = Path(f"{approving.journal_dir}.asks", "verdicts").iterdir()
    body = chat(f"Write to {EMAIL} and to second@sozialamt-graz.at")
    other = refused_with(approving, "needs-approval", body=body)
    other_id = find(other.body, "ask")["id"]
    copied = file.with_name(file.name.replace(id, other_id))
    copied.write_text(json.dumps(json.loads(file.read_text()) | {"id": other_id}))
    refused_with(approving, "needs-approval", body=body, **send_back(other))
    assert foreign.saw_nothing
    goes(approving, send_back(told), body=PERSON)


def test_one_caller_does_not_take_the_places_of_others(approving, foreign):
    for n in range(50):
        refused_with(approving, "needs-approval", body=chat(f"Write to nr{n}@sozialamt-graz.at"))
    with pytest.raises(openai.RateLimitError) as told:
        approving.openai("sk-anna").with_options(max_retries=0).chat.completions.create(**chat("Write to one-more@sozialamt-graz.at"))
    assert told.value.body["code"] == "too-many-waiting" and "approval" in told.value.message
    with pytest.raises(anthropic.RateLimitError):
        talk = [{"role": "user", "content": "Write to one-more@sozialamt-graz.at"}]
        approving.anthropic("sk-anna").with_options(max_retries=0).messages.create(model="m", max_tokens=9, messages=talk)
    assert refused_with(approving, "needs-approval", body=chat("Write to nr7@sozialamt-graz.at")), "what waits already goes on waiting"
    assert refused_with(approving, "needs-approval", key="sk-bert", body=PERSON), "another caller has their own places"
    assert approving.metric("seawall_requests_refused_total", code="too-many-waiting") == 2
    assert foreign.saw_nothing


def test_an_approval_survives_a_kill(approving, foreign):
    told = refused_with(approving, "needs-approval", body=PERSON)
    assert verdict(approving, "approve", find(told.body, "ask")["id"]).returncode == 0
    approving.kill()
    approving.start()
    goes(approving, send_back(told), body=PERSON)
    refused_with(approving, "challenge-used", body=PERSON, **send_back(told))
    assert len(foreign.wait(1)) == 1


# --- a policy that only observes ------------------------------------------------------------------------------------
def observe(gateway, until: str) -> None:
    file = gateway.folder / "policy" / "policy.policy"
    mode = f'  mode     observe until {until}\n  because  "a look before it is enforced"\n'
    file.write_text(file.read_text().replace("  default  block\n", "  default  block\n" + mode))


def test_what_is_only_watched_passes_and_is_counted(start, foreign, library, tmp_path):
    foreign.always(say("ok"))
    gateway = start(begin=False)
    observe(gateway, "2027-06-30")
    gateway.start(env=showing(library, "2027-06-01"))
    body = chat(f"Is {IBAN} of {EMAIL} ours?")
    goes(gateway, {}, body=body)
    goes(gateway, {}, body=chat(CLEAN))
    seen = foreign.wait(2)
    assert IBAN in json.dumps(seen[0].json) and EMAIL in json.dumps(seen[0].json), "it passes as it is"
    [first, _] = gateway.decisions()
    assert first["action"] == "allow" and first["decision"]["reason"] == "observed"
    assert first["decision"]["observed"]["action"] == "redact" and first["decision"]["observed"]["redact"]
    assert gateway.metric("seawall_observed_total", action="redact") == 1
    card = json.loads(gateway.admin("/api/v1/node")[1])
    assert card["observing"] == {"until": "2027-06-30", "passed": 2, "would_differ": 1}
    records = tmp_path / "records.jsonl"
    records.write_text(command("journal", "export", "--folder", str(gateway.journal_dir)).stdout)
    drafted = command("rules", "draft", str(records), "--policy", str(gateway.folder / "policy"), "--detectors", str(gateway.folder / "detectors"), "--out", str(tmp_path / "draft"))
    assert drafted.returncode == 0, drafted.stderr
    checked = command("rules", "check", str(tmp_path / "draft"), "--detectors", str(gateway.folder / "detectors"))
    assert checked.returncode == 0 and "0 errors" in checked.stdout, checked.stdout
    assert "rule financial-to-foreign" in (tmp_path / "draft" / "rules.policy").read_text()

    gateway.restart(env=showing(library, "2027-07-01"))
    goes(gateway, {}, body=body)
    assert IBAN not in json.dumps(foreign.wait(3)[2].json), "it ends by itself"
    assert "observing" not in json.loads(gateway.admin("/api/v1/node")[1])
    gateway.restart(env=showing(library, "2027-06-15"))
    goes(gateway, {}, body=body)
    assert IBAN not in json.dumps(foreign.wait(4)[3].json), "and a clock that is set back does not bring it back"


def test_an_invariant_binds_a_policy_that_only_observes(start, foreign, library):
    gateway = start(begin=False)
    observe(gateway, "2027-06-30")
    never = 'invariant keys-stay\n  "Keys stay."\n  when data includes secret\n  then it must never be sent\n'
    (gateway.folder / "policy" / "invariants.policy").write_text(never)
    gateway.start(env=showing(library, "2027-06-01"))
    told = refused_with(gateway, "blocked", body=chat(f"Use {aws_key()}"))
    assert find(told.body, "rule") == "keys-stay", "the rules are only watched"
    assert foreign.saw_nothing


def test_check_warns_of_it_and_of_roles_nobody_can_speak_for(tmp_path):
    policy = tmp_path / "p.policy"
    policy.write_text('policy p\n  "x"\n  owner me\n  default block\n  clock UTC\n  mode observe until 2027-06-30\n')
    told = command("rules", "check", str(policy))
    assert told.returncode == 1 and "gives no reason" in told.stdout + told.stderr
    policy.write_text(policy.read_text() + '  because "a look"\n' + APPROVALS.replace("$dora", "dora").split("rule")[0])
    told = command("rules", "check", str(policy))
    assert "P127" in told.stdout + told.stderr


# --- the guide ------------------------------------------------------------------------------------------------------
GUIDE = (ROOT / "docs" / "asks.md").read_text()


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", GUIDE, re.DOTALL)


def test_the_guides_python_works(gateway, foreign):
    gateway.start()
    names: dict = {}
    for block in blocks("python"):
        exec(block, names)  # noqa: S102
    assert names["with_reason"](gateway.openai("sk-anna"), "Fall 4711, für das Gericht", **chat())
    with pytest.raises(openai.PermissionDeniedError):
        names["with_reason"](gateway.openai("sk-anna"), "Fall 4711, für das Gericht", **chat(aws_key()))
    assert len(foreign.wait(1)) == 1


def test_the_guides_commands_work(start, foreign, tmp_path):
    [make, look, deny] = blocks("sh")
    gateway = start(begin=False, client_keys=KEYS)
    environment = os.environ | {"PATH": f"{binary().parent}:{os.environ['PATH']}"}

    def run(text: str, **more: str) -> str:
        return subprocess.run(["sh", "-ec", text], cwd=gateway.folder, env=environment | more, check=True, capture_output=True, text=True).stdout

    people = run(make).strip()
    assert people.startswith("people dora key ")
    (gateway.folder / "policy" / "asks.policy").write_text(APPROVALS.replace("$dora", people.removeprefix("people ")))
    gateway.start()
    told = refused_with(gateway, "needs-approval", body=PERSON)
    id = find(told.body, "ask")["id"]
    said = run(look, ID=id)
    assert f"approved {id} as dpo" in said and "personal" in said
    assert run(deny, ID=id).startswith(f"denied {id}")
    refused_with(gateway, "approval-denied", body=PERSON, **send_back(told))
    assert foreign.saw_nothing


def test_the_guide_names_every_code_of_a_second_try():
    for code in ("needs-justification", "needs-approval", "justification-unfit", "challenge-unfit", "challenge-expired", "challenge-used", "approval-denied", "too-many-waiting"):
        assert f"`{code}`" in GUIDE, code
