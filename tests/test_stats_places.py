"""Statistics of places: concentration against chance, many changes together, gradients."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from cspanalysis.domain.periods import Period
from cspanalysis.stats import concentration, gradient, many_changes

NOW, BEFORE = Period.parse("2025-01/2025-12"), Period.parse("2024-01/2024-12")


def months(*yearly):
    """Twelve alike months for each place."""
    return np.array([[n / 12] * 12 for n in yearly])


def test_ten_incidents_at_one_place_are_all_at_one_place():
    counts = np.zeros((78, 12))
    counts[5, :10] = 1
    row = concentration.top_tenth(counts).iloc[0]
    assert (row["gini"], row["share"], row["top"], row["count"]) == (1, 1, 8, 10)
    assert row["verdict"] == "higher" and np.isnan(row["lower"])
    assert concentration.gini([3]) == concentration.adjusted_gini([10]) == 1
    assert (
        concentration.concentration(pd.DataFrame({"place": ["High Street"] * 10}))["gini"][0] == 1
    )


def test_few_incidents_spread_by_chance_are_not_called_concentrated():
    counts = np.zeros((78, 12))
    counts[:10, 0] = 1  # ten places with one each: eight of them have 80 per cent
    row = concentration.top_tenth(counts).iloc[0]
    assert row["share"] == 0.8 and row["share_by_chance"] > 0.75
    assert row["verdict"] == "similar" and row["gini"] < row["gini_by_chance"] + 0.05


def test_places_without_any_count_and_nothing_at_all_is_said():
    alike = concentration.top_tenth(months(*[120] * 10)).iloc[0]
    assert alike["gini"] == pytest.approx(0) and alike["share"] == pytest.approx(0.1)
    with_none = concentration.top_tenth(months(*[120] * 10, *[0] * 90)).iloc[0]
    assert with_none["share"] == 1 and with_none["places"] == 100
    empty = concentration.top_tenth(np.zeros((10, 12))).iloc[0]
    assert (empty["status"], empty["verdict"]) == ("not_available", "none")


@pytest.mark.long
def test_limits_hold_the_true_share_of_the_tenth_with_most():
    random = np.random.default_rng(7)
    held = 0
    for _ in range(120):
        rates = np.exp(random.normal(0, 1, 60))
        rates *= 600 / 12 / rates.sum()
        # Crimes come in clusters of three on average.
        clusters = random.poisson(np.broadcast_to(rates[:, None] / 3, (60, 12)))
        row = concentration.top_tenth(clusters + random.poisson(2 * clusters)).iloc[0]
        true = np.sort(rates)[::-1][:6].sum() / rates.sum()
        held += row["lower"] <= true <= row["upper"]
    assert held / 120 > 0.88


def table(**yearly):
    """Places by month over two years: name → (count before, count now)."""
    random = np.random.default_rng(3)
    columns = [*BEFORE.month_list(), *NOW.month_list()]
    rows = {
        name: [n for total in pair for n in random.multinomial(total, [1 / 12] * 12)]
        for name, pair in yearly.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


def test_a_place_that_doubled_is_called_and_its_interval_agrees():
    places = {f"p{i}": (100, 100 + (-1) ** i * (i % 9)) for i in range(40)}
    found = many_changes.changes(table(**places, rises=(100, 240), few=(4, 12)), NOW, BEFORE)
    assert found.loc["rises", "verdict"] == "up" and found.loc["few", "verdict"] == "none"
    assert set(found.drop(["rises", "few"])["verdict"]) == {"no_clear_change"}
    tested = found[found["status"] == "ok"]
    outside = (tested["lower"] > 1) | (tested["upper"] < 1)
    assert outside.tolist() == tested["verdict"].isin(["up", "down"]).tolist()
    assert tested["tested"].iloc[0] == 41 and tested["confidence"].iloc[0] > 0.99


@pytest.mark.long
def test_among_many_places_without_change_hardly_any_is_called():
    random, called = np.random.default_rng(11), 0
    for _ in range(20):
        rates = random.gamma(2, 30, 60)[:, None] / 12
        counts = random.poisson(np.broadcast_to(rates, (60, 24)))
        frame = pd.DataFrame(counts, columns=[*BEFORE.month_list(), *NOW.month_list()])
        called += many_changes.changes(frame, NOW, BEFORE)["verdict"].isin(["up", "down"]).any()
    assert called <= 3


def test_gradient_agrees_with_statsmodels():
    random = np.random.default_rng(5)
    places = pd.DataFrame({"decile": np.repeat(range(1, 11), 6), "population": 1500})
    places["count"] = random.poisson(60 * 0.9 ** places["decile"])
    found = gradient.by_fifth(places)
    assert found["fifth"].tolist() == [1, 2, 3, 4, 5] and found["places"].tolist() == [12] * 5
    assert found["count"].sum() == places["count"].sum()
    fifth = (places["decile"] + 1) // 2
    dummies = sm.add_constant((fifth.to_numpy()[:, None] == [1, 2, 3, 4]).astype(float))
    model = sm.GLM(places["count"], dummies, family=sm.families.Poisson(),
                   offset=np.log(places["population"])).fit(scale="X2")  # fmt: skip
    assert np.log(found["ratio"][0]) == pytest.approx(model.params.iloc[1])
    assert found["dispersion"][0] == pytest.approx(max(1, model.scale))
    assert found["verdict"][0] == "higher"
    low, high = found["per_decile_lower"][0], found["per_decile_upper"][0]
    assert low < 1 / 0.9 < high


def test_fifths_of_two_places_are_shown_and_not_compared():
    counts = [90, 80, 30, 31, 29, 20, 21, 22]
    places = pd.DataFrame({"decile": [1, 2, 5, 6, 6, 9, 10, 10], "population": 1500})
    places["count"] = counts
    found = gradient.by_fifth(places)
    assert found["is_compared"].tolist() == [False, True, True]
    assert found["ratio"][0] == pytest.approx(30 / 21)
    alone = gradient.by_fifth(places.assign(decile=3))
    assert alone["verdict"].tolist() == ["none"]
    assert gradient.by_fifth(places.assign(decile=np.nan)).empty
