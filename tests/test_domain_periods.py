"""Periods: what counts as one, its days, its neighbours."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cspanalysis.domain.errors import UsageError
from cspanalysis.domain.periods import Comparison, Period

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
def test_the_period_before_is_the_nearest_of_the_same_months_that_shares_none(period):
    before = period.before
    assert before.same_months_as(period)
    assert before.last < period.first <= before.shift(12).last


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


@pytest.mark.parametrize(
    ("period", "before"),
    [
        ("2025-06", "2024-06/2024-06"),
        ("2025-01/2025-12", "2024-01/2024-12"),
        ("2024-07/2025-12", "2022-07/2023-12"),  # 18 months: a year earlier would share six
        ("2024-01/2025-12", "2022-01/2023-12"),
        ("2023-12/2025-12", "2020-12/2022-12"),
    ],
)
def test_the_default_comparison_is_the_nearest_that_shares_no_month(period, before):
    period = Period.parse(period)
    assert period.against().iso == period.before.iso == before
    assert period.against(before) == period.before
    assert period.before.last < period.first and period.before.same_months_as(period)


@pytest.mark.parametrize(
    ("compare", "says"),
    [
        ("2024-01/2025-12", "only with one that ends before it begins"),  # itself
        ("2023-01/2024-12", "only with one that ends before it begins"),  # shares a year
        ("2026-01/2027-12", "only with one that ends before it begins"),  # later
        ("2023-01/2023-12", "one of the same length, and these have 24 and 12 months"),
        ("2021-07/2023-06", "a season looks like a change"),
    ],
)
def test_any_other_comparison_is_refused_with_the_one_that_would_do(compare, says):
    period = Period.parse("2024-01/2025-12")
    with pytest.raises(UsageError, match=f"{says}.* for example 2022-01/2023-12"):
        period.against(compare)


def test_what_is_compared_per_day_needs_not_be_alike_but_must_be_over():
    period = Period.parse("2007-01/2007-12")
    assert period.against("2004-04/2005-06", same_months=False).months == 15
    with pytest.raises(UsageError, match="only with one that ends before it begins"):
        period.against("2006-06/2007-05", same_months=False)


def test_a_window_marks_the_finding_id():
    window = Comparison(Period.parse("2007-04/2007-09"), Period.parse("2006-04/2006-09"), True)
    assert window.suffix == "@2007-04_2007-09"


def test_what_is_long_before_lies_three_years_back():
    review = Period.parse("2025-01/2025-12")
    assert Period.academic_year(2020).is_long_before(review)
    assert not Period.academic_year(2021).is_long_before(review)
    assert not review.is_long_before(Period.academic_year(2016))
