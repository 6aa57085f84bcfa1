"""Exclusions from school: rates by cluster of schools, with places."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from cspanalysis.stats.measures import rate
from cspanalysis.stats.peers import rank_intervals


def rates(
    exclusions: pd.DataFrame, *, per: float = 100, by: Sequence[str] = ("cluster",)
) -> pd.DataFrame:
    """Exclusions per 100 (or 1,000) pupils on roll, ranked within each school year and kind.

    Parameters
    ----------
    exclusions : pandas.DataFrame
        school_year, kind, the columns of `by`, count (missing where the publisher hid it), roll,
        and optional status and symbol of the source.
    per : float
        100 for permanent and fixed-term rates of schools, 1,000 for local authorities.

    Returns
    -------
    pandas.DataFrame
        One row per school year, kind and group: summed count and roll, rate, lower, upper,
        rate_per, confidence, method, status, rank (1 = lowest rate), is_tied, of, rank_lower,
        rank_upper. A group of which one part is hidden or missing has no count: the status is the
        source's ('suppressed' …), never 0. Exclusions can repeat, so they are Poisson counts of
        events, not shares of pupils.
    """
    keys = ["school_year", "kind", *by]
    rows = exclusions.assign(
        count=pd.to_numeric(exclusions["count"]).astype("Float64"),
        roll=pd.to_numeric(exclusions["roll"]).astype("Float64"),
    )
    grouped = rows.groupby(keys, sort=True, dropna=False)
    sums = grouped[["count", "roll"]].sum(skipna=False).reset_index()
    for column in ("status", "symbol"):
        if column in rows:
            # The flagged part decides for the whole: it is what makes the sum unknown.
            flagged = rows[rows["status"] != "ok"] if "status" in rows else rows
            first = flagged.groupby(keys, dropna=False)[column].first().reset_index(name=column)
            sums = sums.merge(first, on=keys, how="left", suffixes=("", "_of_source"))
    source_status = sums.pop("status") if "status" in sums else pd.Series(pd.NA, index=sums.index)
    result = rate(sums, population="roll", per=per)
    is_flagged = source_status.notna() & sums["count"].isna()
    result["status"] = result["status"].mask(is_flagged, source_status)
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
