"""Counts by year: how the newest year compares with the first one."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cspanalysis.stats.measures import as_float
from cspanalysis.stats.ratio import exact_ratio

METHOD = "newest year against the first: conditional exact test of two Poisson counts"


def first_to_last(
    by_year: pd.DataFrame,
    *,
    year: str = "year",
    exposure: str | None = None,
    rounded_to: int = 0,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """The change from the first to the newest year, written on every row.

    `by_year` has a row per `year` (sortable label) with its count, missing where hidden;
    `exposure` names a column that counts are related to: residents, pupils, days. Where counts
    were rounded, the interval holds for every pair that the rounded ones can stand for. In order
    of years, with change_ratio, change_lower, change_upper (newest over first), change_verdict,
    is_each_higher and is_each_lower (than the year before, by count), confidence.
    """
    table = by_year.sort_values(year, ignore_index=True)
    counts = as_float(table["count"])
    related = as_float(table[exposure]) if exposure else np.ones(len(table))
    last, base = counts[-1], counts[0]
    known = len(table) > 1 and not np.isnan([last, base, related[-1], related[0]]).any()
    ratio = lower = upper = np.nan
    verdict = "none"
    if known:
        slack = rounded_to // 2
        low, _, _ = _limits(last - slack, base + slack, related, confidence)
        _, high, _ = _limits(last + slack, base - slack, related, confidence)
        ratio = (last / related[-1]) / (base / related[0]) if base else np.nan
        lower, upper = low, high
        verdict = "up" if lower > 1 else "down" if upper < 1 else "no_clear_change"
    steps = np.diff(counts)
    return table.assign(
        change_ratio=ratio,
        change_lower=lower,
        change_upper=upper,
        change_verdict=verdict,
        is_each_higher=bool(len(steps) > 1 and (steps > 0).all()),
        is_each_lower=bool(len(steps) > 1 and (steps < 0).all()),
        confidence=confidence,
    )


def _limits(last: float, base: float, related: np.ndarray, confidence: float):
    values = exact_ratio(
        np.array([max(last, 0)]), np.array([max(base, 0)]),
        np.array([related[-1]]), np.array([related[0]]), confidence,
    )  # fmt: skip
    return tuple(float(v[0]) for v in values)
