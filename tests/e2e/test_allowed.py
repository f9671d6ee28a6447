"""Allow-lists: what is known to be harmless passes as a whole value until its day, is counted by name, and told nowhere."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta

import pytest

from support import clock, leaks
from support.answers import last_user_text, say
from support.contract import METRIC_RELOADS, action
from support.gateway import Gateway, command
from support.house import settings_for

BOX, OTHER, DESK = "sekretariat@meersburg.example", "anna.berg@meersburg.example", "+49 30 23125 0"
TODAY = date.today()
UNTIL = TODAY + timedelta(days=100)
MASKED = """
rule people-in-answers-are-masked
  "Answers speak of nobody."
  when   data includes personal
  and    it is an answer
  then   redact personal as mask
"""


def entry(name: str, *values: str, until: date = UNTIL, **more) -> str:
    keys = {"values": json.dumps(values), "detectors": '["contact"]', "reason": '"published"', "owner": '"press office"'}
    keys |= {"granted": str(until - timedelta(days=200)), "until": str(until)} | more
    return "\n".join([f'[[allow]]\nname = "{name}"', *(f"{key} = {value}" for key, value in keys.items() if value)]) + "\n"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "allowed.toml"
    path.write_text(entry("mailbox", BOX) + entry("desk", DESK))
    return path


@pytest.fixture
def gateway(start, file):
    made = start(begin=False, allowed=[file])
    (made.folder / "policy" / "masked.policy").write_text(MASKED)
    return made.start()


def ask(gateway, text, **more):
    return gateway.openai().chat.completions.create(model="m", messages=[{"role": "user", "content": text}], **more)


def sent(gateway, foreign, text) -> str:
    foreign.always(say("ok"))
    foreign.requests.clear()
    ask(gateway, text)
    return last_user_text(foreign.requests[-1])


def test_an_allowed_value_leaves_as_it_is_and_is_counted_by_name(gateway, foreign):
    text = f"Write to {BOX.upper()} or call +49-30-231250."
    assert sent(gateway, foreign, text) == text
    [decision] = gateway.decisions()
    assert action(decision) == "allow" and decision["findings"] == {}
    assert decision["allowed"] == [{"entry": name, "until": str(UNTIL), "count": 1} for name in ("mailbox", "desk")]
    assert leaks.leaked({"box": BOX, "desk": DESK}, leaks.outputs(gateway)) == []


@pytest.mark.parametrize("text", [f"Ask {OTHER}, not {BOX}.", f"Call {DESK}-17 or write to x{BOX}", f"At {BOX}.org"])
def test_what_is_more_or_other_than_the_value_is_taken_out(gateway, foreign, text):
    left = sent(gateway, foreign, text)
    assert "[PERSONAL-" in left and OTHER not in left and "-17" not in left and "x" + BOX not in left and BOX + ".org" not in left


@pytest.mark.parametrize("every", [1, 3, 1000])
def test_an_answer_says_it_wherever_the_stream_is_cut(gateway, foreign, every):
    text = f"Write to {BOX} or {OTHER} or {DESK}-17, and so on for a while, or call {DESK}."
    foreign.always(say(text, every=every))
    expect = text.replace(OTHER, "[PERSONAL]").replace(f"{DESK}-17", "[PERSONAL]")
    told = "".join(chunk.choices[0].delta.content or "" for chunk in ask(gateway, "Whom?", stream=True) if chunk.choices)
    assert told == expect
    assert ask(gateway, "Whom?").choices[0].message.content == expect
    for outcome in gateway.outcomes(2):
        assert outcome["allowed"] == [{"entry": name, "until": str(UNTIL), "count": 1} for name in ("mailbox", "desk")]
    assert leaks.leaked({"box": BOX, "desk": DESK}, leaks.outputs(gateway)) == []


def test_a_reload_takes_the_new_file_and_keeps_the_old_while_it_is_broken(gateway, foreign, file):
    assert sent(gateway, foreign, f"To {BOX}") == f"To {BOX}"
    whole = file.read_text()
    file.write_text(whole.replace('["contact"]', '["contract"]'))
    gateway.reload(result="failed")
    assert sent(gateway, foreign, f"To {BOX}") == f"To {BOX}"
    gateway.process.stderr.wait(r"nothing was reloaded.*allowed\.toml:4:\d+: allow\[0\]\.detectors\[0\]: .*`contact`", 5)
    file.write_text(entry("desk", DESK))
    gateway.reload()
    assert sent(gateway, foreign, f"To {BOX}").startswith("To [PERSONAL-")
    assert gateway.metric(METRIC_RELOADS, result="failed") == 1
    assert len({record["detectors"] for record in gateway.decisions()}) == 2, "a record tells by which lists it was decided"


def test_it_ends_with_its_last_day_and_no_clock_that_is_set_back_revives_it(start, foreign, tmp_path, tmp_path_factory):
    library = clock.build(tmp_path_factory.mktemp("clock"))
    file = tmp_path / "allowed.toml"
    file.write_text(entry("mailbox", BOX, until=date(2027, 6, 30)))
    gateway = start(begin=False, allowed=[file])
    gateway.start(env=clock.showing(library, "2027-06-30"))
    gateway.process.stderr.wait("allowed `mailbox` ends on 2027-06-30; ask press office", 5)
    assert sent(gateway, foreign, f"To {BOX}") == f"To {BOX}"
    for day in ("2027-07-01", "2027-06-15"):
        gateway.restart(env=clock.showing(library, day))
        assert sent(gateway, foreign, f"To {BOX}").startswith("To [PERSONAL-"), day
    assert "allowed `mailbox` ended on 2027-06-30" in gateway.said


def test_every_mistake_is_told_at_once_and_no_value(foreign, home, tmp_path):
    file = tmp_path / "allowed.toml"
    far = TODAY + timedelta(days=400)
    file.write_text(
        entry("a", BOX, until=far, granted=str(TODAY))
        + entry("b", BOX, detectors='["cred.private-key"]')
        + entry("c", BOX, until=UNTIL, owner=None)
        + entry("d", sha256='["12"]')
    )
    gateway = Gateway(settings_for(foreign, home, allowed=[file, tmp_path / "gone.toml"]), tmp_path / "broken")
    with pytest.raises(RuntimeError, match="allowed.toml"):
        gateway.start()
    done = command("config", "check", str(gateway.file))
    told = done.stdout + done.stderr
    for what in ("allow[0].until: is 400 days", "allow[1].detectors[0]: markings", "allow[2]: the key `owner`", "allow[3].sha256[0]", "gone.toml"):
        assert what in told, told
    assert done.returncode == 2 and BOX not in told


def test_config_check_and_rules_check_warn_of_the_end(foreign, home, tmp_path):
    file = tmp_path / "allowed.toml"
    file.write_text(entry("soon", BOX, until=TODAY + timedelta(days=9)) + entry("over", DESK, until=TODAY - timedelta(days=9)) + entry("far", "a@b.example"))
    gateway = Gateway(settings_for(foreign, home, allowed=[file]), tmp_path / "node")
    for done in (command("config", "check", str(gateway.file)), command("rules", "check", "--allowed", str(file))):
        told = done.stdout + done.stderr
        assert done.returncode == 0 and "allowed `soon` ends on" in told and "allowed `over` ended on" in told and "`far`" not in told, told
    file.write_text(file.read_text().replace('"press office"', '""'))
    done = command("rules", "check", "--allowed", str(file))
    assert done.returncode == 1 and done.stdout.count("owner: expected one line") == 3


def test_scan_lets_it_through_and_explains_by_which_entry(file):
    text = f"To {BOX} and {OTHER}."
    done = command("scan", "--allowed", str(file), "--redact", stdin=text)
    assert done.stdout == f"To {BOX} and [CONTACT]."
    done = command("scan", "--allowed", str(file), "--explain", stdin=text)
    assert f"found, but allowed by entry `mailbox` until {UNTIL} (published; press office)" in done.stdout, done.stdout
    assert "reported, likely" in done.stdout


WORDS = ["--reason", 'on our "web" page', "--owner", "press", "--until", str(UNTIL)]


@pytest.mark.parametrize("label", ["Tel. ", "Fax ", "Telefon: ", "Kundennummer ", "account ", "Rufnummer: ", "", "| Phone | Fax |\n| x | y |\n| z | "])
def test_the_switchboard_is_let_through_under_any_label_and_no_extension_is(tmp_path, label):
    done = command("allow", "switchboard", *WORDS, stdin="+43 1 53115-0\n")
    assert done.returncode == 0 and '"contact.phone"' in done.stdout, done.stderr
    file = tmp_path / "allowed.toml"
    file.write_text(done.stdout)
    for number, findings in (("+43 1 53115-0", 0), ("+43 (1) 53115 0", 0), ("+43 1 53115-17", 1), ("+43 1 53115-0-17", 1)):
        done = command("scan", "--allowed", str(file), stdin=f"{label}{number}\n")
        assert f"{findings} finding" in done.stdout, done.stdout


def test_a_reading_of_an_allowed_value_is_not_looked_for_elsewhere(tmp_path):
    file = tmp_path / "allowed.toml"
    file.write_text(entry("desk", "+43 1 53115-0", detectors='["contact.phone"]'))
    far = "and so on, of this and that, until no word that was said is near any more " * 4
    for text in (f"Tel. +43 1 53115-0. {far} 43 1 53115-0", f"Tel. +43 1 53115-0. {far} +43 1 53115-0"):
        done = command("scan", "--allowed", str(file), stdin=text)
        assert done.stdout == "<stdin>: 0 findings\n", done.stdout


def test_each_line_of_standard_input_is_a_value(tmp_path):
    done = command("allow", "desks", *WORDS, "--plain", stdin=f"{BOX}\n\n  {DESK}  \n{DESK}\n")
    assert done.returncode == 0 and f'values = ["{BOX}", "{DESK}"]' in done.stdout, done.stdout + done.stderr
    done = command("allow", "desks", *WORDS, stdin=f"{BOX}\n{DESK}\n")
    file = tmp_path / "allowed.toml"
    file.write_text(done.stdout)
    assert command("scan", "--allowed", str(file), "--fail-on", stdin=f"{BOX} or {DESK}").returncode == 0


def test_what_can_never_match_is_refused_with_its_line(tmp_path):
    done = command("allow", "x", *WORDS, "--plain", stdin=f"{BOX}\nCall {DESK} today\nnothing at all\n")
    assert (done.returncode, done.stdout) == (2, "") and "line 1" not in done.stderr
    assert "line 2: only a part of it is found (contact.phone at column 6)" in done.stderr and "line 3: nothing is found" in done.stderr
    assert DESK not in done.stderr and "nothing at all" not in done.stderr
    assert command("allow", "x", *WORDS, stdin=" \n").returncode == 2


@pytest.mark.parametrize("plain", [[], ["--plain"]])
def test_an_entry_is_printed_from_a_value(tmp_path, plain):
    done = command("allow", "mailbox", *WORDS, *plain, stdin=f"{BOX}\n")
    assert done.returncode == 0 and (BOX in done.stdout) == bool(plain), done.stderr
    file = tmp_path / "allowed.toml"
    file.write_text(done.stdout)
    assert command("scan", "--allowed", str(file), "--fail-on", stdin=f"to {BOX}!").returncode == 0
    assert command("allow", "x", *WORDS, stdin="nothing at all").returncode == 2
    assert command("allow", "X", *WORDS, stdin=BOX).returncode == 2


@pytest.mark.parametrize("name", ["030-555-0199", "desk-0305550199", "030-5550199"])
def test_a_name_that_is_the_value_in_another_spelling_is_refused(tmp_path, name):
    file = tmp_path / "allowed.toml"
    for value in ("(030) 555.0199", "030 555 0199"):
        file.write_text(entry(name, value))
        done = command("rules", "check", "--allowed", str(file))
        assert done.returncode == 1 and "allow[0].name: is the value" in done.stdout, done.stdout


@pytest.mark.parametrize("name", [DESK.strip("+").replace("/", "-").replace(" ", "-"), "".join(c for c in DESK if c.isdigit())])
def test_a_name_that_is_the_value_of_a_digest_is_refused(tmp_path, name):
    done = command("allow", "x", "--reason", "r", "--owner", "o", "--until", str(UNTIL), stdin=f"{DESK}\n")
    assert 'name = "x"' in done.stdout, done.stdout + done.stderr
    file = tmp_path / "allowed.toml"
    file.write_text(done.stdout.replace('name = "x"', f'name = "{name}"'))
    assert "allow[0].name: is the value" in command("rules", "check", "--allowed", str(file)).stdout


def test_a_quoted_day_is_told_without_quotes(tmp_path):
    file = tmp_path / "allowed.toml"
    file.write_text(re.sub(r"granted = (\S+)", r'granted = "\1"', entry("mailbox", BOX)))
    done = command("rules", "check", "--allowed", str(file))
    assert re.search(r"allow\[0\].granted: a day stands without quotes: `granted = \d{4}-\d\d-\d\d`", done.stdout), done.stdout


def test_explain_tells_of_entries_that_ended_or_are_not_granted_yet(tmp_path):
    file = tmp_path / "allowed.toml"
    for granted, until, told in [("2020-01-01", "2020-06-30", "let it through until 2020-06-30 and has ended"), ("2090-01-01", "2090-06-30", "lets it through from 2090-01-01 on")]:
        text = re.sub(r"granted = \S+", f"granted = {granted}", entry("mailbox", BOX))
        file.write_text(re.sub(r"until = \S+", f"until = {until}", text))
        done = command("scan", "--explain", "--allowed", str(file), stdin=f"Write to {BOX}.")
        assert f"entry `mailbox` {told}" in done.stdout, done.stdout
