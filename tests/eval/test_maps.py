"""The maps are complete and honest: every detector has a label in every set, and what is ignored has its reason."""

from __future__ import annotations

import pytest

import maps
import sets

BOOKS = maps.maps()


@pytest.mark.parametrize("name", BOOKS)
def test_map_lacks_nothing(name):
    problems = BOOKS[name].problems(maps.detectors(), maps.gold_labels(name, maps.shared()))
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("name", BOOKS)
def test_no_reason_is_empty(name):
    assert all(reason.strip() for reason in BOOKS[name].ignored.values())


@pytest.mark.parametrize("name", BOOKS)
def test_what_a_detector_finds_is_a_label_of_the_set_or_counted_as_false(name):
    book = BOOKS[name]
    known = set(book.gold.values()) | set(book.gold) | {None, "OTHER", "other", "SECRET", "IDENTIFIER"}
    if name == "stdnum":  # Labels are countries there, and a country without numbers in the set is as wrong as any.
        known |= {detector.country or "none" for detector in maps.detectors()}
    assert set(book.whole["pred"].values()) <= known


def test_every_set_has_a_map_and_a_reader():
    shared = maps.shared()
    if shared is None:
        pytest.skip("../shared is absent")
    there = {path.stem for path in (shared / "eval" / "detection").glob("*.jsonl")}
    assert there == BOOKS.keys()
    assert there | {"corpora"} == sets.SETS.keys()


def test_a_detector_that_no_row_fits_is_named():
    stranger = maps.Detector("gb.moon-permit", "moon-permit", "GB", "gb.toml")
    problems = BOOKS["presidio_recognizers"].problems([*maps.detectors(), stranger], set())
    assert problems == [
        "presidio_recognizers.map.json: no row of the table fits gb.moon-permit (family moon-permit, country GB, gb.toml)"
    ]


@pytest.mark.parametrize(("row", "fitting"), [
    ({"id": ["de.tax*"]}, True),
    ({"id": ["de.vat*"]}, False),
    ({"family": ["tax-*"], "country": ["DE", "AT"]}, True),
    ({"family": ["tax-*"], "country": ["AT"]}, False),
    ({"country_not": ["AT"]}, True),
    ({"country_not": ["DE"]}, False),
])
def test_a_row_fits_when_all_it_names_fits(row, fitting):
    assert maps.fits(row, maps.Detector("de.tax-id", "tax-id", "DE", "de.toml")) is fitting


def test_a_detector_without_a_country_is_of_no_other_country():
    assert not maps.fits({"country_not": ["DE"]}, maps.Detector("fin.card", "card", None, "financial.toml"))


@pytest.mark.parametrize(("title", "words"), [
    ("ABC, DEF (Alpha beta, Gamma, Utopian tax number).", ("ABC", "Alpha beta", "Utopian tax number")),
    ("ABC (Utopian (Overseas) Tax Number).", ("ABC", "Utopian (Overseas) Tax Number", "Utopian (Overseas) Tax Number")),
    ("Utopian social number", ("Utopian social number",) * 3),
])
def test_introductions_come_from_the_title(title, words):
    shown = sets.contexts(title)
    assert (shown["name"], shown["native name"], shown["English description"]) == words


def test_a_naive_reading_takes_the_shape_of_the_rule_and_nothing_else():
    rows = [
        {"source": "a", "expect": True, "text": "key = zz_0a1b2c3d4e"},
        {"source": "a", "expect": True, "text": "key = zz_9f8e7d6c5b"},
        {"source": "a", "expect": False, "text": "zz_0000000000"},
        {"source": "a", "expect": False, "text": "yy_0000000000"},
        {"source": "a", "expect": False, "text": "zz_000"},
        {"source": "b", "expect": False, "text": "zz_0000000000"},
    ]
    assert sets.naive(rows) == [3]
