"""Files: read as what they are by `scan` and in requests; what stands in one is never edited, and what was not read stays home."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from email.message import EmailMessage

import openpyxl
import pikepdf
import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen import canvas

from support.answers import say
from support.config import Route
from support.contract import action, find
from support.gateway import command
from support.values import EMAIL, IBAN, aws_key
from support.wire import curl


def pdf(*lines: str, outlined: bool = False) -> bytes:
    """A page with these lines; `outlined`: with drawn curves in their place."""
    out = io.BytesIO()
    page = canvas.Canvas(out, pagesize=A4)
    for at, line in enumerate(lines):
        if outlined:
            for n in range(200):
                page.bezier(72 + n, 700, 80 + n, 710, 90 + n, 690, 99 + n, 700)
        else:
            page.drawString(72, 700 - 20 * at, line)
    page.save()
    return out.getvalue()


def locked(content: bytes) -> bytes:
    out = io.BytesIO()
    pikepdf.open(io.BytesIO(content)).save(out, encryption=pikepdf.Encryption(owner="o", user="u"))
    return out.getvalue()


def workbook(*rows) -> bytes:
    book = openpyxl.Workbook()
    book.active.title = "Staff"
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def archive(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name.replace("_", "."), content)
    return out.getvalue()


CLEAN_PDF = pdf("The tides of the North Sea", "are caused by the moon.")
IBAN_PDF = pdf("Please pay to the account", f"IBAN: {IBAN}")


# --- scan -----------------------------------------------------------------------------------------------------------
@pytest.fixture
def scan(tmp_path):
    def run(name: str, content: bytes, *more: str):
        file = tmp_path / name
        file.write_bytes(content)
        return command("scan", *more, str(file)), str(file)

    return run


def spans(done) -> set[tuple[str, str]]:
    return {(one["class"], one["place"]) for one in json.loads(done.stdout)["spans"]}


def test_findings_tell_their_place_in_words(scan):
    kind = lambda done: json.loads(done.stdout)["kind"]  # noqa: E731
    done, _ = scan("a.pdf", IBAN_PDF, "--format", "jsonl")
    assert kind(done) == "pdf" and ("bank-account", "page 1") in spans(done)
    done, _ = scan("a.xlsx", workbook(["Name", "IBAN"], ["x", IBAN]), "--format", "jsonl")
    assert kind(done) == "xlsx" and ("bank-account", "sheet Staff, B2") in spans(done)
    done, _ = scan("a.csv", f"name,iban\nx,{IBAN}\ny,z\n".encode(), "--format", "jsonl")
    assert kind(done) == "csv" and ("bank-account", "row 2, column 2") in spans(done)
    done, _ = scan("a.zip", archive(inner_pdf=IBAN_PDF, note_txt=b"nothing"), "--format", "jsonl")
    assert kind(done) == "zip" and ("bank-account", "inner.pdf, page 1") in spans(done)
    mail = EmailMessage()
    mail["Subject"], mail["To"] = "hello", EMAIL
    mail.set_content(f"IBAN {IBAN}")
    done, _ = scan("a.eml", mail.as_bytes(), "--format", "jsonl")
    assert kind(done) == "mail" and any("to" in place.lower() for kind, place in spans(done) if kind == "contact"), done.stdout
    spelled = IBAN.replace(" ", "&nbsp;")
    done, _ = scan("a.html", f"<!doctype html><p>I<b>BAN</b> {spelled}</p>".encode(), "--format", "jsonl")
    assert kind(done) == "html" and {kind for kind, _ in spans(done)} == {"bank-account"}


def test_pretty_and_sarif_tell_the_place_too(scan):
    done, name = scan("a.pdf", IBAN_PDF)
    assert f"{name}, page 1: " in done.stdout and done.stdout.endswith(f"{name}: 1 finding\n"), done.stdout
    done, name = scan("a.pdf", IBAN_PDF, "--format", "sarif")
    [result] = json.loads(done.stdout)["runs"][0]["results"]
    [location] = result["locations"]
    assert location["logicalLocations"] == [{"fullyQualifiedName": "page 1"}] and "(page 1)" in result["message"]["text"]
    assert location["physicalLocation"] == {"artifactLocation": {"uri": name}}


def test_what_is_unread_is_told_in_every_form_and_counts(scan):
    content = locked(IBAN_PDF)
    done, name = scan("a.pdf", content, "--fail-on")
    assert done.returncode == 1 and done.stdout == f"{name}: unread encrypted\n{name}: 0 findings, 1 place unread\n"
    done, _ = scan("a.pdf", content, "--format", "jsonl", "--fail-on")
    assert done.returncode == 1 and json.loads(done.stdout)["unread"] == [{"class": "unread", "why": "encrypted", "place": ""}]
    done, _ = scan("a.pdf", content, "--format", "sarif")
    [result] = json.loads(done.stdout)["runs"][0]["results"]
    assert result["ruleId"] == "unread" and "encrypted" in result["message"]["text"]
    done, _ = scan("a.pdf", pdf("x", outlined=True), "--format", "jsonl")
    assert json.loads(done.stdout)["unread"][0]["place"] == "page 1, drawing"


def hidden_deep(text: str) -> str:
    for _ in range(8):
        text = base64.b64encode(text.encode()).decode()
    return text


def test_what_is_encoded_beyond_reading_is_told_and_taken_out():
    text = f"see {hidden_deep('a sentence that nobody will ever read because it lies too deep')} here"
    told = json.loads(command("scan", "--format", "jsonl", stdin=text).stdout)
    assert told["unread"] and told["unread"][0]["class"] == "unread"
    assert json.loads(command("scan", "--jsonl", stdin=json.dumps({"text": text}) + "\n").stdout)["unread"]
    assert command("scan", "--fail-on", stdin=text).returncode == 1
    assert "[UNREAD]" in command("scan", "--redact", stdin=text).stdout


def test_plain_text_json_and_json_lines_stay_as_they_are(scan):
    for name, text in [
        ("a.txt", f"IBAN {IBAN}"), ("a.json", json.dumps({"iban": IBAN})), ("a.jsonl", json.dumps({"iban": IBAN}) * 2),
        ("table.log", f"a,iban\nb,{IBAN}\nc,d\ne,f\n"),
    ]:  # fmt: skip
        done, _ = scan(name, text.encode(), "--format", "jsonl")
        told = json.loads(done.stdout)
        assert set(told) == {"spans", "file"} and IBAN == text[told["spans"][0]["s"] : told["spans"][0]["e"]], name


def test_what_can_be_read_is_scanned_and_what_cannot_is_told(tmp_path):
    texts = [tmp_path / "a b.txt", tmp_path / "nosuch.txt", tmp_path / "c.txt"]
    texts[0].write_text(f"IBAN {IBAN}")
    texts[2].write_text(f"IBAN {IBAN}")
    done = command("scan", "--format", "jsonl", *map(str, texts))
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["file"] for row in told] == [str(texts[0]), str(texts[2])] and all(row["spans"] for row in told)
    assert done.returncode == 2 and "nosuch.txt: cannot be opened" in done.stderr
    done = command("scan", "--redact", *map(str, texts))
    assert done.returncode == 2 and done.stdout == "", "half of what was asked for is not written"


def test_sarif_lists_the_rules_that_were_hit_and_names_files_by_uri(tmp_path):
    file = tmp_path / "a b.txt"
    file.write_text(f"IBAN {IBAN}")
    run = json.loads(command("scan", "--format", "sarif", str(file)).stdout)["runs"][0]
    hit = {result["ruleId"] for result in run["results"]}
    assert hit and {rule["id"] for rule in run["tool"]["driver"]["rules"]} == hit
    place = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place["uri"].endswith("/a%20b.txt")
    run = json.loads(command("scan", "--format", "sarif", stdin=f"IBAN {IBAN}").stdout)["runs"][0]
    assert "<" not in json.dumps(run["results"][0]["locations"])
    assert json.loads(command("scan", "--format", "sarif", stdin="tides").stdout)["runs"][0]["tool"]["driver"]["rules"] == []


def test_a_password_in_a_table_stands_in_its_own_column(scan):
    done, _ = scan("a.csv", b"name,note,password\nAnna,hello,Sommer2024!\n", "--format", "jsonl")
    assert [span["place"] for span in json.loads(done.stdout)["spans"]] == ["row 2, column 3"]
    told = json.loads(command("scan", "--format", "jsonl", stdin="| user | password |\n|---|---|\n| bob | Xk9#mmP2 |\n").stdout)
    assert len(told["spans"]) == 1, "one row below a rule is a table"


def test_only_text_is_redacted(scan):
    done, name = scan("a.pdf", IBAN_PDF, "--redact")
    assert done.returncode == 2 and not done.stdout and f"{name}: is pdf, and only text can be redacted" in done.stderr
    done, _ = scan("a.csv", f"name,iban\nx,{IBAN}\n".encode(), "--redact")
    assert done.returncode == 0 and done.stdout == "name,iban\nx,[BANKACCOUNT]\n"
    done, _ = scan("a.txt", "Grüße".encode("utf-16"), "--redact")
    assert done.returncode == 2 and "UTF-8" in done.stderr


# --- requests -------------------------------------------------------------------------------------------------------
MORE = """rule files-may-go
  "For a test: what is not text may go, so that only the edit is in the way."
  when   data includes opaque
  then   allow
"""
UNREAD_TOO = """rule unread-may-go
  "For a test: what could not be read may go as well."
  when   data includes unread
  then   allow
"""


def parts(content: bytes, name: str = "a.pdf", media: str = "application/pdf") -> dict[str, dict]:
    """The file as both dialects carry it."""
    data = base64.b64encode(content).decode()
    return {
        "chat/completions": {"type": "file", "file": {"filename": name, "file_data": f"data:{media};base64,{data}"}},
        "messages": {"type": "document", "source": {"type": "base64", "media_type": media, "data": data}},
    }


def body_of(part: dict, path: str) -> bytes:
    more = {"max_tokens": 9} if path == "messages" else {}
    return json.dumps({"model": "m", "messages": [{"role": "user", "content": [{"type": "text", "text": "Sum it up."}, part]}], **more}).encode()


def send(gateway, part: dict, path: str):
    return curl(f"{gateway.url()}/v1/{path}", body_of(part, path))


def code(reply) -> str:
    return json.loads(reply.body)["error"]["code"]


def test_a_file_in_which_nothing_is_found_leaves_as_it_came(gateway, foreign):
    foreign.always(say("ok"))
    for path, part in parts(CLEAN_PDF).items():
        assert send(gateway, part, path).status == 200, path
        assert foreign.requests[-1].body == body_of(part, path)
    rows = workbook(["Tide", "Metres"], ["high", 3])
    assert send(gateway, parts(rows, "a.xlsx", "application/octet-stream")["chat/completions"], "chat/completions").status == 200
    for decision in gateway.decisions():
        assert action(decision) == "allow" and find(decision, "situation")["classes"] in ({}, [])


@pytest.mark.parametrize("path", ["chat/completions", "messages"])
def test_a_file_that_holds_an_account_number_stops(gateway, foreign, path):
    foreign.always(say("ok"))
    reply = send(gateway, parts(IBAN_PDF)[path], path)
    assert reply.status == 403 and code(reply) == "not-licensed" and b"opaque" in reply.body
    assert foreign.saw_nothing
    decision = gateway.decisions()[-1]
    assert "financial" in json.dumps(decision) and "opaque" in json.dumps(find(decision, "situation"))
    assert IBAN not in json.dumps(gateway.records()) and IBAN.replace(" ", "") not in json.dumps(gateway.records())


@pytest.mark.parametrize("path", ["chat/completions", "messages"])
def test_where_files_may_go_what_would_be_taken_out_of_one_is_residue(start, foreign, path):
    made = start(begin=False)
    (made.folder / "policy" / "more.policy").write_text(MORE)
    gateway = made.start()
    foreign.always(say("ok"))
    reply = send(gateway, parts(IBAN_PDF)[path], path)
    assert reply.status == 403 and code(reply) == "residue" and b"attached file" in reply.body
    assert foreign.saw_nothing
    record = gateway.decisions()[0]
    assert (action(record), record["refusal"]) == ("redact", "residue")
    reply = send(gateway, parts(locked(IBAN_PDF))[path], path)
    assert reply.status == 403 and code(reply) == "not-licensed" and b"unread" in reply.body, "what is locked is no picture"


@pytest.mark.parametrize("path", ["chat/completions", "messages"])
def test_where_unread_files_may_go_a_locked_one_does(start, foreign, path):
    made = start(begin=False)
    (made.folder / "policy" / "more.policy").write_text(UNREAD_TOO)
    gateway = made.start()
    foreign.always(say("ok"))
    assert send(gateway, parts(locked(IBAN_PDF))[path], path).status == 200
    both = archive(a_png=b"\x89PNG\r\n\x1a\n" + bytes(range(256)), b_pdf=locked(IBAN_PDF))
    assert send(gateway, parts(both, "a.zip")[path], path).status == 403, "the picture beside it takes a licence of its own"


def test_a_key_in_a_file_is_a_key(gateway, foreign):
    for content, name in [(pdf("the key", aws_key()), "a.pdf"), (archive(a_txt=aws_key().encode()), "a.zip"), (workbook([aws_key()]), "a.xlsx")]:
        reply = send(gateway, parts(content, name)["chat/completions"], "chat/completions")
        assert reply.status == 403 and code(reply) == "blocked", name
    assert foreign.saw_nothing


UNREADABLE = {
    "encrypted": locked(CLEAN_PDF),
    "broken": CLEAN_PDF[:200],
    "a picture in an archive": archive(a_txt=b"text", a_png=b"\x89PNG\r\n\x1a\n" + bytes(range(256))),
    "drawn letters": pdf("x", outlined=True),
    "an archive behind it": CLEAN_PDF + archive(a_txt=b"another text"),
    "begins elsewhere": b"\xff\xd8\xff\xe0 " + CLEAN_PDF,
    "a run of bytes": archive(a_txt=base64.b64encode(bytes(range(256)) * 4)),
}


WHY = {"encrypted": "encrypted", "broken": "broken", "a picture in an archive": "unsupported"}
CLASSES = {"a picture in an archive": {"opaque"}, "drawn letters": {"opaque"}}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_should_be_readable_is_unread_and_what_is_no_text_is_opaque(gateway, foreign, name):
    for path, part in parts(UNREADABLE[name]).items():
        reply = send(gateway, part, path)
        assert reply.status == 403 and code(reply) == "not-licensed", (name, path, reply.status)
        decision = gateway.decisions()[-1]
        classes = {name for name, _ in find(decision, "situation")["classes"]} & {"unread", "opaque"}
        assert classes == CLASSES.get(name, {"unread"}), (name, path, classes)
        unread = find(decision, "unread")
        assert unread and all(told["path"] and told["kind"] and told["count"] for told in unread), (name, path)
        assert WHY.get(name, unread[0]["why"]) in [told["why"] for told in unread], (name, path, unread)
    assert foreign.saw_nothing


def test_under_the_shipped_policy_a_clean_file_may_leave_and_one_with_data_goes_home(start, foreign, home):
    routes = [Route("openai-chat", "openai"), Route("anthropic-messages", "anthropic")]
    gateway = start(policy="default", routes=routes, gateway_keys={})
    foreign.always(say("abroad"))
    home.always(say("at home"))
    path = "chat/completions"
    assert b"abroad" in send(gateway, parts(CLEAN_PDF)[path], path).body
    assert b"at home" in send(gateway, parts(IBAN_PDF)[path], path).body
    assert b"at home" in send(gateway, parts(locked(CLEAN_PDF))[path], path).body
    assert len(foreign.requests) == 1


def test_a_file_that_unpacks_to_too_much_is_not_read_to_its_end(gateway, foreign):
    bomb = archive(a_txt=b"a" * (40 << 20))
    reply = send(gateway, parts(bomb, "a.zip")["chat/completions"], "chat/completions")
    assert reply.status == 403 and foreign.saw_nothing
