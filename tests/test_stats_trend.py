"""Recent trend over five years."""

import numpy as np
import pandas as pd
import pytest
from statsmodels import api as sm

from cspanalysis.stats import trend


def years(rates, half=1.0, first=2003):
    labels = [f"{y}/{(y + 1) % 100:02d}" for y in range(first, first + len(rates))]
    rates = np.array(rates, dtype=float)
    return pd.DataFrame(
        {"year": labels, "rate": rates, "lower": rates - half, "upper": rates + half}
    )


def test_the_critical_value_is_the_published_one():
    assert pytest.approx(9.5495, abs=5e-5) == trend.CRITICAL


def test_a_steady_rise_is_up_and_its_mirror_down():
    assert trend.recent_trend(years([10, 11, 12, 13, 14])).verdict == "up"
    result = trend.recent_trend(years([14, 13, 12, 11, 10]))
    assert result.verdict == "down" and result.slope == pytest.approx(-1)


def test_slope_and_chi_square_agree_with_statsmodels():
    table = years([10, 12, 11, 14, 13]).assign(
        upper=[11, 14, 12, 15, 15.0], lower=[9, 10, 10, 13, 11]
    )
    result = trend.recent_trend(table)
    error = (table["upper"] - table["lower"]) / 3.92
    fit = sm.WLS(table["rate"], sm.add_constant(np.arange(5)), weights=error**-2.0).fit(
        cov_type="fixed scale"
    )
    assert result.slope == pytest.approx(fit.params.iloc[1])
    assert result.chi_square == pytest.approx((fit.params.iloc[1] / fit.bse.iloc[1]) ** 2)


def test_one_year_alone_does_not_make_a_trend():
    # Without the last year the slope turns round.
    result = trend.recent_trend(years([10, 9.9, 9.8, 9.7, 30], half=1))
    assert result.chi_square > trend.CRITICAL and result.verdict == "no_clear_change"


def test_only_the_last_five_years_count():
    result = trend.recent_trend(years([90, 80, 10, 11, 12, 13, 14]))
    assert result.verdict == "up" and len(result.years) == 5


@pytest.mark.parametrize(
    ("table", "status"),
    [
        (years([1, 2, 3, 4]), "too_few"),
        (years([10, 11, 12, 13, 14, 15]).drop(index=3), "too_few"),
        (years([10, 11, np.nan, 13, 14]), "not_available"),
        (years([10, 11, 12, 13, 14], half=0), "not_available"),
    ],
    ids=["four years", "a gap", "a hidden year", "no interval"],
)
def test_what_cannot_be_calculated_says_why(table, status):
    result = trend.recent_trend(table)
    assert (result.status, result.verdict) == (status, "none") and result.reason
    assert (result.table["status"] == status).all()


def test_overlapping_years_are_refused():
    with pytest.raises(ValueError, match="overlap"):
        trend.recent_trend(pd.concat([years([1, 2, 3]), years([4, 5])]))


def test_years_that_jump_about_a_line_are_no_trend():
    """By their own narrow intervals they would be one, as the profiles have it."""
    found = trend.recent_trend(years([100, 118, 104, 124, 120], half=2))
    assert found.verdict_by_chance == "up" and found.verdict == "no_clear_change"
    assert found.phi > 10 and "vary more" in found.method
    calm = trend.recent_trend(years([100, 106, 109, 116, 120], half=2))
    assert calm.verdict == calm.verdict_by_chance == "up"


def test_of_unchanged_years_that_vary_more_than_chance_few_are_called():
    rng = np.random.default_rng(2)
    called = {"verdict": [], "verdict_by_chance": []}
    for counts in rng.poisson(rng.gamma(750, 8, (300, 5))):
        half = 1.96 * np.sqrt(counts)
        table = pd.DataFrame({"year": range(2003, 2008), "rate": counts, "lower": counts - half,
                              "upper": counts + half})  # fmt: skip
        found = trend.recent_trend(table)
        for name, verdicts in called.items():
            verdicts.append(getattr(found, name) in ("up", "down"))
    assert np.mean(called["verdict"]) < 0.06 < 0.1 < np.mean(called["verdict_by_chance"])
