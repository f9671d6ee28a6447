"""A system-call trace of the gateway: proof of what happened before what."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from pathlib import Path

CALLS = "fsync,fdatasync,write,writev,pwrite64,pwritev,sendto,sendmsg,recvfrom,recvmsg,read,readv"
LINE = re.compile(r"^(\d+)\s+(\d+\.\d+) (?:<\.\.\. )?(\w+)(?:\(| resumed>)(.*)$")


def wrapper(file: Path) -> tuple[str, ...]:
    """Put before the command: traces all threads, names files and socket addresses, stamps microseconds.

    The tracer is a detached grandchild (`-D`), so that the process a test starts and signals is the gateway itself."""
    return ("strace", "-D", "-f", "-ttt", "-yy", "-s", "4096", "-e", f"trace={CALLS}", "-e", "signal=none", "-o", str(file))


@dataclass
class Call:
    """One system call; `began` and `ended` are seconds, so an order between threads can be told."""

    name: str
    began: float
    ended: float
    text: str  # Arguments and result as strace writes them.

    @property
    def succeeded(self) -> bool:
        result = self.text.rsplit(" = ", 1)[-1]
        return not result.startswith("-")


def wait_complete(file: Path, pid: int) -> None:
    """Waits until the tracer has written the end of this process."""
    pause = threading.Event()
    for _ in range(500):
        if re.search(rf"^{pid} .*\+\+\+ (exited|killed)", file.read_text(errors="replace"), re.MULTILINE):
            return
        pause.wait(0.02)
    raise TimeoutError(f"the trace has no end of process {pid}")


def read(file: Path) -> list[Call]:
    """All calls, unfinished ones joined with their resumption, ordered by when they began."""
    calls: list[Call] = []
    waiting: dict[str, tuple[str, float, str]] = {}
    for line in file.read_text(errors="replace").splitlines():
        found = LINE.match(line)
        if not found:
            continue
        thread, stamp, name, rest = found[1], float(found[2]), found[3], found[4]
        if rest.endswith("<unfinished ...>"):
            waiting[thread] = (name, stamp, rest.removesuffix("<unfinished ...>"))
        elif "resumed>" in line and thread in waiting:
            name, began, start = waiting.pop(thread)
            calls.append(Call(name, began, stamp, start + rest))
        else:
            calls.append(Call(name, stamp, stamp, rest))
    return sorted(calls, key=lambda call: call.began)


def synced(calls: list[Call], folder: Path) -> list[Call]:
    """Completed fsync/fdatasync of files under `folder`."""
    return [c for c in calls if c.name in ("fsync", "fdatasync") and str(folder) in c.text and c.succeeded]


def sent(calls: list[Call], port: int, text: str) -> list[Call]:
    """Writes to the socket of this remote port whose bytes hold `text`."""
    writes = ("write", "writev", "sendto", "sendmsg")
    return [c for c in calls if c.name in writes and f"->127.0.0.1:{port}]" in c.text and text in c.text]


def received(calls: list[Call], port: int, text: str) -> list[Call]:
    """Reads from sockets of this local port whose bytes hold `text`."""
    reads = ("read", "readv", "recvfrom", "recvmsg")
    return [c for c in calls if c.name in reads and f"127.0.0.1:{port}->" in c.text and text in c.text]
