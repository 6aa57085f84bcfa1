"""Labels of totals, as `re` and polars read them."""

import re

import polars as pl
import pytest

from cspanalysis.domain import total_labels


@pytest.mark.parametrize(
    ("pattern", "are", "are_not"),
    [
        (total_labels.TOTAL, ("Total", "GRAND TOTAL", "Sub-totals", "All clusters", "Mean",
                              "Total for all schools", "District total"),
         ("Totnes", "Total theft", "All Saints", "District")),
        (total_labels.BEGINS, ("Total Region", "* Total England", "Sub total", "Overall"),
         ("Totnes", "Overall rate", "Summerton")),
        (total_labels.WHOLE, ("All", "all agencies", "Both", "Borough-wide", "Whole district",
                              "All of the district", "All wards"),
         ("All Saints", "Allhallows", "District", "Wholesale Market")),
        (total_labels.WHOLE_AREA, ("District", "The whole area"), ("West District",)),
        (total_labels.NET, ("Net: agree", "NET safe", "Agree (net)", "Total safe", "Safe - net",
                            "Top 2 box", "Safe (total)"),
         ("Totally agree", "All the time", "Internet", "Network", "Topical")),
        (total_labels.WITHIN, ("closure orders - total", "all closure orders"), ("totality",)),
    ],
)  # fmt: skip
def test_a_total_is_told_by_its_words(pattern, are, are_not):
    labels = pl.Series([*are, *are_not])
    assert labels.str.contains(pattern).to_list() == [True] * len(are) + [False] * len(are_not)
    assert [bool(re.search(pattern, label)) for label in labels] == [True] * len(are) + [
        False
    ] * len(are_not)
