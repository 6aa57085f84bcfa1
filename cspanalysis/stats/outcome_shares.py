"""Shares of outcomes beside those of another place or time, and of each kind of crime."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cspanalysis.domain import case_outcomes
from cspanalysis.stats import measures

ALL = "all crimes"

STANDARDISED = ("expected", "standardised", "standardised_lower", "standardised_upper")


def beside(table: pd.DataFrame) -> pd.DataFrame:
    """Shares, those compared with, and their difference in points (`measures.difference`).

    `table`: count of total, compare_count of compare_total. Returns: the columns of `difference`
    with compare_lower, compare_upper, points, points_lower, points_upper.
    """
    result = measures.difference(table)
    before = measures.proportion(table, count="compare_count", total="compare_total")
    points = {
        name.replace("difference", "points"): 100 * result[name]
        for name in ("difference", "difference_lower", "difference_upper")
    }
    limits = {f"compare_{name}": before[name] for name in ("lower", "upper")}
    return result.assign(**limits, **points)


def against(table: pd.DataFrame) -> pd.DataFrame:
    """Shares beside those of another place: `beside` with the verdicts higher, lower, similar."""
    result = beside(table)
    words = {"up": "higher", "down": "lower", "no_clear_change": "similar"}
    return result.assign(verdict=result["verdict"].replace(words))


def kinds(table: pd.DataFrame) -> pd.DataFrame:
    """Charged or summonsed of each kind of crime, here and in the rest of the force.

    Parameters
    ----------
    table : pandas.DataFrame
        is_own, offence, outcome (a class of `domain.case_outcomes`), count.

    Returns
    -------
    pandas.DataFrame
        The columns of `against` by offence, most crimes first, with no_suspect_share,
        not_prosecuted_share and no_outcome_share. The first row is of all crimes: there `expected`
        is how many would have been charged or summonsed with the rest's share of each kind, and
        standardised and its limits say how many were, against that (Byar's limits; the expected is
        taken as known). Its verdict is theirs, because kinds of crime differ in how often they
        lead to a charge, and places in their crimes.
    """
    outcome = table["outcome"]
    parts = {
        "total": outcome.ne(""),
        "count": outcome.eq(case_outcomes.CHARGED),
        "no_suspect": outcome.eq(case_outcomes.NO_SUSPECT),
        "not_prosecuted": outcome.eq(case_outcomes.NOT_PROSECUTED),
        "no_outcome": outcome.eq(case_outcomes.UNSTATED),
    }
    counts = pd.DataFrame({name: table["count"].where(mask, 0) for name, mask in parts.items()})
    own, rest = (
        counts[table["is_own"] == side].groupby(table["offence"]).sum() for side in (True, False)
    )
    own = own[own["total"] > 0].sort_values("total", ascending=False, kind="stable")
    rest = rest.reindex(own.index, fill_value=0)
    # A kind that the rest of the force has none of leaves nothing to expect.
    of_rest = rest["count"] / rest["total"].where(rest["total"] > 0)
    expected = float((own["total"] * of_rest).sum(skipna=False)) if len(own) else np.nan
    rows, others = (pd.concat([t.sum().to_frame(ALL).T, t]) for t in (own, rest))
    result = against(
        pd.DataFrame(
            {
                "offence": rows.index,
                **{c: rows[c].to_numpy(int) for c in ("count", "total")},
                **{f"compare_{c}": others[c].to_numpy(int) for c in ("count", "total")},
                **{
                    f"{c}_share": (rows[c] / rows["total"]).to_numpy()
                    for c in ("no_suspect", "not_prosecuted", "no_outcome")
                },
            }
        )
    )
    count = result["count"].iloc[:1].to_numpy(float)
    lower, upper = measures.count_limits(count)
    ratio, low, high = (
        float(x[0]) / expected if expected > 0 else np.nan for x in (count, lower, upper)
    )
    for name, value in zip(STANDARDISED, (expected, ratio, low, high), strict=True):
        result[name] = [value, *[np.nan] * len(own)]
    verdict = "higher" if low > 1 else "lower" if high < 1 else "similar"
    verdict = "none" if np.isnan(ratio) else verdict
    result["verdict"] = [verdict, *result["verdict"].iloc[1:]]
    return result
