"""Changes of many places at once: those that are called are few of them false.

Each place is tested with the dispersion that all of them show together; which are called is decided
by Benjamini and Hochberg (1995), and the limits printed are those that agree with it (Benjamini and
Yekutieli 2005): an interval leaves out 1 exactly where a change is called.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from cspanalysis.domain.periods import Period
from cspanalysis.stats import dispersion as dispersions

#: Fewer crimes in both periods together are described, not tested.
FEWEST = 20
#: Share of the called changes that may be false.
FALSE_SHARE = 0.05


def changes(by_month: pd.DataFrame, period: Period, compare: Period) -> pd.DataFrame:
    """The change of every place between two periods, tested together.

    Parameters
    ----------
    by_month : pandas.DataFrame
        A row a place (index), a column a month ('YYYY-MM'): every month that is known.
    period, compare : Period
        The same months of two years.

    Returns
    -------
    pandas.DataFrame
        Index of the places: count, compare_count, percent_change, ratio, lower, upper (limits that
        allow for the number of places), p, p_adjusted, confidence, tested, dispersion, verdict
        ('up', 'down', 'no_clear_change'; 'none' where too few), status, method.
    """
    now = by_month[period.month_list()].sum(axis=1).astype(int)
    before = by_month[compare.month_list()].sum(axis=1).astype(int)
    is_tested = ((now + before) >= FEWEST) & (now > 0) & (before > 0)
    factor, degrees = shared_dispersion(by_month[is_tested], period)
    of_sums = (factor, degrees) if factor > 1 else None

    def limits(confidence: float) -> pd.DataFrame:
        counts = (of[is_tested].to_numpy(dtype=float) for of in (now, before))
        found = dispersions.widened_ratios(*counts, period.days, compare.days, of_sums, confidence)
        names = ("lower", "upper", "p")
        return pd.DataFrame(dict(zip(names, found, strict=True)), index=now.index[is_tested])

    p = limits(1 - FALSE_SHARE)["p"]
    tested = len(p)
    adjusted = pd.Series(dtype=float)
    called = pd.Series(dtype=bool)
    if tested:
        from statsmodels.stats.multitest import multipletests

        rejected, corrected, *_ = multipletests(p, alpha=FALSE_SHARE, method="fdr_bh")
        called, adjusted = pd.Series(rejected, index=p.index), pd.Series(corrected, index=p.index)
    confidence = 1 - FALSE_SHARE * max(int(called.sum()), 1) / max(tested, 1)
    shown = limits(confidence)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (now / period.days) / (before.where(before > 0) / compare.days)
    table = pd.DataFrame(
        {
            "count": now,
            "compare_count": before,
            "percent_change": 100 * (ratio - 1),
            "ratio": ratio,
            "lower": shown["lower"].reindex(now.index),
            "upper": shown["upper"].reindex(now.index),
            "p": p.reindex(now.index),
            "p_adjusted": adjusted.reindex(now.index),
            "confidence": confidence,
            "tested": tested,
            "dispersion": factor,
            "status": np.where(is_tested, "ok", "too_few"),
        }
    )
    is_called = called.reindex(now.index, fill_value=False).astype(bool)
    table["verdict"] = np.select(
        [~is_tested, is_called & (ratio > 1), is_called & (ratio < 1)],
        ["none", "up", "down"],
        "no_clear_change",
    )
    table["method"] = (
        "quasi-Poisson and exact tests with the dispersion of all places, Benjamini-Hochberg at 5%"
        if of_sums
        else "conditional exact tests, Benjamini-Hochberg at 5%"
    )
    return table


def shared_dispersion(by_month: pd.DataFrame, period: Period) -> tuple[float, float]:
    """By how much a period's counts vary more than chance, over all places, and its degrees.

    `by_month` as in `changes`. 1 where it cannot be estimated: `dispersion.FEWEST_MONTHS`.
    """
    run = Period(period.last - 12 * dispersions.MOST_YEARS + 1, period.last)
    months = run.month_list()
    days = np.array(run.month_days(), dtype=float).reshape(-1, 12)
    known = by_month.reindex(columns=months)
    if known.notna().any().sum() < dispersions.FEWEST_MONTHS:
        return 1.0, 1.0
    spreads = [
        dispersions.spread(row.reshape(-1, 12).astype(float), days, period.months)
        for row in known.to_numpy()
    ]
    if not spreads:
        return 1.0, 1.0
    degrees = np.array([s.degrees for s in spreads])
    factor = float(np.average([max(s.long_run, s.phi) for s in spreads], weights=degrees))
    return max(factor, 1.0), float(sum(s.long_run_degrees for s in spreads))
