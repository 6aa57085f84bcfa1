"""The rows of a table that are of an area, whatever column says which area a row is of."""

from __future__ import annotations

import functools

import pandas as pd

from cspanalysis.domain import crosswalk, district_labels
from cspanalysis.domain.areas import Area
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.store.tables import Store

#: Columns in which a table has its figure.
_FIGURES = ("value", "percent", "count")


def own_rows(rows: pd.DataFrame, area: Area) -> pd.DataFrame:
    """Rows of the area by district or partnership; all of a table that has neither."""
    if "district" in rows:
        return rows[rows["district"].isin(area.districts)]
    if "csp" in rows:
        # Each name by itself: what became one partnership stands under its former names before.
        names = rows["csp"].dropna().unique()
        return rows[rows["csp"].isin([n for n in names if crosswalk.made_of(area, [n]).names])]
    return rows


def own_figures(store: Store, source: str, area: Area, column: str) -> pd.DataFrame:
    """The figures of an area in a table that names areas: `column` and what says which area.

    A figure that is missing is none.
    """
    known = ("district", "csp", "area", "area_code", "level", *_FIGURES)
    rows = store.load(source, columns=[column, *(c for c in known if c in store.columns(source))])
    if figures := [c for c in _FIGURES if c in rows]:
        rows = rows[rows[figures[0]].notna()]
    if "csp" in rows or "district" in rows:
        return own_rows(rows, area)
    # Of a table of counties and unitary authorities the county's figure is the nearest there is.
    near = (area.county,) if "level" in rows else ()
    names = [n for n in rows["area"].dropna().unique() if n in near or _is_of(n, area)]
    is_own = rows["area"].isin(names)
    if "area_code" in rows:
        is_own |= rows["area_code"].isin([code for code in area.district_codes if code])
    return rows[is_own]


def _is_of(name: str, area: Area) -> bool:
    return name == area.name or district_labels.match(name).name in area.districts


def figures_of(store: Store, source: str, *names: str) -> pd.DataFrame:
    """The rows of some areas in a table of a country's, in whatever case it writes their names."""
    if not store.has(source):
        raise NotAvailable(source)
    return _figures_of(store, source, frozenset(n.casefold() for n in names)).copy(deep=False)


@functools.lru_cache(maxsize=8)
def _figures_of(store: Store, source: str, names: frozenset[str]) -> pd.DataFrame:
    known = store.load(source, columns=["area"])["area"].dropna().unique()
    return store.load(source, where={"area": [n for n in known if n.casefold() in names]})
