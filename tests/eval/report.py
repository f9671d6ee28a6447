"""What scoring a set needs and answers with."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import maps
from scan import Case, Scanner, load


@dataclass
class Figure:
    name: str
    value: float | None
    bar: float | None = None
    at_most: bool = False
    note: str = ""

    @property
    def met(self) -> bool | None:
        if self.bar is None or self.value is None:
            return None
        return self.value <= self.bar if self.at_most else self.value >= self.bar


@dataclass
class Report:
    """One set: its figures, per label true, false and missed, and the numbers of rows that developers may look at."""

    set: str
    figures: list[Figure] = field(default_factory=list)
    labels: dict[str, dict] = field(default_factory=dict)
    rows: dict[str, dict[str, list[int]]] = field(default_factory=dict)


@dataclass
class Bench:
    """What all sets need."""

    scanner: Scanner
    shared: Path
    known: list[maps.Detector]
    level: str
    wants_rows: bool = False

    @property
    def scorer(self) -> Path:
        return self.shared / "eval" / "score.py"

    def case(self, name: str) -> tuple[Case, maps.Map]:
        book = maps.maps()[name]
        rows = load(self.shared / "eval" / "detection" / f"{name}.jsonl")
        # What no row of the table fits is left out here; `score` says so and the check fails.
        table = {"gold": book.gold, "pred": {d.id: None for d in self.known} | book.labels(self.known)[0]}
        return Case(rows, self.scanner.spans([row["text"] for row in rows]), table), book


def show(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def mean(values) -> float | None:
    values = list(values)
    return sum(values) / len(values) if values else None
