"""Findings of one review that count the same thing say the same number."""

from __future__ import annotations

import json
import re
from collections import defaultdict

import pytest

from cspanalysis.findings import acquisitive, harm, kinds, neighbourhood
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


def test_an_offence_has_one_name_in_sentences_and_that_of_its_source_in_tables(sample_review):
    county = sample_review.peers.choose("burglary", "county")
    asked = {"offences": "burglary dwelling", "subject": "burglary of homes"}
    for found in (
        kinds.kinds_peers(sample_review, county, over=sample_review.comparisons[:1]),
        harm.mix(sample_review),
        neighbourhood.change(sample_review, "b", **asked),
        neighbourhood.peers(sample_review, "b", group=county, **asked),
        acquisitive.peers(sample_review, "b", group=county, **asked),
        kinds.kind_change(sample_review, "burglary_dwelling", "burglary dwelling"),
    ):
        assert re.search("burglar(y|ies) of homes(?! offences)", found.sentence), found.id
        assert "dwelling" not in found.sentence.replace("other than dwelling", ""), found.id
        assert "dwelling" not in found.title, found.id
    labels = [row[0] for row in harm.mix(sample_review).table["rows"]]
    assert "burglary dwelling" in labels and "burglary of homes" not in labels
