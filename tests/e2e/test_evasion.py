"""Each value of the evasion suite through the whole gateway, one a request: hidden in whatever way, it goes nowhere, in neither direction.

What is left of a text is compared character by character with what was sent, so that half a value that remains, or one in a form
that could be decoded, is noticed. Clean text written in the same ways passes byte for byte.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from support.answers import cut_bytes, pieces_of, say
from support.config import Route
from support.contract import REFUSED, find
from support.crowd import CHAT, MESSAGES, arrived, ask_all, each, request, said, taken_out
from support.gateway import Gateway
from support.hidden import Case, cases, clean
from support.house import settings_for
from support.provider import Answer, Script, Seen

def later(*paths: str) -> list:
    """What only the long run goes through."""
    return [pytest.param(path, marks=pytest.mark.long) for path in paths]


STRICT = "/strict"  # Where this leads, a value is not masked but refused.
ROUTES = [
    Route("openai-chat", "foreign"), Route("anthropic-messages", "foreign-messages"),
    Route("openai-chat", "home-chat", prefix=STRICT), Route("anthropic-messages", "home-messages", prefix=STRICT),
    Route("openai-chat", "foreign-messages", prefix="/crossed"), Route("anthropic-messages", "foreign", prefix="/crossed"),
]  # fmt: skip
HIDDEN = cases()
# Base64 that begins like a file is read as one, and nothing is edited in a file: such a request is refused.
FILE = "whole: base 64 of gzip"


@pytest.fixture(scope="module")
def _door(_foreign, _home, tmp_path_factory, ended):
    made = Gateway(settings_for(_foreign, _home, policy="all-found", routes=ROUTES), tmp_path_factory.mktemp("door"))
    with made:
        yield made
    ended.add(made)


@pytest.fixture
def door(_door, foreign, home) -> Gateway:
    foreign.always(say("ok"))
    home.always(say("ok"))
    return _door


def test_there_are_enough():
    assert len(HIDDEN) >= 400 and len({case.technique for case in HIDDEN}) >= 25


def text_of(seen: Seen) -> str:
    content = seen.json["messages"][-1]["content"]
    return content if isinstance(content, str) else "".join(part["text"] for part in content)


def fault(case: Case, left: str) -> str | None:
    """What is wrong with what is left of a case."""
    spans = taken_out(case.text, left)
    if spans is None:
        return f"{case.technique}, {case.detector}: other text was changed: {left!r}"
    shown = case.shown(spans)
    return f"{case.technique}, {case.detector}: still says {shown!r}" if shown else None


@pytest.mark.parametrize("path", [CHAT, *later(MESSAGES, "/crossed" + CHAT, "/crossed" + MESSAGES)])
def test_no_hidden_value_leaves(door, foreign, path):
    replies = ask_all(door.address(), [request(number, case.text, path) for number, case in enumerate(HIDDEN)])
    left = arrived(foreign)
    faults = []
    for number, (case, reply) in enumerate(zip(HIDDEN, replies)):
        if case.technique == FILE:
            assert reply.status == REFUSED and number not in left
        elif reply.status != 200:
            faults.append(f"{case.technique}, {case.detector}: {reply.status} {reply.body[:200]!r}")
        else:
            faults.append(fault(case, text_of(left[number])))
    assert not any(faults), "\n".join(filter(None, faults))


@pytest.mark.parametrize("path", [STRICT + MESSAGES, *later(STRICT + CHAT)])
def test_where_a_value_is_refused_not_one_byte_leaves(door, home, path):
    replies = ask_all(door.address(), [request(number, case.text, path) for number, case in enumerate(HIDDEN)])
    passed = [f"{case.technique}, {case.detector}" for case, reply in zip(HIDDEN, replies) if reply.status != REFUSED]
    assert not passed, "\n".join(passed)
    assert home.saw_nothing


def is_bytes(text: str) -> bool:
    """A text that is one run of base64 and long is no text (docs/decisions/0009): it does not leave unread."""
    letters = re.sub(r"\s", "", text)
    mixed = all(any(test(c) for c in letters) for test in (str.isupper, str.islower, str.isdigit))
    return mixed and re.fullmatch(r"[A-Za-z0-9+/]{256,}={0,2}", letters) is not None


CLEAN = [text for _, text in clean()]


@pytest.mark.parametrize("path", [MESSAGES, *later(CHAT, STRICT + CHAT)])
def test_clean_text_in_the_same_forms_passes_byte_for_byte(door, foreign, home, path):
    asked = [request(number, text, path) for number, text in enumerate(CLEAN)]
    replies = ask_all(door.address(), asked)
    left = arrived(home if path.startswith(STRICT) else foreign)
    for number, (text, sent, reply) in enumerate(zip(CLEAN, asked, replies)):
        if is_bytes(text):
            assert reply.status == REFUSED and number not in left
        else:
            assert reply.status == 200, (text, reply.body)
            assert left[number].body == sent.split(b"\r\n\r\n", 1)[1]


# --- answers --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("path", [MESSAGES, *later(CHAT)])
def test_no_hidden_value_comes_back_in_a_whole_answer(door, foreign, home, path):
    for provider in (foreign, home):
        provider.always(each(lambda number: say(HIDDEN[number].text)))
    numbers = range(len(HIDDEN))
    masked = ask_all(door.address(), [request(number, "Go on.", path) for number in numbers])
    faults = [fault(case, said(reply)) for case, reply in zip(HIDDEN, masked)]
    refused = ask_all(door.address(), [request(number, "Go on.", STRICT + path) for number in numbers])
    faults += [f"{c.technique}, {c.detector} came in" for c, r in zip(HIDDEN, refused) if find(json.loads(r.body), "code") != "answer-blocked"]
    assert not any(faults), "\n".join(filter(None, faults))


def in_escapes(text: str) -> str:
    """A string of JSON in which every character is written as an escape."""
    return '"' + "".join(f"\\u{unit:04x}" for unit in memoryview(text.encode("utf-16-le")).cast("H")) + '"'


def escaped(text: str):
    """The text in pieces of five characters, each written in escapes, and the bytes cut in the middle of them."""

    def script(seen: Seen) -> Answer:
        answer = say(text, every=5)(seen)
        events = b"".join(answer.pieces).decode()
        for piece in sorted(set(pieces_of(text, 5)), key=len, reverse=True):
            for name in ("content", "text"):
                plain = json.dumps(piece, ensure_ascii=False)
                events = events.replace(f'"{name}":{plain}', f'"{name}":{in_escapes(piece)}')
        body = events.encode()
        backslashes = [found.start() + 1 + found.start() % 4 for found in re.finditer(rb"\\u", body)]
        return cut_bytes(lambda _: replace(answer, pieces=[body]), *backslashes[::3])(seen)

    return script


# How a text is cut. Each value comes in one of these ways, so that each technique comes in all.
CUTS = {
    "each character": lambda text: say(text, every=1),
    "three characters": lambda text: say(text, every=3),
    "seven characters, each byte by itself": lambda text: lambda seen: cut_bytes(say(text, every=7), *range(1, 40_000))(seen),
    "in escapes": escaped,
}


@pytest.fixture(params=CUTS)
def streamed(request) -> tuple[list[Case], Callable[[int], Script]]:
    """Values and how they are answered, by number."""
    mine = HIDDEN[list(CUTS).index(request.param) :: len(CUTS)]
    if "each byte" in request.param:  # As many writes as there are bytes.
        mine = mine[::8]
    return mine, lambda number: CUTS[request.param](mine[number].text)


@pytest.mark.parametrize("path", [CHAT, *later(MESSAGES)])
def test_no_hidden_value_comes_back_in_a_stream(door, foreign, path, streamed):
    told, script = streamed
    foreign.always(each(script))
    replies = ask_all(door.address(), [request(number, "Go on.", path, stream=True) for number in range(len(told))])
    faults = [fault(case, said(reply)) for case, reply in zip(told, replies)]
    assert not any(faults), "\n".join(filter(None, faults))


def test_a_stream_ends_before_a_hidden_value(door, home, streamed):
    told, script = streamed
    home.always(each(script))
    replies = ask_all(door.address(), [request(number, "Go on.", STRICT + CHAT, stream=True) for number in range(len(told))])
    faults = []
    for case, reply in zip(told, replies):
        came = said(reply)
        shown = case.shown([(len(came), len(case.text))])
        if shown or not case.text.startswith(came) or b"allies-see-nothing" not in reply.body:
            faults.append(f"{case.technique}, {case.detector}: {shown!r}, {reply.body[-200:]!r}")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("cut", ["each character", "in escapes"])
def test_clean_text_in_the_same_forms_streams_byte_for_byte(door, foreign, cut):
    sent: dict[int, bytes] = {}

    def script(number: int):
        def answer(seen: Seen) -> Answer:
            made = CUTS[cut](CLEAN[number])(seen)
            sent[number] = made.body
            return made

        return answer

    foreign.always(each(script))
    numbers = range(0, len(CLEAN), 3)
    replies = ask_all(door.address(), [request(number, "Go on.", stream=True) for number in numbers])
    assert [CLEAN[number] for number, reply in zip(numbers, replies) if reply.body != sent[number]] == []
