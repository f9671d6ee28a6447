"""What is found in a text, by the command line and by the gateway's records, in one form."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from dataclasses import dataclass

from . import journal
from .config import SHIPPED
from .contract import METRIC_EXCHANGES, exchange, find
from .crowd import MASK
from .gateway import Gateway, command
from .wire import Reply

DETECTORS = SHIPPED.parent / "detectors"


def examples(field: str) -> list[str]:
    """The examples (or `counter_examples`) of every detector that we ship, each once."""
    rules = [rule for file in sorted(DETECTORS.glob("*.toml")) for rule in tomllib.loads(file.read_text()).get("detector", [])]
    texts = [text for rule in rules for text in rule.get(field, [])]
    return list(dict.fromkeys(text.replace("{|}", "").replace("{{", "").replace("}}", "") for text in texts))


@dataclass(frozen=True)
class Found:
    detector: str
    level: str
    start: int  # Bytes.
    end: int

    @property
    def kind(self) -> tuple[str, str]:
        return self.detector, self.level


def scanned(texts: list[str]) -> list[list[Found]]:
    """What `seawall scan` finds in each, down to the least level."""
    done = command("scan", "--jsonl", "--level", "possible", stdin="".join(json.dumps({"text": text}) + "\n" for text in texts))
    assert done.returncode == 0, done.stderr
    return [found(json.loads(line)) for line in done.stdout.splitlines()]


def found(line: dict) -> list[Found]:
    return [Found(span["type"], level(span["score"]), span["s"], span["e"]) for span in line["spans"]]


def level(score: float) -> str:
    return "possible" if score < 0.5 else "likely" if score < 0.8 else "confirmed"


def masked(text: str, findings: list[Found]) -> str:
    """The text as the policy `all-found` lets it through: possible findings count where something surer does."""
    if all(one.level == "possible" for one in findings):
        return text
    said, out, at = text.encode(), b"", 0
    for one in findings:
        out += said[at : one.start] + MASK.encode()
        at = one.end
    return (out + said[at:]).decode()


def in_requests(gateway: Gateway, numbers: range) -> dict[int, Counter[tuple[str, str, int]]]:
    """By number, detector, level and length in bytes of what the decision records tell."""
    records = gateway.decisions()
    secret = bytes.fromhex((gateway.file.parent / "secret").read_text().strip())
    names = {journal.keyed_model(secret, records[0]["keyed"]["period"], f"case-{number:06d}"): number for number in numbers}
    told = {}
    for record in records:
        if (number := names.get(record.get("model"))) is not None:
            listed = find(record["findings"], "listed") or []
            told[number] = Counter((one["detector"], one["level"], *one["lengths"]) for one in listed)
    return told


def in_answers(gateway: Gateway, replies: list[Reply]) -> list[Counter[tuple[str, str]]]:
    """Detector and level of what the outcome records tell of each answer."""
    asked = [reply.header("seawall-exchange") for reply in replies]
    outcomes = {exchange(record): record for record in gateway.outcomes(int(gateway.metric(METRIC_EXCHANGES)))}
    counted = [find(outcomes[one].get("findings", {}), "counted") or [] for one in asked]
    return [Counter({(group["detector"], group["level"]): group["count"] for group in groups}) for groups in counted]
