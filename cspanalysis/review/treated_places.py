"""The places of an action and those it may be compared with, with their counts by month."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from cspanalysis import present
from cspanalysis.domain import offences
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.review import named_streets, peer_groups, peer_tallies, small_areas
from cspanalysis.review.review import Review
from cspanalysis.workspace.intervention_settings import Intervention

SOURCE = small_areas.SOURCE
#: Crossing or touching outlines have points this near, in degrees (some 10 metres).
TOUCH = 1e-4


@dataclass(frozen=True, eq=False)
class Treated:
    """Places of an action among their like.

    Parameters
    ----------
    by_month : pandas.DataFrame
        A row a unit (index: code or district), a column a month that is known: counts.
    labels : mapping of str to str
        Unit → how a reader names it.
    treated, ring, free : list of str
        Units of the action, those around them, and those left alone.
    given : list of str
        Comparison units of the settings; empty: the nearest are to be chosen.
    clusters : pandas.Series or None
        Wards of small areas or streets.
    kind : str
        What a unit is, in the plural: 'small areas', 'streets' or 'districts'.
    is_district : bool
        Whether a whole district was treated, and other districts are its like.
    notes : tuple of str
    """

    by_month: pd.DataFrame
    labels: dict[str, str]
    treated: list[str]
    ring: list[str]
    free: list[str]
    given: list[str]
    clusters: pd.Series | None
    is_district: bool
    among: str
    notes: tuple[str, ...] = field(default=())
    kind: str = "small areas"


@functools.lru_cache(maxsize=4)
def of(review: Review, action: Intervention) -> Treated:
    """The places of an action of the settings, counted from street-level files."""
    districts = {_key(d) for d in (review.area.name, *review.area.districts)}
    if {_key(p) for p in action.places} <= districts:
        return _district(review, action)
    found = small_areas.counted(review.store, review.area, action.measure)
    known = _known(found.places)
    if any(_key(name) in known for name in action.places):
        return _small(review, action, found, known)
    return _streets(review, action)


def _small(
    review: Review,
    action: Intervention,
    found: small_areas.SmallAreas,
    known: dict[str, list[str]],
) -> Treated:
    places = found.places
    treated = _codes(known, action.places, action)
    given = [c for c in _codes(known, action.comparison, action) if c not in treated]
    notes = [
        n for n in (small_areas.unlocated(review.store, review.area, found, review.period),) if n
    ]
    if action.ring is None:
        ring = _touching(review, places, treated)
        if ring is None:
            ring = []
            notes.append("No outlines are known, so that no ring of places around was looked at.")
        ring = [c for c in ring if c not in given]
    else:
        ring = [c for c in _codes(known, action.ring, action) if c not in treated]
    taken = {*treated, *ring}
    return Treated(
        found.by_month(),
        {row["lsoa_code"]: _label(row, review.area.districts) for row in places.to_dict("records")},
        treated,
        ring,
        [c for c in places["lsoa_code"] if c not in taken],
        given,
        places.set_index("lsoa_code")["ward_code"],
        False,
        f"the small areas of {review.area.name}",
        tuple(notes),
    )


def _label(row: dict, districts: tuple[str, ...]) -> str:
    place = str(row["place"])
    short = place.removeprefix(f"{row['district']} ") if len(districts) == 1 else place
    return f"{row['ward']} ({short})" if isinstance(row["ward"], str) else place


def _streets(review: Review, action: Intervention) -> Treated:
    """Named streets; those around them are the others of the same small areas."""
    found = named_streets.counted(review.store, review.area, action.measure)
    about = found.about
    known: dict[str, list[str]] = {}
    for label, name in about["name"].items():
        for key in {_key(str(label)), _key(name), _key(f"{name}, {about['ward'][label]}")}:
            known.setdefault(key, []).append(str(label))
    for name in (*action.places, *action.comparison, *(action.ring or ())):
        if len(several := known.get(_key(name), ())) > 1:
            raise NotAvailable(
                (),
                f"partnership.toml, [[interventions]], '{present.shorten(action.name, 80)}', names "
                f"'{present.shorten(name, 40)}', of which there are {len(several)}: "
                f"{present.listed(several, 6, 'others')}; write one with its ward like these",
            )
    treated = _codes(known, action.places, action)
    given = [c for c in _codes(known, action.comparison, action) if c not in treated]
    if action.ring is None:
        own = frozenset[str]().union(*about.loc[treated, "units"])
        ring = [
            str(street)
            for street, units in about["units"].items()
            if units & own and street not in {*treated, *given}
        ]
    else:
        ring = [c for c in _codes(known, action.ring, action) if c not in treated]
    taken = {*treated, *ring}
    notes = (
        f"{present.count(found.unnamed)} records name no street, or a kind of place that many "
        "share, and count for none.",
    )
    return Treated(
        found.by_month, {s: s for s in found.by_month.index}, treated, ring,
        [s for s in found.by_month.index if s not in taken], given, about["ward"], False,
        f"the named streets of {review.area.name}", notes if found.unnamed else (), "streets",
    )  # fmt: skip


def _known(places: pd.DataFrame) -> dict[str, list[str]]:
    """Code or name of an LSOA or ward → its small areas."""
    known: dict[str, list[str]] = {}
    for row in places.to_dict("records"):
        names = {row["lsoa_code"], *row["codes"], row["place"], row["ward_code"], row["ward"]}
        for name in names:
            if isinstance(name, str):
                known.setdefault(_key(name), []).append(row["lsoa_code"])
    return known


def _codes(known: dict[str, list[str]], named: Iterable[str], action: Intervention) -> list[str]:
    """The units that the names of the settings stand for."""
    lacking = [name for name in named if _key(name) not in known]
    if lacking:
        raise NotAvailable(
            (),
            f"partnership.toml, [[interventions]], '{present.shorten(action.name, 80)}', names "
            f"{present.listed([present.shorten(n, 40) for n in lacking], 3, 'others')}, which is "
            "no small area (LSOA) or ward of the area by code or name, and no street of its files",
        )
    return list(dict.fromkeys(code for name in named for code in known[_key(name)]))


def _key(name: str) -> str:
    return " ".join(str(name).casefold().split()).removeprefix("on or near ")


def _touching(review: Review, places: pd.DataFrame, treated: list[str]) -> list[str] | None:
    """The small areas whose outlines share points with those of others; None without outlines."""
    unit_of = {c: row[0] for row in places[["lsoa_code", "codes"]].itertuples(index=False)
               for c in row[1]}  # fmt: skip
    shapes = small_areas.outlines(review.store, "lsoa", unit_of)
    if shapes.empty:
        return None
    points: dict[str, set[tuple[int, int]]] = {}
    for code, polygons in zip(shapes["area_code"], shapes["polygons"], strict=True):
        every = np.concatenate([np.asarray(line, float) for p in polygons for line in _lines(p)])
        cells = {tuple(p) for p in np.round(every[:, :2] / TOUCH).astype(int).tolist()}
        points.setdefault(unit_of[code], set()).update(cells)
    own = set().union(*(points.get(c, set()) for c in treated))
    if not own:
        return None
    return [c for c in places["lsoa_code"] if c not in treated and points.get(c, set()) & own]


def _lines(polygon: list) -> list:
    """The rings of a polygon, whether it is one ring or several."""
    return polygon if isinstance(polygon[0][0], (list, tuple)) else [polygon]


def _district(review: Review, action: Intervention) -> Treated:
    given = list(action.comparison)
    notes = []
    if given:
        names, among = given, "the districts that the settings name"
    else:
        key = review.peers.choose(action.measure[0], period=review.period)
        if key is None:
            raise NotAvailable((), f"{review.area.name} shares no peer group with others")
        group = peer_groups.group_of(review.workspace, review.area, key)
        names, among = [n for n in group.areas if n != review.area.name], group.label
    chosen = offences.members(action.measure, offences.POLICE_UK)
    table, lacking = peer_tallies.monthly(
        review.store, review.area, [review.area.name, *names], chosen, review.covered(SOURCE)
    )
    if lacking:
        notes.append(
            f"Not all months are known of {present.listed(lacking, 5, 'others')}: left out."
        )
    free = [n for n in table.index if n != review.area.name]
    return Treated(
        table, {n: n for n in table.index}, [review.area.name], [], free,
        [n for n in given if n in free], None, True, among, tuple(notes), "districts",
    )  # fmt: skip
