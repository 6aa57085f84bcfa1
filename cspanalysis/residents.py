"""Residents: the mid-year estimate that belongs to a period, by district."""

from __future__ import annotations

import functools
from collections.abc import Iterable

import pandas as pd
from pandas.api.typing import DataFrameGroupBy

from cspanalysis.errors import NotAvailable
from cspanalysis.periods import Period
from cspanalysis.store import Store

#: The age of a row that is of all ages together.
ALL_AGES = -1
#: Single years of age that end earlier than this are not of everybody.
_OPEN_ENDED = 85


def estimates(store: Store, districts: Iterable[str], period: Period | str) -> pd.DataFrame:
    """Residents of districts, from the mid-year estimate that holds the period's mid-point.

    Where that year has none, the nearest earlier one serves, else the first later one; the year
    is returned so that a chart can name it.

    Returns
    -------
    pandas.DataFrame
        Index district; columns population, year. Missing where a district has no estimate.

    Raises
    ------
    NotAvailable
        If the workspace holds no estimates of any of them.
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
    table = table[table["year"] == year].set_index("area")[["population", "year"]]
    return table.reindex(wanted)


def of_when(store: Store, districts: Iterable[str], year: int) -> str:
    """When the residents of a year were counted or estimated: 'mid-2020', 'the Census of 2021'."""
    table = _of(store, tuple(districts)) if store.has("population") else None
    is_counted = table is not None and table.loc[table["year"] == year, "is_census"].any()
    return f"the Census of {year}" if is_counted else f"mid-{year}"


def by_age(store: Store, districts: Iterable[str], period: Period | str) -> pd.DataFrame:
    """Residents of districts together, by sex and single year of age.

    Returns
    -------
    pandas.DataFrame
        Columns year, sex, age, population.

    Raises
    ------
    NotAvailable
        If the workspace holds no estimates by age.
    """
    if not store.has("population"):
        raise NotAvailable("population")
    wanted = list(districts)
    table = store.load("population", where={"area": wanted})
    table = table[table["age"] != ALL_AGES]
    # A year counts of which every district has every age.
    whole = _of_all_ages(table.groupby(["area", "year", "sex"], as_index=False), "year", "area")
    areas = whole.groupby("year")["area"].nunique()
    years = areas.index[areas == len(set(wanted))]
    if years.empty:
        raise NotAvailable("population", "no estimate by single year of age")
    table = table[table["year"] == nearest(years, Period.parse(period).midpoint.year)]
    table = _where_given(table, ~_is_census(table))
    return table.groupby(["year", "sex", "age"], as_index=False)["population"].sum()


def beside(store: Store, districts: Iterable[str], period: Period | str) -> str:
    """What to say where residents by age are not those that other rates of a period rest on.

    Returns
    -------
    str
        A sentence; '' where both are the same, or one of them is not held.
    """
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


@functools.lru_cache(maxsize=64)
def _of(store: Store, areas: tuple[str, ...]) -> pd.DataFrame:
    """Residents of areas by year, all ages together."""
    return _all_ages(store.load("population", where={"area": list(areas)}))


def _all_ages(table: pd.DataFrame) -> pd.DataFrame:
    # Mid-year estimates where there are any, else the Census; persons where they are given, else
    # the sexes added; all ages (-1) likewise before their sum. A part alone is no whole.
    table = _where_given(table, ~_is_census(table))
    table = _where_given(table, table["sex"] == "persons")
    table = _where_given(table, table["age"] == ALL_AGES)
    table = table.assign(is_census=_is_census(table))
    by = table.groupby(["area", "year"], as_index=False)
    found = by.agg(
        population=("population", "sum"), is_census=("is_census", "any"), sexes=("sex", "unique")
    )
    is_of_both = found["sexes"].map(lambda sexes: "persons" in sexes or len(sexes) == 2)
    whole = _of_all_ages(by, "area", "year")
    return found[is_of_both].drop(columns="sexes").merge(whole, on=["area", "year"])


def _of_all_ages(by: DataFrameGroupBy, *keys: str) -> pd.DataFrame:
    """The keys of the groups whose ages are those of everybody."""
    found = by["age"].agg(["min", "max", "nunique"])
    is_total = found["min"] == ALL_AGES
    is_complete = (found["min"] == 0) & (found["nunique"] == found["max"] + 1)
    return found.loc[is_total | (is_complete & (found["max"] >= _OPEN_ENDED)), list(keys)]


def _where_given(table: pd.DataFrame, is_given: pd.Series) -> pd.DataFrame:
    """The rows marked; of an area and year without any, all rows."""
    given = is_given.astype(int)
    has_given = given.groupby([table["area"], table["year"]]).transform("max")
    return table[given == has_given]


def _is_census(table: pd.DataFrame) -> pd.Series:
    return table["note"].fillna("").str.startswith("Census")
