"""Whether counts vary more than chance alone, and whether that changes a verdict."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from cspanalysis.domain.periods import Period
from cspanalysis.stats import ratio
from cspanalysis.stats.measures import as_float

#: Months that a dispersion estimate needs.
FEWEST_MONTHS = 24

#: One-sided level at which a dispersion above 1 is taken as real. A lenient one on purpose: from 24
#: months a dispersion of 2 is often missed at 5%, and false verdicts follow (docs/calibration.md).
ALPHA = 0.2


@dataclass(frozen=True)
class Dispersion:
    """Quasi-Poisson dispersion of a monthly series and the change judged with it.

    Parameters
    ----------
    phi : float
        Pearson dispersion; 1 = chance alone.
    months : int
        Months it was estimated from.
    lower, upper, p : float
        Limits of the ratio and p-value with the dispersion allowed for; those of the exact test
        where it is not over-dispersed.
    verdict : str
        'up', 'down', 'no_clear_change', or 'none' where it cannot be given.
    is_overdispersed : bool
        True if the dispersion exceeds 1 by more than chance (one-sided 20%, chi-square).
    status, reason : str
        'ok', or 'too_few' / 'not_comparable' with the reason.
    """

    phi: float
    months: int
    lower: float
    upper: float
    p: float
    verdict: str
    is_overdispersed: bool
    status: str
    reason: str


def dispersion(
    by_month: pd.DataFrame,
    period: Period | str,
    compare: Period | str,
    *,
    counts: tuple[float, float] | None = None,
    confidence: float = 0.95,
) -> Dispersion:
    """Judge a change with the variation that the monthly counts really show.

    Parameters
    ----------
    by_month : pandas.DataFrame
        month, count: all months known, zeros filled in; later months than the period are not used.
    period, compare : Period or str
        The same months of two years.
    counts : tuple of float, optional
        What was counted in the two periods, where it is not the sum of those months: a force whose
        files end may count in two years and not in all the months that the dispersion is from.

    Returns
    -------
    Dispersion
        From the unbroken run of months that ends with the period: whole years of 12 months,
        24 at least. The model has a factor for the calendar month and one for each year, so season
        and change between years do not count as dispersion.

    Notes
    -----
    McCullagh and Nelder (1989), section 6.2: variance proportional to the mean, t quantiles with
    the residual degrees of freedom.
    """
    period, compare = Period.parse(period), Period.parse(compare)
    if not period.same_months_as(compare):
        return _none("not_comparable", "the periods do not cover the same months of the year")
    known = _known(by_month)
    years = 0
    while known.keys() >= set(
        Period(period.last - 12 * years - 11, period.last - 12 * years).month_list()
    ):
        years += 1
    if 12 * years < FEWEST_MONTHS:
        return _none("too_few", "fewer than 24 unbroken months up to the end of the period")
    if not known.keys() >= set(compare.month_list()):
        return _none("not_available", "the period compared with is not covered")
    run = Period(period.last - 12 * years + 1, period.last)
    by_year = np.array([known[m] for m in run.month_list()]).reshape(years, 12)
    days = np.array(run.month_days()).reshape(years, 12)
    phi, degrees = pearson_dispersion(by_year, days)
    later, base = counts or (sum(known[m] for m in p.month_list()) for p in (period, compare))
    if not (later > 0 and base > 0):
        return _none("too_few", "no incidents in one of the two periods")
    spans = period.days, compare.days
    exact = ratio.exact_ratio(later, base, *spans, confidence)
    lower, upper, p, is_real = _widened(later, base, *spans, phi, degrees, confidence, exact)
    return Dispersion(
        phi=phi,
        months=12 * years,
        lower=float(lower),
        upper=float(upper),
        p=float(p),
        verdict=_verdict(float(lower), float(upper)),
        is_overdispersed=bool(is_real),
        status="ok",
        reason="",
    )


def dispersed_ratio(
    count,
    compare_count,
    days,
    compare_days,
    phi,
    degrees: int,
    confidence: float = 0.95,
    alpha: float = ALPHA,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Limits of the ratio and p with a dispersion allowed for where it is real.

    Parameters
    ----------
    count, compare_count, days, compare_days, phi : array_like
        Broadcast against each other; counts of 1 or more.
    degrees : int
        Degrees of freedom of `phi`.
    alpha : float
        One-sided level at which a dispersion above 1 is real; 1 widens always.

    Returns
    -------
    lower, upper, p : numpy.ndarray
        Quasi-Poisson where over-dispersed, never narrower than the exact limits; else exact.
    is_overdispersed : numpy.ndarray of bool
    """
    later, base, phi = (np.asarray(v, dtype=float) for v in (count, compare_count, phi))
    exact = ratio.exact_ratio(later, base, days, compare_days, confidence)
    return _widened(later, base, days, compare_days, phi, degrees, confidence, exact, alpha)


def _widened(
    later, base, days, compare_days, phi, degrees: int, confidence: float, exact, alpha=ALPHA
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Exact limits and p, made wider where the dispersion is real; see `dispersed_ratio`."""
    log_ratio = np.log(later / days) - np.log(base / compare_days)
    error = np.sqrt(phi * (1 / later + 1 / base))
    reach = stats.t.isf((1 - confidence) / 2, degrees) * error
    is_real = phi * degrees > stats.chi2.isf(alpha, degrees)
    lower = np.where(is_real, np.minimum(np.exp(log_ratio - reach), exact[0]), exact[0])
    upper = np.where(is_real, np.maximum(np.exp(log_ratio + reach), exact[1]), exact[1])
    wide = 2 * stats.t.sf(np.abs(log_ratio) / error, degrees)
    return lower, upper, np.where(is_real, np.maximum(wide, exact[2]), exact[2]), is_real


def pearson_dispersion(counts: np.ndarray, days: np.ndarray) -> tuple[float, int]:
    """Pearson's φ of a years × 12 table with a factor for each year and each calendar month.

    Parameters
    ----------
    counts, days : numpy.ndarray
        Shape (years, 12), or (series, years, 12) for many series at once.

    Returns
    -------
    phi : float or numpy.ndarray
    degrees : int
        Residual degrees of freedom.

    Notes
    -----
    Maximum likelihood of the two-factor Poisson model by iterative proportional fitting, which
    starts from the days as exposure and is vectorised over series.
    """
    fitted = np.broadcast_to(days, counts.shape).astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        for _ in range(12):
            for axis in (-1, -2):
                step = counts.sum(axis, keepdims=True) / fitted.sum(axis, keepdims=True)
                fitted = fitted * np.nan_to_num(step)
        pearson = np.where(fitted > 0, (counts - fitted) ** 2 / fitted, 0.0)
    years, months = counts.shape[-2:]
    degrees = (years - 1) * (months - 1)
    phi = pearson.sum((-1, -2)) / degrees
    return (float(phi) if np.ndim(phi) == 0 else phi), degrees


def _known(by_month: pd.DataFrame) -> dict[str, float]:
    """Count of each month that has one; several rows of a month are added up."""
    found: dict[str, float] = {}
    for month, count in zip(by_month["month"], as_float(by_month["count"]), strict=True):
        found[month] = found.get(month, 0.0) + count
    return {month: count for month, count in found.items() if not np.isnan(count)}


def _verdict(lower: float, upper: float) -> str:
    return "up" if lower > 1 else "down" if upper < 1 else "no_clear_change"


def _none(status: str, reason: str) -> Dispersion:
    nan = float("nan")
    return Dispersion(nan, 0, nan, nan, nan, "none", False, status, reason)
