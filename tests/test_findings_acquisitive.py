"""Acquisitive crime on the sample: both definitions of purse dipping, its places; likely hours."""

import re

import pandas as pd
import pytest

import cspanalysis
from cspanalysis.findings import acquisitive, domestic
from cspanalysis.findings.shapes import hours
from cspanalysis.stats import concentration, season, thefts


@pytest.fixture(scope="module")
def review():
    return cspanalysis.open("Tonbridge and Malling")


def test_the_count_under_the_second_definition_stands_beside_the_first(review):
    records = review.records(["theft from the person", "other theft"]).table
    first = len(thefts.purse_dipping(records, review.purse_dipping))
    second = int((records["offence"] == "theft from the person").sum())
    assert first != second
    found = acquisitive.purse_dipping_season(review)
    assert found.notes == (
        "Under the second definition, all theft from the person whatever the method, there are "
        f"{second:,} instead of {first:,}.",
    )
    earlier = acquisitive.purse_dipping_season(review, until="2007-03").notes[0]
    months = records[records["month"] <= "2007-03"]
    assert f"there are {(months['offence'] == 'theft from the person').sum():,} " in earlier


def test_places_say_how_concentrated_they_are(review):
    found = acquisitive.purse_dipping_places(review, over=review.comparisons[:1])
    year = review.records(list(review.purse_dipping.offences), review.period).table
    spread = concentration.concentration(thefts.purse_dipping(year, review.purse_dipping)).iloc[0]
    note = next(n for n in found.notes if "Gini" in n)
    assert re.search(r"adjusted Gini (\d\.\d\d)", note)[1] == f"{spread['gini']:.2f}"
    assert f"{100 * spread['share_top_10']:.1f} per cent" in note
    assert any("second definition" in n for n in found.notes)


def test_beside_a_change_that_is_not_clear_stands_what_would_be(review):
    theft = "theft from the person"
    found = acquisitive.change(review, "x", theft, subject=theft)
    assert found.verdict == "no_clear_change"
    base = found.values["compare_count"]
    assert any(n.startswith(f"From {base:.0f}, only ") and "80 per cent" in n for n in found.notes)
    # Where it is clear nothing is added, and windows, whose notes nobody sees, have none.
    for one in acquisitive.change(review, "y", "burglary dwelling", subject="burglary").windows:
        assert not any("told from chance" in n for n in one.notes)
    clear = acquisitive.change(review, "z", "theft of vehicle", subject="theft of vehicles")
    told = any("told from chance" in n for n in clear.notes)
    assert told == (clear.verdict == "no_clear_change")


def test_no_base_that_is_protected_is_named_in_a_note(review):
    found = domestic.domestic_change(review, over=review.comparisons[:1])
    assert not any("told from chance" in n for n in found.notes)


def test_captions_say_what_the_marks_of_a_chart_mean(review):
    index = acquisitive.offence_season(review, "p", "theft from the person", subject="theft")
    assert index.caption.startswith("Theft by month of the year –")
    assert index.caption.endswith("April 2004 to March 2008; line = 95% interval")
    # Without an index the chart shows every month, not twelve.
    counts = acquisitive.offence_season(review, "r", "robbery", subject="robbery")
    assert counts.caption.startswith("Robbery by month –")
    assert counts.caption.endswith("band = 95% interval")
    hours = acquisitive.likely_hours(review, "v", "vehicle crime", subject="vehicle crime")
    assert hours.caption.endswith("; a row runs from 06:00 to 05:59 of the next day")


def test_a_picture_of_all_months_names_them_all_where_a_gap_cuts_what_is_judged(
    review, monkeypatch
):
    monkeypatch.setattr(season.breaks, "clean_run", lambda _, known, __: (known[:18], "A gap."))
    found = acquisitive.offence_season(review, "r", "robbery", subject="robbery")
    assert "there are 18 complete months" in found.sentence
    assert "April 2004 to March 2008" in found.caption and len(found.rows) == 48


def week(weights):
    """168 rows with a weight per (weekday, hour)."""
    return pd.DataFrame(
        [{"weekday": d, "hour": h, "weight": weights(d, h)} for d in range(7) for h in range(24)]
    )


def test_an_even_week_stands_out_nowhere():
    said = hours.hours_told(week(lambda d, h: 2.0), subject="burglary")
    assert said.text == (
        "No part of the day stands out clearly for burglary. No day of the week stands out clearly."
    )


def test_an_evening_and_a_friday_that_stand_out_are_named():
    said = hours.hours_told(
        week(lambda d, h: 1.0 + 3.0 * (h >= 18) + 2.0 * (d == 4)), subject="vehicle crime"
    )
    assert "of vehicle crime most likely happened in the evening (18:00 to 23:59)" in said.text
    assert "Friday has the largest share of the days" in said.text


def test_few_offences_prove_nothing():
    said = hours.hours_told(week(lambda d, h: 0.01 + 0.02 * (h >= 18)), subject="burglary")
    assert "No part of the day stands out" in said.text
