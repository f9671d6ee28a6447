"""docs/policy-guide.md: each command in it is run, in its order, and answers what is shown."""

from __future__ import annotations

import os
import re
import subprocess

import pytest

from support.gateway import ROOT, binary

GUIDE = ROOT / "docs" / "policy-guide.md"
BLOCK = re.compile(r"^```(console|policy)(?: (\S+))?\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)


def blocks() -> list[tuple[str, str, str]]:
    """Kind, file name and text of each block, in the order of the guide."""
    return [(found[1], found[2] or "", found[3]) for found in BLOCK.finditer(GUIDE.read_text())]


def commands(text: str):
    """Each command with the lines that are shown of its answer."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, *shown = part.rstrip("\n").split("\n")
        yield command, shown


def run(command: str, folder) -> tuple[int, str]:
    bin_folder = folder / "bin"
    if not bin_folder.exists():
        bin_folder.mkdir()
        (bin_folder / "seawall").symlink_to(binary())
    env = {"PATH": f"{bin_folder}:{os.environ['PATH']}", "HOME": str(folder), "NO_COLOR": "1"}
    done = subprocess.run(
        ["sh", "-c", command], capture_output=True, text=True, cwd=folder, env=env, timeout=300,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def missing(shown: list[str], answer: str) -> str | None:
    """The first shown line that the answer does not have after the one before it; `…` stands for anything.

    How many spaces stand between words is not looked at: columns get wider with a longer name."""
    rest = iter([" ".join(told.split()) for told in answer.split("\n")])
    for line in shown:
        pattern = ".*".join(re.escape(piece) for piece in " ".join(line.split()).split("…"))
        if pattern != ".*" and not any(re.fullmatch(pattern, told) for told in rest):
            return line
    return None


def test_every_command_of_the_guide_does_what_it_shows(tmp_path):
    (tmp_path / "rules").symlink_to(ROOT / "rules")
    ran = 0
    for kind, file, text in blocks():
        if kind == "policy":
            assert file, f"a policy block without the name of its file:\n{text}"
            (tmp_path / file).write_text(text)
            continue
        for command, shown in commands(text):
            code = int(shown.pop().removeprefix("? ")) if shown and shown[-1].startswith("? ") else 0
            got, answer = run(command, tmp_path)
            assert got == code, f"$ {command}\n{answer}"
            assert missing(shown, answer) is None, f"$ {command}\nnot there: {missing(shown, answer)}\n{answer}"
            ran += 1
    assert ran >= 10, "the guide shows commands as `$ …` in console blocks"


@pytest.mark.parametrize(("shown", "answer", "lacks"), [
    (["a", "c"], "a\nb\nc", None),
    (["c", "a"], "a\nb\nc", "a"),
    (["0 of … failed"], "0 of 12 failed", None),
    (["0 of … failed"], "1 of 12 failed", "0 of … failed"),
])  # fmt: skip
def test_what_is_shown_is_compared(shown, answer, lacks):
    assert missing(shown, answer) == lacks
