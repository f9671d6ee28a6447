"""Hits on clean text."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

from report import Bench, Figure, Report
from scan import LEVELS

CHUNK = 1 << 16
BARS = {"prose": 2.0, "chat": 5.0, "code": 10.0}


def corpora(bench: Bench) -> Report:
    """Hits per MB (10^6 bytes) on clean text; each language of prose for itself."""
    groups: dict[str, list[Path]] = defaultdict(list)
    for path in sorted((bench.shared / "eval" / "corpora").glob("*/*")):
        kind = path.parent.name
        groups[f"{kind} {path.name.split('_')[0]}" if kind == "prose" else kind].append(path)
    report = Report("corpora")
    for name in sorted(groups, key=lambda name: (list(BARS).index(name.split()[0]) if name.split()[0] in BARS else 9, name)):
        texts = [chunk for path in groups[name] for chunk in cut(path.read_text(encoding="utf-8", errors="replace"))]
        size = sum(len(text.encode()) for text in texts)
        kinds = Counter(f["type"] for found in bench.scanner.spans(texts) for f in found if f["score"] >= LEVELS[bench.level])
        hits = sum(kinds.values())
        note = f"{hits} in {size / 1e6:.2f} MB" + "".join(f", {kind} {count}" for kind, count in kinds.most_common(5))
        report.figures.append(Figure(f"{name}, hits per MB", hits / size * 1e6, BARS.get(name.split()[0]), at_most=True, note=note))
        for kind, count in kinds.items():
            entry = report.labels.setdefault(f"{kind} in {name.split()[0]}", {"tp": 0, "fp": 0, "fn": 0})
            entry["fp"] += count
    return report


def cut(text: str) -> list[str]:
    """The text in pieces that end at an end of line."""
    pieces, piece, size = [], [], 0
    for line in text.splitlines(keepends=True):
        piece.append(line)
        size += len(line)
        if size >= CHUNK:
            pieces.append("".join(piece))
            piece, size = [], 0
    return [*pieces, "".join(piece)] if piece else pieces
