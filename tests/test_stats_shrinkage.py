"""Rates of small places drawn to that of all: what must hold of them, by simulation."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.discrete.discrete_model import NegativeBinomial

from cspanalysis.stats import shrinkage


def places(counts, people=1500):
    return pd.DataFrame({"count": counts, "population": people})


def drawn(rng, number=78, mean=12.0, cv=0.5):
    people = rng.uniform(1000, 3000, number)
    true = rng.gamma(1 / cv**2, cv**2 * mean / 1500, number)
    return places(rng.poisson(true * people), people), 1000 * true


def test_a_rate_lies_between_its_own_and_that_of_all():
    table, _ = drawn(np.random.default_rng(1))
    found = shrinkage.shrunk(table)
    own = 1000 * table["count"] / table["population"]
    low, high = np.minimum(own, found["all_rate"]), np.maximum(own, found["all_rate"])
    assert ((low - 1e-9 <= found["shrunk_rate"]) & (found["shrunk_rate"] <= high + 1e-9)).all()
    assert found["own_weight"].between(0, 1).all()
    assert (found["shrunk_lower"] < found["shrunk_rate"]).all()
    assert (found["shrunk_rate"] < found["shrunk_upper"]).all()


def test_the_more_residents_the_more_a_rate_is_its_own():
    table, _ = drawn(np.random.default_rng(2))
    found = shrinkage.shrunk(table).sort_values("population")
    assert found["own_weight"].is_monotonic_increasing


def test_places_that_differ_by_chance_alone_all_get_the_rate_of_all():
    table = places(np.random.default_rng(4).poisson(12, 78).clip(10, 14))
    found = shrinkage.shrunk(table)
    assert found["shrunk_rate"].max() / found["shrunk_rate"].min() < 1.01


def test_the_distribution_is_that_of_statsmodels():
    table, _ = drawn(np.random.default_rng(5))
    fitted = NegativeBinomial(
        table["count"], np.ones((len(table), 1)), exposure=table["population"]
    ).fit(disp=0)
    mean, alpha = 1000 * np.exp(fitted.params.iloc[0]), fitted.params.iloc[1]
    found = shrinkage.shrunk(table).iloc[0]
    assert found["all_rate"] == pytest.approx(mean, rel=1e-3)
    shape = 1 / alpha
    rate = shape / (mean / 1000)
    assert found["own_weight"] == pytest.approx(
        table["population"][0] / (table["population"][0] + rate), rel=5e-3
    )


@pytest.mark.parametrize("mean", [3.0, 12.0])
def test_it_is_nearer_the_truth_and_its_limits_hold_it(mean):
    rng = np.random.default_rng(6)
    nearer, held = [], []
    for _ in range(60):
        table, true = drawn(rng, mean=mean)
        found = shrinkage.shrunk(table)
        own = 1000 * table["count"] / table["population"]
        gain = np.mean((own - true) ** 2) - np.mean((found["shrunk_rate"] - true) ** 2)
        nearer.append(gain > 0)
        held.append(np.mean((found["shrunk_lower"] <= true) & (true <= found["shrunk_upper"])))
    assert np.mean(nearer) > 0.85
    assert 0.93 < np.mean(held) < 0.97


def test_counts_that_vary_more_than_chance_are_drawn_further():
    table, _ = drawn(np.random.default_rng(7))
    plain, wide = (shrinkage.shrunk(table, variance=v) for v in ((1.0, np.inf), (2.0, 20.0)))
    assert wide["own_weight"].mean() < plain["own_weight"].mean()


def test_few_places_or_no_residents_have_none():
    few = shrinkage.shrunk(places([3, 4, 5]))
    assert few["shrunk_rate"].isna().all() and few["shrunk_reason"].eq(shrinkage.FEW).all()
    table, _ = drawn(np.random.default_rng(8))
    table.loc[0, "population"] = np.nan
    found = shrinkage.shrunk(table)
    assert np.isnan(found["shrunk_rate"][0]) and found["shrunk_rate"][1:].notna().all()
