"""Stop and search of an area's police force, and what of it lies in the area by the outlines."""

from __future__ import annotations

import functools
import json
from typing import NamedTuple

import numpy as np
import pandas as pd

from cspanalysis import present
from cspanalysis.domain import areas
from cspanalysis.domain.areas import Area
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Period
from cspanalysis.review import residents
from cspanalysis.store.tables import Store

SOURCE, OUTLINES, CENSUS = "stop_and_search", "boundaries", "ethnic_groups"


class Searches(NamedTuple):
    """Searches by the force of an area.

    Parameters
    ----------
    rows : pandas.DataFrame
        The rows of the table `stop_and_search` in the months told.
    force : str
        The police force, as the register spells it.
    over : Period
        The newest run of months of the period asked about that the files cover.
    """

    rows: pd.DataFrame
    force: str
    over: Period


def searches(store: Store, area: Area, period: Period) -> Searches:
    """Searches by the area's force in a period; see `Searches`.

    Raises
    ------
    NotAvailable
        If there are no files of the force, or none of the period.
    """
    if not store.has(SOURCE):
        raise NotAvailable(SOURCE)
    if not area.force:
        raise NotAvailable((), f"{area.name} lies in no one police force area")
    forces = store.load(SOURCE, columns=["force"])["force"].dropna().unique()
    own = [label for label in forces if areas.is_force(area.force, label)]
    rows = store.load(SOURCE, where={"force": own}) if own else pd.DataFrame()
    if rows.empty:
        raise NotAvailable(SOURCE, f"the files that are here are of other forces than {area.force}")
    covered = set(rows["month"]) & set(period.month_list())
    if not covered:
        known = Period.parse(f"{rows['month'].min()}/{rows['month'].max()}").label
        raise NotAvailable(SOURCE, f"the files of {area.force} cover {known}")
    last = Period.parse(max(covered)).last
    first = last
    while Period(first - 1, first - 1).month_list()[0] in covered:
        first -= 1
    over = Period(first, last)
    return Searches(rows[over.contains(rows["month"])].reset_index(drop=True), area.force, over)


def residents_of_force(store: Store, force: str, period: Period) -> tuple[int, int] | None:
    """Residents of a force area and the year of the estimate; None where they are not known."""
    register = areas.register()
    districts = register.loc[register["force"] == force, "district"].tolist()
    try:
        table = residents.estimates(store, districts, period)
    except NotAvailable:
        return None
    if table["population"].isna().any():
        return None
    return int(table["population"].sum()), int(table["year"].max())


def groups_of_force(store: Store, force: str) -> pd.Series:
    """Residents of a force area by broad ethnic group at the Census: White, Mixed, Asian, ….

    Raises
    ------
    NotAvailable
        If there is no such table, or it lacks a district of the force.
    """
    if not store.has(CENSUS):
        raise NotAvailable(CENSUS)
    register = areas.register()
    own = register[register["force"] == force]
    table = store.load(CENSUS, columns=["area_code", "broad", "population"])
    known = set(table.loc[table["population"].notna(), "area_code"])
    lacking = own.loc[~own["district_code"].isin(known), "district"].tolist()
    if lacking:
        named = present.listed(lacking, 3, "further districts")
        raise NotAvailable((), f"the table of ethnic groups lacks {named} of {force}")
    rows = table[table["area_code"].isin(own["district_code"])]
    return rows.groupby("broad")["population"].sum()


def inside(store: Store, area: Area, rows: pd.DataFrame) -> pd.Series:
    """Whether each search lies in the area, by the outlines of its districts; missing: no point.

    Points are those of the publisher's map, not of the search: near a border one may lie beyond it.

    Raises
    ------
    NotAvailable
        If the workspace lacks an outline of a district.
    """
    found = pd.Series(pd.NA, index=rows.index, dtype="boolean")
    has_point = rows["longitude"].notna() & rows["latitude"].notna()
    points = rows.loc[has_point, ["longitude", "latitude"]].to_numpy(float)
    lies = np.zeros(len(points), dtype=bool)
    for polygons in _outlines(store, area.districts):
        for outer, *holes in polygons:
            lies |= _in_ring(points, outer) & ~np.any(
                [np.zeros(len(points), dtype=bool), *(_in_ring(points, hole) for hole in holes)], 0
            )
    found[has_point] = lies
    return found


@functools.lru_cache(maxsize=8)
def _outlines(store: Store, districts: tuple[str, ...]) -> tuple[list, ...]:
    if not store.has(OUTLINES):
        raise NotAvailable(OUTLINES)
    table = store.load(OUTLINES, where={"kind": "district"})
    register = areas.register()
    known = dict(zip(register["district"], register["district_code"], strict=True))
    shapes = dict(zip(table["area_code"], table["shape"], strict=True))
    codes = [known.get(name, "") for name in districts]
    if lacking := [n for n, code in zip(districts, codes, strict=True) if code not in shapes]:
        raise NotAvailable(OUTLINES, f"no outline of the whole of {lacking[0]} is held")
    return tuple(json.loads(shapes[code]) for code in codes)


def _in_ring(points: np.ndarray, ring: list[list[float]]) -> np.ndarray:
    """Whether points lie within a ring: a ray to the east crosses it an odd number of times."""
    x, y = points[:, 0], points[:, 1]
    found = np.zeros(len(points), dtype=bool)
    corners = np.asarray(ring, dtype=float)
    for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if y0 == y1:
            continue
        crosses = (y0 > y) != (y1 > y)
        found ^= crosses & (x < (x1 - x0) * (y - y0) / (y1 - y0) + x0)
    return found
