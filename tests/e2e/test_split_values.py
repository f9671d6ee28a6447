"""A value cut in two at every place and sent as neighbouring parts or turns is still one value, and is taken out of both."""

from __future__ import annotations

import itertools
import json

import pytest

from support import answers
from support.answers import Tool, call_tools, say
from support.crowd import CHAT, MESSAGES, arrived, ask_all, each, request, said, taken_out
from support.gateway import Gateway
from support.hidden import Case
from support.house import settings_for
from support.provider import Answer, Seen
from support.values import aws_key, card, github_token, iban, national_id

VALUES = {
    "account": ("Pay to IBAN ", iban(3), " now."),
    "card": ("The card is ", card(4), " and valid."),
    "identity": ("Henkilötunnus ", national_id(5), " on."),
    "token": ("the token ", github_token(), " works."),
    "key": ("Use ", aws_key(), " for it."),
    "marking": ("The annex is ", "NATO SECRET", " as a whole."),
    "entities": ("My SSN is ", "".join(f"&#{ord(c)};" for c in "601-14-2087"), " as you asked."),
}
WHOLE = [Case("split", name, "".join(texts), (len(texts[0]), len(texts[0] + texts[1]))) for name, texts in VALUES.items()]
CUTS = [(case, at) for case in WHOLE for at in range(case.place[0] + 1, case.place[1])]
PICTURE = {"type": "image", "source": {"type": "url", "url": "https://pictures.test/tide.png"}}
CALLS = [{"type": "tool_use", "id": name, "name": "read", "input": {}} for name in ("a", "b")]


def user(content) -> dict:
    return {"role": "user", "content": content}


def assistant(content) -> dict:
    return {"role": "assistant", "content": content}


def parts(*texts: str) -> list[dict]:
    return [{"type": "text", "text": text} for text in texts]


def result(name: str, content) -> dict:
    return {"type": "tool_result", "tool_use_id": name, "content": content}


# Name -> dialect, and the messages (with other fields) that carry the two halves.
SHAPES = {
    "parts": (CHAT, lambda a, b: dict(messages=[user(parts("Hello. ", a, b, " Bye."))])),
    "turns": (CHAT, lambda a, b: dict(messages=[user(a), user(b)])),
    "turns with an answer between": (CHAT, lambda a, b: dict(messages=[user(a), assistant("Go on."), user(b)])),
    "last part and next turn": (CHAT, lambda a, b: dict(messages=[user(parts("Hello. ", a)), assistant("Yes?"), user(parts(b, " Bye."))])),
    "turns of the assistant": (CHAT, lambda a, b: dict(messages=[assistant(a), user("Go on."), assistant(b), user("Thanks.")])),
    "two system prompts": (CHAT, lambda a, b: dict(messages=[{"role": "system", "content": a}, {"role": "system", "content": b}, user("Hi.")])),
    "blocks": (MESSAGES, lambda a, b: dict(messages=[user(parts(a, b))])),
    "blocks around a picture": (MESSAGES, lambda a, b: dict(messages=[user([*parts(a), PICTURE, *parts(b)])])),
    "blocks of the system prompt": (MESSAGES, lambda a, b: dict(messages=[user("Hi.")], system=parts(a, b))),
    "results of two tools": (
        MESSAGES, lambda a, b: dict(messages=[user("Hi."), assistant(CALLS), user([result("a", a), result("b", b)])]),
    ),
    "parts of one result": (
        MESSAGES, lambda a, b: dict(messages=[user("Hi."), assistant(CALLS[:1]), user([result("a", parts(a, b))])]),
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def _door(_foreign, _home, tmp_path_factory, ended):
    made = Gateway(settings_for(_foreign, _home, policy="all-found"), tmp_path_factory.mktemp("split"))
    with made:
        yield made
    ended.add(made)


@pytest.fixture
def door(_door, foreign) -> Gateway:
    foreign.always(say("ok"))
    return _door


def halves(body: dict, like: dict) -> str:
    """What stands in a body where the two halves of its like stood."""

    def texts(node, model) -> list[str]:
        if isinstance(model, str):
            return [node] if model in ("\0a", "\0b") else []
        pairs = zip(node, model) if isinstance(model, list) else ((node[key], item) for key, item in model.items())
        return [text for pair in pairs if isinstance(pair[1], (str, list, dict)) for text in texts(*pair)]

    return "".join(texts(body, like))


def shown(case: Case, left: str) -> str | None:
    """What is left of a case if it says something of the value; the sign at the end of an escape says nothing."""
    spans = taken_out(case.text, left)
    return f"{case.detector}: {left!r}" if spans is None or case.shown(spans).strip(";") else None


NUMBERS = itertools.count(step=1000)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_value_cut_anywhere_leaves_neither_half(door, foreign, shape):
    path, carry = SHAPES[shape]
    first = next(NUMBERS)
    asked = [request(first + number, path=path, **carry(case.text[:at], case.text[at:])) for number, (case, at) in enumerate(CUTS)]
    replies = ask_all(door.address(), asked)
    assert {reply.status for reply in replies} == {200}
    left, like = arrived(foreign), carry("\0a", "\0b")
    faults = [shown(case, halves(left[first + number].json, like)) for number, (case, _) in enumerate(CUTS)]
    assert not any(faults), "\n".join(filter(None, faults))


def blocks(*texts: str):
    """A whole answer of several text blocks."""

    def script(seen: Seen) -> Answer:
        return answers.Anthropic._whole(seen, parts(*texts), "end_turn")

    return script


def test_a_value_cut_over_two_blocks_of_an_answer_does_not_come_back(door, foreign):
    foreign.always(each(lambda number: blocks(CUTS[number][0].text[: CUTS[number][1]], CUTS[number][0].text[CUTS[number][1] :])))
    replies = ask_all(door.address(), [request(number, "Go on.", MESSAGES) for number in range(len(CUTS))])
    faults = [shown(case, said(reply)) for (case, _), reply in zip(CUTS, replies)]
    assert not any(faults), "\n".join(filter(None, faults))


@pytest.mark.parametrize("every", [None, 1, 3])
def test_a_value_in_the_arguments_of_a_tool_does_not_come_back(door, foreign, every):
    """As JSON within JSON, whole and in pieces; what comes is JSON."""
    foreign.always(each(lambda number: call_tools([Tool("write", json.dumps({"note": WHOLE[number].text}), "a")], every=every)))
    replies = ask_all(door.address(), [request(number, "Go on.", stream=every is not None) for number in range(len(WHOLE))])
    for case, reply in zip(WHOLE, replies):
        assert shown(case, json.loads(arguments(reply.body.decode(), every is not None))["note"]) is None


def arguments(body: str, stream: bool) -> str:
    if not stream:
        return json.loads(body)["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"]
    deltas = [json.loads(line[6:])["choices"][0]["delta"] for line in body.split("\n") if line.startswith("data: {")]
    return "".join(call["function"]["arguments"] for delta in deltas for call in delta.get("tool_calls") or [])
