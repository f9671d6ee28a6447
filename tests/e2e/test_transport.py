"""HTTP/1.1 and HTTP/2, plain and TLS, on both sides; large, compressed and awaited bodies; reuse and aborts."""

from __future__ import annotations

import gzip
import json
import zlib

import brotli
import pytest
import zstandard

from support.answers import changed, echo, gzipped, held, last_user_text, raw, say, with_headers
from support.config import Listener, Route, limits
from support.contract import find
from support.gateway import Gateway
from support.house import settings_for
from support.load import request
from support.provider import Gate, Provider
from support.values import CLEAN, EMAIL
from support.wire import CurlFailed, Talk, curl

CHAT = "/v1/chat/completions"


def chat_body(text: str, **more) -> bytes:
    return json.dumps({"model": "m", "messages": [{"role": "user", "content": text}], **more}, ensure_ascii=False).encode()


# --- the four combinations, with TLS on both sides ------------------------------------------------------------------
@pytest.fixture(scope="module", params=["h1", "h2"])
def abroad(request, authority):
    alpn = ("http/1.1",) if request.param == "h1" else ("h2",)
    with Provider("abroad", authority.issue("api.foreign.test"), alpn) as provider:
        provider.protocol = request.param
        yield provider


@pytest.fixture(scope="module")
def over_tls(abroad, authority, tmp_path_factory, ended):
    leaf = authority.issue("localhost", "127.0.0.1")
    listeners = [Listener("main"), Listener("secure", tls=(leaf.cert, leaf.key))]
    settings = settings_for(abroad, abroad, listeners=listeners, upstream_ca=authority.ca)
    settings.routes += [Route(route.dialect, route.destination, "secure") for route in settings.routes]
    for name, url in settings.destinations.items():
        settings.destinations[name] = url.replace("127.0.0.1", "api.foreign.test")
    gateway = Gateway(settings, tmp_path_factory.mktemp("tls"))
    with gateway:
        yield gateway
    ended.add(gateway)


DOWNSTREAM = {
    "h1": ("http", "main", ["--http1.1"], "1.1"),
    "h2c": ("http", "main", ["--http2-prior-knowledge"], "2"),
    "h1 over tls": ("https", "secure", ["--http1.1"], "1.1"),
    "h2 over tls": ("https", "secure", ["--http2"], "2"),
}


@pytest.mark.parametrize("down", DOWNSTREAM)
@pytest.mark.parametrize("size", [100, 300_000])
def test_every_combination_carries_requests_and_streams(over_tls, abroad, authority, down, size):
    scheme, listener, options, version = DOWNSTREAM[down]
    url = over_tls.url(listener, scheme) + CHAT
    abroad.reset()
    abroad.always(echo(every=4001))
    text = ("Tides 🌊 of the North Sea. " * (size // 28 + 1)) + EMAIL

    for stream in (False, True):
        body = chat_body(text, stream=stream)
        reply = curl(url, body, (), "--cacert", str(authority.ca), *options)
        assert reply.status == 200 and reply.version == version
        assert EMAIL in reply.body.decode() if not stream else EMAIL.split("@")[0] in joined(reply.body)
    for seen in abroad.wait(2):
        assert seen.protocol == abroad.protocol and seen.tls_name == "api.foreign.test"
        assert EMAIL not in seen.body.decode() and len(seen.body) > size
        assert seen.header("host") == f"api.foreign.test:{abroad.port}"


def joined(events: bytes) -> str:
    data = [json.loads(line[6:]) for line in events.decode().splitlines() if line.startswith("data: {")]
    return "".join(choice["delta"].get("content") or "" for event in data for choice in event["choices"])


def test_a_provider_with_a_strangers_certificate_gets_nothing(start, authority, stranger):
    with Provider("impostor", stranger.issue("api.foreign.test")) as impostor:
        impostor.always(say("never"))
        urls = {name: impostor.url("api.foreign.test") for name in ("foreign", "foreign-messages", "home-chat", "home-messages")}
        gateway = start(destinations=urls, upstream_ca=authority.ca)
        assert curl(gateway.url() + CHAT, chat_body(CLEAN)).status in (502, 503)
        assert impostor.saw_nothing


def test_a_certificate_for_another_name_gets_nothing(start, authority):
    with Provider("other", authority.issue("api.other.test")) as other:
        other.always(say("never"))
        urls = {name: other.url("api.foreign.test") for name in ("foreign", "foreign-messages", "home-chat", "home-messages")}
        gateway = start(destinations=urls, upstream_ca=authority.ca)
        assert curl(gateway.url() + CHAT, chat_body(CLEAN)).status in (502, 503)
        assert other.saw_nothing


# --- bodies ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("size", [300_000, 20_000_000])
@pytest.mark.parametrize("options", [["--http1.1"], ["--http2-prior-knowledge"]], ids=["h1", "h2c"])
def test_large_bodies_pass_byte_for_byte(gateway, foreign, size, options):
    foreign.answers(say("ok"))
    body = chat_body("Tides of the sea. " * (size // 18))
    assert curl(gateway.url() + CHAT, body, (), *options).status == 200
    assert foreign.only.body == body


def test_one_person_in_twenty_megabytes(gateway, foreign):
    foreign.answers(say("ok"))
    body = chat_body("Tides of the sea. " * 1_000_000 + EMAIL + " and again tides." * 10)
    assert curl(gateway.url() + CHAT, body).status == 200
    assert EMAIL.encode() not in foreign.only.body and len(foreign.only.body) > 17_000_000


def test_a_large_answer_passes(gateway, foreign):
    script = say("Tides of the sea. " * 600_000)
    foreign.answers(script)
    reply = curl(gateway.url() + CHAT, chat_body(CLEAN))
    assert reply.body == script(foreign.only).body


def test_a_body_over_the_bound_is_refused_and_nothing_leaves(start, foreign):
    gateway = start(limits=limits(body=1 << 20))
    reply = curl(gateway.url() + CHAT, chat_body("x" * (1 << 20)))
    assert reply.status == 413 and find(json.loads(reply.body), "code")
    assert foreign.saw_nothing
    foreign.answers(say("ok"))
    assert curl(gateway.url() + CHAT, chat_body("x" * 1000)).status == 200


def test_chunked_request_bodies(gateway, foreign):
    foreign.answers(say("ok"))
    body = chat_body(f"{CLEAN} {EMAIL}")
    assert curl(gateway.url() + CHAT, body, [("transfer-encoding", "chunked")]).status == 200
    assert EMAIL.encode() not in foreign.only.body and foreign.only.header("content-length") == str(len(foreign.only.body))


def test_expect_100_continue_is_answered_before_the_body(gateway, foreign):
    foreign.answers(say("ok"))
    body = chat_body(CLEAN)
    with Talk(gateway.address()) as talk:
        talk.send(request(body, headers=[("expect", "100-continue")])[: -len(body)])
        assert talk.until(b"\r\n\r\n").startswith(b"HTTP/1.1 100")
        talk.send(body)
        assert talk.reply().status == 200
    assert foreign.only.header("expect") is None and foreign.only.body == body


ENCODERS = {
    "gzip": gzip.compress,
    "br": brotli.compress,
    "zstd": lambda data: zstandard.ZstdCompressor().compress(data),
    "deflate": zlib.compress,
}


@pytest.mark.parametrize("encoding", ENCODERS)
def test_compressed_requests_are_read_and_leave_decoded(gateway, foreign, encoding):
    foreign.answers(echo())
    text = f"Write to {EMAIL}"
    reply = curl(gateway.url() + CHAT, ENCODERS[encoding](chat_body(text)), [("content-encoding", encoding)])
    assert json.loads(reply.body)["choices"][0]["message"]["content"] == text
    assert foreign.only.header("content-encoding") is None
    assert EMAIL not in last_user_text(foreign.only)


@pytest.mark.parametrize("encoding", ENCODERS)
def test_a_decompression_bomb_is_refused(gateway, foreign, encoding):
    bomb = ENCODERS[encoding](chat_body("a" * 200_000_000))
    reply = curl(gateway.url() + CHAT, bomb, [("content-encoding", encoding)])
    assert reply.status in (400, 413)
    assert foreign.saw_nothing


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd", "deflate", "compress", "gzip, gzip", "x-unknown"])
def test_what_cannot_be_decoded_is_refused(gateway, foreign, encoding):
    reply = curl(gateway.url() + CHAT, b"this is not compressed at all", [("content-encoding", encoding)])
    assert reply.status in (400, 415)
    assert foreign.saw_nothing


def test_a_compressed_answer_is_read_too(gateway, foreign):
    """Asked for or not: an answer that could not be read could not be restored."""
    foreign.always(gzipped(echo(every=3)))
    text = f"Write to {EMAIL}"
    reply = curl(gateway.url() + CHAT, chat_body(text), (), "--compressed")
    assert json.loads(reply.body)["choices"][0]["message"]["content"] == text
    assert joined(curl(gateway.url() + CHAT, chat_body(text, stream=True), (), "--compressed").body) == text


# --- connections ----------------------------------------------------------------------------------------------------
def test_connections_are_kept_and_reused_on_both_sides(gateway, foreign):
    foreign.always(say("ok"))
    with Talk(gateway.address()) as talk:
        for _ in range(5):
            talk.send(request(chat_body(CLEAN)))
            assert talk.reply().status == 200
    assert len({seen.connection for seen in foreign.wait(5)}) == 1


def test_an_idle_connection_that_the_provider_closed_is_not_an_error(gateway, foreign):
    foreign.always(say("ok"))
    for _ in range(5):
        assert curl(gateway.url() + CHAT, chat_body(CLEAN)).status == 200
        foreign.drop_idle()


def test_a_provider_that_closes_after_each_answer_is_not_an_error(gateway, foreign):
    foreign.always(changed(say("ok"), close_after=True))
    assert [curl(gateway.url() + CHAT, chat_body(CLEAN)).status for _ in range(5)] == [200] * 5


@pytest.mark.parametrize("stream", [False, True])
def test_a_client_that_leaves_stops_the_provider(gateway, foreign, stream):
    body = chat_body(CLEAN, stream=stream)
    doors = {"piece2": Gate()} if stream else {"head": Gate()}
    foreign.answers(held(say("abc", every=1), **doors))
    with Talk(gateway.address()) as talk:
        talk.send(request(body))
        seen = foreign.only
        if stream:
            talk.until(b"\r\n\r\n")
    assert seen.gone.wait(10), "the provider still writes although nobody listens"


def test_an_h2_client_that_resets_its_stream_stops_the_provider(over_tls, abroad, authority):
    abroad.reset()
    abroad.answers(held(say("abc", every=1), piece2=Gate()))
    with pytest.raises(CurlFailed):
        curl(over_tls.url("secure", "https") + CHAT, chat_body(CLEAN, stream=True), (), "--cacert", str(authority.ca), "--max-time", "1")
    assert abroad.only.gone.wait(10)


def test_events_flow_as_they_come(gateway, foreign):
    """Ten events, each released only after the one before the last has arrived at the client: one word may wait for the next."""
    gates = [Gate() for _ in range(10)]
    doors = {f"piece{number + 1}": gate for number, gate in enumerate(gates)}
    words = [letter * 4 for letter in "abcdefghij"]
    foreign.answers(held(say("".join(f"{word} " for word in words), every=5), **doors))
    with Talk(gateway.address()) as talk:
        talk.send(request(chat_body(CLEAN, stream=True)))
        talk.until(b'"content":""')
        gates[0].open()
        for gate, word in zip(gates[1:], words):
            gate.open()
            talk.until(b'"content":"%s "' % word.encode())


def test_hop_by_hop_of_the_answer_stays_behind(gateway, foreign):
    headers = [("x-request-id", "r1"), ("proxy-authenticate", "Basic"), ("connection", "x-drop"), ("x-drop", "1"), ("upgrade", "h3")]
    foreign.answers(with_headers(raw(b'{"choices":[]}'), *headers))
    reply = curl(gateway.url() + CHAT, chat_body(CLEAN))
    assert reply.header("x-request-id") == "r1"
    for name in ("proxy-authenticate", "x-drop", "upgrade"):
        assert reply.header(name) is None
