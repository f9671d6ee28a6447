"""Searches everything the gateway says, writes or sends for values that must not be there."""

from __future__ import annotations

import json
from pathlib import Path

from .gateway import Gateway
from .provider import Provider
from .values import spellings


def outputs(gateway: Gateway, collector=None) -> dict[str, bytes]:
    """Our own outputs by name: terminal, metrics, health, journal as files and as exported, telemetry as received."""
    found = {
        "stdout and stderr": gateway.said.encode(),
        "journal export": json.dumps(gateway.records(), ensure_ascii=False).encode(),
    }
    for path in sorted(Path(gateway.journal_dir).rglob("*")):
        if path.is_file():
            found[f"journal file {path.name}"] = path.read_bytes()
    if gateway.process.running:
        for page in ("/metrics", "/healthz", "/readyz"):
            found[page] = gateway.admin(page)[1].encode()
    if collector:
        found["telemetry"] = collector.everything
    return found


def leaked(planted: dict[str, str], where: dict[str, bytes]) -> list[str]:
    """Names of planted values and the output each was found in. Never the value itself: a test report is an output too."""
    lowered = {name: data.lower() for name, data in where.items()}
    return [
        f"{label} in {name}"
        for label, value in planted.items()
        for name, data in lowered.items()
        if any(form.lower() in data for form in spellings(value))
    ]


def upstream(provider: Provider) -> dict[str, bytes]:
    """What a provider received: raw, and once more with all JSON strings joined, so a value split over parts is whole again."""
    joined = b"\n".join(_strings(seen.body) for seen in provider.requests)
    return {f"bytes to {provider.name}": provider.everything, f"joined texts to {provider.name}": joined}


def _strings(body: bytes) -> bytes:
    try:
        value = json.loads(body)
    except ValueError:
        return b""
    found: list[str] = []

    def walk(node) -> None:
        if isinstance(node, str):
            found.append(node)
            if node[:1] in "{[":
                try:
                    walk(json.loads(node))
                except ValueError:
                    pass
        elif isinstance(node, dict):
            for key, item in node.items():
                found.append(key)
                walk(item)
        elif isinstance(node, list):
            for item in node:
                walk(item)

    walk(value)
    return "".join(text for text in found if text not in ("text", "user", "type")).encode()


def assert_none(planted: dict[str, str], gateway: Gateway, *providers: Provider, collector=None) -> None:
    places = outputs(gateway, collector)
    for provider in providers:
        places |= upstream(provider)
    found = leaked(planted, places)
    assert not found, "leaked: " + "; ".join(found)
