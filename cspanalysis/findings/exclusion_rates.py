"""Exclusions from school: rates by cluster of schools, with places."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from cspanalysis.stats.measures import added_up, rate
from cspanalysis.stats.peers import rank_intervals


def rates(
    exclusions: pd.DataFrame, *, per: float = 100, by: Sequence[str] = ("cluster",)
) -> pd.DataFrame:
    """Exclusions per 100 (or 1,000) pupils on roll, ranked within each school year and kind.

    `exclusions` has school_year, kind, the columns of `by`, count (missing where the publisher hid
    it), roll, status and symbol. Exclusions can repeat, so they are Poisson counts of events, not
    shares of pupils. A row per school year, kind and group, with the columns of `measures.rate`
    and rank (1 = lowest rate), is_tied, of, rank_lower, rank_upper; a group of which one part is
    hidden has no count and no rank.
    """
    keys = ["school_year", "kind", *by]
    sums = added_up(exclusions, keys, ("count", "roll")).sort_values(keys)
    result = rate(sums, population="roll", per=per)
    return pd.concat(
        [_ranked(group) for _, group in result.groupby(["school_year", "kind"], sort=True)],
        ignore_index=True,
    )


def _ranked(group: pd.DataFrame) -> pd.DataFrame:
    known = group["rate"].notna().to_numpy()
    count, roll = (group.loc[known, c].to_numpy(dtype=float) for c in ("count", "roll"))
    ranks = rank_intervals(count, roll)
    placed = group.copy()
    for name, values in zip(("rank", "rank_lower", "rank_upper"), ranks, strict=True):
        column = pd.Series(pd.NA, index=group.index, dtype="Int64")
        column[known] = np.asarray(values)
        placed[name] = column
    return placed.assign(is_tied=placed["rank"].duplicated(keep=False) & known, of=int(known.sum()))
