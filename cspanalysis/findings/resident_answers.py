"""The newest answers of an area's residents, for the findings on what residents say."""

from __future__ import annotations

import pandas as pd

from cspanalysis import present
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Comparison, Period
from cspanalysis.review.review import Review
from cspanalysis.stats import survey_shares

SOURCE = "surveys"


def newest(review: Review) -> pd.DataFrame:
    """The newest answers of this area's residents with the round before.

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
    rows = survey_shares.newest(own, review.period)
    if rows.empty:
        raise NotAvailable(SOURCE, f"no round ended by {review.period.label}")
    return rows


def asked(rows: pd.DataFrame, question: str) -> pd.DataFrame:
    """The one row of a question."""
    found = rows[rows["question"] == question].reset_index(drop=True)
    if found.empty:
        raise NotAvailable(SOURCE, f"nobody was asked: '{question}'")
    return found.head(1)


def over(review: Review, result: pd.DataFrame) -> Comparison:
    """The months of the newest rounds, and of the rounds before where there are any."""
    period = _span(result["period"]) or review.period
    earlier = _span(result["compare_period"]) if "compare_period" in result else None
    return Comparison(period, earlier or period.before)


def is_one_pair(result: pd.DataFrame) -> bool:
    """Whether all answers set the same two rounds beside each other.

    The months of several pairs can overlap: then each row has its two rounds, and the finding as
    a whole no one period that it is compared with.
    """
    return len(result[["period", "compare_period"]].drop_duplicates()) == 1


def _span(periods: pd.Series) -> Period | None:
    known = [Period.parse(p) for p in periods.dropna()]
    return Period(min(p.first for p in known), max(p.last for p in known)) if known else None


def rounds(result: pd.DataFrame, *columns: str) -> str:
    """Words for the survey rounds in the columns."""
    seen = sorted({str(r) for c in columns for r in result[c].dropna()})
    return " and ".join(seen) if len(seen) < 3 else f"{seen[0]} to {seen[-1]}"


def only_average(table: pd.DataFrame) -> str:
    """The one area of a survey that is an average."""
    found = sorted(a for a in table["area"].unique() if "average" in a.lower())
    if len(found) != 1:
        raise NotAvailable(SOURCE, "no area of the survey is called an average")
    return found[0]


def target_share(review: Review, question: str) -> float:
    """The newest target for the share that gives an answer, in per cent."""
    targets = review.table("targets")
    rows = targets[(targets["series"] == question) & targets["target"].notna()]
    if rows.empty:
        raise NotAvailable("targets", f"it has no target for '{question}'")
    newest = rows.sort_values("target_period").iloc[-1]
    return float(newest["target"])
