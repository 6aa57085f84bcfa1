"""A standardised rate is shown only where nobody can solve it for a hidden count."""

import itertools

import numpy as np
import pandas as pd
import pytest

from cspanalysis import disclosure
from cspanalysis.stats import measures

BANDS = ["0-9", "10-19", "20-29", "30-39", "40-49", "50-59", "60-69", "70-79", "80+"]


def strata(seed=0, people=9000):
    draw = np.random.default_rng(seed)
    rows = [(sex, band) for sex in ("male", "female") for band in BANDS]
    found = pd.DataFrame(rows, columns=["sex", "age_band"])
    return found.assign(year="2024/25", population=draw.integers(people // 2, people, len(found)))


def told(parts, decimals=0):
    def rates(tables):
        limits = measures.standardised_limits(parts, tables, sexes=2, per=100_000)
        return np.column_stack(limits).round(decimals)

    return rates


def by_trying_all(counts, rates, margins):
    """The same by every table there is; for few hidden cells."""
    hidden = np.flatnonzero((counts > 0) & (counts < 8))
    tables = np.repeat(counts[None, :].astype(float), 7 ** len(hidden), axis=0)
    tables[:, hidden] = list(itertools.product(range(1, 8), repeat=len(hidden)))

    def seen(some):
        sums = [some[:, m].sum(axis=1) for m in margins]
        shown = [np.where((s > 0) & (s < 8), -1, np.floor(s / 5 + 0.5) * 5) for s in sums]
        return np.column_stack([rates(some), *shown])

    fits = tables[(seen(tables) == seen(counts[None, :].astype(float))).all(axis=1)]
    found = np.zeros(len(counts), dtype=bool)
    found[hidden] = [len(np.unique(fits[:, i])) == 1 for i in hidden]
    return found


def margins(parts):
    is_male = (parts["sex"] == "male").to_numpy()
    return [np.ones(len(parts), dtype=bool), is_male, ~is_male]


@pytest.mark.parametrize("decimals", [0, 1])
@pytest.mark.parametrize("seed", range(6))
def test_it_finds_what_trying_all_tables_finds(seed, decimals):
    parts, draw = strata(seed), np.random.default_rng(seed)
    counts = np.zeros(len(parts))
    counts[draw.permutation(len(parts))[:5]] = draw.integers(1, 8, 5)
    counts[draw.permutation(len(parts))[:3]] = draw.integers(20, 40, 3)
    rates = told(parts, decimals)
    found = disclosure.gives_away(counts, rates, margins(parts))
    assert found == by_trying_all(counts, rates, margins(parts)).any()


def test_precise_sums_pin_and_coarse_ones_over_many_do_not():
    parts, draw = strata(3, people=60_000), np.random.default_rng(3)
    counts = draw.integers(1, 8, len(parts)).astype(float)
    assert disclosure.gives_away(counts, told(parts, 9), margins(parts))
    assert not disclosure.gives_away(counts, told(parts), margins(parts))


def test_many_tables_at_once_are_rated_as_one():
    parts, draw = strata(), np.random.default_rng(5)
    tables = draw.integers(0, 30, (4, len(parts))).astype(float)
    many = np.column_stack(measures.standardised_limits(parts, tables, sexes=2, per=1000))
    for counts, row in zip(tables, many, strict=True):
        table = parts.assign(count=counts)
        one = measures.directly_standardised(table, by=["year"], sexes=2, per=1000)
        assert row == pytest.approx(one[["rate", "lower", "upper"]].to_numpy()[0])
