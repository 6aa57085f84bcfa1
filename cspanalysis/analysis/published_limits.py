"""Published rates and limits beside our own: which method a publisher's interval follows.

Publishers of health indicators print limits made with Byar's approximation or with exact Poisson
quantiles, sometimes both in one file. Ours are exact under 10 and Byar's from 10 on.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from cspanalysis.analysis.measures import as_float

#: Relative difference up to which two figures agree: exports print fifteen digits, and Byar's
#: approximation is within a few millionths of the exact limits from a few hundred on.
TOLERANCE = 1e-6

#: Normal quantiles publishers put into Byar's formula at 95%: exact, and rounded as in handbooks.
QUANTILES = (1.959963984540054, 1.96)


def compare(table: pd.DataFrame, *, tolerance: float = TOLERANCE) -> pd.DataFrame:
    """Recompute published rates and say which method their limits agree with.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns value (a published rate), count, denominator, and lower_95, upper_95 (published
        limits, missing where none); as in the processed table `fingertips`.
    tolerance : float
        Relative difference up to which figures agree.

    Returns
    -------
    pandas.DataFrame
        The table with rate_per (the power of ten behind the value), rate, is_reproduced,
        byar_lower, byar_upper, exact_lower, exact_upper (95%, per rate_per) and agrees_with:
        'Byar', 'exact Poisson', 'both', 'neither', or 'no limits'. Byar's formula may have been
        used with the quantile 1.96 or with all its digits. Rows without count or denominator have
        no rate: is_reproduced is missing.

    Notes
    -----
    Byar: Breslow and Day (1987); exact: chi-square quantiles (Garwood 1936).
    """
    value, x, n = (as_float(table[c]) for c in ("value", "count", "denominator"))
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = value * n / x
        per = np.where(factor > 0, 10.0 ** np.round(np.log10(factor)), np.nan)
        # Nothing counted: any multiplier gives the rate of 0; that of the other rows is taken.
        usual = np.nanmedian(per) if np.isfinite(per).any() else np.nan
        per = np.where((x == 0) & (value == 0) & (n > 0), usual, per)
        scale = per / n
    rate = x * scale
    byar, exact = _byar(x, QUANTILES[0]), _exact(x)
    published = [as_float(table[c]) for c in ("lower_95", "upper_95")]
    is_byar = np.any(
        [_agree(published, [v * scale for v in _byar(x, z)], tolerance) for z in QUANTILES], axis=0
    )
    is_exact = _agree(published, [limit * scale for limit in exact], tolerance)
    has_limits = ~np.isnan(published[0]) & ~np.isnan(published[1]) & ~np.isnan(rate)
    agrees = np.select(
        [~has_limits, is_byar & is_exact, is_byar, is_exact],
        ["no limits", "both", "Byar", "exact Poisson"],
        "neither",
    )
    reproduced = pd.array(np.isclose(rate, value, rtol=tolerance, atol=0), dtype="boolean")
    reproduced[np.isnan(rate) | np.isnan(value)] = pd.NA
    return table.assign(
        rate_per=per,
        rate=rate,
        is_reproduced=reproduced,
        byar_lower=byar[0] * scale,
        byar_upper=byar[1] * scale,
        exact_lower=exact[0] * scale,
        exact_upper=exact[1] * scale,
        agrees_with=agrees,
    )


def _byar(x: np.ndarray, z: float) -> tuple[np.ndarray, np.ndarray]:
    with np.errstate(divide="ignore", invalid="ignore"):
        lower = x * (1 - 1 / (9 * x) - z / (3 * np.sqrt(x))) ** 3
        upper = (x + 1) * (1 - 1 / (9 * (x + 1)) + z / (3 * np.sqrt(x + 1))) ** 3
    return np.where(x == 0, 0.0, lower), upper


def _exact(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    lower = np.where(x == 0, 0.0, stats.chi2.ppf(0.025, 2 * x) / 2)
    return np.where(np.isnan(x), np.nan, lower), stats.chi2.isf(0.025, 2 * x + 2) / 2


def _agree(published: list, ours: list, tolerance: float) -> np.ndarray:
    pairs = zip(published, ours, strict=True)
    return np.all([np.isclose(a, b, rtol=tolerance, atol=1e-9) for a, b in pairs], axis=0)
