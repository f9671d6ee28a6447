"""Questions about a finished gateway's journal: is it whole, and does every decision come out the same again?"""

from __future__ import annotations

import hashlib
import json

from . import contract
from .gateway import Gateway, command
from .provider import Provider, Seen


def covers(record: dict, seen: Seen) -> bool:
    """Whether this decision record speaks of this request: by the digest of the bytes sent, or by the model name,
    which `load` makes unique."""
    text = json.dumps(record)
    return hashlib.sha256(seen.body).hexdigest() in text or json.dumps(seen.json["model"]) in text


def unrecorded(gateway: Gateway, *providers: Provider) -> list[str]:
    """Models of requests whose bytes reached a provider without a decision record that names them."""
    decisions = gateway.decisions()
    return [
        seen.json["model"]
        for provider in providers
        for seen in provider.requests
        if not any(covers(record, seen) for record in decisions)
    ]


def assert_whole(gateway: Gateway) -> None:
    done = gateway.verify()
    assert done.returncode == 0, f"journal verify said no:\n{done.stdout}{done.stderr}"


def judged_differently(gateway: Gateway, records: list[dict]) -> list[str]:
    """Judges each distinct decision again, offline; returns the exchanges whose decision came out otherwise."""
    distinct = {_situation(record): record for record in records}
    if not distinct:
        return []
    lines = "\n".join(json.dumps(record) for record in distinct.values())
    done = command("judge", "--config", str(gateway.file), "--record", "-", stdin=lines)
    if done.returncode == 0:
        return []
    different = [line for line in done.stdout.splitlines() if '"identical":false' in line]
    return [f"exit {done.returncode}: {done.stderr[:500]}", *different]


def _situation(record: dict) -> str:
    """A record without what differs between two alike exchanges: ids, times, digests, positions."""
    def bare(value):
        if isinstance(value, dict):
            return {key: bare(item) for key, item in value.items() if key not in VARYING}
        if isinstance(value, list):
            return [bare(item) for item in value]
        return value

    return json.dumps(bare(record), sort_keys=True)


VARYING = {"id", "exchange", "time", "at", "start", "end", "span", "spans", "sha256", "digest", "bytes", "model", "sequence", "index"}
