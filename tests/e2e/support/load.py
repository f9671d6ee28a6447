"""Many clients at once, by hand-written requests, so that a client's own start-up does not slow the load."""

from __future__ import annotations

import itertools
import json
import threading
from dataclasses import dataclass, field

from .wire import Talk


def request(body: bytes, path: str = "/v1/chat/completions", headers=()) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "host: gateway.test", "content-type: application/json", f"content-length: {len(body)}"]
    lines += ["authorization: Bearer sk-client-openai", *(f"{name}: {value}" for name, value in headers)]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@dataclass
class Load:
    """`with Load(address, text) as load:` keeps `clients` connections busy until the block ends.

    Each request has its own model name (`run-000017`), by which a record can be found again. `statuses` counts answers;
    `broken` counts requests that got none. A client that loses its connection opens a new one.
    """

    address: tuple[str, int]
    text: str
    clients: int = 8
    run: str = "run"
    statuses: dict[int, int] = field(default_factory=dict)
    broken: int = 0
    problems: list[str] = field(default_factory=list)

    def __enter__(self) -> "Load":
        self._number = itertools.count()
        self._end = threading.Event()
        self._lock = threading.Condition()
        self._threads = [threading.Thread(target=self._client, daemon=True) for _ in range(self.clients)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._end.set()
        for thread in self._threads:
            thread.join(30)

    @property
    def answered(self) -> int:
        return sum(self.statuses.values())

    def wait_answers(self, count: int, timeout: float = 30) -> None:
        """Waits until `count` more answers have come."""
        with self._lock:
            aim = self.answered + count
            if not self._lock.wait_for(lambda: self.answered >= aim, timeout):
                raise TimeoutError(f"{self.answered} answers, not {aim}; {self.broken} broken: {self.problems[-3:]}")

    def _client(self) -> None:
        while not self._end.is_set():
            try:
                with Talk(self.address, timeout=20) as talk:
                    while not self._end.is_set() and self._ask(talk):
                        pass
            except OSError as problem:  # Refused while the gateway is down: try again shortly.
                self._note_broken(problem)
                self._end.wait(0.01)

    def _ask(self, talk: Talk) -> bool:
        model = f"{self.run}-{next(self._number):06d}"
        body = json.dumps({"model": model, "messages": [{"role": "user", "content": self.text}]}).encode()
        try:
            talk.send(request(body))
            reply = talk.reply()
        except (OSError, EOFError) as problem:
            self._note_broken(problem)
            return False
        with self._lock:
            self.statuses[reply.status] = self.statuses.get(reply.status, 0) + 1
            self._lock.notify_all()
        return (reply.header("connection") or "").lower() != "close"

    def _note_broken(self, problem: Exception) -> None:
        with self._lock:
            self.broken += 1
            self.problems.append(f"{type(problem).__name__}: {problem}")
            self._lock.notify_all()
