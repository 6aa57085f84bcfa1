"""Counting recorded offences: which months a source covers, how many a month, and the records.

Two sources count offences, a partner's record-level extract and the open street-level files; both
are handed on in one shape here, so that chapters need not know which one a workspace has.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from cspanalysis import present
from cspanalysis.domain import offences
from cspanalysis.domain.areas import Area
from cspanalysis.domain.errors import NotAvailable, UsageError, paragraph
from cspanalysis.domain.periods import Period, months_of
from cspanalysis.review import coverage, distinct_offences, street_files
from cspanalysis.review.distinct_offences import MOST_LABELS
from cspanalysis.review.series import Series
from cspanalysis.store.tables import Store

#: Sources of recorded offences, the preferred first: a partner's extract has dates and flags.
OFFENCE_SOURCES = ("police_extract", "police_uk")


class Counted(NamedTuple):
    """A table with the sources it was counted from.

    Parameters
    ----------
    table : pandas.DataFrame
        See the method that returns it.
    sources : tuple of str
        Source names, for the finding's citation.
    scheme : str
        Offence scheme of the counts, 'notifiable' or 'police_uk'.
    notes : tuple of str
        What is left out of the counts, and what changed in them.
    subject : str
        What was counted, where it is not quite what was asked: 'residential burglary'.
    """

    table: pd.DataFrame
    sources: tuple[str, ...]
    scheme: str = offences.NOTIFIABLE
    notes: tuple[str, ...] = ()
    subject: str = ""

    def __repr__(self) -> str:
        columns = ", ".join(map(str, self.table.columns))
        said = f"<Counted from {', '.join(self.sources)}: .table has {len(self.table):,} rows of "
        return "; ".join([said + columns, *self.notes]) + ">"


def source_of(
    store: Store, area: Area, *periods: Period, lacks: Mapping[str, str] = MappingProxyType({})
) -> str:
    """The source that counts offences over all of the periods, the preferred first.

    Without periods, the first that covers any month. `lacks`: sources that cannot tell what is
    wanted, whatever months they cover, each with why not; only the others are named as missing.
    """
    seen = []
    for source in OFFENCE_SOURCES:
        known = coverage.of(store, source, area)
        missing = known.missing(*periods)
        if known.months and source in lacks:
            seen.append(lacks[source])
        elif known.months and not missing:
            return source
        elif known.months or known.unlocated:
            seen.append(known.told(missing))
    raise NotAvailable([s for s in OFFENCE_SOURCES if s not in lacks], "; ".join(seen))


class _Asked(NamedTuple):
    """What counts a selection over some periods: source, scheme, its offences, forces left out."""

    source: str
    scheme: str
    chosen: tuple[str, ...]
    left_out: dict[str, list[str]]

    def change(self, selection: str | Iterable[str], seen: Iterable[str]) -> offences.Change:
        """What changes where the offences seen, or a broader kind, answer for what was asked."""
        if self.source == "police_extract":
            return offences.change(selection, seen)
        return offences.Change(offences.broader(selection, self.scheme))


def _asked(
    store: Store,
    area: Area,
    selection: str | Iterable[str],
    periods: Sequence[Period],
    lacks: str = "",
) -> _Asked:
    cannot = distinct_offences.unable(store, selection) | distinct_offences.in_open_data(lacks)
    source = source_of(store, area, *periods, lacks=cannot)
    scheme, chosen = distinct_offences.members(selection, source)
    if source == "police_extract" and offences.is_all(selection):
        chosen += tuple(ungrouped(store, area).index)
    # Second forces whose files end within what is counted, each with the months that lack.
    is_street = source == "police_uk"
    left_out = coverage.second_forces(store, area, tuple(periods)) if is_street else {}
    return _Asked(source, scheme, chosen, left_out)


def by_month(
    store: Store,
    area: Area,
    selection: str | Iterable[str],
    *periods: Period | str,
    by: str | None = None,
) -> Counted:
    """Offences of an area by month [and offence or kind]; see `Review.offences_by_month`."""
    if by not in (None, "offence", "kind"):
        raise UsageError(
            paragraph(f"offences are not counted by '{by}'", allowed="by='offence', by='kind'")
        )
    found = series(store, area, selection, *periods)
    inside = {m for p in periods for m in Period.parse(p).month_list()}
    months = [m for m in found.coverage.months if m in inside or not periods]
    labels = [""]
    if by:
        kinds = offences.kinds(found.scheme) if by == "kind" else {}
        labels = list(dict.fromkeys(kinds.get(o, o) for o in found.offences or ()))
    rows = found.rows.assign(label=found.rows[by] if by else "")
    counts = rows.groupby(["month", "label"])["count"].sum()
    grid = pd.MultiIndex.from_product([months, labels], names=["month", by or ""])
    table = counts.reindex(grid, fill_value=0).astype(int).rename("count").reset_index()
    return Counted(table[["month", *filter(None, [by]), "count"]], found.sources, found.scheme,
                   found.notes)  # fmt: skip


def series(
    store: Store,
    area: Area,
    selection: str | Iterable[str],
    *periods: Period | str,
    subject: str = "",
    each: bool = False,
    lacks: str = "",
    people: bool = False,
) -> Series:
    """Offences of an area as a series, by month, offence and kind; see `Review.series`."""
    name = selection if isinstance(selection, str) else tuple(selection)
    wanted = tuple(Period.parse(p) for p in periods)
    # Tables of every record are too large to be kept for each selection.
    asked = _series.__wrapped__ if each else _series
    found = asked(store, area, name, wanted, subject, each, lacks, people)
    # A shallow copy: pandas copies on write, so nobody changes what another reads.
    return replace(found, rows=found.rows.copy(deep=False))


@functools.lru_cache(maxsize=256)
def _series(
    store: Store,
    area: Area,
    name: str | tuple[str, ...],
    wanted: tuple[Period, ...],
    subject: str,
    each: bool,
    lacks: str,
    people: bool,
) -> Series:
    asked = _asked(store, area, name, wanted, lacks)
    known = coverage.of(store, asked.source, area)
    inside = {m for p in wanted for m in p.month_list()} or set(known.months)
    if each:
        rows = select(store, area, name, *wanted, lacks=lacks, people=people).table
        known = known.of(inside & set(known.months))
    else:
        rows = monthly(store, asked.source, area)
        rows = rows[rows["offence"].isin(asked.chosen) & ~rows["force"].isin(list(asked.left_out))]
        kinds = offences.kinds(asked.scheme)
        rows = rows.assign(kind=[kinds.get(o, o) for o in rows["offence"]])
    changed = asked.change(name, rows.loc[rows["month"].isin(inside), "offence"].unique())
    left_out_notes = _left_out_notes(store, area, asked, sorted(inside))
    return Series(
        rows,
        known,
        changed.subject or subject or present.listed([name] if isinstance(name, str) else name),
        unit="incidents" if name == offences.ASB else "offences",
        sources=(asked.source,),
        selection=name,
        scheme=asked.scheme,
        offences=asked.chosen,
        notes=(*changed.notes, *left_out_notes),
    )


def select(
    store: Store,
    area: Area,
    selection: str | Iterable[str] | None,
    *periods: Period | str,
    lacks: str = "",
    people: bool = False,
) -> Counted:
    """Records of an area; see `Review.records`."""
    wanted = [Period.parse(p) for p in periods]
    source, scheme, chosen, left_out = _asked(store, area, selection or offences.ALL, wanted, lacks)
    if selection is None:
        table = records(store, source, area, span(wanted), people)
    else:
        table = _selected(store, source, area, span(wanted), chosen, people)
    if wanted:
        table = table[table["month"].isin({m for p in wanted for m in p.month_list()})]
    if left_out:
        table = table[~table["force"].isin(list(left_out))]
    return Counted(table.reset_index(drop=True), (source,), scheme)


def _left_out_notes(
    store: Store, area: Area, asked: _Asked, months: Sequence[str]
) -> Iterable[str]:
    counts = monthly(store, "police_uk", area) if asked.left_out else None
    for force, lacking in asked.left_out.items():
        rows = counts[(counts["force"] == force) & counts["offence"].isin(asked.chosen)]
        number = int(rows.loc[rows["month"].isin(months), "count"].sum())
        if number:
            yield (
                f"Not counted, so that all months are alike: {present.plural(number, 'record')} of "
                f"{force}, of which there are none of {present.runs(lacking)}."
            )


def held(store: Store, area: Area) -> list[str]:
    """Months ('YYYY-MM') in which any source holds an offence of an area, complete or not."""
    months = [monthly(store, source, area)["month"].unique() for source in OFFENCE_SOURCES]
    return sorted(set().union(*months))


def monthly(store: Store, source: str, area: Area) -> pd.DataFrame:
    """Offences of an area: month, force, offence, count; empty where the source is not there."""
    return _monthly(store, source, area.districts)


@functools.lru_cache(maxsize=8)
def _monthly(store: Store, source: str, districts: tuple[str, ...]) -> pd.DataFrame:
    keys = ["month", "force", "offence"]
    if not store.has("police_uk_counts" if source == "police_uk" else source):
        return pd.DataFrame(columns=[*keys, "count"])
    if source == "police_uk":
        counts = street_files.counts(store, districts)
        return counts.groupby(keys, as_index=False)["count"].sum()
    where = {"district": list(districts), "is_crime": True}
    records = store.load(source, columns=["recorded", "offence"], where=where)
    records = records.assign(month=months_of(records["recorded"]), force="")
    return records.groupby(keys, as_index=False).size().rename(columns={"size": "count"})


def records(
    store: Store, source: str, area: Area, over: Period | None, people: bool = False
) -> pd.DataFrame:
    """Records of an area, with `month`; see docs/data_dictionary.md for the source's columns.

    One row a crime; with `people` also the further rows that an extract has of its victims and
    offenders.
    """
    # A shallow copy: pandas copies on write, so nobody changes what is kept.
    kept = _records(store, source, area.districts, over if source == "police_uk" else None)
    if source == "police_extract" and not people and not kept["is_crime"].all():
        kept = kept[kept["is_crime"]].reset_index(drop=True)
    return kept.copy(deep=False)


def once_each(rows: pd.DataFrame, *of: str) -> pd.DataFrame:
    """Of rows of people one for each crime, or for each crime and person (`of`: 'victim_id')."""
    keys = rows[["incident_id", *of]].assign(year=rows["recorded"].dt.year)
    # The row of the crime first; what bears no reference is a crime each time.
    order = (~rows["is_crime"].astype(bool)).sort_values(kind="stable").index
    is_further = keys.loc[order].duplicated().reindex(rows.index) & ~rows["is_crime"].astype(bool)
    if of:
        crime = ["incident_id", "year"]
        is_blank = keys[list(of)].isna().any(axis=1)
        known = pd.MultiIndex.from_frame(keys.loc[~is_blank, crime])
        is_further |= is_blank & pd.MultiIndex.from_frame(keys[crime]).isin(known)
    return rows[~is_further]


@functools.lru_cache(maxsize=8)
def _records(
    store: Store, source: str, districts: tuple[str, ...], over: Period | None
) -> pd.DataFrame:
    where: dict[str, Any] = {"district": list(districts)}
    if over is not None:
        months = over.month_list()
        where["month"] = (months[0], months[-1])
    table = store.load(source, where=where)
    if source == "police_extract":
        table = table.assign(month=months_of(table["recorded"]))
    return table


@functools.lru_cache(maxsize=16)
def _selected(
    store: Store,
    source: str,
    area: Area,
    over: Period | None,
    offences: tuple[str, ...],
    people: bool,
) -> pd.DataFrame:
    """Records of some offences: the windows of a finding ask for the same ones."""
    table, places = _by_offence(store, source, area, over, people)
    found = [places[name] for name in offences if name in places]
    return table.take(np.sort(np.concatenate(found)) if found else [])


@functools.lru_cache(maxsize=8)
def _by_offence(
    store: Store, source: str, area: Area, over: Period | None, people: bool
) -> tuple[pd.DataFrame, Mapping[str, np.ndarray]]:
    table = records(store, source, area, over, people)
    return table, table.groupby("offence").indices


def ungrouped(store: Store, area: Area, *periods: Period) -> pd.Series:
    """Crimes of an area's extract whose label is in no group: label → crimes, the most first.

    They count in all recorded crime and in no kind of it.
    """
    return _ungrouped(store, area, periods).copy(deep=False)


@functools.lru_cache(maxsize=64)
def _ungrouped(store: Store, area: Area, periods: tuple[Period, ...]) -> pd.Series:
    counts = monthly(store, "police_extract", area)
    if periods:
        counts = counts[counts["month"].isin({m for p in periods for m in p.month_list()})]
    strange = counts[~counts["offence"].isin(offences.kinds(offences.NOTIFIABLE))]
    found = strange.groupby("offence")["count"].sum()
    return found.sort_values(ascending=False, kind="stable")


#: So many crimes of a kind, and none in another year, are no chance; such a share of a sum makes
#: its change another one.
_ALONE, _SHARE = 30, 0.05


def alone(
    store: Store, area: Area, selection: str | Iterable[str], period: Period, compare: Period
) -> str:
    """Why an extract's count of two periods cannot be compared: kinds that one of them lacks.

    A force that sends a file for each offence sends one of them for other years. Where some kinds
    appear and others vanish, labels have changed, and their sum is what it was; ''.
    """
    counts = monthly(store, "police_extract", area)
    kinds = offences.kinds(offences.NOTIFIABLE)
    if not offences.is_all(selection):
        counts = counts[counts["offence"].isin(offences.named(offences.names_of(selection)))]
    by = [
        counts[counts["month"].isin(p.month_list())]
        .groupby(counts["offence"].map(kinds))["count"].sum()
        for p in (period, compare)
    ]  # fmt: skip
    now, before = by[0].align(by[1], fill_value=0)
    new, gone = now[(before == 0) & (now >= _ALONE)], before[(now == 0) & (before >= _ALONE)]
    found = new if len(new) else gone
    most = max(now.sum(), before.sum())
    if (len(new) and len(gone)) or found.sum() < max(_ALONE, _SHARE * most):
        return ""
    has, lacks = (period, compare) if len(new) else (compare, period)
    named = present.listed([f"{n:,} of {kind}" for kind, n in found.items()], MOST_LABELS, "more")
    return (
        f"{has.label} has {named} and {lacks.label} none, as if a file of them were missing for "
        "those months"
    )


def ungrouped_told(found: pd.Series) -> str:
    """Words for them: "24 have a label that is in no group: 'x' (20), 'y' (4)"."""
    total = int(found.sum())
    named = [f"'{present.shorten(label, 60)}' ({n:,})" for label, n in found.items()]
    verb = "has" if total == 1 else "have"
    listed = present.listed(named, MOST_LABELS, "further labels")
    return f"{total:,} {verb} a label that is in no group: {listed}"


def span(periods: Sequence[Period]) -> Period | None:
    """The shortest period that holds all of them; None without any."""
    if not periods:
        return None
    return Period(min(p.first for p in periods), max(p.last for p in periods))


def months_label(months: Sequence[str]) -> str:
    """Words for a run of months, from the first to the last."""
    return Period.parse(f"{months[0]}/{months[-1]}").label if months else "no month"
