"""How each set is read. `notes/detection.md` §9 of the shared folder says what is fair with which.

Each function answers with the figures of one set, and per label what was missed and what was false.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict

import maps
from clean import corpora
from report import Bench, Figure, Report, mean, show
from scan import LEVELS, Case, load


def per_label(scored: dict) -> dict[str, dict]:
    return {label: {key: entry[key] for key in ("tp", "fp", "fn")} for label, entry in scored.items() if isinstance(entry, dict) and not label.startswith("_") and "tp" in entry}


def counting(case: Case, labels: list[str]) -> Case:
    """The same case with these ignored labels counted after all."""
    return Case(case.rows, case.found, {"gold": case.map["gold"] | {label: label for label in labels}, "pred": case.map["pred"]})


def recognizers(bench: Bench) -> Report:
    case, _ = bench.case("presidio_recognizers")
    scored = case.score(bench.scorer, bench.level)
    counted = case.score(bench.scorer, bench.level, "--count-context-required")
    everything = counting(case, ["DATE_TIME", "URL"]).score(bench.scorer, bench.level)
    report = Report("presidio_recognizers", [
        Figure("micro-F1, bare values that need context are don't-care", scored["_micro"]["f1"], 0.98, note=both(scored)),
        Figure("  macro-F1", scored["_macro_f1"]),
        Figure("micro-F1, those counted", counted["_micro"]["f1"], note=both(counted)),
        Figure("micro-F1, DATE_TIME and URL counted too", everything["_micro"]["f1"], note=both(everything)),
    ], per_label(scored))
    if bench.wants_rows:
        report.rows = case.types_by_row(bench.scorer, bench.level, wrong(report.labels))
    return report


def wrong(labels: dict[str, dict]) -> list[str]:
    return [label for label, counts in labels.items() if counts["fn"] or counts["fp"]]


def spans_of(name: str, title: str, bar: float | None = None, *, doubted: str | None = None):
    """A set of spans: its core labels, then all that is labelled; `doubted` is an ignored label that is reported too."""

    def read(bench: Bench) -> Report:
        case, book = bench.case(name)
        core = case.score(bench.scorer, bench.level, "--types", ",".join(book.core))
        report = Report(name, [Figure(f"{title} F1", core["_micro"]["f1"], bar, note=both(core))], per_label(core))
        if doubted:
            more = counting(case, [doubted]).score(bench.scorer, bench.level, "--types", ",".join([*book.core, doubted]))
            report.figures.append(Figure(f"  with {doubted}", more["_micro"]["f1"], note=both(more)))
        whole = case.score(bench.scorer, bench.level)
        beyond = {label: counts for label, counts in per_label(whole).items() if label not in book.core}
        if beyond:
            report.figures.append(Figure(f"  with {', '.join(beyond)}", whole["_micro"]["f1"], note=both(whole)))
        report.labels |= beyond
        if bench.wants_rows:
            report.rows = case.types_by_row(bench.scorer, bench.level, wrong(report.labels))
        return report

    return read


def both(scored: dict) -> str:
    return f"P {show(scored['_micro']['p'])} R {show(scored['_micro']['r'])}"


def contexts(title: str) -> dict[str, str]:
    """How a number may be introduced, from the set's own title `Name, other name (native name, English description).`."""
    plain = title.strip().rstrip(".").replace('"', "")
    names, _, inner = plain.partition(" (")
    inside = inner.rpartition(")")[0].split(", ") if inner else []
    name = names.split(", ")[0]
    return {"name": name, "native name": inside[0] if inside else name, "English description": inside[-1] if inside else name, "whole title": plain}


def stdnum(bench: Bench) -> Report:
    """Personal modules: each number shown alone and introduced in the words of the set's titles; averaged by module."""
    book = maps.maps()["stdnum"]
    table = {"gold": book.gold, "pred": {d.id: None for d in bench.known} | book.labels(bench.known)[0]}
    modules = load(bench.shared / "eval" / "detection" / "stdnum.jsonl")
    rows = []
    for number, module in enumerate(modules, 1):
        if module["kind"] not in maps.PERSONAL or book.gold.get(module["module"]) is None:
            continue
        shown = {"bare": "", **{key: f"{words}: " for key, words in contexts(module["title"]).items()}}
        valid = [(value.strip(), True) for value in module["valid"]]
        invalid = [(value[0].strip(), False) for value in module["invalid"]]
        for value, good in valid + invalid:
            for key, before in shown.items():
                span = {"s": len(before), "e": len(before) + len(value), "type": module["module"]}
                rows.append({"text": before + value, "spans": [span], "module": module["module"], "kind_of": module["kind"], "shown": key, "good": good, "line": number})
    case = Case(rows, bench.scanner.spans([row["text"] for row in rows]), table)
    report = Report("stdnum")
    person = lambda row: row["kind_of"] == "person"
    shown = {key: recall_by_module(bench, case.only(lambda row: person(row) and row["shown"] == key and row["good"])) for key in ("name", "native name", "English description", "whole title", "bare")}
    bare = shown.pop("bare")
    by = {module: mean(recalls[module] for recalls in shown.values()) for module in bare}
    report.figures.append(Figure("person modules, macro-recall with context", mean(by.values()), 0.95, note=never(by)))
    report.figures += [Figure(f"  introduced by the {key}", mean(recalls.values()), note=never(recalls)) for key, recalls in shown.items()]
    report.figures.append(Figure("person modules, bare recall", mean(bare.values()), note=never(bare)))
    report.labels = {module: {"tp": 0, "fp": 0, "fn": 0, "recall": round(recall, 3)} for module, recall in sorted(by.items()) if recall < 1}
    for own, bar, name in ((True, 0.05, "person modules, invalid flagged as the country's, with context"), (False, None, "  flagged as anything")):
        by = flagged_by_module(bench, case.only(lambda row: person(row) and row["shown"] != "bare" and not row["good"]), table, own)
        report.figures.append(Figure(name, mean(by.values()), bar, at_most=True, note=f"{sum(1 for r in by.values() if r)} modules"))
        for module in by if own else ():
            if by[module]:
                report.labels.setdefault(module, {"tp": 0, "fp": 0, "fn": 0, "recall": 1.0})["invalid_flagged"] = round(by[module], 3)
    mixed = recall_by_module(bench, case.only(lambda row: row["kind_of"] == "both" and row["shown"] != "bare" and row["good"]))
    report.figures.append(Figure("modules of people and companies, macro-recall with context", mean(mixed.values()), note=never(mixed)))
    if bench.wants_rows:
        lines = {row["module"]: row["line"] for row in rows}
        report.rows = {module: {"fn" if counts["recall"] < 1 else "fp": [lines[module]]} for module, counts in report.labels.items()}
    return report


def never(by: dict[str, float]) -> str:
    return f"{sum(1 for recall in by.values() if recall == 0)} of {len(by)} modules never"


def recall_by_module(bench: Bench, case: Case) -> dict[str, float]:
    by = case.score(bench.scorer, bench.level, "--by", "module")["by"]
    return {module: counts.get("tp", 0) / total for module, counts in by.items() if (total := counts.get("tp", 0) + counts.get("fn", 0))}


def flagged_by_module(bench: Bench, case: Case, table: dict, own: bool) -> dict[str, float]:
    """The share of a module's invalid numbers with a finding on them, of its country or of any kind."""
    least, flagged = LEVELS[bench.level], defaultdict(list)
    for row, found in zip(case.rows, case.found):
        span, label = row["spans"][0], table["gold"][row["module"]]
        hit = any(f["score"] >= least and f["s"] < span["e"] and f["e"] > span["s"] and (table["pred"].get(f["type"]) == label if own else table["pred"].get(f["type"])) for f in found)
        flagged[row["module"]].append(hit)
    return {module: mean(hits) for module, hits in flagged.items()}


def secrets(bench: Bench) -> Report:
    """Recall by rule as the scorer counts it, and of the right kind; negatives that a naive reading of their rule would take."""
    case, _ = bench.case("secrets")
    of = defaultdict(list)
    for id, label in case.map["pred"].items():
        of[label].append(id)
    identifier = lambda row: row.get("kind") == "identifier"
    whole = case.score(bench.scorer, bench.level)
    secret = case.only(lambda row: not identifier(row)).score(bench.scorer, bench.level, "--types", ",".join(of["SECRET"]))
    values = case.only(identifier).score(bench.scorer, bench.level, "--types", ",".join(of["IDENTIFIER"] + of["SECRET"]))
    report = Report("secrets", [
        Figure("rule macro-recall, any finding (the scorer's)", whole["rule_macro_recall"], 0.95, note=f"{len(whole['rules_missed'])} rules never"),
        Figure("  rules of secrets, credentials only", secret["rule_macro_recall"], note=f"{len(secret['rules_missed'])} rules never"),
        Figure("  validator values of identifiers, bare", values["rule_macro_recall"], note=f"{len(values['rules_missed'])} of the set's validators never"),
    ])
    hard = set(naive(case.rows))
    kinds = {True: of["IDENTIFIER"] + of["SECRET"], False: of["SECRET"]}
    least, flagged, culprits, missed = LEVELS[bench.level], [], Counter(), Counter()
    for number, (row, found) in enumerate(zip(case.rows, case.found), 1):
        hits = {f["type"] for f in found if f["score"] >= least and f["type"] in kinds[identifier(row)]}
        if row["expect"] and not hits:
            missed[row["source"].split(":")[0]] += 1
        if not row["expect"] and hits:
            flagged.append(number)
            culprits.update(hits)
    report.figures += [
        Figure("hard negatives flagged", len([n for n in flagged if n in hard]) / max(1, len(hard)), 0.10, at_most=True, note=f"of {len(hard)} that a naive reading takes"),
        Figure("  all negatives flagged", len(flagged) / max(1, sum(1 for row in case.rows if not row["expect"]))),
    ]
    report.labels = {f"{id} on negatives": {"tp": 0, "fp": count, "fn": 0} for id, count in culprits.most_common()}
    report.labels |= {f"rows of {source}": {"tp": 0, "fp": 0, "fn": count} for source, count in missed.most_common()}
    if bench.wants_rows:
        first = {row["source"]: number for number, row in reversed(list(enumerate(case.rows, 1)))}
        report.rows = {"negatives": {"fp": flagged}} | {f"{source}, never found": {"fn": [first[source]]} for source in secret["rules_missed"]}
    return report


TOKEN = re.compile(r"[A-Za-z0-9_+/=.~-]{6,}")


def core_of(text: str) -> list[str]:
    """The tokens that a naive expression would look at; a short text is one number written with separators."""
    joined = re.sub(r"[ .\-/]", "", text.strip())
    return [joined] if len(text) <= 30 and joined.isalnum() else TOKEN.findall(text)


def classes(token: str) -> frozenset[str]:
    return frozenset("digit" if c.isdigit() else "letter" if c.isalpha() else "other" for c in token)


def naive(rows: list[dict]) -> list[int]:
    """The negatives that the shape alone of their rule's positives would take: length, kinds of characters, common beginning.

    The set does not say which negatives are hard. Its own count, by naive expressions, is 146.
    """
    tokens = defaultdict(list)
    for row in rows:
        if row["expect"] and (found := core_of(row["text"])):
            tokens[row["source"]].append(max(found, key=len))
    hard = []
    for number, row in enumerate(rows, 1):
        known = tokens.get(row["source"])
        if row["expect"] or not known:
            continue
        low, high = min(map(len, known)), max(map(len, known))
        allowed = frozenset().union(*map(classes, known))
        begin = common_beginning(known)
        if any(low <= len(token) <= high and classes(token) <= allowed and token.startswith(begin) for token in core_of(row["text"])):
            hard.append(number)
    return hard


def common_beginning(tokens: list[str]) -> str:
    first, last = min(tokens), max(tokens)
    length = next((i for i, (a, b) in enumerate(zip(first, last)) if a != b), min(len(first), len(last)))
    return first[:length] if 3 <= length and len(set(tokens)) > 1 else ""


SETS = {
    "presidio_recognizers": recognizers,
    "presidio_research": spans_of("presidio_research", "core pattern types", 0.96, doubted="DOMAIN_NAME"),
    "stdnum": stdnum,
    "secrets": secrets,
    "meddocan_es": spans_of("meddocan_es", "pattern types"),
    "thai_pii_gold": spans_of("thai_pii_gold", "pattern types"),
    "pii_syn_nano_en": spans_of("pii_syn_nano_en", "pattern types"),
    "broad_twitter": spans_of("broad_twitter", "people"),
    "wikigold": spans_of("wikigold", "people"),
    "wnut17": spans_of("wnut17", "people"),
    "corpora": corpora,
}
