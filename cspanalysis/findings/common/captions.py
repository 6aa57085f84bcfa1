"""Captions, notes and headline figures that findings of several chapters share."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from cspanalysis import present
from cspanalysis.domain import breaks
from cspanalysis.domain.periods import Comparison, Period
from cspanalysis.review.review import Review

#: By the mid-year estimates for 2020 of the Office for National Statistics, as they are held in
#: reference/district_profiles.csv, the City of London had 10,938 residents and the Isles of Scilly
#: 2,226, every other district of England and Wales more than 40,000.
FEW_RESIDENTS = 20_000


def where(review: Review, what: str, when: str) -> str:
    """A caption: what, then where and when (the page sets the second part smaller)."""
    return f"{what} – {review.area.name}, {when}"


def earlier(comparison: Comparison) -> str:
    """Words for the time of the period compared with: 'a year earlier', 'two years earlier'."""
    return present.earlier(comparison.period.iso, comparison.compare.iso)


def span(first: str, last: str) -> str:
    """Words for the months from first to last."""
    return Period.parse(f"{first}/{last}").label


def method_of(result: pd.DataFrame) -> str:
    """The methods that the rows of a result were made with, each once."""
    if "method" not in result:
        return ""
    return "; ".join(dict.fromkeys(m for m in result["method"] if isinstance(m, str) and m))


def resident_notes(review: Review, year: int, comparison: Comparison) -> list[str]:
    """Says so when the newest estimate of residents is older than the period."""
    wanted = comparison.period.midpoint.year
    if year == wanted:
        return []
    return [
        f"Residents are those of {review.residents_of(year)}, the nearest estimate in this "
        f"workspace to {comparison.period.label}."
    ]


def few_residents_notes(table: pd.DataFrame) -> list[str]:
    """A caution where rates per resident are those of a place where hardly anybody lives.

    Parameters
    ----------
    table : pandas.DataFrame
        A row per area: area, population.
    """
    few = table.loc[table["population"] < FEW_RESIDENTS, "area"]
    if few.empty:
        return []
    return [
        f"Fewer than {present.count(FEW_RESIDENTS)} people live in {present.listed(list(few))}. "
        "Where few live and many come to work or to visit, a rate per resident says little about "
        "the risk of those who are there."
    ]


def membership_notes(members) -> list[str]:
    """The date of the peer group's membership, and how its members were chosen."""
    dated = [f"Group membership as of {members.as_of}."] if members.as_of else []
    return [*dated, members.note] if members.note else dated


def break_notes(
    selection: str | Iterable[str], comparison: Comparison, scheme: str = ""
) -> list[str]:
    """The breaks of a series, or of all, between the two periods that the reader must know of.

    A break inside a group (burglary's new categories within recorded crime) leaves its sum alone.
    """
    names = {"all", *([selection] if isinstance(selection, str) else selection)}
    found = [
        b.reason
        for name in sorted(names)
        for b in breaks.crossing(name, comparison.period, comparison.compare, scheme)
    ]
    return list(dict.fromkeys(found))
