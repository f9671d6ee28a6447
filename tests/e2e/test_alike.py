"""One text, one set of findings: by the command line, in a request, in an answer that is whole, and in one that comes in pieces.

The texts are the examples and counter-examples of all detectors, between sentences. Compared are detector, level and count as the
records tell them, and the bytes by what a policy that masks all findings leaves.
"""

from __future__ import annotations

import itertools
import json
import random
import subprocess
import threading
from collections import Counter

import pytest

from support.answers import say
from support.crowd import CHAT, MESSAGES, arrived, ask_all, each, number_of, request, said
from support.everyway import examples, found, in_answers, in_requests, masked, scanned
from support.gateway import Gateway, binary
from support.house import settings_for

BEFORE = ["", "Well, here is what I know about it. ", "First line of it\n\n- ", "Ja, gerne: ", "# Heading\n\nThe table says | "]
AFTER = ["", " That is all there is to say.", " And more follows", "\n\nAnything else?", " \U0001f30a and so on."]


def told(field: str, seed: int) -> list[str]:
    chance = random.Random(seed)
    return [chance.choice(BEFORE) + text + chance.choice(AFTER) for text in examples(field)]


EXAMPLES, COUNTER_EXAMPLES = told("examples", 1), told("counter_examples", 2)


@pytest.fixture(scope="module")
def known() -> dict[str, list]:
    """What `seawall scan` finds in each text."""
    texts = EXAMPLES + COUNTER_EXAMPLES
    return dict(zip(texts, scanned(texts)))


@pytest.fixture(scope="module")
def _everywhere(_foreign, _home, tmp_path_factory, ended):
    made = Gateway(settings_for(_foreign, _home, policy="all-found"), tmp_path_factory.mktemp("everywhere"))
    with made:
        yield made
    ended.add(made)


@pytest.fixture
def everywhere(_everywhere, foreign) -> Gateway:
    return _everywhere


NUMBERS = itertools.count(step=10_000)  # So that no two requests of this file have the same.


def test_there_are_enough(known):
    # Between sentences a few say nothing any more: those that count because they stand alone on their line.
    assert len(EXAMPLES) > 1000 and sum(1 for text in EXAMPLES if not known[text]) < len(EXAMPLES) // 40


@pytest.mark.parametrize("texts, path", [(EXAMPLES, CHAT), pytest.param(EXAMPLES, MESSAGES, marks=pytest.mark.long), (COUNTER_EXAMPLES, CHAT)], ids=["chat", "messages", "counter"])
def test_a_request_is_scanned_as_by_hand(everywhere, foreign, known, texts, path):
    foreign.always(say("ok"))
    first = next(NUMBERS)
    numbers = range(first, first + len(texts))
    replies = ask_all(everywhere.address(), [request(number, text, path) for number, text in zip(numbers, texts)])
    assert {reply.status for reply in replies} == {200}
    records, left = in_requests(everywhere, numbers), arrived(foreign)
    for number, text in zip(numbers, texts):
        assert records[number] == Counter((*one.kind, one.end - one.start) for one in known[text]), text
        assert left[number].json["messages"][0]["content"] == masked(text, known[text])


WAYS = {
    "whole": (EXAMPLES, CHAT, None),
    "whole, messages": (EXAMPLES, MESSAGES, None),
    "whole, counter-examples": (COUNTER_EXAMPLES, CHAT, None),
    "each character": (EXAMPLES[::3], CHAT, 1),
    "three characters": (EXAMPLES[1::3], MESSAGES, 3),
    "eight characters": (EXAMPLES[2::3], CHAT, 8),
    "two characters, counter-examples": (COUNTER_EXAMPLES[::8], CHAT, 2),
}


@pytest.mark.parametrize("way", WAYS)
def test_an_answer_is_scanned_as_by_hand(everywhere, foreign, known, way):
    texts, path, every = WAYS[way]
    first = next(NUMBERS)
    foreign.always(lambda seen: say(texts[number_of(seen) - first], every=every)(seen))
    asked = [request(first + number, "Go on.", path, stream=every is not None) for number in range(len(texts))]
    replies = ask_all(everywhere.address(), asked)
    for text, reply, kinds in zip(texts, replies, in_answers(everywhere, replies)):
        assert kinds == Counter(one.kind for one in known[text]), text
        # In a stream what is merely possible may have left before something surer came.
        sure = [one for one in known[text] if one.level != "possible"]
        assert said(reply) in (masked(text, known[text]), *([masked(text, sure)] if every else [])), text


def scan_in_pieces(data: bytes, size: int, *options: str) -> bytes:
    """What `seawall scan` says of its standard input, written to it in pieces of this size."""
    process = subprocess.Popen([str(binary()), "scan", *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)

    def write() -> None:
        with process.stdin:
            for start in range(0, len(data), size):
                process.stdin.write(data[start : start + size])

    # Both ends at once: what it says is more than a pipe holds.
    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    out = process.stdout.read()
    writer.join(60)
    assert process.wait(60) == 0
    return out


@pytest.mark.parametrize("size", [1, 13, 65_537])
def test_a_pipe_is_read_alike_however_it_is_cut(known, size):
    texts = EXAMPLES[:: 20 if size == 1 else 1]
    lines = "".join(json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in texts).encode()
    told = scan_in_pieces(lines, size, "--jsonl", "--level", "possible").splitlines()
    assert [found(json.loads(line)) for line in told] == [known[text] for text in texts]


def test_a_file_and_a_pipe_say_the_same(tmp_path):
    text = "\n\n".join(EXAMPLES[::2]).encode()
    file = tmp_path / "examples"
    file.write_bytes(text)
    options = ["--format", "jsonl", "--level", "possible"]
    of_file = json.loads(subprocess.run([str(binary()), "scan", *options, str(file)], capture_output=True, check=True).stdout)
    spans = [json.loads(scan_in_pieces(text, size, *options))["spans"] for size in (997, 65_537)]
    assert of_file["spans"] and spans == [of_file["spans"]] * 2
