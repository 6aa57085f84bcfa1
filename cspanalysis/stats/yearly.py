"""Counts by year: how the newest year compares with the first one."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cspanalysis.stats.change import NOT_ESTIMATED
from cspanalysis.stats.dispersion import Variance, is_known, is_wide, of_years, widened_ratio
from cspanalysis.stats.measures import as_float

METHOD = "newest year against the first: conditional exact test of two Poisson counts"
WIDENED = (
    "newest year against the first: quasi-Poisson limits, since the counts vary more than chance"
)
FEW_YEARS = "fewer than five years are known"


def first_to_last(
    by_year: pd.DataFrame,
    *,
    year: str = "year",
    exposure: str | None = None,
    rounded_to: int = 0,
    variance: Variance | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """The change from the first to the newest year, written on every row.

    `by_year` has a row per `year` (sortable label) with its count, missing where hidden;
    `exposure` names a column that counts are related to: residents, pupils, days. Where counts
    were rounded, the interval holds for every pair that the rounded ones can stand for. `variance`
    is that of a year's count, where months or repeats tell it; else it is that of the years about
    a line of constant growth, from five years on. In order of years, with change_ratio,
    change_lower, change_upper (newest over first), change_verdict, is_each_higher and
    is_each_lower (than the year before, by count), confidence, change_method, dispersion and
    not_estimated (why it allows for chance alone; '' where it does not).
    """
    table = by_year.sort_values(year, ignore_index=True)
    counts = as_float(table["count"])
    related = as_float(table[exposure]) if exposure else np.ones(len(table))
    last, base = counts[-1], counts[0]
    if variance is None or not is_known(variance):
        variance = of_years(counts, related)
    known = len(table) > 1 and not np.isnan([last, base, related[-1], related[0]]).any()
    ratio = lower = upper = np.nan
    verdict = "none"
    if known:
        slack = rounded_to // 2
        spans = related[-1], related[0]
        ends = (last - slack, base + slack), (last + slack, base - slack)
        (low, _, _), (_, high, _) = (
            widened_ratio(max(now, 0), max(before, 0), *spans, variance, confidence)
            for now, before in ends
        )
        ratio = (last / related[-1]) / (base / related[0]) if base else np.nan
        lower, upper = low, high
        verdict = "up" if lower > 1 else "down" if upper < 1 else "no_clear_change"
    is_unknown = not is_known(variance)
    steps = np.diff(counts)
    return table.assign(
        change_ratio=ratio,
        change_lower=lower,
        change_upper=upper,
        change_verdict=verdict,
        is_each_higher=bool(len(steps) > 1 and (steps > 0).all()),
        is_each_lower=bool(len(steps) > 1 and (steps < 0).all()),
        confidence=confidence,
        change_method=METHOD if is_unknown or not is_wide(variance) else WIDENED,
        dispersion=variance[0],
        not_estimated=FEW_YEARS if is_unknown and known else "",
    )


def method_of_change(table: pd.DataFrame) -> str:
    """How the changes on the rows of `first_to_last` were judged."""
    said = dict.fromkeys(table["change_method"])
    reasons = dict.fromkeys(filter(None, table["not_estimated"]))
    return "; ".join([*said, *(f"{NOT_ESTIMATED}: {reason}" for reason in reasons)])
