"""Change between periods: checked values, the law of test and interval, coverage of months."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels import api as sm

from cspanalysis.domain.periods import Period
from cspanalysis.stats import change, dispersion, power


def row(count, compare_count, days=183, compare_days=183, **options):
    table = pd.DataFrame(
        {
            "count": [count],
            "compare_count": [compare_count],
            "days": [days],
            "compare_days": [compare_days],
        }
    )
    return change.change(table, **options).iloc[0]


@pytest.mark.parametrize(
    ("count", "compare_count", "p", "lower", "upper", "verdict"),
    [
        (31, 42, 0.2416, 0.4486, 1.2024, "no_clear_change"),
        (207, 170, 0.0636, 0.9893, 1.5004, "no_clear_change"),
        (59, 84, 0.0444, 0.4947, 0.9916, "down"),
    ],
)
def test_checked_changes(count, compare_count, p, lower, upper, verdict):
    result = row(count, compare_count)
    assert result["p"] == pytest.approx(p, abs=5e-5)
    assert (result["lower"], result["upper"]) == pytest.approx((lower, upper), abs=5e-5)
    assert result["verdict"] == verdict


@pytest.mark.parametrize(("count", "compare_count"), [(5, 0), (0, 5)])
def test_five_against_none_cannot_be_called(count, compare_count):
    result = row(count, compare_count)
    assert result["p"] == pytest.approx(0.0625)
    assert (result["verdict"], result["status"]) == ("no_clear_change", "too_few")


def test_a_base_of_zero_has_no_percentage_but_may_have_a_verdict():
    result = row(10, 0)
    assert result["verdict"] == "up" and result["status"] == "ok"
    assert np.isnan(result["percent_change"]) and np.isnan(result["ratio"])
    assert np.isinf(result["upper"])


def test_nothing_against_nothing_says_nothing():
    result = row(0, 0)
    assert (result["verdict"], result["status"], result["p"]) == ("no_clear_change", "too_few", 1)


def test_a_missing_count_is_not_zero():
    result = row(None, 5)
    assert (result["verdict"], result["status"]) == ("none", "not_available")
    assert np.isnan(result["lower"])


def test_percentage_and_limits_are_both_of_counts_per_day():
    result = row(6337, 7056, days=366, compare_days=365)
    assert result["percent_change"] == pytest.approx(-10.44, abs=0.005)
    assert 100 * (result["ratio"] - 1) == pytest.approx(result["percent_change"])
    assert row(6337, 7056)["percent_change"] == pytest.approx(-10.19, abs=0.005)


def test_a_count_with_nothing_to_compare_is_no_unclear_change():
    assert row(31, None)["verdict"] == "none"
    # Two zeros have no ratio either, and did not change.
    assert row(0, 0)["verdict"] == "no_clear_change"


@settings(max_examples=50, deadline=None)
@given(
    st.integers(0, 3000),
    st.integers(0, 3000),
    st.sampled_from([(183, 183), (366, 365), (31, 365)]),
    st.sampled_from([0.95, 0.998]),
)
def test_the_interval_leaves_out_one_exactly_when_p_is_small(count, base, days, confidence):
    result = row(count, base, *days, confidence=confidence)
    alpha = 1 - confidence
    assume(abs(result["p"] - alpha) > 1e-9)
    leaves_out = result["lower"] > 1 or result["upper"] < 1
    assert leaves_out == (result["p"] < alpha)
    assert (result["verdict"] in ("up", "down")) == leaves_out
    if base:
        assert result["lower"] <= result["ratio"] <= result["upper"]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 400), st.integers(0, 400))
def test_p_and_limits_agree_with_scipy(count, base):
    assume(count + base > 0)
    result = row(count, base, 100, 200)
    test = stats.binomtest(count, count + base, 1 / 3)
    low, high = test.proportion_ci(0.95, method="exact")
    assert result["lower"] == pytest.approx(low / (1 - low) * 2)
    assert result["upper"] == pytest.approx(high / (1 - high) * 2 if high < 1 else np.inf)
    tails = [stats.binomtest(count, count + base, 1 / 3, a).pvalue for a in ("less", "greater")]
    assert result["p"] == pytest.approx(min(1, 2 * min(tails)))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 500), st.integers(1, 500))
def test_swapping_the_periods_turns_the_verdict_round(count, base):
    there, back = row(count, base, 365, 366), row(base, count, 366, 365)
    opposite = {"up": "down", "down": "up"}
    assert back["verdict"] == opposite.get(there["verdict"], there["verdict"])
    assert back["p"] == pytest.approx(there["p"])


@pytest.mark.parametrize(
    "counts", [{"count": [-1]}, {"count": [1.5]}, {"days": [0]}], ids=["negative", "part", "days"]
)
def test_impossible_counts_are_refused(counts):
    table = {"count": [1], "compare_count": [1], "days": [30], "compare_days": [30]} | counts
    with pytest.raises(ValueError):
        change.change(pd.DataFrame(table))


def months(first, last, count=10, **columns):
    names = Period.parse(f"{first}/{last}").month_list()
    return pd.DataFrame({"month": names, "count": count, **columns})


def test_between_sums_the_periods_and_counts_their_days():
    table = months("2006-04", "2008-03")
    before = table.copy(deep=True)
    result = change.between(table, "2007-04/2008-03", "2006-04/2007-03").iloc[0]
    assert (result["count"], result["compare_count"]) == (120, 120)
    assert (result["days"], result["compare_days"]) == (366, 365)
    assert result["percent_change"] == pytest.approx(100 * (365 / 366 - 1))
    pd.testing.assert_frame_equal(table, before)


def test_between_over_the_turn_of_the_year():
    table = months("2005-10", "2008-02")
    table.loc[table["month"] == "2007-12", "count"] = 100
    result = change.between(table, "2007-12/2008-01", "2006-12/2007-01").iloc[0]
    assert (result["count"], result["compare_count"], result["days"]) == (110, 20, 62)


def test_a_covered_month_without_rows_counts_zero_and_an_uncovered_one_is_unknown():
    table = months("2006-04", "2007-04").query("month != '2007-04'")
    covered = Period.parse("2006-04/2007-04").month_list()
    zero = change.between(table, "2007-04", "2006-04", covered=covered).iloc[0]
    assert (zero["count"], zero["compare_count"], zero["status"]) == (0, 10, "ok")
    unknown = change.between(table, "2007-04", "2006-04").iloc[0]
    assert np.isnan(unknown["count"]) and unknown["status"] == "not_available"


def test_each_area_has_its_own_coverage():
    table = pd.concat(
        [months("2006-04", "2007-04", area="A"), months("2006-04", "2006-04", area="B")]
    )
    covered = table[["area", "month"]]
    result = change.between(table, "2007-04", "2006-04", by=["area"], covered=covered)
    assert list(result["status"]) == ["ok", "not_available"]
    assert list(result["area"]) == ["A", "B"]


def test_a_hidden_month_hides_the_sum():
    table = months("2006-04", "2007-04").astype({"count": "Int64"})
    table.loc[table["month"] == "2007-04", "count"] = pd.NA
    result = change.between(table, "2007-04", "2006-04").iloc[0]
    assert result["status"] == "not_available"


def test_periods_of_other_months_are_refused_unless_exposure_adjusted():
    table = months("2006-04", "2008-03")
    refused = change.between(table, "2007-10/2008-03", "2007-04/2007-09").iloc[0]
    assert (refused["status"], refused["verdict"]) == ("not_comparable", "none")
    assert np.isnan(refused["ratio"]) and refused["count"] == 60
    adjusted = change.between(
        table, "2007-04/2008-03", "2006-04/2006-09", exposure_adjusted=True
    ).iloc[0]
    assert adjusted["status"] == "ok" and adjusted["ratio"] == pytest.approx(183 / 366 * 2)


def test_a_comparison_across_a_break_is_refused():
    table = months("2016-04", "2018-03")
    spans = ("2017-04/2018-03", "2016-04/2017-03")
    refused = change.between(table, *spans, series="burglary dwelling").iloc[0]
    assert refused["status"] == "not_comparable" and "April 2017" in refused["reason"]
    assert change.between(table, *spans, series="robbery").iloc[0]["status"] == "ok"


def test_detectable_change_has_the_checked_values():
    found = change.detectable(300)
    assert (found.fall_to, found.rise_to) == (252, 351)
    assert found.true_fall_to == pytest.approx(235, abs=1)
    found = change.detectable(1244)
    assert (found.fall_to, found.rise_to) == (1147, 1345)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 3000))
def test_detectable_change_is_what_the_test_calls(baseline):
    found = change.detectable(baseline)
    assert row(found.rise_to, baseline, 365, 365)["verdict"] == "up"
    assert row(found.rise_to - 1, baseline, 365, 365)["verdict"] != "up"
    if found.fall_to is None:
        assert row(0, baseline, 365, 365)["verdict"] != "down"
    else:
        assert row(found.fall_to, baseline, 365, 365)["verdict"] == "down"
        assert row(found.fall_to + 1, baseline, 365, 365)["verdict"] != "down"


@pytest.mark.parametrize(("days", "compare_days"), [(31, 365), (365, 31), (3650, 31)])
def test_detectable_change_of_unequal_periods(days, compare_days):
    found = change.detectable(20, days=days, compare_days=compare_days)
    assert row(found.rise_to, 20, days, compare_days)["verdict"] == "up"
    assert row(found.rise_to - 1, 20, days, compare_days)["verdict"] != "up"
    assert found.true_rise_to > found.rise_to > 20 * days / compare_days


def test_true_change_is_found_with_the_stated_power():
    found = change.detectable(300)
    rng = np.random.default_rng(7)
    base = rng.poisson(300, 4000)
    later = rng.poisson(found.true_fall_to, 4000)
    table = pd.DataFrame({"count": later, "compare_count": base, "days": 365, "compare_days": 365})
    called = (change.change(table)["verdict"] == "down").mean()
    assert called == pytest.approx(0.8, abs=0.025)


def series(rng, phi, years=4):
    names = Period.parse("2004-04/2008-03").month_list()[-12 * years :]
    mean = np.full(12 * years, 40.0)
    means = rng.gamma(mean / (phi - 1), phi - 1) if phi > 1 else mean
    return pd.DataFrame({"month": names, "count": rng.poisson(means)})


def test_dispersion_agrees_with_statsmodels():
    table = series(np.random.default_rng(5), 3)
    found = change.dispersion(table, "2007-04/2008-03", "2006-04/2007-03")
    data = table.assign(
        year=np.repeat(range(4), 12),
        calendar=np.tile(range(12), 4),
        days=Period.parse("2004-04/2008-03").month_days(),
    )
    fit = smf.glm(
        "count ~ C(year) + C(calendar)",
        data,
        family=sm.families.Poisson(),
        offset=np.log(data["days"]),
    ).fit(scale="X2")
    assert found.phi == pytest.approx(fit.scale, rel=1e-6)
    assert found.of_sums[0] >= found.phi > 1 and found.months == 48


def test_dispersion_takes_back_a_verdict_that_repeats_made():
    periods = Period.parse("2007-04/2008-03"), Period.parse("2006-04/2007-03")
    for seed in range(60):
        table = series(np.random.default_rng(seed), 8)
        found = change.compared(table, *periods).iloc[0]
        if found["verdict"] != found["verdict_by_chance"]:
            break
    exact = change.between(table, *periods).iloc[0]
    assert exact["verdict"] == found["verdict_by_chance"] in ("up", "down")
    assert found["verdict"] == "no_clear_change" and found["p"] > 0.05 > exact["p"]
    assert found["lower"] < exact["lower"] and found["upper"] > exact["upper"]
    assert found["lower"] < 1 < found["upper"]


def test_the_wider_limits_stand_beside_a_change_that_is_still_clear_too():
    periods = Period.parse("2007-04/2008-03"), Period.parse("2006-04/2007-03")
    table = series(np.random.default_rng(3), 8)
    table["count"] = table["count"].where(table["month"] < "2007-04", table["count"] * 3)
    found, exact = (f(table, *periods).iloc[0] for f in (change.compared, change.between))
    assert found["verdict"] == exact["verdict"] == "up" and found["dispersion"] > 2
    assert 1 < found["lower"] < exact["lower"] and found["upper"] > exact["upper"]
    assert found["method"] == change.WIDENED != exact["method"]


def test_dispersion_needs_two_whole_years_and_does_not_look_ahead():
    table = series(np.random.default_rng(2), 2)
    short = change.dispersion(table.iloc[13:], "2006-04/2007-03", "2005-04/2006-03")
    assert short.status == "not_available"
    short = change.dispersion(table.iloc[13:], "2006-05/2007-03", "2005-05/2006-03")
    assert short.status == "not_estimated"
    whole = change.dispersion(table, "2006-04/2007-03", "2005-04/2006-03")
    changed = table.assign(count=table["count"].where(table["month"] < "2007-04", 999))
    assert change.dispersion(changed, "2006-04/2007-03", "2005-04/2006-03") == whole


def days_of(years):
    return np.array(Period.parse(f"2001-04/{2001 + years}-03").month_days(), float).reshape(-1, 12)


def test_a_month_missing_outside_both_periods_moves_little():
    """It used to make the run too short, so that chance alone decided."""
    periods = Period.parse("2007-04/2008-03"), Period.parse("2006-04/2007-03")
    table = series(np.random.default_rng(4), 8)
    whole = change.compared(table, *periods).iloc[0]
    for gone in ("2005-09", "2004-04", "2006-03"):
        found = change.compared(table[table["month"] != gone], *periods).iloc[0]
        assert found["verdict"] == whole["verdict"]
        assert found["dispersion"] == pytest.approx(whole["dispersion"], rel=0.5)


def test_where_the_months_are_too_few_the_method_says_that_it_was_not_estimated():
    periods = Period.parse("2007-04/2007-09"), Period.parse("2006-04/2006-09")
    found = change.compared(months("2006-04", "2007-12"), *periods).iloc[0]
    assert change.NOT_ESTIMATED in found["method"] and "fewer than 24 months" in found["method"]
    assert "dispersion" not in found


def test_the_long_run_variance_is_unbiased_under_chance_and_sees_series_that_spread():
    rng, days = np.random.default_rng(11), days_of(3)
    calm = [dispersion.spread(rng.poisson(25.0, (3, 12)).astype(float), days) for _ in range(300)]
    assert np.mean([s.alone for s in calm]) == pytest.approx(1, abs=0.15)
    assert np.mean([s.phi for s in calm]) == pytest.approx(1, abs=0.05)
    apart = []
    for _ in range(300):
        first = rng.poisson(12.5, 37)  # each draws one more in the same month or the next
        later = rng.binomial(first, 0.5)
        counts = first[1:] + (first - later)[1:] + later[:-1]
        apart.append(dispersion.spread(counts.reshape(3, 12).astype(float), days))
    assert np.mean([s.alone for s in apart]) == pytest.approx(2, abs=0.3)
    assert np.mean([s.phi for s in apart]) < 1.7


@pytest.mark.parametrize("of_sums", [None, (2.0, 11.0)])
def test_limits_of_many_counts_are_those_of_each(of_sums):
    counts = np.array([0, 0, 1, 4, 90, 7000]), np.array([0, 3, 0, 9, 120, 6500])
    found = dispersion.widened_ratios(*(c.astype(float) for c in counts), 365, 366, of_sums)
    for *own, now, before in zip(*found, *counts, strict=True):
        alone = dispersion.widened_ratio(float(now), float(before), 365, 366, of_sums)
        assert own == pytest.approx(alone, rel=1e-12)


@given(st.lists(st.integers(0, 900), min_size=1, max_size=80), st.floats(0.05, 0.95))
def test_critical_counts_of_many_baselines_are_those_of_each(baselines, share):
    """However many are asked for at once, and in whatever order."""
    fall, rise = power.critical_counts(baselines, share, 0.05)
    assert list(zip(fall, rise, strict=True)) == [
        tuple(int(v[0]) for v in power.critical_counts([one], share, 0.05)) for one in baselines
    ]
    ordered = power.critical_counts(sorted(baselines), share, 0.05)
    assert [sorted(v) for v in (fall, rise)] == [v.tolist() for v in ordered]


@pytest.mark.parametrize("of_sums", [(2.0, 11.0), (4.5, 33.0), (7.0, 3.5)])
@pytest.mark.parametrize("baseline", [12, 40, 300, 7000])
def test_what_is_detectable_under_a_dispersion_is_what_its_limits_call(baseline, of_sums):
    found = change.detectable(baseline, days=366, compare_days=365, of_sums=of_sums)

    def limits(count):
        return dispersion.widened_ratio(count, baseline, 366, 365, of_sums)

    assert limits(found.rise_to)[0] > 1 >= limits(found.rise_to - 1)[0]
    assert found.true_rise_to > found.rise_to > baseline
    if found.fall_to is not None:
        assert limits(found.fall_to)[1] < 1 <= limits(found.fall_to + 1)[1]
        assert found.true_fall_to is None or found.true_fall_to < found.fall_to
    narrow = change.detectable(baseline, days=366, compare_days=365)
    assert found.rise_to >= narrow.rise_to and (found.fall_to or 0) <= (narrow.fall_to or 0)


def test_a_year_without_any_month_parts_what_lies_on_both_sides_of_it():
    """March before the gap and April after it are no neighbours."""
    rng, days = np.random.default_rng(13), days_of(4)
    counts = rng.poisson(20.0, (4, 12)).astype(float)
    counts[1] = np.nan
    apart = dispersion.spread(counts, days)
    together = dispersion.spread(counts[[0, 2, 3]], days[[0, 2, 3]])
    assert apart.phi == pytest.approx(together.phi, rel=0.01)
    assert apart.long_run != pytest.approx(together.long_run, rel=1e-6)


def test_limits_are_never_narrower_than_the_exact_ones():
    rng, days = np.random.default_rng(12), days_of(2)
    for mean in (0.5, 3, 40):
        for _ in range(30):
            counts = rng.poisson(mean, (2, 12)).astype(float)
            later, base = counts.sum(1)[::-1]
            if not (later and base):
                continue
            exact = change.exact_ratio(later, base, 365, 365)
            low, high, p = dispersion.widened_ratio(
                later, base, 365, 365, dispersion.spread(counts, days).of_sums
            )
            assert low <= exact[0] and high >= exact[1] and p >= exact[2]
            assert (low > 1 or high < 1) == (p < 0.05)


def test_a_change_that_a_reader_alters_is_not_altered_for_the_next():
    months = [f"{y}-{m:02d}" for y in (2006, 2007) for m in range(1, 13)]
    table = pd.DataFrame({"month": months, "count": range(50, 74)})
    spans = Period.parse("2007-01/2007-12"), Period.parse("2006-01/2006-12")
    first = change.compared(table, *spans)
    whole = first.copy()
    first.loc[0, "verdict"] = "none"
    first["count"] = 0
    pd.testing.assert_frame_equal(change.compared(table, *spans), whole)
    other = change.compared(table.assign(count=table["count"] + 1), *spans)
    assert other["count"].iloc[0] == whole["count"].iloc[0] + 12
