"""Crimes by what became of them, in an area and in the rest of its police force.

The street-level files give each crime's last known outcome as it stood when the archive was made.
A crime of last month is hardly ever solved: those of the archive's last months are set apart.
"""

from __future__ import annotations

import functools
from typing import NamedTuple

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cspanalysis.domain import areas, case_outcomes, offences
from cspanalysis.domain.areas import Area
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Period
from cspanalysis.review import coverage, street_files
from cspanalysis.store import run_tables, table_rows
from cspanalysis.store.tables import Store

SOURCE = "police_uk"

#: So many of the archive's last months are set apart.
TOO_YOUNG = 6

#: A month says what became of its crimes if so large a share of them bears a category: files that
#: were made from counts bear none.
_TOLD = 0.5

_KEYS = ["month", "district", "offence", "category"]
_COLUMNS = ["force", "month", "district", "offence", "outcome"]
_CRIMES = {"offence": list(offences.members(offences.ALL, offences.POLICE_UK))}

#: Name of the run's table of the crimes of all forces, and its metadata: the months counted.
_TABLE, _MONTHS = "case_counts", b"months"


class Cases(NamedTuple):
    """Crimes with what became of them.

    Parameters
    ----------
    table : pandas.DataFrame
        is_own (of the area, else of the rest of its force, where that has other districts), month,
        is_old, offence, outcome (the class), category (the publisher's words), count.
    force : str
        The police force that recorded them.
    old, young : Period, optional
        The months of the period asked about that are old enough, and those that are not.
    unstated : int
        Crimes of the area in the old months whose row bears no category at all, other forces' among
        them; not in the table.
    """

    table: pd.DataFrame
    force: str
    old: Period | None
    young: Period | None
    unstated: int


def cases(store: Store, area: Area, period: Period, of: Period | None = None) -> Cases:
    """The crimes of a period by outcome; see `Cases`.

    `of`: a longer period that it begins, and whose crimes are counted anyway.

    Raises
    ------
    NotAvailable
        If the files do not hold outcomes of all its months.
    """
    found = _cases(store, area, period, of)
    # A shallow copy: pandas copies on write, so nobody changes what another reads.
    return found._replace(table=found.table.copy(deep=False))


@functools.lru_cache(maxsize=8)
def _cases(store: Store, area: Area, period: Period, of: Period | None) -> Cases:
    own = street_files.own_force(store, area) if store.has("police_uk_counts") else None
    if own is None:
        raise NotAvailable(SOURCE)
    force = own[0]
    known = coverage.of(store, SOURCE, area)
    rows = _counts(store, force, Period(period.first, (of or period).last + TOO_YOUNG))
    rows = rows[Period(period.first, period.last + TOO_YOUNG).contains(rows["month"])]
    has_category = rows["category"].ne("")
    share = rows["count"].where(has_category, 0).groupby(rows["month"]).sum()
    share /= rows.groupby("month")["count"].sum()
    told = [m for m in known.months if share.get(m, 0) >= _TOLD]
    if not told:
        raise NotAvailable(
            SOURCE, f"the street-level files that are here state no outcomes of {period.label}"
        )
    # What lies beyond the newest month with outcomes is not there yet; a gap before it is a gap.
    newest = Period.parse(told[-1]).last
    if lacking := sorted(set(period.month_list()) - set(told)):
        raise NotAvailable(SOURCE, f"of outcomes, {known.of(told).told(lacking)}")
    old, young = _parted(period, newest - TOO_YOUNG)
    is_own = rows["district"].isin(area.districts)
    is_old = rows["month"].isin(old.month_list() if old else [])
    unstated = int(rows.loc[is_own & is_old & ~has_category, "count"].sum())
    if old:
        unstated += _of_others(store, area, force, old)
    rows = rows.assign(is_own=is_own, is_old=is_old)
    rows = rows[has_category & rows["month"].isin(period.month_list())]
    if _is_alone(area):
        rows = rows[rows["is_own"]]
    keys = ["is_own", "month", "is_old", "offence", "category"]
    table = rows.groupby(keys, as_index=False)["count"].sum()
    table["outcome"] = table["category"].map(case_outcomes.class_of)
    return Cases(table, force, old, young, unstated)


def prepare(store: Store, *periods: Period) -> None:
    """Count the crimes of all forces beforehand, for the areas that will be asked about."""
    if store.has(SOURCE):
        runs = [Period(p.first, p.last + TOO_YOUNG) for p in periods]
        months = sorted({m for run in runs for m in run.month_list()})
        table = _of_all(store, months).replace_schema_metadata({_MONTHS: " ".join(months)})
        run_tables.put(store.processed, _TABLE, table)


def _parted(period: Period, last_old: int) -> tuple[Period | None, Period | None]:
    """The part of a period up to a month, and the part after it."""
    old = Period(period.first, min(period.last, last_old)) if period.first <= last_old else None
    young = Period(max(period.first, last_old + 1), period.last) if period.last > last_old else None
    return old, young


def _is_alone(area: Area) -> bool:
    """Whether an area is all of its force: what else the force records lies anywhere."""
    known = areas.register()
    of_force = known.loc[known["force"] == area.force, "district"]
    return bool(area.force) and set(of_force) <= set(area.districts)


def _of_others(store: Store, area: Area, force: str, over: Period) -> int:
    """Crimes of the area that other forces recorded: the Transport Police states no outcome."""
    counts = street_files.counts(store, area.districts)
    is_crime = counts["offence"].isin(offences.members(offences.ALL, offences.POLICE_UK))
    inside = over.contains(counts["month"]) & counts["force"].ne(force) & is_crime
    return int(counts.loc[inside, "count"].sum())


@functools.lru_cache(maxsize=8)
def _counts(store: Store, force: str, over: Period) -> pd.DataFrame:
    """A force's crimes by month, district ('' without a place), offence and category."""
    held = run_tables.get(store.processed, _TABLE)
    months = held.schema.metadata[_MONTHS].decode().split() if held else []
    if set(months) >= set(over.month_list()):
        table = _by_force(store, *months).rows([force], ["force", *_KEYS, "count"])
    else:
        table = _of_force(store, force, over)
    wanted = (pc.field("force") == force) & pc.field("month").isin(over.month_list())
    found = table.filter(wanted).drop_columns("force").to_pandas().astype({c: "str" for c in _KEYS})
    return found.sort_values(_KEYS, ignore_index=True)


@functools.lru_cache(maxsize=2)
def _by_force(store: Store, *months: str) -> table_rows.Held:
    """The run's table of these months, and where each force's rows are in it."""
    return table_rows.Held.of(run_tables.get(store.processed, _TABLE), "force")


def _of_force(store: Store, force: str, over: Period) -> pa.Table:
    """The crimes of a force in a period: those of the districts where it recorded any."""
    held = store.load("police_uk_counts", columns=["district"], where={"force": force})
    districts = [None if pd.isna(d) else d for d in held["district"].unique()]
    where = {"district": districts, "force": force, "month": over.month_list(), **_CRIMES}
    rows = store.sizes(SOURCE, _COLUMNS, where)
    return table_rows.plain(_table(pa.Table.from_pandas(rows, preserve_index=False)))


def _of_all(store: Store, months: list[str]) -> pa.Table:
    """The crimes of all forces in some months, text as numbers."""
    return _table(store.sizes_by_file(SOURCE, _COLUMNS, {"month": months, **_CRIMES}))


def _table(rows: pa.Table) -> pa.Table:
    """The rows added up by force and `_KEYS`, text as numbers."""
    names = ["force", *_KEYS]
    # A category may be missing in one file and empty in another.
    columns = [pc.fill_null(column, "").dictionary_encode() for column in rows.columns[:-1]]
    coded = pa.table([*columns, rows["count"]], names=[*names, "count"]).unify_dictionaries()
    found = coded.combine_chunks().group_by(names).aggregate([("count", "sum")])
    return found.rename_columns([*names, "count"])
