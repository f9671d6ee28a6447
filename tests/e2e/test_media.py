"""What nobody read stays here: under the policy that we ship, no picture, sound or file reaches the market, however it is spelt."""

from __future__ import annotations

import base64
import json
import random

import pytest

from support.answers import say
from support.config import Route
from support.wire import curl

BYTES = base64.b64encode(random.Random(7).randbytes(6000)).decode()
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + random.Random(8).randbytes(3000)).decode()
HEAD, TAIL = BYTES[:100], BYTES[100:]
SPELT = {
    "clean": BYTES, "space": f"{HEAD} {TAIL}", "junk": f"{HEAD}!{TAIL}", "leading space": f" {BYTES}", "trailing tab": f"{BYTES}\t",
    "bad length": BYTES + "QUJ", "data url": f"data:image/png;base64,{BYTES}",
}  # fmt: skip
FAR = {f"z{n}": 1 for n in range(70)}


def source(data, **before):
    return {**before, "type": "base64", "media_type": "image/png", "data": data}


BLOCKS = {
    "messages": {
        **{f"picture, {how}": {"type": "image", "source": source(data)} for how, data in SPELT.items()},
        **{f"pdf, {how}": {"type": "document", "source": {**source(data), "media_type": "application/pdf"}} for how, data in SPELT.items()},
        "type far away": {"type": "image", "source": source(BYTES, **FAR)},
        "no type": {"type": "image", "source": {"data": BYTES}},
        "type of its own": {"type": "weird", "blob": BYTES},
        "data beside": {"type": "image", "data": PNG},
    },
    "chat/completions": {
        **{f"sound, {how}": {"type": "input_audio", "input_audio": {"data": data, "format": "wav"}} for how, data in SPELT.items()},
        **{f"file, {how}": {"type": "file", "file": {"file_data": data}} for how, data in SPELT.items()},
        **{f"picture, {how}": {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{data}"}} for how, data in SPELT.items()},
        "the other dialect's picture": {"type": "image", "source": source(BYTES)},
        "a block of its own": {"type": "weird", "blob": BYTES[:40]},
        "beside text": {"type": "text", "text": "hi", "blob": BYTES},
        "a picture as text": {"type": "text", "text": PNG},
    },
}
MESSAGES = {
    "images": {"role": "user", "content": "hi", "images": [PNG]},
    "attachments": {"role": "user", "content": "hi", "attachments": [{"file_id": "f1"}]},
    "an unknown field": {"role": "user", "content": "hi", "x": {"y": [BYTES]}},
    "a whole text": {"role": "user", "content": f"data:image/png;base64,{PNG}"},
}
IMAGE = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}"}}
CASES = {
    "Messages": {"Messages": [{"role": "user", "content": [IMAGE]}]},
    "me\u017f\u017fages": {"me\u017f\u017fages": [{"role": "user", "content": [IMAGE]}]},
    "Content": {"messages": [{"role": "user", "content": "hi", "Content": [IMAGE]}]},
    "Image_url": {"messages": [{"role": "user", "content": [{"type": "text", "text": "hi", "Image_url": IMAGE["image_url"]}]}]},
    "Type": {"messages": [{"role": "user", "content": [{**IMAGE, "type": "text", "Type": "image_url", "text": "hi"}]}]},
}


@pytest.fixture
def shipped(start, foreign, home):
    routes = [Route("openai-chat", "openai"), Route("anthropic-messages", "anthropic")]
    gateway = start(policy="default", routes=routes, gateway_keys={})
    foreign.always(say("never"))
    home.always(say("ok"))
    return gateway


def ask(gateway, path, message, **more):
    body = {"model": "m", "messages": [message], **more} | ({"max_tokens": 9} if path == "messages" else {})
    return curl(f"{gateway.url()}/v1/{path}", json.dumps(body).encode())


def test_what_is_not_text_never_reaches_the_market(shipped, foreign, home):
    """One gateway for all of them: what counts is only that nothing arrives abroad."""
    for path, blocks in BLOCKS.items():
        for name, block in blocks.items():
            reply = ask(shipped, path, {"role": "user", "content": [block]})
            assert foreign.saw_nothing, f"{path}: {name} reached the market ({reply.status})"
    for name, message in MESSAGES.items():
        reply = ask(shipped, "chat/completions", message)
        assert foreign.saw_nothing, f"{name} reached the market ({reply.status})"
    assert home.requests, "our own model may see pictures"


def test_a_name_in_another_case_is_refused(shipped, foreign, home):
    for name, fields in CASES.items():
        reply = curl(f"{shipped.url()}/v1/chat/completions", json.dumps({"model": "m", "messages": [], **fields}).encode())
        assert reply.status == 400 and b"two-readings" in reply.body, name
    assert foreign.saw_nothing and home.saw_nothing


def test_text_and_ordinary_unknown_fields_go_on_as_they_came(shipped, foreign):
    body = {
        "model": "m", "maxTokens": 7, "x": {"trace": "a word", "notes": ["data: a word", "x" * 3000]},
        "messages": [{"role": "user", "content": [{"type": "text", "text": "tides", "weight": 0.5}]}],
    }  # fmt: skip
    text = json.dumps(body).encode()
    assert curl(f"{shipped.url()}/v1/chat/completions", text).status == 200
    assert foreign.only.body == text
