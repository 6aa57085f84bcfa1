"""The tables of official counts: their rows in one shape, an area's own, and its years.

Two tables have recorded crime by partnership: the Home Office's (quarter, partnership, offence
code) and that of the national statisticians (year, partnership, offence line).
"""

from __future__ import annotations

import contextlib
import functools
from typing import Any

import pandas as pd

from cspanalysis import present
from cspanalysis.domain import areas, offences
from cspanalysis.domain.areas import Area
from cspanalysis.domain.errors import UsageError
from cspanalysis.domain.periods import Period
from cspanalysis.review import partnership_years
from cspanalysis.store.tables import Store

HOME_OFFICE, ONS = "home_office_csp", "ons_csp"
#: The sources, the finer first, and the offence scheme of each.
SCHEMES = {HOME_OFFICE: offences.HOME_OFFICE, ONS: offences.ONS_CSP}

#: The line of all recorded crime in the table of the national statisticians.
TOTAL = offences.members(offences.ALL, offences.ONS_CSP)[0]

_KEYS = ["year", "quarter", "force", "csp", "is_unassigned"]


def has_any(store: Store) -> bool:
    """Whether a workspace holds official counts of partnerships."""
    return any(store.has(source) for source in SCHEMES)


@functools.lru_cache(maxsize=16)
def judged(store: Store, area: Area, source: str) -> pd.DataFrame:
    """The years of a table for an area, each with whether it can be used.

    Columns as `partnership_years.by_year` gives them.
    """
    rows = _rows(store, area, source)
    if source == ONS:
        rows = rows[rows["offence"] == TOTAL]
    totals = rows.groupby(_KEYS, as_index=False, dropna=False)["count"].sum(skipna=False)
    return partnership_years.by_year(totals, store.load(f"{source}_coverage"), area)


@functools.lru_cache(maxsize=16)
def own(store: Store, area: Area, source: str) -> pd.DataFrame:
    """Rows of the names that make up an area, year by year: span, offence, kind, count.

    The count of an offence that has no figure (hidden, say) is missing.
    """
    rows = _rows(store, area, source)
    made = [
        (row["year"], name)
        for row in judged(store, area, source).to_dict("records")
        if row["status"] != "not_available"
        for name in row["names"].split("; ")
    ]
    names = pd.DataFrame(made, columns=["year", "csp"])
    found = rows[~rows["is_unassigned"].astype(bool)].merge(names, on=["year", "csp"])
    spans = found[["year", "quarter"]].drop_duplicates()
    spans = spans.assign(span=[span_of(y, q).iso for y, q in spans.itertuples(index=False)])
    found = found.merge(spans, on=["year", "quarter"])
    found = found.groupby(["span", "offence"], as_index=False)["count"].sum(skipna=False)
    return found.assign(kind=found["offence"])


def told(store: Store, area: Area, source: str) -> list[str]:
    """The offences that any partnership of the force has: others the table does not tell."""
    return _rows(store, area, source).dropna(subset="count")["offence"].unique().tolist()


def rows_of(
    store: Store, source: str, where: dict[str, Any] | None = None, *, blanks: bool = False
) -> pd.DataFrame:
    """Rows of a table in one shape: year, quarter, force, csp, is_unassigned, offence, count.

    The offence is one of the source's scheme; '' where its code is in no group. `blanks`: also the
    statisticians' rows without a figure; of codes the sum is missing where one has none.
    """
    if source == ONS:
        where = {"measure": "count", "level": ["partnership", "unassigned"], **(where or {})}
        columns = ["period", "force", "csp", "level", "offence", "value"]
        rows = store.load(ONS, columns=columns, where=where)
        rows = rows if blanks else rows.dropna(subset="value")
        rows = rows.rename(columns={"period": "year", "value": "count"})
        return rows.assign(is_unassigned=rows["level"] == "unassigned", quarter=None).drop(
            columns="level"
        )
    details = ["offence_code", "offence", "offence_subgroup"]
    rows = store.load(source, columns=[*_KEYS, *details, "count"], where=where)
    labels = rows[details].drop_duplicates()
    labels = labels.assign(group=[group_of(*one) for one in labels.itertuples(index=False)])
    rows = rows.merge(labels, on=details, how="left").drop(columns=details)
    rows = rows.rename(columns={"group": "offence"})
    # Rows of a table are many, groups few: what follows is done some hundred times.
    keys = [*_KEYS, "offence"]
    grouped = rows.groupby(keys, as_index=False, dropna=False, observed=True)["count"]
    return grouped.sum(skipna=False)


def span_of(year: str, quarter: object) -> Period:
    """The months that a row of a year and its quarters ('1', '1,2,3,4', missing) is of."""
    said = "" if present.is_missing(quarter) else str(quarter)
    return partnership_years.spans(year, said, joined=True)[0]


def forces_of(area: Area) -> list[str]:
    """The police forces of an area's districts."""
    found = {area.force}
    for name in area.districts:
        with contextlib.suppress(UsageError):
            found.add(areas.find(name).force)
    return sorted(found - {""})


@functools.lru_cache(maxsize=4096)
def group_of(code: str | None, offence: str | None, subgroup: str | None) -> str:
    """The group of an offence: by its code, else by its subgroup or description; '' if unknown."""
    known = offences.codes(offences.HOME_OFFICE)
    by_code = "" if present.is_missing(code) else known.get(offences.code_key(str(code)))
    labels = [str(label) for label in (subgroup, offence) if not present.is_missing(label)]
    by_label = [offences.standard(label, offences.HOME_OFFICE) for label in labels]
    return next(filter(None, [by_code, *by_label]), "")


@functools.lru_cache(maxsize=16)
def _rows(store: Store, area: Area, source: str) -> pd.DataFrame:
    """All rows of the forces that hold an area's partnerships."""
    known = set(forces_of(area))
    own = store.load(source, columns=["force"], where={"csp": [area.name, *area.districts]})
    where = {"force": sorted({*own["force"].dropna(), *known})}
    return rows_of(store, source, where, blanks=True)
