"""Many requests, each by itself, over a few connections that stay open; and what became of each text."""

from __future__ import annotations

import itertools
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Callable

from . import load
from .provider import Provider, Script, Seen
from .wire import Reply, Talk

CONNECTIONS = 4
CHAT, MESSAGES = "/v1/chat/completions", "/v1/messages"
MASK = "[FOUND]"  # What the policy `all-found` puts in the place of a finding.


def request(number: int, messages: str | list[dict], path: str = CHAT, stream: bool = False, **more) -> bytes:
    """A request written out that carries its number as the name of its model; `messages` may be the text of the only one."""
    if isinstance(messages, str):
        messages = [{"role": "user", "content": messages}]
    body = {"model": f"case-{number:06d}", "max_tokens": 9, "stream": stream, "messages": messages, **more}
    return load.request(json.dumps(body).encode(), path)


def number_of(seen: Seen) -> int:
    return int(seen.json["model"].removeprefix("case-"))


def each(script: Callable[[int], Script]) -> Script:
    """Answers each request by its number."""
    return lambda seen: script(number_of(seen))(seen)


def ask_all(address: tuple[str, int], requests: list[bytes]) -> list[Reply]:
    """Sends each request and reads its answer, `CONNECTIONS` at a time; the answers stand in the order of the requests."""
    replies: list[Reply | None] = [None] * len(requests)
    turns, lock = itertools.count(), threading.Lock()

    def turn() -> int:
        with lock:
            return next(turns)

    def client() -> None:
        talk = Talk(address, timeout=30)
        while (at := turn()) < len(requests):
            talk.send(requests[at])
            replies[at] = talk.reply()
            if (replies[at].header("connection") or "").lower() == "close":
                talk.socket.close()
                talk = Talk(address, timeout=30)
        talk.socket.close()

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        for done in [pool.submit(client) for _ in range(CONNECTIONS)]:
            done.result()
    return replies


def arrived(provider: Provider) -> dict[int, Seen]:
    """By number, what a provider received."""
    by_number = {number_of(seen): seen for seen in provider.requests}
    assert len(by_number) == len(provider.requests), "a request arrived twice"
    return by_number


def said(reply: Reply) -> str:
    """The text of an answer in either dialect, whole or streamed, as far as it came."""
    if (reply.header("content-type") or "").startswith("text/event-stream"):
        events = [json.loads(line[6:]) for line in reply.body.decode().split("\n") if line.startswith("data: {")]
        deltas = [(e.get("choices") or [e])[0].get("delta") or {} for e in events]
        return "".join(delta.get("content") or delta.get("text") or "" for delta in deltas)
    body = json.loads(reply.body)
    return body["choices"][0]["message"]["content"] if "choices" in body else "".join(block["text"] for block in body["content"])


def taken_out(text: str, left: str) -> list[tuple[int, int]] | None:
    """The spans of a text, in characters, that stand behind the masks in what is left of it; `None` if the rest is not the text's own.

    Where the text repeats what stands beside a mask, the earliest place counts."""
    first, *rest = left.split(MASK)
    if not text.startswith(first) or not rest:
        return [] if text == left else None
    spans, at = [], len(first)
    for piece in rest[:-1]:
        found = text.find(piece, at + 1)
        if found < 0:
            return None
        spans.append((at, found))
        at = found + len(piece)
    end = len(text) - len(rest[-1])
    return [*spans, (at, end)] if at < end and text.endswith(rest[-1]) else None
