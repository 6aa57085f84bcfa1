"""Residents: the mid-year estimate that belongs to a period, by district."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Set

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cspanalysis.domain import crosswalk
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Period
from cspanalysis.store import run_tables
from cspanalysis.store.tables import Store

#: The age of a row that is of all ages together.
ALL_AGES = -1
#: Single years of age end with 85 and over or 90 and over; others are not of everybody.
_OPEN_ENDED = (85, 90)
#: Every Census revises the estimates of the nine years before it.
CENSUSES = (1991, 2001, 2011, 2021)
#: How the codes of counties begin.
_COUNTIES = "E10"
#: Name of the run's table of the residents of every area, all ages together.
_TABLE = "residents"


def estimates(store: Store, districts: Iterable[str], period: Period | str) -> pd.DataFrame:
    """Residents of districts, from the mid-year estimate that holds the period's mid-point.

    Index district; columns population (missing where there is no estimate), year. Where that year
    has none, the nearest earlier one serves, else the first later one; the year is returned so that
    a chart can name it. A district of which a year has none is the sum of the former districts that
    became it, if it has them all.
    """
    if not store.has("population"):
        raise NotAvailable("population")
    wanted = list(districts)
    table = _of(store, tuple(wanted))
    if table.empty:
        held = store.load("population", where={"area": wanted})
        raise NotAvailable(
            "population",
            f"no estimate for {', '.join(wanted[:3])}"
            + ("" if held.empty else ", only parts of the residents (one sex, or some ages)"),
        )
    year = nearest(table["year"], Period.parse(period).midpoint.year)
    return _estimated(store, tuple(wanted), year).copy(deep=False)


@functools.lru_cache(maxsize=64)
def _estimated(store: Store, districts: tuple[str, ...], year: int) -> pd.DataFrame:
    table = _of(store, districts)
    table = table[table["year"] == year].set_index("area")[["population", "year"]]
    return table.reindex(list(districts))


def years(store: Store, districts: Iterable[str]) -> list[int]:
    """The years of which there are residents of all the districts, in order."""
    wanted = tuple(dict.fromkeys(districts))
    counts = _of(store, wanted).groupby("year")["area"].nunique()
    return [int(year) for year, n in counts.items() if n == len(wanted)]


def by_year(store: Store, districts: Iterable[str]) -> pd.DataFrame:
    """Residents of the districts together in each of these years: year, population."""
    wanted = tuple(dict.fromkeys(districts))
    rows = _of(store, wanted)
    found = rows.groupby("year", as_index=False)["population"].sum()
    return found[found["year"].isin(years(store, wanted))].reset_index(drop=True)


def unrevised(store: Store, districts: Iterable[str], until: int) -> list[int]:
    """Years whose estimates were made before a Census on which those of `until` rest.

    They are no series with it: the difference is that of the Census as much as of the people.
    """
    table = _load(store, districts)
    rows = table[["year", "file"]].drop_duplicates()
    newest = rows.groupby("file")["year"].transform("max")
    is_old = pd.Series(False, index=rows.index)
    for census in (c for c in CENSUSES if c <= until):
        is_old |= (newest < census) & rows["year"].between(census - 9, census - 1)
    return sorted({*map(int, rows.loc[is_old, "year"])} - {*map(int, rows.loc[~is_old, "year"])})


def of_when(store: Store, districts: Iterable[str], year: int) -> str:
    """When the residents of a year were counted or estimated: 'mid-2020', 'the Census of 2021'."""
    return _of_when(store, tuple(districts), year)


@functools.lru_cache(maxsize=64)
def _of_when(store: Store, districts: tuple[str, ...], year: int) -> str:
    table = _of(store, districts) if store.has("population") else None
    if table is None or not (rows := table[table["year"] == year])["is_census"].any():
        when = f"mid-{year}"
    else:
        when = f"the Census of {year}"
    is_summed = table is not None and rows["is_summed"].any()
    return f"{when} (those of its former districts together)" if is_summed else when


def by_age(store: Store, districts: Iterable[str], period: Period | str) -> pd.DataFrame:
    """Residents of districts together: year, sex, age, population."""
    if not store.has("population"):
        raise NotAvailable("population")
    wanted = list(districts)
    table = _load(store, wanted)
    table = table[table["age"] != ALL_AGES]
    table = _where_given(table, ~_is_census(table)) if len(table) else table
    # A year counts of which every district has every age, of persons or of both sexes.
    made: dict[int, dict[str, list[str]]] = {}
    for (year, sex), rows in _of_all_ages(table).groupby(["year", "sex"]):
        parts = [_made_of(district, set(rows["area"])) for district in dict.fromkeys(wanted)]
        if all(parts):
            made.setdefault(year, {})[sex] = [name for names in parts for name in names]
    years = [year for year, sexes in made.items() if _are_everybody(sexes)]
    if not years:
        raise NotAvailable("population", "no estimate by single year of age")
    year = nearest(years, Period.parse(period).midpoint.year)
    of_year = table[table["year"] == year]
    of_sex = [
        of_year[(of_year["sex"] == sex) & of_year["area"].isin(names)]
        for sex, names in made[year].items()
    ]
    table = pd.concat(of_sex)
    return table.groupby(["year", "sex", "age"], as_index=False)["population"].sum()


def beside(store: Store, districts: Iterable[str], period: Period | str) -> str:
    """A sentence where residents by age are not those that other rates rest on, else ''."""
    wanted = list(districts)
    try:
        total, ages = estimates(store, wanted, period), by_age(store, wanted, period)
    except NotAvailable:
        return ""
    year, count = int(ages["year"].max()), total["population"].sum()
    persons = ages[ages["sex"] == "persons"] if "persons" in set(ages["sex"]) else ages
    other = persons["population"].sum()
    if total["population"].isna().any() or count == other:
        return ""
    edition = " (an earlier edition of the estimates)" if year == total["year"].max() else ""
    return (
        f"Residents by age are those of {of_when(store, wanted, year)}{edition}, "
        f"{int(other):,} in all; other rates for the period rest on {int(count):,}."
    )


def nearest(years: Iterable[int], wanted: int) -> int:
    """The newest year not after the wanted one, else the earliest there is."""
    known = sorted({int(y) for y in years})
    earlier = [y for y in known if y <= wanted]
    return earlier[-1] if earlier else known[0]


def prepare(store: Store) -> None:
    """Work out beforehand the residents of every area, for all the areas and peers to come."""
    if store.has("population"):
        table = _all_ages(_without_counties(store.load("population")))
        run_tables.put(store.processed, _TABLE, pa.Table.from_pandas(table, preserve_index=False))


@functools.lru_cache(maxsize=64)
def _of(store: Store, areas: tuple[str, ...]) -> pd.DataFrame:
    """Residents of areas by year, all ages together; `is_summed` those of former districts."""
    if held := run_tables.get(store.processed, _TABLE):
        table = held.filter(pc.field("area").isin(_with_former(areas))).to_pandas()
    else:
        table = _load(store, areas)
        table = _all_ages(table) if len(table) else table
    found = []
    for year, rows in table.groupby("year"):
        rows = rows.set_index("area")
        for area in dict.fromkeys(areas):
            if names := _made_of(area, set(rows.index)):
                of = rows.loc[names]
                count, is_census = of["population"].sum(), of["is_census"].any()
                found.append([area, year, count, is_census, names != [area]])
    return pd.DataFrame(found, columns=["area", "year", "population", "is_census", "is_summed"])


def _load(store: Store, districts: Iterable[str]) -> pd.DataFrame:
    """Rows of districts and of those that became them."""
    return _without_counties(store.load("population", where={"area": _with_former(districts)}))


def _with_former(districts: Iterable[str]) -> list[str]:
    names = list(dict.fromkeys(districts))
    for name in names:
        names += [former for former in crosswalk.predecessors(name) if former not in names]
    return names


def _without_counties(table: pd.DataFrame) -> pd.DataFrame:
    # A county of the same name: Dorset's had other districts than the council has today.
    if "area_code" not in table:
        return table
    return table[~table["area_code"].fillna("").str.startswith(_COUNTIES)]


def _made_of(district: str, held: Set[str]) -> list[str]:
    """The areas held whose residents are a district's: its own, else all that became it."""
    if district in held:
        return [district]
    parts = [_made_of(former, held) for former in crosswalk.predecessors(district)]
    return [name for part in parts for name in part] if all(parts) else []


def _all_ages(table: pd.DataFrame) -> pd.DataFrame:
    # Mid-year estimates where there are any, else the Census; persons where they are given, else
    # the sexes added; all ages (-1) likewise before their sum. A part alone is no whole.
    table = _where_given(table, ~_is_census(table))
    table = _where_given(table, table["sex"] == "persons")
    table = _where_given(table, table["age"] == ALL_AGES)
    table = table.assign(is_census=_is_census(table))
    keys = ["area", "year"]
    found = table.groupby(keys, as_index=False).agg(
        population=("population", "sum"), is_census=("is_census", "any")
    )
    # One sex with a gap and the other are not everybody.
    sexes = _of_all_ages(table).groupby(keys)["sex"].unique()
    whole = sexes[sexes.map(_are_everybody)].reset_index()[keys]
    return found.merge(whole, on=keys)


def _of_all_ages(table: pd.DataFrame) -> pd.DataFrame:
    """Area, year and sex of the rows of which no age is missing."""
    keys = ["area", "year", "sex"]
    found = table.groupby(keys)["age"].agg(["min", "max", "nunique"]).reset_index()
    is_complete = (found["min"] == 0) & (found["nunique"] == found["max"] + 1)
    is_total = found["min"] == ALL_AGES
    return found.loc[is_total | (is_complete & found["max"].isin(_OPEN_ENDED)), keys]


def _are_everybody(sexes: Iterable[str]) -> bool:
    """Whether these are persons, or both sexes."""
    return "persons" in sexes or {"male", "female"} <= {*sexes}


def _where_given(table: pd.DataFrame, is_given: pd.Series) -> pd.DataFrame:
    """The rows marked; of an area and year without any, all rows."""
    given = is_given.astype(int)
    has_given = given.groupby([table["area"], table["year"]]).transform("max")
    return table[given == has_given]


def _is_census(table: pd.DataFrame) -> pd.Series:
    return table["note"].fillna("").str.startswith("Census")
