"""Months in which a dated log begins or ends: an extract of 9 March holds a third of March."""

from __future__ import annotations

import functools
from collections.abc import Iterable

import pandas as pd

from cspanalysis.domain.periods import Period
from cspanalysis.sources import get
from cspanalysis.store.tables import Store

#: So many more days without any record than other months end or begin with are no quiet days,
#: where so many records would be expected of them; so many other months show what is usual.
_DAYS, _EXPECTED, _OTHERS = 3, 14, 3

_DATES = ("date", "datetime")


def partly(store: Store, source: str, months: Iterable[str]) -> set[str]:
    """Months, of those that a log covers, of which it holds a part only.

    Told by many more days without any record than at the same end of all months within, in all
    that the log holds: of one area a few days are quiet by chance.
    """
    days = _days(store, source)
    covered = set(months)
    if days is None:
        return set()
    within = days[days.index.isin(covered)]
    of_month = within["min"].dt.days_in_month
    inner = [m for m in within.index if {_next(m, 1), _next(m, -1)} <= covered]
    if len(inner) < _OTHERS:
        return set()
    by_day = within.loc[inner, "size"].sum() / of_month[inner].sum()
    gaps_of = {1: of_month - within["max"].dt.day, -1: within["min"].dt.day - 1}
    return {
        str(month)
        for step, gaps in gaps_of.items()
        for month, gap in gaps.items()
        if _next(str(month), step) not in covered
        and gap > gaps[inner].max() + _DAYS
        and by_day * gap >= _EXPECTED
    }


def _next(month: str, step: int) -> str:
    return Period.parse(month).shift(step).month_list()[0]


@functools.lru_cache(maxsize=64)
def _days(store: Store, source: str) -> pd.DataFrame | None:
    """Of each month first and last day with a record, and how many records it has."""
    columns = get(source).schemas[0].columns
    column = next((c.name for c in columns if c.essential and c.kind in _DATES), "")
    if column not in store.columns(source):
        return None
    dates = store.load(source, columns=[column])[column]
    if not pd.api.types.is_datetime64_any_dtype(dates):
        return None
    dates = dates.dropna()
    return dates.groupby(dates.dt.strftime("%Y-%m")).agg(["min", "max", "size"])
