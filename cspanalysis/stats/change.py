"""Change between two periods: exact test, interval, and the verdict that wording follows.

The p-value and the limits of the ratio belong to one test (see `ratio`), so the interval leaves out
1 exactly when p is below 1 - confidence.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
import scipy
from scipy import special

from cspanalysis.domain import breaks
from cspanalysis.domain.periods import Period
from cspanalysis.stats import dispersion as dispersion_of
from cspanalysis.stats.dispersion import (
    CHANCE,
    UNKNOWN,
    Dispersion,
    Variance,
    dispersion,
    widened_ratio,
)
from cspanalysis.stats.measures import as_float, with_columns
from cspanalysis.stats.power import Detectable, detectable
from cspanalysis.stats.ratio import exact_ratio

__all__ = [
    "Detectable",
    "Dispersion",
    "between",
    "change",
    "compared",
    "detectable",
    "dispersion",
    "exact_ratio",
]

#: Under this base a sentence names the counts before any percentage.
SMALL_BASE = 50

#: From this difference on, a share of rows without a place has changed enough to be remarked on.
PLACES_DIFFER = 0.01

#: Above this p-value a change as large as the one seen would be found in under four of five cases.
LITTLE_POWER = float(2 * special.ndtr(-(special.ndtri(0.975) + special.ndtri(0.8))))

METHOD = "conditional exact test of two Poisson counts, Clopper-Pearson limits"
WIDENED = "quasi-Poisson limits of the ratio: the counts vary more than chance alone"
NOT_ESTIMATED = "by how much counts vary more than chance could not be estimated"


def change(table: pd.DataFrame, *, confidence: float = 0.95) -> pd.DataFrame:
    """Compare `count` in `days` with `compare_count` in `compare_days`, row by row.

    Percentage, ratio, limits and p are of counts per day, so that a leap day is no rise.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns count, compare_count, days, compare_days; others are kept.
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
    return with_columns(
        table,
        percent_change=100 * (ratio - 1),
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


def between(
    by_month: pd.DataFrame,
    period: Period | str,
    compare: Period | str,
    *,
    by: Sequence[str] = (),
    covered: Iterable[str] | pd.DataFrame | None = None,
    series: str | Iterable[str] | None = None,
    scheme: str = "",
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
    series : str or iterable of str, optional
        Offence or group whose series breaks are looked up: across a break of action 'refuse' the
        comparison is refused.
    scheme : str
        Offence scheme of the counts, for breaks of one publisher's categories.
    exposure_adjusted : bool
        Allow periods of other months or lengths.

    Returns
    -------
    pandas.DataFrame
        by…, period, compare, count, compare_count, days, compare_days, the columns of `change`,
        and reason. Periods of other months, or across a break, are refused: the counts are given
        with status 'not_comparable' and verdict 'none'.
    """
    period, compare, by = Period.parse(period), Period.parse(compare), list(by)
    if covered is None:
        covered = by_month["month"].unique()
    rows = by_month[by].drop_duplicates().sort_values(by) if by else pd.DataFrame(index=[0])
    rows = rows.reset_index(drop=True)
    sums = {}
    for name, span in (("count", period), ("compare_count", compare)):
        value = _summed(by_month, span, rows)
        sums[name] = np.where(_is_covered(rows, covered, span), value, np.nan)
    rows = rows.assign(
        period=period.iso,
        compare=compare.iso,
        **sums,
        days=period.days,
        compare_days=compare.days,
    )
    result = change(rows, confidence=confidence)
    result["reason"] = np.where(
        result["status"] == "not_available", "Not all months of both periods are covered.", ""
    )
    crossed = breaks.crossing(series, period, compare, scheme) if series else ()
    refused = [b.reason for b in crossed if b.action == "refuse"]
    if not (exposure_adjusted or period.same_months_as(compare)):
        refused.append("The periods do not cover the same months of the year.")
    return withheld(result, " ".join(refused)) if refused else result


def compared(
    by_month: pd.DataFrame,
    period: Period,
    compare: Period,
    *,
    series: str | Iterable[str] | None = None,
    scheme: str = "",
    exposure_adjusted: bool = False,
) -> pd.DataFrame:
    """One series over both periods, with the limits that allow for its dispersion.

    Repeats and series make counts vary more than chance alone; where 24 months or more are there
    to estimate by how much, the wider limits decide, and the verdict is theirs.

    Parameters
    ----------
    by_month : pandas.DataFrame
        month, count: every month that the source covers.
    series, scheme, exposure_adjusted
        See `between`.

    Returns
    -------
    pandas.DataFrame
        One row as from `between` and `with_dispersion`.
    """
    months, counts = tuple(by_month["month"]), tuple(as_float(by_month["count"]).tolist())
    named = series if series is None or isinstance(series, str) else tuple(series)
    found = _compared(months, counts, period, compare, named, scheme, exposure_adjusted)
    return found.copy(deep=False)  # pandas copies on write


@functools.lru_cache(maxsize=1024)
def _compared(
    months: tuple[str, ...],
    counts: tuple[float, ...],
    period: Period,
    compare: Period,
    series: str | tuple[str, ...] | None,
    scheme: str,
    exposure_adjusted: bool,
) -> pd.DataFrame:
    """The same change is asked for by several pages: its summary, its topic, its priority."""
    by_month = pd.DataFrame({"month": list(months), "count": list(counts)})
    result = between(
        by_month, period, compare, series=series, scheme=scheme,
        exposure_adjusted=exposure_adjusted,
    )  # fmt: skip
    return with_dispersion(result, by_month, period, compare)


def with_dispersion(
    result: pd.DataFrame, by_month: pd.DataFrame, period: Period, compare: Period
) -> pd.DataFrame:
    """A change whose limits, p and verdict allow for months that vary more than chance alone.

    Parameters
    ----------
    result : pandas.DataFrame
        One row of `between`.
    by_month : pandas.DataFrame
        month, count: every month that the source covers.

    Returns
    -------
    pandas.DataFrame
        lower, upper, p and verdict with the dispersion allowed for; beside them `dispersion` (by
        how much the variance exceeds chance), its degrees of freedom and verdict_by_chance, that
        of the exact test. Where
        it cannot be estimated the limits are of chance alone; `method` and `not_estimated` say so.
    """
    row = result.iloc[0]
    if row["status"] == "not_comparable":
        return result
    if not period.same_months_as(compare):
        return widened(result, UNKNOWN, "the periods are not the same months of a year")
    counts = (row["count"], row["compare_count"])
    checked = dispersion(by_month, period, compare, counts=counts)
    if checked.status == "not_estimated":
        return widened(result, UNKNOWN, checked.reason)
    if checked.status != "ok":
        return result
    return widened(result, checked.of_sums or CHANCE)


def widened(result: pd.DataFrame, variance: Variance, why_unknown: str = "") -> pd.DataFrame:
    """A change of one row whose limits, p and verdict allow for a variance factor.

    Parameters
    ----------
    variance : tuple of float
        See `dispersion.Variance`; where it is `UNKNOWN`, limits are of chance alone, and `method`
        and `not_estimated` give the reason.
    """
    row = result.iloc[0]
    if row["status"] not in ("ok", "too_few"):
        return result
    if not dispersion_of.is_known(variance):
        return result.assign(
            method=f"{METHOD}; {NOT_ESTIMATED}: {why_unknown}", not_estimated=why_unknown
        )
    days = row["days"], row["compare_days"]
    lower, upper, p = widened_ratio(
        row["count"], row["compare_count"], *days, variance, row["confidence"]
    )
    is_wide = dispersion_of.is_wide(variance)
    return result.assign(
        lower=lower,
        upper=upper,
        p=p,
        method=WIDENED if is_wide else METHOD,
        verdict="up" if lower > 1 else "down" if upper < 1 else "no_clear_change",
        dispersion=variance[0],
        dispersion_degrees=variance[1] if is_wide else np.nan,
        verdict_by_chance=row["verdict"],
    )


def together(result: pd.DataFrame) -> pd.DataFrame:
    """Changes of a family judged together: with q, the p-value of Benjamini and Hochberg.

    Of those with q below 0.05 no more than one in twenty is expected to be false; a change that is
    clear by itself and not so may be one of those that look clear by chance.
    """
    p = as_float(result["p"]) if "p" in result else np.full(len(result), np.nan)
    q = np.full(len(result), np.nan)
    known = ~np.isnan(p)
    if known.any():
        q[known] = scipy.stats.false_discovery_control(p[known])
    return result.assign(q=q)


def is_lucky(row: pd.Series | dict) -> bool:
    """Whether a clear change had little chance of being found, were it as large as it looks.

    Under four in five; those that are found all the same look larger than they are.
    """
    return bool(row["verdict"] in ("up", "down") and row["p"] > LITTLE_POWER)


def is_unsettled(result: pd.DataFrame, now: int, before: int) -> bool:
    """Whether records that could not be told, so many in each period, could make a change.

    So it is where a period has nothing but them, or they differ by as much as the counts do.
    """
    row = result.iloc[0]
    if (now and row["count"] == 0) or (before and row["compare_count"] == 0):
        return True
    is_change = row["verdict"] in ("up", "down")
    return bool(
        is_change
        and now != before
        and abs(now - before) >= abs(row["count"] - row["compare_count"])
    )


def withheld(result: pd.DataFrame, reason: str) -> pd.DataFrame:
    """The counts of a change with the status 'not_comparable' and no verdict, for a reason."""
    return result.assign(
        **dict.fromkeys(["percent_change", "ratio", "lower", "upper", "p"], np.nan),
        status=result["status"].where(result["status"] == "not_available", "not_comparable"),
        verdict="none",
        reason=reason,
    )


def with_places(result: pd.DataFrame, now: float, before: float) -> pd.DataFrame:
    """A change of a district's counts, judged where the share of rows without a place changed.

    Rows without a place count for no district, so that its counts change with their share. If
    those of the force were spread as the others are, counts would change by a factor; they need
    not be, so the verdict must hold for twice as much. Else none is given.

    Parameters
    ----------
    result : pandas.DataFrame
        One row of `between`, its dispersion allowed for.
    now, before : float
        Share of rows without a place, 0 to 1, in the period and in the one it is compared with.

    Returns
    -------
    pandas.DataFrame
        With unplaced_share and compare_unplaced_share where they differ by `PLACES_DIFFER` or
        more; status 'not_comparable' and verdict 'none' where the difference could explain it.
    """
    if abs(now - before) < PLACES_DIFFER or max(now, before) == 1:
        return result
    result = result.assign(unplaced_share=now, compare_unplaced_share=before)
    row = result.iloc[0]
    if row["verdict"] == "none":
        return result
    factor = max(0.0, 1 + 2 * ((1 - before) / (1 - now) - 1))
    lower, upper = (float(row[limit]) * factor for limit in ("lower", "upper"))
    if row["verdict"] == ("up" if lower > 1 else "down" if upper < 1 else "no_clear_change"):
        return result
    return withheld(result, "the share of records without a place is not the same in both periods")


def _summed(by_month: pd.DataFrame, span: Period, rows: pd.DataFrame) -> np.ndarray:
    """For each row, the count of a period; a missing monthly count leaves it missing, not zero."""
    by = list(rows.columns)
    if not by:
        wanted = set(span.month_list())
        is_inside = np.array([month in wanted for month in by_month["month"]], dtype=bool)
        return as_float(by_month["count"])[is_inside].sum(keepdims=True)
    inside = by_month[span.contains(by_month["month"])]
    sums = inside.groupby(by)["count"].sum(skipna=False)
    keys = pd.MultiIndex.from_frame(rows[by]) if len(by) > 1 else pd.Index(rows[by[0]])
    return sums.reindex(keys, fill_value=0).to_numpy(dtype=float, na_value=np.nan)


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
