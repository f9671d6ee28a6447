"""Runs the scanner: texts in, spans out, and spans through `score.py`."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import maps

LEVELS = {"possible": 0.0, "likely": 0.5, "confirmed": 0.8}
"""The least score of each level, as `detect::Finding::score` says."""


def binary() -> Path | None:
    """`SEAWALL`, or the release build."""
    named = os.environ.get("SEAWALL")
    target = Path(os.environ.get("CARGO_TARGET_DIR", maps.ROOT / "target"))
    candidate = Path(named) if named else target / "release" / "seawall"
    return candidate if candidate.is_file() else None


@dataclass
class Scanner:
    """A binary that answers `{"text": …}` with `{"spans": […]}`, and the rules that it is asked to read."""

    command: list[str]
    kept: dict[int, list[list[dict]]] = field(default_factory=dict)

    @staticmethod
    def of(spans: Path | None, rules: Path | None) -> "Scanner":
        if spans:
            return Scanner([str(spans), "--offsets", "char", "--level", "possible", "--rules", str(rules or maps.RULES)])
        seawall = binary()
        if seawall is None:
            raise SystemExit("no binary: build `seawall`, name one in SEAWALL, or give --spans")
        more = ["--detectors", str(rules)] if rules else []
        return Scanner([str(seawall), "scan", "--jsonl", "--offsets", "char", "--level", "possible", *more])

    def spans(self, texts: list[str]) -> list[list[dict]]:
        """The findings of every level, for each text; the same texts are scanned once."""
        asked = "".join(json.dumps({"text": text}) + "\n" for text in texts).encode()
        if (key := hash(asked)) not in self.kept:
            self.kept[key] = self.scanned(asked, len(texts))
        return self.kept[key]

    def scanned(self, asked: bytes, count: int) -> list[list[dict]]:
        done = subprocess.run(self.command, input=asked, stdout=subprocess.PIPE, check=True)
        answers = [json.loads(line)["spans"] for line in done.stdout.decode().splitlines()]
        if len(answers) != count:
            raise SystemExit(f"{self.command[0]}: {len(answers)} answers to {count} texts")
        return answers


@dataclass
class Case:
    """A labelled set as the scorer takes it, and what was found in it."""

    rows: list[dict]
    found: list[list[dict]]
    map: dict = field(default_factory=lambda: {"gold": {}, "pred": {}})

    def only(self, keep) -> "Case":
        """The rows that `keep` accepts."""
        kept = [(row, found) for row, found in zip(self.rows, self.found) if keep(row)]
        return Case([row for row, _ in kept], [found for _, found in kept], self.map)

    def score(self, scorer: Path, level: str, *options: str) -> dict:
        """What `score.py` reports at a level. Nothing of it is kept on disk."""
        with tempfile.TemporaryDirectory() as folder:
            gold, pred, table, out = (Path(folder) / name for name in ("gold", "pred", "map", "out"))
            gold.write_text("".join(json.dumps(row) + "\n" for row in self.rows), encoding="utf-8")
            pred.write_text("".join(json.dumps({"spans": spans}) + "\n" for spans in self.found), encoding="utf-8")
            table.write_text(json.dumps(self.map), encoding="utf-8")
            subprocess.run(
                ["python3", str(scorer), str(gold), str(pred), "--map", str(table), "--out", str(out), "--quiet",
                 "--min-score", str(LEVELS[level]), *options],
                check=True, stdout=subprocess.DEVNULL,
            )
            return json.loads(out.read_text(encoding="utf-8"))

    def types_by_row(self, scorer: Path, level: str, kinds: list[str], *options: str) -> dict[str, dict[str, list[int]]]:
        """For each label the numbers of the rows (from 1) with misses and with false findings."""
        numbered = Case([{**row, "row": number} for number, row in enumerate(self.rows, 1)], self.found, self.map)
        out: dict[str, dict[str, list[int]]] = defaultdict(dict)
        for kind in kinds:
            by = numbered.score(scorer, level, "--by", "row", "--types", kind, *options)["by"]
            for what in ("fn", "fp"):
                out[kind][what] = [int(row) for row, counts in by.items() if counts.get(what)]
        return out


def load(path: Path) -> list[dict]:
    """The rows of a set; literals that are stored in parts are put together."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    for row in rows:
        if "parts" in row and "text" not in row:
            row["text"] = "".join(row["parts"])
    return rows
