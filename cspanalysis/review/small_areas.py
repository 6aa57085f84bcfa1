"""Small areas: the LSOAs of an area with their wards, residents and outlines, and their crimes.

Crimes are those of the street-level files, which are open data; a partner's records of people are
never laid on small areas. Files of before mid-2023 use the LSOAs of 2011: an area that was merged
since takes the counts of its parts, areas that one was split into are taken together.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from cspanalysis import present
from cspanalysis.domain import offences
from cspanalysis.domain.areas import Area
from cspanalysis.domain.errors import NotAvailable, UsageError
from cspanalysis.domain.periods import Period
from cspanalysis.review import coverage, lsoa_rows, residents
from cspanalysis.review.coverage import Coverage
from cspanalysis.store.tables import Store

SOURCE = lsoa_rows.SOURCE

#: A smaller share of records without a place is not worth a word.
LEAST_LOST = 0.0005


@dataclass(frozen=True, eq=False)
class SmallAreas:
    """What the street-level files record in each small area of an area.

    Parameters
    ----------
    places : pandas.DataFrame
        A row per place: lsoa_code, place (its name), ward_code, ward, district, codes (its LSOAs).
    counts : pandas.DataFrame
        month, lsoa_code, count; a covered month without a row has none.
    coverage : Coverage
        The months that are known.
    subject : str
        What is counted, as in mid-sentence.
    offences : tuple of str
        The crime types counted.
    unplaced : pandas.Series
        By month: crimes of the area under an LSOA that the lookups do not know.
    together : int
        Places that stand for several LSOAs.
    notes : tuple of str
        What is left out of the counts.
    """

    places: pd.DataFrame
    counts: pd.DataFrame
    coverage: Coverage
    subject: str
    offences: tuple[str, ...]
    unplaced: pd.Series
    together: int
    notes: tuple[str, ...] = ()

    def of(self, period: Period, column: str = "count") -> pd.DataFrame:
        """The places with their counts in a period, 0 where none was recorded.

        Raises NotAvailable where the period is not wholly covered.
        """
        self.coverage.check(period)
        inside = self.counts[period.contains(self.counts["month"])]
        found = inside.groupby("lsoa_code")["count"].sum()
        counts = self.places["lsoa_code"].map(found).fillna(0).astype(int)
        return self.places.assign(**{column: counts})

    def by_month(self, *periods: Period) -> pd.DataFrame:
        """Counts as a table of places (rows) by covered months (columns), of periods or of all."""
        inside = {m for p in periods for m in p.month_list()}
        months = [m for m in self.coverage.months if m in inside or not periods]
        rows, columns = pd.Index(self.places["lsoa_code"]), pd.Index(months, name="month")
        at = rows.get_indexer(self.counts["lsoa_code"]), columns.get_indexer(self.counts["month"])
        is_here = (at[0] >= 0) & (at[1] >= 0)
        table = np.zeros((len(rows), len(columns)), dtype=int)
        np.add.at(table, (at[0][is_here], at[1][is_here]), self.counts["count"].to_numpy()[is_here])
        return pd.DataFrame(table, index=rows, columns=columns)

    def without(self, period: Period) -> int:
        """Crimes of the area in a period that could be laid on none of its small areas."""
        return int(self.unplaced[period.contains(self.unplaced.index)].sum())


def counted(
    store: Store, area: Area, selection: str | Iterable[str], *periods: Period, subject: str = ""
) -> SmallAreas:
    """Crimes of an area by small area and month.

    `selection`: offences or groups that street-level files tell. `periods`: which the files have to
    cover; their LSOAs decide which are taken together.
    """
    name = selection if isinstance(selection, str) else tuple(selection)
    found = _counted(store, area, name, periods, subject)
    # Shallow copies: pandas copies on write, so nobody changes what another reads.
    shown = {part: getattr(found, part).copy(deep=False) for part in ("places", "counts")}
    return replace(found, **shown)


@functools.lru_cache(maxsize=64)
def _counted(
    store: Store, area: Area, name: str | tuple[str, ...], periods: tuple[Period, ...], subject: str
) -> SmallAreas:
    known = coverage.of(store, SOURCE, area)
    known.check(*periods)
    try:
        chosen = offences.members(name, offences.POLICE_UK)
    except UsageError as error:
        raise NotAvailable(SOURCE, "the street-level files do not tell this offence") from error
    lsoa_rows.lsoas_of(store, area.districts)  # without them nothing is asked for
    rows = lsoa_rows.coded(store, area.districts)
    left_out = coverage.second_forces(store, area, periods)
    inside = {m for p in periods for m in p.month_list()} or set(known.months)
    wanted = rows.among("offence", chosen) & rows.among("month", inside)
    wanted &= ~rows.among("force", left_out)
    month, lsoa, count = rows.codes["month"][wanted], rows.codes["lsoa_code"], rows.count[wanted]
    names = rows.names["lsoa_code"]
    seen = np.unique(lsoa[wanted])
    unit_of, places = _laid(store, area.districts, frozenset(names[seen[seen >= 0]]))
    units = sorted(set(unit_of.values()))
    place = {unit: number for number, unit in enumerate(units)}
    # The last is of rows that name no small area.
    unit = np.array([*(place.get(unit_of.get(n, ""), -1) for n in names), -1])[lsoa[wanted]]
    is_lost, months = unit < 0, rows.names["month"]
    pairs, at = np.unique(month[~is_lost] * len(units) + unit[~is_lost], return_inverse=True)
    counts = pd.DataFrame(
        {
            "month": pd.array(months[pairs // max(1, len(units))], dtype="str"),
            "lsoa_code": pd.array([units[i] for i in pairs % max(1, len(units))], dtype="str"),
            "count": np.bincount(at, count[~is_lost], len(pairs)).astype("int64"),
        }
    )
    lost = pd.Series(
        np.bincount(month[is_lost], count[is_lost], len(months)).astype("int64"),
        index=pd.Index(months, dtype="str", name="month"),
        name="count",
    )
    return SmallAreas(
        places,
        counts,
        known.of(inside & set(known.months)),
        subject or present.listed([name] if isinstance(name, str) else name),
        chosen,
        lost[lost > 0],
        int((places["codes"].str.len() > 1).sum()),
    )


def with_residents(store: Store, places: pd.DataFrame, period: Period) -> tuple[pd.DataFrame, str]:
    """The places with `population` (missing where unknown), and when that was: 'mid-2022'.

    The Census or estimate of the newest year not after the period, of which all places are known;
    the indices of deprivation bring one, too.
    """
    editions = _residents(store)
    best: tuple[pd.Series, str] | None = None
    wanted = period.midpoint.year
    order = sorted(editions, key=lambda e: (abs(residents.nearest([e[0], wanted], wanted) - e[0]),
                                            -e[0] if e[0] <= wanted else e[0], e[1]))  # fmt: skip
    for year, is_census, by_code in order:
        known = _summed(store, places, by_code)
        if best is None or known.notna().sum() > best[0].notna().sum():
            best = known, f"the Census of {year}" if is_census else f"mid-{year}"
        if known.notna().all():
            break
    if best is None:
        return places.assign(population=np.nan), ""
    return places.assign(population=best[0]), best[1]


def with_deprivation(store: Store, places: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """The places with `decile` and `income_decile` (1 = most deprived), and the index's name.

    Parts that lie in different fifths of the country leave a place without.
    """
    if not store.has("deprivation"):
        raise NotAvailable("deprivation")
    table = store.load("deprivation")
    countries = {code[0] for codes in places["codes"] for code in codes}
    found, names = [], []
    for country in sorted(countries):
        own = table[table["lsoa_code"].str[0] == country]
        best = None
        for index in sorted(own["index"].dropna().unique(), reverse=True):
            rows = own[own["index"] == index].set_index("lsoa_code")
            is_own = places["codes"].map(lambda codes, c=country: codes[0][0] == c)
            deciles = pd.DataFrame(
                {c: _alike(store, places[is_own], rows[c]) for c in ("decile", "income_decile")}
            )
            if best is None or deciles["decile"].count() > best[1]["decile"].count():
                best = index, deciles
        if best is not None and best[1]["decile"].notna().any():
            names.append(best[0])
            found.append(best[1])
    if not found:
        raise NotAvailable("deprivation", "it holds none of the area's small areas")
    return places.join(pd.concat(found)), present.listed(names)


def has_outlines(store: Store, kind: str, codes: Iterable[str]) -> bool:
    """Whether the workspace has the outline of any of these areas."""
    if not store.has("boundaries"):
        return False
    where = {"kind": kind, "area_code": sorted(set(codes))}
    return not store.load("boundaries", columns=["area_code"], where=where).empty


def outlines(store: Store, kind: str, codes: Iterable[str]) -> pd.DataFrame:
    """Outlines of areas by their codes: area_code, area, longitude, latitude, polygons.

    Empty where the workspace has none of them.
    """
    columns = ["area_code", "area", "longitude", "latitude", "shape"]
    if not store.has("boundaries"):
        return pd.DataFrame(columns=[*columns[:4], "polygons"])
    table = store.load(
        "boundaries", columns=columns, where={"kind": kind, "area_code": sorted(set(codes))}
    )
    return table.assign(polygons=table["shape"].map(json.loads)).drop(columns="shape")


def lsoas(store: Store, area: Area) -> pd.DataFrame:
    """The small areas of today: lsoa_code, place, ward_code, ward, district, codes."""
    table = lsoa_rows.lsoas_of(store, area.districts)
    return table.assign(codes=[(code,) for code in table["lsoa_code"]])


def units(store: Store, area: Area) -> dict[str, str]:
    """Of every code, of 2021 or seen in the files, the place that it counts for."""
    seen = set(lsoa_rows.monthly(store, area.districts)["lsoa_code"].dropna().unique())
    return _units(store, lsoa_rows.lsoas_of(store, area.districts), seen)


def prepare(store: Store) -> None:
    """Read beforehand what all areas look their small areas up in."""
    _residents(store)
    _editions(store)


@functools.lru_cache(maxsize=4)
def _editions(store: Store) -> pd.DataFrame:
    """Which LSOAs of 2021 those of 2011 became: lsoa11_code, lsoa21_code."""
    if not store.has("lsoa_editions"):
        return pd.DataFrame({"lsoa11_code": [], "lsoa21_code": []}, dtype=object)
    return store.load("lsoa_editions")


@functools.lru_cache(maxsize=8)
def _laid(
    store: Store, districts: tuple[str, ...], seen: frozenset[str]
) -> tuple[dict[str, str], pd.DataFrame]:
    """Of every code the place it counts for, and the places: the same for most questions."""
    lsoas = lsoa_rows.lsoas_of(store, districts)
    unit_of = _units(store, lsoas, set(seen))
    return unit_of, _places(lsoas, unit_of)


def _units(store: Store, lsoas: pd.DataFrame, seen: set[str]) -> dict[str, str]:
    """Of every code, of 2021 or seen in the files, the place it counts for."""
    own = dict.fromkeys(lsoas["lsoa_code"])
    unit = {code: code for code in own}
    pairs = _editions(store)
    old = pairs[pairs["lsoa11_code"].isin(seen - set(own)) & pairs["lsoa21_code"].isin(set(own))]
    for code, group in old.groupby("lsoa11_code"):
        members = {unit[c] for c in group["lsoa21_code"]}
        first = min(members)
        unit = {c: first if u in members else u for c, u in unit.items()} | {str(code): first}
    return unit


def _places(lsoas: pd.DataFrame, unit_of: dict[str, str]) -> pd.DataFrame:
    """A row per place, in the order of their codes."""
    members: dict[str, list[dict[str, Any]]] = {}
    for row in lsoas.to_dict("records"):
        members.setdefault(unit_of[row["lsoa_code"]], []).append(row)
    found = []
    for unit, rows in sorted(members.items()):
        codes = tuple(row["lsoa_code"] for row in rows)
        one = rows[0] | {"lsoa_code": unit, "codes": codes}
        if len(codes) > 1:
            one["place"] = _joined([row["place"] for row in rows])
            for column in ("ward_code", "ward"):
                named = [row[column] for row in rows if pd.notna(row[column])]
                one[column] = present.listed(dict.fromkeys(named)) or None
        found.append(one)
    return pd.DataFrame(found)


def _joined(names: Sequence[str]) -> str:
    """'Tonbridge and Malling 005F and 005G' of two names that begin alike."""
    heads = {name.rpartition(" ")[0] for name in names}
    if len(heads) > 1:
        return present.listed(names)
    return f"{heads.pop()} {present.listed(name.rpartition(' ')[2] for name in names)}".strip()


@functools.lru_cache(maxsize=4)
def _residents(store: Store) -> list[tuple[int, bool, dict[str, float]]]:
    """Residents of small areas by code: year, whether counted by the Census, and the figures."""
    found = []
    if store.has("lsoa_residents"):
        table = store.load("lsoa_residents")
        for (year, is_census), rows in table.groupby(["year", "is_census"]):
            by_code = _by_code(rows, "population")
            found.append((int(year), bool(is_census), by_code))
    if store.has("deprivation"):
        table = store.load("deprivation", columns=["lsoa_code", "residents", "residents_year"])
        for year, rows in table.dropna().groupby("residents_year"):
            found.append((int(year), False, _by_code(rows, "residents")))
    return found


def _by_code(rows: pd.DataFrame, column: str) -> dict[str, float]:
    # A figure that is missing adds nothing, and a code's several figures are all of it.
    return rows.groupby("lsoa_code")[column].sum().astype(float).to_dict()


def _parts(store: Store, places: pd.DataFrame, held: Mapping[str, float]) -> list[list[str] | None]:
    """Of each place the codes of a table that make it up exactly; None where none do."""
    parts_of, wholes_of = _relations(store, places)
    found: list[list[str] | None] = []
    for codes in places["codes"]:
        own = set(codes)
        if own <= held.keys():
            found.append(sorted(own))
            continue
        older = set().union(*(parts_of.get(code, set()) for code in own))
        is_whole = older and set().union(*(wholes_of[code] for code in older)) <= own
        found.append(sorted(older) if is_whole and older <= held.keys() else None)
    return found


Relations = tuple[dict[str, set[str]], dict[str, set[str]]]


def _relations(store: Store, places: pd.DataFrame) -> Relations:
    """Of the places' LSOAs of 2021 those of 2011 that they were made of, and the other way."""
    return _related(store, frozenset(c for codes in places["codes"] for c in codes))


@functools.lru_cache(maxsize=8)
def _related(store: Store, codes: frozenset[str]) -> Relations:
    pairs = _editions(store)
    own = pairs[pairs["lsoa21_code"].isin(codes)]
    back = pairs[pairs["lsoa11_code"].isin(own["lsoa11_code"])]
    parts = own.groupby("lsoa21_code")["lsoa11_code"].agg(set).to_dict()
    return parts, back.groupby("lsoa11_code")["lsoa21_code"].agg(set).to_dict()


def _summed(store: Store, places: pd.DataFrame, known: Mapping[str, float]) -> pd.Series:
    parts = _parts(store, places, known)
    sums = [np.nan if codes is None else sum(known[code] for code in codes) for codes in parts]
    return pd.Series(sums, index=places.index, dtype=float)


def _alike(store: Store, places: pd.DataFrame, deciles: pd.Series) -> pd.Series:
    """The decile of places: of LSOAs of 2011 that of the one it was cut from, or of alike parts."""
    deciles = deciles.dropna().astype(float)
    parts_of, _ = _relations(store, places)
    found = []
    for codes in places["codes"]:
        values = [
            deciles[part]
            for code in codes
            for part in ([code] if code in deciles.index else sorted(parts_of.get(code, ())))
            if part in deciles.index
        ]
        is_alike = values and len({(v + 1) // 2 for v in values}) == 1
        found.append(round(float(np.mean(values))) if is_alike else np.nan)
    return pd.Series(found, index=places.index, dtype=float)


def unlocated(store: Store, area: Area, found: SmallAreas, period: Period) -> str:
    """A sentence on the records that are on no small area; '' where there are none."""
    lost = coverage.unplaced(store, SOURCE, area, period, found.offences)
    whole = offences.things(found.subject)
    parts = []
    if lost and lost.share >= LEAST_LOST:
        parts.append(
            f"{present.per_cent(100 * lost.share)} of the {whole} {lost.by} had no place "
            f"({present.count(lost.count)} of {present.count(lost.total)}); they count in no area"
        )
    if beyond := found.without(period):
        parts.append(
            f"{present.count(beyond)} of the area's records name a small area that the lookups do "
            "not know, and are on none"
        )
    text = "; ".join(parts)
    return f"{present.capital(text)}." if text else ""
