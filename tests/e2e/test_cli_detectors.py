"""What an author of detectors is told: everything at once, at the place where it is to be mended."""

from __future__ import annotations

import re

import pytest

from support.gateway import ROOT, command

GOOD = """
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


@pytest.fixture
def check(tmp_path):
    """Checks files of detectors beside the embedded policy."""

    def check(**files):
        for name, text in files.items():
            (tmp_path / f"{name}.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
        done = command("rules", "check", "--detectors", str(tmp_path))
        return done.returncode, done.stdout + done.stderr

    return check


def test_a_good_file_is_fine(check):
    code, told = check(mine=GOOD)
    assert code == 0 and "0 problems with examples, 0 warnings" in told, told


def test_the_example_of_the_guide_passes(check):
    guide = (ROOT / "rules" / "detectors" / "README.md").read_text()
    [block] = re.findall(r"```toml\n(.*?)```", guide, re.DOTALL)
    code, told = check(pl=block)
    assert code == 0 and "0 problems with examples" in told, told


def test_an_unknown_key_hides_nothing(check):
    code, told = check(mine=GOOD.replace("title =", "titel =").replace("family = 'credential'\n", "").replace("LOCKER-\\d{6}", "LOCKER-\\d{6"))
    assert code == 1
    for what in ("unknown field `titel`", "the key `title` is missing", "the key `family` is missing", "mine.toml:5:13:"):
        assert what in told, told
    assert told.count("error: ") == 4, told


def test_a_file_that_is_no_text_hides_no_other(check):
    code, told = check(bad=b"\xff\xfe", mine=GOOD.replace("'likely'", "'surely'"), other=GOOD.replace("country", ""))
    assert code == 2 and "bad.toml: byte 0 is not UTF-8" in told and "mine.toml:7:" in told, told


@pytest.mark.parametrize(
    ("wrong", "place", "what"),
    [
        ("country = 'ZZ'\n" + GOOD, "mine.toml:1:11:", "there is no such country"),
        (GOOD.replace("title = ", "country = 'UK'\ntitle = "), "mine.toml:5:11:", "there is no such country"),
        (GOOD.replace('"Key of a locker"', '""'), "mine.toml:5:9:", "`title` is empty"),
        (GOOD.replace('"invented for this test"', '" "'), "mine.toml:8:10:", "`source` is empty"),
    ],
)
def test_what_says_nothing_is_refused(check, wrong, place, what):
    code, told = check(mine=wrong)
    assert code == 1 and place in told and what in told, told


def test_a_mistyped_family_is_told_at_the_detector_with_what_is_meant(check):
    code, told = check(mine=GOOD.replace("'credential'", "'credntial'"))
    assert re.search(r"^warning: \S*mine\.toml:3: no class of the policy names `own\.key` or its family `credntial`.*did you mean `credential`\?$", told, re.M), told
    assert code == 0


def test_a_detector_that_takes_away_what_others_find_is_named_first(check):
    wide = GOOD.replace("LOCKER-\\d{6}", "[A-Za-z ]{1,40}\\d{6}").replace("{{LOCKER-123456}}", "{{Case 123456}}").replace("'likely'", "'confirmed'")
    code, told = check(mine=wide)
    assert code == 1, told
    culprit = told.index("mine.toml:3:1: `own.key` takes away what ")
    assert "detectors/" in told[culprit:] and not re.search(r"^detectors/.*the example is not found", told, re.M), told


def test_a_detector_that_does_not_compile_hides_neither_the_policy_nor_an_allow_list(tmp_path):
    (tmp_path / "detectors").mkdir()
    (tmp_path / "detectors" / "own.toml").write_text(GOOD.replace("LOCKER-\\d{6}", "LOCKER-("))
    (tmp_path / "a.policy").write_text('class own\n  "x"\n  detect own.key\n\nrule mistaken\n  when data includes nonsense\n  then block\n')
    entry = '[[allow]]\nname = "%s"\nreason = "%s"\nowner = "b"\ngranted = 2025-01-01\nuntil = 2025-02-01\ndetectors = ["iban"]\nvalues = ["x"]\n'
    (tmp_path / "allowed.toml").write_text(entry % ("a", "") + entry % ("ended", "why"))
    arguments = ["rules", "check", str(tmp_path), "--allowed", str(tmp_path / "allowed.toml")]
    done = command(*arguments)
    told = done.stdout + done.stderr
    for what in ("own.toml:6:", "nonsense", "allow[0].reason", "allowed `ended` ended on 2025-02-01"):
        assert what in told, (what, told)
    assert done.returncode == 1 and "no detector or family" not in told, told
    (tmp_path / "detectors" / "own.toml").write_text(GOOD)
    done = command(*arguments)
    assert "allow[0].reason" in done.stdout and "allowed `ended` ended on 2025-02-01" in done.stdout, done.stdout
