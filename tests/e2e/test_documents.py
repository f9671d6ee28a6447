"""Files as the usual libraries write them: everything that was put in is told, at the place where it was put."""

from __future__ import annotations

import io
import json
import subprocess
import tarfile
import zipfile
from email.message import EmailMessage

import docx
import odf.opendocument
import odf.table
import odf.text
import openpyxl
import openpyxl.comments
import pikepdf
import pptx
import pptx.util
import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen import canvas

from support.gateway import binary

WORDS = "Grüße an Erika Müller"


@pytest.fixture
def read(tmp_path):
    """Writes the bytes to a file and gives what was read: texts by role and place, and what was not read."""

    def run(name: str, content: bytes):
        file = tmp_path / name
        file.write_bytes(content)
        done = subprocess.run(
            [str(binary().parent / "examples" / "texts"), str(file)], capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr
        kind, *rows = [json.loads(line) for line in done.stdout.splitlines()]
        texts = [row for row in rows if "text" in row]
        return kind["kind"], texts, {(row["unread"], row["place"]) for row in rows if "unread" in row}

    return run


def told(texts, words: str, role: str = "content") -> set[str]:
    """The places at which these words are told."""
    return {row["place"] for row in texts if words in row["text"] and row["role"] == role}


def saved(document) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


# --- office ---------------------------------------------------------------------------------------------------------
def word_file() -> bytes:
    document = docx.Document()
    paragraph = document.add_paragraph("Gr")
    paragraph.add_run("üße").bold = True
    paragraph.add_run(" an Erika Müller")
    hidden = document.add_paragraph().add_run("not to be seen")
    hidden.font.hidden = True
    table = document.add_table(rows=1, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text = "left", "right"
    document.sections[0].header.paragraphs[0].text = "in the header"
    document.sections[0].footer.paragraphs[0].text = "in the footer"
    document.add_comment(paragraph.runs, text="a comment", author="Max Muster")
    document.core_properties.author = "Eva Autorin"
    document.core_properties.keywords = "key words"
    return saved(document)


def test_a_word_file(read):
    kind, texts, unread = read("a.docx", word_file())
    assert kind == "docx"
    assert told(texts, WORDS) == {"word/document.xml"}
    assert told(texts, "left\tright")
    assert not told(texts, "not to be seen") and told(texts, "not to be seen", "metadata") == {"word/document.xml"}
    assert told(texts, "in the header") and told(texts, "in the footer")
    for words in ("a comment", "Max Muster", "Eva Autorin", "key words"):
        assert told(texts, words, "metadata"), words
    assert all(place.endswith("thumbnail.jpeg, picture") for _, place in unread)


def test_a_workbook(read):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Staff"
    sheet.append(["Name", "Number", "Born"])
    sheet.append([WORDS, 811218987600, None])
    import datetime

    sheet["C2"] = datetime.date(1979, 5, 26)
    sheet["A2"].comment = openpyxl.comments.Comment("look here", "Max Muster")
    hidden = book.create_sheet("Pay")
    hidden["B7"] = "hidden words"
    hidden.sheet_state = "hidden"
    book.properties.creator = "Eva Autorin"
    kind, texts, unread = read("a.xlsx", saved(book))
    assert kind == "xlsx" and not unread
    assert told(texts, f"Name: {WORDS}\nNumber: 811218987600\nBorn: 1979-05-26") == {"sheet Staff, row 2"}
    assert told(texts, "hidden words", "metadata") == {"sheet Pay (hidden), row 7"}
    assert told(texts, "look here", "metadata") and told(texts, "Eva Autorin", "metadata")


def test_a_presentation(read):
    show = pptx.Presentation()
    for words in (WORDS, "second slide"):
        slide = show.slides.add_slide(show.slide_layouts[5])
        slide.shapes.title.text = words
        slide.notes_slide.notes_text_frame.text = f"say: {words}"
    box = show.slides[1].shapes.add_textbox(0, 0, pptx.util.Cm(3), pptx.util.Cm(3))
    box.text_frame.text = "in a box"
    show.slides[1]._element.set("show", "0")
    kind, texts, unread = read("a.pptx", saved(show))
    assert kind == "pptx"
    assert told(texts, WORDS) >= {"slide 1", "notes of slide 1"}
    assert told(texts, "in a box", "metadata") == {"slide 2 (hidden)"}
    assert {why for why, _ in unread} <= {"unsupported"}


def test_open_documents(read):
    text = odf.opendocument.OpenDocumentText()
    text.text.addElement(odf.text.P(text=WORDS))
    kind, texts, _ = read("a.odt", saved(text))
    assert kind == "odt" and told(texts, WORDS) == {""}
    book = odf.opendocument.OpenDocumentSpreadsheet()
    table = odf.table.Table(name="Staff")
    for cells in (("Name", "Code"), (WORDS, "12")):
        row = odf.table.TableRow()
        for words in cells:
            cell = odf.table.TableCell()
            cell.addElement(odf.text.P(text=words))
            row.addElement(cell)
        table.addElement(row)
    book.spreadsheet.addElement(table)
    kind, texts, _ = read("a.ods", saved(book))
    assert kind == "ods" and told(texts, f"Name: {WORDS}\nCode: 12") == {"sheet Staff, row 2"}


# --- PDF ------------------------------------------------------------------------------------------------------------
def pdf_file() -> bytes:
    out = io.BytesIO()
    page = canvas.Canvas(out, pagesize=A4, pageCompression=1)
    page.setAuthor("Eva Autorin")
    page.setKeywords("key words")
    page.drawString(72, 700, WORDS)
    page.acroForm.textfield(name="tax", value="12-34-56", x=72, y=600)
    page.showPage()
    pdfmetrics.registerFont(UnicodeCIDFont("HeiseiMin-W3"))
    page.setFont("HeiseiMin-W3", 12)
    page.drawString(72, 700, "日本語の文")
    text = page.beginText(72, 600)
    text.setFont("Times-Roman", 11)
    text.textLines("one line\nand the next")
    page.drawText(text)
    page.save()
    return out.getvalue()


def test_a_pdf_of_reportlab(read):
    kind, texts, unread = read("a.pdf", pdf_file())
    assert kind == "pdf" and not unread
    assert told(texts, WORDS) == {"page 1"}
    assert told(texts, "日本語の文") == {"page 2"}
    assert told(texts, "one line\nand the next") == {"page 2"}
    assert told(texts, "12-34-56") == {"page 1, form field tax", "drawing"}  # What is said and what is shown.
    assert told(texts, "Eva Autorin", "metadata") == told(texts, "key words", "metadata") == {"properties"}


def test_a_pdf_with_streams_of_objects_xmp_and_an_attached_file(read):
    file = pikepdf.open(io.BytesIO(pdf_file()))
    with file.open_metadata() as xmp:
        xmp["dc:description"] = "told in XMP"
    file.attachments["list.csv"] = pikepdf.AttachedFileSpec(file, b"Name,Code\nAnna,12\n", filename="list.csv")
    out = io.BytesIO()
    file.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate, compress_streams=True)
    kind, texts, unread = read("a.pdf", out.getvalue())
    assert kind == "pdf" and not unread
    assert told(texts, WORDS) == {"page 1"}
    assert "XMP" in told(texts, "told in XMP", "metadata")
    assert told(texts, "Name: Anna\nCode: 12") == {"attached file 1: list.csv, row 2"}


@pytest.mark.parametrize("strength", [2, 3, 4, 6])
def test_an_encrypted_pdf_is_unread(read, strength):
    out = io.BytesIO()
    keys = pikepdf.Encryption(owner="owner", user="user", R=strength, aes=strength >= 4, metadata=strength >= 4)
    pikepdf.open(io.BytesIO(pdf_file())).save(out, encryption=keys)
    _, texts, unread = read("a.pdf", out.getvalue())
    assert unread == {("encrypted", "")} and not texts


# --- mail and archives ----------------------------------------------------------------------------------------------
def test_a_mail_in_an_archive_in_an_archive(read):
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Erika Müller <e@example.org>", "m@example.org", WORDS
    mail["Date"] = "Fri, 20 Nov 2026 10:00:00 +0100"
    mail.set_content(f"plain {WORDS}")
    mail.add_alternative(f"<p>rich {WORDS.replace('ü', '&uuml;')}</p>", subtype="html")
    mail.add_attachment(word_file(), maintype="application", subtype="octet-stream", filename="report.docx")
    inner = io.BytesIO()
    with tarfile.open(fileobj=inner, mode="w:xz") as archive:
        entry = tarfile.TarInfo("post/mail.eml")
        content = mail.as_bytes()
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    outer = io.BytesIO()
    with zipfile.ZipFile(outer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("in.tar.xz", inner.getvalue())
        archive.writestr("lzma.txt", "not for us", zipfile.ZIP_LZMA)
    kind, texts, unread = read("a.zip", outer.getvalue())
    post = "in.tar.xz/in.tar/post/mail.eml"
    assert kind == "zip"
    assert told(texts, f"plain {WORDS}") == {f"{post}, body"} == told(texts, f"rich {WORDS}")
    assert told(texts, "Erika Müller <e@example.org>") == {f"{post}, header from"}
    assert f"{post}, attachment 1: report.docx/word/document.xml" in told(texts, WORDS)
    assert ("unsupported", "lzma.txt") in unread
