"""Residents: the mid-year estimate that belongs to a period, by district."""

from __future__ import annotations

import functools
from collections.abc import Iterable

import pandas as pd

from cspanalysis.errors import NotAvailable
from cspanalysis.periods import Period
from cspanalysis.store import Store


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
        raise NotAvailable("population", f"no estimate for {', '.join(wanted[:3])}")
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
    table = store.load("population", where={"area": list(districts)})
    table = table[table["age"] >= 0]
    if table.empty:
        raise NotAvailable("population", "no estimate by single year of age")
    table = table[table["year"] == nearest(table["year"], Period.parse(period).midpoint.year)]
    table = _where_given(table, ~_is_census(table))
    return table.groupby(["year", "sex", "age"], as_index=False)["population"].sum()


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
    # the sexes added; all ages (-1) likewise before their sum.
    table = _where_given(table, ~_is_census(table))
    table = _where_given(table, table["sex"] == "persons")
    table = _where_given(table, table["age"] == -1)
    table = table.assign(is_census=_is_census(table))
    return table.groupby(["area", "year"], as_index=False).agg(
        population=("population", "sum"), is_census=("is_census", "any")
    )


def _where_given(table: pd.DataFrame, is_given: pd.Series) -> pd.DataFrame:
    """The rows marked; of an area and year without any, all rows."""
    given = is_given.astype(int)
    has_given = given.groupby([table["area"], table["year"]]).transform("max")
    return table[given == has_given]


def _is_census(table: pd.DataFrame) -> pd.Series:
    return table["note"].fillna("").str.startswith("Census")
