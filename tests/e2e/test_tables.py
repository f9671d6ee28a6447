"""Tables that were pasted into a text are read under their headings, however far above they stand."""

from __future__ import annotations

import json

import pytest

from support.answers import last_user_text, say
from support.gateway import command

HEADINGS = ["room", "Sozialversicherungsnummer", "remark"]
FRAMES = {
    "tab": ("\t", "", ""),
    "comma": (",", "", ""),
    "semicolon": (";", "", ""),
    "markdown": (" | ", "| ", " |"),
}


def number(n: int) -> str:
    """An Austrian insurance number (ASVG § 30c): a serial of three digits, the check digit, the day of birth."""
    birth = f"{n % 28 + 1:02}0180"
    for serial in range(200 + 10 * n, 210 + 10 * n):
        check = sum(int(digit) * weight for digit, weight in zip(f"{serial}{birth}", (3, 7, 9, 5, 8, 4, 2, 1, 6))) % 11
        if check < 10:
            return f"{serial}{check}{birth}"
    raise AssertionError("ten serials without a check digit")


@pytest.fixture
def gateway(start):
    return start(policy="all-found")


NUMBERS = [number(n) for n in range(30)]


def table(kind: str) -> str:
    between, first, last = FRAMES[kind]
    rule = ["|---|---|---|"] if kind == "markdown" else []
    line = lambda cells: first + between.join(cells) + last  # noqa: E731
    rows = [line([f"R{n}", value, "moved in with all that belongs to it, and the key was handed over"]) for n, value in enumerate(NUMBERS)]
    return "\n".join([line(HEADINGS), *rule, *rows])


@pytest.mark.parametrize("kind", FRAMES)
def test_every_row_is_read_under_the_headings(gateway, foreign, kind):
    foreign.always(say("ok"))
    text = f"Please sort these.\n\n{table(kind)}\n\nThank you."
    gateway.openai().chat.completions.create(model="m", messages=[{"role": "user", "content": text}])
    left = last_user_text(foreign.requests[-1])
    assert not [value for value in NUMBERS if value in left]
    assert all(heading in left for heading in HEADINGS) and "R29" in left and left.endswith("Thank you.")


def test_a_table_in_a_string_of_a_tool_is_read(gateway, foreign):
    foreign.always(say("ok"))
    rows = json.dumps({"rows": table("tab")})
    call = {"id": "c1", "type": "function", "function": {"name": "query", "arguments": "{}"}}
    talk = [
        {"role": "user", "content": "Who lives where?"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": rows},
    ]
    gateway.openai().chat.completions.create(model="m", messages=talk)
    left = foreign.requests[-1].body.decode()
    assert not [value for value in NUMBERS if value in left]


def test_scan_reads_a_pasted_table(tmp_path):
    file = tmp_path / "note.txt"
    file.write_text(f"Please sort these.\n\n{table('markdown')}\n")
    done = command("scan", "--format", "jsonl", str(file))
    assert done.returncode == 0 and len(json.loads(done.stdout)["spans"]) >= len(NUMBERS)


SSN = HEADINGS[1]
FORMS = {
    "box": (f"┃ room ┃ {SSN} ┃\n┡━━╇━━┩", "│ R{n} │ {v} │", "\n"),
    "dump": (f"COPY public.t (room, {SSN}) FROM stdin;", "R{n}\t{v}", "\n"),
    "latex": (f"room & {SSN} \\\\ \\hline", "R{n} & {v} \\\\", "\n"),
    "pandas": (f"    room  {SSN}", "{n:<3}  R{n}  {v}", "\n"),
    "jira": (f"||room||{SSN}||", "|R{n}|{v}|", "\n"),
    "wiki": (f"! room !! {SSN}\n|-", "| R{n} || {v}\n|-", "\n"),
    "html": (f"<tr><th>room</th><th>{SSN}</th></tr>", "<tr><td>R{n}</td><td>{v}</td></tr>", "\n"),
    "escaped": (f"room,{SSN}", "R{n},{v}", "\\n"),
    "blank": (f"room,{SSN}\n", "R{n},{v}", "\n"),
    "yaml": (f"{SSN}:", "- {v}", "\n"),
    "json": (f'{{"{SSN}": ["1"', '"{v}"', ","),
    "python": (f"{SSN} = [ 1", "  '{v}'", ",\n"),
    "split": (f'{{"columns": ["room", "{SSN}"], "data": [[1, 2]', '["R{n}", "{v}"]', ","),
}


@pytest.mark.parametrize("form", FORMS)
def test_scan_reads_every_form_of_a_table(form):
    heading, row, between = FORMS[form]
    rows = [row.format(n=n, v=value) for n, value in enumerate(NUMBERS)]
    end = "]}" if form == "json" else ""
    done = command("scan", "--format", "jsonl", stdin=between.join([heading, *rows]) + end + "\n")
    assert done.returncode == 0 and len(json.loads(done.stdout)["spans"]) >= len(NUMBERS)
