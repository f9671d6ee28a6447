"""Recorded traffic of many providers through the whole gateway: each request and each answer byte for byte.

The recordings are third-party data beside the repository (`../shared/eval/api_bodies`); without them this file is skipped.
"""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from support.answers import cut_bytes, raw
from support.gateway import ROOT, Gateway
from support.house import settings_for
from support.load import request as written
from support.provider import Provider
from support.wire import Talk

RECORDED = ROOT.parent / "shared" / "eval" / "api_bodies"
PATHS = {"/chat/completions": "/v1/chat/completions", "/v1/messages": "/v1/messages"}
TYPES = {"json": "application/json", "sse": "text/event-stream"}


def interactions() -> list[dict]:
    if not (RECORDED / "index.json").exists():
        return []
    found = []
    for meta in json.loads((RECORDED / "index.json").read_text()):
        path = next((ours for ending, ours in PATHS.items() if meta["path"].endswith(ending)), None)
        if path and meta["method"] == "POST" and meta["request_kind"] == "json" and meta["response_kind"] in TYPES:
            found.append({**meta, "ours": path})
    return found


ALL = interactions()
pytestmark = pytest.mark.skipif(not ALL, reason="no recordings beside the repository")


def body_of(meta: dict, part: str) -> bytes:
    return Path(RECORDED, f"{meta['id']}.{part}.{meta[part + '_kind']}").read_bytes()


@pytest.fixture(scope="module")
def replay(tmp_path_factory, ended):
    with Provider("recorded") as provider:
        gateway = Gateway(settings_for(provider, provider, policy="everything"), tmp_path_factory.mktemp("replay"))
        with gateway:
            yield gateway, provider
        ended.add(gateway)


@pytest.mark.parametrize("meta", ALL, ids=[meta["id"] for meta in ALL])
def test_a_recorded_exchange_passes_untouched(replay, meta):
    gateway, provider = replay
    provider.reset()
    request, answer = body_of(meta, "request"), body_of(meta, "response")
    script = raw(answer, meta["status"], TYPES[meta["response_kind"]])
    if meta["response_kind"] == "sse":
        chance = random.Random(meta["id"])
        script = cut_bytes(script, *(chance.randrange(len(answer)) for _ in range(20)))
    provider.answers(script)

    with Talk(gateway.address()) as talk:
        talk.send(written(request, meta["ours"]))
        reply = talk.reply()

    assert reply.status == meta["status"], reply.body[:300]
    assert provider.only.body == request
    assert reply.body == answer


def test_there_are_enough():
    assert len(ALL) > 150
