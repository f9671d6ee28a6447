"""A stand-in AI provider: a real server on loopback that keeps every byte it receives.

It speaks HTTP/1.1 and, over TLS with ALPN, HTTP/2. What it answers is a script (see `answers`): a function from what was
seen to an `Answer`. It runs on its own thread, so a test reads like a conversation: say what will be answered, ask, look at
what arrived. Nothing here sleeps: a test waits for an event, or a script waits for a `Gate` that the test opens.
"""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import struct
import threading
import time
from dataclasses import dataclass, field
from typing import Callable

import h2.config
import h2.connection
import h2.events
import h2.exceptions
import h2.settings

WAIT = 15.0  # Seconds a test waits for something that should happen at once.
CLOSED = (ConnectionError, asyncio.CancelledError, h2.exceptions.ProtocolError)


class Gate:
    """A door in a script: the answer waits before it until the test opens it."""

    def __init__(self) -> None:
        self._open = threading.Event()
        self._lock = threading.Lock()
        self._waiting: list[tuple[asyncio.AbstractEventLoop, asyncio.Future]] = []

    def open(self) -> None:
        with self._lock:
            self._open.set()
            for loop, door in self._waiting:
                loop.call_soon_threadsafe(lambda door=door: door.done() or door.set_result(None))
            self._waiting.clear()

    async def passed(self) -> None:
        with self._lock:
            if self._open.is_set():
                return
            loop = asyncio.get_running_loop()
            door = loop.create_future()
            self._waiting.append((loop, door))
        await door


@dataclass
class Answer:
    """One scripted answer. `pieces` are written and flushed one by one."""

    status: int = 200
    headers: list[tuple[str, str]] = field(default_factory=list)
    pieces: list[bytes] = field(default_factory=list)
    framing: str = "length"  # "length" | "chunked" | "close" (h1 only; h2 has its own)
    declared: int | None = None  # A Content-Length that may lie.
    gates: dict[int, Gate] = field(default_factory=dict)  # Wait before piece N.
    reset_before: int | None = None  # Reset the connection (h1) or the stream (h2) instead of sending piece N; -1: the head.
    head_gate: Gate | None = None  # Wait before the head.
    close_after: bool = False  # Close the connection once the answer is out, as an idle server does.

    @property
    def body(self) -> bytes:
        return b"".join(self.pieces)


Script = Callable[["Seen"], Answer]


@dataclass
class Seen:
    """One request as it arrived, byte for byte."""

    protocol: str  # "h1" | "h2"
    connection: int  # Number of the connection, to prove reuse.
    method: str
    path: str
    headers: list[tuple[str, str]]  # Names lower-cased, order kept; h2 without the pseudo headers.
    head: bytes  # The raw head (h1), or the header list rendered as text (h2).
    body: bytes = b""
    raw_body: bytes = b""  # With chunk framing, as on the wire (h1).
    tls_name: str | None = None
    at: float = field(default_factory=time.monotonic)
    gone: threading.Event = field(default_factory=threading.Event)  # The peer left before the answer was complete.
    finished: threading.Event = field(default_factory=threading.Event)  # The answer was written completely.

    def header(self, name: str) -> str | None:
        values = self.header_all(name)
        return values[0] if values else None

    def header_all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name.lower()]

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def everything(self) -> bytes:
        """All that left the gateway for this request."""
        return self.head + self.raw_body + self.body


class Provider:
    """The server. `with Provider() as provider:` or the fixtures in conftest."""

    def __init__(
        self, name: str = "provider", certificate=None, alpn: tuple[str, ...] = ("h2", "http/1.1"), port: int = 0, host: str = "127.0.0.1"
    ):
        self.name = name
        self.requests: list[Seen] = []
        self.connections = 0
        self.bytes_in = 0  # All bytes of all connections, complete requests or not.
        self.raw: list[bytearray] = []  # The plain text of each connection as received.
        self._certificate = certificate
        self._alpn = alpn
        self._wanted_port = port
        self._host = host
        self._lock = threading.Condition()
        self._queue: list[Script] = []
        self._default: Script | None = None
        self._links: set[_Link] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._ready = threading.Event()
        self.port = 0

    # --- life -------------------------------------------------------------------------------------------------
    def __enter__(self) -> "Provider":
        self._thread.start()
        if not self._ready.wait(WAIT):
            raise TimeoutError(f"{self.name} did not start")
        return self

    def __exit__(self, *_) -> None:
        self._loop.call_soon_threadsafe(self._stop)
        self._thread.join(WAIT)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        context = self._tls() if self._certificate else None
        server = self._loop.run_until_complete(
            self._loop.create_server(lambda: _Link(self), self._host, self._wanted_port, ssl=context, backlog=1024)
        )
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        left = asyncio.all_tasks(self._loop)
        for task in left:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        self._loop.close()

    def _stop(self) -> None:
        for link in list(self._links):
            link.transport.abort()
        self._loop.call_soon(self._loop.stop)

    def _tls(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._certificate.cert, self._certificate.key)
        context.set_alpn_protocols(list(self._alpn))
        context.sni_callback = lambda sock, name, _: setattr(sock, "asked_for", name)
        return context

    # --- what it will answer ----------------------------------------------------------------------------------
    def reset(self) -> None:
        """Forgets what was seen and scripted; open connections stay."""
        with self._lock:
            self.requests.clear()
            self._queue.clear()
            self._default = None
            for raw in self.raw:
                raw.clear()
            self.bytes_in = 0

    def answers(self, *scripts: Script) -> None:
        """The next requests get these, one each."""
        with self._lock:
            self._queue.extend(scripts)

    def always(self, script: Script) -> None:
        """Every request without a queued script gets this."""
        with self._lock:
            self._default = script

    def _script(self, seen: Seen) -> Answer:
        with self._lock:
            script = self._queue.pop(0) if self._queue else self._default
        if script is None:
            return Answer(599, [("content-type", "text/plain")], [b"no answer was scripted"])
        return script(seen)

    # --- what it saw ------------------------------------------------------------------------------------------
    def _arrived(self, seen: Seen) -> None:
        with self._lock:
            self.requests.append(seen)
            self._lock.notify_all()

    def wait(self, count: int = 1, timeout: float = WAIT) -> list[Seen]:
        """Waits until `count` requests were received completely."""
        with self._lock:
            if not self._lock.wait_for(lambda: len(self.requests) >= count, timeout):
                raise TimeoutError(f"{self.name} saw {len(self.requests)} requests, not {count}")
            return list(self.requests)

    @property
    def only(self) -> Seen:
        """The one request that arrived."""
        seen = self.wait(1)
        assert len(seen) == 1, f"{self.name} saw {len(seen)} requests, not one"
        return seen[0]

    @property
    def saw_nothing(self) -> bool:
        """Not one byte of any request arrived (an idle connection is not a byte)."""
        with self._lock:
            return not self.requests and self.bytes_in == 0

    @property
    def everything(self) -> bytes:
        """All plain text ever received, for a search: raw connections and, for h2, the decoded requests."""
        with self._lock:
            return b"\n".join([bytes(raw) for raw in self.raw] + [seen.everything for seen in self.requests])

    def drop_idle(self) -> None:
        """Closes every open connection, as a provider's idle timer does."""
        done = threading.Event()

        def close() -> None:
            for link in list(self._links):
                link.transport.abort()
            done.set()

        self._loop.call_soon_threadsafe(close)
        done.wait(WAIT)

    def url(self, host: str = "127.0.0.1") -> str:
        return f"{'https' if self._certificate else 'http'}://{host}:{self.port}"


class _Link(asyncio.Protocol):
    """One connection: collects bytes, hands them to the h1 or h2 reader."""

    def __init__(self, provider: Provider):
        self.provider = provider
        self.buffer = bytearray()
        self.more = asyncio.Event()
        self.writable = asyncio.Event()
        self.writable.set()
        self.lost = False
        self.open: list[Seen] = []

    def connection_made(self, transport) -> None:
        self.transport = transport
        with self.provider._lock:
            self.provider.connections += 1
            self.number = self.provider.connections
            self.raw = bytearray()
            self.provider.raw.append(self.raw)
        self.provider._links.add(self)
        sock = transport.get_extra_info("socket")
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        tls = transport.get_extra_info("ssl_object")
        self.tls_name = getattr(tls, "asked_for", None)
        self.is_h2 = bool(tls) and tls.selected_alpn_protocol() == "h2"
        self.task = asyncio.ensure_future(_serve_h2(self) if self.is_h2 else _serve_h1(self))

    def data_received(self, data: bytes) -> None:
        with self.provider._lock:
            if not self.is_h2:
                self.raw += data
                self.provider.bytes_in += len(data)
        self.buffer += data
        self.more.set()

    def eof_received(self) -> bool:
        self._gone()
        return False

    def connection_lost(self, _) -> None:
        self._gone()
        self.provider._links.discard(self)

    def _gone(self) -> None:
        self.lost = True
        for seen in self.open:
            seen.gone.set()
        self.more.set()
        self.writable.set()

    def pause_writing(self) -> None:
        self.writable.clear()

    def resume_writing(self) -> None:
        self.writable.set()

    async def wait_bytes(self) -> None:
        if self.lost:
            raise ConnectionError("the peer left")
        self.more.clear()
        await self.more.wait()

    async def write(self, data: bytes) -> None:
        await self.writable.wait()
        if self.lost:
            raise ConnectionError("the peer left")
        self.transport.write(data)
        await asyncio.sleep(0)  # Gives the loop a turn, so that each piece leaves as its own segment.

    def reset(self) -> None:
        """RST instead of FIN: what a crashed provider looks like."""
        sock = self.transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()


# --- HTTP/1.1 -------------------------------------------------------------------------------------------------------
async def _serve_h1(link: _Link) -> None:
    try:
        while True:
            seen = await _read_h1(link)
            answer = link.provider._script(seen)
            link.open.append(seen)
            link.provider._arrived(seen)
            keep = await _write_h1(link, seen, answer)
            link.open.remove(seen)
            seen.finished.set()
            if not keep:
                link.transport.close()
                return
    except CLOSED:
        return


async def _read_h1(link: _Link) -> Seen:
    while b"\r\n\r\n" not in link.buffer:
        await link.wait_bytes()
    end = link.buffer.index(b"\r\n\r\n") + 4
    head = bytes(link.buffer[:end])
    del link.buffer[:end]
    start, *lines = head[:-4].split(b"\r\n")
    method, path, _ = start.decode("latin-1").split(" ", 2)
    headers = []
    for line in lines:
        name, _, value = line.decode("latin-1").partition(":")
        headers.append((name.lower(), value.strip()))
    seen = Seen("h1", link.number, method, path, headers, head, tls_name=link.tls_name)
    if (seen.header("expect") or "").lower() == "100-continue":
        await link.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    if "chunked" in (seen.header("transfer-encoding") or "").lower():
        seen.body, seen.raw_body = await _read_chunks(link)
    else:
        seen.body = seen.raw_body = await _take(link, int(seen.header("content-length") or 0))
    return seen


async def _take(link: _Link, count: int) -> bytes:
    while len(link.buffer) < count:
        await link.wait_bytes()
    data = bytes(link.buffer[:count])
    del link.buffer[:count]
    return data


async def _line(link: _Link) -> bytes:
    while b"\r\n" not in link.buffer:
        await link.wait_bytes()
    return await _take(link, link.buffer.index(b"\r\n") + 2)


async def _read_chunks(link: _Link) -> tuple[bytes, bytes]:
    body, raw = bytearray(), bytearray()
    while True:
        line = await _line(link)
        raw += line
        size = int(line.split(b";")[0], 16)
        if size == 0:
            while line != b"\r\n":
                line = await _line(link)
                raw += line
            return bytes(body), bytes(raw)
        data = await _take(link, size + 2)
        body += data[:-2]
        raw += data


async def _write_h1(link: _Link, seen: Seen, answer: Answer) -> bool:
    if answer.head_gate:
        await answer.head_gate.passed()
    if answer.reset_before == -1:
        link.reset()
        raise ConnectionError("reset as scripted")
    headers = list(answer.headers)
    if answer.framing == "length":
        headers.append(("content-length", str(len(answer.body) if answer.declared is None else answer.declared)))
    elif answer.framing == "chunked":
        headers.append(("transfer-encoding", "chunked"))
    else:
        headers.append(("connection", "close"))
    head = f"HTTP/1.1 {answer.status} Scripted\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers)
    await link.write(head.encode("latin-1") + b"\r\n")
    for number, piece in enumerate([*answer.pieces, b""]):
        if number in answer.gates:
            await answer.gates[number].passed()
        if answer.reset_before == number:
            link.reset()
            raise ConnectionError("reset as scripted")
        if piece:
            await link.write(b"%x\r\n%s\r\n" % (len(piece), piece) if answer.framing == "chunked" else piece)
    if answer.framing == "chunked":
        await link.write(b"0\r\n\r\n")
    honest = answer.declared is None or answer.declared == len(answer.body)
    return answer.framing != "close" and honest and not answer.close_after


# --- HTTP/2 ---------------------------------------------------------------------------------------------------------
class _Streams:
    """The h2 state of one connection."""

    def __init__(self, link: _Link):
        self.link = link
        self.state = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding="utf-8"))
        self.requests: dict[int, Seen] = {}
        self.tasks: dict[int, asyncio.Task] = {}
        self.window = asyncio.Event()

    async def flush(self) -> None:
        data = self.state.data_to_send()
        if data:
            await self.link.write(data)


async def _serve_h2(link: _Link) -> None:
    streams = _Streams(link)
    streams.state.initiate_connection()
    streams.state.update_settings({h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: 1 << 24})
    streams.state.increment_flow_control_window(1 << 26)
    try:
        await streams.flush()
        while True:
            if not link.buffer:
                await link.wait_bytes()
            data = bytes(link.buffer)
            link.buffer.clear()
            for event in streams.state.receive_data(data):
                _h2_event(streams, event)
            await streams.flush()
    except CLOSED:
        link._gone()
        for task in streams.tasks.values():
            task.cancel()


def _h2_event(streams: _Streams, event) -> None:
    link = streams.link
    if isinstance(event, h2.events.RequestReceived):
        pairs = [(str(name), str(value)) for name, value in event.headers]
        pseudo = dict(pair for pair in pairs if pair[0].startswith(":"))
        head = "\r\n".join(f"{name}: {value}" for name, value in pairs).encode() + b"\r\n\r\n"
        plain = [pair for pair in pairs if not pair[0].startswith(":")]
        seen = Seen("h2", link.number, pseudo[":method"], pseudo[":path"], plain, head, tls_name=link.tls_name)
        seen.headers.append(("host", pseudo.get(":authority", "")))
        streams.requests[event.stream_id] = seen
        with link.provider._lock:
            link.provider.bytes_in += len(head)
    elif isinstance(event, h2.events.DataReceived):
        streams.requests[event.stream_id].body += event.data
        streams.state.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
    elif isinstance(event, h2.events.StreamEnded):
        seen = streams.requests[event.stream_id]
        seen.raw_body = seen.body
        link.open.append(seen)
        answer = link.provider._script(seen)
        link.provider._arrived(seen)
        streams.tasks[event.stream_id] = asyncio.ensure_future(_write_h2(streams, event.stream_id, seen, answer))
    elif isinstance(event, h2.events.StreamReset):
        if event.stream_id in streams.requests:
            streams.requests[event.stream_id].gone.set()
        if event.stream_id in streams.tasks:
            streams.tasks[event.stream_id].cancel()
    elif isinstance(event, (h2.events.WindowUpdated, h2.events.RemoteSettingsChanged)):
        streams.window.set()


async def _write_h2(streams: _Streams, stream: int, seen: Seen, answer: Answer) -> None:
    try:
        if answer.head_gate:
            await answer.head_gate.passed()
        if answer.reset_before == -1:
            streams.state.reset_stream(stream, error_code=2)
            return await streams.flush()
        headers = [(":status", str(answer.status)), *answer.headers]
        if answer.framing == "length":
            headers.append(("content-length", str(len(answer.body) if answer.declared is None else answer.declared)))
        streams.state.send_headers(stream, headers)
        await streams.flush()
        for number, piece in enumerate([*answer.pieces, b""]):
            if number in answer.gates:
                await answer.gates[number].passed()
            if answer.reset_before == number:
                streams.state.reset_stream(stream, error_code=2)
                await streams.flush()
                return
            await _send_h2(streams, stream, piece)
        streams.state.end_stream(stream)
        await streams.flush()
        streams.link.open.remove(seen)
        seen.finished.set()
        if answer.close_after:
            streams.link.transport.close()
    except CLOSED:
        seen.gone.set()


async def _send_h2(streams: _Streams, stream: int, data: bytes) -> None:
    while data:
        room = min(streams.state.local_flow_control_window(stream), streams.state.max_outbound_frame_size)
        if room <= 0:
            streams.window.clear()
            await streams.window.wait()
            continue
        streams.state.send_data(stream, data[:room])
        data = data[room:]
        await streams.flush()
