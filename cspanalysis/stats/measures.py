"""Counts, rates and shares with their intervals.

The practice is that of the Office for Health Improvement and Disparities (OHID): exact Poisson
limits for counts under 10, Byar's approximation from 10 on, Wilson for proportions, Dobson's
scaling for directly standardised rates.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import scipy
from scipy import special

#: European Standard Population 2013 by five-year band (start age → persons of 100,000; Eurostat
#: 2013). The infants' band is merged into 0-4.
ESP2013: Mapping[int, int] = {
    0: 5000, 5: 5500, 10: 5500, 15: 5500, 20: 6000, 25: 6000, 30: 6500, 35: 7000, 40: 7000,
    45: 7000, 50: 7000, 55: 6500, 60: 6000, 65: 5500, 70: 5000, 75: 4000, 80: 2500, 85: 1500,
    90: 1000,
}  # fmt: skip

#: Rates, their lower and their upper limits.
Rates = tuple[np.ndarray, np.ndarray, np.ndarray]

STANDARDISED = "directly standardised (European Standard Population 2013), Dobson's limits"
#: Under this count a standardised rate is withheld (OHID practice).
FEWEST_TO_STANDARDISE = 10


def count_limits(count, confidence: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Limits of a Poisson count: exact under 10, Byar's approximation from 10 on.

    Parameters
    ----------
    count : array_like
        Counts, zero allowed; missing values give missing limits.
    confidence : float
        0.95, 0.998 or another level between 0 and 1.

    Returns
    -------
    lower, upper : numpy.ndarray

    Raises
    ------
    ValueError
        If a count is negative or the confidence lies outside 0 to 1.

    Notes
    -----
    OHID, Technical guide: confidence intervals; Breslow and Day (1987) for Byar's method.
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, not {confidence}")
    x = as_float(count)
    if np.any(x < 0):
        raise ValueError("a count cannot be negative")
    tail = (1 - confidence) / 2
    return lower_limit(x, tail), upper_limit(x, tail)


def lower_limit(x: np.ndarray, tail: float) -> np.ndarray:
    """The lower of `count_limits` alone, of counts known to be none below zero."""
    with np.errstate(divide="ignore", invalid="ignore"):
        z = _normal_quantile(tail)
        lower = x * (1 - 1 / (9 * x) - z / (3 * np.sqrt(x))) ** 3
        small = x < 10
        if small.any():
            few = x[small]
            lower[small] = np.where(few == 0, 0.0, special.gammaincinv(few, tail))
    return lower


def upper_limit(x: np.ndarray, tail: float) -> np.ndarray:
    """The upper of `count_limits` alone."""
    with np.errstate(divide="ignore", invalid="ignore"):
        z = _normal_quantile(tail)
        upper = (x + 1) * (1 - 1 / (9 * (x + 1)) + z / (3 * np.sqrt(x + 1))) ** 3
        small = x < 10
        if small.any():
            upper[small] = special.gammainccinv(x[small] + 1, tail)
    return upper


@functools.cache
def _normal_quantile(tail: float) -> float:
    return scipy.stats.norm.isf(tail)


def with_columns(table: pd.DataFrame, **columns: Any) -> pd.DataFrame:
    """The table with these columns, as from `DataFrame.assign` but laid anew only once."""
    return pd.DataFrame({**table, **columns}, index=table.index)


def count_interval(
    table: pd.DataFrame, *, count: str = "count", confidence: float = 0.95
) -> pd.DataFrame:
    """Add the limits of each count: columns lower, upper, confidence, method, status."""
    x = as_float(table[count])
    lower, upper = count_limits(x, confidence)
    return table.assign(
        lower=lower,
        upper=upper,
        confidence=confidence,
        method=_poisson_method(x),
        status=_status(x),
    )


def added_up(
    rows: pd.DataFrame, by: Sequence[str], values: Sequence[str] = ("count",)
) -> pd.DataFrame:
    """Rows added up `by` some columns, in the order in which they come, with status and symbol.

    A part that is hidden or missing leaves no sum: its status and symbol stand for the whole.
    """
    keys = list(by)
    numbers = {c: pd.to_numeric(rows[c]).astype("Float64") for c in values}
    groups = rows.assign(**numbers).groupby(keys, sort=False, dropna=False)
    sums = groups[list(values)].sum(skipna=False)
    flags = rows[rows["status"] != "ok"].groupby(keys, dropna=False)[["status", "symbol"]].first()
    return sums.join(flags).fillna({"status": "ok", "symbol": ""}).reset_index()


def rates(
    count: np.ndarray, population: np.ndarray, per: float = 1000, confidence: float = 0.95
) -> Rates:
    """The rate of each count over its population, and its limits; missing where either is."""
    lower, upper = count_limits(count, confidence)
    return per * count / population, per * lower / population, per * upper / population


def rate(
    table: pd.DataFrame,
    *,
    count: str = "count",
    population: str = "population",
    per: float = 1000,
    confidence: float = 0.95,
    known: Callable[..., Rates | None] = rates,
) -> pd.DataFrame:
    """Crude rates of the period, never annualised, with limits.

    Parameters
    ----------
    table : pandas.DataFrame
        Holds a count and the population at risk in each row; other columns are kept.
    per : float
        Multiplier: 1,000 residents for crime, 100,000 for admissions.
    known : callable, optional
        Given what `rates` is given, says what that says, or None if it was not worked out before.

    Returns
    -------
    pandas.DataFrame
        The table with rate, lower, upper, rate_per, confidence, method, status. A row without
        count or without a positive population has status 'not_available' and no rate; one that
        came with a status other than 'ok' ('suppressed') keeps it.
    """
    x, n = as_float(table[count]), as_float(table[population])
    x = np.where(n > 0, x, np.nan)
    n = np.where(n > 0, n, np.nan)
    each, lower, upper = known(x, n, per, confidence) or rates(x, n, per, confidence)
    status = pd.Series(_status(x), index=table.index)
    if "status" in table:
        status = table["status"].where(table["status"].ne("ok") & table["status"].notna(), status)
    return with_columns(
        table,
        rate=each,
        lower=lower,
        upper=upper,
        rate_per=per,
        confidence=confidence,
        method=_poisson_method(x),
        status=status,
    )


def proportion(
    table: pd.DataFrame, *, count: str = "count", total: str = "total", confidence: float = 0.95
) -> pd.DataFrame:
    """Shares between 0 and 1 with Wilson's limits (statsmodels).

    Returns
    -------
    pandas.DataFrame
        The table with share, lower, upper, confidence, method, status. A total of zero has no
        share: status 'not_available'.

    Raises
    ------
    ValueError
        If a count exceeds its total.
    """
    x, n = as_float(table[count]), as_float(table[total])
    if np.any(x > n):
        raise ValueError(f"column '{count}' exceeds column '{total}'")
    known = (n > 0) & ~np.isnan(x)
    share, lower, upper = (np.full(len(table), np.nan) for _ in range(3))
    share[known] = x[known] / n[known]
    if known.any():
        from statsmodels.stats.proportion import proportion_confint  # takes SciPy's distributions

        limits = proportion_confint(x[known], n[known], alpha=1 - confidence, method="wilson")
        # Rounding can leave limits of 0/n and n/n a hair outside 0 and 1.
        lower[known], upper[known] = np.clip(limits[0], 0, 1), np.clip(limits[1], 0, 1)
    return with_columns(
        table,
        share=share,
        lower=lower,
        upper=upper,
        confidence=confidence,
        method="proportion, Wilson limits",
        status=_status(share),
    )


def difference(table: pd.DataFrame, *, confidence: float = 0.95) -> pd.DataFrame:
    """A share now and a year earlier, and the difference between them (Newcombe 1998, method 10).

    The hybrid of two Wilson score intervals.

    Parameters
    ----------
    table : pandas.DataFrame
        count of total, compare_count of compare_total.

    Returns
    -------
    pandas.DataFrame
        With share, lower, upper (0 to 1), compare_share, difference, difference_lower,
        difference_upper, verdict ('up', 'down', 'no_clear_change'; 'none' where one is missing),
        confidence, method, status.
    """
    now = proportion(table, confidence=confidence)
    before = proportion(table, count="compare_count", total="compare_total", confidence=confidence)
    gap = now["share"] - before["share"]
    low = gap - np.hypot(now["share"] - now["lower"], before["upper"] - before["share"])
    high = gap + np.hypot(now["upper"] - now["share"], before["share"] - before["lower"])
    return now.assign(
        compare_share=before["share"],
        difference=gap,
        difference_lower=low,
        difference_upper=high,
        verdict=np.select(
            [gap.isna(), low > 0, high < 0], ["none", "up", "down"], "no_clear_change"
        ),
        method="Wilson intervals of the shares, Newcombe's interval of their difference",
    )


def directly_standardised(
    table: pd.DataFrame,
    *,
    by: Sequence[str],
    age_band: str = "age_band",
    count: str = "count",
    population: str = "population",
    sexes: int = 1,
    squares: str = "",
    per: float = 100_000,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Directly standardised rates on the European Standard Population 2013, Dobson's limits.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per stratum: the columns of `by`, age band ('0-9', '90+', '90 and over'), count,
        population. Bands begin and end at ages divisible by five.
    by : sequence of str
        Columns whose groups each get one rate.
    sexes : int
        2 where `table` also holds a row per sex within each band: each takes half the weight.
    squares : str
        Column with the sum over persons of the square of their events, where persons have several
        (admissions) and these are not independent; missing: each event by itself.

    Returns
    -------
    pandas.DataFrame
        One row per group: by…, count, population, rate, lower, upper, rate_per, confidence,
        method, status. Under 10 in all: no rate, status 'too_few'. A missing stratum count, or a
        stratum with nobody in it: status 'not_available'.

    Notes
    -----
    Dobson et al. (1991), Statistics in Medicine 10, 457–462; OHID, Technical guide: DSRs, there
    also the form for events that are not independent: the number of persons with f events is the
    Poisson count, so that f events weigh f² in the variance.
    """
    by = list(by)
    strata = table[by].copy()
    strata["x"], strata["n"] = as_float(table[count]), as_float(table[population])
    strata["weight"] = table[age_band].map(standard_weight).to_numpy(dtype=float) / sexes
    share = strata["weight"] / strata["n"].where(strata["n"] > 0)
    spread = strata["x"] if not squares else as_float(table[squares])
    strata["spread"] = np.where(np.isnan(spread), strata["x"], spread)
    strata["weighted"], strata["variance"] = share * strata["x"], share**2 * strata["spread"]
    # A missing stratum makes the group's sums missing: an unknown count is not zero.
    sums = strata.groupby(by, sort=True)[["x", "n", "weight", "weighted", "variance"]].sum(
        skipna=False
    )
    total = sums["x"].to_numpy()
    lower_count, upper_count = count_limits(total, confidence)
    value = (sums["weighted"] / sums["weight"]).to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.sqrt(sums["variance"] / total) / sums["weight"]
    unknown = np.isnan(value)
    few = ~unknown & (total < FEWEST_TO_STANDARDISE)
    repeated = (strata["spread"] > strata["x"]).groupby([strata[c] for c in by], sort=True).any()
    hidden = unknown | few
    result = sums.reset_index()[by]
    return result.assign(
        count=total,
        population=sums["n"].to_numpy(),
        rate=np.where(hidden, np.nan, per * value),
        lower=np.where(hidden, np.nan, per * (value + scale * (lower_count - total))),
        upper=np.where(hidden, np.nan, per * (value + scale * (upper_count - total))),
        rate_per=per,
        confidence=confidence,
        method=np.where(
            repeated.to_numpy(), f"{STANDARDISED}, widened for persons with several", STANDARDISED
        ),
        status=np.select([unknown, few], ["not_available", "too_few"], "ok"),
    )


def standardised_limits(
    strata: pd.DataFrame,
    tables: np.ndarray,
    *,
    sexes: int,
    per: float,
    repeats: float = 1.0,
    confidence: float = 0.95,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rates and limits of many tables of counts over the same strata (age_band, population).

    As `directly_standardised` makes them, a table a row; `repeats`: squares over counts.
    """
    weight = strata["age_band"].map(standard_weight).to_numpy(dtype=float) / sexes
    share = weight / as_float(strata["population"])
    total = tables.sum(axis=1)
    different, where = np.unique(total, return_inverse=True)
    lower_count, upper_count = (limit[where] for limit in count_limits(different, confidence))
    value = tables @ share / weight.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.sqrt(repeats * (tables @ share**2) / total) / weight.sum()
    return (
        per * value,
        per * (value + scale * (lower_count - total)),
        per * (value + scale * (upper_count - total)),
    )


def standard_weight(age_band: str) -> int:
    """Persons of the European Standard Population 2013 in an age band such as '10-19' or '90+'.

    Raises
    ------
    ValueError
        If the band is none or does not consist of whole five-year bands.
    """
    low, high = band_ages(age_band)
    is_open = high is None
    whole = low % 5 == 0 and low <= 90 and (is_open or ((high + 1) % 5 == 0 and high < 90))
    if not whole:
        raise ValueError(f"age band '{age_band}' does not consist of whole five-year bands")
    return sum(
        weight for start, weight in ESP2013.items() if low <= start and (is_open or start <= high)
    )


def band_ages(age_band: str) -> tuple[int, int | None]:
    """First and last age of a band such as '10-19' or 'under 18'; an open one has no last.

    Raises
    ------
    ValueError
        If the text is no age band.
    """
    text = str(age_band).replace("–", "-").replace(" and over", "+").strip()
    if under := re.fullmatch(r"(?:under|<)\s*(\d+)", text):
        return 0, int(under[1]) - 1
    first, _, last = text.removesuffix("+").partition("-")
    is_open = text.endswith("+")
    if not first.isdigit() or not (is_open or last.isdigit()):
        raise ValueError(f"'{age_band}' is no age band; write it like '10-19' or '90+'")
    return int(first), None if is_open else int(last)


def as_float(values) -> np.ndarray:
    """Numbers as floats, every kind of missing value (None, NA, NaN) as NaN."""
    kind = getattr(values, "dtype", None)
    if isinstance(kind, np.dtype) and kind.kind in "iuf":
        return np.array(values, dtype=float)  # nothing to convert, and no kind of missing but NaN
    return pd.to_numeric(pd.Series(values), errors="raise").to_numpy(dtype=float, na_value=np.nan)


def _poisson_method(x: np.ndarray) -> np.ndarray:
    return np.where(x < 10, "Poisson count, exact limits", "Poisson count, Byar's limits")


def _status(x: np.ndarray) -> np.ndarray:
    return np.where(np.isnan(x), "not_available", "ok")
