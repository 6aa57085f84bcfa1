"""Streets as street-level files name them, told apart by ward.

A record names the street of the nearest fixed point on the map, not an address. A label that many
places share (a parking area) is no street.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

import pandas as pd

from cspanalysis.domain.areas import Area
from cspanalysis.domain.periods import Period
from cspanalysis.review import coverage, small_areas
from cspanalysis.review.small_areas import SmallAreas
from cspanalysis.stats import concentration
from cspanalysis.store.tables import Store

#: What the figures of a street are.
DEFINITION = (
    "A street-level record names the street of the nearest fixed point on the map, not an address."
)
_NEAR = re.compile(r"^\s*on or near\s*", re.IGNORECASE)


class Streets(NamedTuple):
    """Counts of named streets by month.

    Parameters
    ----------
    by_month : pandas.DataFrame
        A row a street ('High Street (Judd)'), a column a month that is known.
    about : pandas.DataFrame
        Of each street: name, ward, units (the small areas that it lies in).
    unnamed : int
        Records of the kind that name no street, or a label that many places share.
    """

    by_month: pd.DataFrame
    about: pd.DataFrame
    unnamed: int


def named(place: pd.Series, ward: pd.Series) -> tuple[pd.Series, pd.Series]:
    """The street of each record with its ward behind it, and whether it is one street."""
    street = place.astype("string").str.replace(_NEAR, "", regex=True).str.strip()
    street = street.str.replace(r"(?<=\w['’])S\b", "s", regex=True)  # "Alderman'S Walk"
    is_told = ward.notna() & street.ne("").fillna(False).astype(bool)
    is_one = ~concentration.is_generic(street) & is_told
    return street.where(~is_one, street + " (" + ward.astype("string") + ")"), is_one


def alike(store: Store, area: Area, found: SmallAreas, *periods: Period) -> pd.DataFrame:
    """Records that small areas count, by what they name: month, lsoa_code, place, count.

    `found`: says which kinds of crime and months; `periods`: as they were asked for there.
    """
    keys = ["month", "force", "offence", "lsoa_code", "place"]
    rows = store.sizes(small_areas.SOURCE, keys, {"district": list(area.districts)})
    left_out = coverage.second_forces(store, area, periods)
    rows = rows[rows["offence"].isin(found.offences) & ~rows["force"].isin(list(left_out))]
    rows = rows[rows["month"].isin(found.coverage.months)]
    told = ["month", "lsoa_code", "place"]
    return rows.groupby(told, as_index=False, dropna=False)["count"].sum()


def counted(store: Store, area: Area, selection: str | Iterable[str]) -> Streets:
    """Crimes of an area by named street and month, over all months that are known."""
    found = small_areas.counted(store, area, selection)
    rows = alike(store, area, found)
    units = rows["lsoa_code"].map(small_areas.units(store, area))
    places = found.places.set_index("lsoa_code")
    ward = units.map(places["ward"])
    street, is_one = named(rows["place"], ward)
    unnamed = int(rows.loc[~is_one, "count"].sum())
    rows = rows.assign(street=street, unit=units, ward=ward)[is_one]
    by_month = rows.pivot_table(
        index="street", columns="month", values="count", aggfunc="sum", fill_value=0,
    ).reindex(columns=list(found.coverage.months), fill_value=0)  # fmt: skip
    about = rows.groupby("street").agg(ward=("ward", "first"), units=("unit", frozenset))
    # The ward stands behind the name, in brackets.
    names = [s.removesuffix(f" ({w})") for s, w in zip(about.index, about["ward"], strict=True)]
    return Streets(by_month, about.assign(name=names), unnamed)
