"""What is taken to be usual of monthly series is what real districts show."""

import numpy as np
import pandas as pd
import pytest

from cspanalysis.stats import dispersion

YEARS = np.array([[31, 30, 31, 31, 30, 31, 30, 31, 31, 28, 31, 30]] * 3, dtype=float)


@pytest.mark.realdata
def test_months_in_a_row_have_in_common_what_is_called_usual(shared):
    path = shared / "data" / "police_uk" / "lad_month_type_counts_2023-05_2026-04.csv.gz"
    counts = pd.read_csv(path).dropna(subset=["ltla24_name"])
    wide = counts.pivot_table(
        index=["ltla24_name", "crime_type"], columns="month", values="count", aggfunc="sum"
    )
    of_all = wide.groupby(level=0).sum()
    # Districts of forces that left months out would show their gaps, not their months.
    whole = of_all.index[(of_all.gt(0.6 * of_all.median(axis=1), axis=0)).all(axis=1)]
    wide = wide.loc[whole].fillna(0)
    chosen = wide[wide.sum(axis=1) >= 72].iloc[::25]
    found = [dispersion.spread(v.reshape(3, 12), YEARS) for v in chosen.to_numpy()]
    ratios = np.array([s.alone / s.phi for s in found])
    assert len(ratios) > 140
    usual = 1 + sum(2 * (1 - k / 12) * r for k, r in enumerate(dispersion.USUAL[12], 1))
    assert usual == pytest.approx(1.51, abs=0.01)
    assert np.mean(ratios) == pytest.approx(usual, abs=0.25)


def test_an_uncertain_estimate_is_drawn_towards_what_is_usual():
    rng = np.random.default_rng(3)
    found = [dispersion.spread(c, YEARS) for c in rng.poisson(40, (40, 3, 12)).astype(float)]
    drawn = [s for s in found if s.alone > max(s.phi, 1)]
    assert 5 < len(drawn) < 35
    for s in drawn:
        low, high = sorted((s.alone, 1.51 * s.phi))
        assert low - 0.01 <= s.long_run <= high + 0.01
        assert s.long_run_degrees == pytest.approx(dispersion.USUAL_DEGREES + 3.5, abs=0.2)


def test_where_months_have_nothing_in_common_they_decide_alone():
    rng = np.random.default_rng(3)
    found = [dispersion.spread(c, YEARS) for c in rng.poisson(40, (40, 3, 12)).astype(float)]
    for s in (s for s in found if s.alone <= max(s.phi, 1)):
        assert s.of_sums in (None, (s.phi, s.degrees))


def test_more_years_leave_the_series_more_of_its_own():
    rng = np.random.default_rng(4)
    days = np.repeat(YEARS[:1], 10, axis=0)
    level = np.repeat(np.exp(rng.normal(0, 0.25, (10, 6))), 2, axis=1)
    found = dispersion.spread(rng.poisson(200 * level).astype(float), days)
    assert found.alone > 1.6 * found.phi
    usual = 1.51 * found.phi
    assert (found.long_run - usual) / (found.alone - usual) > 0.5
