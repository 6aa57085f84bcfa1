"""Whether counts vary more than chance alone, and the limits of a change that allow for it."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy

from cspanalysis.domain.periods import Period
from cspanalysis.stats import ratio
from cspanalysis.stats.measures import as_float

#: Months that an estimate needs, and years beyond which older ones say little about today.
FEWEST_MONTHS = 24
MOST_YEARS = 10
FEW_MONTHS = f"fewer than {FEWEST_MONTHS} months are known"
#: Months apart up to which residuals are taken to have something in common.
MOST_LAGS = 4

#: One-sided level at which a dispersion above 1 is taken as real. A lenient one on purpose: from 24
#: months a dispersion of 2 is often missed at 5%, and false verdicts follow (docs/calibration.md).
ALPHA = 0.2

#: Fewest degrees of freedom that a long-run variance is given.
FEWEST_DEGREES = 2.5

#: Years that an estimate from yearly counts needs (`yearly.FEW_YEARS`), and one from quarters.
FEWEST_YEARS, FEWEST_QUARTER_YEARS = 5, 3

#: By how much the variance of a period's count exceeds chance, and the degrees of freedom of that.
Variance = tuple[float, float]
CHANCE: Variance = (1.0, np.inf)
UNKNOWN: Variance = (np.nan, np.nan)

#: Counts a year → what their residuals one and two steps apart have in common in a usual district
#: (of quarters as it follows from the months), and the degrees of freedom that this counts beside a
#: series' own estimate. From the 3,785 series of 276 districts of
#: England and Wales and 14 crime types on data.police.uk, May 2023 to April 2026: their own
#: estimates spread about these no more than estimates from 36 months must (docs/calibration.md).
USUAL = {12: (0.16, 0.13), 4: (0.11,)}
USUAL_DEGREES = 6.0


@dataclass(frozen=True)
class Spread:
    """How monthly counts vary about a level for each year and a factor for each calendar month.

    Parameters
    ----------
    phi : float
        Pearson dispersion of the months; 1 = chance alone.
    degrees : float
        Its residual degrees of freedom.
    long_run : float
        The same of a sum of months: with what months in a row have in common; an estimate above
        phi and 1 drawn towards what is usual.
    long_run_degrees : float
        Degrees of freedom of that.
    alone : float
        The series' own estimate of it, as it came out: from few years a very uncertain one.
    """

    phi: float
    degrees: float
    long_run: float
    long_run_degrees: float
    alone: float

    @property
    def is_overdispersed(self) -> bool:
        """Whether the months vary by more than chance (one-sided 20%, chi-square)."""
        return bool(self.phi * self.degrees > scipy.stats.chi2.isf(ALPHA, self.degrees))

    @property
    def of_sums(self) -> Variance | None:
        """Variance factor of a sum of months and its degrees of freedom; None: chance alone."""
        if self.long_run > max(self.phi, 1):
            return self.long_run, self.long_run_degrees
        return (self.phi, self.degrees) if self.is_overdispersed else None


@dataclass(frozen=True)
class Dispersion:
    """A change judged with the variation that its months show.

    Parameters
    ----------
    phi : float
        Pearson dispersion of the months; 1 = chance alone.
    of_sums : tuple of float, optional
        By how much the variance of the periods' counts exceeds chance, and the degrees of freedom
        of that; None where it does not.
    months : int
        Months it was estimated from.
    lower, upper, p : float
        Limits of the ratio and p-value; those of the exact test without a factor.
    verdict : str
        'up', 'down', 'no_clear_change', or 'none' where it cannot be given.
    status, reason : str
        'ok', or 'not_comparable', 'not_available', 'too_few' (no incidents) or 'not_estimated'
        (too few months) with the reason.
    """

    phi: float
    of_sums: Variance | None
    months: int
    lower: float
    upper: float
    p: float
    verdict: str
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
        month, count: all months known, zeros filled in; later months than the period are not used,
        and gaps are left out.
    period, compare : Period or str
        The same months of two years.
    counts : tuple of float, optional
        What was counted in the two periods, where it is not the sum of those months: a force whose
        files end may count in two years and not in all the months that the dispersion is from.

    Returns
    -------
    Dispersion
        From the months known in up to ten years of twelve months that end with the period, 24 at
        least.

    Notes
    -----
    See `spread`; limits are quasi-Poisson with t quantiles, never narrower than the exact ones.
    """
    period, compare = Period.parse(period), Period.parse(compare)
    if not period.same_months_as(compare):
        return _none("not_comparable", "the periods do not cover the same months of the year")
    known = _known(by_month)
    if not known.keys() >= {*period.month_list(), *compare.month_list()}:
        return _none("not_available", "not all months of both periods are covered")
    by_year, days = _years(known, period.last)
    months = int(np.sum(~np.isnan(by_year)))
    if months < FEWEST_MONTHS:
        return _none("not_estimated", FEW_MONTHS)
    later, base = counts or (sum(known[m] for m in p.month_list()) for p in (period, compare))
    if not (later > 0 and base > 0):
        return _none("too_few", "no incidents in one of the two periods")
    found = spread(by_year, days, period.months)
    lower, upper, p = widened_ratio(
        later, base, period.days, compare.days, found.of_sums, confidence
    )
    return Dispersion(
        phi=found.phi,
        of_sums=found.of_sums,
        months=months,
        lower=lower,
        upper=upper,
        p=p,
        verdict="up" if lower > 1 else "down" if upper < 1 else "no_clear_change",
        status="ok",
        reason="",
    )


def of_months(by_month: pd.DataFrame, last: int, months: int = 12) -> Variance:
    """Variance of a sum of so many months, from the ten years that end with a month.

    Parameters
    ----------
    by_month : pandas.DataFrame
        month, count: all months known, zeros filled in.
    last : int
        The last month used, as `Period.last`.

    Returns
    -------
    tuple of float
        `CHANCE` where the months vary no more than that; `UNKNOWN` from fewer than 24 of them.
    """
    by_year, days = _years(_known(by_month), last)
    if np.sum(~np.isnan(by_year)) < FEWEST_MONTHS or not np.nansum(by_year) > 0:
        return UNKNOWN
    return spread(by_year, days, months).of_sums or CHANCE


def of_quarters(counts: np.ndarray, days: np.ndarray, quarters: int = 4) -> Variance:
    """The same of a sum of so many quarters; counts and days have the shape (years, 4).

    From three years on, of which the last may hold only the quarters that are summed.
    """
    if (
        np.sum(~np.isnan(counts)) < 4 * (FEWEST_QUARTER_YEARS - 1) + quarters
        or not np.nansum(counts) > 0
    ):
        return UNKNOWN
    return spread(counts, days, quarters, most_lags=1).of_sums or CHANCE


def of_years(counts, exposure=None) -> Variance:
    """Variance of yearly counts about a line of constant growth, from five years on.

    Pearson's φ of a Poisson model with a trend; what lies above 1 counts, untested, since from so
    few years a test would miss most of it (docs/calibration.md).
    """
    counts = as_float(counts)
    related = np.ones(len(counts)) if exposure is None else as_float(exposure)
    known = ~np.isnan(counts) & ~np.isnan(related)
    if known.sum() < FEWEST_YEARS or not counts[known].sum() > 0:
        return UNKNOWN
    fitted = _growth(np.flatnonzero(known).astype(float), counts[known], related[known])
    degrees = float(known.sum() - 2)
    phi = float(np.sum((counts[known] - fitted) ** 2 / fitted) / degrees)
    return (phi, degrees) if phi > 1 else CHANCE


@functools.lru_cache(maxsize=4096)
def widened_ratio(
    count: float,
    compare_count: float,
    days: float,
    compare_days: float,
    of_sums: Variance | None,
    confidence: float = 0.95,
) -> tuple[float, float, float]:
    """Limits of the ratio and p with a variance factor allowed for (`Spread.of_sums`).

    Quasi-Poisson with t quantiles, never narrower than the exact limits; exact without a factor.
    """
    counts = np.array([count], dtype=float), np.array([compare_count], dtype=float)
    found = widened_ratios(*counts, days, compare_days, of_sums, confidence)
    lower, upper, p = (float(v[0]) for v in found)
    return lower, upper, p


def widened_ratios(
    count: np.ndarray,
    compare_count: np.ndarray,
    days: float,
    compare_days: float,
    of_sums: Variance | None,
    confidence: float = 0.95,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The same of many counts that share a variance factor."""
    exact = ratio.exact_ratio(count, compare_count, days, compare_days, confidence)
    if not is_wide(of_sums):
        return exact
    factor, degrees = of_sums or CHANCE
    both = (count > 0) & (compare_count > 0)
    later, base = np.where(both, count, 1.0), np.where(both, compare_count, 1.0)
    log_ratio = np.log(later / days) - np.log(base / compare_days)
    error = np.sqrt(factor * (1 / later + 1 / base))
    wider = scipy.stats.t.isf((1 - confidence) / 2, degrees) * error
    wide = 2 * scipy.stats.t.sf(np.abs(log_ratio) / error, degrees)
    return (
        np.where(both, np.minimum(np.exp(log_ratio - wider), exact[0]), exact[0]),
        np.where(both, np.maximum(np.exp(log_ratio + wider), exact[1]), exact[1]),
        np.where(both, np.maximum(wide, exact[2]), exact[2]),
    )


def is_known(of_sums: Variance) -> bool:
    """Whether a variance could be estimated."""
    return not np.isnan(of_sums[0])


def is_wide(of_sums: Variance | None) -> bool:
    """Whether a variance is known to exceed chance."""
    return of_sums is not None and of_sums[0] > 1


def reach(of_sums: Variance | None, confidence: float = 0.95) -> float:
    """Times by which half-widths made for chance alone grow with a variance factor; never under 1.

    Its square root, and the quantile of t in place of the normal one.
    """
    if not is_wide(of_sums):
        return 1.0
    factor, degrees = of_sums or CHANCE
    tail = (1 - confidence) / 2
    return float(np.sqrt(factor) * scipy.stats.t.isf(tail, degrees) / scipy.stats.norm.isf(tail))


def with_variance(table: pd.DataFrame, of_sums: Variance, value: str = "rate") -> pd.DataFrame:
    """A table whose lower and upper limits of a count or rate allow for a variance factor."""
    if not is_wide(of_sums):
        return table
    return table.assign(
        lower=[
            np.maximum(v - reach(of_sums, c) * (v - low), 0)
            for v, low, c in zip(table[value], table["lower"], table["confidence"], strict=True)
        ],
        upper=[
            v + reach(of_sums, c) * (high - v)
            for v, high, c in zip(table[value], table["upper"], table["confidence"], strict=True)
        ],
        method=[f"{m}, widened: counts vary more than chance" for m in table["method"]],
        dispersion=of_sums[0],
    )


def spread(
    counts: np.ndarray, days: np.ndarray, months: int = 12, *, most_lags: int = MOST_LAGS
) -> Spread:
    """How the months of one series vary, and how a sum of so many of them does.

    Parameters
    ----------
    counts, days : numpy.ndarray
        Shape (years, 12), or (years, 4) of quarters; those not known are NaN.
    months : int
        Months (or quarters) that are summed.
    most_lags : int
        Months apart up to which residuals are taken to have something in common.

    Notes
    -----
    Pearson residuals of a Poisson model with a factor for each year and each calendar month.
    Monthly φ alone understates a year's variance where repeats and series spread over months, or
    the level wanders; so the autocovariance of the residuals is added up to a lag of one less than
    the whole years, from two to four. The residuals' own covariance (the model takes a level from
    each year and month) is allowed for by solving the moment equations
    E[e'Aⱼe] = Σₖ γₖ tr(M Aⱼ M Aₖ), which makes the estimates unbiased. From a few years that sum is
    known to three or four degrees of freedom only, so one above φ and 1 is averaged with what is
    usual (`USUAL`), each by its degrees of freedom. McCullagh and Nelder (1989), section 6.2; for
    the ideas Newey and West (1987) and, of variances drawn to a common one, Smyth (2004).
    """
    known = ~np.isnan(counts)
    fitted = _fitted(counts, days)
    cells = fitted[known]
    with np.errstate(divide="ignore", invalid="ignore"):
        residuals = np.where(cells > 0, (counts[known] - cells) / np.sqrt(cells), 0.0)
    years, columns = np.nonzero(known)
    degrees = known.sum() - len(np.unique(years)) - len(np.unique(columns)) + 1
    phi = float(residuals @ residuals / degrees)
    lags = min(max(2, known.sum() // counts.shape[1] - 1), most_lags)
    weights = np.array([1.0, *(2 * max(0.0, 1 - k / months) for k in range(1, lags + 1))])
    if months == 1 or phi == 0:
        return Spread(phi, float(degrees), phi, float(degrees), phi)
    inside = _projection(years, columns, np.sqrt(cells))
    at = counts.shape[1] * years + columns
    apart = np.abs(at[:, None] - at[None, :])
    shifts = [(apart == k) * (1.0 if k == 0 else 0.5) for k in range(lags + 1)]
    seen = [inside @ shift @ inside for shift in shifts]
    doubled = [shift * (2 if k else 1) for k, shift in enumerate(shifts)]
    moments = np.array([[np.sum(s * d) for d in doubled] for s in seen])
    inverse = np.linalg.pinv(moments)
    autocovariance = inverse @ [residuals @ shift @ residuals for shift in shifts]
    mixed = sum(w * s for w, s in zip(weights @ inverse, seen, strict=True))
    alone, own = float(weights @ autocovariance), max(1 / np.sum(mixed * mixed), FEWEST_DEGREES)
    usual = phi * (
        1 + sum(w * r for w, r in zip(weights[1:], USUAL.get(counts.shape[1], ()), strict=False))
    )
    if alone <= max(phi, 1):
        # No sign of anything in common: the months alone decide.
        return Spread(phi, float(degrees), alone, float(own), alone)
    together = own + USUAL_DEGREES
    return Spread(
        phi,
        float(degrees),
        float((own * alone + USUAL_DEGREES * usual) / together),
        float(min(together, degrees)),
        alone,
    )


def _fitted(counts: np.ndarray, days: np.ndarray) -> np.ndarray:
    """Maximum likelihood of the two-factor model, by iterative proportional fitting from days."""
    known = ~np.isnan(counts)
    seen, fitted = np.where(known, counts, 0.0), np.where(known, days, 0.0)
    for _ in range(50):
        before = fitted
        for axis in (1, 0):
            held = fitted.sum(axis, keepdims=True)
            fitted = fitted * (seen.sum(axis, keepdims=True) / np.where(held > 0, held, 1.0))
        if np.abs(fitted - before).max() < 1e-9:
            break
    return fitted


def _growth(at: np.ndarray, counts: np.ndarray, related: np.ndarray) -> np.ndarray:
    """Fitted counts of a Poisson model of constant growth, by Newton's steps."""
    design = np.column_stack([np.ones(len(at)), at - at.mean()])
    beta = np.array([np.log(counts.sum() / related.sum()), 0.0])
    fitted = related * np.exp(design @ beta)
    for _ in range(50):
        weighted = design * fitted[:, None]
        step = np.linalg.lstsq(design.T @ weighted, design.T @ (counts - fitted), rcond=None)[0]
        beta = beta + np.clip(step, -2, 2)
        fitted = related * np.exp(design @ beta)
        if np.abs(step).max() < 1e-9:
            break
    return np.maximum(fitted, 1e-9)


def _years(known: dict[str, float], last: int) -> tuple[np.ndarray, np.ndarray]:
    """Counts and days of the months of ten years that end with a month, a row a year."""
    run = Period(last - 12 * MOST_YEARS + 1, last)
    counts = np.array([known.get(m, np.nan) for m in run.month_list()])
    days = np.array(run.month_days(), dtype=float)
    return counts.reshape(MOST_YEARS, 12), days.reshape(MOST_YEARS, 12)


def _projection(years: np.ndarray, columns: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """What the model leaves of its residuals: I - H of the weighted factors."""
    design = np.column_stack(
        [years == y for y in np.unique(years)] + [columns == c for c in np.unique(columns)]
    )
    basis, size, _ = np.linalg.svd(design * weight[:, None], full_matrices=False)
    basis = basis[:, size > size.max() * 1e-9]
    return np.eye(len(years)) - basis @ basis.T


def _known(by_month: pd.DataFrame) -> dict[str, float]:
    """Count of each month that has one; several rows of a month are added up."""
    found: dict[str, float] = {}
    for month, count in zip(by_month["month"], as_float(by_month["count"]), strict=True):
        found[month] = found.get(month, 0.0) + count
    return {month: count for month, count in found.items() if not np.isnan(count)}


def _none(status: str, reason: str) -> Dispersion:
    nan = float("nan")
    return Dispersion(nan, None, 0, nan, nan, nan, "none", status, reason)
