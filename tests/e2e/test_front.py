"""Requests no honest client sends: ambiguous, oversized or endless heads never get past the front, and nothing leaves."""

from __future__ import annotations

import json
import threading
import time

import pytest

from support.answers import say
from support.config import limits
from support.load import request
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
