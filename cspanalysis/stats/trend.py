"""Recent trend of a yearly rate, as the public health profiles of England define it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from cspanalysis.stats.measures import as_float

YEARS = 5

#: Chi-square with one degree beyond which the slope counts (p < .002, as in Fingertips).
CRITICAL = float(stats.chi2.isf(0.002, 1))


@dataclass(frozen=True)
class Trend:
    """A recent trend over the last five years.

    Parameters
    ----------
    slope : float
        Change of the rate per year (weighted least squares); missing if not calculated.
    verdict : {'up', 'down', 'no_clear_change', 'none'}
    chi_square : float
        Square of slope over its standard error.
    status, reason : str
        'ok', or 'too_few' / 'not_available' with the reason.
    years : tuple
        The years used.
    method : str
    table : pandas.DataFrame
        The input in order of years, with verdict, status, reason and method on every row.
    """

    slope: float
    verdict: str
    chi_square: float
    status: str
    reason: str
    years: tuple
    method: str
    table: pd.DataFrame


def recent_trend(by_year: pd.DataFrame) -> Trend:
    """Trend of the last five non-overlapping years.

    Parameters
    ----------
    by_year : pandas.DataFrame
        year (label such as '2006/07' or 2007; one row per year), rate, lower, upper (95%).

    Returns
    -------
    Trend
        'up' or 'down' if the chi-square exceeds 9.5495 and every fit with one year left out has a
        slope of the same sign. Fewer than five consecutive years with rates cannot be calculated.

    Raises
    ------
    ValueError
        If a year occurs twice.

    Notes
    -----
    OHID, Fingertips technical guidance: recent trends; se = (upper - lower) / 3.92. The
    leave-one-out condition is stricter than the guidance.
    """
    table = by_year.sort_values("year", ignore_index=True)
    if table["year"].duplicated().any():
        raise ValueError("a year occurs twice: periods must not overlap")
    method = "weighted slope over five years, chi-square above 9.55, same sign leaving each out"
    last = table.tail(YEARS)
    value, low, high = (as_float(last[c]) for c in ("rate", "lower", "upper"))
    start = last["year"].map(_start).to_numpy(dtype=float)
    error = (high - low) / 3.92
    reason, status = "", "ok"
    if len(last) < YEARS or np.any(np.diff(start) != 1):
        reason, status = f"There are fewer than {YEARS} consecutive years.", "too_few"
    elif np.isnan(value + error).any():
        reason, status = "A year has no published rate.", "not_available"
    elif not (error > 0).all():
        reason, status = "A year has no interval.", "not_available"
    slope = chi_square = float("nan")
    verdict = "none"
    if status == "ok":
        slope, slope_error = _slope(start, value, error)
        chi_square = (slope / slope_error) ** 2
        others = [
            _slope(*(np.delete(v, i) for v in (start, value, error)))[0] for i in range(YEARS)
        ]
        is_steady = np.all(np.sign(others) == np.sign(slope))
        is_called = chi_square > CRITICAL and is_steady
        verdict = ("up" if slope > 0 else "down") if is_called else "no_clear_change"
    return Trend(
        slope=slope,
        verdict=verdict,
        chi_square=chi_square,
        status=status,
        reason=reason,
        years=tuple(last["year"]),
        method=method,
        table=table.assign(verdict=verdict, status=status, reason=reason, method=method),
    )


def _slope(x: np.ndarray, y: np.ndarray, error: np.ndarray) -> tuple[float, float]:
    """Weighted least squares slope and its standard error, weights 1/error²."""
    weight = error**-2.0
    centred = x - np.average(x, weights=weight)
    spread = weight @ centred**2
    return float(weight @ (centred * y) / spread), float(spread**-0.5)


def _start(label: object) -> int:
    text = str(label)[:4]
    if not text.isdigit():
        raise ValueError(f"'{label}' is no year; write it like 2007 or '2006/07'")
    return int(text)
