"""Repeat locations and concentration."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cspanalysis.stats import concentration


def at(*names):
    return pd.DataFrame({"place": list(names)})


def test_top_places_with_shares_of_all_incidents():
    table = at("High Street", "High Street", "Station", " Station ", "Market", None, "")
    result = concentration.top_places(table, n=2)
    assert list(result["place"]) == ["High Street", "Station"]
    assert (result["total"] == 7).all()
    assert result["share"].tolist() == pytest.approx([2 / 7, 2 / 7])
    assert result["is_tied"].all() and list(result["rank"]) == [1, 1]


def test_places_tied_with_the_last_are_all_listed():
    assert len(concentration.top_places(at("a", "a", "b", "c", "d"), n=2)) == 4


def test_generic_labels_of_open_data_are_named_so():
    result = concentration.top_places(at("On or near Supermarket", "On or near High Street"))
    flags = dict(zip(result["place"], result["is_generic"], strict=True))
    assert flags == {"On or near Supermarket": True, "On or near High Street": False}


def test_concentration_counts_what_has_no_place_apart():
    table = at(*["a"] * 6, *["b"] * 3, "c", None, "No location")
    row = concentration.concentration(table).iloc[0]
    assert (row["total"], row["places"], row["not_located"]) == (12, 3, 2)
    assert row["share_top_5"] == row["share_top_10"] == 1


def test_gini_by_hand():
    # Counts 1, 3, 6: sum of (2i - n - 1) x_i = -2 + 0 + 12 = 10, over n times the total = 30.
    assert concentration.adjusted_gini([6, 1, 3]) == pytest.approx(1 / 3)
    assert concentration.adjusted_gini([4, 4, 4]) == pytest.approx(0)
    # Three incidents over ten places at once can be spread no better than one each.
    assert concentration.adjusted_gini([1, 1, 1], places=10) == pytest.approx(0)
    assert concentration.adjusted_gini([3], places=10) == pytest.approx(10 / 3 * (0.9 - 1) + 1)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 50), min_size=1, max_size=30), st.integers(0, 40))
def test_gini_lies_between_nought_and_one_whatever_the_order(counts, empty):
    value = concentration.adjusted_gini(counts, places=len(counts) + empty)
    assert -1e-9 <= value <= 1
    assert value == pytest.approx(
        concentration.adjusted_gini(counts[::-1], places=len(counts) + empty)
    )


def test_nothing_located_has_no_concentration():
    row = concentration.concentration(at(None, None)).iloc[0]
    assert row["status"] == "not_available" and np.isnan(row["gini"])


def test_the_input_stays_as_it_is():
    table = at("a", " b", None)
    before = table.copy(deep=True)
    concentration.top_places(table)
    concentration.concentration(table)
    pd.testing.assert_frame_equal(table, before)


@pytest.mark.parametrize(
    ("label", "is_generic"),
    [
        ("On or near Parking Area", True),
        ("on or near  supermarket", True),
        ("Sports/Recreation Area", True),
        ("On or near Airport/Airfield", True),
        ("On or near High Street", False),
        (None, False),
    ],
)
def test_labels_of_many_places_are_told_with_and_without_on_or_near(label, is_generic):
    assert concentration.is_generic(pd.Series([label])).tolist() == [is_generic]
