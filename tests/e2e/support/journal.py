"""Questions about a finished gateway's journal: is it whole, and does every decision come out the same again?"""

from __future__ import annotations

import hashlib
import hmac
import json

from . import contract
from .gateway import Gateway, command
from .provider import Provider


def unrecorded(gateway: Gateway, *providers: Provider) -> list[str]:
    """Models of requests whose bytes reached a provider without a decision record that names them. `load` gives each
    request a model of its own."""
    decisions = gateway.decisions()
    recorded = {record.get("model") for record in decisions}
    periods = {record["keyed"]["period"] for record in decisions}
    secret = bytes.fromhex((gateway.file.parent / "secret").read_text().strip())
    models = [seen.json["model"] for provider in providers for seen in provider.requests]
    return [model for model in models if recorded.isdisjoint({model, *(keyed_model(secret, period, model) for period in periods)})]


def keyed_model(secret: bytes, period: str, model: str) -> str:
    """How a record names a model that the policy does not know: a client can write anything there."""
    mac = hmac.new(secret, digestmod=hashlib.sha256)
    for part in (b"seawall.pseudonym/1", b"model", b"", period.encode(), model.encode()):
        mac.update(len(part).to_bytes(8, "big") + part)
    return "keyed:" + mac.hexdigest()[:32]


def assert_whole(gateway: Gateway) -> None:
    done = gateway.verify()
    assert done.returncode == 0, f"journal verify said no:\n{done.stdout}{done.stderr}"


def assert_distinct(records: list[dict]) -> None:
    """No two records share an id, by which those who read the journal know a record again."""
    ids = [record["id"] for record in records]
    twice = sorted({id for id in ids if ids.count(id) > 1}) if len(set(ids)) < len(ids) else []
    assert not twice, f"{len(twice)} ids stand for several records: {twice[:5]}"


def judged_differently(gateway: Gateway, records: list[dict]) -> list[str]:
    """Judges every decision again, offline; returns the exchanges whose decision came out otherwise."""
    if not records:
        return []
    lines = "\n".join(json.dumps(record) for record in records)
    done = command("judge", "--policies", str(gateway.kept_policies), "--record", "-", stdin=lines)
    *judged, summary = done.stdout.splitlines() or [""]
    different = [line for line in judged if '"identical":false' in line]
    if done.returncode:
        return [f"exit {done.returncode}: {done.stderr[:500]}", *different]
    told = json.loads(summary)
    assert told["identical"] + told["refused_before_decision"] == len(records), f"of {len(records)} records {told} were judged"
    return different
