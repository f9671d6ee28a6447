"""The evasion suite of `tests/eval/evasion`, case by case: what is hidden, where, and how it is written."""

from __future__ import annotations

import importlib.util
import json
import unicodedata
from dataclasses import dataclass

from .gateway import ROOT

_spec = importlib.util.spec_from_file_location("evasion", ROOT / "tests" / "eval" / "evasion" / "generate.py")
_suite = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_suite)


@dataclass(frozen=True)
class Case:
    technique: str
    detector: str
    text: str
    place: tuple[int, int]  # The characters of the text that say the value.

    def shown(self, spans: list[tuple[int, int]]) -> str:
        """What of the hidden value lies outside of these spans, beside marks that nobody sees or that belong to a letter."""
        kept = [at for at in range(*self.place) if not any(start <= at < end for start, end in spans)]
        return "".join(self.text[at] for at in kept if unicodedata.category(self.text[at]) not in ("Mn", "Me", "Cf"))


def cases() -> list[Case]:
    """Every value in every technique that fits it."""
    found = []
    for technique, (write, only) in _suite.ON_VALUE.items():
        for detector, before, value, after in _suite.VALUES:
            if only is None or detector in only:
                hidden = write(value)
                place = len(before), len(before) + len(hidden)
                found.append(Case(technique, detector, before + hidden + after, place))
    for technique, write in _suite.ON_WHOLE.items():
        for detector, before, value, after in _suite.VALUES:
            text = write(before + value + after)
            found.append(Case(technique, detector, text, _place(write, text, before, value, after)))
    return found


def _place(write, text: str, before: str, value: str, after: str) -> tuple[int, int]:
    """Where a hidden sentence says its value; all of it where letters do not stand for themselves."""
    if text == write(before) + write(value) + write(after):
        return len(write(before)), len(text) - len(write(after))
    in_json = json.dumps(json.dumps("".join(f"\\u{ord(c):04x}" for c in value))[1:-1])[1:-1]
    start, said = max((text.find(said), said) for said in (value, in_json))
    return (start, start + len(said)) if start >= 0 else (0, len(text))


def clean() -> list[tuple[str, str]]:
    """Technique and text: texts without a value, in every technique."""
    techniques = {name: write for name, (write, _) in _suite.ON_VALUE.items() if name not in _suite.NOT_CLEAN}
    return [(name, write(text)) for name, write in (techniques | _suite.ON_WHOLE).items() for text in _suite.CLEAN]
