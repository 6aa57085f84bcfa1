"""Periods: what counts as one, its days, its neighbours."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cspanalysis.errors import UsageError
from cspanalysis.periods import Comparison, Period

periods = st.builds(
    lambda first, months: Period(first, first + months),
    st.integers(1990 * 12, 2040 * 12),
    st.integers(0, 60),
)


@given(periods)
def test_text_and_period_are_one(period):
    assert Period.parse(period.iso) == period
    assert len(period.month_list()) == period.months
    assert sum(period.month_days()) == period.days
    assert period.start <= period.midpoint <= period.end


@given(periods)
def test_a_year_before_is_the_same_months(period):
    before = period.year_before
    assert before.same_months_as(period)
    assert before.shift(12) == period
    assert abs(before.days - period.days) <= period.months // 12 + 1


@pytest.mark.parametrize(
    ("text", "label", "days"),
    [
        ("2007-04/2008-03", "April 2007 to March 2008", 366),
        ("2006-04/2007-03", "April 2006 to March 2007", 365),
        ("2007-11/2008-01", "November 2007 to January 2008", 92),
        ("2007-04/2007-09", "April to September 2007", 183),
        ("2008-02", "February 2008", 29),
    ],
)
def test_labels_and_days(text, label, days):
    period = Period.parse(text)
    assert (period.label, period.days) == (label, days)


@pytest.mark.parametrize(
    "text", ["2007", "2007-13/2008-01", "2008-01/2007-12", "April 2007", "a/b/c"]
)
def test_what_is_no_period_is_refused_with_the_way_to_write_one(text):
    with pytest.raises(UsageError, match=r"YYYY-MM|Swap"):
        Period.parse(text)


def test_years_quarters_and_halves():
    assert Period.financial_year(2007).iso == "2007-04/2008-03"
    assert Period.academic_year(2005).iso == "2005-09/2006-08"
    assert Period.calendar_year(2025).iso == "2025-01/2025-12"
    assert Period.quarter(2007, 4).iso == "2008-01/2008-03"
    assert Period.half(2007, 2).iso == "2007-10/2008-03"


def test_contains_takes_dates_and_month_texts():
    period = Period.parse("2007-04/2007-09")
    dates = pd.Series(
        pd.to_datetime(["2007-03-31 23:59", "2007-04-01 00:00", "2007-09-30 23:59", None])
    )
    assert period.contains(dates).tolist() == [False, True, True, False]
    assert period.contains(pd.Series(["2007-03", "2007-09"])).tolist() == [False, True]


def test_a_window_marks_the_finding_id():
    window = Comparison(Period.parse("2007-04/2007-09"), Period.parse("2006-04/2006-09"), True)
    assert window.suffix == "@2007-04_2007-09"
