"""Change between two periods: exact test, interval, and the verdict that wording follows.

Given the two counts together, the later one is binomial with the share of days the later period
has (Przyborowski and Wilenski 1940). The p-value and the Clopper–Pearson limits belong to the same
test, so the interval leaves out 1 exactly when p is below 1 - confidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from scipy import stats

from cspanalysis.analysis.measures import as_float
from cspanalysis.periods import Period

#: Under this base a sentence names the counts before any percentage.
SMALL_BASE = 50

METHOD = "conditional exact test of two Poisson counts, Clopper-Pearson limits"


def change(
    table: pd.DataFrame, *, exposure_adjusted: bool = False, confidence: float = 0.95
) -> pd.DataFrame:
    """Compare `count` in `days` with `compare_count` in `compare_days`, row by row.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns count, compare_count, days, compare_days; others are kept.
    exposure_adjusted : bool
        False: `percent_change` compares the counts, as publishers do for the same months of two
        years. True: it compares counts per day. Ratio, limits and p are per day either way.
    confidence : float
        Level of the limits; the verdict follows them.

    Returns
    -------
    pandas.DataFrame
        The table with percent_change (missing on a base of zero), ratio, lower, upper, p,
        confidence, method, status, verdict, is_small_base. Status 'too_few': no split of so few
        incidents could have been called; 'not_available': a count is missing.

    Raises
    ------
    ValueError
        If a count is negative, or no whole number, or days are not positive.
    """
    later, base = as_float(table["count"]), as_float(table["compare_count"])
    days, base_days = as_float(table["days"]), as_float(table["compare_days"])
    for counts in (later, base):
        known = counts[~np.isnan(counts)]
        if np.any(known < 0) or np.any(known != np.floor(known)):
            raise ValueError("counts must be whole numbers of 0 or more")
    if np.any(days <= 0) or np.any(base_days <= 0):
        raise ValueError("days must be positive")
    alpha = 1 - confidence
    share = days / (days + base_days)
    lower, upper, p = exact_ratio(later, base, days, base_days, confidence)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(base > 0, (later / days) / (base / base_days), np.nan)
        by_count = np.where(base > 0, 100 * (later - base) / base, np.nan)
    missing = np.isnan(later) | np.isnan(base)
    # The most extreme split, all incidents in one period, must be able to reach p < alpha.
    total = later + base
    callable_ = 2 * np.minimum(share**total, (1 - share) ** total) < alpha
    status = np.select([missing, ~callable_], ["not_available", "too_few"], "ok")
    is_called = ~missing & (p < alpha)
    verdict = np.select(
        [missing, is_called & (lower > 1), is_called & (upper < 1)],
        ["none", "up", "down"],
        "no_clear_change",
    )
    return table.assign(
        percent_change=100 * (ratio - 1) if exposure_adjusted else by_count,
        ratio=ratio,
        lower=lower,
        upper=upper,
        p=p,
        confidence=confidence,
        method=METHOD,
        status=status,
        verdict=verdict,
        is_small_base=base < SMALL_BASE,
    )


def exact_ratio(
    count, compare_count, days, compare_days, confidence: float = 0.95
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Limits of the ratio of two daily rates and the two-sided p of 'no change'.

    Parameters
    ----------
    count, compare_count, days, compare_days : array_like
        Broadcast against each other; missing counts give missing results.

    Returns
    -------
    lower, upper, p : numpy.ndarray
        `upper` is infinite where the base is zero. Two zero counts: limits 0 and infinity, p = 1.
    """
    x1, x0, d1, d0 = np.broadcast_arrays(
        *(np.asarray(v, dtype=float) for v in (count, compare_count, days, compare_days))
    )
    tail = (1 - confidence) / 2
    share, total = d1 / (d1 + d0), x1 + x0
    with np.errstate(divide="ignore", invalid="ignore"):
        low = np.where(x1 == 0, 0.0, stats.beta.ppf(tail, x1, x0 + 1))
        high = np.where(x0 == 0, 1.0, stats.beta.isf(tail, x1 + 1, x0))
        lower = low / (1 - low) * d0 / d1
        upper = np.where(high == 1, np.inf, high / (1 - high) * d0 / d1)
    p = np.minimum(
        1,
        2 * np.minimum(stats.binom.cdf(x1, total, share), stats.binom.sf(x1 - 1, total, share)),
    )
    missing = np.isnan(total)
    return tuple(np.where(missing, np.nan, v) for v in (lower, upper, p))


def between(
    by_month: pd.DataFrame,
    period: Period | str,
    compare: Period | str,
    *,
    by: Sequence[str] = (),
    covered: Iterable[str] | pd.DataFrame | None = None,
    exposure_adjusted: bool = False,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Counts of two periods and their change, one row per group.

    Parameters
    ----------
    by_month : pandas.DataFrame
        Columns month ('YYYY-MM'), count and those of `by` (for example area).
    period, compare : Period or str
        The period reported and the one it is compared with.
    covered : iterable of str or pandas.DataFrame, optional
        Months for which data exist: texts, or a table of month and (some of) the `by` columns.
        Default: every month that occurs in `by_month`. A covered month without a row counts 0; a
        month not covered makes the period's count missing.
    exposure_adjusted : bool
        Allow periods of other months or lengths, compared per day.

    Returns
    -------
    pandas.DataFrame
        by…, period, compare, count, compare_count, days, compare_days, the columns of `change`,
        and reason. Periods that do not cover the same months are refused: counts are given, status
        'not_comparable', verdict 'none'.
    """
    period, compare, by = Period.parse(period), Period.parse(compare), list(by)
    if covered is None:
        covered = by_month["month"].unique()
    rows = by_month[by].drop_duplicates().sort_values(by) if by else pd.DataFrame(index=[0])
    rows = rows.reset_index(drop=True)
    for name, span in (("count", period), ("compare_count", compare)):
        inside = by_month[span.contains(by_month["month"])]
        known = _is_covered(rows, covered, span)
        if by:
            # A missing monthly count leaves the sum missing: it is not zero.
            sums = inside.groupby(by)["count"].agg(lambda column: column.sum(skipna=False))
            keys = pd.MultiIndex.from_frame(rows[by]) if len(by) > 1 else pd.Index(rows[by[0]])
            value = sums.reindex(keys, fill_value=0).to_numpy(dtype=float, na_value=np.nan)
        else:
            value = np.array([as_float(inside["count"]).sum()])
        rows[name] = np.where(known, value, np.nan)
    rows.insert(len(by), "period", period.iso)
    rows.insert(len(by) + 1, "compare", compare.iso)
    rows["days"], rows["compare_days"] = period.days, compare.days
    result = change(rows, exposure_adjusted=exposure_adjusted, confidence=confidence)
    result["reason"] = np.where(
        result["status"] == "not_available", "not all months of both periods are covered", ""
    )
    if exposure_adjusted or period.same_months_as(compare):
        return result
    numbers = ["percent_change", "ratio", "lower", "upper", "p"]
    return result.assign(
        **dict.fromkeys(numbers, np.nan),
        status=result["status"].where(result["status"] == "not_available", "not_comparable"),
        verdict="none",
        reason="the periods do not cover the same months of the year",
    )


def _is_covered(rows: pd.DataFrame, covered, span: Period) -> np.ndarray:
    """For each row, whether every month of the span has data."""
    if not isinstance(covered, pd.DataFrame):
        return np.full(len(rows), set(span.month_list()) <= set(covered))
    inside = covered[span.contains(covered["month"])]
    keys = [c for c in rows.columns if c in covered.columns and c not in ("month", "count")]
    if not keys:
        return np.full(len(rows), inside["month"].nunique() == span.months)
    months = inside.groupby(keys)["month"].nunique().rename("months").reset_index()
    return rows[keys].merge(months, on=keys, how="left")["months"].eq(span.months).to_numpy()
