"""The auditor's tools: keys that are lost or replaced, a journal that is gone, proofs, and decisions judged again."""

from __future__ import annotations

import json
import os
import pty
import shutil
import signal
import subprocess
import threading
from pathlib import Path

import pytest

from support.answers import say
from support.gateway import binary, command
from support.values import CLEAN, EMAIL, aws_key
from support.wire import curl


def ask(gateway, text=CLEAN, model="m") -> int:
    body = json.dumps({"model": model, "messages": [{"role": "user", "content": text}]}).encode()
    return curl(gateway.url() + "/v1/chat/completions", body).status


def verify(gateway, *more: str):
    public = str(gateway.folder / "journal.pem.pub")
    return command("journal", "verify", "--folder", str(gateway.journal_dir), "--key", public, *more)


# --- keys -----------------------------------------------------------------------------------------------------------
def test_a_lost_signing_key_stops_the_start_and_the_public_key_stays(start, foreign):
    foreign.always(say("ok"))
    gateway = start()
    assert ask(gateway) == 200
    gateway.stop()
    private, public = gateway.folder / "journal.pem", gateway.folder / "journal.pem.pub"
    kept = public.read_text()
    private.rename(gateway.folder / "lost.pem")
    for also_public in (False, True):
        if also_public:
            public.rename(gateway.folder / "old.pub")
        assert command("config", "check", str(gateway.file)).returncode == 2
        with pytest.raises(RuntimeError, match="keys.previous"):
            gateway.start()
        assert not private.exists(), "a new key was made"
    (gateway.folder / "old.pub").rename(public)
    assert public.read_text() == kept
    (gateway.folder / "lost.pem").rename(private)
    assert verify(gateway).returncode == 0


def test_a_new_signing_key_follows_the_old(start, foreign):
    foreign.always(say("ok"))
    gateway = start()
    assert ask(gateway) == 200
    gateway.stop()
    private, public, old = (gateway.folder / name for name in ("journal.pem", "journal.pem.pub", "old.pub"))
    private.unlink()
    public.rename(old)
    gateway.file.write_text(gateway.file.read_text().replace("[keys]", '[keys]\nprevious = ["old.pub"]', 1))
    gateway.start()
    assert ask(gateway) == 200
    gateway.stop()
    assert public.read_text() != old.read_text()
    assert verify(gateway).returncode == 1, "the new key alone did not sign the old records"
    assert verify(gateway, "--key", str(old)).returncode == 0
    gateway.processes.clear()  # The usual check at the end knows one key only.


def test_a_key_that_was_not_given_is_told_once_with_its_mend(start, foreign, tmp_path):
    foreign.always(say("ok"))
    gateway = start()
    assert ask(gateway) == 200
    gateway.stop()
    other = tmp_path / "other.pub"
    other.write_text("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a\n")
    done = command("journal", "verify", "--folder", str(gateway.journal_dir), "--key", str(other))
    assert done.returncode == 1 and "NOT sound" in done.stdout
    assert done.stdout.count("signed by a key that was not given; add its public key with --key") == 1, done.stdout
    assert "missing" not in done.stdout and "not signed yet" not in done.stdout, done.stdout


# --- verify, export, prove ------------------------------------------------------------------------------------------
def test_a_journal_that_is_gone_is_not_sound(gateway, foreign, tmp_path):
    foreign.always(say("ok"))
    ask(gateway)
    public = str(gateway.folder / "journal.pem.pub")
    empty = tmp_path / "empty"
    empty.mkdir()
    bare = tmp_path / "bare"
    (bare / "000001" / "wal").mkdir(parents=True)
    for place in (empty, bare):
        done = command("journal", "verify", "--folder", str(place), "--key", public)
        assert done.returncode == 1 and "NOT sound" in done.stdout, done.stdout + done.stderr


def test_what_a_killed_gateway_did_not_sign_is_told(start, foreign):
    foreign.always(say("ok"))
    gateway = start(begin=False)
    gateway.file.write_text(gateway.file.read_text().replace('checkpoint = "20ms"', 'checkpoint = "1m"'))
    gateway.start()
    assert ask(gateway) == 200
    gateway.kill()
    killed = verify(gateway)
    assert killed.returncode == 0 and "not signed yet" in killed.stdout
    assert verify(gateway, "--closed").returncode == 1
    gateway.start()
    gateway.stop()
    assert verify(gateway, "--closed").returncode == 0


def test_export_shows_positions_and_prove_takes_them(gateway, foreign):
    foreign.always(say("ok"))
    ask(gateway)
    wanted = gateway.decisions()[-1]
    place = ["--folder", str(gateway.journal_dir), "--key", str(gateway.folder / "journal.pem.pub")]
    lines = command("journal", "export", "--positions", *place).stdout.splitlines()
    at = next(line for line in map(json.loads, lines) if line["record"]["id"] == wanted["id"])
    by_id = command("journal", "prove", *place, "--id", wanted["id"])
    by_place = command("journal", "prove", *place, "--epoch", str(at["epoch"]), "--index", str(at["index"]))
    assert by_id.returncode == by_place.returncode == 0, by_id.stderr + by_place.stderr
    for proof in (by_id.stdout, by_place.stdout):
        assert proof.startswith("c2sp.org/tlog-proof@v1\n") and f"\nindex {at['index']}\n" in proof
    assert command("journal", "prove", *place, "--id", "nobody").returncode == 2


def test_prove_takes_what_a_refusal_tells(gateway, foreign):
    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": aws_key()}]}).encode()
    told = json.loads(curl(gateway.url() + "/v1/chat/completions", body).body)["error"]["seawall"]["record"]
    wanted = gateway.decisions()[-1]["id"]
    # What it writes between two proofs would make the second one of a longer log.
    gateway.stop()
    place = ["--folder", str(gateway.journal_dir), "--key", str(gateway.folder / "journal.pem.pub")]
    done, by_id = (command("journal", "prove", *place, "--id", name) for name in (told, wanted))
    assert done.returncode == 0 and done.stdout == by_id.stdout, done.stderr
    assert f"proved is {wanted}" in done.stderr and f"{told}-" in done.stderr
    assert command("journal", "prove", *place, "--id", told[:-1]).returncode == 2


def test_export_says_when_what_it_shows_is_not_sound(start, foreign, tmp_path):
    foreign.always(say("ok"))
    gateway = start()
    ask(gateway)
    gateway.stop()
    copy = tmp_path / "copy"
    shutil.copytree(gateway.journal_dir, copy)
    key = ["--key", str(gateway.folder / "journal.pem.pub")]
    assert command("journal", "export", "--folder", str(copy), *key).returncode == 0
    bundle = max((copy / "000001" / "tile" / "entries").rglob("*"), key=lambda path: path.is_file() and path.stat().st_size)
    bundle.write_bytes(bundle.read_bytes().replace(b'"action":"allow"', b'"action":"alloy"'))
    done = command("journal", "export", "--folder", str(copy), *key)
    assert done.returncode == 1 and "000001/" in done.stderr


# --- judge ----------------------------------------------------------------------------------------------------------
def judge(gateway, *more: str, stdin: str):
    done = command("judge", "--config", str(gateway.file), "--record", "-", *more, stdin=stdin)
    return done, (json.loads(done.stdout.splitlines()[-1]) if done.stdout else {})


def test_each_decision_is_judged_by_the_policy_of_its_day(start, foreign):
    foreign.always(say("ok"))
    gateway = start()
    assert ask(gateway, f"Write to {EMAIL}") == 200
    allowed = gateway.decisions()[-1]
    assert allowed["action"] == "redact"
    file = next(path for path in (gateway.folder / "policy").rglob("*.policy") if "people-become-tokens" in path.read_text())
    file.write_text(file.read_text().replace("redact personal, financial, case-file as token", "block", 1))
    gateway.reload()
    assert ask(gateway, f"Write to {EMAIL}") >= 400
    lines = "\n".join(json.dumps(record) for record in gateway.decisions())
    done, total = judge(gateway, stdin=lines)
    assert done.returncode == 0 and total["identical"] == 2 and total["different"] == 0, done.stdout + done.stderr
    done, total = judge(gateway, "--policy", str(gateway.folder / "policy"), stdin=lines)
    assert done.returncode == 1 and total["different"] == 1, "what the new policy would have done"
    positioned = json.dumps({"epoch": 1, "index": 1, "record": allowed})
    assert judge(gateway, stdin=positioned)[0].returncode == 0
    done, _ = judge(gateway, "--policies", str(gateway.folder), stdin=json.dumps(allowed))
    assert done.returncode == 2 and "--policies" in done.stderr


def test_a_record_that_another_policy_cannot_place_hides_no_other(start, foreign):
    foreign.always(say("ok"))
    gateway = start()
    assert ask(gateway) == ask(gateway) == 200
    first, second = gateway.decisions()
    strange = json.loads(json.dumps(first))
    strange["situation"]["application"] = "gone"
    lines = "\n".join(json.dumps(record) for record in (strange, second))
    done, total = judge(gateway, "--policy", str(gateway.folder / "policy"), stdin=lines)
    assert done.returncode == 1 and done.stderr == ""
    assert (total["not_judgeable"], total["identical"], total["different"]) == (1, 1, 0), done.stdout
    told = json.loads(done.stdout.splitlines()[0])
    assert (told["record"], told["line"]) == (first["id"], 1) and "no client called `gone`" in told["not_judgeable"]


@pytest.mark.parametrize("field", ["action", "rules", "findings", "detectors", "candidate", "none"])
def test_a_record_that_contradicts_itself_is_told(start, foreign, field):
    foreign.always(say("ok"))
    gateway = start()
    assert ask(gateway, f"Write to {EMAIL}") == 200
    record = gateway.decisions()[-1]
    changed = {
        "action": {"action": "allow"}, "rules": {"rules": []}, "findings": {"findings": {}}, "detectors": {"detectors": "none"},
        "candidate": {"candidate": {**record["candidate"], "destination": "home"}}, "none": {},
    }[field]  # fmt: skip
    done, total = judge(gateway, stdin=json.dumps({**record, **changed}))
    told = json.loads(done.stdout.splitlines()[0])
    if field == "none":
        assert done.returncode == 0 and told["identical"] and total["contradicting_themselves"] == 0, done.stdout
    else:
        assert done.returncode == 1 and not told["identical"] and told["contradicts_itself"] == [field], done.stdout
        assert total["contradicting_themselves"] == 1


def test_a_policy_that_names_holdings_judges_records_without_them(start, foreign):
    foreign.always(say("ok"))
    gateway = start()
    assert ask(gateway) == 200
    policy = gateway.folder / "stricter"
    shutil.copytree(gateway.folder / "policy", policy)
    (policy / "own.policy").write_text('class papers\n  "Our papers."\n  detect holdings.papers, own-documents\n')
    lines = json.dumps(gateway.decisions()[-1])
    done, total = judge(gateway, "--policy", str(policy), stdin=lines)
    assert done.returncode == 0 and total["identical"] == 1, done.stdout + done.stderr
    (policy / "own.policy").write_text('class papers\n  "Our papers."\n  detect holdingz.papers\n')
    done = command("judge", "--record", "-", "--policy", str(policy), stdin=lines)
    assert done.returncode == 2 and "holdingz.papers" in done.stderr


def test_a_request_follows_the_routes(gateway, tmp_path):
    def destination(path: str) -> str:
        file = tmp_path / "request.json"
        body = {"model": "m", "max_tokens": 5, "messages": [{"role": "user", "content": CLEAN}]}
        file.write_text(json.dumps({"path": path, "body": body}))
        done = command("judge", "--config", str(gateway.file), "--request", str(file))
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)["attempts"][0]["destination"]

    assert destination("/v1/chat/completions") == "foreign"
    assert destination("/v1/messages") == "foreign-messages"


# --- pipes, files, signals ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("told", ["coverage", "rules test", "config schema", "completions bash", "journal points", "rules check"])
def test_a_reader_that_has_left_is_no_error(told):
    process = subprocess.Popen([str(binary()), *told.split()], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()  # Before anything is written.
    said = process.stderr.read().decode()
    assert process.wait(60) == 0 and said == ""


def test_scan_reads_the_files_that_it_is_given(tmp_path):
    rows, broken = tmp_path / "rows.jsonl", tmp_path / "broken.jsonl"
    rows.write_text(json.dumps({"text": CLEAN}) + "\n" + json.dumps({"text": f"Write to {EMAIL}"}) + "\n")
    broken.write_text("{}\n")
    done = command("scan", "--jsonl", "--fail-on", str(rows), stdin="")
    assert done.returncode == 1 and len(done.stdout.splitlines()) == 2
    done = command("scan", "--jsonl", str(broken), stdin="")
    assert done.returncode == 2 and "broken.jsonl:1:" in done.stderr
    assert command("scan", "--jsonl", str(tmp_path / "nothing"), stdin="").returncode == 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("line", ["Seawall", "stays up"])
def test_a_tour_that_is_ended_leaves_nothing_behind(tmp_path, number, line):
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    master, terminal = pty.openpty()  # Elsewhere it ends by itself.
    process = subprocess.Popen(
        [str(binary()), "demo"], stdout=terminal, stderr=terminal, cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "TMPDIR": str(temporary), "NO_COLOR": "1"},
    )  # fmt: skip
    os.close(terminal)
    deadline = threading.Timer(60, process.kill)
    deadline.start()
    said = b""
    while line.encode() not in said:
        said += os.read(master, 65536)
    assert any(temporary.iterdir())
    process.send_signal(number)
    drain = threading.Thread(target=read_to_the_end, args=(master,))
    drain.start()
    assert process.wait(60) in (0, 130)
    deadline.cancel()
    drain.join(10)
    os.close(master)
    assert not any(temporary.iterdir())


def read_to_the_end(terminal: int) -> None:
    try:
        while os.read(terminal, 65536):
            pass
    except OSError:
        pass  # The terminal's other end is closed.
