"""Findings of one review that count the same thing say the same number."""

from __future__ import annotations

import json
from collections import defaultdict

import pytest

from cspanalysis.report import collect, notebooks


@pytest.fixture(scope="module")
def records():
    """The findings of the sample's review, from its stored notebooks."""
    found = []
    for chapter in notebooks.chapters():
        text = json.loads(chapter.path.read_text(encoding="utf-8"))
        made = collect.collect(text, chapter.key, chapter.slug, chapter.title)
        found += made.records
    return found


@pytest.fixture(scope="module")
def changes(records):
    """What changes of the review's own period count: measure → counts now and before."""
    found = defaultdict(set)
    for record in records:
        if record["id"].endswith(".change") and "count" in record["values"]:
            values = record["values"]
            found[record["measure"]].add((values["count"], values["compare_count"]))
    return found


def test_chapters_count_a_thing_alike(changes):
    assert len(changes) > 20
    assert {measure: counts for measure, counts in changes.items() if len(counts) > 1} == {}


def test_the_first_page_counts_as_the_chapters_do(records, changes):
    table = next(r for r in records if r["id"] == "glance.table")
    shown = {row["subject"]: (row["count"], row["compare_count"]) for row in table["rows"]}
    both = shown.keys() & changes.keys()
    assert {"recorded crime", "calls about anti-social behaviour"} <= both
    assert {s: shown[s] for s in both} == {s: next(iter(changes[s])) for s in both}
