"""Counts, rates, shares and standardised rates against checked values and other packages."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from cspanalysis.stats import measures


@pytest.mark.parametrize(
    ("count", "lower", "upper"),
    [
        (0, 0, 3.6889),
        (1, 0.0253, 5.5716),
        (9, 4.1154, 17.0848),
        (10, 4.7874, 18.3915),
        (42, 30.2667, 56.7732),
        (207, 179.7586, 237.2028),
        (785, 731.0386, 841.8904),
    ],
)
def test_limits_of_a_count(count, lower, upper):
    low, high = measures.count_limits([count])
    assert low[0] == pytest.approx(lower, abs=5e-5)
    assert high[0] == pytest.approx(upper, abs=5e-5)


def test_limits_at_the_outer_level():
    low, high = measures.count_limits([10], confidence=0.998)
    assert (low[0], high[0]) == pytest.approx((2.9163, 24.1937), abs=5e-5)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 9), st.sampled_from([0.9, 0.95, 0.998]))
def test_small_counts_leave_each_tail_its_share(count, confidence):
    # An independent definition: at the limit the count just has the tail probability.
    low, high = (v[0] for v in measures.count_limits([count], confidence))
    tail = (1 - confidence) / 2
    assert stats.poisson.cdf(count, high) == pytest.approx(tail)
    if count:
        assert stats.poisson.sf(count - 1, low) == pytest.approx(tail)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**6))
def test_a_count_lies_within_its_limits_and_the_outer_ones_are_wider(count):
    (low, high), (far_low, far_high) = (measures.count_limits([count], c) for c in (0.95, 0.998))
    assert far_low[0] <= low[0] <= count <= high[0] <= far_high[0]


def test_rates_agree_with_the_public_health_package():
    phe = pytest.importorskip("PHStatsMethods")
    table = pd.DataFrame(
        {"area": list("abc"), "count": [5, 42, 785], "population": [900, 5e4, 1e5]}
    )
    ours = measures.rate(table, per=100_000)
    theirs = phe.ph_rate(table, "count", "population", confidence=0.95, multiplier=100_000)
    for mine, other in (("rate", "Value"), ("lower", "Lower"), ("upper", "Upper")):
        column = next(c for c in theirs.columns if c.lower().startswith(other.lower()))
        np.testing.assert_allclose(ours[mine], theirs[column].astype(float), rtol=1e-9)


def test_a_rate_without_count_or_residents_is_not_available():
    table = pd.DataFrame(
        {"count": pd.array([None, 3, 3, 0], dtype="Int64"), "population": [100, None, 0, 100]}
    )
    result = measures.rate(table)
    assert list(result["status"]) == ["not_available"] * 3 + ["ok"]
    assert result["rate"].isna().tolist() == [True, True, True, False]
    assert result["rate"].iloc[3] == 0 and result["upper"].iloc[3] == pytest.approx(
        36.889, abs=1e-3
    )


def test_inputs_stay_as_they_are():
    table = pd.DataFrame({"count": [1, 2], "population": [10, 20], "total": [3, 4]})
    before = table.copy(deep=True)
    measures.rate(table)
    measures.count_interval(table)
    measures.proportion(table)
    pd.testing.assert_frame_equal(table, before)


@pytest.mark.parametrize(
    ("count", "total", "lower", "upper"),
    [(0, 10, 0, 0.277533), (10, 10, 0.722467, 1), (24, 36, 0.503340, 0.797854)],
)
def test_wilson(count, total, lower, upper):
    row = measures.proportion(pd.DataFrame({"count": [count], "total": [total]})).iloc[0]
    assert (row["lower"], row["upper"]) == pytest.approx((lower, upper), abs=1e-6)
    oracle = stats.binomtest(count, total).proportion_ci(method="wilson")
    assert (row["lower"], row["upper"]) == pytest.approx(tuple(oracle), abs=1e-12)


def test_a_share_of_nothing_is_missing_and_too_many_are_refused():
    row = measures.proportion(pd.DataFrame({"count": [0], "total": [0]})).iloc[0]
    assert row["status"] == "not_available" and np.isnan(row["share"])
    with pytest.raises(ValueError, match="exceeds"):
        measures.proportion(pd.DataFrame({"count": [3], "total": [2]}))


def strata(counts):
    bands = ["0-9", "10-19", "20-44", "45-64", "65-89", "90+"]
    people = [12000, 13000, 40000, 30000, 18000, 1000]
    return pd.DataFrame(
        {"year": "2007/08", "age_band": bands, "count": counts, "population": people}
    )


def test_the_standard_population_is_whole_and_bands_add_up():
    assert sum(measures.ESP2013.values()) == 100_000
    assert measures.standard_weight("10-19") == 11_000
    assert measures.standard_weight("90 and over") == measures.standard_weight("90+") == 1000
    with pytest.raises(ValueError, match="five-year"):
        measures.standard_weight("16-24")


def test_standardised_rate_by_hand():
    table = strata([3, 20, 61, 44, 18, 2])
    row = measures.directly_standardised(table, by=["year"]).iloc[0]
    weights = np.array([10500, 11000, 32500, 26500, 18500, 1000])
    share = weights / 1e5 / table["population"]
    value = (share * table["count"]).sum()
    spread = np.sqrt((share**2 * table["count"]).sum())
    total = table["count"].sum()
    low, high = measures.count_limits([total])
    factor = spread / np.sqrt(total)
    assert row["rate"] == pytest.approx(1e5 * value)
    assert row["lower"] == pytest.approx(1e5 * (value + factor * (low[0] - total)))
    assert row["upper"] == pytest.approx(1e5 * (value + factor * (high[0] - total)))


def test_standardised_rate_of_one_risk_is_the_crude_rate():
    table = strata([12, 13, 40, 30, 18, 1])
    row = measures.directly_standardised(table, by=["year"]).iloc[0]
    assert row["rate"] == pytest.approx(100)


def test_standardised_rates_are_withheld_under_ten_or_when_a_part_is_hidden():
    few = measures.directly_standardised(strata([1, 2, 2, 2, 2, 0]), by=["year"]).iloc[0]
    assert few["status"] == "too_few" and np.isnan(few["rate"])
    hidden = measures.directly_standardised(strata([None, 20, 61, 44, 18, 2]), by=["year"]).iloc[0]
    assert hidden["status"] == "not_available" and np.isnan(hidden["count"])


def test_standardised_rates_and_shares_agree_with_the_public_health_package():
    phe = pytest.importorskip("PHStatsMethods")
    table = pd.concat(
        [strata([3, 20, 61, 44, 18, 2]), strata([1, 4, 5, 9, 2, 1]).assign(year="2006/07")],
        ignore_index=True,
    ).assign(weight=lambda t: t["age_band"].map(measures.standard_weight))
    theirs = phe.ph_dsr(
        table, "count", "population", "weight", "year", euro_standard_pops=False, metadata=False
    ).sort_values("year", ignore_index=True)
    ours = measures.directly_standardised(table, by=["year"])
    for mine, other in (("rate", "Value"), ("lower", "Lower"), ("upper", "Upper")):
        column = next(c for c in theirs.columns if c.lower().startswith(other.lower()))
        np.testing.assert_allclose(ours[mine], theirs[column].astype(float), rtol=1e-9)
    shares = pd.DataFrame({"area": list("ab"), "count": [24, 69], "total": [36, 207]})
    theirs = phe.ph_proportion(shares, "count", "total", confidence=0.95)
    ours = measures.proportion(shares)
    for mine, other in (("lower", "Lower"), ("upper", "Upper")):
        column = next(c for c in theirs.columns if c.lower().startswith(other.lower()))
        np.testing.assert_allclose(ours[mine], theirs[column].astype(float), rtol=1e-9)


def test_repeat_admissions_widen_the_limits_as_the_published_method_does():
    """Persons by how often each was admitted: the variance of each frequency f weighs f².

    The oracle is the published algorithm written out: a rate's variance for the persons of each
    frequency, times its square, summed; Byar's limits of all events scaled by it.
    """
    bands, people = list(strata([0] * 6)["age_band"]), strata([0] * 6)["population"].to_numpy()
    persons = {1: [3, 10, 30, 20, 10, 2], 2: [0, 5, 10, 6, 3, 0], 5: [0, 1, 2, 1, 0, 0]}
    weight = np.array([measures.standard_weight(b) for b in bands], dtype=float)
    events = sum(f * np.array(x) for f, x in persons.items())
    variance = sum(
        f**2 * np.sum(np.array(x) * (weight / people) ** 2) / weight.sum() ** 2
        for f, x in persons.items()
    )
    total, value = events.sum(), np.sum(events * weight / people) / weight.sum()
    low, high = measures.count_limits([total])
    table = strata(events).assign(squares=sum(f**2 * np.array(x) for f, x in persons.items()))
    row = measures.directly_standardised(table, by=["year"], squares="squares").iloc[0]
    assert row["rate"] == pytest.approx(1e5 * value)
    for name, limit in (("lower", low[0]), ("upper", high[0])):
        oracle = 1e5 * (value + np.sqrt(variance / total) * (limit - total))
        assert row[name] == pytest.approx(oracle)
    plain = measures.directly_standardised(table, by=["year"]).iloc[0]
    assert row["lower"] < plain["lower"] < plain["rate"] == row["rate"]
    assert "persons with several" in row["method"] and "persons" not in plain["method"]
