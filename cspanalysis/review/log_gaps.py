"""Months that a dated log holds whole, in part or not at all: an extract of 9 March holds a third
of March, one district's records begin after another's."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping

import pandas as pd

from cspanalysis.domain.areas import Area
from cspanalysis.domain.periods import Period
from cspanalysis.sources import get
from cspanalysis.store.tables import Store

#: So many more days without any record than other months end or begin with are no quiet days,
#: where so many records would be expected of them; so many other months show what is usual.
_DAYS, _EXPECTED, _OTHERS = 3, 14, 3

#: Below this share of the records of its months a receiver's coming or going makes no change.
_SHARE = 0.05

#: Of so many records that would be expected, none is less likely than one in a thousand.
NO_CHANCE = 7

_DATES = ("date", "datetime")


def log_months(months: Iterable[str], quiet: int = 2) -> list[str]:
    """Months that a log covers which has a record in these months.

    Up to `quiet` months in a row without any are covered and have none; of more, a file is missing.
    """
    seen = {m for m in months if isinstance(m, str)}
    covered: list[str] = []
    empty: list[str] = []
    span = Period.parse(f"{min(seen)}/{max(seen)}").month_list() if seen else []
    for month in span:
        if month not in seen:
            empty.append(month)
            continue
        covered += empty if len(empty) <= quiet else []
        covered.append(month)
        empty = []
    return covered


def vanished(counts: Mapping[str, float], months: Iterable[str]) -> set[str]:
    """Months, of those judged, in which something that is usually there is gone, not by chance.

    A run of months without any counts as gone where `NO_CHANCE` or more would be expected at the
    rate of the other months: a small district has quiet months, a large one has none. Fewer than
    that many altogether are no evidence, whatever their months.
    """
    ordered = sorted(months)
    total = sum(counts.get(m, 0) for m in ordered)
    runs: list[list[str]] = [[]]
    for month in ordered:
        if counts.get(month, 0):
            runs.append([])
        else:
            runs[-1].append(month)
    return {
        month
        for run in runs
        if run and len(run) < len(ordered) and total >= NO_CHANCE
        if total / (len(ordered) - len(run)) * len(run) >= NO_CHANCE
        for month in run
    }


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


def lacking(
    store: Store, source: str, area: Area, by_district: pd.DataFrame, months: set[str]
) -> dict[str, set[str]]:
    """Parts of a log that lack in months in which the others go on, as the words 'of Ashford'.

    Districts of the area by their records a month, and receivers whose records begin after, or end
    before, those of others.
    """
    found = {}
    if "district" in by_district and len(area.districts) > 1:
        counts = by_district.set_index(["district", "month"])["count"].sort_index()
        held = set(counts.index.get_level_values("district"))
        total = sum(float(counts[d].sum()) for d in area.districts if d in held)
        for district in area.districts:
            if district in held:
                gone = vanished(counts[district].to_dict(), months) & months
            else:
                gone = months if total >= NO_CHANCE else set()
            if gone:
                found[f"of {district}"] = gone
    for receiver, gone in _of_receivers(store, source).items():
        if gone & months:
            found[f"received by {receiver}"] = gone & months
    return found


@functools.lru_cache(maxsize=64)
def _of_receivers(store: Store, source: str) -> dict[str, set[str]]:
    """Who received a share of the records, and the months of the others' that theirs lack.

    The police's log of two years beside the council's of one makes a rise where the latter begins,
    in files of their own as in one. Months that another name takes up lack nothing; of few records
    none is chance, and makes no rise that anybody would see.
    """
    if not {"received_by", "file", "month"} <= set(store.columns(source)):
        return {}
    rows = store.load(source, columns=["received_by", "file", "month"]).dropna()
    spans: dict[str, set[str]] = {}
    for (receiver, _), dated in rows.groupby(["received_by", "file"], observed=True)["month"]:
        span = Period.parse(f"{dated.min()}/{dated.max()}").month_list()
        spans.setdefault(receiver, set()).update(span)
    found: dict[str, set[str]] = {}
    for receiver, own in sorted(spans.items()):
        beside, elsewhere = set[str](), set(own)
        for other, months in spans.items():
            if other != receiver:
                (beside if len(months & own) >= _OTHERS else elsewhere).update(months)
        gone = beside - elsewhere
        then = rows[rows["month"].isin(own)]["received_by"]
        received = int((then == receiver).sum())
        is_seen = received >= _SHARE * len(then)
        if gone and is_seen and received / len(own) * len(gone) >= NO_CHANCE:
            found[receiver] = gone
    return found


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
