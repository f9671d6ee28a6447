"""`seawall holdings`: building, checking and trying files of an agency's own data."""

from __future__ import annotations

import json
import os
import pty
import re
import shlex
import subprocess
from pathlib import Path

import pytest
from reportlab.pdfgen import canvas

from support.gateway import binary, command

ROOT = Path(__file__).resolve().parents[2]

RULES = """
name = "people"
[[column]]
name = "surname"
kind = "name"
[[column]]
name = "account"
kind = "number"
[[rule]]
id = "customer"
all = ["surname", "account"]
"""


@pytest.fixture
def built(tmp_path):
    """Builds one kind from text and gives what the command came to, with the file's path."""

    def build(kind: str, text: str, rules: str = "", suffix: str = "txt", more=()):
        source, out = tmp_path / f"source.{suffix}", tmp_path / f"{kind}.holdings"
        source.write_text(text)
        arguments = ["holdings", "build", kind, str(source), "--key-file", str(tmp_path / "key"), "--output", str(out), *more]
        if rules:
            (tmp_path / "rules.toml").write_text(rules)
            arguments += ["--rules", str(tmp_path / "rules.toml")]
        return command(*arguments), out

    return build


def scan(file, text, *more):
    key = file.parent / "key"
    done = command("holdings", "scan", str(file), "-", "--key-file", str(key), "--format", "json", *more, stdin=text)
    return done, [json.loads(line) for line in done.stdout.splitlines()]


def test_terms_are_found_and_not_kept_in_clear(built):
    done, file = built("dictionary", "Nordlicht\nProjekt Blaue Wand\n\n--\n")
    assert done.returncode == 0 and "2 taken, 1 left out" in done.stdout, done.stdout + done.stderr
    assert "source.txt:4: left out" in done.stderr
    assert b"ordlicht" not in file.read_bytes() and b"laue" not in file.read_bytes()
    done, found = scan(file, "Das PROJEKT »Blaue Wand« und Nordlichter\n", "--fail-on")
    assert done.returncode == 1
    assert [(one["found"], one["spans"]) for one in found] == [("term 2", [[4, 24]])]
    done, found = scan(file, "nothing of it\n", "--fail-on")
    assert (done.returncode, found) == (0, [])


def test_records_need_the_same_row(built):
    rows = "account,surname,more\nDE11 2222 3333,Berg,x\n4711-0815,Meer,y\n"
    done, file = built("records", rows, RULES, "csv")
    assert done.returncode == 0, done.stderr
    assert [one["found"] for one in scan(file, "Berg has DE1122223333")[1]] == ["customer"]
    assert scan(file, "Berg has 4711 0815")[1] == []


def test_a_passage_of_a_document_is_named(built, tmp_path):
    words = [f"{a}{b}" for a in ("ba", "ce", "di", "fo", "gu") for b in ("lat", "mor", "nis", "pek", "rud", "sol", "tav")]
    done, file = built("documents", " ".join(words))
    assert done.returncode == 0, done.stderr
    found = scan(file, "he wrote: " + ", ".join(words[5:30]).upper())[1]
    assert [one["found"] for one in found] == [str(tmp_path / "source.txt")]


def test_problems_are_told_at_once_and_quote_nothing(built, tmp_path):
    done, file = built("records", "name,number\nsecret-name,1234567\n", RULES, "csv")
    assert done.returncode == 2 and not file.exists()
    assert "`surname`" in done.stderr and "`account`" in done.stderr and "secret" not in done.stderr
    done, _ = built("records", "surname,account\nsecret-name\n", RULES, "csv")
    assert done.returncode == 2 and ":2: " in done.stderr and "secret" not in done.stderr
    assert built("records", "a\nb\n")[0].returncode == 2
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".tmp")) == []


def test_a_broken_file_is_a_no_and_another_key_is_told(built, tmp_path):
    _, file = built("dictionary", "Nordlicht\n")
    check = ["holdings", "check", str(file), "--key-file"]
    assert command(*check, str(tmp_path / "key")).returncode == 0
    assert json.loads(command(*check, str(tmp_path / "key"), "--format", "json").stdout)["name"] == "dictionary"
    (tmp_path / "other").write_text("ab" * 32)
    done = command(*check, str(tmp_path / "other"))
    assert done.returncode == 1 and "another key" in done.stderr
    assert command(*check, str(tmp_path / "no-such-key")).returncode == 2
    file.write_bytes(file.read_bytes()[:-40])
    done = command(*check, str(tmp_path / "key"))
    assert done.returncode == 1 and "cut" in done.stderr
    assert command("holdings", "scan", str(file), "-", "--key-file", str(tmp_path / "key"), stdin="x").returncode == 2


def test_the_output_is_replaced_as_a_whole_and_repeats(built):
    _, file = built("dictionary", "Nordlicht\n")
    first, inode = file.read_bytes(), file.stat().st_ino
    file.chmod(0o640)
    with file.open("rb") as held:
        assert built("dictionary", "Nordlicht\n")[0].returncode == 0
        assert file.read_bytes() == first and file.stat().st_ino != inode and file.stat().st_mode & 0o777 == 0o640
        assert built("dictionary", "Suedwind\n")[0].returncode == 0
        assert held.read() == first and file.read_bytes() != first


def test_progress_is_told_on_a_terminal_only(built, tmp_path):
    done, file = built("documents", " ".join(f"x{n}" for n in range(100)))
    assert "\r" not in done.stderr
    master, terminal = pty.openpty()
    again = ["holdings", "build", "documents", str(tmp_path / "source.txt"), "--key-file", str(tmp_path / "key"), "--output", str(file)]
    done = subprocess.run([str(binary()), *again], stderr=terminal, stdout=subprocess.PIPE, timeout=60)
    os.close(terminal)
    assert done.returncode == 0 and b"\rread: 1" in os.read(master, 65536)
    os.close(master)


def test_the_guide_holds_word_by_word(tmp_path):
    """Every file and every command of docs/holdings.md; `...` stands for what differs from time to time."""
    (tmp_path / "rules").symlink_to(ROOT / "rules")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "seawall").symlink_to(binary())
    env = os.environ | {"PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}"}
    ran = 0
    for head, body in re.findall(r"^```(.+)\n((?:.*\n)*?)```$", (ROOT / "docs/holdings.md").read_text(), flags=re.MULTILINE):
        if head != "console":
            file = tmp_path / head.split()[1]
            file.parent.mkdir(exist_ok=True)
            file.write_text(body)
            continue
        for asked, told in re.findall(r"^\$ (.+)\n((?:[^$].*\n)*)", body, flags=re.MULTILINE):
            done = subprocess.run(asked, shell=True, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60)
            assert done.returncode == 0, (asked, done.stdout, done.stderr)
            if told or " scan " in asked:
                pattern = ".*".join(re.escape(part) for part in told.split("..."))
                assert re.fullmatch(pattern, done.stdout), (asked, done.stdout)
            ran += 1
    assert ran >= 10


def test_every_place_of_a_value_is_found(built, tmp_path):
    alone = 'name = "staff"\ncolumn = [{ name = "number", kind = "number" }]\nrule = [{ id = "number", all = ["number"] }]\n'
    _, file = built("records", "number\nP7712345\n", alone, "csv")
    text = "P7712345 und P7712345 und P7712345"
    assert [one["spans"] for one in scan(file, text)[1]] == [[[0, 8], [13, 21], [26, 34]]]
    done = command("scan", "--redact", "--holdings", str(file), "--key-file", str(tmp_path / "key"), stdin=text)
    assert done.stdout == "[OWNRECORDS] und [OWNRECORDS] und [OWNRECORDS]"


def test_a_build_that_takes_nothing_leaves_what_was_there(built):
    _, file = built("dictionary", "Nordlicht\n")
    before = file.read_bytes()
    done, _ = built("dictionary", "\n--\n")
    assert done.returncode == 1 and "nothing was taken" in done.stderr and file.read_bytes() == before
    done, file = built("records", "surname,account\nx,\n,12\n", RULES, "csv")
    assert done.returncode == 1 and not file.exists()


def test_days_in_another_order_and_other_separators_are_asked_for(built):
    dated = RULES.replace('kind = "number"', 'kind = "date"')
    done, _ = built("records", "surname,account\nBerg,23.11.1990\n", dated, "csv")
    assert 'is `order = "dmy"` meant?' in done.stderr and "1990" not in done.stderr
    rows = "surname;account;more\nBerg;4711-0815;x,y\n"
    done, file = built("records", rows, RULES, "csv")
    assert done.returncode == 2 and "is the separator `;`?" in done.stderr
    given = re.search(r"give (--separator .*)", done.stderr)[1]
    done, file = built("records", rows, RULES, "csv", more=shlex.split(given))
    assert done.returncode == 0, done.stderr
    assert [one["found"] for one in scan(file, "Berg has 4711 0815")[1]] == ["customer"]
    done, _ = built("records", rows.replace(";", "\t"), RULES, "csv")
    given = re.search(r"is the separator a tab\? then give (--separator .*)", done.stderr)[1]
    assert built("records", rows.replace(";", "\t"), RULES, "csv", more=shlex.split(given))[0].returncode == 0


def test_check_tells_the_digest(built, tmp_path):
    _, file = built("dictionary", "Nordlicht\n")
    check = ["holdings", "check", str(file), "--key-file", str(tmp_path / "key")]
    digest = file.read_bytes()[-32:].hex()
    assert f"digest {digest}" in command(*check).stdout
    assert json.loads(command(*check, "--format", "json").stdout)["digest"] == digest


def test_lines_are_counted_alike_whatever_ends_them(built):
    rows = "surname,account\nBerg,4711-0815-99\nOtt,4711-0815-98,more\nMeer\nLand,4711-0815-97\n"
    told = []
    for text in (rows, rows.replace("\n", "\r\n")):
        done, file = built("records", "", RULES, suffix="csv", more=())
        source = file.parent / "source.csv"
        source.write_bytes(text.encode())
        arguments = ["holdings", "build", "records", str(source), "--key-file", str(file.parent / "key"), "--output", str(file)]
        done = command(*arguments, "--rules", str(file.parent / "rules.toml"))
        assert done.returncode == 2
        told.append(re.findall(r"source.csv:(\d+): it has another number of fields", done.stderr))
    assert told == [["3", "4"]] * 2, told


def test_every_line_that_is_no_text_is_told(built):
    done, file = built("dictionary", "a term\n")
    (file.parent / "source.txt").write_bytes(b"one term\n\xff\nanother\n\xfe\n")
    done = command("holdings", "build", "dictionary", str(file.parent / "source.txt"), "--key-file", str(file.parent / "key"), "--output", str(file))
    assert done.returncode == 2 and re.findall(r"source.txt:(\d+): it is not UTF-8", done.stderr) == ["2", "4"], done.stderr


def test_every_mistake_of_rules_is_told_with_what_was_expected(built):
    done, _ = built("records", "surname,account\na,b\n", RULES.replace('"number"', '"text"').replace('kind = "name"', 'kind = "words"'), suffix="csv")
    assert done.returncode == 2 and "unknown variant" not in done.stderr
    for place in ("rules.toml:5:8: column[0].kind", "rules.toml:8:8: column[1].kind"):
        assert place in done.stderr, done.stderr
    assert "expected one of `name`, `number`" in done.stderr and "`text`" not in done.stderr


def test_a_column_that_stands_twice_is_told(built):
    done, _ = built("records", "surname,account,surname\na,4711081599,b\n", RULES, suffix="csv")
    assert done.returncode == 2 and "two columns are called `surname`" in done.stderr, done.stderr


def test_a_name_that_no_configuration_takes_is_refused(built):
    done, file = built("records", "surname,account\na,4711081599\n", RULES.replace('"people"', '"Our People"'), suffix="csv")
    assert done.returncode == 2 and "rules.toml: the name `Our People` cannot stand in seawall.toml" in done.stderr, done.stderr
    done = command("holdings", "build", "dictionary", str(ROOT / "README.md"), "--key-file", str(file.parent / "key"), "--output", str(file.parent / "My Terms.holdings"))
    assert done.returncode == 2 and "the name `My Terms`" in done.stderr and not (file.parent / "key").exists()


def test_a_key_that_anybody_can_guess_or_read_is_told(built):
    done, file = built("dictionary", "Nordlicht\n")
    key = file.parent / "key"
    key.chmod(0o644)
    done, _ = built("dictionary", "Nordlicht\n")
    assert done.returncode == 0 and "key: can be read by everybody" in done.stderr, done.stderr
    key.write_text("0" * 64)
    done, _ = built("dictionary", "Nordlicht\n")
    assert done.returncode == 2 and "is all zeros" in done.stderr, done.stderr


PASSAGE = (
    "The northern weir shall be raised by forty centimetres before the autumn tides, provided that the lower sluice has been "
    "inspected by two engineers and the harbour master agrees in writing to the closing of the eastern basin for six days"
)


def test_a_pdf_is_read_as_one_and_what_is_left_out_of_a_folder_is_named(tmp_path):
    papers = tmp_path / "papers"
    papers.mkdir()
    page = canvas.Canvas(str(papers / "a.pdf"))
    for at in range(0, len(PASSAGE), 60):
        page.drawString(72, 700 - at // 3, PASSAGE[at : at + 60])
    page.save()
    (papers / "b.txt").write_text("Another text of which some twenty words are long enough to be a passage that is known again later on, it seems.")
    out, key = tmp_path / "papers.holdings", tmp_path / "key"

    def build(*inputs):
        return command("holdings", "build", "documents", *map(str, inputs), "--key-file", str(key), "--output", str(out))

    done = build(papers)
    assert done.returncode == 0 and "1 taken" in done.stdout and "1 left out" in done.stderr and "a.pdf" in done.stderr, done.stderr
    done = build(papers / "a.pdf")
    assert done.returncode == 0, done.stderr
    _, found = scan(out, f"He wrote: {PASSAGE}.")
    assert found and found[0]["found"].endswith("a.pdf"), found
    (papers / "c.pdf").write_bytes((papers / "a.pdf").read_bytes()[:60])
    (papers / "d.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    done = build(papers / "c.pdf", papers / "d.png")
    assert done.returncode == 2 and "c.pdf: pdf of which nothing can be read" in done.stderr and "d.png" in done.stderr, done.stderr
