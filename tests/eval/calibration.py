"""What a level is worth: of the findings that stand at a level and no higher, how many are right, set by set."""

from __future__ import annotations

from clean import BARS, cut
from report import Bench
from scan import LEVELS

SPANS = ["presidio_recognizers", "presidio_research", "meddocan_es", "thai_pii_gold", "pii_syn_nano_en"]
"""The sets whose authors marked what is in a text; in the first only findings of a row's own entity count."""


def bands(counts: dict[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
    """From right and false at a level or above to right and false at that level alone."""
    names = list(LEVELS)
    above = {name: counts.get(following, (0, 0)) for name, following in zip(names, [*names[1:], ""])}
    return {name: (counts[name][0] - above[name][0], counts[name][1] - above[name][1]) for name in names}


def of_spans(bench: Bench, name: str) -> dict[str, tuple[int, int]]:
    case, _ = bench.case(name)
    scores = {level: case.score(bench.scorer, level)["_micro"] for level in LEVELS}
    return bands({level: (scored["tp"], scored["fp"]) for level, scored in scores.items()})


def of_secrets(bench: Bench) -> dict[str, tuple[int, int]]:
    """Rows by their surest finding of a credential: right if the row's rule must fire. A row that must not fire may still hold another secret."""
    case, _ = bench.case("secrets")
    secret = {id for id, label in case.map["pred"].items() if label == "SECRET"}
    counts = {level: [0, 0] for level in LEVELS}
    for row, found in zip(case.rows, case.found):
        best = max((f["score"] for f in found if f["type"] in secret), default=None)
        if best is not None and row.get("kind") != "identifier":
            counts[max((level for level in LEVELS if LEVELS[level] <= best), key=LEVELS.get)][not row["expect"]] += 1
    return {level: tuple(pair) for level, pair in counts.items()}


def of_corpora(bench: Bench) -> dict[str, dict[str, float]]:
    """Findings per MB of clean text at each level; some of them are right all the same."""
    out = {}
    for kind in BARS:
        texts = [piece for path in sorted((bench.shared / "eval" / "corpora" / kind).glob("*")) for piece in cut(path.read_text(encoding="utf-8", errors="replace"))]
        scores = [f["score"] for found in bench.scanner.spans(texts) for f in found]
        size = sum(len(text.encode()) for text in texts)
        counts = {level: (0, sum(1 for score in scores if score >= least)) for level, least in LEVELS.items()}
        out[kind] = {level: hits / size * 1e6 for level, (_, hits) in bands(counts).items()}
    return out


def table(bench: Bench) -> None:
    """Prints right of all at each level, and hits per MB of clean text."""
    print(f"{'':24}" + "".join(f"{level:>20}" for level in LEVELS))
    rows = {name: of_spans(bench, name) for name in SPANS} | {"secrets": of_secrets(bench)}
    for name, counts in rows.items():
        cells = (f"{right / (right + false):.3f} of {right + false}" if right + false else "-" for right, false in (counts[level] for level in LEVELS))
        print(f"{name:24}" + "".join(f"{cell:>20}" for cell in cells))
    for kind, rates in of_corpora(bench).items():
        print(f"{kind + ', hits per MB':24}" + "".join(f"{rates[level]:>20.1f}" for level in LEVELS))
