"""Street-level rows of districts by month, force, offence and LSOA, and the LSOAs of today."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd

from cspanalysis.domain.errors import NotAvailable
from cspanalysis.store.tables import Store

SOURCE = "police_uk"

#: Columns of a place: an LSOA, or several that are taken together.
PLACE = ["lsoa_code", "place", "ward_code", "ward", "district"]


@functools.lru_cache(maxsize=8)
def lsoas_of(store: Store, districts: tuple[str, ...]) -> pd.DataFrame:
    """The LSOAs of 2021 of some districts, with their wards."""
    if not store.has("lsoas"):
        raise NotAvailable("lookups", "which small areas (LSOAs) the area has is not known")
    where = {"district": list(districts), "lsoa_edition": "2021"}
    table = store.load("lsoas", where=where)
    if table.empty:
        raise NotAvailable("lookups", "it holds no small areas (LSOAs) of 2021 of this area")
    table = table.rename(columns={"lsoa": "place"})
    return table.assign(place=table["place"].fillna(table["lsoa_code"]))[PLACE].sort_values(
        "lsoa_code", ignore_index=True
    )


@functools.lru_cache(maxsize=8)
def monthly(store: Store, districts: tuple[str, ...]) -> pd.DataFrame:
    """Street-level rows by month, force, offence and LSOA; by its name where a file has no code."""
    keys = ["month", "force", "offence", "lsoa_code"]
    rows = store.sizes(SOURCE, [*keys, "lsoa_name"], {"district": list(districts)})
    if rows["lsoa_code"].isna().any():
        named = lsoas_of(store, districts).set_index("place")["lsoa_code"]
        rows["lsoa_code"] = rows["lsoa_code"].fillna(rows["lsoa_name"].map(named))
    return rows.groupby(keys, as_index=False, dropna=False)["count"].sum()


class Coded(NamedTuple):
    """Rows with their text as numbers.

    Parameters
    ----------
    codes : dict
        Column → the number of each row's text among `names`, -1 where there is none.
    names : dict
        Column → the texts, sorted.
    count : numpy.ndarray
        What each row counts.
    """

    codes: dict[str, np.ndarray]
    names: dict[str, np.ndarray]
    count: np.ndarray

    def among(self, column: str, wanted: Iterable[str]) -> np.ndarray:
        """Which rows have one of these in a column."""
        chosen = set(wanted)
        is_chosen = [name in chosen for name in self.names[column]]
        return np.array([*is_chosen, False])[self.codes[column]]


@functools.lru_cache(maxsize=8)
def coded(store: Store, districts: tuple[str, ...]) -> Coded:
    """The rows of `_monthly` for questions that each pick a part of them."""
    rows = monthly(store, districts)
    keys = ("month", "force", "offence", "lsoa_code")
    coded = {key: pd.factorize(rows[key].to_numpy(object), sort=True) for key in keys}
    return Coded(
        {key: codes for key, (codes, _) in coded.items()},
        {key: names for key, (_, names) in coded.items()},
        rows["count"].to_numpy(),
    )
