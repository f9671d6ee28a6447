"""Addresses that look public and lead back to this host, and a name server that answers what it is told."""

from __future__ import annotations

import os
import socket
import struct
import subprocess
import threading
from contextlib import ExitStack, contextmanager
from typing import Callable

import pytest


@contextmanager
def public_addresses(count: int):
    """So many addresses of an assigned block (11.0.0.0/8) on the loopback interface, so that nothing leaves this host. Needs root."""
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    number = os.getpid() % (1 << 20)
    addresses = [f"11.{number >> 12}.{number >> 4 & 255}.{(number & 15) << 4 | last}" for last in range(1, count + 1)]
    with ExitStack() as added:
        for address in addresses:
            change = [*sudo, "ip", "addr", "add", f"{address}/32", "dev", "lo"]
            try:
                subprocess.run(change, check=True, capture_output=True, text=True)
            except (OSError, subprocess.CalledProcessError) as problem:
                pytest.skip(f"no address can be added to this host: {getattr(problem, 'stderr', '') or problem}")
            added.callback(subprocess.run, [part if part != "add" else "del" for part in change], check=True)
        yield addresses


class NameServer:
    """Answers over UDP on loopback. `answer` makes the reply from a question; none: silence."""

    def __init__(self, answer: Callable[[bytes], bytes | None]):
        self._answer = answer
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self._socket.getsockname()[1]
        self.asked = 0
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> "NameServer":
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._socket.sendto(b"", self._socket.getsockname())  # Wakes the thread, which then ends.
        self._thread.join(15)
        self._socket.close()

    def _serve(self) -> None:
        while True:
            question, client = self._socket.recvfrom(4096)
            if not question:
                return
            self.asked += 1
            reply = self._answer(question)
            if reply is not None:
                self._socket.sendto(reply, client)


def reply(question: bytes, addresses: list[str], flags: int = 0x8180, id: bytes | None = None) -> bytes:
    """RFC 1035 section 4.1: the question again, and for an A question an answer for each address."""
    end = question.index(b"\0", 12) + 5
    wanted = addresses if question[end - 4 : end - 2] == b"\0\1" else []
    head = (id or question[:2]) + struct.pack(">HHHHH", flags, 1, len(wanted), 0, 0)
    answers = (b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 60, 4) + socket.inet_aton(address) for address in wanted)
    return head + question[12:end] + b"".join(answers)
