"""Harm and concentration of what a priority counts, as far as its records tell them."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from cspanalysis.audit import register_series
from cspanalysis.audit.register_series import Named
from cspanalysis.domain import offences
from cspanalysis.domain.errors import NotAvailable, UsageError
from cspanalysis.domain.periods import Period
from cspanalysis.findings.priority_measures import Measure
from cspanalysis.review import severity_weights, small_areas
from cspanalysis.review.review import OFFENCE_SOURCES, Review
from cspanalysis.stats import concentration

#: Where more than so many of the crimes counted have no weight, their harm is not known.
MOST_UNWEIGHTED = 0.05


@dataclass(frozen=True)
class Spread:
    """How much of what is counted lies in the tenth of small areas with most.

    `excess`: 0 where it is no more than by chance, 1 where all of it lies there.
    """

    share: float = np.nan
    by_chance: float = np.nan
    excess: float = np.nan


def harm(review: Review, measure: Measure, period: Period) -> tuple[float, str]:
    """Number times severity of all that is counted, and what the weights are.

    Missing where a part of it is no crime, or has no weight: it is not known, and not nothing.
    """
    total, named = 0.0, ""
    for of in measure.counted:
        points, named = _harm(review, of, period)
        total += points
    return (total, named) if measure.counted else (np.nan, "")


def _harm(review: Review, of: Named, period: Period) -> tuple[float, str]:
    if of.source not in OFFENCE_SOURCES:
        return np.nan, ""
    try:
        crimes = register_series.series(review, of, period)
        rows = crimes.inside(period)
    except NotAvailable:
        return np.nan, ""
    if "offence" not in rows:
        return np.nan, ""
    weights = severity_weights.weights(review.store, rows["offence"].unique(), crimes.scheme)
    rows = rows.merge(weights.of, on="offence", how="left")
    without = float(rows.loc[rows["weight"].isna(), "count"].sum())
    if without > MOST_UNWEIGHTED * float(rows["count"].sum()):
        return np.nan, ""
    return float((rows["count"] * rows["weight"]).sum()), weights.named


def spread(review: Review, measure: Measure, period: Period) -> Spread:
    """How concentrated on few small areas the street-level files show what is counted."""
    names = tuple(of.series for of in measure.counted)
    if not names or any(of.source not in OFFENCE_SOURCES for of in measure.counted):
        return Spread()
    return _spread(review, names, period)


@functools.lru_cache(maxsize=64)
def _spread(review: Review, names: tuple[str, ...], period: Period) -> Spread:
    """Kept, because matrix, trials and short list ask for the same."""
    try:
        for name in names:
            offences.members(name, offences.POLICE_UK)
        counted = small_areas.counted(review.store, review.area, names, period)
        row = concentration.top_tenth(counted.by_month(period).to_numpy()).iloc[0]
    except (NotAvailable, UsageError):
        return Spread()
    if row["status"] != "ok":
        return Spread()
    share, chance = float(row["share"]), float(row["share_by_chance"])
    # Of few crimes a tenth of places has much by chance alone: both are of as many.
    is_more = row["verdict"] == "higher" and chance < share < 1
    return Spread(share, chance, (share - chance) / (1 - chance) if is_more else float(share == 1))
