"""At a glance: one row a subject, one peer group, and verdicts that the statistics gave."""

import json

import pandas as pd
import pytest

import cspanalysis
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.findings import glance
from cspanalysis.present import charts


@pytest.fixture(scope="module")
def review():
    return cspanalysis.open("Tonbridge and Malling", "2007-04/2008-03")


@pytest.fixture(scope="module")
def table(review):
    return glance.table(review)


def test_the_total_comes_first_then_the_worse(table):
    rows = table.rows
    assert rows["subject"].iloc[0] == "recorded crime"
    assert rows["is_total"].tolist() == [True] + [False] * (len(rows) - 1)
    places = rows["verdict_peers"].map({"higher": 0, "similar": 1, "none": 1, "lower": 2}).iloc[1:]
    assert places.is_monotonic_increasing
    assert len(rows) <= glance.MOST_SUBJECTS


def test_counts_and_rates_are_those_of_the_records(review, table):
    rows = table.rows.set_index("subject")
    crimes = review.store.load("police_extract")
    mine = crimes[(crimes["district"] == "Tonbridge and Malling") & crimes["is_crime"]]
    recorded = pd.to_datetime(mine["recorded"])
    inside = mine[(recorded >= "2007-04-01") & (recorded < "2008-04-01")]
    assert rows.loc["recorded crime", "count"] == len(inside)
    for kind in ("shoplifting", "burglary dwelling"):
        assert rows.loc[kind, "count"] == (inside["offence"] == kind).sum()
    shoplifting = rows.loc["shoplifting"]
    assert shoplifting["rate"] == pytest.approx(1000 * shoplifting["count"] / 114_000)
    last = shoplifting["line"].split()
    assert len(last) == glance.LINE_MONTHS
    assert sum(int(v) for v in last[-12:]) == shoplifting["count"]


def test_the_sentence_names_what_rose_and_fell_by_the_rows_verdicts(table):
    rows = table.rows[~table.rows["is_total"]]
    fallen = rows.loc[rows["verdict"] == "down", "subject"]
    assert len(fallen) > 0 and fallen.iloc[0] in table.sentence
    for name in rows.loc[rows["verdict"] == "no_clear_change", "subject"]:
        assert f"{name} rose" not in table.sentence


def test_a_line_leaves_out_months_that_nobody_knows(review):
    series = review.series("shoplifting")
    known = series.coverage.of([m for m in series.coverage.months if m != "2007-06"])
    from dataclasses import replace

    line = glance._line(replace(series, coverage=known), review.period).split()
    assert line.count("–") == 1 and line[-10] == "–"


def test_chosen_subjects_and_no_peers(review):
    found = glance.table(review, among=None, subjects=["shoplifting", "burglary dwelling"])
    assert set(found.rows["subject"]) == {"shoplifting", "burglary dwelling"}
    assert set(found.rows["against_peers"]) == {"–"}
    assert "Beside the other" not in found.sentence and "among" not in found.caption
    assert glance.NO_PEERS not in found.notes
    assert found.figure is not None and "xaxis2" in found.figure.layout


def test_records_of_one_area_alone_name_no_peers_and_say_why(review, monkeypatch):
    """The City of London's police force has one district: its caption named 'similar areas'."""

    def held(*_):
        raise NotAvailable("police_uk")

    monkeypatch.setattr(type(review), "peer_counts", held)
    found = glance.table(review, among="county", subjects=["shoplifting"])
    assert "among" not in found.caption and glance.NO_PEERS in found.notes


def test_where_hardly_anybody_lives_the_rates_of_the_table_say_so(review, monkeypatch):
    monkeypatch.setattr(type(review), "residents", lambda *_: (10_938, 2007))
    found = glance.table(review, among=None, subjects=["robbery"])
    assert any(note.startswith("Fewer than 20,000 people live in") for note in found.notes)


def test_few_incidents_are_not_singled_out(review):
    row = {
        "is_total": False, "count": 12, "compare_count": 3, "rate": 1.0, "others_rate": 0.2,
        "verdict_peers": "higher", "verdict": "up", "ratio": 4.0, "subject": "arson",
    }  # fmt: skip
    assert glance._outstanding(pd.DataFrame([row])).empty
    enough = pd.DataFrame([{**row, "count": 120}])
    assert glance._outstanding(enough)["why"].tolist() == ["highest against peers", "largest rise"]


def test_the_picture_fills_only_what_differs_from_the_peers():
    rows = pd.DataFrame(
        {
            "subject": ["robbery", "drugs"], "count": [10, 20], "rate": [2.0, 1.0],
            "others_rate": [1.0, 1.0], "peer_low": [0.5, 0.8], "peer_high": [2.5, 1.5],
            "quarter_low": [0.8, 0.9], "quarter_high": [1.2, 1.1],
            "verdict_peers": ["higher", "similar"], "line": ["1 2 – 4", "5 5 5 5"],
        }
    )  # fmt: skip
    figure = json.loads(charts.glance(rows).to_json())
    dots = next(t for t in figure["data"] if t.get("marker", {}).get("size") == 12)
    assert dots["marker"]["color"] == [charts.OWN, "#FFFFFF"]
    assert dots["x"] == [1, 0]
