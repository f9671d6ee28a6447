"""`seawall scan --explain` says of each place what `seawall scan` says of it, and why."""

from __future__ import annotations

import re

import openpyxl
import pytest

from support.gateway import command

TABLE = "Name,Email,Phone\nAnna Berg,anna.berg@meersburg.example,+43 664 1234567\nBen Ott,ben.ott@meersburg.example,943 476 5919\n"
FAR = "and so on, of this and that, until no word that was said is near any more " * 4


def reported(*arguments, **more) -> list[tuple[str, str, str]]:
    """Place, detector and level of what an explanation says is reported."""
    done = command("scan", "--explain", *arguments, **more)
    assert done.returncode == 0, done.stderr
    told, place = [], ""
    for line in done.stdout.splitlines():
        if not line.startswith("  "):
            place = line
        elif found := re.match(r"  (\S+) \(\d+ bytes\): reported, (\w+)", line):
            told.append((place, found[1], found[2]))
    return sorted(told)


def found(*arguments, **more) -> list[tuple[str, str, str]]:
    done = command("scan", *arguments, **more)
    assert done.returncode == 0, done.stderr
    pattern = re.compile(r"(.+): (\S+) \S.* \((\w+), \d+ bytes.*\)$", re.M)
    return sorted(pattern.findall(done.stdout))


@pytest.mark.parametrize(
    "text",
    [
        "Krankmeldung Frau Sabine Oberhuber",
        TABLE,
        TABLE.replace(",", " | "),
        f"Phone 943 476 5919. {FAR} 943 476 5919",
        "mail anna%2Eberg%40meersburg.example or 4111 1111 1111 1111",
    ],
)
@pytest.mark.parametrize("level", ["possible", "likely", "confirmed"])
def test_what_is_told_to_be_reported_is_what_is_reported(text, level):
    assert reported("--level", level, stdin=text) == found("--level", level, stdin=text)


def test_what_is_below_the_level_says_so():
    text = "Krankmeldung Frau Sabine Oberhuber"
    said = command("scan", "--explain", stdin=text).stdout
    assert "name.german (21 bytes): not reported: possible (0." in said and "below likely" in said
    assert "reported, possible" in command("scan", "--explain", "--level", "possible", stdin=text).stdout
    assert command("scan", "--explain", "--fail-on", stdin=text).returncode == 0
    assert command("scan", "--explain", "--fail-on", "--level", "possible", stdin=text).returncode == 1


def test_a_heading_and_a_repeat_are_told_as_what_tells_a_value():
    said = command("scan", "--explain", stdin=TABLE).stdout
    assert "us.phone (12 bytes): reported, likely (0.71): by the heading of its column" in said
    assert "gives way to us.phone" in said and "gives way to gb.nhs" not in said
    said = command("scan", "--explain", stdin=f"Phone 943 476 5919. {FAR} 943 476 5919").stdout
    assert "repeats a value found at <stdin>:1:7" in said


def test_places_of_a_workbook_are_those_of_findings(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Kunden"
    for row in (["Name", "Mobile"], ["Anna Berg", "+43 664 1234567"], ["Ben Ott", "943 476 5919"]):
        sheet.append(row)
    file = tmp_path / "kunden.xlsx"
    book.save(file)
    assert reported(str(file)) == found(str(file))
    assert f"{file}, sheet Kunden, B2" in command("scan", "--explain", str(file)).stdout.splitlines()


def test_the_agencys_own_data_is_explained_too(tmp_path):
    (tmp_path / "terms.txt").write_text("Projekt Blaue Wand\n")
    own, key = tmp_path / "own.holdings", tmp_path / "key"
    done = command("holdings", "build", "dictionary", str(tmp_path / "terms.txt"), "--key-file", str(key), "--output", str(own))
    assert done.returncode == 0, done.stderr
    options = ["--holdings", str(own), "--key-file", str(key)]
    text = "On Projekt Blaue Wand, says anna.berg@meersburg.example"
    assert reported(*options, stdin=text) == found(*options, stdin=text)
    assert "the agency's own data" in command("scan", "--explain", *options, stdin=text).stdout
