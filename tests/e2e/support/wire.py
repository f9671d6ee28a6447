"""Clients below the SDKs: raw sockets for requests no library would send, and curl for h1 and h2."""

from __future__ import annotations

import socket
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

CURL = ["curl", "--silent", "--show-error", "--no-buffer", "--max-time", "60"]


@dataclass
class Reply:
    """An answer as it came over the wire."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    version: str = ""

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key == name.lower()), None)


class CurlFailed(Exception):
    """curl ended without a complete answer; `code` is its exit code (18 partial, 28 time-out, 52 empty, 92 h2 stream error)."""

    def __init__(self, code: int, message: str):
        super().__init__(f"curl exit {code}: {message}")
        self.code = code


def curl(url: str, body: bytes | None = None, headers=(), *options: str) -> Reply:
    """One request. A body makes it a POST of JSON; `options` are curl's own (`--http2-prior-knowledge`, `--cacert` …)."""
    with tempfile.TemporaryDirectory() as folder:
        head, out = Path(folder, "head"), Path(folder, "body")
        command = [*CURL, "--dump-header", str(head), "--output", str(out), "--write-out", "%{http_version}"]
        if body is not None:
            sent = Path(folder, "sent")
            sent.write_bytes(body)
            command += ["--data-binary", f"@{sent}", "--header", "content-type: application/json"]
        for name, value in headers:
            command += ["--header", f"{name}: {value}" if value else f"{name};"]
        done = subprocess.run([*command, *options, url], capture_output=True, text=True)
        if done.returncode:
            raise CurlFailed(done.returncode, done.stderr.strip())
        return _read_head(head.read_bytes(), out.read_bytes() if out.exists() else b"", done.stdout)


def _read_head(raw: bytes, body: bytes, version: str) -> Reply:
    final = [block for block in raw.split(b"\r\n\r\n") if block.strip()][-1]  # After any 1xx.
    start, *lines = final.decode("latin-1").split("\r\n")
    headers = [(line.split(":", 1)[0].lower(), line.split(":", 1)[1].strip()) for line in lines if ":" in line]
    return Reply(int(start.split(" ")[1]), headers, body, version)


class Talk:
    """A TCP connection spoken by hand."""

    def __init__(self, address: tuple[str, int], timeout: float = 15.0):
        self.socket = socket.create_connection(address, timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = b""

    def __enter__(self) -> "Talk":
        return self

    def __exit__(self, *_) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def until(self, end: bytes) -> bytes:
        """Reads up to and including `end`; raises `EOFError` if the peer closes before."""
        while end not in self._buffer:
            data = self.socket.recv(65536)
            if not data:
                raise EOFError(f"closed after {len(self._buffer)} bytes")
            self._buffer += data
        cut = self._buffer.index(end) + len(end)
        found, self._buffer = self._buffer[:cut], self._buffer[cut:]
        return found

    def reply(self) -> Reply:
        """Reads one final answer with Content-Length or chunked framing; interim answers are skipped."""
        head = self.until(b"\r\n\r\n")
        while head.startswith(b"HTTP/1.1 1"):
            head = self.until(b"\r\n\r\n")
        reply = _read_head(head, b"", "1.1")
        if "chunked" in (reply.header("transfer-encoding") or ""):
            while size := int(self.until(b"\r\n").split(b";")[0], 16):
                reply.body += self._exactly(size + 2)[:-2]
            self.until(b"\r\n")
        else:
            reply.body = self._exactly(int(reply.header("content-length") or 0))
        return reply

    def _exactly(self, count: int) -> bytes:
        while len(self._buffer) < count:
            data = self.socket.recv(65536)
            if not data:
                raise EOFError("closed inside a body")
            self._buffer += data
        found, self._buffer = self._buffer[:count], self._buffer[count:]
        return found

    def wait_closed(self) -> bytes:
        """Reads until the peer closes (or resets) and returns what came before."""
        try:
            while data := self.socket.recv(65536):
                self._buffer += data
        except ConnectionResetError:
            pass
        return self._buffer
