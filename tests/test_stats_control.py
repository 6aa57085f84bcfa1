"""Control chart: limits, rules with their lengths, seasonal adjustment, stages."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cspanalysis.domain.periods import Period
from cspanalysis.findings.shapes import months
from cspanalysis.stats import control, season


def series(months, mean=60, size=0.0, seed=1, last="2008-03"):
    end = Period.parse(last).last
    run = Period(end - months + 1, end).month_list()
    of_year, days = season.calendar(run)
    rate = mean / 30.4375 * (1 + size * np.cos(2 * np.pi * (of_year - 8) / 12))
    counts = np.random.default_rng(seed).poisson(rate * days)
    return pd.DataFrame({"month": run, "count": counts})


def marked(values, centre=0.0, lower=-3.0, upper=3.0):
    found, _ = control.signals(np.array(values, dtype=float), centre, lower, upper)
    return found


def test_limits_by_hand():
    values = np.array([10.0, 12, 11, 13, 12, 14])
    centre, lower, upper = control.limits(values)
    assert centre == pytest.approx(12)
    assert upper - centre == pytest.approx(2.66 * (2 + 1 + 2 + 1 + 2) / 5)
    assert lower == pytest.approx(24 - upper)


def test_one_jump_is_screened_out_of_the_moving_ranges():
    calm = np.tile([10.0, 11], 10)
    jump = calm.copy()
    jump[10:] += 30
    for values in (calm, jump):
        centre, _, upper = control.limits(values)
        assert upper - centre == pytest.approx(2.66)


def test_a_point_outside_the_limits():
    found = marked([0, 1, -1, 3.1, 1, 3.0])
    assert found[0].tolist() == [False, False, False, True, False, False]


def test_two_of_three_need_all_three_on_one_side():
    assert marked([0, 2.5, 0.5, 2.5, -1])[1].tolist() == [False, True, False, True, False]
    assert not marked([0, 2.5, -0.5, 2.5, -1])[1].any()
    assert not marked([0, 2.5, 0.5, 1.5, -1])[1].any()


def test_a_point_outside_the_limits_is_none_of_the_two_near_one():
    """As the NHS has it: near a limit is within it; what lies outside is marked by itself."""
    found = marked([0, 3.5, 0.5, 2.5, -1])
    assert found[0].tolist() == [False, True, False, False, False]
    assert not found[1].any()


def test_seven_on_one_side_but_not_six_and_a_point_on_the_mean_breaks_the_run():
    assert marked([-1, 1, 1, 1, 1, 1, 1, 1])[2].tolist() == [False] + [True] * 7
    assert not marked([-1, 1, 1, 1, 1, 1, 1])[2].any()
    assert not marked([1, 1, 1, 0, 1, 1, 1, 1])[2].any()


def test_seven_points_rising_but_not_with_a_tie():
    rising = [-0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3]
    assert marked(rising)[3].all() and marked(rising[::-1])[3].all()
    assert not marked([*rising[:3], -0.1, *rising[4:]])[3].any()


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(-5, 5), min_size=3, max_size=30))
def test_signals_of_a_mirrored_series_are_the_same(values):
    values = np.array(values, dtype=float)
    np.testing.assert_array_equal(marked(values), marked(-values))


def test_a_season_is_taken_out_before_anything_signals():
    table = series(48, mean=400, size=0.25)
    chart = control.control_chart(table)
    assert (chart.stage, chart.adjustment) == ("adjusted", "seasonal")
    season_left = chart.table["value"].to_numpy().reshape(4, 12).mean(axis=0)
    assert np.ptp(season_left) / season_left.mean() < 0.05
    raw = table["count"].to_numpy() / season.calendar(list(table["month"]))[1]
    unadjusted, _ = control.signals(raw, *control.limits(raw))
    assert unadjusted.any(axis=0).sum() > 10 > chart.table["is_signal"].sum()


def test_adjusting_keeps_the_level():
    table = series(48, mean=400, size=0.25)
    chart = control.control_chart(table)
    _, days = season.calendar(list(table["month"]))
    assert chart.centre == pytest.approx(table["count"].sum() / days.sum(), rel=0.01)


def test_a_real_jump_in_the_newest_months_is_named():
    table = series(48, mean=60, size=0.25, seed=3)
    table.loc[table["month"] == "2008-02", "count"] += 70
    chart = control.control_chart(table)
    assert {"month": "2008-02", "rule": control.RULES[0], "direction": "above"} in chart.recent
    assert chart.table.loc[chart.table["is_recent"], "month"].tolist() == [
        "2007-10", "2007-11", "2007-12", "2008-01", "2008-02", "2008-03",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("months", "stage"),
    [
        (36, "adjusted"),
        (35, "provisional"),
        (13, "provisional"),
        (12, "trial"),
        (6, "trial"),
        (5, "none"),
    ],
)
def test_stages(months, stage):
    chart = control.control_chart(series(months))
    assert chart.stage == stage
    assert np.isnan(chart.false_signal_rate) == (stage != "adjusted")
    assert chart.status == ("too_few" if stage == "none" else "ok")


def test_rare_offences_are_not_adjusted():
    assert control.control_chart(series(48, mean=2)).stage == "provisional"


def test_limits_do_not_run_across_the_pandemic():
    chart = control.control_chart(series(72, last="2023-12"))
    assert chart.table["month"].iloc[0] == "2021-08" and len(chart.table) == 29
    assert chart.stage == "provisional" and "pandemic" in chart.reason


def test_the_input_stays_as_it_is():
    table = series(40)
    before = table.copy(deep=True)
    control.control_chart(table)
    pd.testing.assert_frame_equal(table, before)


def test_unchanged_series_signal_no_more_with_a_season_than_the_printed_rate():
    # A small echo of docs/calibration.md: 0.10 printed, with three standard errors to spare.
    rates = []
    for size in (0.0, 0.25):
        charts = [control.control_chart(series(48, size=size, seed=s)) for s in range(60)]
        rates.append(np.mean([bool(c.recent) for c in charts]))
    assert max(rates) < control.FALSE_SIGNAL_RATE + 3 * np.sqrt(0.1 * 0.9 / 60)


def grown(months, mean, yearly, seed, phi=2.0):
    table = series(months, mean=mean)
    rng = np.random.default_rng(seed)
    level = mean * (1 + yearly) ** (np.arange(months) / 12)
    return table.assign(count=rng.poisson(rng.gamma(level / (phi - 1), phi - 1)))


def test_a_steady_trend_is_not_out_of_the_ordinary():
    charts = [control.control_chart(grown(48, 300, -0.06, seed)) for seed in range(40)]
    assert np.mean([bool(c.recent) for c in charts]) < 0.25  # all but some of them signalled before
    slopes = [c.trend for c in charts if not np.isnan(c.trend)]
    assert len(slopes) > 30 and np.mean(slopes) == pytest.approx(-0.06, abs=0.015)
    sloped = next(c for c in charts if not np.isnan(c.trend)).table
    assert sloped["centre"].is_monotonic_decreasing and sloped["lower_limit"].nunique() == 48


def test_a_run_beside_a_trend_is_said_to_lie_beside_the_trend():
    # It falls by a fifth a year and ends with eight months a tenth above that line, which are all
    # far below the mean of the series.
    level = 600 * 0.8 ** (np.arange(60) / 12)
    level[-8:] *= 1.1
    counts = np.random.default_rng(6).poisson(level)
    chart = control.control_chart(series(60).assign(count=counts))
    assert chart.trend < -0.1 and not chart.is_alike
    newest = chart.table.tail(control.RECENT)
    run = newest[newest["signal"].str.startswith("7 on one side")]
    assert len(run) and set(run["signal"]) == {"7 on one side of the trend"}
    assert (run["value"] > run["centre"]).all() and (run["value"] < chart.centre).all()
    assert not any("mean" in rule for rule in chart.rules)
    said = months.control_told(
        chart.table.assign(is_provisional=False, trend=chart.trend), subject="violence"
    ).text
    assert "above the trend" in said and "7 on one side of the trend" in said
    assert "mean" not in said


def test_a_run_beside_a_level_mean_is_said_to_lie_beside_the_mean():
    table = series(48, mean=300, seed=6)
    table.loc[table.index[-7:], "count"] = (table["count"].tail(7) * 1.12).astype(int)
    chart = control.control_chart(table)
    assert np.isnan(chart.trend) and chart.rules == control.RULES
    assert set(chart.table["signal"]) <= {"", *control.RULES}


def test_a_jump_in_the_newest_months_is_no_trend():
    found = 0
    for seed in range(12):
        table = grown(48, 300, 0.0, seed)
        table.loc[table.index[-6:], "count"] = (table["count"].tail(6) * 1.4).astype(int)
        found += bool(control.control_chart(table).recent)
    assert found >= 10


def test_a_wandering_level_widens_the_limits_and_ends_the_runs():
    rng, false, wide = np.random.default_rng(8), 0, 0
    for _ in range(30):
        level = np.zeros(48)
        for month in range(1, 48):
            level[month] = 0.8 * level[month - 1] + 0.06 * rng.normal()
        table = series(48, mean=500).assign(count=rng.poisson(500 * np.exp(level)))
        chart = control.control_chart(table)
        false, wide = false + bool(chart.recent), wide + chart.is_alike
        if chart.is_alike:
            assert set(chart.table["signal"]) <= {"", control.RULES[0]}
    assert wide > 20 and false <= 7


def test_the_lower_limit_of_rare_offences_is_not_cut_while_adjusted_values_go_below_zero():
    rng = np.random.default_rng(4)
    charts = []
    for _ in range(30):
        table = series(48).assign(count=rng.poisson(rng.gamma(2, 3, 48)))
        charts.append(control.control_chart(table))
    adjusted = [c for c in charts if c.stage == "adjusted"]
    assert min(c.lower_limit for c in adjusted) < 0
    assert np.mean([bool(c.recent) for c in adjusted]) < 0.3
