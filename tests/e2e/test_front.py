"""Requests no honest client sends: ambiguous, oversized or endless heads never get past the front, and nothing leaves."""

from __future__ import annotations

import json
import threading
import time

import hpack
import pytest
from hyperframe.frame import ContinuationFrame, DataFrame, HeadersFrame, SettingsFrame

from support.answers import held, say
from support.config import limits
from support.load import request
from support.provider import Gate
from support.wire import Talk, curl

BODY = json.dumps({"model": "m", "messages": [{"role": "user", "content": "tides"}]}).encode()
START = b"POST /v1/chat/completions HTTP/1.1\r\n"
HOST = b"host: gateway.test\r\n"
LENGTH = b"content-length: %d\r\n" % len(BODY)
JSON = b"content-type: application/json\r\n"
CHUNKED = b"transfer-encoding: chunked\r\n"
CHUNKS = b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)

REFUSED = {
    "length and chunked": START + HOST + JSON + LENGTH + CHUNKED + b"\r\n" + CHUNKS,
    "chunked and length": START + HOST + JSON + CHUNKED + LENGTH + b"\r\n" + CHUNKS,
    "two lengths that differ": START + HOST + LENGTH + b"content-length: 3\r\n\r\n" + BODY,
    "two lengths in a list": START + HOST + b"content-length: 3, %d\r\n\r\n" % len(BODY) + BODY,
    "negative length": START + HOST + b"content-length: -1\r\n\r\n" + BODY,
    "length with a plus": START + HOST + b"content-length: +%d\r\n\r\n" % len(BODY) + BODY,
    "no host": START + JSON + LENGTH + b"\r\n" + BODY,
    "two hosts": START + HOST + b"host: other.test\r\n" + LENGTH + b"\r\n" + BODY,
    "chunked twice": START + HOST + b"transfer-encoding: chunked, chunked\r\n\r\n" + CHUNKS,
    "unknown transfer coding": START + HOST + b"transfer-encoding: xchunked\r\n\r\n" + CHUNKS,
    "transfer coding in 1.0": b"POST /v1/chat/completions HTTP/1.0\r\n" + HOST + CHUNKED + b"\r\n" + CHUNKS,
    "space before the colon": START + HOST + b"content-length : %d\r\n\r\n" % len(BODY) + BODY,
    "folded header": START + HOST + b"x-a: 1\r\n  content-length: 3\r\n" + LENGTH + b"\r\n" + BODY,
    "bare carriage return": START + HOST + b"x-a: 1\rx-b: 2\r\n" + LENGTH + b"\r\n" + BODY,
    "nul in a header": START + HOST + b"x-a: \x00\r\n" + LENGTH + b"\r\n" + BODY,
    "broken chunk size": START + HOST + CHUNKED + b"\r\nzz\r\n" + BODY,
    "chunk size too big to be true": START + HOST + CHUNKED + b"\r\nffffffffffffffffff\r\n" + BODY,
    "not http at all": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "a thousand headers": START + HOST + LENGTH + b"".join(b"x-%d: 1\r\n" % n for n in range(1000)) + b"\r\n" + BODY,
    "a head of one megabyte": START + HOST + LENGTH + b"x-a: " + b"a" * (1 << 20) + b"\r\n\r\n" + BODY,
}


@pytest.mark.parametrize("kind", REFUSED)
def test_refused_and_closed(gateway, foreign, kind):
    foreign.always(say("never"))
    with Talk(gateway.address()) as talk:
        try:
            talk.send(REFUSED[kind])
            talk.socket.shutdown(1)
        except OSError:
            pass  # Closed while we were still sending: as good a refusal.
        got = talk.wait_closed()
    assert not got or got.startswith((b"HTTP/1.1 4", b"HTTP/1.0 4", b"HTTP/1.1 5"))
    assert b" 200 " not in got.split(b"\r\n")[0]
    assert foreign.saw_nothing


def test_the_smuggled_second_request_is_not_seen(gateway, foreign):
    """What follows an ambiguous request on its connection must not be taken for a request of its own."""
    foreign.always(say("never"))
    hidden = request(BODY)
    with Talk(gateway.address()) as talk:
        talk.send(START + HOST + b"content-length: %d\r\n" % (len(hidden) + 5) + CHUNKED + b"\r\n0\r\n\r\n" + hidden)
        talk.socket.shutdown(1)
        talk.wait_closed()
    assert foreign.saw_nothing


def test_a_slow_head_is_cut_off_in_total_not_per_byte(start, foreign):
    gateway = start(limits=limits(head_seconds=2))
    began = time.monotonic()
    with Talk(gateway.address()) as talk:
        talk.send(START)
        stop = threading.Event()

        def drip() -> None:
            while not stop.wait(0.3):
                try:
                    talk.send(b"a")
                except OSError:
                    return

        dripping = threading.Thread(target=drip, daemon=True)
        dripping.start()
        talk.wait_closed()
        stop.set()
    assert time.monotonic() - began < 8, "each byte prolonged the head"
    assert foreign.saw_nothing


PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


def h2_head(gateway) -> list[tuple[str, str]]:
    return [
        (":method", "POST"), (":scheme", "http"), (":authority", "%s:%d" % gateway.address()), (":path", "/v1/chat/completions"),
        ("content-type", "application/json"), ("content-length", str(len(BODY))),
    ]  # fmt: skip


def h2_request(gateway, coder: hpack.Encoder, stream: int) -> bytes:
    headers = HeadersFrame(stream, coder.encode(h2_head(gateway)), flags=["END_HEADERS"])
    return headers.serialize() + DataFrame(stream, BODY, flags=["END_STREAM"]).serialize()


def drip(talk: Talk, pieces, every: float) -> threading.Event:
    """Sends the pieces one by one until told to stop."""
    stop = threading.Event()

    def run() -> None:
        for piece in pieces:
            if stop.wait(every):
                return
            try:
                talk.send(piece)
            except OSError:
                return

    threading.Thread(target=run, daemon=True).start()
    return stop


@pytest.mark.parametrize("busy", [False, True], ids=["alone", "beside a stream that runs"])
@pytest.mark.parametrize("how", ["continuation frames", "bytes of one frame"])
def test_a_slow_head_over_h2_is_cut_off_in_total(start, foreign, how, busy):
    """Neither a byte nor a frame prolongs it, nor does another stream of the connection, of which an answer is awaited."""
    gateway = start(limits=limits(head_seconds=2))
    foreign.always(held(say("late"), head=Gate()))
    coder = hpack.Encoder()
    with Talk(gateway.address()) as talk:
        talk.send(PREFACE + SettingsFrame(0).serialize())
        began = time.monotonic()
        if busy:
            talk.send(h2_request(gateway, coder, 1))
            foreign.wait(1)
        block = coder.encode([*h2_head(gateway), ("x-title", "a" * 500)])
        if how == "continuation frames":
            talk.send(HeadersFrame(3, block[:1]).serialize())
            pieces = [ContinuationFrame(3, block[at : at + 1]).serialize() for at in range(1, len(block))]
        else:
            frame = HeadersFrame(3, block, flags=["END_HEADERS"]).serialize()
            pieces = [frame[at : at + 1] for at in range(len(frame))]
        # The protocol library allows for a handful of continuation frames only, which are sent slowly enough.
        stop = drip(talk, pieces, 0.2 if how == "bytes of one frame" else 1.5)
        talk.wait_closed()
        stop.set()
    assert 1.5 < time.monotonic() - began < 30
    assert len(foreign.requests) == busy
    if busy:
        assert foreign.only.gone.wait(10)


def test_a_slow_body_over_h2_has_a_time_of_its_own(start, foreign):
    gateway = start(limits=limits(head_seconds=1))
    foreign.always(say("ok"))
    coder = hpack.Encoder()
    with Talk(gateway.address()) as talk:
        talk.send(PREFACE + SettingsFrame(0).serialize())
        headers = HeadersFrame(1, coder.encode(h2_head(gateway)), flags=["END_HEADERS"]).serialize()
        data = DataFrame(1, BODY, flags=["END_STREAM"]).serialize()
        talk.send(headers + data[:12])
        drip(talk, [data[at : at + 20] for at in range(12, len(data), 20)], 0.5)
        assert foreign.only.body == BODY


def test_a_connection_that_says_nothing_is_closed(start):
    gateway = start(limits=limits(head_seconds=2))
    with Talk(gateway.address()) as talk:
        assert talk.wait_closed() == b""


def test_a_short_request_on_the_h2c_listener_is_answered(gateway):
    """Shorter than an h2 preface: whoever peeks for 24 bytes would wait for ever."""
    with Talk(gateway.address()) as talk:
        talk.send(b"GET / HTTP/1.0\r\n\r\n")
        talk.socket.shutdown(1)
        assert talk.wait_closed().startswith(b"HTTP/1.")


def test_two_requests_in_one_packet_are_both_answered_or_neither_passes(gateway, foreign):
    foreign.always(say("ok"))
    with Talk(gateway.address()) as talk:
        talk.send(request(BODY) + request(BODY))
        assert talk.reply().status == 200
        try:
            assert talk.reply().status == 200
        except EOFError:
            pass  # Closing after the first is allowed; answering something else is not.
    assert all(seen.body == BODY for seen in foreign.requests)


@pytest.mark.parametrize("method", ["CONNECT", "TRACE", "PUT", "DELETE", "PROPFIND"])
def test_other_methods_do_not_pass(gateway, foreign, method):
    foreign.always(say("never"))
    reply = curl(gateway.url() + "/v1/chat/completions", None, (), "--request", method, "--request-target", "/v1/chat/completions")
    assert 400 <= reply.status < 502
    assert foreign.saw_nothing


def test_an_upgrade_request_does_not_open_a_tunnel(gateway, foreign):
    foreign.always(say("never"))
    with Talk(gateway.address()) as talk:
        talk.send(
            b"GET /v1/realtime HTTP/1.1\r\n" + HOST + b"connection: upgrade\r\nupgrade: websocket\r\n"
            b"sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        head = talk.until(b"\r\n\r\n")
    assert not head.startswith(b"HTTP/1.1 101")
    assert foreign.saw_nothing
