"""The command line: exit codes, formats, pipes, and the tour that shows the main job."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess

import pytest

from support.gateway import ROOT, Gateway, binary, command
from support.house import settings_for
from support.values import CLEAN, EMAIL, aws_key


@pytest.fixture
def folder(foreign, home, tmp_path):
    """Configuration and policy as a gateway has them, not started."""
    return Gateway(settings_for(foreign, home), tmp_path / "cli")


# --- demo -----------------------------------------------------------------------------------------------------------
def test_the_tour_ends_well_in_a_pipe_and_without_colour(tmp_path):
    done = subprocess.run(
        [str(binary()), "demo", "--once"], capture_output=True, text=True, timeout=120, cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "NO_COLOR": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\x1b[" not in done.stdout
    scenes = done.stdout.split("\n\n")
    why = [re.search(r"^   why   (\S+)", scene, flags=re.MULTILINE) for scene in scenes]
    outcomes = [line[1].removesuffix(":") for line in why if line]
    assert outcomes == ["allow", "redact", "reroute", "block", "ask-approval", "duplicate-key"]


def test_the_tour_ends_by_itself_where_nobody_can_end_it(tmp_path):
    file = tmp_path / "tour.txt"
    with file.open("w") as out:
        done = subprocess.run([str(binary()), "demo"], stdout=out, stderr=subprocess.PIPE, text=True, timeout=120, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    told = file.read_text()
    assert "6 of 6 as told" in told and "stays up" not in told


def test_the_tour_is_coloured_on_a_terminal_and_plain_with_no_color(tmp_path):
    assert "\x1b[" in on_terminal(tmp_path, {})
    assert "\x1b[3" not in on_terminal(tmp_path, {"NO_COLOR": "1"})


def on_terminal(folder, env) -> str:
    master, terminal = pty.openpty()
    process = subprocess.Popen(
        [str(binary()), "demo", "--once"], stdout=terminal, stderr=terminal, stdin=terminal, cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "TERM": "xterm-256color", **env},
    )  # fmt: skip
    os.close(terminal)
    text = b""
    try:
        while data := os.read(master, 65536):
            text += data
    except OSError:
        pass  # The terminal's other end is closed.
    os.close(master)
    assert process.wait(60) == 0
    return text.decode(errors="replace")


def test_a_reader_that_leaves_early_is_no_panic(tmp_path):
    done = subprocess.run(f"{binary()} demo --once | head -n 1", shell=True, capture_output=True, text=True, timeout=120, cwd=tmp_path)
    assert "panicked" not in done.stderr


# --- scan -----------------------------------------------------------------------------------------------------------
def test_scan_finds_and_tells_by_its_exit_code():
    assert command("scan", stdin=CLEAN).returncode == command("scan", "-", stdin=CLEAN).returncode == 0
    found = command("scan", "--format", "jsonl", stdin=f"Write to {EMAIL}\n")
    assert found.returncode == 0 and "email" in found.stdout
    score = re.search(r'"score":([0-9.]+)', found.stdout)[1]
    assert len(score) <= len("0.123"), "a score is not known to more digits"


def test_scan_reads_and_writes_json_lines_in_order():
    texts = [f"Write to {EMAIL}", CLEAN, f"ü {EMAIL}"]
    lines = "".join(json.dumps({"text": text}) + "\n" for text in texts)
    for offsets, start in (("byte", 3), ("char", 2)):
        done = command("scan", "--jsonl", "--offsets", offsets, stdin=lines)
        spans = [json.loads(line)["spans"] for line in done.stdout.splitlines()]
        assert [len(found) for found in spans] == [1, 0, 1]
        assert {"s", "e", "type", "class", "score"} <= set(spans[0][0])
        assert spans[2][0]["s"] == start


def test_scan_redacts():
    done = command("scan", "--redact", stdin=f"Write to {EMAIL} now\n")
    assert EMAIL not in done.stdout and done.stdout.startswith("Write to ") and done.stdout.rstrip().endswith(" now")


def test_scan_pretty_does_not_print_the_secret():
    secret = aws_key(5)
    assert secret not in command("scan", stdin=f"key {secret}\n").stderr


def test_scan_goes_on_behind_a_file_with_too_many_findings(tmp_path):
    for name, times in (("a", 1), ("b", 33_000), ("c", 1)):
        (tmp_path / name).write_text(f"Write to {EMAIL}\n" * times)
    done = command("scan", *(str(tmp_path / name) for name in "abc"))
    assert done.returncode == 3 and f"{tmp_path / 'b'}: there is more in it" in done.stderr
    assert f"{tmp_path / 'a'}:1:10" in done.stdout and f"{tmp_path / 'c'}:1:10" in done.stdout


def test_scan_tells_places_alike_in_every_form(tmp_path):
    file = tmp_path / "f.txt"
    file.write_text(f"ä\n {EMAIL} é {EMAIL}\n" * 400)
    pretty = re.findall(r":(\d+):(\d+): ", command("scan", str(file)).stdout)
    log = json.loads(command("scan", "--format", "sarif", str(file)).stdout)
    regions = [result["locations"][0]["physicalLocation"]["region"] for result in log["runs"][0]["results"]]
    spans = json.loads(command("scan", "--format", "jsonl", "--offsets", "char", str(file)).stdout)["spans"]
    at = [found.start() for found in re.finditer(re.escape(EMAIL), file.read_text())]
    assert [(int(line), int(column)) for line, column in pretty] == [(region["startLine"], region["startColumn"]) for region in regions]
    assert pretty[-1] == ("800", str(5 + len(EMAIL))) and [span["s"] for span in spans] == at


# --- rules, coverage, config ----------------------------------------------------------------------------------------
def test_rules_check_a_good_folder(folder):
    done = command("rules", "check", str(folder.folder / "policy"))
    assert done.returncode == 0, done.stdout + done.stderr


def test_rules_check_one_file_or_says_what_to_name(tmp_path):
    policy = tmp_path / "one.policy"
    policy.write_text("rule mistaken\n  when it leaves UK\n  then block\n")
    one = command("rules", "check", str(policy))
    assert one.returncode == 1 and "one.policy:2" in one.stdout, one.stdout + one.stderr
    other = tmp_path / "policy.txt"
    other.write_text(policy.read_text())
    done = command("rules", "check", str(other))
    assert done.returncode == 2 and "name a folder with .policy files, or one such file" in done.stderr


def test_rules_detectors_lists_what_is_looked_for():
    whole = command("rules", "detectors")
    assert whole.returncode == 0 and re.search(r"^(\d{4,}) of \1 detectors$", whole.stdout, re.MULTILINE)
    done = command("rules", "detectors", "--country", "at", "--format", "json")
    rows = json.loads(done.stdout)
    assert rows and {row["country"] for row in rows} == {"AT"} and all(row["source"] and row["family"] for row in rows)
    rows = json.loads(command("rules", "detectors", "IBAN", "--family", "bank-account", "--format", "json").stdout)
    assert "fin.iban" in [row["id"] for row in rows] and {row["family"] for row in rows} == {"bank-account"}
    done = command("rules", "detectors", "--country", "XX", "--family", "bank-acount")
    assert done.returncode == 2 and "--country XX" in done.stderr and "did you mean `bank-account`" in done.stderr


@pytest.mark.parametrize("flag", ["--redact", "--explain"])
def test_scan_refuses_a_format_that_it_would_not_heed(flag):
    done = command("scan", flag, "--format", "sarif", "-", stdin="x")
    assert done.returncode == 2 and "--format" in done.stderr


@pytest.mark.parametrize("folder", ["default", "examples/ministry", "examples/hospital", "examples/bank", "examples/city"])
def test_rules_check_the_policies_we_ship(folder):
    done = command("rules", "check", str(ROOT / "rules" / folder))
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_policy_with_mistakes_has_no_results_of_tests(folder):
    policy = next((folder.folder / "policy").rglob("rules.policy"))
    policy.write_text(policy.read_text() + "\nrule mistaken\n  when it leaves UK\n  then block\n")
    checked, tested = (command("rules", word, str(folder.folder / "policy")) for word in ("check", "test"))
    assert (checked.returncode, tested.returncode) == (1, 2)
    assert "tests not run" in checked.stdout and "0 situations decided" not in checked.stdout
    assert "tests not run" in tested.stderr
    for told in (checked.stdout, tested.stderr):
        assert "the ISO 3166 code is `GB`" in told


def test_coverage_as_a_table_and_as_json():
    lines = json.loads(command("coverage", "--format", "json").stdout)
    assert {line["dialect"] for line in lines} >= {"openai-chat", "anthropic-messages"}
    assert {line["treatment"] for line in lines} <= {"inspected", "protected", "refused", "opaque"}
    assert any("messages" in str(line) for line in lines)
    assert {line["side"] for line in lines} == {"request", "answer"}
    assert len({tuple(sorted(line.items())) for line in lines}) == len(lines), "no two lines alike"
    heading, *rows = command("coverage").stdout.splitlines()
    assert heading.split() == ["dialect", "operation", "side", "field", "modality", "treatment"]
    assert len(set(rows)) == len(rows) == len(lines)


def test_config_check_and_schema(folder):
    assert command("config", "check", str(folder.file)).returncode == 0
    schema = json.loads(command("config", "schema").stdout)
    assert schema.get("$schema") and "listener" in json.dumps(schema)


@pytest.mark.parametrize("mistake", ['[journal]\nrecord = "sometimes"', '[nonsense]\nx = 1', "not toml at all", '[[listeners]]\naddress = "x"'])
def test_config_check_names_the_mistake(folder, mistake):
    text = folder.file.read_text()
    if mistake.startswith("[journal]"):
        text = text.replace('record = "durable"', 'record = "sometimes"')
    else:
        text += "\n" + mistake + "\n"
    folder.file.write_text(text)
    done = command("config", "check", str(folder.file))
    assert done.returncode != 0 and "seawall.toml" in done.stdout + done.stderr
    assert "panicked" not in done.stderr


def test_usage_errors_exit_with_two():
    for wrong in (["--no-such-flag"], ["no-such-command"], ["scan", "--format", "no-such"]):
        assert command(*wrong).returncode == 2


def test_completions():
    for shell in ("bash", "zsh", "fish"):
        assert "seawall" in command("completions", shell).stdout


# --- judge and journal ----------------------------------------------------------------------------------------------
def test_a_request_is_judged_offline(folder, tmp_path):
    request = {
        "method": "POST", "path": "/v1/chat/completions",
        "body": {"model": "m", "messages": [{"role": "user", "content": f"Write to {EMAIL}"}]},
    }  # fmt: skip
    file = tmp_path / "request.json"
    file.write_text(json.dumps(request))
    done = command("judge", "--config", str(folder.file), "--request", str(file))
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert "redact" in json.dumps(told) and "people-become-tokens" in json.dumps(told)


AT_NIGHT = """\
policy night-watch
  "Nothing leaves at night."
  owner    dpo
  default  block
  clock    UTC

destination far
  "A model elsewhere"
  url         http://127.0.0.1:9/v1
  speaks      openai-chat
  operator    Far, answers to US
  tier        market
  credential  client


rule by-day
  "What holds nothing may leave."
  when  data includes nothing
  then  allow

rule not-by-night
  "Nothing leaves at night."
  when  it is sent between 22:00 and 06:00
  then  block
"""


@pytest.mark.parametrize(
    ("when", "code"),
    [
        ({"day": "2026-03-02"}, 1),  # A rule that may hold binds: of a day without a time nothing is known.
        ({"day": "2026-03-02", "time": "12:00"}, 0),
        ({"day": "2026-03-02", "time": "23:00"}, 1),
        ({"day": "2026-03-02", "time": "25:00"}, 2),
        ({"time": "12:00"}, 0),
    ],
)
def test_a_request_is_judged_at_its_time(tmp_path, when, code):
    (tmp_path / "night.policy").write_text(AT_NIGHT)
    asked = {"model": "m", "messages": [{"role": "user", "content": "What is a tide?"}]}
    request = {**when, "destination": "far", "headers": [["authorization", "Bearer x"]], "addresses": ["192.0.2.1"], "body": asked}
    (tmp_path / "request.json").write_text(json.dumps(request))
    done = command("judge", "--policy", str(tmp_path), "--request", str(tmp_path / "request.json"))
    assert done.returncode == code, done.stdout + done.stderr
    assert code != 2 or "25:00" in done.stderr or "time" in done.stderr


def test_verifying_what_is_no_journal_is_not_yes(tmp_path):
    assert command("journal", "verify", "--folder", str(tmp_path / "nothing")).returncode != 0
    (tmp_path / "empty").mkdir()
    assert command("journal", "verify", "--folder", str(tmp_path / "empty")).returncode != 0
