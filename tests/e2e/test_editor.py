"""`seawall rules lsp` in the hands of a real client, and of one that means harm; `seawall rules doc`."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient

from support.gateway import ROOT, binary, command

DEFAULT = ROOT / "rules" / "default"


@pytest.fixture
def folder(tmp_path) -> Path:
    return Path(shutil.copytree(DEFAULT, tmp_path / "policy é"))


class Editor:
    """One client with one folder open."""

    def __init__(self, client: LanguageClient, told: asyncio.Queue) -> None:
        self.client, self.told, self.texts = client, told, {}

    def open(self, file: Path, text: str | None = None) -> str:
        uri, text = file.as_uri(), text if text is not None else file.read_text()
        self.texts[uri] = text
        item = lsp.TextDocumentItem(uri=uri, language_id="seawall-policy", version=1, text=text)
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(text_document=item))
        return uri

    def at(self, uri: str, words: str, into: int = 0) -> lsp.Position:
        before = self.texts[uri][: self.texts[uri].index(words) + into]
        line = before.rsplit("\n", 1)[-1]
        return lsp.Position(line=before.count("\n"), character=len(line.encode("utf-16-le")) // 2)

    def place(self, uri: str, words: str, into: int = 0) -> dict:
        return {"text_document": lsp.TextDocumentIdentifier(uri=uri), "position": self.at(uri, words, into)}

    def type(self, uri: str, words: str, new: str) -> None:
        """Puts other words in the place of some."""
        start, end = self.at(uri, words), self.at(uri, words, len(words))
        self.texts[uri] = self.texts[uri].replace(words, new, 1)
        change = lsp.TextDocumentContentChangePartial(range=lsp.Range(start=start, end=end), text=new)
        document = lsp.VersionedTextDocumentIdentifier(uri=uri, version=2)
        self.client.text_document_did_change(lsp.DidChangeTextDocumentParams(text_document=document, content_changes=[change]))

    def save(self, uri: str) -> None:
        document = lsp.TextDocumentIdentifier(uri=uri)
        self.client.text_document_did_save(lsp.DidSaveTextDocumentParams(text_document=document))

    async def wait_for(self, uri: str, right) -> list[lsp.Diagnostic]:
        """The next diagnostics of a file that are as they should be."""
        while True:
            params = await asyncio.wait_for(self.told.get(), 60)
            if params.uri == uri and right(params.diagnostics):
                return params.diagnostics


@asynccontextmanager
async def editor(folder: Path, *arguments: str):
    client, told = LanguageClient("tests", "1"), asyncio.Queue()
    client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(lambda params: told.put_nowait(params))
    await client.start_io(str(binary()), "rules", "lsp", *arguments)
    root = lsp.WorkspaceFolder(uri=folder.as_uri(), name="policy")
    params = lsp.InitializeParams(capabilities=lsp.ClientCapabilities(), workspace_folders=[root])
    answer = await client.initialize_async(params)
    assert answer.capabilities.position_encoding == "utf-16"
    client.initialized(lsp.InitializedParams())
    try:
        yield Editor(client, told)
    finally:
        await client.shutdown_async(None)
        client.exit(None)
        await asyncio.wait_for(client.stop(), 30)
    assert client._server.returncode == 0


def run(steps) -> None:
    asyncio.run(steps())


def errors(diagnostics) -> list[str]:
    return [d.message for d in diagnostics if d.severity == lsp.DiagnosticSeverity.Error]


def test_an_author_writes_a_rule(folder):
    async def steps():
        async with editor(folder) as e:
            uri = e.open(folder / "rules.policy")
            await e.wait_for(uri, lambda found: not errors(found))
            e.type(uri, "rule clean-text-may-go", "rule x\n  when 𝒜é \nrule clean-text-may-go")
            found = await e.wait_for(uri, errors)
            assert any("condition" in message for message in errors(found)), found
            e.type(uri, "𝒜é ", "data includes ")
            items = await e.client.text_document_completion_async(
                lsp.CompletionParams(**e.place(uri, "data includes \n", len("data includes ")))
            )
            assert {"health", "unread", "nothing", "confirmed"} <= {item.label for item in items}
            health = next(item for item in items if item.label == "health")
            assert health.documentation == "Data concerning health"
            hover = await e.client.text_document_hover_async(lsp.HoverParams(**e.place(uri, "health, special", 3)))
            assert "Convention 108" in hover.contents.value and "special-category of personal" in hover.contents.value

    run(steps)


def test_a_mistake_is_mended_where_it_stands(folder):
    async def steps():
        async with editor(folder) as e:
            uri = e.open(folder / "rules.policy")
            e.type(uri, "data includes health", "data inclodes health")
            [found] = [d for d in await e.wait_for(uri, errors) if d.code == "P020"]
            document = lsp.TextDocumentIdentifier(uri=uri)
            context = lsp.CodeActionContext(diagnostics=[found])
            mends = await e.client.text_document_code_action_async(
                lsp.CodeActionParams(text_document=document, range=found.range, context=context)
            )
            [edit] = mends[0].edit.changes[uri]
            assert mends[0].kind == "quickfix" and edit.new_text == "includes"
            e.type(uri, "inclodes", edit.new_text)
            await e.wait_for(uri, lambda told: not errors(told))

    run(steps)


def test_a_name_is_followed_and_changed_in_all_files(folder):
    async def steps():
        async with editor(folder) as e:
            uri = e.open(folder / "rules.policy")
            place = e.place(uri, "reroute to domestic-models", len("reroute to dom"))
            definition = await e.client.text_document_definition_async(lsp.DefinitionParams(**place))
            assert definition.uri == (folder / "destinations.policy").as_uri()
            context = lsp.ReferenceContext(include_declaration=True)
            uses = await e.client.text_document_references_async(lsp.ReferenceParams(**place, context=context))
            edit = await e.client.text_document_rename_async(lsp.RenameParams(**place, new_name="our-models"))
            assert sum(len(edits) for edits in edit.changes.values()) == len(uses) > 5
            assert len(edit.changes) > 2
            with pytest.raises(Exception, match="already|means something else|no name"):
                await e.client.text_document_rename_async(lsp.RenameParams(**place, new_name="two words"))
            for target, edits in edit.changes.items():
                file = folder / Path(target).name
                lines = file.read_text().split("\n")
                for one in sorted(edits, key=lambda it: (it.range.start.line, -it.range.start.character)):
                    line, start, end = one.range.start.line, one.range.start.character, one.range.end.character
                    lines[line] = lines[line][:start] + one.new_text + lines[line][end:]
                file.write_text("\n".join(lines))
        done = command("rules", "check", str(folder))
        assert done.returncode == 0 and "0 errors" in done.stdout, done.stdout + done.stderr

    run(steps)


def test_blocks_say_how_they_stand(folder):
    async def steps():
        async with editor(folder) as e:
            uri = e.open(folder / "invariants.policy")
            document = lsp.TextDocumentIdentifier(uri=uri)
            await e.wait_for(uri, lambda found: not errors(found))
            lenses = await e.client.text_document_code_lens_async(lsp.CodeLensParams(text_document=document))
            assert len(lenses) == 7 and all(lens.command.title.startswith("proved") for lens in lenses), lenses
            e.type(uri, "it must never be sent", "it must always alert soc")
            await asyncio.sleep(0)
            lenses = await e.client.text_document_code_lens_async(lsp.CodeLensParams(text_document=document))
            assert all("in a moment" in lens.command.title for lens in lenses)
            # Nothing is saved: the author only pauses.
            [told] = errors(await e.wait_for(uri, errors))
            assert "health-never-reaches-the-market" in told and "does not hold" in told
            e.type(uri, "it must always alert soc", "it must never be sent")
            e.save(uri)
            await e.wait_for(uri, lambda found: not errors(found))
            folds = await e.client.text_document_folding_range_async(lsp.FoldingRangeParams(text_document=document))
            symbols = await e.client.text_document_document_symbol_async(lsp.DocumentSymbolParams(text_document=document))
            assert len(folds) == len(symbols) == 7
            found = await e.client.workspace_symbol_async(lsp.WorkspaceSymbolParams(query="pool sensitive"))
            assert [one.name for one in found] == ["domestic-models"]

    run(steps)


def test_a_file_from_elsewhere_is_told_so(folder, tmp_path):
    async def steps():
        other = tmp_path / "elsewhere" / "x.policy"
        other.parent.mkdir()
        other.write_text("rule x\n")
        async with editor(folder, str(folder)) as e:
            uri = e.open(other)
            [found] = await e.wait_for(uri, bool)
            assert "no policy folder" in found.message
            assert await e.client.text_document_hover_async(lsp.HoverParams(**e.place(uri, "rule"))) is None

    run(steps)


def framed(body: bytes | str | dict) -> bytes:
    body = json.dumps(body) if isinstance(body, dict) else body
    body = body.encode() if isinstance(body, str) else body
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


def ask(number: int, method: str, params=None) -> bytes:
    return framed({"jsonrpc": "2.0", "id": number, "method": method, "params": params})


def tell(method: str, params=None) -> bytes:
    return framed({"jsonrpc": "2.0", "method": method, "params": params})


def session(folder: Path, *messages: bytes) -> tuple[int, list[dict], str]:
    """What the server answers to bytes, how it ends, and what it complains of."""
    done = subprocess.run([binary(), "rules", "lsp", str(folder)], input=b"".join(messages), capture_output=True, timeout=100)
    answers, rest = [], done.stdout
    while rest:
        head, rest = rest.split(b"\r\n\r\n", 1)
        length = int(head.removeprefix(b"Content-Length: "))
        answers.append(json.loads(rest[:length]))
        rest = rest[length:]
    return done.returncode, answers, done.stderr.decode()


def test_no_bytes_end_a_session(folder):
    uri = (folder / "rules.policy").as_uri()
    begin = ask(1, "initialize", {"capabilities": {}})
    document = {"uri": uri, "languageId": "x", "version": 1, "text": "# " + "x" * (10 << 20)}
    position = {"textDocument": {"uri": uri}, "position": {"line": 4_000_000_000, "character": 4_000_000_000}}
    code, answers, _ = session(
        folder,
        ask(0, "textDocument/hover", {}),
        begin,
        framed("{"),
        framed(b"\xff\xfe"),
        framed("[" * 100_000),
        framed('{"jsonrpc":"2.0","id":{},"method":1}'),
        ask(2, "no/such/method"),
        ask(3, "textDocument/hover", {"textDocument": 7}),
        tell("textDocument/didOpen", {"textDocument": document}),
        tell("textDocument/didChange", {"textDocument": {"uri": uri, "version": 1}, "contentChanges": [{"text": 1}]}),
        tell("$/cancelRequest", {"id": 99}),
        ask(4, "textDocument/hover", position),
        ask(5, "textDocument/completion", {**position, "textDocument": {"uri": "file:///etc/passwd"}}),
        ask(6, "shutdown"),
        tell("exit"),
    )
    by_id = {answer.get("id"): answer for answer in answers if "method" not in answer}
    assert code == 0
    assert by_id[0]["error"]["code"] == -32002
    assert by_id[2]["error"]["code"] == -32601
    assert by_id[3]["error"]["code"] == -32602
    assert by_id[4]["result"] is None and by_id[5]["result"] is None
    assert [answer["error"]["code"] for answer in answers if answer.get("id", 0) is None] == [-32700] * 4


@pytest.mark.parametrize(
    "end",
    [b"", tell("exit"), b"Content-Length: 99999999999999999999\r\n\r\n", b"no head\r\n\r\n", b"\xff" * 100_000, framed("{}")[:-1]],
    ids=["end", "exit", "too long", "no head", "noise", "cut"],
)
def test_a_session_that_breaks_off_ends(folder, end):
    code, answers, complaint = session(folder, ask(1, "initialize", {"capabilities": {}}), end)
    assert code in (1, 3) and answers[0]["id"] == 1
    assert "panicked" not in complaint and "defect" not in complaint


def test_the_book_of_a_policy(folder, tmp_path):
    out = tmp_path / "book.html"
    done = command("rules", "doc", str(folder), "--out", str(out), "--on", "2026-11-21")
    assert done.returncode == 0, done.stderr
    text = out.read_text()
    assert "7 of 7 proved" in text and "health-goes-home" in text and "<script" not in text and str(folder) not in text
    assert command("rules", "doc", str(folder), "--on", "2026-11-21").stdout == text
    told = command("rules", "doc", "--format", "md", "--on", "2026-11-21").stdout
    assert "## Rules" in told and "> Keys and passwords are not prompts." in told
    (folder / "x.policy").write_text("rule x\n  wen data includes nothing\n")
    done = command("rules", "doc", str(folder))
    assert done.returncode == 2 and "P003" in done.stderr and "did you mean `when`?" in done.stderr
    assert command("rules", "doc", "--on", "21.11.2026").returncode == 2
