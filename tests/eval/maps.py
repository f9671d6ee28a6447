"""From detector ids to a set's labels: `<set>.map.json`, and what such a map lacks.

A map is what `score.py` takes (`gold`, `pred`) and the table that `pred` is generated from. A row of the table fits a detector if
all it names fit: `id` and `family` (patterns with `*`), `country` (codes), `country_not` (codes; a detector without a country never
fits). The first row that fits gives the label; `{country}` stands for the detector's country, null for "not labelled in this set".
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
RULES = ROOT / "rules" / "detectors"


@dataclass(frozen=True)
class Detector:
    id: str
    family: str
    country: str | None
    file: str


def detectors(rules: Path = RULES) -> list[Detector]:
    """All detectors of the rule files, by id."""
    found = []
    for path in sorted(rules.glob("*.toml")):
        book = tomllib.loads(path.read_text(encoding="utf-8"))
        for entry in book.get("detector", []):
            found.append(Detector(entry["id"], entry["family"], entry.get("country", book.get("country")), path.name))
    return sorted(found, key=lambda detector: detector.id)


def shared() -> Path | None:
    """The folder `shared` beside the repository, or beside a folder that the repository lies in."""
    for parent in ROOT.parents:
        if (parent / "shared" / "eval" / "detection").is_dir():
            return parent / "shared"
    return None


def fits(row: dict, detector: Detector) -> bool:
    if "id" in row and not any(fnmatchcase(detector.id, pattern) for pattern in row["id"]):
        return False
    if "family" in row and not any(fnmatchcase(detector.family, pattern) for pattern in row["family"]):
        return False
    if "country" in row and detector.country not in row["country"]:
        return False
    return "country_not" not in row or (detector.country is not None and detector.country not in row["country_not"])


class Map:
    """One `<set>.map.json`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.set = path.name.removesuffix(".map.json")
        self.whole = json.loads(path.read_text(encoding="utf-8"))
        self.gold: dict[str, str | None] = self.whole["gold"]
        self.ignored: dict[str, str] = self.whole.get("ignored", {})
        self.core: list[str] = self.whole.get("core", [])

    def labels(self, known: list[Detector]) -> tuple[dict[str, str | None], list[Detector]]:
        """The label of each detector, and the detectors that no row of the table fits."""
        pred, lacking = {}, []
        for detector in known:
            row = next((row for row in self.whole["table"] if fits(row, detector)), None)
            if row is None:
                lacking.append(detector)
            else:
                label = row["label"]
                pred[detector.id] = label and label.replace("{country}", detector.country or "none")
        return pred, lacking

    def problems(self, known: list[Detector], gold_labels: set[str]) -> list[str]:
        """What is missing or not allowed; `gold_labels` are those that occur in the set (empty when the set is absent)."""
        pred, lacking = self.labels(known)
        name = self.path.name
        out = [f"{name}: no row of the table fits {d.id} (family {d.family}, country {d.country or 'none'}, {d.file})" for d in lacking]
        out += [f"{name}: the set's label {label} is not in gold" for label in sorted(gold_labels - self.gold.keys())]
        null = {label for label, to in self.gold.items() if to is None}
        out += [f"{name}: gold label {label} is null but not on the list of ignored ones, with a reason" for label in sorted(null - self.ignored.keys())]
        out += [f"{name}: {label} is on the list of ignored labels but not null in gold" for label in sorted(self.ignored.keys() - null)]
        if not lacking and pred != self.whole["pred"]:
            ids = sorted(id for id in pred.keys() | self.whole["pred"].keys() if pred.get(id, "absent") != self.whole["pred"].get(id, "absent"))
            out.append(f"{name}: pred is not what the table gives for {', '.join(ids)}; run `tests/eval/score --write-maps`")
        return out

    def write(self, known: list[Detector]) -> None:
        """Generates `pred` anew and writes the file, one entry a line."""
        self.whole["pred"] = self.labels(known)[0]
        sections = [f" {json.dumps(key)}: {laid_out(value)}" for key, value in self.whole.items()]
        self.path.write_text("{\n" + ",\n".join(sections) + "\n}\n", encoding="utf-8")


def laid_out(value: object) -> str:
    """JSON with one line for each entry of the outermost container."""
    if isinstance(value, dict) and value:
        rows = [f"  {json.dumps(key, ensure_ascii=False)}: {json.dumps(entry, ensure_ascii=False)}" for key, entry in value.items()]
        return "{\n" + ",\n".join(rows) + "\n }"
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n" + ",\n".join(f"  {json.dumps(row, ensure_ascii=False)}" for row in value) + "\n ]"
    return json.dumps(value, ensure_ascii=False)


def maps() -> dict[str, Map]:
    return {one.set: one for one in map(Map, sorted(HERE.glob("*.map.json")))}


def gold_labels(name: str, folder: Path | None) -> set[str]:
    """The labels that occur in a set; empty when it is not there or has none."""
    path = folder and folder / "eval" / "detection" / f"{name}.jsonl"
    if path is None or not path.exists():
        return set()
    labels = set()
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if "entity" in row:
            labels.add(row["entity"])
        elif "module" in row:
            labels |= {row["module"]} if row["kind"] in PERSONAL else set()
        else:
            labels |= {span["type"] for span in row.get("spans", [])}
    return labels


PERSONAL = ("person", "both")
"""The kinds of stdnum modules that identify people, or people and companies alike."""
