"""Seasonal index: its laws, its conditions, and the breaks it does not run across."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cspanalysis.domain.periods import Period
from cspanalysis.stats import season


def series(span, counts):
    return pd.DataFrame({"month": Period.parse(span).month_list(), "count": counts})


def seasonal(span, mean=60, size=0.25, seed=1):
    of_year, days = season.calendar(Period.parse(span).month_list())
    shape = 1 + size * np.cos(2 * np.pi * (of_year - 12) / 12)
    rng = np.random.default_rng(seed)
    return series(span, rng.poisson(mean * shape * days / 30.4375))


def test_a_constant_daily_rate_gives_a_hundred_twelve_times():
    # Leap years inside: February 2004 and 2008 have 29 days.
    of_year, days = season.calendar(Period.parse("2004-01/2008-12").month_list())
    index = season.ratio_index(7 * days / days, of_year)
    np.testing.assert_allclose(index, 100)
    result = season.seasonal_index(series("2004-01/2008-12", 40 * days))
    assert result.stage == "counts" and result.p > 0.99
    assert "do not differ by more than chance" in result.reason


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 300), min_size=36, max_size=60))
def test_indices_average_a_hundred(counts):
    months = Period(2000 * 12 + 3, 2000 * 12 + 2 + len(counts)).month_list()
    of_year, days = season.calendar(months)
    index = season.ratio_index(np.array(counts) / days, of_year)
    assert index.mean() == pytest.approx(100) and (index > 0).all()


def test_the_ratio_is_to_the_centred_average_of_twice_twelve_months():
    of_year, _ = season.calendar(Period.parse("2004-01/2006-12").month_list())
    trend = np.linspace(50, 85, 36)
    spiked = trend * np.where(of_year == 12, 1.6, 1.0)
    index = season.ratio_index(spiked, of_year)
    by_hand = []
    for month in range(1, 13):
        ratios = []
        for t in range(6, 30):
            window = spiked[t - 6 : t + 7] * np.r_[0.5, np.ones(11), 0.5]
            if of_year[t] == month:
                ratios.append(spiked[t] / (window.sum() / 12))
        by_hand.append(np.median(ratios))
    np.testing.assert_allclose(index, 100 * np.array(by_hand) / np.mean(by_hand))
    assert index.argmax() == 11


def test_a_clear_season_is_published_with_its_peak():
    result = season.seasonal_index(seasonal("2004-04/2008-03", size=0.4))
    assert (result.stage, result.status, result.verdict) == ("index", "ok", "peak")
    assert result.peak in (11, 12, 1) and result.p < 0.01
    table = result.table
    assert list(table["month_of_year"]) == list(range(1, 13))
    assert table["index"].mean() == pytest.approx(100)
    assert (table["lower"] <= table["index"]).all() and (table["index"] <= table["upper"]).all()
    again = season.seasonal_index(seasonal("2004-04/2008-03", size=0.4))
    pd.testing.assert_frame_equal(table, again.table)


def test_the_input_stays_as_it_is():
    table = seasonal("2004-04/2008-03")
    before = table.copy(deep=True)
    season.seasonal_index(table.sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(table, before)


def test_each_failed_condition_is_named_and_counts_are_shown():
    short = season.seasonal_index(seasonal("2004-04/2006-02"))
    assert (short.stage, short.status) == ("counts", "too_few") and "36 are needed" in short.reason
    assert list(short.table.columns[:4]) == ["month", "count", "lower", "upper"]
    rare = season.seasonal_index(seasonal("2004-04/2008-03", mean=3))
    assert (rare.stage, rare.status) == ("counts", "too_few") and "5 are needed" in rare.reason
    flat = season.seasonal_index(seasonal("2004-04/2008-03", size=0))
    assert (flat.stage, flat.status) == ("counts", "ok") and "chance" in flat.reason


def test_two_years_give_provisional_averages_without_a_peak():
    result = season.seasonal_index(seasonal("2005-04/2008-02", size=0.5))
    assert result.months == 35
    assert (result.stage, result.verdict, result.peak) == ("provisional", "none", None)
    assert result.table["index"].mean() == pytest.approx(100)
    assert (result.table["lower"] <= result.table["index"]).all()


def test_the_index_does_not_run_across_the_pandemic():
    # The months the open files hold for the City of London.
    result = season.seasonal_index(seasonal("2017-12/2020-11"))
    assert (result.first, result.last, result.months) == ("2017-12", "2020-02", 27)
    assert result.stage == "provisional" and "pandemic" in result.reason
    assert season.seasonal_index(seasonal("2017-12/2020-11"), check_breaks=False).months == 36


def test_a_missing_month_cuts_the_run_and_is_not_zero():
    table = seasonal("2004-04/2008-03").astype({"count": "Int64"})
    table.loc[table["month"] == "2004-09", "count"] = pd.NA
    result = season.seasonal_index(table)
    assert result.first == "2004-10" and result.months == 42
    assert "missing" in result.reason


def test_months_twice_are_refused():
    table = pd.concat([seasonal("2004-04/2008-03")] * 2)
    with pytest.raises(ValueError, match="twice"):
        season.seasonal_index(table)


def test_repeats_do_not_pass_for_a_season():
    # Dispersion of 6 with no season: a plain Poisson test would call nearly every such series.
    rng = np.random.default_rng(8)
    called = [
        season.seasonal_index(
            series("2004-04/2008-03", rng.poisson(rng.gamma(60 / 5, 5, 48)))
        ).stage
        for _ in range(20)
    ]
    assert called.count("index") <= 2


def test_a_calendar_month_without_incidents_does_no_harm():
    table = seasonal("2004-04/2008-03")
    table.loc[table["month"].str.endswith("-08"), "count"] = 0
    result = season.seasonal_index(table)
    assert result.stage == "index" and result.table["index"].iloc[7] == 0
    assert np.isfinite(result.table[["lower", "upper"]].to_numpy()).all()
