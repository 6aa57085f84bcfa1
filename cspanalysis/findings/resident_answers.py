"""The newest answers of an area's residents: what findings and priorities say of a survey."""

from __future__ import annotations

import pandas as pd

from cspanalysis import present
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Period
from cspanalysis.review.review import Review
from cspanalysis.stats import survey_shares

SOURCE = "surveys"


def newest(review: Review, until: Period) -> pd.DataFrame:
    """The newest answers of this area's residents by a period's end, with the round before.

    Of a survey of the area and of its districts the area's own answers count. Shares of several
    districts cannot be added up.
    """
    table = review.table(SOURCE)
    own = table[table["area"] == review.area.name]
    parts = table[
        table["area"].isin(review.area.districts) & ~table["survey"].isin(own["survey"].unique())
    ]
    if len(review.area.districts) > 1 and len(parts) and own.empty:
        raise NotAvailable(
            SOURCE,
            f"it holds answers for {present.listed(sorted(parts['area'].unique()))}, and shares of "
            f"districts cannot be added up for {review.area.name}",
        )
    if len(review.area.districts) == 1:
        own = pd.concat([own, parts])
    if own.empty:
        raise NotAvailable(SOURCE, f"it holds no answers for {review.area.name}")
    rows = survey_shares.newest(own, until)
    if rows.empty:
        raise NotAvailable(SOURCE, f"no round ended by {until.label}")
    return rows


def asked(rows: pd.DataFrame, question: str) -> pd.DataFrame:
    """The one row of a question."""
    found = rows[rows["question"] == question].reset_index(drop=True)
    if found.empty:
        raise NotAvailable(SOURCE, f"nobody was asked: '{question}'")
    return found.head(1)


def beside(review: Review, rows: pd.DataFrame, wider: str) -> pd.DataFrame:
    """Newest answers with those of a wider area in the same round in place of the round before."""
    keys = [*survey_shares.KEYS, "round"]
    of_share = ("percent", "base", "effective_base")
    everybody = review.table(SOURCE)
    theirs = everybody[everybody["area"] == wider].rename(
        columns={**{name: f"compare_{name}" for name in of_share}, "area": "other_area"}
    )
    compared = [f"compare_{name}" for name in of_share]
    rows = rows.drop(columns=compared)
    return rows.merge(theirs[[*keys, "other_area", *compared]], on=keys)


def only_average(review: Review) -> str:
    """The one area of the surveys that is an average."""
    found = sorted(a for a in review.table(SOURCE)["area"].unique() if "average" in a.lower())
    if len(found) != 1:
        raise NotAvailable(SOURCE, "no area of the survey is called an average")
    return found[0]
