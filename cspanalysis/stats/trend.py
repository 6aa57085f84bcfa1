"""Recent trend of a yearly rate, as the public health profiles of England define it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy

from cspanalysis.stats.measures import as_float

YEARS = 5

#: Chi-square with one degree beyond which the slope counts (p < .002, as in Fingertips).
CRITICAL = float(scipy.stats.chi2.isf(0.002, 1))

#: Level of the slope where the years vary more about their line than their intervals say.
ALPHA = 0.05


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
    phi : float
        By how much the years vary about the line more than their intervals say; 1 = as they say.
    verdict_by_chance : str
        The verdict without regard to phi, which is that of the public health profiles.
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
    phi: float = float("nan")
    verdict_by_chance: str = "none"


def recent_trend(by_year: pd.DataFrame) -> Trend:
    """Trend of the last five non-overlapping years.

    Parameters
    ----------
    by_year : pandas.DataFrame
        year (label such as '2006/07' or 2007; one row per year), rate, lower, upper (95%).

    Returns
    -------
    Trend
        'up' or 'down' if the chi-square exceeds 9.5495, every fit with one year left out has a
        slope of the same sign, and, where the years vary more about the line than their intervals
        say, the slope is clear at 5% by a t-test on that variation. Fewer than five consecutive
        years with rates cannot be calculated.

    Raises
    ------
    ValueError
        If a year occurs twice.

    Notes
    -----
    OHID, Fingertips technical guidance: recent trends; se = (upper - lower) / 3.92; the fits with a
    year left out are those of the official code. The t-test is ours: at 6,000 a year and a
    dispersion of 4, one in ten unchanged series is called without it (docs/calibration.md).
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
    slope = chi_square = phi = float("nan")
    verdict = by_chance = "none"
    if status == "ok":
        slope, slope_error = _slope(start, value, error)
        chi_square = (slope / slope_error) ** 2
        others = [
            _slope(*(np.delete(v, i) for v in (start, value, error)))[0] for i in range(YEARS)
        ]
        is_steady = np.all(np.sign(others) == np.sign(slope))
        is_called = chi_square > CRITICAL and is_steady
        by_chance = ("up" if slope > 0 else "down") if is_called else "no_clear_change"
        phi = _about_line(start, value, error, slope)
        is_clear = chi_square / max(phi, 1) > scipy.stats.f.isf(ALPHA, 1, YEARS - 2)
        verdict = by_chance if phi <= 1 or is_clear else "no_clear_change"
        if phi > 1:
            method += "; the years vary more than chance: slope also clear at 5% by a t-test"
    return Trend(
        slope=slope,
        verdict=verdict,
        chi_square=chi_square,
        status=status,
        reason=reason,
        years=tuple(last["year"]),
        method=method,
        table=table.assign(verdict=verdict, status=status, reason=reason, method=method),
        phi=phi,
        verdict_by_chance=by_chance,
    )


def _about_line(x: np.ndarray, y: np.ndarray, error: np.ndarray, slope: float) -> float:
    """Mean squared distance from the line, in squares of the years' own standard errors."""
    weight = error**-2.0
    level = np.average(y - slope * x, weights=weight)
    return float(weight @ (y - level - slope * x) ** 2 / (len(x) - 2))


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
