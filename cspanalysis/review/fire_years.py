"""Fires by financial year and district, from the government's fire statistics.

A year counts for a district where its fire and rescue service's incidents have a place and the
year seems whole: of the newest year places can be missing, and a part of a year is no fall.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from cspanalysis import present
from cspanalysis.domain.areas import Area, PeerGroup
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Period, year_label
from cspanalysis.review import peer_tallies
from cspanalysis.review.coverage import Unplaced
from cspanalysis.review.offence_counts import Counted
from cspanalysis.sources.fire_statistics import FIRES, NAME
from cspanalysis.store.tables import Store

#: Above this share of a service's fires without a place, a year counts for none of its districts.
MOST_UNPLACED = 0.05
#: Below this share of a service's incidents of the year before, a year is not taken for whole.
FEWEST_INCIDENTS = 0.75
#: A service counts as one of a district that attended so much of its fires.
_SOME = 0.1

#: Where a primary fire was → how a reader sees it.
_BURNED = {
    "dwelling": "primary fires in dwellings",
    "dwelling or other building": "primary fires in dwellings or other buildings",
    "other building": "primary fires in other buildings",
    "road vehicle": "primary fires of road vehicles",
}


class FireYears(NamedTuple):
    """Fires of an area by financial year.

    Parameters
    ----------
    rows : pandas.DataFrame
        year, kind (as a reader sees it), count: every kind in every year that counts.
    flaws : mapping
        Year that does not count → why, as a sentence.
    unknown : mapping
        Year → incidents of types that nobody knows, which count as no fires.
    """

    rows: pd.DataFrame
    flaws: Mapping[str, str]
    unknown: Mapping[str, int]


def of_area(store: Store, area: Area) -> FireYears:
    """The fires of an area in all whole years of all its districts."""
    held = _held(store)
    own = held[held["district"].isin(area.districts)]
    if own.empty:
        raise NotAvailable(NAME, f"it holds no rows for {area.name}")
    flaws = _flaws(store, area.districts)
    districts = own.groupby("year")["district"].nunique()
    lacking = sorted(year for year, n in districts.items() if n < len(area.districts))
    flaws |= {year: f"Not all districts of {area.name} have rows in {year}." for year in lacking}
    fires = own[own["is_fire"] & ~own["year"].isin(list(flaws))]
    hidden = fires.loc[fires["count"].isna(), "year"].unique()
    flaws |= {year: f"The table hides a part of the fires of {year}." for year in hidden}
    fires = fires[~fires["year"].isin(hidden)]
    years = [year for year in sorted(own["year"].unique()) if year not in flaws]
    table = fires.pivot_table(
        index="year", columns="label", values="count", aggfunc="sum", fill_value=0
    ).reindex(years, fill_value=0)
    rows = table.reset_index().melt("year", var_name="kind", value_name="count")
    unknown = own[own["kind"].isna()].groupby("year")["count"].sum()
    return FireYears(
        rows.astype({"count": int}),
        flaws,
        {str(year): int(n) for year, n in unknown.items() if n},
    )


def beside(store: Store, area: Area, group: PeerGroup, year: str) -> Counted:
    """Fires and residents of the areas of a group in a year; missing where a year does not count.

    Raises
    ------
    NotAvailable
        If there are no figures of any other of the group, or no residents.
    """
    held = _held(store)
    parts = peer_tallies.districts_of(group, area)
    members = {district for districts in parts.values() for district in districts}
    rows = held[(held["year"] == year) & held["district"].isin(members)]
    fires = rows[rows["is_fire"]].groupby("district")["count"].sum(min_count=1, skipna=False)
    # A district with incidents and no fire had none; one without any row is not known.
    counts = fires.reindex(sorted(rows["district"].unique()), fill_value=0).astype(float)
    counts = counts[[year not in _flaws(store, (district,)) for district in counts.index]]
    held_of = set(counts.dropna().index)
    others = [set(own) for name, own in parts.items() if name != area.name]
    known = sum(own <= held_of for own in others)
    # As of other counts: a place among a chance few of a group is none in it.
    if not known or (group.key not in peer_tallies.WITHIN_FORCE and 2 * known < len(others)):
        raise NotAvailable(
            NAME,
            f"it holds the figures of {present.in_words(known) if known else 'none'} of the "
            f"{present.in_words(len(others))} other {group.label} in {year}",
        )
    table = peer_tallies.by_area(store, area, parts, counts, Period.financial_year(int(year[:4])))
    return Counted(table, (NAME, "population"))


def unplaced(store: Store, area: Area, period: Period) -> Unplaced | None:
    """The fires without a place of a year of the area's services; None of what is no year."""
    year = year_label(period.first // 12)
    services = _services(store, tuple(area.districts))
    rows = _by_service(store)
    rows = rows[rows["frs"].isin(services) & (rows["year"] == year)]
    if rows.empty or period != Period.financial_year(int(year[:4])):
        return None
    return Unplaced(_whose(services), int(rows["unplaced"].sum()), int(rows["fires"].sum()))


def _whose(services: Iterable[str]) -> str:
    names = [f"of {name}" for name in services if name]
    if not names:
        return "in the whole table"
    what = "service" if len(names) == 1 else "services"
    return f"in the area of the fire and rescue {what} {present.listed(names)}"


def _flaws(store: Store, districts: Iterable[str]) -> dict[str, str]:
    """Years that do not count for some districts, and why."""
    services = _services(store, tuple(districts))
    found: dict[str, str] = {}
    rows = _by_service(store)
    for service in services:
        before: tuple[int, int] | None = None
        for row in rows[rows["frs"] == service].to_dict("records"):
            year, fires, total = row["year"], int(row["fires"]), int(row["incidents"])
            start = int(year[:4])
            whose = _whose((service,))
            if fires and row["unplaced"] > MOST_UNPLACED * fires:
                found[year] = (
                    f"The figures of {year} are left out: of {present.count(fires)} fires {whose} "
                    f"{present.count(row['unplaced'])} have no known place."
                )
            elif before and before[0] == start - 1 and total < FEWEST_INCIDENTS * before[1]:
                found[year] = (
                    f"The figures of {year} are left out, because the year does not seem whole: "
                    f"the table holds {present.count(total)} incidents {whose}, after "
                    f"{present.count(before[1])} in {year_label(start - 1)}."
                )
                continue
            before = (start, total)
    return found


@functools.lru_cache(maxsize=512)
def _services(store: Store, districts: tuple[str, ...]) -> tuple[str, ...]:
    """The fire and rescue services that attended a good part of some districts' fires."""
    held = _held(store)
    rows = held[held["district"].isin(districts)]
    counts = rows.groupby("frs")["count"].sum()
    return tuple(counts.index[counts >= _SOME * counts.sum()]) if len(counts) else ()


@functools.lru_cache(maxsize=2)
def _by_service(store: Store) -> pd.DataFrame:
    """frs, year, incidents, fires, unplaced (fires without a district), in the order of years."""
    held = _held(store)
    fires = held["count"].where(held["is_fire"], 0)
    return (
        held.assign(
            incidents=held["count"], fires=fires, unplaced=fires.where(held["district"].isna(), 0)
        )
        .groupby(["frs", "year"], as_index=False)[["incidents", "fires", "unplaced"]]
        .sum()
        .sort_values(["frs", "year"], ignore_index=True)
    )


@functools.lru_cache(maxsize=2)
def _held(store: Store) -> pd.DataFrame:
    """The table with is_fire and the kind's label; a service that is not named is ''."""
    columns = ["year", "frs", "district", "kind", "burned", "count"]
    held = store.load(NAME, columns=columns)
    is_fire = held["kind"].isin(FIRES)
    label = held["kind"].where(is_fire) + "s"
    if held["burned"].notna().any():
        is_primary = held["kind"].eq("primary fire").fillna(False)
        where = held["burned"].map(_BURNED).fillna("other primary fires")
        label = label.mask(is_primary, where)
    return held.assign(
        is_fire=is_fire, label=label, frs=held["frs"].fillna(""),
        count=held["count"].astype("Float64").to_numpy(float, na_value=np.nan),
    )  # fmt: skip
