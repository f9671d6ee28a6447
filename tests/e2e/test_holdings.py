"""An agency's own data at the gateway: found in requests, files and answers, decided by the policy, swapped without a stop."""

from __future__ import annotations

import base64
import io
import json
import re
import zipfile

import openai
import pytest

from support.answers import echo, last_user_text, say
from support.contract import METRIC_RELOADS, RELOAD_SIGNAL, action, find
from support.gateway import Gateway, command
from support.house import settings_for
from support.wire import curl

RULES = """
name = "staff"
[[column]]
name = "surname"
kind = "name"
[[column]]
name = "account"
kind = "number"
[[rule]]
id = "member"
all = ["surname", "account"]
"""
POLICY = """class staff-record
  "Records of our own people"
  detect   holdings.staff

class registered
  "Passages of registered documents"
  detect   own-documents

class code-name
  "Names of our projects"
  detect   holdings.names

rule records-become-tokens
  "A market provider sees placeholders instead of our people."
  when   data includes staff-record
  and    it goes to tier market
  then   redact staff-record as token

rule registered-documents-stay
  "What we registered goes nowhere."
  when   data includes registered
  and    it is a request, an answer
  then   block
  remedy "Write it in other words."

rule code-names-go-nowhere
  "Names of projects are not told."
  when   data includes code-name
  then   block

rule code-names-in-answers-are-masked
  "Nor are they heard."
  when   data includes code-name
  and    it is an answer
  then   redact code-name as mask
"""
PARAGRAPH = (
    "The northern weir shall be raised by forty centimetres before the autumn tides, provided that the lower sluice has been "
    "inspected by two engineers and the harbour master agrees in writing to the closing of the eastern basin for six days"
)
ROWS = "surname,account\nBergengruen,4711-0815-99\nMeersburg,2222-3333-44\n"


def build(folder, kind: str, text: str, name: str, rules: str = ""):
    """Builds one file of holdings and gives it with its key."""
    folder.mkdir(exist_ok=True)
    source, out, key = folder / f"{name}.{'csv' if rules else 'txt'}", folder / f"{name}.holdings", folder / "own.key"
    source.write_text(text)
    (folder / f"{name}.toml").write_text(rules or f'name = "{name}"\n')
    done = command(
        "holdings", "build", kind, str(source), "--key-file", str(key), "--output", str(out), "--rules", str(folder / f"{name}.toml")
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return out, key


@pytest.fixture
def own(tmp_path):
    folder = tmp_path / "own"
    return {
        "staff": build(folder, "records", ROWS, "staff", RULES),
        "files": build(folder, "documents", PARAGRAPH, "files"),
        "names": build(folder, "dictionary", "Projekt Blaue Wand\nNordlicht\n", "names"),
    }


@pytest.fixture
def gateway(start, own):
    made = start(begin=False, holdings=own)
    (made.folder / "policy" / "own.policy").write_text(POLICY)
    return made.start()


def ask(gateway, text, **more):
    return gateway.openai().chat.completions.create(model="m", messages=[{"role": "user", "content": text}], **more)


def docx(*paragraphs: str) -> bytes:
    """A Word file as small as one may be."""
    kinds = "http://schemas.openxmlformats.org"
    body = "".join(f"<w:p><w:r><w:t>{words}</w:t></w:r></w:p>" for words in paragraphs)
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{kinds}/package/2006/content-types"><Default Extension="rels" ContentType="application/'
        'vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/'
        'vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{kinds}/package/2006/relationships"><Relationship Id="r1" Target="word/document.xml" '
        f'Type="{kinds}/officeDocument/2006/relationships/officeDocument"/></Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{kinds}/wordprocessingml/2006/main"><w:body>{body}</w:body></w:document>',
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return out.getvalue()


def with_file(gateway, content: bytes, name: str = "a.docx"):
    part = {"type": "file", "file": {"filename": name, "file_data": f"data:application/octet-stream;base64,{base64.b64encode(content).decode()}"}}
    body = {"model": "m", "messages": [{"role": "user", "content": [{"type": "text", "text": "Sum it up."}, part]}]}
    return curl(f"{gateway.url()}/v1/chat/completions", json.dumps(body).encode())


def test_values_of_one_record_leave_as_tokens_and_come_back(gateway, foreign):
    foreign.always(echo(every=3))
    text = "Frau Bergengruen hat das Konto 4711 0815 99."
    told = "".join(chunk.choices[0].delta.content or "" for chunk in ask(gateway, text, stream=True) if chunk.choices)
    assert told == text
    sent = last_user_text(foreign.only)
    assert re.fullmatch(r"Frau \[STAFFRECORD-\w+\] hat das Konto \[STAFFRECORD-\w+\]\.", sent), sent
    [decision] = gateway.decisions()
    assert action(decision) == "redact"
    found = [one for one in find(decision, "listed") or find(decision, "findings") if one["detector"] == "holdings.staff"]
    assert [(one["class"], one["level"], one["count"]) for one in found] == [("staff-record", "confirmed", 1)] * 2
    assert not any(word in json.dumps(gateway.records()) for word in ("Bergengruen", "4711", "member"))


def test_values_of_two_records_are_nobodys(gateway, foreign):
    foreign.always(say("ok"))
    text = "Frau Bergengruen hat nicht das Konto 2222 3333 44."
    ask(gateway, text)
    assert last_user_text(foreign.only) == text


def test_what_overlaps_is_taken_out_once(gateway, foreign):
    """A mail address that a detector finds lies across the surname of a record."""
    foreign.always(say("ok"))
    ask(gateway, "Write to anna.bergengruen@meersburg.example about 4711-0815-99 today")
    sent = last_user_text(foreign.only)
    assert re.fullmatch(r"Write to \[PERSONAL-\w+\] about \[STAFFRECORD-\w+\] today", sent), sent


def test_a_quoted_paragraph_stops_as_text_and_in_a_word_file(gateway, foreign):
    foreign.always(say("ok"))
    with pytest.raises(openai.PermissionDeniedError) as told:
        ask(gateway, f"Is this good English? {PARAGRAPH.replace('forty', '40').upper()}")
    assert find(told.value.body, "rule") == "registered-documents-stay"
    reply = with_file(gateway, docx("Notes of today", PARAGRAPH, "and so on"))
    assert reply.status == 403 and find(json.loads(reply.body), "rule") == "registered-documents-stay"
    assert foreign.saw_nothing
    assert with_file(gateway, docx("Notes of today", "Nothing was said about weirs.")).status == 200


@pytest.mark.parametrize("every", [1, 2, 5, 1000])
def test_a_term_in_an_answer_is_masked_wherever_the_stream_is_cut(gateway, foreign, every):
    text = "It is called »Projekt Blaue Wand«, not Projekt Blauer Wald, and after it comes Nordlicht."
    foreign.always(say(text, every=every))
    told = "".join(chunk.choices[0].delta.content or "" for chunk in ask(gateway, "Which one?", stream=True) if chunk.choices)
    assert told == text.replace("Projekt Blaue Wand«", "[CODENAME]«").replace("Nordlicht", "[CODENAME]"), told
    assert ask(gateway, "Which one?").choices[0].message.content == told


@pytest.mark.parametrize("every", [7, 1000])
def test_a_passage_in_an_answer_is_cut(gateway, foreign, every):
    foreign.always(say(f"As the file says: {PARAGRAPH}. So it is.", every=every))
    with pytest.raises(openai.APIError):
        told = ""
        for chunk in ask(gateway, "What does it say?", stream=True):
            told += chunk.choices[0].delta.content or "" if chunk.choices else ""
            assert "weir shall" not in told, "up to three words at either end may be left (docs/guarantees.md)"


def test_a_reload_takes_the_new_files_and_keeps_the_old_while_one_is_broken(gateway, foreign, own, tmp_path):
    foreign.always(say("ok"))
    stopped = lambda text: curl(f"{gateway.url()}/v1/chat/completions", json.dumps({"model": "m", "messages": [{"role": "user", "content": text}]}).encode()).status == 403  # noqa: E731 fmt: skip
    assert stopped("What about Nordlicht?") and not stopped("What about Suedwind?")
    build(tmp_path / "own", "dictionary", "Suedwind\n", "names")
    assert not stopped("What about Suedwind?"), "what is in force is not what was put beside it"
    gateway.reload()
    assert stopped("What about Suedwind?") and not stopped("What about Nordlicht?")

    file = own["names"][0]
    broken = file.with_suffix(".new")
    broken.write_bytes(file.read_bytes()[:-40])
    broken.replace(file)
    gateway.reload(result="failed")
    assert stopped("What about Suedwind?"), "the old one is in force"
    gateway.process.stderr.wait(r"nothing was reloaded.*seawall\.toml:\d+:\d+: holdings\[2\].*names\.holdings.*cut", 10)
    file.unlink()
    before = gateway.metric(METRIC_RELOADS, result="failed")
    gateway.process.signal(RELOAD_SIGNAL)
    gateway.wait_metric(METRIC_RELOADS, before + 1, result="failed")
    assert stopped("What about Suedwind?")
    digests = {record["detectors"] for record in gateway.decisions()}
    assert len(digests) == 2, "a record tells by which holdings it was decided"


def test_a_reload_tells_what_it_took(gateway, own, tmp_path):
    build(tmp_path / "own", "dictionary", "Suedwind\nNordlicht\nOstwind\n", "names")
    gateway.reload()
    digest = lambda name: own[name][0].read_bytes()[-32:].hex()[:12]  # noqa: E731
    gateway.process.stderr.wait(f"^holdings reloaded: names, 3 terms, {digest('names')}$", 10)
    gateway.process.stderr.wait(rf"^holdings reloaded: staff, 2 records, {digest('staff')} \(the same as before\)$", 10)


def test_the_wrong_file_is_not_taken_for_another(gateway, foreign, own, tmp_path):
    foreign.always(say("ok"))
    stopped = lambda: curl(f"{gateway.url()}/v1/chat/completions", json.dumps({"model": "m", "messages": [{"role": "user", "content": "What about Nordlicht?"}]}).encode()).status == 403  # noqa: E731 fmt: skip
    assert stopped()
    names = own["names"][0]
    other = names.with_suffix(".new")
    other.write_bytes(own["files"][0].read_bytes())
    other.replace(names)
    gateway.reload(result="failed")
    gateway.process.stderr.wait(r"nothing was reloaded.*holdings\[2\].*documents by the name of `files`, not `names`", 10)
    assert stopped(), "the old one is in force"
    done = command("config", "check", str(gateway.file))
    assert done.returncode != 0 and "by the name of `files`" in done.stdout + done.stderr

    build(tmp_path / "own", "documents", PARAGRAPH, "names")
    gateway.reload(result="failed")
    gateway.process.stderr.wait(r"nothing was reloaded.*names\.holdings: it is documents, and dictionary stood there", 10)
    assert stopped()


def test_holdings_that_no_class_names_are_warned_of_and_named_in_the_refusal(start, own, foreign):
    gateway = start(begin=False, holdings=own)
    (gateway.folder / "policy" / "own.policy").write_text(POLICY.replace("  detect   holdings.staff\n", "  detect   holdings.names\n"))
    done = command("config", "check", str(gateway.file))
    assert done.returncode == 0 and re.search(r"holdings\[0\]\.name: .*`detect holdings\.staff`", done.stderr), done.stderr
    assert "holdings.names" not in done.stderr and "holdings.files" not in done.stderr
    gateway.start()
    gateway.process.stderr.wait("`detect holdings.staff`", 10)
    with pytest.raises(openai.PermissionDeniedError) as told:
        ask(gateway, "Bergengruen has 4711-0815-99")
    assert find(told.value.body, "code") == "not-licensed" and "unclassed" in find(told.value.body, "message")


def test_every_place_of_a_value_is_replaced(gateway, foreign):
    foreign.always(say("ok"))
    ask(gateway, "Bergengruen 4711-0815-99, wieder 4711-0815-99, und Bergengruen sagt 4711 0815 99.")
    sent = last_user_text(foreign.only)
    assert re.sub(r"\[STAFFRECORD-\w+\]", "X", sent) == "X X, wieder X, und X sagt X.", sent


def test_a_missing_file_or_another_key_stops_the_start_and_config_check_tells_both(foreign, home, own, tmp_path):
    wrong = tmp_path / "wrong.key"
    wrong.write_text("ab" * 32)
    holdings = own | {"names": (tmp_path / "gone.holdings", own["names"][1]), "staff": (own["staff"][0], wrong)}
    gateway = Gateway(settings_for(foreign, home, holdings=holdings), tmp_path / "broken")
    with pytest.raises(RuntimeError, match="gone.holdings"):
        gateway.start()
    done = command("config", "check", str(gateway.file))
    assert done.returncode != 0 and "gone.holdings" in done.stdout + done.stderr and "another key" in done.stdout + done.stderr
    assert not (tmp_path / "gone.key").exists()


def test_a_policy_that_names_holdings_is_checked_without_them(gateway):
    policy = str(gateway.folder / "policy")
    names = ["--holdings", "staff:records", "--holdings", "files:documents", "--holdings", "names:dictionary"]
    assert command("rules", "check", policy, *names).returncode == 0
    without = command("rules", "check", policy)
    assert without.returncode == 1 and "--holdings staff:records" in without.stdout + without.stderr
    assert command("rules", "check", policy, "--holdings", "staff:people").returncode == 2


def test_scan_finds_them_too(own, tmp_path):
    file = tmp_path / "note.docx"
    file.write_bytes(docx("Notes", PARAGRAPH))
    files = [argument for own_file, _ in own.values() for argument in ("--holdings", str(own_file))]
    done = command("scan", "--format", "jsonl", "--fail-on", *files, "--key-file", str(own["staff"][1]), str(file))
    found = json.loads(done.stdout)
    assert done.returncode == 1 and found["kind"] == "docx"
    assert [(one["type"], one["class"], one["place"]) for one in found["spans"]] == [("holdings.files", "own-documents", "word/document.xml")]
    done = command("scan", "--redact", *files, "--key-file", str(own["staff"][1]), stdin="Bergengruen: 4711-0815-99 und Nordlicht.")
    assert done.stdout == "[OWNRECORDS]: [OWNRECORDS] und [OWNTERMS]."
