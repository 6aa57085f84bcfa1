"""Exclusions from school: rates by cluster of schools, with places."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from cspanalysis.stats.dispersion import CHANCE, UNKNOWN, Variance, is_wide, with_variance
from cspanalysis.stats.measures import added_up, as_float, rate
from cspanalysis.stats.peers import rank_intervals

#: Why limits of exclusions allow for chance alone, where they do.
NO_CHILDREN = "the number of children excluded is not known"


def repeats(exclusions: pd.DataFrame) -> Variance:
    """Variance of a count of exclusions, from how many children they met.

    Where children are excluded m times each on average, a geometric number, the variance of the
    count is 2m - 1 times its mean. Rows: count, children; those with either hidden are left out.
    """
    count, children = as_float(exclusions["count"]), as_float(exclusions["children"])
    known = ~np.isnan(count) & (children > 0)
    if not known.any():
        return UNKNOWN
    factor = float(2 * count[known].sum() / children[known].sum() - 1)
    return (factor, np.inf) if factor > 1 else CHANCE


def rates(
    exclusions: pd.DataFrame,
    *,
    per: float = 100,
    by: Sequence[str] = ("cluster",),
    variance: Variance = CHANCE,
) -> pd.DataFrame:
    """Exclusions per 100 (or 1,000) pupils on roll, ranked within each school year and kind.

    `exclusions` has school_year, kind, the columns of `by`, count (missing where the publisher hid
    it), roll, status and symbol. Exclusions can repeat, so they are counts of events, not shares of
    pupils, and vary by `variance` (see `repeats`) more than chance. A row per school year, kind and
    group, with the columns of `measures.rate` and rank (1 = lowest rate), is_tied, of, rank_lower,
    rank_upper; a group of which one part is hidden has no count and no rank.
    """
    keys = ["school_year", "kind", *by]
    sums = added_up(exclusions, keys, ("count", "roll")).sort_values(keys)
    result = with_variance(rate(sums, population="roll", per=per), variance)
    factor = variance[0] if is_wide(variance) else 1.0
    return pd.concat(
        [_ranked(group, factor) for _, group in result.groupby(["school_year", "kind"], sort=True)],
        ignore_index=True,
    )


def _ranked(group: pd.DataFrame, factor: float) -> pd.DataFrame:
    known = group["rate"].notna().to_numpy()
    count, roll = (group.loc[known, c].to_numpy(dtype=float) for c in ("count", "roll"))
    # As many independent cases as the variance allows: fewer counts of fewer pupils, same rates.
    ranks = rank_intervals(count / factor, roll / factor)
    placed = group.copy()
    for name, values in zip(("rank", "rank_lower", "rank_upper"), ranks, strict=True):
        column = pd.Series(pd.NA, index=group.index, dtype="Int64")
        column[known] = np.asarray(values)
        placed[name] = column
    return placed.assign(is_tied=placed["rank"].duplicated(keep=False) & known, of=int(known.sum()))
