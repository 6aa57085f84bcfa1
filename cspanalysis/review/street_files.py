"""Street-level files: whose they are, their records by district, which months are whole."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from cspanalysis.domain import areas
from cspanalysis.domain.areas import Area
from cspanalysis.store.tables import Store

_COUNTS = "police_uk_counts"


def counts(store: Store, districts: tuple[str, ...]) -> pd.DataFrame:
    """Street-level counts of some districts: district, month, force, offence, count."""
    columns, where = (
        ["district", "month", "force", "offence", "count"],
        {"district": list(districts)},
    )
    return store.load(_COUNTS, columns=columns, where=where)


@functools.lru_cache(maxsize=2048)
def own_force(store: Store, area: Area) -> tuple[str, Mapping[str, int]] | None:
    """The force whose files cover an area, and its records there by month; None without any.

    Rows of a district can come from other forces and from the transport police: a few of them do
    not cover it. Its own force does; where that is unknown, the one that records most.
    """
    every = _recorded(store)
    found: dict[str, Counter[str]] = {}
    for district in area.districts:
        for force, months in every.get(district, {}).items():
            found.setdefault(force, Counter()).update(months)
    named = [f for f in sorted(found) if not area.force or areas.is_force(area.force, f)]
    if not named:
        return None
    force = max(named, key=lambda f: found[f].total())
    return force, dict(sorted(found[force].items()))


@functools.lru_cache(maxsize=4)
def _recorded(store: Store) -> Mapping[str, Mapping[str, Mapping[str, int]]]:
    """District → force → month → records in its street-level files."""
    found: dict[str, dict[str, dict[str, int]]] = {}
    sums = store.sums(_COUNTS, ["district", "force", "month"])
    for district, force, month, count in sums:
        found.setdefault(district, {}).setdefault(force, {})[month] = count
    return found


class Published(NamedTuple):
    """What a force's files hold.

    Parameters
    ----------
    rows : mapping
        Month → rows.
    whole : frozenset of str
        Months that are whole.
    incomplete, unlocated : tuple of str
        Months that are incomplete as published, and whose records name no LSOA.
    """

    rows: Mapping[str, int] = {}
    whole: frozenset[str] = frozenset()
    incomplete: tuple[str, ...] = ()
    unlocated: tuple[str, ...] = ()


@functools.lru_cache(maxsize=4)
def published(store: Store) -> dict[str, Published]:
    """Force → what its files hold."""
    found = {}
    for force, rows in store.coverage().groupby("force"):
        status = rows["status"].tolist()
        months = [
            sorted(m for m, s in zip(rows["month"], status, strict=True) if s == wanted)
            for wanted in ("ok", "incomplete", "unlocated")
        ]
        found[str(force)] = Published(
            rows.set_index("month")["rows"].to_dict(),
            frozenset(months[0]),
            tuple(months[1]),
            tuple(months[2]),
        )
    return found
